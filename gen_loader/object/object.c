// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Reading an object: the order of the steps, and what is too small for a file of its own. */
#include "object_priv.h"

#include <stdlib.h>
#include <string.h>

#define EXC_CB_TAG "exception_callback:"

/* Sections whose meaning we can't express. Said first, since they may look broken to the other steps. */
static int check_secs(struct reader *r)
{
	static const struct {
		const char *name, *why;
	} refused[] = {
		{ "maps", "legacy map definitions are not supported; use '.maps'" },
	};
	size_t n;
	u32 i;

	for (i = 1; i < r->sec_cnt; i++) {
		const char *name = r->secs[i].name + (r->secs[i].name[0] == '?');

		for (n = 0; r->secs[i].size && n < ARRAY_SIZE(refused); n++)
			if (!strcmp(name, refused[n].name))
				return UNSUP(r, "section '%s': %s", r->secs[i].name, refused[n].why);
	}
	return 0;
}

static int license_read(struct reader *r)
{
	const struct elf_sec *sec = &r->secs[elf_find_sec(r, "license")];

	r->obj->license = sec->data ? strndup((const char *)sec->data, sec->size) : strdup("");
	return r->obj->license ? 0 : -ENOMEM;
}

static int version_read(struct reader *r)
{
	const struct elf_sec *sec = &r->secs[elf_find_sec(r, "version")];

	if (!sec->size)
		return 0;
	if (!sec->data || sec->size != 4)
		return BAD(r, "section 'version': not a 4-byte number");
	r->obj->kern_version = get32(sec->data, r->obj->big_endian);
	return 0;
}

static int func_by_name(const struct object *obj, const char *name)
{
	u32 i;

	for (i = 0; i < obj->func_cnt; i++)
		if (!strcmp(obj->funcs[i].name, name) && !obj->funcs[i].is_static)
			return i;
	return -1;
}

static int exception_cb_set(struct reader *r, struct obj_func *func, const char *name)
{
	int cb = func_by_name(r->obj, name);

	if (func->exception_cb >= 0)
		return BAD(r, "prog '%s': two exception callbacks", func->name);
	if (cb < 0)
		return BAD(r, "prog '%s': exception callback '%s' is no global function", func->name, name);
	func->exception_cb = cb;
	r->pos[cb].called = true;
	return 0;
}

/* The tag hangs on the BTF FUNC of a main program. */
static int exception_cbs_read(struct reader *r)
{
	u32 id, i, cnt = r->obj->btf ? btf__type_cnt(r->obj->btf) : 0;
	int ret;

	for (id = 1; id < cnt; id++) {
		const struct btf_type *t = btf__type_by_id(r->obj->btf, id);
		const char *tag = btf_is_decl_tag(t) ? btf_name(r, t) : "";

		if (strncmp(tag, EXC_CB_TAG, strlen(EXC_CB_TAG)) || btf_decl_tag(t)->component_idx != -1)
			continue;
		for (i = 0; i < r->obj->func_cnt; i++) {
			if (r->obj->funcs[i].btf_id != t->type)
				continue;
			ret = exception_cb_set(r, &r->obj->funcs[i], tag + strlen(EXC_CB_TAG));
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int read_all(struct reader *r, const void *data, size_t sz)
{
	static int (*const steps[])(struct reader *r) = {
		check_secs, license_read, version_read, btf_read,
		externs_read,   /* before the fix-up: it needs the types as written */
		btf_fixup,      /* before the maps: it orders .maps and says what is static */
		maps_read, data_maps_read, struct_ops_read,
		funcs_read, relocs_read,
		btf_ext_read, exception_cbs_read,
		funcs_classify, /* needs all calls, and the BTF ids */
		map_inits_read, struct_ops_progs_read,
		arg_ctx_types, btf_names,
	};
	int ret = elf_read(r, data, sz);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps) && !ret; i++)
		ret = steps[i](r);
	return ret;
}

int object_open(const char *path, const void *data, size_t sz, const char *name, struct object **obj,
		struct lsk_err *err)
{
	struct lsk_err inner = {};
	struct reader r = { .err = &inner, .kconfig_map = -1 };
	int ret = -ENOMEM;

	r.obj = calloc(1, sizeof(*r.obj));
	if (r.obj) {
		r.obj->name = strdup(name);
		r.obj->path = strdup(path);
		if (r.obj->name && r.obj->path)
			ret = read_all(&r, data, sz);
	}
	elf_close(&r);
	free(r.pos);
	free(r.map_pos);
	if (!ret) {
		*obj = r.obj;
		return 0;
	}
	object_free(r.obj);
	if (!inner.msg[0])
		err_set(&inner, ret, "%s", ret == -ENOMEM ? "out of memory" : err_name(ret));
	return err_set(err, ret, "%s: %s", path, inner.msg);
}

void object_free(struct object *obj)
{
	u32 i;

	if (!obj)
		return;
	for (i = 0; i < obj->func_cnt; i++)
		func_clear(&obj->funcs[i]);
	for (i = 0; i < obj->map_cnt; i++)
		map_clear(&obj->maps[i]);
	for (i = 0; i < obj->extern_cnt; i++)
		free(obj->externs[i].name);
	free(obj->funcs);
	free(obj->maps);
	free(obj->externs);
	btf__free(obj->btf);
	free(obj->license);
	free(obj->name);
	free(obj->path);
	free(obj);
}
