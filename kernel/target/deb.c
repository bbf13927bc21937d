// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A kernel package of Debian's: an ar archive of debian-binary, control.tar.* and data.tar.*, in which are
 * boot/vmlinuz-RELEASE and boot/config-RELEASE. Its modules are left alone: which of them will be inserted nobody knows. Its
 * System.map is a note that says where the real one is.
 */
#include "target_priv.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../gen_loader/core/btf_file.h"

#define AR_MAGIC "!<arch>\n"
#define AR_HDR 60u
#define TAR_BLOCK 512u

bool deb_is(const char *data, size_t sz)
{
	return sz > strlen(AR_MAGIC) && !memcmp(data, AR_MAGIC, strlen(AR_MAGIC));
}

/* A number in a field of text that need not end with a NUL; false: it is none, or more than @max. */
static bool number(const char *field, size_t len, int base, size_t max, size_t *n)
{
	char text[16] = "", *end;

	memcpy(text, field, len < sizeof(text) - 1 ? len : sizeof(text) - 1);
	*n = strtoull(text, &end, base);
	return end != text && *n <= max;
}

/* The member whose name starts with @name. */
static bool ar_find(const char *data, size_t sz, const char *name, const char **member, size_t *member_sz)
{
	size_t at = strlen(AR_MAGIC), len;

	while (sz - at > AR_HDR && number(data + at + 48, 10, 10, sz - at - AR_HDR, &len)) {
		if (!strncmp(data + at, name, strlen(name))) {
			*member = data + at + AR_HDR;
			*member_sz = len;
			return true;
		}
		at += AR_HDR + len + (len & 1);
		if (at >= sz)
			break;
	}
	return false;
}

/* BTF is looked for in files. */
static int read_image(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err)
{
	int fd = memfd_create("vmlinuz", MFD_CLOEXEC), ret;
	struct btf *btf = NULL;
	char file[64];

	if (fd < 0 || write(fd, data, sz) != (ssize_t)sz) {
		ret = err_set(err, -EIO, "%s: no temporary file for the kernel in it", path);
	} else {
		snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
		ret = btf_file_open(file, &btf, NULL);
		if (ret)
			ret = err_set(err, ret, "%s: the kernel in it has no BTF that can be read", path);
	}
	if (fd >= 0)
		close(fd);
	if (!ret && target_add_btf(t, "vmlinux", btf))
		ret = err_set(err, -ENOMEM, "%s: out of memory", path);
	return ret;
}

static int read_config(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err)
{
	struct lsk_err why = {};
	char *text = strndup(data, sz);
	int ret = text ? config_parse(t, text, strlen(text), &why) : err_set(&why, -ENOMEM, "out of memory");

	if (!ret)
		return 0;
	free(text);
	t->priv->option_cnt = 0;
	return err_set(err, ret, "%s: its configuration: %s", path, why.msg);
}

static int read_file(struct target *t, const char *path, const char *name, const char *data, size_t sz,
		     struct lsk_err *err)
{
	int ret = 0;

	name += !strncmp(name, "./", 2) ? 2 : 0;
	if (!strncmp(name, "boot/vmlinuz-", 13) && !t->btf_cnt) {
		if (target_set_release(t, name + 13))
			return err_set(err, -ENOMEM, "%s: out of memory", path);
		ret = read_image(t, path, data, sz, err);
	} else if (!strncmp(name, "boot/config-", 12) && !t->has_config) {
		ret = read_config(t, path, data, sz, err);
	}
	return ret;
}

static int read_tar(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err)
{
	size_t at = 0, len;
	int ret = 0;

	while (!ret && sz - at >= TAR_BLOCK && data[at]) {
		const char *hdr = data + at;
		char name[101] = "";

		at += TAR_BLOCK;
		if (!number(hdr + 124, 12, 8, sz - at, &len))
			return err_set(err, -EINVAL, "%s: the archive in it is damaged", path);
		memcpy(name, hdr, 100);
		if (hdr[156] == '0' || !hdr[156])
			ret = read_file(t, path, name, data + at, len, err);
		len = (len + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		at = len > sz - at ? sz : at + len;
	}
	return ret;
}

int deb_read(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err)
{
	const char *member;
	size_t member_sz, tar_sz;
	u8 *tar = NULL;
	int ret;

	if (!ar_find(data, sz, "data.tar", &member, &member_sz))
		return err_set(err, -EINVAL, "%s: no package of Debian's: it has no data.tar", path);
	if (image_unpack((const u8 *)member, member_sz, &tar, &tar_sz))
		ret = read_tar(t, path, (char *)tar, tar_sz, err);
	else
		ret = read_tar(t, path, member, member_sz, err);
	free(tar);
	if (!ret && !t->btf_cnt && !t->has_config)
		ret = err_set(err, -ENOENT, "%s: no kernel is in this package", path);
	return ret;
}
