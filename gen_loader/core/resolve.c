// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Values of relocations: what the object believes, and what the target's candidates agree on. */
#include "core_priv.h"

/* What one access says. */
struct aspect {
	bool none;  /* nothing to read or to know there: poison */
	bool check; /* the compiler computes it the same way */
	u64 val;
	u32 sz, type_id; /* byte offsets: what an instruction accesses there; size 0: not known */
};

static int resolve_size(const struct btf *btf, u32 id, u32 *sz)
{
	s64 ret = btf__resolve_size(btf, id);

	if (ret < 0 || ret > UINT32_MAX)
		return -EINVAL;
	*sz = ret;
	return 0;
}

/* An instruction accesses elements of an array, not the array. */
static int accessed_size(const struct btf *btf, u32 id, struct aspect *a)
{
	const struct btf_type *t = skip_mods(btf, &id);
	u32 i;

	for (i = 0; btf_is_array(t) && i < MAX_CHAIN; i++) {
		id = btf_array(t)->type;
		t = skip_mods(btf, &id);
	}
	a->type_id = id;
	return resolve_size(btf, id, &a->sz);
}

static int element_value(const struct spec *spec, u32 kind, struct aspect *a)
{
	u32 id = spec->steps[spec->cnt - 1].type_id, sz;

	a->check = true;
	if (kind == CORE_BYTE_OFFSET) {
		a->val = spec->bits / 8;
		a->type_id = id;
		return resolve_size(spec->btf, id, &a->sz);
	}
	if (kind != CORE_BYTE_SIZE || resolve_size(spec->btf, id, &sz))
		return -EINVAL;
	a->val = sz;
	return 0;
}

/* Where the bits of a field are to be loaded from. */
struct place {
	u64 bit_off;
	u32 bit_sz, byte_off, byte_sz;
};

static int find_place(const struct spec *spec, u32 type_id, u32 bitfield, struct place *p)
{
	int ret = resolve_size(spec->btf, type_id, &p->byte_sz);

	if (ret)
		return ret;
	p->bit_off = spec->bits;
	p->bit_sz = bitfield;
	p->byte_off = p->bit_off / 8;
	if (!bitfield) {
		p->bit_sz = p->byte_sz * 8;
		return 0;
	}
	/* the smallest aligned load that has all bits, from the size of the type on */
	for (;; p->byte_sz *= 2) {
		if (!p->byte_sz || p->byte_sz > 8)
			return -E2BIG;
		p->byte_off = p->bit_off / 8 / p->byte_sz * p->byte_sz;
		if (p->bit_off + p->bit_sz - (u64)p->byte_off * 8 <= p->byte_sz * 8)
			return 0;
	}
}

static bool is_signed(const struct btf_type *t)
{
	if (btf_is_any_enum(t))
		return t->info >> 31;
	return btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_SIGNED);
}

static int field_value(const struct core *core, const struct spec *spec, u32 kind, struct aspect *a)
{
	const struct step *last = &spec->steps[spec->cnt - 1];
	const struct btf_type *t = type_at(spec->btf, last->type_id), *mt;
	u32 id, bitfield;
	struct place p;
	int ret;

	if (!last->name)
		return element_value(spec, kind, a);
	id = btf_members(t)[last->idx].type;
	mt = skip_mods(spec->btf, &id);
	bitfield = btf_member_bitfield_size(t, last->idx);
	ret = find_place(spec, id, bitfield, &p);
	if (ret)
		return ret;
	/* how bits are best loaded is a matter of taste */
	a->check = !bitfield || kind == CORE_SIGNED || kind == CORE_RSHIFT;
	switch (kind) {
	case CORE_BYTE_OFFSET:
		a->val = p.byte_off;
		return bitfield ? 0 : accessed_size(spec->btf, id, a);
	case CORE_BYTE_SIZE:
		a->val = p.byte_sz;
		return 0;
	case CORE_SIGNED:
		a->val = is_signed(mt);
		return 0;
	case CORE_LSHIFT:
		if (core->flags & CORE_BIG_ENDIAN)
			a->val = (8 - (u64)p.byte_sz) * 8 + (p.bit_off - (u64)p.byte_off * 8);
		else
			a->val = 64 - (p.bit_off + p.bit_sz - (u64)p.byte_off * 8);
		return 0;
	case CORE_RSHIFT:
		a->val = 64 - (u64)p.bit_sz;
		return 0;
	}
	return -ENOTSUP;
}

static int type_value(const struct spec *spec, u32 kind, struct aspect *a)
{
	u32 sz;

	/* ids change when objects are linked, and the compiler does not see that */
	a->check = kind != CORE_ID_TARGET;
	switch (kind) {
	case CORE_ID_TARGET:
		a->val = spec->root_id;
		return 0;
	case CORE_TYPE_SIZE:
		if (resolve_size(spec->btf, spec->root_id, &sz))
			return -EINVAL;
		a->val = sz;
		return 0;
	}
	a->val = 1; /* exists, matches */
	return 0;
}

/* @spec: NULL: there is no such thing */
static int value_of(const struct core *core, const struct spec *spec, u32 kind, struct aspect *a)
{
	*a = (struct aspect){ .check = true };
	switch (kind) {
	case CORE_FIELD_EXISTS:
	case CORE_ENUMVAL_EXISTS:
		a->val = !!spec;
		return 0;
	case CORE_ENUMVAL_VALUE:
		a->none = !spec;
		if (spec)
			a->val = enumerator_value(type_at(spec->btf, spec->steps[0].type_id),
						  spec->steps[0].idx);
		return 0;
	case CORE_ID_TARGET:
	case CORE_TYPE_EXISTS:
	case CORE_TYPE_SIZE:
	case CORE_TYPE_MATCHES:
		return spec ? type_value(spec, kind, a) : 0;
	}
	a->none = !spec;
	return spec ? field_value(core, spec, kind, a) : 0;
}

/* Whether an instruction may read a field of another size: pointers, and what is extended by zeroes. */
static bool can_resize(const struct btf *lb, u32 local_id, const struct btf *tb, u32 target_id)
{
	const struct btf_type *l = type_at(lb, local_id), *t = type_at(tb, target_id);

	if (btf_is_ptr(l) && btf_is_ptr(t))
		return true;
	return btf_is_int(l) && btf_is_int(t) && !is_signed(l) && !is_signed(t);
}

static int calc(const struct core *core, u32 kind, const struct spec *local, const struct spec *target,
		struct core_value *v)
{
	struct aspect l, t;
	int ret = value_of(core, local, kind, &l);

	if (!ret)
		ret = value_of(core, target, kind, &t);
	if (ret)
		return ret;
	*v = (struct core_value){ .found = target,
				  .poison = t.none,
				  .check = l.check,
				  .local = l.val,
				  .target = t.val,
				  .local_sz = l.sz,
				  .target_sz = t.sz,
				  .target_id = target ? target->root_id : 0 };
	if (target && l.sz != t.sz) {
		v->resize = true;
		v->no_resize = !can_resize(core->local, l.type_id, target->btf, t.type_id);
	}
	return 0;
}

static int disagree(const struct spec *a, u64 va, const struct spec *b, u64 vb, struct lsk_err *err)
{
	const struct btf_type *ta = type_at(a->btf, a->root_id), *tb = type_at(b->btf, b->root_id);

	return err_set(err, -EINVAL, "ambiguous: %llu by the kernel's type [%u] '%s', %llu by [%u] '%s'",
		       (unsigned long long)va, a->root_id, name_at(a->btf, ta->name_off),
		       (unsigned long long)vb, b->root_id, name_at(b->btf, tb->name_off));
}

/* All candidates in one BTF that match; they must agree. *@any: there are candidates at all. */
static int resolve_in(struct core *core, const struct target *target, const struct obj_core *relo,
		      const struct spec *local, struct spec *found, struct core_value *val, bool *any,
		      struct lsk_err *err)
{
	struct core_value v;
	struct spec spec;
	u32 id = 0;
	int ret;

	while ((id = target_next(core, target, relo->type_id, id))) {
		*any = true;
		ret = spec_match(core, relo, local, target->btf, id, &spec);
		if (!ret)
			continue;
		if (ret > 0)
			ret = calc(core, relo->kind, local, &spec, &v);
		if (ret < 0)
			return err_set(err, ret, "%s in the kernel's type [%u] '%s'",
				       ret == -E2BIG ? "too deep, or a bit field that no load has room for"
						     : "makes no sense",
				       id, name_at(target->btf, type_at(target->btf, id)->name_off));
		if (!val->found) {
			*found = spec;
			*val = v;
		} else if (spec.bits != found->bits && is_field_kind(relo->kind)) {
			return disagree(found, found->bits / 8, &spec, spec.bits / 8, err);
		} else if (v.target != val->target || v.poison != val->poison) {
			return disagree(found, val->target, &spec, v.target, err);
		}
	}
	return 0;
}

static int resolve(struct core *core, const struct obj_core *relo, struct core_value *val,
		   struct lsk_err *err)
{
	const char *name = name_at(core->local, type_at(core->local, relo->type_id)->name_off);
	struct spec local, found;
	bool any = false;
	u32 i;
	int ret;

	memset(val, 0, sizeof(*val));
	if (relo->kind > CORE_TYPE_MATCHES)
		return err_set(err, -ENOTSUP, "kind %u is not known", relo->kind);
	ret = spec_parse(core, relo, &local, err);
	if (ret)
		return ret;
	if (relo->kind == CORE_ID_LOCAL) {
		*val = (struct core_value){ .found = true, .local = relo->type_id, .target = relo->type_id };
		return 0;
	}
	if (!*name)
		return err_set(err, -EINVAL, "type [%u] has no name to look for", relo->type_id);
	for (i = 0; i < core->target_cnt && !(i == 1 && any); i++) {
		ret = resolve_in(core, &core->targets[i], relo, &local, &found, val, &any, err);
		if (ret)
			return ret;
	}
	if (val->found)
		return 0;
	ret = calc(core, relo->kind, &local, NULL, val);
	return ret ? err_set(err, ret, "%s",
			     ret == -E2BIG ? "a bit field that no load has room for" : "makes no sense")
		   : 0;
}

int core_resolve(struct core *core, const struct obj_core *relo, struct core_value *val, struct lsk_err *err)
{
	struct lsk_err why = {};
	int ret = resolve(core, relo, val, &why);
	char what[512];

	if (!ret)
		return 0;
	core_describe(core, relo, what, sizeof(what));
	return err_set(err, ret, "%s: %s", what, why.msg);
}

int core_apply(struct core *core, const struct obj_core *relos, u32 relo_cnt, struct insn *insns,
	       u32 insn_cnt, bool lenient, struct lsk_err *err)
{
	u32 i;

	for (i = 0; i < relo_cnt; i++) {
		struct lsk_err why = {}, where = {};
		struct core_value val;
		char what[512];
		int ret = core_resolve(core, &relos[i], &val, &why);

		if (!ret) {
			ret = core_patch(&val, insns, insn_cnt, relos[i].insn, &where);
			if (ret) {
				core_describe(core, &relos[i], what, sizeof(what));
				err_set(&why, ret, "%s: %s", what, where.msg);
			}
		}
		if (ret && lenient)
			core_poison(insns, insn_cnt, relos[i].insn);
		else if (ret)
			return err_set(err, ret, "insn %u: CO-RE: %s", relos[i].insn, why.msg);
	}
	return 0;
}
