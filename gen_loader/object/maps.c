// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Maps that are defined in BTF: variables in section .maps, whose struct type carries the attributes. A
 * number is the length of an array that a member points to (or the value of an enum), a type is what a
 * member points to.
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PIN_BY_NAME 1 /* LIBBPF_PIN_BY_NAME; 0 is LIBBPF_PIN_NONE */

struct map_ctx {
	struct reader *r;
	struct obj_map *map;
	bool has_key_size, has_value_size;
};

static int set_num(struct map_ctx *c, const struct btf_member *m, u64 *val)
{
	u32 id = m->type;
	const struct btf_type *t = btf_skip_mods(c->r, &id);
	const char *field = btf__str_by_offset(c->r->obj->btf, m->name_off);

	if (t && btf_is_ptr(t)) {
		id = t->type;
		t = id ? btf__type_by_id(c->r->obj->btf, id) : NULL;
		if (t && btf_is_array(t)) {
			*val = btf_array(t)->nelems;
			return 0;
		}
	} else if (t && btf_is_enum(t) && btf_vlen(t) == 1) {
		*val = btf_kflag(t) ? (u64)(s64)btf_enum(t)->val : (u32)btf_enum(t)->val;
		return 0;
	} else if (t && btf_is_enum64(t) && btf_vlen(t) == 1) {
		*val = btf_enum64_value(btf_enum64(t));
		return 0;
	}
	return BAD(c->r, "map '%s': field '%s' is no number", c->map->name, field);
}

static int set_u32(struct map_ctx *c, const struct btf_member *m, u32 *out)
{
	u64 val = 0;
	int ret = set_num(c, m, &val);

	if (!ret && val > UINT32_MAX)
		return BAD(c->r, "map '%s': field '%s' is too large", c->map->name,
			   btf__str_by_offset(c->r->obj->btf, m->name_off));
	*out = val;
	return ret;
}

/* A size may come from "key_size" and from "key"; then they must agree. */
static int set_size(struct map_ctx *c, const char *what, bool *has, u32 *size, u32 val)
{
	if (*has && *size != val)
		return BAD(c->r, "map '%s': conflicting %s sizes: %u and %u", c->map->name, what, *size, val);
	*has = true;
	*size = val;
	return 0;
}

static int set_type(struct map_ctx *c, const struct btf_member *m, const char *what, bool *has, u32 *size,
		    u32 *id)
{
	u32 ptr = m->type;
	const struct btf_type *t = btf_skip_mods(c->r, &ptr);
	s64 sz;

	if (!t || !btf_is_ptr(t))
		return BAD(c->r, "map '%s': field '%s' is no type", c->map->name, what);
	sz = t->type ? btf__resolve_size(c->r->obj->btf, t->type) : -EINVAL;
	if (sz < 0 || sz > INT32_MAX)
		return BAD(c->r, "map '%s': the type of its %s has no size", c->map->name, what);
	*id = t->type;
	return set_size(c, what, has, size, sz);
}

static int map_parse(struct map_ctx *c, const struct btf_type *def, bool is_inner);

static bool is_map_in_map(const struct obj_map *map)
{
	return map->type == MAP_TYPE_ARRAY_OF_MAPS || map->type == MAP_TYPE_HASH_OF_MAPS;
}

static int inner_parse(struct map_ctx *c, u32 def_id)
{
	struct map_ctx ic = { .r = c->r };
	size_t len = strlen(c->map->name) + sizeof(".inner");
	const struct btf_type *def = btf_skip_mods(c->r, &def_id);
	struct obj_map *inner;

	if (!def || !btf_is_struct(def))
		return BAD(c->r, "map '%s': the inner map's definition is no struct", c->map->name);
	inner = calloc(1, sizeof(*inner));
	if (!inner)
		return -ENOMEM;
	c->map->inner = inner;
	ic.map = inner;
	inner->name = malloc(len);
	if (!inner->name)
		return -ENOMEM;
	strcpy(inner->name, c->map->name);
	strcat(inner->name, ".inner");
	map_kernel_name(inner, inner->name);
	return map_parse(&ic, def, true);
}

static int set_values(struct map_ctx *c, const struct btf_member *m, bool is_inner, bool is_last)
{
	const char *name = c->map->name;
	const struct btf_type *t;
	u32 id = m->type;
	int ret;

	if (is_inner)
		return UNSUP(c->r, "map '%s': inner maps of inner maps don't exist", name);
	if (!is_last)
		return BAD(c->r, "map '%s': 'values' must be the last field", name);
	if (!is_map_in_map(c->map) && c->map->type != MAP_TYPE_PROG_ARRAY)
		return UNSUP(c->r, "map '%s': 'values' is for map-in-map and prog arrays only", name);
	ret = set_size(c, "value", &c->has_value_size, &c->map->value_size, 4);
	if (ret)
		return ret;
	t = btf_skip_mods(c->r, &id);
	if (!t || !btf_is_array(t) || btf_array(t)->nelems)
		return BAD(c->r, "map '%s': 'values' is no array of unknown length", name);
	id = btf_array(t)->type;
	t = btf_skip_mods(c->r, &id);
	if (!t || !btf_is_ptr(t))
		return BAD(c->r, "map '%s': 'values' is no array of pointers", name);
	id = t->type;
	if (is_map_in_map(c->map))
		return inner_parse(c, id);
	t = btf_skip_mods(c->r, &id);
	if (!t || !btf_is_func_proto(t))
		return BAD(c->r, "map '%s': 'values' holds no functions", name);
	return 0;
}

static int set_field(struct map_ctx *c, const struct btf_member *m, bool is_inner, bool is_last)
{
	const char *field = btf__str_by_offset(c->r->obj->btf, m->name_off);
	struct obj_map *map = c->map;
	u32 val = 0;
	int ret;

	if (!strcmp(field, "type"))
		return set_u32(c, m, &map->type);
	if (!strcmp(field, "max_entries"))
		return set_u32(c, m, &map->max_entries);
	if (!strcmp(field, "map_flags"))
		return set_u32(c, m, &map->flags);
	if (!strcmp(field, "numa_node"))
		return set_u32(c, m, &map->numa_node);
	if (!strcmp(field, "map_extra"))
		return set_num(c, m, &map->map_extra);
	if (!strcmp(field, "key_size"))
		return set_u32(c, m, &val) ?: set_size(c, "key", &c->has_key_size, &map->key_size, val);
	if (!strcmp(field, "value_size"))
		return set_u32(c, m, &val) ?: set_size(c, "value", &c->has_value_size, &map->value_size, val);
	if (!strcmp(field, "key"))
		return set_type(c, m, field, &c->has_key_size, &map->key_size, &map->btf_key_id);
	if (!strcmp(field, "value"))
		return set_type(c, m, field, &c->has_value_size, &map->value_size, &map->btf_value_id);
	if (!strcmp(field, "values"))
		return set_values(c, m, is_inner, is_last);
	if (!strcmp(field, "pinning")) {
		if (is_inner)
			return BAD(c->r, "map '%s': an inner map can't be pinned", map->name);
		ret = set_u32(c, m, &map->pinning);
		if (!ret && map->pinning > PIN_BY_NAME)
			return BAD(c->r, "map '%s': unknown pinning %u", map->name, map->pinning);
		return ret;
	}
	return UNSUP(c->r, "map '%s': unknown field '%s'", map->name, field);
}

/* Map types that refuse BTF ids at creation. (Others need them, or don't care.) */
static bool refuses_btf(u32 type)
{
	static const u8 types[] = {
		MAP_TYPE_PERF_EVENT_ARRAY, MAP_TYPE_CGROUP_ARRAY, MAP_TYPE_STACK_TRACE,
		MAP_TYPE_ARRAY_OF_MAPS, MAP_TYPE_HASH_OF_MAPS, MAP_TYPE_DEVMAP, MAP_TYPE_DEVMAP_HASH,
		MAP_TYPE_CPUMAP, MAP_TYPE_XSKMAP, MAP_TYPE_SOCKMAP, MAP_TYPE_SOCKHASH, MAP_TYPE_QUEUE,
		MAP_TYPE_STACK, MAP_TYPE_ARENA,
	};

	return type < 256 && memchr(types, type, sizeof(types));
}

static int map_parse(struct map_ctx *c, const struct btf_type *def, bool is_inner)
{
	u32 i, vlen = btf_vlen(def);
	int ret;

	for (i = 0; i < vlen; i++) {
		ret = set_field(c, &btf_members(def)[i], is_inner, i == vlen - 1);
		if (ret)
			return ret;
	}
	if (!c->map->type)
		return BAD(c->r, "map '%s': it has no type", c->map->name);
	/* The kernel takes a key's type with a value's only. */
	if (refuses_btf(c->map->type) || !c->map->btf_value_id)
		c->map->btf_key_id = c->map->btf_value_id = 0;
	return 0;
}

void map_kernel_name(struct obj_map *map, const char *name)
{
	size_t i;

	memset(map->kernel_name, 0, sizeof(map->kernel_name));
	for (i = 0; i < sizeof(map->kernel_name) - 1 && name[i]; i++) {
		unsigned char ch = name[i];

		map->kernel_name[i] = isascii(ch) && (isalnum(ch) || ch == '.') ? ch : '_';
	}
}

struct obj_map *map_add(struct reader *r, u32 sec, u64 off, u64 sz)
{
	struct map_pos *pos = PUSH(r->map_pos, r->map_pos_cnt, r->map_pos_cap);

	if (!pos)
		return NULL;
	pos->sec = sec;
	pos->off = off;
	pos->sz = sz;
	return PUSH(r->obj->maps, r->obj->map_cnt, r->map_cap);
}

void map_clear(struct obj_map *map)
{
	free(map->name);
	free(map->ident);
	free(map->data);
	free(map->inits);
	struct_ops_free(map->ops);
	if (map->inner)
		map_clear(map->inner);
	free(map->inner);
}

int map_by_pos(const struct reader *r, u32 sec, u64 off)
{
	u32 i;

	for (i = 0; i < r->obj->map_cnt; i++)
		if (r->map_pos[i].sec == sec && r->obj->maps[i].kind != MAP_STRUCT_OPS &&
		    (r->map_pos[i].off == off || r->obj->maps[i].kind != MAP_BTF))
			return i;
	return -1;
}

static int map_read(struct reader *r, u32 sec, const struct btf_var_secinfo *vsi)
{
	const struct btf_type *var = btf__type_by_id(r->obj->btf, vsi->type), *def;
	const char *name = btf_name(r, var);
	struct map_ctx c = { .r = r };
	u32 i, id = var->type;

	if (!btf_is_var(var))
		return BAD(r, "'%s' in section '.maps' is no map", name);
	def = btf_skip_mods(r, &id);
	if (!def || !btf_is_struct(def))
		return BAD(r, "map '%s': its type is no struct", name);
	if ((u64)vsi->offset + vsi->size > r->secs[sec].size || def->size > vsi->size)
		return BAD(r, "map '%s' lies beyond its section", name);
	for (i = 0; i < r->obj->map_cnt; i++)
		if (!strcmp(r->obj->maps[i].name, name))
			return BAD(r, "map '%s' is defined twice", name);
	c.map = map_add(r, sec, vsi->offset, vsi->size);
	if (!c.map)
		return -ENOMEM;
	r->map_pos[r->obj->map_cnt - 1].def_id = id;
	c.map->kind = MAP_BTF;
	c.map->name = strdup(name);
	c.map->ident = strdup(name);
	if (!c.map->name || !c.map->ident)
		return -ENOMEM;
	map_kernel_name(c.map, name);
	return map_parse(&c, def, false);
}

int maps_read(struct reader *r)
{
	u32 sec = elf_find_sec(r, ".maps"), id = btf_find_datasec(r, ".maps"), i, vlen;
	int ret;

	if (!sec || !r->secs[sec].size)
		return 0;
	if (!id)
		return BAD(r, "section '.maps' has no BTF; build with -g");
	vlen = btf_vlen(btf__type_by_id(r->obj->btf, id));
	for (i = 0; i < vlen; i++) {
		/* Parsing adds nothing to the BTF, so the pointer stays good. */
		ret = map_read(r, sec, &btf_var_secinfos(btf__type_by_id(r->obj->btf, id))[i]);
		if (ret)
			return ret;
	}
	return 0;
}
