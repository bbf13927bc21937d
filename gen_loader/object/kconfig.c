// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "kconfig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* enum libbpf_tristate, bpf_helpers.h */
enum { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };

static void store(u8 *p, bool big_endian, u32 size, u64 v)
{
	switch (size) {
	case 1: *p = v; break;
	case 2: put16(p, big_endian, v); break;
	case 4: put32(p, big_endian, v); break;
	case 8: put64(p, big_endian, v); break;
	}
}

static bool fits(const struct obj_extern *e, u64 v)
{
	u32 bits = e->size * 8;

	if (bits == 64)
		return true;
	if (!e->is_signed)
		return v >> bits == 0;
	return (s64)v >= -(1ll << (bits - 1)) && (s64)v < 1ll << (bits - 1);
}

static int set_state(const struct obj_extern *e, bool big_endian, u8 *p, char v, struct lsk_err *err)
{
	if (e->kcfg_type == KCFG_BOOL && v != 'm')
		*p = v == 'y';
	else if (e->kcfg_type == KCFG_TRISTATE)
		store(p, big_endian, e->size, v == 'y' ? TRI_YES : v == 'm' ? TRI_MODULE : TRI_NO);
	else if (e->kcfg_type == KCFG_CHAR)
		*p = v;
	else
		return err_set(err, -EINVAL, "extern '%s': its type can't hold '%c'", e->name, v);
	return 0;
}

static int set_string(const struct obj_extern *e, u8 *p, const char *v, struct lsk_err *err)
{
	size_t len = strlen(v);

	if (e->kcfg_type != KCFG_CHAR_ARR)
		return err_set(err, -EINVAL, "extern '%s': its type can't hold %s", e->name, v);
	if (len < 2 || v[len - 1] != '"')
		return err_set(err, -EINVAL, "extern '%s': unfinished string %s", e->name, v);
	len -= 2;
	if (len > e->size - 1)
		len = e->size - 1; /* cut to fit, as libbpf does */
	memset(p, 0, e->size);
	memcpy(p, v + 1, len);
	return 0;
}

static int set_number(const struct obj_extern *e, bool big_endian, u8 *p, const char *v, struct lsk_err *err)
{
	char *end;
	u64 n;

	errno = 0;
	n = strtoull(v, &end, 0);
	if (errno || end == v || *end)
		return err_set(err, -EINVAL, "extern '%s': '%s' is not a number", e->name, v);
	if ((e->kcfg_type != KCFG_INT && e->kcfg_type != KCFG_CHAR && e->kcfg_type != KCFG_BOOL) ||
	    (e->kcfg_type == KCFG_BOOL && n > 1))
		return err_set(err, -EINVAL, "extern '%s': its type can't hold the number %s", e->name, v);
	if (!fits(e, n))
		return err_set(err, -ERANGE, "extern '%s': %s does not fit %u bytes", e->name, v, e->size);
	store(p, big_endian, e->size, n);
	return 0;
}

/* One line of the file, without its newline. */
static int apply_line(struct object *obj, u8 *data, char *line, struct lsk_err *err)
{
	char *val = strchr(line, '=');
	u32 i;

	if (strncmp(line, "CONFIG_", 7))
		return 0;
	if (!val || !val[1])
		return err_set(err, -EINVAL, "'%.*s' has no value", (int)(val ? val - line : 64), line);
	*val++ = 0;
	for (i = 0; i < obj->extern_cnt; i++) {
		struct obj_extern *e = &obj->externs[i];
		u8 *p = data + e->off;
		int ret;

		if (e->kind != EXT_KCONFIG || e->kcfg_set || strcmp(e->name, line))
			continue;
		if (*val == '"')
			ret = set_string(e, p, val, err);
		else if (strchr("ynm", *val) && !val[1])
			ret = set_state(e, obj->big_endian, p, *val, err);
		else
			ret = set_number(e, obj->big_endian, p, val, err);
		if (ret)
			return ret;
		e->kcfg_set = true;
	}
	return 0;
}

static struct obj_map *kconfig_map(struct object *obj)
{
	u32 i;

	for (i = 0; i < obj->map_cnt; i++)
		if (obj->maps[i].kind == MAP_KCONFIG)
			return &obj->maps[i];
	return NULL;
}

int kconfig_apply(struct object *obj, const char *path, struct lsk_err *err)
{
	struct obj_map *map = kconfig_map(obj);
	struct lsk_err why = {};
	char line[4096];
	int ret = 0, gzret;
	gzFile f;

	f = gzopen(path, "rb"); /* reads plain files, too */
	if (!f)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (map && !map->data) {
		map->data = calloc(1, map->value_size);
		if (!map->data)
			ret = err_set(err, -ENOMEM, "out of memory");
	}
	while (!ret && map && gzgets(f, line, sizeof(line))) {
		size_t len = strcspn(line, "\r\n");

		if (len == sizeof(line) - 1)
			ret = err_set(&why, -E2BIG, "a line is longer than %zu bytes", len);
		line[len] = 0;
		if (!ret)
			ret = apply_line(obj, map->data, line, &why);
		if (ret)
			err_set(err, ret, "%s: %s", path, why.msg);
	}
	if (!ret && map) {
		gzerror(f, &gzret);
		if (gzret != Z_OK && gzret != Z_STREAM_END)
			ret = err_set(err, -EIO, "%s: not readable as a kernel configuration", path);
	}
	gzclose(f);
	return ret;
}
