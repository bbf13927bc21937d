// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Initial values of map-in-maps and prog arrays: relocations in the `values` part of a variable in .maps. */
#include "object_priv.h"
#include "kernel_types.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define PTR_SZ 8 /* of the BPF target */

static int find_map(const struct reader *r, u32 sec, u64 off)
{
	u32 i;

	for (i = 0; i < r->obj->map_cnt; i++) {
		const struct map_pos *pos = &r->map_pos[i];

		if (r->obj->maps[i].kind != MAP_BTF || pos->sec != sec)
			continue;
		if (pos->off <= off && off - pos->off < pos->sz)
			return i;
	}
	return -1;
}

/* The slot that byte @off of the map's variable fills. */
static int find_slot(struct reader *r, u32 mi, u64 off, u32 *slot)
{
	const struct obj_map *map = &r->obj->maps[mi];
	const struct btf_type *def = btf__type_by_id(r->obj->btf, r->map_pos[mi].def_id);
	u32 vlen = btf_vlen(def);
	const struct btf_member *m = vlen ? &btf_members(def)[vlen - 1] : NULL;
	u64 start;

	if (!m || strcmp(btf__str_by_offset(r->obj->btf, m->name_off), "values"))
		return BAD(r, "map '%s': initialised, but without 'values'", map->name);
	start = btf_member_bit_offset(def, vlen - 1) / 8;
	if (off < start || (off - start) % PTR_SZ || off + PTR_SZ > r->map_pos[mi].sz)
		return BAD(r, "map '%s': an initial value at odd offset %llu", map->name,
			   (unsigned long long)off);
	*slot = (off - start) / PTR_SZ;
	if (map->type != MAP_TYPE_HASH_OF_MAPS && *slot >= map->max_entries)
		return BAD(r, "map '%s': initial value [%u], but only %u entries", map->name, *slot,
			   map->max_entries);
	return 0;
}

static int find_value(struct reader *r, const struct obj_map *map, const struct elf_sym *sym, u64 addend,
		      u32 *ref)
{
	u64 off = sym->value + addend;
	const char *name = sym->name[0] ? sym->name : r->secs[sym->sec].name;
	int i;

	if (map->type == MAP_TYPE_PROG_ARRAY) {
		i = sym->sec ? func_at(r, sym->sec, off) : -1;
		if (i < 0 || r->pos[i].off != off || !r->obj->funcs[i].is_prog)
			return BAD(r, "map '%s': initial value '%s' is no program", map->name, name);
	} else {
		i = sym->sec ? map_by_pos(r, sym->sec, off) : -1;
		if (i < 0 || r->obj->maps[i].kind != MAP_BTF)
			return BAD(r, "map '%s': initial value '%s' is no map", map->name, name);
	}
	*ref = i;
	return 0;
}

static int read_init(struct reader *r, u32 sec, const struct elf_rel *rel, size_t *caps)
{
	int mi = find_map(r, sec, rel->off), ret;
	struct obj_map_init *init;
	struct obj_map *map;
	u32 slot = 0, ref = 0;
	u64 addend;

	if (mi < 0)
		return BAD(r, "section '.maps': a relocation at offset 0x%llx belongs to no map",
			   (unsigned long long)rel->off);
	map = &r->obj->maps[mi];
	if (rel->type != REL_ABS64 || r->secs[sec].size - rel->off < PTR_SZ)
		return BAD(r, "map '%s': relocation of type %u", map->name, rel->type);
	if (map->type != MAP_TYPE_PROG_ARRAY && map->type != MAP_TYPE_ARRAY_OF_MAPS &&
	    map->type != MAP_TYPE_HASH_OF_MAPS)
		return BAD(r, "map '%s': such a map can't be initialised", map->name);
	if (map->type == MAP_TYPE_HASH_OF_MAPS && map->key_size != 4)
		return BAD(r, "map '%s': initialised, so its keys must have 4 bytes", map->name);
	ret = find_slot(r, mi, rel->off - r->map_pos[mi].off, &slot);
	addend = get64(r->secs[sec].data + rel->off, r->obj->big_endian);
	ret = ret ?: find_value(r, map, &r->syms[rel->sym], addend, &ref);
	if (ret)
		return ret;
	init = PUSH(map->inits, map->init_cnt, caps[mi]);
	if (!init)
		return -ENOMEM;
	init->slot = slot;
	init->is_prog = map->type == MAP_TYPE_PROG_ARRAY;
	init->ref = ref;
	return 0;
}

static int cmp_init(const void *va, const void *vb)
{
	const struct obj_map_init *a = va, *b = vb;

	return a->slot < b->slot ? -1 : a->slot > b->slot;
}

static int sort_inits(struct reader *r, struct obj_map *map)
{
	u32 i;

	if (map->init_cnt)
		qsort(map->inits, map->init_cnt, sizeof(*map->inits), cmp_init);
	for (i = 1; i < map->init_cnt; i++)
		if (map->inits[i].slot == map->inits[i - 1].slot)
			return BAD(r, "map '%s': two initial values for [%u]", map->name, map->inits[i].slot);
	return 0;
}

int map_inits_read(struct reader *r)
{
	u32 sec = elf_find_sec(r, ".maps"), i, n, cnt = 0;
	size_t *caps = calloc((size_t)r->obj->map_cnt + 1, sizeof(*caps));
	struct elf_rel rel;
	int ret = 0;

	if (!caps)
		return -ENOMEM;
	for (i = 1; i < r->sec_cnt && !ret && sec && r->secs[sec].data; i++) {
		if (r->secs[i].type != SHT_REL || r->secs[i].info != sec)
			continue;
		ret = elf_rel_check(r, i, &cnt);
		for (n = 0; n < cnt && !ret; n++) {
			elf_rel(r, i, n, &rel);
			ret = read_init(r, sec, &rel, caps);
		}
	}
	free(caps);
	for (i = 0; i < r->obj->map_cnt && !ret; i++)
		ret = sort_inits(r, &r->obj->maps[i]);
	return ret;
}
