// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Global variables: each data section is an array map with one entry, named after the object and the
 * section.
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

/*
 * The name in the kernel, by libbpf's rule (peers and tools expect it): up to 15 characters, ending with the
 * section's name. Seven characters are kept for that even if it is shorter; the rest goes to the start of
 * the object's name. A section with a second dot stands alone.
 */
static void data_kernel_name(const struct object *obj, struct obj_map *map)
{
	int max = sizeof(map->kernel_name) - 1, len = strlen(map->name), prefix;
	char name[2 * sizeof(map->kernel_name)];

	if (len < 7)
		len = 7;
	if (len > max)
		len = max;
	prefix = strchr(map->name + 1, '.') ? 0 : max - len;
	snprintf(name, sizeof(name), "%.*s%.*s", prefix, obj->name, len, map->name);
	map_kernel_name(map, name);
}

static char *data_ident(const char *sec)
{
	char *ident = strdup(*sec == '.' ? sec + 1 : sec), *p;

	for (p = ident; p && *p; p++)
		if (!isascii((unsigned char)*p) || !isalnum((unsigned char)*p))
			*p = '_';
	return ident;
}

/*
 * Mapped into user space if there is something to see: a variable that is neither static nor hidden (by now
 * hidden ones are static too, see btf_fixup.c). Locks and kernel pointers live in such private sections; the
 * kernel refuses to map them.
 */
static bool is_mmapable(const struct reader *r, u32 sec_id)
{
	const struct btf_type *t, *var;
	u32 i;

	if (!sec_id)
		return false;
	t = btf__type_by_id(r->obj->btf, sec_id);
	for (i = 0; i < btf_vlen(t); i++) {
		var = btf__type_by_id(r->obj->btf, btf_var_secinfos(t)[i].type);
		if (btf_is_var(var) && btf_var(var)->linkage != BTF_VAR_STATIC)
			return true;
	}
	return false;
}

static int data_map_read(struct reader *r, u32 idx, int kind)
{
	const struct elf_sec *sec = &r->secs[idx];
	struct obj_map *map;
	u32 i;

	if (sec->size > INT32_MAX)
		return BAD(r, "section '%s' is too large", sec->name);
	for (i = 0; i < r->obj->map_cnt; i++)
		if (!strcmp(r->obj->maps[i].name, sec->name))
			return BAD(r, "two sections are named '%s'", sec->name);
	map = map_add(r, idx, 0, sec->size);
	if (!map)
		return -ENOMEM;
	map->kind = kind;
	map->type = MAP_TYPE_ARRAY;
	map->key_size = 4;
	map->value_size = sec->size;
	map->max_entries = 1;
	map->btf_sec_id = map->btf_value_id = btf_find_datasec(r, sec->name);
	if (kind == MAP_RODATA)
		map->flags |= MAP_F_RDONLY_PROG;
	if (is_mmapable(r, map->btf_sec_id))
		map->flags |= MAP_F_MMAPABLE;
	map->name = strdup(sec->name);
	map->ident = data_ident(sec->name);
	if (!map->name || !map->ident)
		return -ENOMEM;
	data_kernel_name(r->obj, map);
	if (sec->data) {
		map->data = malloc(sec->size);
		if (!map->data)
			return -ENOMEM;
		memcpy(map->data, sec->data, sec->size);
	}
	return 0;
}

/* Variables in address space 1 are those of the arena: of the only one, since they don't say of which. */
static int arena_read(struct reader *r)
{
	const struct elf_sec *sec;
	struct obj_map *arena = NULL;
	u32 i, idx = elf_find_sec(r, ".addr_space.1");

	sec = &r->secs[idx];
	if (!idx || !sec->size)
		return 0;
	if (sec->size > INT32_MAX)
		return BAD(r, "section '%s' is too large", sec->name);
	for (i = 0; i < r->obj->map_cnt; i++) {
		if (r->obj->maps[i].type != MAP_TYPE_ARENA)
			continue;
		if (arena)
			return BAD(r, "section '%s': there are two arenas, '%s' and '%s'", sec->name,
				   arena->name, r->obj->maps[i].name);
		arena = &r->obj->maps[i];
		r->arena_map = i;
	}
	if (!arena)
		return BAD(r, "section '%s': there is no arena for these variables", sec->name);
	r->arena_sec = idx;
	arena->arena_sz = sec->size;
	arena->btf_sec_id = btf_find_datasec(r, sec->name);
	if (!sec->data)
		return 0;
	arena->data = malloc(sec->size);
	if (!arena->data)
		return -ENOMEM;
	memcpy(arena->data, sec->data, sec->size);
	return 0;
}

int data_maps_read(struct reader *r)
{
	u32 i;
	int kind, ret;

	for (i = 1; i < r->sec_cnt; i++) {
		if (!r->secs[i].size)
			continue;
		kind = sec_data_kind(&r->secs[i]);
		ret = kind < 0 ? 0 : data_map_read(r, i, kind);
		if (ret)
			return ret;
	}
	ret = arena_read(r) ?: kconfig_map_read(r);
	if (!ret && r->kconfig_map >= 0)
		data_kernel_name(r->obj, &r->obj->maps[r->kconfig_map]);
	return ret;
}
