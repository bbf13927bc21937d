// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Types: what lies at an offset, what a pointer's tags say, whether two are the same, whom a pointer can
 * be trusted by.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

static bool is_mod(const struct btf_type *t)
{
	return btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t);
}

u32 btf_skip(const struct btf *btf, u32 id)
{
	const struct btf_type *t;
	u32 n = 0;

	while (id && (t = btf__type_by_id(btf, id)) && is_mod(t) && n++ < 64)
		id = t->type;
	return id;
}

s64 btf_size(const struct btf *btf, u32 id)
{
	return id ? btf__resolve_size(btf, id) : -EINVAL;
}

const char *btf_nm(const struct btf *btf, u32 id)
{
	const struct btf_type *t = id ? btf__type_by_id(btf, id) : NULL;

	return id ? t ? btf__name_by_offset(btf, t->name_off) ?: "" : "" : "void";
}

int kernel_type(struct env *e, const char *name)
{
	const struct target_btf *where;
	int id;
	u32 i;

	for (i = 0; i < e->known_cnt; i++)
		if (!strcmp(e->known[i].name, name))
			return e->known[i].id;
	id = e->vmlinux ? target_find_in(e->in->target, "vmlinux", name, BTF_KIND_STRUCT, &where) : 0;
	if (id < 0)
		id = 0;
	if (e->known_cnt < ARRAY_SIZE(e->known)) {
		e->known[e->known_cnt].name = name;
		e->known[e->known_cnt++].id = id;
	}
	return id;
}

const struct target_btf *target_of(const struct env *e, const struct btf *btf)
{
	u32 i;

	for (i = 0; i < e->in->target->btf_cnt; i++)
		if (e->in->target->btfs[i].btf == btf)
			return &e->in->target->btfs[i];
	return NULL;
}

bool same_type(const struct btf *a, u32 ida, const struct btf *b, u32 idb)
{
	if (a == b)
		return ida == idb;
	/* a module's BTF has the types of vmlinux's, and these are the same */
	return ida == idb && btf__type_by_id(a, ida) && btf__type_by_id(a, ida) == btf__type_by_id(b, idb);
}

u32 tags_of(struct env *e, const struct btf *btf, u32 ptr, u32 *to, bool *bad)
{
	static const struct { const char *tag; u32 flag; } tags[] = {
		{ "user", F_USER }, { "percpu", F_PERCPU }, { "rcu", F_RCU } };
	const struct btf_type *t = btf__type_by_id(btf, ptr);
	int deep = kernel_since(e, KV(6, 17)); /* all tags of the chain count, not only the first */
	u32 id = t->type, flags = 0, i, n = 0, seen = 0;

	while (id && (t = btf__type_by_id(btf, id)) && is_mod(t) && n++ < 64) {
		if (btf_is_type_tag(t) && !btf_kflag(t)) {
			for (i = 0; i < ARRAY_SIZE(tags); i++) {
				if (strcmp(btf_nm(btf, id), tags[i].tag) || (n > 1 && !deep) ||
				    (tags[i].flag == F_RCU && !kernel_since(e, KV(6, 2))))
					continue;
				flags |= tags[i].flag;
				seen++;
			}
		}
		id = t->type;
	}
	*to = id;
	if (bad)
		*bad = seen > 1 && (flags & (flags - 1)) && deep == 1;
	return flags;
}

enum found { FOUND_NUM, FOUND_PTR, FOUND_STRUCT };

struct hit {
	u32 type;   /* of the struct, or of the pointer */
	u32 in;
	const char *member;
	bool through_union;
	const char *why;
	u32 end;
};

/* What a member is: elements of arrays of any depth count as one row of members. */
static bool element(const struct btf *btf, u32 *type, u64 *size, u64 *cnt)
{
	const struct btf_type *t;
	s64 sz;

	*type = btf_skip(btf, *type);
	*cnt = 1;
	while ((t = btf__type_by_id(btf, *type)) && btf_is_array(t)) {
		*cnt *= btf_array(t)->nelems;
		*type = btf_skip(btf, btf_array(t)->type);
	}
	sz = btf_size(btf, *type);
	if (sz < 0)
		return false;
	*size = sz;
	return true;
}

/* One walk down; an offset at which a struct starts ends it. Negative: an errno, and why. */
static int walk_down(const struct btf *btf, u32 id, u64 off, u32 size, struct hit *hit)
{
	const struct btf_type *t, *mt;
	const struct btf_member *m;
	u32 i, vlen, type, depth = 0;
	u64 moff, msize, cnt, end;

again:
	id = btf_skip(btf, id);
	t = btf__type_by_id(btf, id);
	if (!id || !t || !btf_is_composite(t) || depth++ > 64) {
		hit->why = "not a struct";
		return -EINVAL;
	}
	hit->in = id;
	vlen = btf_vlen(t);
	if (btf_kind(t) == BTF_KIND_UNION && vlen != 1)
		hit->through_union = true;
	if (off + size > t->size) {
		/* a flexible array may be last */
		u32 elem;

		hit->why = "behind the end of the struct";
		if (!vlen)
			return -EACCES;
		m = btf_members(t) + vlen - 1;
		mt = btf__type_by_id(btf, btf_skip(btf, m->type));
		moff = btf_member_bit_offset(t, vlen - 1) / 8;
		if (!mt || !btf_is_array(mt) || btf_array(mt)->nelems || off < moff)
			return -EACCES;
		elem = btf_skip(btf, btf_array(mt)->type);
		mt = btf__type_by_id(btf, elem);
		if (mt && btf_is_int(mt))
			return FOUND_NUM;
		if (!mt || !btf_is_composite(mt) || !mt->size)
			return -EACCES;
		off = (off - moff) % mt->size;
		id = elem;
		goto again;
	}
	m = btf_members(t);
	for (i = 0; i < vlen; i++, m++) {
		u32 bits = btf_member_bitfield_size(t, i);

		moff = btf_member_bit_offset(t, i) / 8;
		if (off + size <= moff)
			break;
		if (bits) {
			end = (btf_member_bit_offset(t, i) + bits + 7) / 8;
			if (off <= moff && end <= off + size)
				return FOUND_NUM;
			continue;
		}
		if (off < moff)
			break;
		type = m->type;
		if (!element(btf, &type, &msize, &cnt)) {
			hit->why = "a field without size";
			return -EFAULT;
		}
		end = moff + msize * cnt;
		if (off >= end)
			continue;
		moff += (off - moff) / msize * msize;
		mt = btf__type_by_id(btf, type);
		hit->member = btf__name_by_offset(btf, m->name_off);
		if (btf_is_composite(mt)) {
			if (off == moff) {
				hit->type = type;
				return FOUND_STRUCT;
			}
			off -= moff;
			id = type;
			goto again;
		}
		if (btf_is_ptr(mt)) {
			if (msize != size || off != moff) {
				hit->why = "a pointer member is only read whole";
				return -EACCES;
			}
			hit->type = type;
			return FOUND_PTR;
		}
		if (off + size > end && !hit->through_union) {
			hit->why = "behind the end of the member";
			return -EACCES;
		}
		return FOUND_NUM;
	}
	hit->why = "no field at this offset";
	return -EINVAL;
}

int struct_at(struct env *e, const struct btf *btf, u32 id, s64 off, u32 size, struct walk_res *res)
{
	struct hit hit = { .type = 0 };
	u32 first = id, n = 0;
	s64 at = off;
	int ret;

	memset(res, 0, sizeof(*res));
	do {
		ret = walk_down(btf, id, at, size, &hit);
		if (ret == FOUND_STRUCT) {
			id = hit.type;
			at = 0;
		}
	} while (ret == FOUND_STRUCT && n++ < 64);
	if (ret < 0)
		return refuse(e, VERIFY_ACCESS, ret, "struct %s: %s%s%s at off %lld size %u",
			      btf_nm(btf, first), hit.why,
			      hit.member ? " " : "", hit.member ?: "", (long long)off, size);
	if (ret == FOUND_STRUCT)
		return refuse(e, VERIFY_ACCESS, -EINVAL, "struct %s: nested too deep", btf_nm(btf, first));
	if (hit.through_union && kernel_since(e, KV(6, 4)))
		res->flags |= F_UNTRUSTED;
	if (ret == FOUND_NUM)
		return GO;
	res->ptr = true;
	res->flags |= tags_of(e, btf, hit.type, &res->type, &res->bad_tags);
	res->member = hit.member;
	res->in = hit.in;
	if (res->bad_tags)
		return refuse(e, VERIFY_ACCESS, -EINVAL, "struct %s: several type tags on member %s",
			      btf_nm(btf, hit.in),
			      hit.member);
	return GO;
}

bool type_matches(const struct btf *btf, u32 id, s64 off, const struct btf *want, u32 want_id, bool strict)
{
	struct hit hit;
	u32 n = 0;

	id = btf_skip(btf, id);
	want_id = btf_skip(want, want_id);
	if (!off && same_type(btf, id, want, want_id))
		return true;
	if (strict || off < 0)
		return false;
	while (n++ < 64) {
		memset(&hit, 0, sizeof(hit));
		if (walk_down(btf, id, off, 1, &hit) != FOUND_STRUCT)
			return false;
		id = btf_skip(btf, hit.type);
		off = 0;
		if (same_type(btf, id, want, want_id))
			return true;
	}
	return false;
}

/*
 * Members that inherit trust are listed by the kernel in structs of its own, which its BTF has:
 * "task_struct__safe_rcu" and the like.
 */
static bool listed(struct env *e, const char *type, const char *suffix, const char *member)
{
	const struct target_btf *where;
	const struct btf_type *t;
	char name[160];
	int id;
	u32 i;

	if (!member || snprintf(name, sizeof(name), "%s%s", type, suffix) >= (int)sizeof(name))
		return false;
	id = target_find_in(e->in->target, "vmlinux", name, BTF_KIND_STRUCT, &where);
	t = id > 0 ? btf__type_by_id(where->btf, id) : NULL;
	for (i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(where->btf, btf_members(t)[i].name_off) ?: "", member))
			return true;
	return false;
}

/* Flags of a pointer that was read through @p. */
static u32 trust_of(struct env *e, const struct val *p, const struct walk_res *res, u32 flags)
{
	const char *in = btf_nm(p->btf, p->type);

	if (p->flags & F_UNTRUSTED)
		return F_UNTRUSTED;
	if (!kernel_since(e, KV(6, 2)))
		return flags & ~(F_RCU | F_TRUSTED | F_UNTRUSTED);
	if (!is_trusted(p) && !(p->flags & F_RCU))
		return flags & ~(F_RCU | F_TRUSTED | F_UNTRUSTED);
	if (listed(e, in, "__safe_trusted", res->member) || listed(e, in, "__safe_fields", res->member))
		return flags | F_TRUSTED;
	if (listed(e, in, "__safe_trusted_or_null", res->member))
		return flags | F_TRUSTED | F_NULL;
	if (!in_rcu(e) || p->flags & F_NULL)
		return F_UNTRUSTED;
	if (listed(e, in, "__safe_rcu", res->member))
		return flags | F_RCU;
	if (listed(e, in, "__safe_rcu_or_null", res->member))
		return (flags | F_RCU | F_NULL) & ~F_UNTRUSTED;
	if (flags & F_RCU)
		return flags | F_NULL;
	if (flags & (F_PERCPU | F_USER))
		return flags;
	return flags & ~(F_RCU | F_TRUSTED | F_UNTRUSTED);
}

int load_btf(struct env *e, const struct val *p, s64 off, u32 size, struct val *out)
{
	struct walk_res res;
	const struct btf_type *t;
	u32 flags;

	if (!e->in->gpl && target_of(e, p->btf) && kernel_since(e, KV(6, 2)))
		return refuse(e, VERIFY_ACCESS, -EINVAL,
			      "struct %s of the kernel is read, by a program without a GPL-compatible licence",
			      btf_nm(p->btf, p->type));
	if (p->flags & F_VAROFF) {
		if (p->flags & F_LOSSY)
			unsure(e, VERIFY_ACCESS, "%s: the offset is not known here", val_str(e, p));
		return refuse(e, VERIFY_ACCESS, -EACCES, "%s: invalid variable offset", val_str(e, p));
	}
	if (off < 0)
		return refuse(e, VERIFY_ACCESS, -EACCES, "%s: invalid negative access: off=%lld",
			      val_str(e, p), (long long)off);
	if (p->flags & F_USER)
		return refuse(e, VERIFY_USER, -EACCES, "%s: access user memory: off=%lld", val_str(e, p),
			      (long long)off);
	if (p->flags & F_PERCPU)
		return refuse(e, VERIFY_PERCPU, -EACCES, "%s: access percpu memory: off=%lld", val_str(e, p),
			      (long long)off);
	if (struct_at(e, p->btf, p->type, off, size, &res))
		return STOP;
	val_num(out, 0, size < 8 ? (1ull << 8 * size) - 1 : ~0ull);
	if (!res.ptr || p->flags & F_ALLOC)
		return GO;
	t = res.type ? btf__type_by_id(p->btf, res.type) : NULL;
	if (!t || !btf_is_composite(t)) {
		int deep = kernel_since(e, KV(6, 17));

		if (deep < 0)
			any(out);
		else if (deep)
			*out = (struct val){ .kind = V_MEM, .flags = F_RDONLY | F_UNTRUSTED };
		return GO;
	}
	flags = trust_of(e, p, &res, res.flags);
	*out = (struct val){ .kind = V_BTF, .type = res.type, .flags = flags };
	out->btf = p->btf;
	if (flags & F_NULL)
		out->id = ++e->ids;
	return GO;
}
