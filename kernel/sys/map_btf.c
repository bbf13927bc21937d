// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What BTF says of a map's keys and values. */
#include "map_types.h"

#include <string.h>
#include <bpf/btf.h>

static u32 skip_mods(const struct btf *btf, u32 id)
{
	const struct btf_type *t;
	u32 i;

	for (i = 0; i < 32; i++) {
		t = btf__type_by_id(btf, id);
		if (!t || !(btf_is_mod(t) || btf_is_typedef(t)))
			break;
		id = t->type;
	}
	return id;
}

static bool is_i32(const struct btf_type *t)
{
	return t && btf_is_int(t) && btf_int_bits(t) == 32 && !btf_int_offset(t);
}

/* Structs that are more than bytes, wherever they are in the value. */
static const char *find_special(const struct btf *btf, u32 id, u32 depth)
{
	static const char *const names[] = { "bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer",
					     "bpf_wq",	      "bpf_list_head",	   "bpf_list_node",
					     "bpf_rb_root",   "bpf_rb_node",	   "bpf_refcount",
					     "bpf_task_work" };
	const struct btf_type *t = btf__type_by_id(btf, skip_mods(btf, id));
	const struct btf_var_secinfo *v;
	const struct btf_member *m;
	const char *name, *found = NULL;
	u32 i;

	if (!t || depth > 8)
		return NULL;
	if (btf_is_array(t))
		return find_special(btf, btf_array(t)->type, depth + 1);
	if (btf_is_ptr(t)) {
		t = btf__type_by_id(btf, t->type);
		if (!t || !btf_is_type_tag(t))
			return NULL;
		name = btf__name_by_offset(btf, t->name_off);
		return name && (strstr(name, "kptr") || !strcmp(name, "uptr")) ? "kptr" : NULL;
	}
	if (btf_is_datasec(t)) {
		for (i = 0, v = btf_var_secinfos(t); i < btf_vlen(t) && !found; i++, v++) {
			t = btf__type_by_id(btf, v->type);
			found = t ? find_special(btf, t->type, depth + 1) : NULL;
			t = btf__type_by_id(btf, id);
		}
		return found;
	}
	if (!btf_is_composite(t))
		return NULL;
	name = btf__name_by_offset(btf, t->name_off);
	for (i = 0; name && i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return names[i];
	for (i = 0, m = btf_members(t); i < btf_vlen(t) && !found; i++, m++)
		found = find_special(btf, m->type, depth + 1);
	return found;
}

const char *kmap_special(const struct kmap *map)
{
	return map->btf && map->btf->btf && map->value_id ? find_special(map->btf->btf, map->value_id, 0)
							  : NULL;
}

/* Which maps can have such values. */
static bool special_ok(const struct kmap *map, const char *special)
{
	switch (map->type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY: return true;
	case BPF_MAP_TYPE_LRU_HASH: return !strstr(special, "spin_lock");
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH: return !strcmp(special, "kptr");
	case BPF_MAP_TYPE_CGROUP_STORAGE: return strstr(special, "spin_lock");
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case MAP_CGRP_STORAGE: return strstr(special, "spin_lock") || !strcmp(special, "kptr");
	}
	return false;
}

static int check_types(struct caller *c, struct kmap *map, u32 how)
{
	const struct btf *btf = map->btf->btf;
	const struct btf_type *key = btf__type_by_id(btf, skip_mods(btf, map->key_id));
	const struct btf_type *value = btf__type_by_id(btf, skip_mods(btf, map->value_id));
	const struct map_rule *r = model_map_rule(map->type);
	/* 7.2 asks for the keys' type of hash maps after all else */
	const bool key_late = r && r->type & T_HASH && model_since(c->m, KVER(7, 0, 0)) == TARGET_YES;
	const char *special;
	s64 sz;

	if (map->key_id) {
		sz = btf__resolve_size(btf, map->key_id);
		if (sz != map->key_size)
			return model_fail(c->m, -EINVAL, "keys have %u bytes, their type %lld", map->key_size,
					  (long long)sz);
	} else if (how == BTF_KEYED && !key_late) {
		return model_fail(c->m, -EINVAL, "keys have no type");
	}
	sz = btf__resolve_size(btf, map->value_id);
	if (!value || sz != map->value_size)
		return model_fail(c->m, -EINVAL, "values have %u bytes, their type %lld", map->value_size,
				  (long long)sz);
	special = kmap_special(map);
	if (special && map->flags & (BPF_F_RDONLY_PROG |
				     (model_maybe_since(c->m, KVER(6, 2, 0)) || !strcmp(special, "kptr")
					      ? BPF_F_WRONLY_PROG
					      : 0)))
		return model_fail(c->m, -EACCES, "values have a %s, and may not be read and written",
				  special);
	if (special && !special_ok(map, special))
		return model_fail(c->m,
				  model_maybe_since(c->m, KVER(6, 2, 0)) || !strstr(special, "spin_lock")
					  ? -EOPNOTSUPP
					  : -KENOTSUPP,
				  "values of such maps can't have a %s", special);
	if (how == BTF_KEYED && !map->key_id)
		return model_fail(c->m, -EINVAL, "keys have no type");
	switch (how) {
	case BTF_NONE:
		return model_fail(c->m, -KENOTSUPP, "maps of this type have no BTF");
	case BTF_ARRAY:
		if (!map->key_id)
			return map->type == BPF_MAP_TYPE_ARRAY && map->max_entries == 1 &&
					       btf_is_datasec(value)
				       ? 0
				       : model_fail(c->m, -EINVAL, "keys have no type");
		return is_i32(key) ? 0 : model_fail(c->m, -EINVAL, "keys are no 32-bit numbers");
	case BTF_I32:
		return map->key_id && is_i32(key) ? 0
						  : model_fail(c->m, -EINVAL, "keys are no 32-bit numbers");
	case BTF_LPM:
		return map->key_id && btf_is_struct(key) ? 0
							 : model_fail(c->m, -EINVAL, "keys are no struct");
	case BTF_CGROUP:
		if (!map->key_id ||
		    (map->key_size == 8 ? !btf_is_int(key) || btf_int_bits(key) != 64 || btf_int_offset(key)
					: !btf_is_struct(key) || btf_vlen(key) != 2))
			return model_fail(
				c->m, -EINVAL,
				"keys are neither a 64-bit number nor struct bpf_cgroup_storage_key");
		return 0;
	case BTF_KEYLESS:
		return map->key_id ? model_fail(c->m, -EINVAL, "there are no keys, but a type of keys") : 0;
	}
	return 0;
}

int kmap_check_btf(struct caller *c, struct kmap *map, u32 how)
{
	int err = 0;

	map->key_id = a32(c, MC_KEY_ID);
	map->value_id = a32(c, MC_VALUE_ID);
	if (!map->key_id && !map->value_id && !a32(c, MC_OPS_ID))
		return 0;
	map->btf = fd_get(c->m, (int)a32(c, MC_BTF), KFD_BTF, &err);
	if (!map->btf)
		return err;
	map->btf->refs++;
	if (map->btf->kernel)
		return model_fail(c->m, -EACCES, "the kernel's BTF has no types for maps");
	return map->value_id ? check_types(c, map, how) : 0;
}

/* struct_ops: the value is struct bpf_struct_ops_NAME, which the kernel must have. */
int kmap_check_ops(struct caller *c, struct kmap *map)
{
	const struct target_btf *where = NULL;
	const struct btf_type *t;
	struct kbtf *b;
	const char *name;
	int err = 0;

	map->ops_id = a32(c, MC_OPS_ID);
	if (!model_has_kernel_btf(c->m))
		return model_fail(c->m, -KENOTSUPP, "the kernel has no BTF");
	if (map->flags & F_VTYPE_BTF) {
		b = fd_get(c->m, (int)a32(c, MC_OPS_BTF), KFD_BTF, &err);
		if (!b)
			return err;
		if (!b->kernel)
			return model_fail(c->m, -EINVAL, "descriptor %u is not the kernel's BTF",
					  a32(c, MC_OPS_BTF));
		where = b->kernel;
	} else if (c->m->target) {
		where = &c->m->target->btfs[0];
	}
	map->ops_btf = where;
	if (!where) {
		model_undecided(c->m, "struct_ops: whether the kernel has such operations, of %u bytes",
				map->value_size);
		return 0;
	}
	t = btf__type_by_id(where->btf, map->ops_id);
	name = t ? btf__name_by_offset(where->btf, t->name_off) : NULL;
	if (!t || !btf_is_struct(t) || !name || strncmp(name, "bpf_struct_ops_", 15))
		return model_fail(c->m, -KENOTSUPP, "type %u is no struct bpf_struct_ops_...", map->ops_id);
	if (t->size != map->value_size)
		return model_fail(c->m, -EINVAL, "value_size %u: %s has %u", map->value_size, name, t->size);
	return 0;
}
