// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What each type must be like, whatever it refers to. */
#include "btf_check_priv.h"

#include <string.h>

enum { NAME_ANY, NAME_NONE, NAME_OPT, NAME_MUST, NAME_SECTION, NAME_TEXT };

/* What is the same kind of question for all kinds. */
static const struct kind_rule {
	u8 name;     /* NAME_* */
	u8 fixed;    /* bytes that follow */
	u8 each;     /* and for each of vlen */
	bool vlen;   /* may be other than 0 */
	bool kflag;
	bool type;   /* `size` is a type */
} rules[] = {
	[BTF_KIND_INT] = { NAME_ANY, 4, 0, false, false, false },
	[BTF_KIND_PTR] = { NAME_NONE, 0, 0, false, false, true },
	[BTF_KIND_ARRAY] = { NAME_NONE, 12, 0, false, false, false },
	[BTF_KIND_STRUCT] = { NAME_OPT, 0, 12, true, true, false },
	[BTF_KIND_UNION] = { NAME_OPT, 0, 12, true, true, false },
	[BTF_KIND_ENUM] = { NAME_OPT, 0, 8, true, true, false }, /* kflag: 6.0 */
	[BTF_KIND_FWD] = { NAME_MUST, 0, 0, false, true, false },
	[BTF_KIND_TYPEDEF] = { NAME_MUST, 0, 0, false, false, true },
	[BTF_KIND_VOLATILE] = { NAME_NONE, 0, 0, false, false, true },
	[BTF_KIND_CONST] = { NAME_NONE, 0, 0, false, false, true },
	[BTF_KIND_RESTRICT] = { NAME_NONE, 0, 0, false, false, true },
	[BTF_KIND_FUNC] = { NAME_MUST, 0, 0, true, false, false },
	[BTF_KIND_FUNC_PROTO] = { NAME_NONE, 0, 8, true, false, false },
	[BTF_KIND_VAR] = { NAME_MUST, 4, 0, false, false, false },
	[BTF_KIND_DATASEC] = { NAME_SECTION, 0, 12, true, false, false },
	[BTF_KIND_FLOAT] = { NAME_ANY, 0, 0, false, false, false },
	[KIND_DECL_TAG] = { NAME_TEXT, 4, 0, false, true, false }, /* kflag: 6.15 */
	[KIND_TYPE_TAG] = { NAME_TEXT, 0, 0, false, true, true },
	[KIND_ENUM64] = { NAME_OPT, 0, 12, true, true, false },
};

_Static_assert(ARRAY_SIZE(rules) == KIND_LAST + 1, "all kinds have a row");

/* When a kind, or its flag, came. */
static u32 kind_since(u32 kind)
{
	switch (kind) {
	case BTF_KIND_FLOAT: return KVER(5, 13, 0);
	case KIND_DECL_TAG: return KVER(5, 16, 0);
	case KIND_TYPE_TAG: return KVER(5, 17, 0);
	case KIND_ENUM64: return KVER(6, 0, 0);
	}
	return 0;
}

static bool kflag_ok(const struct btf_walk *w, u32 kind)
{
	if (kind == BTF_KIND_ENUM)
		return btf_since(w, KVER(6, 0, 0));
	if (kind == KIND_DECL_TAG || kind == KIND_TYPE_TAG)
		return btf_since(w, KVER(6, 15, 0));
	return rules[kind].kflag;
}

#define BAD(...) btf_check_bad(w, id, -EINVAL, __VA_ARGS__)

static int check_name(const struct btf_walk *w, u32 id, const struct type *t)
{
	switch (rules[kind_of(t)].name) {
	case NAME_NONE: return t->name_off ? BAD("has a name") : 0;
	case NAME_OPT:
		return t->name_off && !btf_check_name_ok(w, t->name_off, false) ? BAD("the name is none") : 0;
	case NAME_MUST:
		return !t->name_off || !btf_check_name_ok(w, t->name_off, false)
			       ? BAD("the name is missing or none")
			       : 0;
	case NAME_SECTION:
		return !t->name_off || !btf_check_name_ok(w, t->name_off, true)
			       ? BAD("the name is missing or none")
			       : 0;
	case NAME_TEXT: return !*btf_check_name(w, t->name_off) ? BAD("the text is missing") : 0;
	}
	return 0;
}

static int check_int(const struct btf_walk *w, u32 id, const struct type *t)
{
	const u32 data = *tail_of(t), bits = (data & 0xff) + (data >> 16 & 0xff), encoding = data >> 24 & 0xf;

	if (data & ~0x0fffffffu)
		return BAD("reserved bits are set");
	if (bits > 128)
		return BAD("%u bits", bits);
	if ((bits + 7) / 8 > t->size)
		return BAD("%u bits do not fit into %u bytes", bits, t->size);
	if (encoding & (encoding - 1))
		return btf_check_bad(w, id, -BTF_ENOTSUPP, "encoding %u", encoding);
	return encoding > BTF_INT_BOOL ? btf_check_bad(w, id, -BTF_ENOTSUPP, "encoding %u", encoding) : 0;
}

static int check_array(const struct btf_walk *w, u32 id, const struct type *t)
{
	const u32 *array = tail_of(t);

	if (t->size)
		return BAD("has a size");
	if (!array[0] || array[0] > BTF_TYPES_MAX)
		return BAD("no type of elements");
	if (!array[1] || array[1] > BTF_TYPES_MAX)
		return BAD("no type of indices");
	return 0;
}

static int check_members(const struct btf_walk *w, u32 id, const struct type *t)
{
	const u32 *m = tail_of(t);
	u32 i, off, last = 0;

	for (i = 0; i < vlen_of(t); i++, m += 3) {
		if (m[0] >= w->strs_sz)
			return BAD("member %u: no such string", i);
		if (m[0] && !btf_check_name_ok(w, m[0], false))
			return BAD("member %u: the name is none", i);
		if (!m[1] || m[1] > BTF_TYPES_MAX)
			return BAD("member %u '%s': no type", i, btf_check_name(w, m[0]));
		off = kflag_of(t) ? m[2] & 0xffffff : m[2];
		if (kind_of(t) == BTF_KIND_UNION && off)
			return BAD("member %u '%s': of a union, at bit %u", i, btf_check_name(w, m[0]), off);
		if (off < last)
			return BAD("member %u '%s': is before the one before it", i, btf_check_name(w, m[0]));
		if (off / 8 + !!(off % 8) > t->size)
			return BAD("member %u '%s': is behind the end", i, btf_check_name(w, m[0]));
		last = off;
	}
	return 0;
}

static int check_enum(const struct btf_walk *w, u32 id, const struct type *t)
{
	const u32 *e = tail_of(t);
	u32 i;

	if (t->size > 8 || !t->size || (t->size & (t->size - 1)))
		return BAD("%u bytes", t->size);
	for (i = 0; i < vlen_of(t); i++, e += rules[kind_of(t)].each / 4)
		if (!e[0] || e[0] >= w->strs_sz || !btf_check_name_ok(w, e[0], false))
			return BAD("value %u: the name is missing or none", i);
	return 0;
}

static int check_vars(const struct btf_walk *w, u32 id, const struct type *t)
{
	const u32 *v = tail_of(t);
	u64 end = 0, sum = 0;
	u32 i;

	if (!t->size)
		return BAD("has 0 bytes");
	for (i = 0; i < vlen_of(t); i++, v += 3) {
		if (!v[0] || v[0] > BTF_TYPES_MAX)
			return BAD("variable %u: no type", i);
		if (v[1] < end || v[1] >= t->size)
			return BAD("variable %u: offset %u", i, v[1]);
		if (!v[2] || v[2] > t->size)
			return BAD("variable %u: %u bytes", i, v[2]);
		end = (u64)v[1] + v[2];
		if (end > t->size)
			return BAD("variable %u: ends behind the section's end", i);
		sum += v[2];
	}
	return sum > t->size ? BAD("the variables have more bytes than the section") : 0;
}

static int check_kind(const struct btf_walk *w, u32 id, const struct type *t)
{
	const u32 kind = kind_of(t);

	switch (kind) {
	case BTF_KIND_INT: return check_int(w, id, t);
	case BTF_KIND_ARRAY: return check_array(w, id, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return check_members(w, id, t);
	case BTF_KIND_ENUM:
	case KIND_ENUM64: return check_enum(w, id, t);
	case BTF_KIND_FWD: return t->size ? BAD("refers to a type") : 0;
	case BTF_KIND_FUNC: return vlen_of(t) > 1 ? BAD("linkage %u", vlen_of(t)) : 0;
	case BTF_KIND_VAR:
		if (!t->size || t->size > BTF_TYPES_MAX)
			return BAD("no type");
		return *tail_of(t) > 1 ? BAD("linkage %u", *tail_of(t)) : 0;
	case BTF_KIND_DATASEC: return check_vars(w, id, t);
	case BTF_KIND_FLOAT:
		return t->size != 2 && t->size != 4 && t->size != 8 && t->size != 12 && t->size != 16
			       ? BAD("%u bytes", t->size)
			       : 0;
	case KIND_DECL_TAG: return (s32)*tail_of(t) < -1 ? BAD("component %d", (s32)*tail_of(t)) : 0;
	}
	return 0;
}

s64 btf_check_meta(const struct btf_walk *w, u32 id, const struct type *t, u32 left)
{
	const bool wide = btf_since(w, KVER(7, 2, 0)); /* 24 bits of vlen, 7 of kind */
	const struct kind_rule *r;
	u64 sz = sizeof(*t);
	int ret;

	if (left < sz)
		return BAD("%u bytes are left for it", left);
	if (!wide && t->info & ~0x9f00ffffu)
		return BAD("reserved bits are set (0x%08x)", t->info);
	if (!kind_of(t) || kind_of(t) > KIND_LAST || (w->version && w->version < kind_since(kind_of(t))))
		return BAD("kind %u, which the kernel does not know", kind_of(t));
	r = &rules[kind_of(t)];
	if (t->name_off >= w->strs_sz)
		return BAD("the name is at %u, where no string is", t->name_off);
	sz += r->fixed + (u64)r->each * vlen_of(t);
	if (left < sz)
		return BAD("%u bytes are left, it needs %llu", left, (unsigned long long)sz);
	if (!r->vlen && vlen_of(t))
		return BAD("the number of members is %u", vlen_of(t));
	if (kflag_of(t) && !kflag_ok(w, kind_of(t)))
		return BAD("the flag is set");
	if (r->type && t->size > BTF_TYPES_MAX)
		return BAD("type %u", t->size);
	ret = check_name(w, id, t);
	if (!ret)
		ret = check_kind(w, id, t);
	return ret ? ret : (s64)sz;
}
