// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Whether a type can be printed. btf_dump trusts what it is given: circular types make it run forever, absurd
 * offsets make it print gigabytes of padding. So everything it would walk is looked at before.
 */
#include "priv.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>

#define MAX_DEPTH 64 /* no program nests deeper; a circle does */
/* A type made of two of the next one, made of two of the next one, ... is short to write and long to walk. */
#define MAX_STEPS (1u << 20)

struct check {
	const struct btf *btf;
	bool foreign; /* has names that C can't spell */
	u32 steps;
};

static int check_type(struct check *c, u32 id, bool complete, int depth, u64 *size);

/* Names are printed as they are. */
static void check_name(struct check *c, u32 off)
{
	const char *p = btf__name_by_offset(c->btf, off);

	if (!p || !*p)
		return;
	if (isdigit((unsigned char)*p))
		c->foreign = true;
	for (; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			c->foreign = true;
}

static int check_members(struct check *c, const struct btf_type *t, int depth)
{
	u64 bits = (u64)t->size * 8, end, size;
	u32 i;
	int ret;

	for (i = 0; i < btf_vlen(t); i++) {
		u32 width = btf_member_bitfield_size(t, i);

		check_name(c, btf_members(t)[i].name_off);
		ret = check_type(c, btf_members(t)[i].type, true, depth + 1, &size);
		if (ret)
			return ret;
		if (width > size * 8)
			return -EINVAL;
		end = (u64)btf_member_bit_offset(t, i) + (width ? width : size * 8);
		if (end > bits || (!width && btf_member_bit_offset(t, i) % 8))
			return -EINVAL;
	}
	return 0;
}

static int check_proto(struct check *c, const struct btf_type *t, int depth)
{
	u64 size;
	u32 i;
	int ret;

	ret = check_type(c, t->type, false, depth + 1, &size);
	for (i = 0; i < btf_vlen(t) && !ret; i++) {
		check_name(c, btf_params(t)[i].name_off);
		ret = check_type(c, btf_params(t)[i].type, false, depth + 1, &size);
	}
	return ret;
}

static bool is_power_of_two(u32 n)
{
	return n && !(n & (n - 1));
}

/* @complete: a variable or member of it exists; false: it is pointed to. */
static int check_type(struct check *c, u32 id, bool complete, int depth, u64 *size)
{
	const struct btf_type *t = id ? btf__type_by_id(c->btf, id) : NULL;
	u64 elem;
	int ret;

	*size = 0;
	if (!id)
		return complete ? -EINVAL : 0;
	if (!t || depth > MAX_DEPTH || ++c->steps > MAX_STEPS)
		return -EINVAL;
	if (!btf_is_int(t) && !btf_is_float(t)) /* those were given C's names */
		check_name(c, t->name_off);
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		*size = t->size;
		return is_power_of_two(t->size) && t->size <= 16 && !btf_int_offset(t) ? 0 : -EINVAL;
	case BTF_KIND_FLOAT:
		*size = t->size;
		return t->size && t->size <= 16 ? 0 : -EINVAL;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		*size = t->size;
		return is_power_of_two(t->size) && t->size <= 8 ? 0 : -EINVAL;
	case BTF_KIND_PTR:
		*size = 8;
		return check_type(c, t->type, false, depth + 1, &elem);
	case BTF_KIND_ARRAY:
		ret = check_type(c, btf_array(t)->type, complete, depth + 1, &elem);
		*size = elem * btf_array(t)->nelems;
		return ret ? ret : *size > UINT32_MAX ? -EINVAL : 0;
	case BTF_KIND_FUNC_PROTO:
		return complete ? -EINVAL : check_proto(c, t, depth);
	case BTF_KIND_FWD:
		return complete ? -EINVAL : 0;
	case BTF_KIND_TYPEDEF:
		return check_type(c, t->type, complete, depth + 1, size);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		*size = t->size;
		if (!complete && t->name_off)
			return 0; /* the name is all that is printed */
		return check_members(c, t, depth);
	}
	return -EINVAL;
}

int gen_type_check(const struct btf *btf, u32 id, u32 *size)
{
	struct check c = { .btf = btf };
	u64 sz;
	int ret;

	ret = check_type(&c, id, true, 0, &sz);
	if (ret || sz > UINT32_MAX)
		return -EINVAL;
	*size = (u32)sz;
	return c.foreign;
}
