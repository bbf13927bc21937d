// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A target as one file:
 *
 *	magic "LSKELTGT", u32 version 1, u32 length, u32 CRC-32 of what follows unpacked; then one zstd frame of records
 *	record: u32 kind, u32 length of the name, u32 length of the data; name; data
 *
 * All numbers are little-endian. Kinds: 1 machine (text as in machine.c), 2 BTF (raw; vmlinux's first), 3 symbols (text as in
 * symbols.c), 4 configuration (lines "CONFIG_X=value"). Unknown kinds are skipped.
 */
#include "target_priv.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define MAGIC "LSKELTGT"
#define HDR_SZ 20u
#define REC_SZ 12u
#define SAVED_MAX (512u << 20)
#define LEVEL 12

enum { REC_MACHINE = 1, REC_BTF, REC_SYMBOLS, REC_CONFIG };

bool save_is(const char *data, size_t sz)
{
	return sz >= strlen(MAGIC) && !memcmp(data, MAGIC, strlen(MAGIC));
}

static void put_record(FILE *f, u32 kind, const char *name, const void *data, size_t sz)
{
	u8 hdr[REC_SZ];

	put32(hdr, false, kind);
	put32(hdr + 4, false, strlen(name));
	put32(hdr + 8, false, sz);
	fwrite(hdr, sizeof(hdr), 1, f);
	fwrite(name, strlen(name), 1, f);
	fwrite(data, sz, 1, f);
}

static int print_config(const struct target *t, FILE *f)
{
	u32 i;

	for (i = 0; i < t->priv->option_cnt; i++)
		fprintf(f, "%s=%s\n", t->priv->options[i].name, t->priv->options[i].value);
	return ferror(f) ? -ENOMEM : 0;
}

static int print_machine(const struct target *t, FILE *f)
{
	machine_print(t, f);
	return ferror(f) ? -ENOMEM : 0;
}

static int put_text(FILE *f, u32 kind, const struct target *t, int (*print)(const struct target *t, FILE *f))
{
	char *text = NULL;
	size_t sz = 0;
	FILE *mem = open_memstream(&text, &sz);
	int ret;

	if (!mem)
		return -ENOMEM;
	ret = print(t, mem);
	if (fclose(mem))
		ret = -ENOMEM;
	if (!ret)
		put_record(f, kind, "", text, sz);
	free(text);
	return ret;
}

static int put_records(const struct target *t, FILE *f)
{
	int ret = put_text(f, REC_MACHINE, t, print_machine);
	const void *raw;
	u32 i, sz;

	for (i = 0; i < t->btf_cnt && !ret; i++) {
		raw = btf__raw_data(t->btfs[i].btf, &sz);
		if (raw)
			put_record(f, REC_BTF, t->btfs[i].name, raw, sz);
		else
			ret = -ENOMEM;
	}
	if (!ret && t->has_kallsyms)
		ret = put_text(f, REC_SYMBOLS, t, symbols_print_saved);
	if (!ret && t->has_config)
		ret = put_text(f, REC_CONFIG, t, print_config);
	return ret;
}

static int pack(const char *data, size_t sz, FILE *f, struct lsk_err *err)
{
	size_t cap = ZSTD_compressBound(sz), len;
	u8 hdr[HDR_SZ] = MAGIC;
	int ret = 0;
	void *out;

	if (sz > SAVED_MAX)
		return err_set(err, -E2BIG, "the target is too large");
	out = malloc(cap);
	if (!out)
		return err_set(err, -ENOMEM, "out of memory");
	len = ZSTD_compress(out, cap, data, sz, LEVEL);
	put32(hdr + 8, false, 1);
	put32(hdr + 12, false, sz);
	put32(hdr + 16, false, crc32(0, (const u8 *)data, sz));
	if (ZSTD_isError(len))
		ret = err_set(err, -ENOMEM, "out of memory");
	else if (fwrite(hdr, sizeof(hdr), 1, f) != 1 || fwrite(out, len, 1, f) != 1)
		ret = err_set(err, -EIO, "%s", strerror(errno));
	free(out);
	return ret;
}

int target_save(const struct target *t, FILE *f, struct lsk_err *err)
{
	char *data = NULL;
	size_t sz = 0;
	FILE *mem = open_memstream(&data, &sz);
	int ret;

	if (!mem)
		return err_set(err, -ENOMEM, "out of memory");
	ret = put_records(t, mem);
	if (fclose(mem) && !ret)
		ret = -ENOMEM;
	ret = ret ? err_set(err, ret, "out of memory") : pack(data, sz, f, err);
	free(data);
	return ret;
}

/* libbpf makes split BTF from files only. */
static struct btf *split_btf(const char *data, u32 sz, struct btf *base)
{
	int fd = memfd_create("btf", MFD_CLOEXEC);
	struct btf *btf = NULL;
	char path[64];

	if (fd < 0)
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, data, sz) == (ssize_t)sz)
		btf = btf__parse_raw_split(path, base);
	close(fd);
	return btf;
}

static int read_btf(struct target *t, const char *name, const char *data, u32 sz, struct lsk_err *err)
{
	struct btf *btf;

	if (t->btf_cnt ? !strcmp(name, "vmlinux") : strcmp(name, "vmlinux") != 0)
		return err_set(err, -EINVAL, "the BTF of '%s' is not in its place", name);
	btf = t->btf_cnt ? split_btf(data, sz, t->btfs[0].btf) : btf__new(data, sz);
	if (!btf)
		return err_set(err, -EINVAL, "the BTF of '%s' can't be read", name);
	return target_add_btf(t, name, btf) ? err_set(err, -ENOMEM, "out of memory") : 0;
}

static int read_text(struct target *t, u32 kind, const char *data, u32 sz, struct lsk_err *err)
{
	char *text;
	int ret;

	if (memchr(data, 0, sz))
		return err_set(err, -EINVAL, "there are other bytes where text should be");
	text = strndup(data, sz);
	if (!text)
		return err_set(err, -ENOMEM, "out of memory");
	if (kind == REC_MACHINE) {
		ret = machine_parse(t, "what it says of the machine", text, err);
		free(text);
	} else if (t->has_config) {
		ret = err_set(err, -EINVAL, "it has two configurations");
		free(text);
	} else {
		ret = config_parse(t, text, sz, err);
		if (ret) {
			t->priv->option_cnt = 0;
			free(text);
		}
	}
	return ret;
}

static int read_record(struct target *t, u32 kind, const char *name, const char *data, u32 sz, struct lsk_err *err)
{
	int ret;

	switch (kind) {
	case REC_BTF:
		return read_btf(t, name, data, sz, err);
	case REC_SYMBOLS:
		ret = symbols_parse_saved(t, data, sz);
		return ret ? err_set(err, ret, "its symbols can't be read") : 0;
	case REC_MACHINE:
	case REC_CONFIG:
		return read_text(t, kind, data, sz, err);
	}
	return 0;
}

static int read_records(struct target *t, const char *data, size_t sz, struct lsk_err *err)
{
	size_t at = 0;
	int ret = 0;

	while (at < sz && !ret) {
		u32 kind, name_sz, data_sz;
		char name[256];

		if (sz - at < REC_SZ)
			return err_set(err, -EINVAL, "it ends within a record");
		kind = get32(data + at, false);
		name_sz = get32(data + at + 4, false);
		data_sz = get32(data + at + 8, false);
		at += REC_SZ;
		if (name_sz >= sizeof(name) || name_sz > sz - at || data_sz > sz - at - name_sz)
			return err_set(err, -EINVAL, "it ends within a record");
		memcpy(name, data + at, name_sz);
		name[name_sz] = 0;
		at += name_sz;
		ret = read_record(t, kind, name, data + at, data_sz, err);
		at += data_sz;
	}
	return ret;
}

int save_read(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err)
{
	struct lsk_err why = {};
	size_t len, got;
	char *out = NULL;
	int ret;

	len = sz < HDR_SZ ? 0 : get32(data + 12, false);
	if (sz < HDR_SZ || !len)
		return err_set(err, -EINVAL, "%s: the saved target is damaged: it is too short", path);
	if (get32(data + 8, false) != 1)
		return err_set(err, -ENOTSUP, "%s: the saved target has version %u, known is 1", path, get32(data + 8, false));
	/* what the frame says of its size must agree before that much memory is taken */
	if (len > SAVED_MAX || ZSTD_getFrameContentSize(data + HDR_SZ, sz - HDR_SZ) != len)
		return err_set(err, -EINVAL, "%s: the saved target is damaged: its length is another", path);
	out = malloc(len);
	if (!out)
		return err_set(err, -ENOMEM, "%s: out of memory", path);
	got = ZSTD_decompress(out, len, data + HDR_SZ, sz - HDR_SZ);
	if (got != len || crc32(0, (u8 *)out, len) != get32(data + 16, false))
		ret = err_set(&why, -EINVAL, "its checksum is another");
	else
		ret = read_records(t, out, len, &why);
	free(out);
	return ret ? err_set(err, ret, "%s: the saved target is damaged: %s", path, why.msg) : 0;
}
