// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * .BTF: checked on the raw bytes, then given to libbpf. After this every type id and every string offset in
 * the BTF is valid, in whatever kind of type it stands, so that the rest of the stage can follow them
 * without asking. (libbpf 1.1 checks the sizes of types only.) Loops of types are possible still: followers
 * count their steps.
 */
#include "object_priv.h"

#include <stdlib.h>
#include <string.h>

#define BTF_HDR_SZ 24 /* sizeof(struct btf_header) of version 1; newer producers may write a longer one */
#define TYPE_SZ 12    /* sizeof(struct btf_type) */
#define MAX_CHAIN 32  /* as many modifiers in a row as the kernel follows */
#define NONE 0xff

/* What follows struct btf_type, by kind, and where ids and string offsets are in it. */
static const struct kind {
	bool known;
	bool ref;      /* btf_type.type is a type id */
	u8 fixed;      /* bytes */
	u8 fixed_id[2]; /* offsets of ids in them */
	u8 elem;       /* bytes for each of vlen elements */
	u8 elem_name, elem_id;
} kinds[] = {
#define K(...) { true, __VA_ARGS__ }
	[BTF_KIND_INT] = K(false, 4, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_PTR] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_ARRAY] = K(false, 12, { 0, 4 }, 0, NONE, NONE),
	[BTF_KIND_STRUCT] = K(false, 0, { NONE, NONE }, 12, 0, 4),
	[BTF_KIND_UNION] = K(false, 0, { NONE, NONE }, 12, 0, 4),
	[BTF_KIND_ENUM] = K(false, 0, { NONE, NONE }, 8, 0, NONE),
	[BTF_KIND_FWD] = K(false, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_TYPEDEF] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_VOLATILE] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_CONST] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_RESTRICT] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_FUNC] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_FUNC_PROTO] = K(true, 0, { NONE, NONE }, 8, 0, 4),
	[BTF_KIND_VAR] = K(true, 4, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_DATASEC] = K(false, 0, { NONE, NONE }, 12, NONE, 0),
	[BTF_KIND_FLOAT] = K(false, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_DECL_TAG] = K(true, 4, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_TYPE_TAG] = K(true, 0, { NONE, NONE }, 0, NONE, NONE),
	[BTF_KIND_ENUM64] = K(false, 0, { NONE, NONE }, 12, 0, NONE),
#undef K
};

struct raw {
	const u8 *types, *strs;
	u32 types_sz, strs_sz;
	u32 cnt; /* types, void included */
	bool be;
};

static int check_hdr(struct reader *r, const u8 *data, size_t sz, struct raw *raw)
{
	u64 hdr_len, type_off, type_len, str_off, str_len;
	bool be = r->obj->big_endian;

	raw->be = be;
	if (sz < BTF_HDR_SZ || get16(data, be) != BTF_MAGIC)
		return BAD(r, "section '.BTF': no BTF header");
	if (data[2] != BTF_VERSION || data[3])
		return UNSUP(r, "section '.BTF': version %u, flags 0x%x", data[2], data[3]);
	hdr_len = get32(data + 4, be);
	type_off = get32(data + 8, be);
	type_len = get32(data + 12, be);
	str_off = get32(data + 16, be);
	str_len = get32(data + 20, be);
	if (hdr_len < BTF_HDR_SZ || hdr_len > sz || type_off % 4 || type_len % 4 ||
	    hdr_len + type_off + type_len > sz || hdr_len + str_off + str_len > sz)
		return BAD(r, "section '.BTF': broken header");
	raw->types = data + hdr_len + type_off;
	raw->types_sz = type_len;
	raw->strs = data + hdr_len + str_off;
	raw->strs_sz = str_len;
	if (!str_len || raw->strs[0] || raw->strs[str_len - 1])
		return BAD(r, "section '.BTF': broken strings");
	return 0;
}

static u32 raw_type_sz(const struct kind *k, u32 info)
{
	return TYPE_SZ + k->fixed + (u32)k->elem * (info & 0xffff);
}

/* Count the types: ids can be checked only after that. */
static int check_sizes(struct reader *r, struct raw *raw)
{
	u32 off = 0, info, kind;

	for (raw->cnt = 1; off < raw->types_sz; raw->cnt++) {
		if (raw->types_sz - off < TYPE_SZ)
			return BAD(r, "BTF type [%u] is cut off", raw->cnt);
		info = get32(raw->types + off + 4, raw->be);
		kind = (info >> 24) & 0x1f;
		if (kind >= ARRAY_SIZE(kinds) || !kinds[kind].known)
			return UNSUP(r, "BTF type [%u]: unknown kind %u", raw->cnt, kind);
		if (raw_type_sz(&kinds[kind], info) > raw->types_sz - off)
			return BAD(r, "BTF type [%u] is cut off", raw->cnt);
		off += raw_type_sz(&kinds[kind], info);
	}
	return 0;
}

static bool id_ok(const struct raw *raw, const u8 *p)
{
	return get32(p, raw->be) < raw->cnt;
}

static bool str_ok(const struct raw *raw, const u8 *p)
{
	return get32(p, raw->be) < raw->strs_sz;
}

static bool refs_ok(const struct raw *raw, const u8 *t, const struct kind *k, u32 vlen)
{
	const u8 *p = t + TYPE_SZ;
	u32 i;

	if (!str_ok(raw, t) || (k->ref && !id_ok(raw, t + 8)))
		return false;
	for (i = 0; i < ARRAY_SIZE(k->fixed_id); i++)
		if (k->fixed_id[i] != NONE && !id_ok(raw, p + k->fixed_id[i]))
			return false;
	for (i = 0, p += k->fixed; k->elem && i < vlen; i++, p += k->elem)
		if ((k->elem_name != NONE && !str_ok(raw, p + k->elem_name)) ||
		    (k->elem_id != NONE && !id_ok(raw, p + k->elem_id)))
			return false;
	return true;
}

static int check_refs(struct reader *r, const struct raw *raw)
{
	u32 id, off = 0, info;
	const struct kind *k;

	for (id = 1; id < raw->cnt; id++, off += raw_type_sz(k, info)) {
		info = get32(raw->types + off + 4, raw->be);
		k = &kinds[(info >> 24) & 0x1f];
		if (!refs_ok(raw, raw->types + off, k, info & 0xffff))
			return BAD(r, "BTF type [%u]: a name or type that does not exist", id);
	}
	return 0;
}

/* Rules between kinds that this stage and libbpf rely on. */
static int check_kinds(struct reader *r)
{
	u32 id, i, cnt = btf__type_cnt(r->obj->btf);
	const struct btf_type *t, *to;
	const struct btf_var_secinfo *vsi;

	for (id = 1; id < cnt; id++) {
		t = btf__type_by_id(r->obj->btf, id);
		if (btf_is_func(t)) {
			to = btf__type_by_id(r->obj->btf, t->type);
			if (!t->type || !btf_is_func_proto(to) || !t->name_off)
				return BAD(r, "BTF type [%u]: broken FUNC", id);
		} else if (btf_is_var(t) && !t->name_off) {
			return BAD(r, "BTF type [%u]: VAR without a name", id);
		} else if (btf_is_datasec(t)) {
			vsi = btf_var_secinfos(t);
			for (i = 0; i < btf_vlen(t); i++, vsi++) {
				to = btf__type_by_id(r->obj->btf, vsi->type);
				if (!vsi->type || (!btf_is_var(to) && !btf_is_func(to)))
					return BAD(r, "BTF section '%s': member %u is no variable",
						   btf_name(r, t), i);
			}
		}
	}
	return 0;
}

/*
 * Attributes of newer compilers are tags with the flag set. Kernels before 6.15 refuse the flag, later
 * ones make no use of such tags. Of a decl tag the flag goes. A type tag without it would mean something
 * else: it stays as a type of its own that nobody refers to, and whoever did refers to what is behind it.
 */
static bool is_attribute(const struct raw *raw, const u8 *t)
{
	u32 info = get32(t + 4, raw->be);
	u32 kind = (info >> 24) & 0x1f;

	return info >> 31 && (kind == BTF_KIND_DECL_TAG || kind == BTF_KIND_TYPE_TAG);
}

static void bypass(const struct raw *raw, u8 *p, const u32 *to)
{
	u32 id = get32(p, raw->be), i;

	for (i = 0; to[id] != id && i < MAX_CHAIN; i++)
		id = to[id];
	put32(p, raw->be, id);
}

static int drop_attributes(const struct raw *raw, u8 *types)
{
	u32 *to, id, off, i, info;
	const struct kind *k;
	bool any = false;

	to = malloc((size_t)raw->cnt * sizeof(*to));
	if (!to)
		return -ENOMEM;
	to[0] = 0;
	for (id = 1, off = 0; id < raw->cnt; id++, off += raw_type_sz(k, info)) {
		info = get32(types + off + 4, raw->be);
		k = &kinds[(info >> 24) & 0x1f];
		to[id] = id;
		if (!is_attribute(raw, types + off))
			continue;
		any = true;
		put32(types + off + 4, raw->be, info & 0x7fffffff);
		if (((info >> 24) & 0x1f) == BTF_KIND_TYPE_TAG)
			to[id] = get32(types + off + 8, raw->be);
	}
	for (id = 1, off = 0; any && id < raw->cnt; id++, off += raw_type_sz(k, info)) {
		info = get32(types + off + 4, raw->be);
		k = &kinds[(info >> 24) & 0x1f];
		if (k->ref)
			bypass(raw, types + off + 8, to);
		for (i = 0; i < ARRAY_SIZE(k->fixed_id); i++)
			if (k->fixed_id[i] != NONE)
				bypass(raw, types + off + TYPE_SZ + k->fixed_id[i], to);
		for (i = 0; k->elem && k->elem_id != NONE && i < (info & 0xffff); i++)
			bypass(raw, types + off + TYPE_SZ + k->fixed + i * k->elem + k->elem_id, to);
	}
	free(to);
	return 0;
}

/*
 * A copy with the plain header, and nothing but types and strings: sections of newer producers (layout) are
 * dropped.
 */
static void *repack(const struct raw *raw, u32 *sz)
{
	u8 *p = malloc(BTF_HDR_SZ + (size_t)raw->types_sz + raw->strs_sz);

	if (!p)
		return NULL;
	put16(p, raw->be, BTF_MAGIC);
	p[2] = BTF_VERSION;
	p[3] = 0;
	put32(p + 4, raw->be, BTF_HDR_SZ);
	put32(p + 8, raw->be, 0);
	put32(p + 12, raw->be, raw->types_sz);
	put32(p + 16, raw->be, raw->types_sz);
	put32(p + 20, raw->be, raw->strs_sz);
	memcpy(p + BTF_HDR_SZ, raw->types, raw->types_sz);
	memcpy(p + BTF_HDR_SZ + raw->types_sz, raw->strs, raw->strs_sz);
	*sz = BTF_HDR_SZ + raw->types_sz + raw->strs_sz;
	return p;
}

int btf_read(struct reader *r)
{
	u32 idx = elf_find_sec(r, ".BTF"), sz;
	struct raw raw = {};
	void *copy;
	int ret;

	if (!idx || !r->secs[idx].size)
		return 0;
	if (!r->secs[idx].data || r->secs[idx].size > 1u << 30)
		return BAD(r, "section '.BTF': no data");
	ret = check_hdr(r, r->secs[idx].data, r->secs[idx].size, &raw);
	ret = ret ?: check_sizes(r, &raw);
	ret = ret ?: check_refs(r, &raw);
	if (ret || raw.cnt == 1) /* the kernel refuses BTF without types */
		return ret;
	copy = repack(&raw, &sz);
	if (!copy || drop_attributes(&raw, (u8 *)copy + BTF_HDR_SZ)) {
		free(copy);
		return -ENOMEM;
	}
	r->obj->btf = btf__new(copy, sz);
	free(copy);
	if (!r->obj->btf)
		return errno == ENOMEM ? -ENOMEM : BAD(r, "section '.BTF': %s", err_name(errno));
	if (btf__set_endianness(r->obj->btf, r->obj->big_endian ? BTF_BIG_ENDIAN : BTF_LITTLE_ENDIAN))
		return BAD(r, "section '.BTF': can't set the byte order");
	btf__set_pointer_size(r->obj->btf, 8);
	return check_kinds(r);
}

struct btf_type *btf_type_rw(const struct reader *r, u32 id)
{
	/* libbpf hands out const pointers to its own memory; changing a type in place is how it is done. */
	return (struct btf_type *)btf__type_by_id(r->obj->btf, id);
}

const char *btf_name(const struct reader *r, const struct btf_type *t)
{
	return btf__str_by_offset(r->obj->btf, t->name_off) ?: "";
}

const struct btf_type *btf_skip_mods(const struct reader *r, u32 *id)
{
	const struct btf_type *t;
	int i;

	for (i = 0; *id && i < MAX_CHAIN; i++) {
		t = btf__type_by_id(r->obj->btf, *id);
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		*id = t->type;
	}
	return NULL;
}

u32 btf_find_datasec(const struct reader *r, const char *name)
{
	s32 id = r->obj->btf ? btf__find_by_name_kind(r->obj->btf, name, BTF_KIND_DATASEC) : 0;

	return id > 0 ? id : 0;
}
