// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int err_set(struct lsk_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->msg[0])
		return code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return code;
}

const char *err_name(int code)
{
	static char names[4096][20];
	const char *name;

	if (code < 0)
		code = -code;
	if (code == 524) /* ENOTSUPP: include/linux/errno.h of the kernel, not exported to user space */
		return "-ENOTSUPP";
	name = code < 4096 ? strerrorname_np(code) : NULL;
	if (!name)
		return "-E?";
	snprintf(names[code], sizeof(names[code]), "-%s", name);
	return names[code];
}

int grow(void **ptr, size_t *cap, size_t want, size_t elem_sz)
{
	size_t new_cap = *cap ? *cap : 8;
	void *p;

	if (want <= *cap)
		return 0;
	while (new_cap < want) {
		if (new_cap > SIZE_MAX / 2)
			return -ENOMEM;
		new_cap *= 2;
	}
	if (new_cap > SIZE_MAX / elem_sz)
		return -ENOMEM;
	p = realloc(*ptr, new_cap * elem_sz);
	if (!p)
		return -ENOMEM;
	memset((char *)p + *cap * elem_sz, 0, (new_cap - *cap) * elem_sz);
	*ptr = p;
	*cap = new_cap;
	return 0;
}

static void put(void *p, bool big_endian, u64 v, int n)
{
	u8 *b = p;
	int i;

	for (i = 0; i < n; i++)
		b[big_endian ? n - 1 - i : i] = v >> (8 * i);
}

static u64 get(const void *p, bool big_endian, int n)
{
	const u8 *b = p;
	u64 v = 0;
	int i;

	for (i = 0; i < n; i++)
		v |= (u64)b[big_endian ? n - 1 - i : i] << (8 * i);
	return v;
}

void put16(void *p, bool big_endian, u16 v) { put(p, big_endian, v, 2); }
void put32(void *p, bool big_endian, u32 v) { put(p, big_endian, v, 4); }
void put64(void *p, bool big_endian, u64 v) { put(p, big_endian, v, 8); }
u16 get16(const void *p, bool big_endian) { return get(p, big_endian, 2); }
u32 get32(const void *p, bool big_endian) { return get(p, big_endian, 4); }
u64 get64(const void *p, bool big_endian) { return get(p, big_endian, 8); }

int file_read(const char *path, char **data, size_t *sz, struct lsk_err *err)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 0, n;
	struct stat st;
	int ret = 0;

	*data = NULL;
	*sz = 0;
	if (!f)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode)) {
		fclose(f);
		return err_set(err, -EISDIR, "%s: is a directory", path);
	}
	do {
		if (grow((void **)data, &cap, *sz + 65536, 1)) {
			ret = err_set(err, -ENOMEM, "%s: out of memory", path);
			break;
		}
		n = fread(*data + *sz, 1, cap - *sz, f);
		*sz += n;
	} while (n);
	if (!ret && ferror(f))
		ret = err_set(err, -EIO, "%s: %s", path, strerror(errno));
	fclose(f);
	if (ret) {
		free(*data);
		*data = NULL;
	}
	return ret;
}

void json_str(FILE *f, const char *s)
{
	if (!s) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(f, "\\u%04x", (unsigned char)*s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}
