// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Three ways for two types to be alike. Fields: a value of one can be read as the other, roughly. Compatible
 * types: the same shape, names don't count. Matching types: all that the local one says is so in the target.
 */
#include "core_priv.h"

static bool plain_int(const struct btf_type *t)
{
	return btf_int_offset(t) == 0; /* others are bit fields of a time long gone */
}

/* Unnamed ones go with all. */
static bool names_may_be_same(const char *a, const char *b)
{
	return !*a || !*b || same_essential(a, b);
}

int fields_compat(const struct core *core, const struct btf *local, u32 local_id, const struct btf *target,
		  u32 target_id)
{
	const struct btf_type *l, *t;
	u32 i;

	for (i = 0; i < MAX_CHAIN; i++) {
		l = skip_mods(local, &local_id);
		t = skip_mods(target, &target_id);
		if (btf_is_composite(l) && btf_is_composite(t))
			return 1;
		if (!same_kind(core, l, t))
			return 0;
		switch (btf_kind(l)) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return 1;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return names_may_be_same(name_at(local, l->name_off), name_at(target, t->name_off));
		case BTF_KIND_INT: /* size and sign may differ */
			return plain_int(l) && plain_int(t);
		case BTF_KIND_ARRAY:
			local_id = btf_array(l)->type;
			target_id = btf_array(t)->type;
			continue;
		default:
			return 0;
		}
	}
	return -EINVAL;
}

struct pair {
	const struct core *core;
	const struct btf *target;
};

/* A rule for two types: 1, 0, or a negative errno. @behind_ptr: a pointer led to them. */
typedef int rule(const struct pair *p, u32 local_id, u32 target_id, bool behind_ptr, int level);

/*
 * From two pointers, arrays or prototypes to what they are made of: parameters are judged here, by @judge, one level
 * down; the ids become those that the caller goes on with.
 * Returns 1: go on; 0 (they differ) or a negative errno: the answer.
 */
static int descend(const struct pair *p, const struct btf_type *l, const struct btf_type *t, u32 *local_id,
		   u32 *target_id, rule *judge, bool behind_ptr, int level)
{
	u32 n;
	int ret;

	switch (btf_kind(l)) {
	case BTF_KIND_ARRAY:
		*local_id = btf_array(l)->type;
		*target_id = btf_array(t)->type;
		return 1;
	case BTF_KIND_FUNC_PROTO:
		if (btf_vlen(l) != btf_vlen(t))
			return 0;
		for (n = 0; n < btf_vlen(l); n++) {
			ret = judge(p, btf_params(l)[n].type, btf_params(t)[n].type, behind_ptr, level - 1);
			if (ret <= 0)
				return ret;
		}
		break;
	case BTF_KIND_PTR:
		break;
	default:
		return 0;
	}
	*local_id = l->type;
	*target_id = t->type;
	return 1;
}

static int compat(const struct pair *p, u32 local_id, u32 target_id, bool behind_ptr, int level)
{
	const struct btf_type *l, *t;
	int i, ret;

	if (level <= 0)
		return -EINVAL;
	for (i = 0; i < TYPE_DEPTH; i++) {
		l = skip_mods(p->core->local, &local_id);
		t = skip_mods(p->target, &target_id);
		if (!same_kind(p->core, l, t))
			return 0;
		switch (btf_kind(l)) {
		case BTF_KIND_UNKN:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD:
			return 1;
		case BTF_KIND_INT:
			return plain_int(l) && plain_int(t);
		}
		ret = descend(p, l, t, &local_id, &target_id, compat, behind_ptr, level);
		if (ret <= 0)
			return ret;
	}
	return -EINVAL;
}

static int max_level(const struct core *core)
{
	return core->flags & CORE_AS_KERNEL ? KERNEL_DEPTH : TYPE_DEPTH;
}

int types_compat(const struct core *core, u32 local_id, const struct btf *target, u32 target_id)
{
	const struct pair p = { core, target };

	if (!same_kind(core, type_at(core->local, local_id), type_at(target, target_id)))
		return 0;
	return compat(&p, local_id, target_id, false, max_level(core));
}

static bool kflag(const struct btf_type *t)
{
	return t->info >> 31;
}

/* A forward declaration's flag: of a union. */
static bool fwd_of(const struct btf_type *fwd, const struct btf_type *t)
{
	return btf_kind(t) == (kflag(fwd) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

/* All local enumerators are in the target; their values don't count. */
static bool enums_match(const struct pair *p, const struct btf_type *l, const struct btf_type *t)
{
	u32 i, j;

	for (i = 0; i < btf_vlen(l); i++) {
		const char *name = enumerator_name(p->core->local, l, i);

		for (j = 0; j < btf_vlen(t) && !same_essential(name, enumerator_name(p->target, t, j));)
			j++;
		if (j == btf_vlen(t))
			return false;
	}
	return true;
}

static rule match;

/* All local members are in the target, anywhere in it. */
static int members_match(const struct pair *p, const struct btf_type *l, const struct btf_type *t,
			 bool behind_ptr, int level)
{
	const struct btf_member *lm = btf_members(l), *tm = btf_members(t);
	u32 i, j;
	int ret;

	if (btf_vlen(l) > btf_vlen(t))
		return 0;
	for (i = 0; i < btf_vlen(l); i++) {
		const char *name = name_at(p->core->local, lm[i].name_off);

		ret = 0;
		for (j = 0; j < btf_vlen(t) && !ret; j++) {
			if (!same_essential(name, name_at(p->target, tm[j].name_off)))
				continue;
			ret = match(p, lm[i].type, tm[j].type, behind_ptr, level - 1);
		}
		if (ret <= 0)
			return ret;
	}
	return 1;
}

/* Behind a pointer a struct's name is enough, and a declaration is as good. */
static int composites_match(const struct pair *p, const struct btf_type *l, const struct btf_type *t,
			    bool behind_ptr, int level)
{
	if (!behind_ptr)
		return btf_kind(l) == btf_kind(t) ? members_match(p, l, t, behind_ptr, level) : 0;
	return btf_kind(l) == btf_kind(t) || (btf_is_fwd(t) && fwd_of(t, l));
}

static int match(const struct pair *p, u32 local_id, u32 target_id, bool behind_ptr, int level)
{
	const struct btf_type *l, *t;
	int i, ret;

	if (level <= 0)
		return -EINVAL;
	for (i = 0; i < TYPE_DEPTH; i++) {
		l = skip_mods(p->core->local, &local_id);
		t = skip_mods(p->target, &target_id);
		if (!same_essential(name_at(p->core->local, l->name_off), name_at(p->target, t->name_off)))
			return 0;
		switch (btf_kind(l)) {
		case BTF_KIND_UNKN:
			return btf_kind(t) == BTF_KIND_UNKN;
		case BTF_KIND_FWD:
			if (btf_is_fwd(t))
				return kflag(l) == kflag(t);
			return behind_ptr && fwd_of(l, t);
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return same_kind(p->core, l, t) && enums_match(p, l, t);
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			return composites_match(p, l, t, behind_ptr, level);
		case BTF_KIND_INT:
			return btf_is_int(t) && l->size == t->size &&
			       !((btf_int_encoding(l) ^ btf_int_encoding(t)) & BTF_INT_SIGNED);
		}
		if (btf_kind(l) != btf_kind(t))
			return 0;
		if (btf_is_array(l) && btf_array(l)->nelems != btf_array(t)->nelems)
			return 0;
		behind_ptr |= btf_is_ptr(l);
		ret = descend(p, l, t, &local_id, &target_id, match, behind_ptr, level);
		if (ret <= 0)
			return ret;
	}
	return -EINVAL;
}

int types_match(const struct core *core, u32 local_id, const struct btf *target, u32 target_id)
{
	const struct pair p = { core, target };

	return match(&p, local_id, target_id, false, max_level(core));
}
