// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "btf_file.h"

#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#define HDR_SZ 24     /* of version 1 */
#define HDR_MAX 256   /* what later ones may have, at most */
#define MAX_NESTING 2 /* streams in streams */

/* The bytes of the BTF that starts at @p, or 0. */
static size_t btf_len(const u8 *p, size_t sz)
{
	u64 hdr_len, types_end, strs, strs_end;
	bool be;

	if (sz < HDR_SZ || (get16(p, false) != BTF_MAGIC && get16(p, true) != BTF_MAGIC))
		return 0;
	be = get16(p, true) == BTF_MAGIC;
	hdr_len = get32(p + 4, be);
	if (p[2] != BTF_VERSION || p[3] || hdr_len < HDR_SZ || hdr_len > HDR_MAX)
		return 0;
	types_end = hdr_len + get32(p + 8, be) + get32(p + 12, be);
	strs = hdr_len + get32(p + 16, be);
	strs_end = strs + get32(p + 20, be);
	if (types_end > sz || strs_end > sz || strs_end == strs || p[strs] || p[strs_end - 1])
		return 0;
	return types_end > strs_end ? types_end : strs_end;
}

static struct btf *parse(const void *data, size_t sz)
{
	struct btf *btf = sz <= UINT32_MAX ? btf__new(data, sz) : NULL;

	if (btf && btf__type_cnt(btf) > 1)
		return btf;
	btf__free(btf);
	return NULL;
}

static struct btf *from_elf(const u8 *data, size_t sz)
{
	struct btf *btf = NULL;
	Elf_Scn *scn = NULL;
	size_t strs;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)data, sz);
	if (!elf)
		return NULL;
	while (!elf_getshdrstrndx(elf, &strs) && (scn = elf_nextscn(elf, scn))) {
		const char *name;
		Elf_Data *sec;
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS)
			continue;
		name = elf_strptr(elf, strs, sh.sh_name);
		if (!name || strcmp(name, ".BTF"))
			continue;
		sec = elf_rawdata(scn, NULL);
		if (sec && sec->d_buf)
			btf = parse(sec->d_buf, sec->d_size);
		break;
	}
	elf_end(elf);
	return btf;
}

/*
 * A kernel without BTF still carries that of its own BPF programs (bpf_preload, hid_bpf), a few KiB each. A kernel's is
 * some MiB.
 */
#define IMAGE_BTF_MIN (64u << 10)

/* The largest BTF that lies anywhere in an image. */
static struct btf *from_bytes(const u8 *data, size_t sz)
{
	size_t at, len, best = IMAGE_BTF_MIN - 1;
	const u8 *where = NULL;

	for (at = 0; at + HDR_SZ <= sz; at += 4) { /* the section's alignment */
		len = btf_len(data + at, sz - at);
		if (len > best) {
			best = len;
			where = data + at;
		}
	}
	return where ? parse(where, best) : NULL;
}

static struct btf *find(const u8 *data, size_t sz, u32 level)
{
	struct btf *btf = NULL;
	size_t at, inner_sz;
	u8 *inner;

	if (sz > SELFMAG && !memcmp(data, ELFMAG, SELFMAG))
		btf = from_elf(data, sz);
	else if (!level && btf_len(data, sz))
		return parse(data, sz);
	if (!btf)
		btf = from_bytes(data, sz);
	if (btf || level == MAX_NESTING)
		return btf;
	/* the payload of an image; its other streams (initial file system, configuration) have no BTF */
	for (at = 0; at < sz && !btf; at++) {
		if (!image_unpack(data + at, sz - at, &inner, &inner_sz))
			continue;
		btf = find(inner, inner_sz, level + 1);
		free(inner);
	}
	return btf;
}

int btf_file_open(const char *path, struct btf **btf, struct lsk_err *err)
{
	struct btf *found;
	char *data;
	size_t sz;
	int ret = file_read(path, &data, &sz, err);

	if (ret)
		return ret;
	found = find((u8 *)data, sz, 0);
	free(data);
	if (found) {
		*btf = found;
		return 0;
	}
	return err_set(err, -EINVAL,
		       "%s: no BTF can be read: neither BTF, nor an ELF file or a kernel image that has some",
		       path);
}

int btf_file_open_module(const char *path, struct btf *base, struct btf **btf, struct lsk_err *err)
{
	/* libbpf makes these from files only */
	struct btf *split = btf__parse_split(path, base);

	if (!split)
		return err_set(err, -EINVAL, "%s: no BTF of a module can be read", path);
	*btf = split;
	return 0;
}
