// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What types refer to: that it is there, may be there, has a size where one is needed, and that there is no
 * way around in a circle, where pointers end the way. Depth first, as the kernel does it, because where it
 * gives up is part of what it does.
 */
#include "btf_check_priv.h"

#include <stdlib.h>

enum { DEPTH_MAX = 32 };

enum state { NOT_VISITED, VISITED, RESOLVED };

/* What ends a walk: that depends on the first pointer, or struct or array, on the way. */
enum mode { MODE_TBD, MODE_PTR, MODE_AGGREGATE };

struct resolve {
	const struct btf_walk *w;
	u8 *state;
	u32 *to;    /* modifiers, pointers, variables: the type that has the size, or void and its like */
	u32 *bytes; /* arrays */
	enum mode mode;
	u32 depth;
};

#define BAD(...) btf_check_bad(r->w, id, -EINVAL, __VA_ARGS__)

static const struct type void_type;

static const struct type *get(const struct resolve *r, u32 id)
{
	return !id ? &void_type : id < r->w->cnt ? btf_at(r->w, id) : NULL;
}

static bool is_modifier(const struct type *t)
{
	const u32 k = kind_of(t);

	return k == BTF_KIND_TYPEDEF || k == BTF_KIND_VOLATILE || k == BTF_KIND_CONST ||
	       k == BTF_KIND_RESTRICT || k == KIND_TYPE_TAG;
}

static bool is_struct(const struct type *t)
{
	return kind_of(t) == BTF_KIND_STRUCT || kind_of(t) == BTF_KIND_UNION;
}

/* Others may not refer to it. */
static bool is_source(const struct type *t)
{
	const u32 k = kind_of(t);

	return k == BTF_KIND_VAR || k == BTF_KIND_DATASEC || k == KIND_DECL_TAG;
}

static bool no_size(const struct type *t)
{
	const u32 k = t ? kind_of(t) : 0;

	return !k || k == BTF_KIND_FWD || k == BTF_KIND_FUNC || k == BTF_KIND_FUNC_PROTO ||
	       k == KIND_DECL_TAG;
}

static bool needs_resolve(const struct type *t)
{
	const u32 k = kind_of(t);

	return is_modifier(t) || is_struct(t) || is_source(t) || k == BTF_KIND_PTR || k == BTF_KIND_ARRAY ||
	       k == BTF_KIND_FUNC;
}

static bool is_sink(const struct resolve *r, const struct type *t)
{
	switch (r->mode) {
	case MODE_PTR: return !is_modifier(t) && kind_of(t) != BTF_KIND_PTR;
	case MODE_AGGREGATE: return !is_modifier(t) && !is_struct(t) && kind_of(t) != BTF_KIND_ARRAY;
	default: return !needs_resolve(t);
	}
}

/* The type that has the size, at *@id; false: nothing has one. */
static bool size_of(const struct resolve *r, u32 *id, u32 *sz)
{
	const struct type *t = get(r, *id);

	if (no_size(t))
		return false;
	if (is_modifier(t) || kind_of(t) == BTF_KIND_VAR) {
		*id = r->to[*id];
		t = get(r, *id);
		if (no_size(t) || is_modifier(t) || kind_of(t) == BTF_KIND_VAR)
			return false;
	}
	*sz = kind_of(t) == BTF_KIND_PTR ? 8 : kind_of(t) == BTF_KIND_ARRAY ? r->bytes[*id] : t->size;
	return true;
}

static int resolve(struct resolve *r, u32 id);

/* Walks on to @id, unless the way ends there. */
static int follow(struct resolve *r, u32 id)
{
	return is_sink(r, get(r, id)) || r->state[id] == RESOLVED ? 0 : resolve(r, id);
}

/* A modifier may have been resolved up to a pointer only, while it was a struct's member. */
static int follow_ptr(struct resolve *r, u32 id)
{
	u32 to;

	if (!is_modifier(get(r, id)))
		return 0;
	to = r->to[id];
	return kind_of(get(r, to)) == BTF_KIND_PTR ? follow(r, to) : 0;
}

static int resolve_ref(struct resolve *r, u32 id, const struct type *t)
{
	const struct type *next = get(r, t->size);
	u32 to = t->size, sz;
	int ret;

	if (!next || is_source(next))
		return BAD("type %u is missing, or nothing to refer to", t->size);
	ret = follow(r, t->size);
	if (!ret && kind_of(t) == BTF_KIND_PTR)
		ret = follow_ptr(r, t->size);
	if (ret)
		return ret;
	if (!size_of(r, &to, &sz)) {
		/* also a function, if it has been looked at: it stands for its prototype then */
		if (r->state[to] == RESOLVED)
			to = r->to[to];
		next = get(r, to);
		if (kind_of(next) && kind_of(next) != BTF_KIND_FWD && kind_of(next) != BTF_KIND_FUNC_PROTO)
			return BAD("type %u has no size, and is not void", t->size);
	}
	r->to[id] = to;
	return 0;
}

static int resolve_var(struct resolve *r, u32 id, const struct type *t)
{
	const struct type *next = get(r, t->size);
	u32 to = t->size, sz;
	int ret;

	if (!next || is_source(next))
		return BAD("type %u is missing, or nothing to refer to", t->size);
	ret = follow(r, t->size);
	if (!ret)
		ret = follow_ptr(r, t->size);
	if (!ret && !size_of(r, &to, &sz))
		ret = BAD("type %u has no size", t->size);
	r->to[id] = to;
	return ret;
}

static bool int_is_regular(const struct type *t)
{
	const u32 data = *tail_of(t), bits = data & 0xff;

	return !(data >> 16 & 0xff) && (bits == 8 || bits == 16 || bits == 32 || bits == 64 || bits == 128);
}

static int resolve_array(struct resolve *r, u32 id, const struct type *t)
{
	const u32 *array = tail_of(t);
	u32 elem = array[0], index = array[1], sz;
	int ret;

	if (no_size(get(r, index)) || is_source(get(r, index)))
		return BAD("type %u can't be an index", index);
	ret = follow(r, index);
	if (ret)
		return ret;
	if (!size_of(r, &index, &sz) || kind_of(get(r, index)) != BTF_KIND_INT ||
	    !int_is_regular(get(r, index)))
		return BAD("type %u can't be an index", array[1]);
	if (no_size(get(r, elem)) || is_source(get(r, elem)))
		return BAD("type %u can't be an element", elem);
	ret = follow(r, elem);
	if (ret)
		return ret;
	if (!size_of(r, &elem, &sz) ||
	    (kind_of(get(r, elem)) == BTF_KIND_INT && !int_is_regular(get(r, elem))))
		return BAD("type %u can't be an element", array[0]);
	if (array[2] && sz > ~0u / array[2])
		return BAD("%u elements of %u bytes are too many", array[2], sz);
	r->bytes[id] = sz * array[2];
	return 0;
}

/* Does a member of type @mid fit at bit @off? @bits: of a bit field; 0: it is none. */
static const char *check_member(const struct resolve *r, const struct type *t, u32 mid, u32 off, u32 bits)
{
	const struct type *m = get(r, mid);
	const bool kflag = kflag_of(t);
	u32 sz = 0, data, has;
	u64 end;

	if (is_modifier(m)) {
		mid = r->to[mid];
		m = get(r, mid);
	}
	switch (kind_of(m)) {
	case BTF_KIND_INT:
		data = *tail_of(m);
		has = data & 0xff;
		if (kflag) {
			if (!int_is_regular(m))
				return "is a bit field twice";
			if (bits > has)
				return "has more bits than its type";
			if (!bits && off % 8)
				return "is not at a byte";
			has = bits ? bits : has;
		} else {
			off += data >> 16 & 0xff;
		}
		if (has + off % 8 > 128)
			return "has too many bits";
		return t->size < off / 8 || t->size - off / 8 < (has + off % 8 + 7) / 8 ? "does not fit"
											: NULL;
	case BTF_KIND_ENUM:
	case KIND_ENUM64:
		if (kflag) {
			if (bits > 32)
				return "has more bits than its type";
			if (!bits && off % 8)
				return "is not at a byte";
			end = ((u64)off + (bits ? bits : 32) + 7) / 8;
			return t->size < end ? "does not fit" : NULL;
		}
		sz = m->size;
		break;
	case BTF_KIND_FLOAT:
		if (bits)
			return "can't be a bit field";
		sz = m->size;
		if (off % ((sz < 8 ? sz : 8) * 8))
			return "is not aligned";
		return (u64)off / 8 + sz > t->size ? "does not fit" : NULL;
	case BTF_KIND_PTR: sz = 8; break;
	case BTF_KIND_ARRAY: sz = r->bytes[mid]; break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: sz = m->size; break;
	default: return "is of a type that can't be a member";
	}
	if (bits)
		return "can't be a bit field";
	if (off % 8)
		return "is not at a byte";
	return t->size < off / 8 || t->size - off / 8 < sz ? "does not fit" : NULL;
}

static int resolve_struct(struct resolve *r, u32 id, const struct type *t)
{
	const u32 *m = tail_of(t);
	const char *why;
	u32 i;
	int ret;

	for (i = 0; i < vlen_of(t); i++, m += 3) {
		if (no_size(get(r, m[1])) || is_source(get(r, m[1])))
			return BAD("member %u '%s': type %u can't be one", i, btf_check_name(r->w, m[0]),
				   m[1]);
		ret = follow(r, m[1]);
		if (ret)
			return ret;
		why = check_member(r, t, m[1], kflag_of(t) ? m[2] & 0xffffff : m[2],
				   kflag_of(t) ? m[2] >> 24 : 0);
		if (why)
			return BAD("member %u '%s' %s", i, btf_check_name(r->w, m[0]), why);
	}
	return 0;
}

static int resolve_datasec(struct resolve *r, u32 id, const struct type *t)
{
	const u32 *v = tail_of(t);
	u32 i, var, sz = 0;
	int ret;

	for (i = 0; i < vlen_of(t); i++, v += 3) {
		r->mode = MODE_TBD;
		if (!get(r, v[0]) || kind_of(get(r, v[0])) != BTF_KIND_VAR)
			return BAD("type %u is no variable", v[0]);
		ret = follow(r, v[0]);
		if (ret)
			return ret;
		var = get(r, v[0])->size;
		if (!size_of(r, &var, &sz))
			return BAD("variable %u has no size", v[0]);
		if (v[2] < sz)
			return BAD("variable %u of %u bytes is given %u", v[0], sz, v[2]);
	}
	return 0;
}

static int resolve_func(struct resolve *r, u32 id, const struct type *t)
{
	const struct type *proto = get(r, t->size);
	const u32 *p;
	u32 i;

	if (!proto || kind_of(proto) != BTF_KIND_FUNC_PROTO)
		return BAD("type %u is no prototype", t->size);
	p = tail_of(proto);
	for (i = 0; i < vlen_of(proto); i++, p += 2)
		if (!p[0] && p[1])
			return BAD("parameter %u has no name", i + 1);
	r->to[id] = t->size;
	return 0;
}

static int resolve_decl_tag(struct resolve *r, u32 id, const struct type *t)
{
	const struct type *on = get(r, t->size);
	const s32 component = (s32)*tail_of(t);
	const u32 k = on ? kind_of(on) : 0;
	int ret;

	if (k != BTF_KIND_FUNC && k != BTF_KIND_STRUCT && k != BTF_KIND_UNION && k != BTF_KIND_VAR &&
	    !(k == BTF_KIND_TYPEDEF && btf_since(r->w, KVER(5, 17, 0))))
		return BAD("type %u is nothing to be tagged", t->size);
	ret = follow(r, t->size);
	if (ret)
		return ret;
	if (component == -1)
		return 0;
	if (k == BTF_KIND_VAR || k == BTF_KIND_TYPEDEF ||
	    (u32)component >= vlen_of(k == BTF_KIND_FUNC ? get(r, on->size) : on))
		return BAD("component %d", component);
	return 0;
}

static int resolve(struct resolve *r, u32 id)
{
	const struct type *t = get(r, id);
	int ret;

	if (r->depth == DEPTH_MAX)
		return btf_check_bad(r->w, id, -E2BIG, "more than %d types refer to each other", DEPTH_MAX);
	if (r->state[id] != NOT_VISITED)
		return btf_check_bad(r->w, id, -EEXIST, "refers to itself");
	r->state[id] = VISITED;
	r->depth++;
	if (r->mode == MODE_TBD && kind_of(t) == BTF_KIND_PTR)
		r->mode = MODE_PTR;
	else if (r->mode == MODE_TBD && (is_struct(t) || kind_of(t) == BTF_KIND_ARRAY))
		r->mode = MODE_AGGREGATE;
	switch (kind_of(t)) {
	case BTF_KIND_ARRAY: ret = resolve_array(r, id, t); break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: ret = resolve_struct(r, id, t); break;
	case BTF_KIND_FUNC: ret = resolve_func(r, id, t); break;
	case BTF_KIND_VAR: ret = resolve_var(r, id, t); break;
	case BTF_KIND_DATASEC: ret = resolve_datasec(r, id, t); break;
	case KIND_DECL_TAG: ret = resolve_decl_tag(r, id, t); break;
	default: ret = resolve_ref(r, id, t); break;
	}
	r->depth--;
	r->state[id] = RESOLVED;
	return ret;
}

static int resolve_root(struct resolve *r, u32 id)
{
	if (!needs_resolve(get(r, id)) || r->state[id] == RESOLVED)
		return 0;
	r->mode = MODE_TBD;
	r->depth = 0;
	return resolve(r, id);
}

static int check_proto(struct resolve *r, u32 id)
{
	const struct type *t = get(r, id), *a;
	const u32 *p = tail_of(t);
	u32 i, cnt = vlen_of(t), of = t->size, sz;
	int ret;

	if (of) {
		a = get(r, of);
		if (!a || is_source(a))
			return BAD("returns type %u", of);
		ret = resolve_root(r, of);
		if (ret)
			return ret;
		if (!size_of(r, &of, &sz))
			return BAD("returns type %u, which has no size", t->size);
	}
	if (cnt && !p[2 * cnt - 1] && p[2 * cnt - 2])
		return BAD("the last parameter has a name and no type");
	if (cnt && !p[2 * cnt - 1]) /* "..." */
		cnt--;
	for (i = 0; i < cnt; i++, p += 2) {
		of = p[1];
		a = get(r, of);
		if (!a || is_source(a))
			return BAD("parameter %u is of type %u", i + 1, of);
		if (p[0] && (p[0] >= r->w->strs_sz || !btf_check_name_ok(r->w, p[0], false)))
			return BAD("parameter %u: the name is none", i + 1);
		ret = resolve_root(r, of);
		if (ret)
			return ret;
		if (!size_of(r, &of, &sz))
			return BAD("parameter %u has no size", i + 1);
	}
	return 0;
}

/*
 * Chains end. Up to 6.18 type tags come before other modifiers; 7.2 has them anywhere (the releases between have not been
 * looked at).
 */
static int check_tag_order(struct resolve *r)
{
	const bool anywhere = btf_since(r->w, KVER(7, 0, 0));
	const struct type *t;
	u32 id, at, limit;
	bool tags;

	for (id = 1; id < r->w->cnt; id++) {
		t = get(r, id);
		tags = kind_of(t) == KIND_TYPE_TAG;
		for (at = id, limit = DEPTH_MAX; is_modifier(t); t = get(r, at)) {
			if (!limit--)
				return btf_check_bad(r->w, id, -ELOOP, "a chain of more than %d modifiers",
						     DEPTH_MAX);
			if (kind_of(t) == KIND_TYPE_TAG && !tags && !anywhere)
				return BAD("type tag %u comes after another modifier", at);
			tags = tags && kind_of(t) == KIND_TYPE_TAG;
			if (at < id) /* has been looked at */
				break;
			at = t->size;
		}
	}
	return 0;
}

int btf_check_resolve(const struct btf_walk *w)
{
	struct resolve r = { .w = w };
	int ret = -ENOMEM;
	u32 id;

	r.state = calloc(w->cnt, sizeof(*r.state));
	r.to = calloc(w->cnt, sizeof(*r.to));
	r.bytes = calloc(w->cnt, sizeof(*r.bytes));
	if (r.state && r.to && r.bytes)
		ret = 0;
	for (id = 1; id < w->cnt && !ret; id++) {
		ret = resolve_root(&r, id);
		if (!ret && kind_of(get(&r, id)) == BTF_KIND_FUNC_PROTO)
			ret = check_proto(&r, id);
	}
	if (!ret && btf_since(w, KVER(5, 17, 0)))
		ret = check_tag_order(&r);
	free(r.state);
	free(r.to);
	free(r.bytes);
	return ret;
}
