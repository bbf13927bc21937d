// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Elements of maps: those of arrays are stored, of maps of maps and programs they are held, of others only
 * the rules count. */
#include "map_types.h"

#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#define BAD(...) model_fail(c->m, -EINVAL, __VA_ARGS__)

/* Like the one that the outer map was made with? */
static int check_same(struct caller *c, const struct kmap *outer, const struct kmap *map)
{
	const struct kmap *want = outer->inner;
	const u32 flags = BPF_F_INNER_MAP; /* sizes may differ then */

	if (want->type != map->type || want->key_size != map->key_size ||
	    want->value_size != map->value_size || want->flags != map->flags)
		return BAD("map '%s' is not like those that '%s' was made for", map->name, outer->name);
	if (map->type == BPF_MAP_TYPE_ARRAY && !(map->flags & flags) && want->max_entries != map->max_entries)
		return BAD("map '%s' has %u entries, those of '%s' have %u", map->name, map->max_entries,
			   outer->name, want->max_entries);
	return 0;
}

static void hold(struct model *m, struct kmap *map, u32 slot, void *obj, bool is_prog)
{
	void *was = map->elems && slot < map->max_entries ? map->elems[slot] : NULL;

	if (!map->elems || slot >= map->max_entries)
		return;
	if (is_prog)
		((struct kprog *)obj)->refs++;
	else
		((struct kmap *)obj)->refs++;
	map->elems[slot] = obj;
	if (was && is_prog)
		kprog_put(m, was);
	else if (was)
		kmap_put(m, was);
}

/* Programs of a prog array are of one type. */
static int put_prog(struct caller *c, struct kmap *map, u32 slot, int fd)
{
	struct kprog *prog;
	int err = 0;
	u32 i;

	prog = fd_get(c->m, fd, KFD_PROG, &err);
	if (!prog)
		return err;
	for (i = 0; map->elems && i < map->max_entries; i++) {
		const struct kprog *other = map->elems[i];

		if (other && (other->type != prog->type || other->flags != prog->flags))
			return BAD("prog '%s' is of another kind than '%s', which is in the map already",
				   prog->name, other->name);
	}
	hold(c->m, map, slot, prog, true);
	return 0;
}

static int put_map(struct caller *c, struct kmap *map, u32 slot, int fd)
{
	struct kmap *inner;
	int err = 0;

	inner = fd_get(c->m, fd, KFD_MAP, &err);
	if (!inner)
		return err;
	err = check_same(c, map, inner);
	if (err)
		return err;
	if (map->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		slot = map->elem_cnt % map->max_entries;
	hold(c->m, map, slot, inner, false);
	return 0;
}

/* Its functions are programs of the right type; the rest of the value is the kernel's affair. */
static int put_ops(struct caller *c, struct kmap *map, const u8 *value)
{
	(void)value;
	if (map->updated)
		return model_fail(c->m, -EBUSY, "'%s' has its operations already", map->name);
	model_undecided(c->m, "struct_ops '%s': whether the kernel takes these operations", map->name);
	map->updated = true;
	return 0;
}

static int check_flags(struct caller *c, const struct kmap *map, u64 flags)
{
	const struct map_rule *r = model_map_rule(map->type);
	const char *special = flags & 4 ? kmap_special(map) : NULL;

	if (flags & 4 && (!special || !strstr(special, "spin_lock")))
		return BAD("BPF_F_LOCK for a map without a lock");
	flags &= ~4ull;
	if (flags > BPF_EXIST)
		return BAD("flags 0x%llx", (unsigned long long)flags);
	if (r && r->type & T_ARRAY && flags == BPF_NOEXIST)
		return model_fail(c->m, r->type & T_FDS ? -EINVAL : -EEXIST,
				  "an array has all of its elements");
	if (r && r->type & T_FDS && flags != BPF_ANY)
		return BAD("flags 0x%llx", (unsigned long long)flags);
	return 0;
}

static int update(struct caller *c, struct kmap *map, const u8 *key, const u8 *value)
{
	const struct map_rule *r = model_map_rule(map->type);
	const bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	const u32 slot = map->key_size == 4 ? get32(key, big) : 0;
	int err;

	if (map->type == BPF_MAP_TYPE_STRUCT_OPS)
		return a64(c, ME_FLAGS) || slot ? model_fail(c->m, a64(c, ME_FLAGS) ? -EINVAL : -E2BIG,
							     "struct_ops: key %u", slot)
						: put_ops(c, map, value);
	if (map->type == BPF_MAP_TYPE_RINGBUF || map->type == MAP_USER_RINGBUF)
		return model_fail(c->m, -KENOTSUPP, "a ring buffer has no elements");
	if (map->type == MAP_ARENA)
		return model_fail(c->m, -EOPNOTSUPP, "an arena has no elements");
	err = check_flags(c, map, a64(c, ME_FLAGS));
	if (err)
		return err;
	if (r && r->type & T_ARRAY && slot >= map->max_entries)
		return model_fail(c->m, -E2BIG, "key %u: the map has %u elements", slot, map->max_entries);
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return put_prog(c, map, slot, (int)get32(value, big));
	if (r && r->type & T_OUTER)
		return put_map(c, map, slot, (int)get32(value, big));
	if (map->value)
		memcpy(map->value + (map->value_size + 7ull) / 8 * 8 * slot, value, map->value_size);
	else if (r && !(r->type & (T_ARRAY | T_HASH)) && map->type != BPF_MAP_TYPE_LPM_TRIE &&
		 map->type != BPF_MAP_TYPE_QUEUE && map->type != BPF_MAP_TYPE_STACK)
		model_undecided(c->m, "map '%s': whether the element can be put into it", map->name);
	map->elem_cnt++;
	return 0;
}

/* What user space sees of an element: of maps of each CPU, one for each. */
static u64 value_bytes(const struct model *m, const struct kmap *map)
{
	const struct map_rule *r = model_map_rule(map->type);
	const u32 cpus = m->target && m->target->cpu_cnt ? m->target->cpu_cnt : 1;

	return r && r->type & T_PERCPU ? (map->value_size + 7ull) / 8 * 8 * cpus : map->value_size;
}

long cmd_map_elem(struct caller *c, u32 cmd)
{
	struct model *m = c->m;
	struct kmap *map;
	u8 *key = NULL, *value = NULL;
	u64 sz;
	int err = 0;

	map = fd_get(m, (int)a32(c, ME_MAP), KFD_MAP, &err);
	if (!map)
		return err;
	if (cmd != BPF_MAP_LOOKUP_ELEM && (map->frozen || map->flags & BPF_F_RDONLY))
		return model_fail(m, -EPERM, "map '%s' is frozen, or may only be read", map->name);
	sz = value_bytes(m, map);
	key = malloc(map->key_size + 8);
	value = calloc(1, sz + 8);
	if (!key || !value)
		err = model_fail(m, -ENOMEM, "out of memory");
	if (!err && !map->key_size && a64(c, ME_KEY))
		err = BAD("a key for a map that has none");
	if (!err)
		err = model_copy_in(c, key, a64(c, ME_KEY), map->key_size);
	if (!err && cmd == BPF_MAP_UPDATE_ELEM)
		err = model_copy_in(c, value, a64(c, ME_VALUE), sz);
	if (!err && cmd == BPF_MAP_UPDATE_ELEM)
		err = update(c, map, key, value);
	if (!err && cmd == BPF_MAP_LOOKUP_ELEM) {
		const u64 slot = map->key_size == 4 ? get32(key, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) : 0;

		if (map->value && slot < map->max_entries)
			err = model_copy_out_user(m, a64(c, ME_VALUE),
						  map->value + (map->value_size + 7ull) / 8 * 8 * slot,
						  map->value_size);
		else
			err = model_fail(m, -ENOENT, "map '%s' has no such element", map->name);
	}
	if (!err && cmd == BPF_MAP_DELETE_ELEM) {
		if (map->type == BPF_MAP_TYPE_STRUCT_OPS && map->updated)
			map->updated = false;
		else if (map->value)
			err = BAD("elements of arrays stay");
		else
			err = model_fail(m, -ENOENT, "map '%s' has no such element", map->name);
	}
	free(key);
	free(value);
	return err;
}

long cmd_map_freeze(struct caller *c)
{
	struct model *m = c->m;
	const char *special;
	struct kmap *map;
	int err = 0;

	map = fd_get(m, (int)a32(c, ME_MAP), KFD_MAP, &err);
	if (!map)
		return err;
	special = kmap_special(map);
	if (map->type == BPF_MAP_TYPE_STRUCT_OPS || (special && strcmp(special, "bpf_spin_lock")) ||
	    (special && model_maybe_since(m, KVER(6, 2, 0))))
		return model_fail(m, -KENOTSUPP, "map '%s' is not only bytes, and can't be frozen",
				  map->name);
	/* who may not write it may not freeze it, and that is so when it is frozen */
	if ((map->flags & BPF_F_RDONLY || map->frozen) && model_maybe_since(m, KVER(6, 5, 0)))
		return model_fail(m, -EPERM, "map '%s' may only be read, or is frozen already", map->name);
	if (map->frozen)
		return model_fail(m, -EBUSY, "map '%s' is frozen already", map->name);
	map->frozen = true;
	return 0;
}

long cmd_map_by_id(struct caller *c)
{
	struct model *m = c->m;
	u32 fd;

	for (fd = 0; fd < m->fd_cnt; fd++) {
		struct kmap *map = model_map(m, (int)fd);

		if (map && map->id == a32(c, 0)) {
			map->refs++;
			return fd_new(m, KFD_MAP, map, 0);
		}
	}
	return model_fail(m, -ENOENT, "no map has id %u", a32(c, 0));
}
