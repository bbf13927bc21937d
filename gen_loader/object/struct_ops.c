// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Variables of .struct_ops, .struct_ops.link and the same with '?': each is a map, whose value is a struct of the kernel's.
 * Functions in it are relocations. What is the kernel's business (does it have that struct, these members?) is not asked.
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define PTR_SZ 8 /* of the BPF target */

static const struct ops_sec {
	const char *name, *btf_name; /* in BTF, names have no '?' any more (btf_fixup.c) */
	bool link, autocreate;
} ops_secs[] = {
	{ ".struct_ops", ".struct_ops", false, true },
	{ ".struct_ops.link", ".struct_ops.link", true, true },
	{ "?.struct_ops", "_.struct_ops", false, false },
	{ "?.struct_ops.link", "_.struct_ops.link", true, false },
};

static const struct ops_sec *ops_sec(const struct elf_sec *sec)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops_secs); i++)
		if (!strcmp(sec->name, ops_secs[i].name))
			return &ops_secs[i];
	return NULL;
}

/* Members must have a size, and be found by their bytes. */
static int check_members(struct reader *r, const char *map, u32 id)
{
	const struct btf_type *t = btf__type_by_id(r->obj->btf, id);
	const struct btf_member *m = btf_members(t);
	u32 i, bits;
	s64 sz;

	for (i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__str_by_offset(r->obj->btf, m[i].name_off);

		if (btf_member_bitfield_size(t, i))
			return UNSUP(r, "map '%s': member '%s' is a bit field", map, name);
		bits = btf_member_bit_offset(t, i);
		sz = btf__resolve_size(r->obj->btf, m[i].type);
		if (sz < 0 || bits % 8 || sz > t->size || bits / 8 > t->size - sz)
			return BAD(r, "map '%s': member '%s' has no place in the struct", map, name);
	}
	return 0;
}

/* "tcp_congestion_ops___mine" is another declaration of tcp_congestion_ops. */
static char *kernel_type_name(const char *name)
{
	const char *flavour = strstr(name, "___");

	return flavour && flavour != name ? strndup(name, flavour - name) : strdup(name);
}

static int fill_map(struct reader *r, struct obj_map *map, const struct ops_sec *os, const struct elf_sec *sec,
		    const struct btf_var_secinfo *vsi, u32 struct_id)
{
	const struct btf_type *def = btf__type_by_id(r->obj->btf, struct_id);
	const char *name = btf_name(r, btf__type_by_id(r->obj->btf, vsi->type));

	map->kind = MAP_STRUCT_OPS;
	map->type = MAP_TYPE_STRUCT_OPS;
	map->key_size = 4;
	map->value_size = def->size;
	map->max_entries = 1;
	map->flags = os->link ? MAP_F_LINK : 0;
	map->name = strdup(name);
	map->ident = strdup(name);
	map->ops = calloc(1, sizeof(*map->ops));
	if (!map->name || !map->ident || !map->ops)
		return -ENOMEM;
	map_kernel_name(map, name);
	map->ops->type = kernel_type_name(btf_name(r, def));
	map->ops->struct_id = struct_id;
	map->ops->link = os->link;
	map->ops->autocreate = os->autocreate;
	map->data = calloc(1, def->size);
	if (!map->ops->type || !map->data)
		return -ENOMEM;
	if (sec->data)
		memcpy(map->data, sec->data + vsi->offset, def->size);
	return 0;
}

static int map_read(struct reader *r, u32 idx, const struct ops_sec *os, const struct btf_var_secinfo *vsi)
{
	const struct btf_type *var = btf__type_by_id(r->obj->btf, vsi->type), *def;
	const struct elf_sec *sec = &r->secs[idx];
	const char *name = btf_name(r, var);
	struct obj_map *map;
	u32 i, id = var->type;
	int ret;

	if (!btf_is_var(var))
		return BAD(r, "'%s' in section '%s' is no variable", name, sec->name);
	def = btf_skip_mods(r, &id);
	if (!def || !btf_is_struct(def) || !def->size)
		return BAD(r, "map '%s': its type is no struct", name);
	if (!def->name_off)
		return UNSUP(r, "map '%s': its struct has no name, so the kernel's can't be found", name);
	if ((u64)vsi->offset + vsi->size > sec->size || def->size > vsi->size)
		return BAD(r, "map '%s' lies beyond its section", name);
	for (i = 0; i < r->obj->map_cnt; i++)
		if (!strcmp(r->obj->maps[i].name, name))
			return BAD(r, "map '%s' is defined twice", name);
	ret = check_members(r, name, id);
	if (ret)
		return ret;
	map = map_add(r, idx, vsi->offset, vsi->size);
	if (!map)
		return -ENOMEM;
	r->map_pos[r->obj->map_cnt - 1].def_id = id;
	return fill_map(r, map, os, sec, vsi, id);
}

int struct_ops_read(struct reader *r)
{
	const struct ops_sec *os;
	u32 i, n, id;
	int ret;

	for (i = 1; i < r->sec_cnt; i++) {
		os = ops_sec(&r->secs[i]);
		if (!os || !r->secs[i].size || (r->secs[i].type != SHT_PROGBITS && r->secs[i].type != SHT_NOBITS))
			continue;
		id = btf_find_datasec(r, os->btf_name);
		if (!id)
			return BAD(r, "section '%s' has no BTF; build with -g", os->name);
		for (n = 0; n < btf_vlen(btf__type_by_id(r->obj->btf, id)); n++) {
			ret = map_read(r, i, os, &btf_var_secinfos(btf__type_by_id(r->obj->btf, id))[n]);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int find_map(const struct reader *r, u32 sec, u64 off)
{
	u32 i;

	for (i = 0; i < r->obj->map_cnt; i++) {
		const struct map_pos *pos = &r->map_pos[i];

		if (r->obj->maps[i].kind == MAP_STRUCT_OPS && pos->sec == sec && pos->off <= off &&
		    off - pos->off < r->obj->maps[i].value_size)
			return i;
	}
	return -1;
}

/* The member at byte @off, if it is a pointer; -1. */
static int find_member(const struct reader *r, const struct obj_map *map, u64 off)
{
	const struct btf_type *t = btf__type_by_id(r->obj->btf, map->ops->struct_id), *m;
	u32 i, id;

	for (i = 0; i < btf_vlen(t); i++) {
		if (btf_member_bit_offset(t, i) != off * 8)
			continue;
		id = btf_members(t)[i].type;
		m = btf_skip_mods(r, &id);
		if (m && btf_is_ptr(m))
			return i;
	}
	return -1;
}

/* The function at the symbol plus @addend; of several names for its code the one that was written, if it has one. */
static int find_prog(const struct reader *r, const struct elf_rel *rel, u64 addend)
{
	const struct elf_sym *sym = &r->syms[rel->sym];
	u64 off = sym->value + addend;
	int first = sym->sec ? func_at(r, sym->sec, off) : -1, i;

	if (first < 0 || r->pos[first].off != off)
		return -1;
	for (i = first; i >= 0; i = func_alias(r, i))
		if (r->pos[i].sym == rel->sym)
			return i;
	return first;
}

static int read_prog(struct reader *r, u32 sec, const struct elf_rel *rel, size_t *caps)
{
	int mi = find_map(r, sec, rel->off), member, func;
	const struct obj_func *f;
	struct obj_ops_prog *p;
	struct obj_map *map;
	const char *name;
	u64 off;
	u8 *slot;

	if (mi < 0)
		return BAD(r, "section '%s': a relocation at offset 0x%llx belongs to no map", r->secs[sec].name,
			   (unsigned long long)rel->off);
	map = &r->obj->maps[mi];
	off = rel->off - r->map_pos[mi].off;
	member = find_member(r, map, off);
	if (rel->type != REL_ABS64 || member < 0 || map->value_size - off < PTR_SZ)
		return BAD(r, "map '%s': a relocation of type %u at offset %llu, where no pointer is", map->name, rel->type,
			   (unsigned long long)off);
	name = btf__str_by_offset(r->obj->btf,
				  btf_members(btf__type_by_id(r->obj->btf, map->ops->struct_id))[member].name_off);
	slot = (u8 *)map->data + off;
	func = find_prog(r, rel, get64(slot, r->obj->big_endian));
	if (func < 0)
		return UNSUP(r, "map '%s': member '%s' is initialised with an address that is no program's", map->name, name);
	f = &r->obj->funcs[func];
	if (!f->is_prog || !f->def || f->def->prog_type != PROG_STRUCT_OPS)
		return BAD(r, "map '%s': member '%s': '%s' is no struct_ops program", map->name, name, f->name);
	memset(slot, 0, PTR_SZ); /* the addend */
	p = PUSH(map->ops->progs, map->ops->prog_cnt, caps[mi]);
	if (!p)
		return -ENOMEM;
	p->member = member;
	p->func = func;
	return 0;
}

static int cmp_prog(const void *va, const void *vb)
{
	const struct obj_ops_prog *a = va, *b = vb;

	return a->member < b->member ? -1 : a->member > b->member;
}

static int sort_progs(struct reader *r, struct obj_map *map)
{
	struct obj_struct_ops *ops = map->ops;
	u32 i;

	if (ops->prog_cnt)
		qsort(ops->progs, ops->prog_cnt, sizeof(*ops->progs), cmp_prog);
	for (i = 1; i < ops->prog_cnt; i++)
		if (ops->progs[i].member == ops->progs[i - 1].member)
			return BAD(r, "map '%s': two programs for one member", map->name);
	return 0;
}

/*
 * A program without a map has no place in any of the kernel's structs, so it can't be loaded. As in libbpf, the maps alone
 * decide, whatever a '?' before the program's section says.
 */
static void decide_autoload(struct object *obj)
{
	u32 i, n;

	for (i = 0; i < obj->func_cnt; i++)
		if (obj->funcs[i].is_prog && obj->funcs[i].def && obj->funcs[i].def->prog_type == PROG_STRUCT_OPS)
			obj->funcs[i].autoload = false;
	for (i = 0; i < obj->map_cnt; i++) {
		const struct obj_struct_ops *ops = obj->maps[i].ops;

		for (n = 0; ops && ops->autocreate && n < ops->prog_cnt; n++)
			obj->funcs[ops->progs[n].func].autoload = true;
	}
}

int struct_ops_progs_read(struct reader *r)
{
	size_t *caps = calloc((size_t)r->obj->map_cnt + 1, sizeof(*caps));
	u32 i, n, cnt = 0;
	struct elf_rel rel;
	int ret = 0;

	if (!caps)
		return -ENOMEM;
	for (i = 1; i < r->sec_cnt && !ret; i++) {
		const struct elf_sec *sec = &r->secs[i];

		if ((sec->type != SHT_REL && sec->type != SHT_RELA) || sec->info >= r->sec_cnt || !sec->size ||
		    !ops_sec(&r->secs[sec->info]) || !r->secs[sec->info].data)
			continue;
		if (sec->type == SHT_RELA) {
			ret = UNSUP(r, "section '%s': relocations with addends (RELA)", sec->name);
			break;
		}
		ret = elf_rel_check(r, i, &cnt);
		for (n = 0; n < cnt && !ret; n++) {
			elf_rel(r, i, n, &rel);
			ret = read_prog(r, sec->info, &rel, caps);
		}
	}
	free(caps);
	for (i = 0; i < r->obj->map_cnt && !ret; i++)
		if (r->obj->maps[i].ops)
			ret = sort_progs(r, &r->obj->maps[i]);
	if (!ret)
		decide_autoload(r->obj);
	return ret;
}

void struct_ops_free(struct obj_struct_ops *ops)
{
	if (!ops)
		return;
	free(ops->type);
	free(ops->progs);
	free(ops);
}
