// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Loads and stores, by what the address is. */
#include <errno.h>
#include <string.h>

#include "priv.h"

int check_reg(struct env *e, u8 reg)
{
	if (cur(e)->r[reg].kind == V_NONE)
		return refuse(e, VERIFY_PROG, -EACCES, "R%u !read_ok", reg);
	return GO;
}

static void num_of(struct val *v, u32 size)
{
	val_num(v, 0, size < 8 ? (1ull << 8 * size) - 1 : ~0ull);
}

/* The slot that holds the byte at @off of a stack pointer's frame. */
struct slot *slot_at(struct env *e, const struct val *v, s32 off)
{
	struct frame *f;
	u32 i;

	if (v->kind != V_STACK || v->flags & F_VAROFF || off >= 0 || off < -512 ||
	    v->type >= e->st->frame_cnt)
		return NULL;
	f = e->st->f[v->type];
	i = (-off - 1) / 8;
	while (f->used <= i)
		f->slots[f->used++] = (struct slot){ .kind = S_NONE };
	return &f->slots[i];
}

static bool is_object(const struct slot *s)
{
	return s->kind == S_DYNPTR || s->kind == S_ITER || s->kind == S_FLAG;
}

/*
 * What the kernel keeps in a slot is overwritten. Of a dynptr that is refused if a reference goes with
 * it; else it is none any more, also where its other half lies. An iterator is missed by who comes to
 * destroy it, and so is its reference.
 */
static int overwrite(struct env *e, struct frame *f, struct slot *s)
{
	u32 i, id = s->v.id;

	if (s->kind != S_DYNPTR)
		return GO;
	if (s->v.ref)
		return refuse(e, VERIFY_REF, -EINVAL, "a dynptr that holds a reference is written over");
	for (i = 0; i < f->used; i++)
		if (f->slots[i].kind == S_DYNPTR && f->slots[i].v.id == id)
			f->slots[i] = (struct slot){ .kind = S_MISC };
	return GO;
}

/* Does a helper that reads from the stack come across such things? */
int stack_objects(struct env *e, u8 reg, const struct val *v, u32 size)
{
	s32 i;

	if (v->kind != V_STACK || v->flags & F_VAROFF || size > 512)
		return GO;
	for (i = v->off; i < v->off + (s32)size && i < 0; i = (i | 7) + 1) {
		struct slot *s = slot_at(e, v, i);

		if (s && is_object(s))
			return refuse(e, VERIFY_OTHER, -EACCES,
				      "R%u: invalid indirect access to stack off %d size %u: a dynptr or iterator",
				      reg, v->off, size);
	}
	return GO;
}

void stack_touch(struct env *e, const struct val *v, s32 off, u32 size)
{
	s32 i;

	if (v->kind != V_STACK)
		return;
	if (v->flags & F_VAROFF || size > 512) {
		off = -512;
		size = 512;
	}
	for (i = off & ~7; i < off + (s32)size && i < 0; i += 8) {
		struct slot *s = slot_at(e, &(struct val){ .kind = V_STACK, .type = v->type }, i);

		if (s && s->kind <= S_VAL)
			*s = (struct slot){ .kind = S_MISC };
	}
}

static u64 mask_of(u32 size)
{
	return size < 8 ? (1ull << 8 * size) - 1 : ~0ull;
}

/* Bytes of a slot that are known to be 0. */
static u8 zero_bytes(const struct slot *s)
{
	if (s->kind == S_MISC)
		return s->sz;
	if (s->kind != S_VAL || s->v.kind != V_NUM || s->v.hi)
		return 0;
	return (u8)((1u << s->sz) - 1);
}

void stack_read(struct env *e, const struct val *p, s32 off, u32 size, struct val *out)
{
	struct slot *s = slot_at(e, p, off);
	u32 at = off & 7;
	u8 want = (u8)((1u << size) - 1) << at;

	num_of(out, size);
	if (s && at + size <= 8 && (zero_bytes(s) & want) == want)
		val_num(out, 0, 0);
	else if (s && s->kind == S_VAL && s->v.kind == V_NUM && is_const(&s->v) && at + size <= s->sz && !at)
		val_num(out, s->v.lo & mask_of(size), s->v.lo & mask_of(size));
}

static int load_stack(struct env *e, const struct val *p, s32 off, u32 size, struct val *out)
{
	struct slot *s;
	u32 at = off & 7;

	num_of(out, size);
	if (p->flags & F_VAROFF)
		return GO; /* a number, whatever lies there */
	if (off >= 0 || off < -512)
		return refuse(e, VERIFY_OTHER, -EACCES, "reads what was never written to the stack: offset %d, size %u", off, size);
	s = slot_at(e, p, off);
	if (s && is_object(s))
		return refuse(e, VERIFY_OTHER, -EACCES,
			      "reads a dynptr or iterator on the stack: offset %d, size %u", off, size);
	if (s && s->kind == S_MISC)
		stack_read(e, p, off, size, out);
	if (!s || s->kind != S_VAL)
		return GO;
	if (s->v.kind == V_NUM) {
		if (is_const(&s->v) && at + size <= s->sz) {
			u64 v = s->v.lo;

			v = e->in->target->big_endian ? v >> 8 * (s->sz - at - size) : v >> 8 * at;
			val_num(out, v & mask_of(size), v & mask_of(size));
		} else if (!at && size == s->sz && s->v.hi <= mask_of(size)) {
			*out = s->v;
		}
		if (s->v.flags & F_LOSSY)
			out->flags |= F_LOSSY;
		return GO;
	}
	if (size == 8 && !at)
		*out = s->v;
	else if (s->v.kind == V_ANY)
		any(out);
	else if (kernel_since(e, KV(6, 8)) == 0) /* later: a number, for those that may see addresses */
		return refuse(e, VERIFY_OTHER, -EACCES, "corrupted spill memory");
	return GO;
}

static int store_stack(struct env *e, const struct val *p, s32 off, u32 size, const struct val *v)
{
	struct slot *s;
	u32 at = off & 7;
	u8 zero;

	if (p->flags & F_VAROFF) {
		u32 i;

		for (i = 0; p->type < e->st->frame_cnt && i < e->st->f[p->type]->used; i++) {
			if (!is_object(&e->st->f[p->type]->slots[i]))
				continue;
			unsure(e, VERIFY_OTHER,
			       "a write somewhere to the stack, where a dynptr or an iterator is");
			break;
		}
		stack_touch(e, p, off, size);
		return GO;
	}
	if (off >= 0 || off < -512)
		return refuse(e, VERIFY_OTHER, -EACCES, "invalid write to stack off %d size %u", off, size);
	s = slot_at(e, p, off);
	if (!s)
		return GO;
	if (overwrite(e, e->st->f[p->type], s))
		return STOP;
	if (is_ptr(v) && size != 8)
		return refuse(e, VERIFY_OTHER, -EACCES, "a pointer is spilled with less than 8 bytes");
	if (!at && (size == 8 || v->kind == V_NUM)) {
		*s = (struct slot){ .kind = S_VAL, .sz = size, .v = *v };
		if (size < 8)
			s->v.id = 0;
		if (size < 8 && v->lo == v->hi)
			s->v.lo = s->v.hi = v->lo & mask_of(size);
		else if (size < 8 && v->hi > mask_of(size))
			num_of(&s->v, size), s->v.flags = v->flags & F_LOSSY;
		return GO;
	}
	if (s->kind == S_VAL && s->v.kind == V_NUM && is_const(&s->v) && is_const(v) && at + size <= s->sz &&
	    !e->in->target->big_endian) {
		u64 x = (s->v.lo & ~(mask_of(size) << 8 * at)) | (v->lo & mask_of(size)) << 8 * at;

		s->v.lo = s->v.hi = x;
		return GO;
	}
	if (v->kind == V_NUM && is_const(v) && s->kind == S_VAL && s->v.kind == V_NUM && is_const(&s->v) &&
	    at == s->sz &&
	    at + size <= 8 && !e->in->target->big_endian) {
		s->v.lo = s->v.hi = s->v.lo | (v->lo & mask_of(size)) << 8 * at;
		s->sz = at + size;
		return GO;
	}
	zero = zero_bytes(s) & ~((u8)((1u << size) - 1) << at);
	if (v->kind == V_NUM && !v->hi)
		zero |= (u8)((1u << size) - 1) << at;
	*s = (struct slot){ .kind = S_MISC, .sz = zero };
	return GO;
}

/* Constants: of maps that neither programs nor anybody else can write. */
static bool known_value(struct env *e, const struct kmap *map, s64 off, u32 size, struct val *out)
{
	bool be = e->in->target->big_endian;
	const u8 *p;
	u64 v;

	if (!map->frozen || !(map->flags & BPF_F_RDONLY_PROG) || !map->value ||
	    map->type != BPF_MAP_TYPE_ARRAY ||
	    map->max_entries != 1)
		return false;
	p = map->value + off;
	v = size == 1 ? *p : size == 2 ? get16(p, be) : size == 4 ? get32(p, be) : get64(p, be);
	val_num(out, v, v);
	return true;
}

static int map_value(struct env *e, u8 reg, const struct val *p, s64 off, u32 size, const struct val *store,
		     struct val *out,
		     bool atomic)
{
	const struct fields *fs = map_fields(e, p->map);
	const struct field *fld;
	int ret;

	if (store && p->map->flags & BPF_F_RDONLY_PROG)
		return refuse(e, VERIFY_WRITE, -EACCES,
			      "programs may not write this map (value of %u bytes, offset %lld, size %u)",
			      p->map->value_size, (long long)off, size);
	if (!store && p->map->flags & BPF_F_WRONLY_PROG)
		return refuse(e, VERIFY_MAP, -EACCES, "programs may not read this map");
	num_of(out, size);
	if (p->flags & F_VAROFF) {
		if (fs && fs->cnt)
			unsure(e, VERIFY_KPTR,
			       "R%u: where in a map value that holds special fields is not known here", reg);
		return GO; /* how far, the kernel knows: no question of this model */
	}
	if (off < 0 || off + size > p->map->value_size)
		return refuse(e, VERIFY_OTHER, -EACCES,
			      "R%u: invalid access to map value, value_size=%u off=%lld size=%u", reg,
			      p->map->value_size, (long long)off, size);
	fld = fs ? field_at(fs, off, size) : NULL;
	if (fld) {
		if (fs->unsure || fld->unsure)
			unsure(e, VERIFY_KPTR,
			       "whether the kernel takes the field at offset %u for special is not known",
				       fld->off);
		if (atomic)
			return refuse(e, VERIFY_KPTR, -EACCES,
				      "a kptr is accessed by more than a plain load or store");
		ret = store ? field_store(e, fld, p, off, size, store) :
			field_load(e, fld, p, off, size, out);
		return ret < 0 ? STOP : GO;
	}
	if (!store)
		known_value(e, p->map, off, size, out);
	return GO;
}

/* CONST_PTR_TO_MAP is read as the struct that the kernel keeps of it. */
static int load_map_ptr(struct env *e, const struct val *p, s64 off, u32 size, struct val *out)
{
	static const struct { u8 type; const char *name; } structs[] = {
		{ BPF_MAP_TYPE_ARRAY, "bpf_array" }, { BPF_MAP_TYPE_PERCPU_ARRAY, "bpf_array" },
		{ BPF_MAP_TYPE_PROG_ARRAY, "bpf_array" }, { BPF_MAP_TYPE_PERF_EVENT_ARRAY, "bpf_array" },
		{ BPF_MAP_TYPE_CGROUP_ARRAY, "bpf_array" }, { BPF_MAP_TYPE_ARRAY_OF_MAPS, "bpf_array" },
		{ BPF_MAP_TYPE_HASH, "bpf_htab" }, { BPF_MAP_TYPE_LRU_HASH, "bpf_htab" },
		{ BPF_MAP_TYPE_PERCPU_HASH, "bpf_htab" }, { BPF_MAP_TYPE_LRU_PERCPU_HASH, "bpf_htab" },
		{ BPF_MAP_TYPE_HASH_OF_MAPS, "bpf_htab" }, { BPF_MAP_TYPE_LPM_TRIE, "lpm_trie" },
		{ BPF_MAP_TYPE_STACK_TRACE, "bpf_stack_map" }, { BPF_MAP_TYPE_QUEUE, "bpf_queue_stack" },
		{ BPF_MAP_TYPE_STACK, "bpf_queue_stack" }, { BPF_MAP_TYPE_DEVMAP, "bpf_dtab" },
		{ BPF_MAP_TYPE_DEVMAP_HASH, "bpf_dtab" }, { BPF_MAP_TYPE_CPUMAP, "bpf_cpu_map" },
		{ BPF_MAP_TYPE_XSKMAP, "xsk_map" }, { BPF_MAP_TYPE_SOCKMAP, "bpf_stab" },
		{ BPF_MAP_TYPE_SOCKHASH, "bpf_shtab" }, { BPF_MAP_TYPE_RINGBUF, "bpf_ringbuf_map" },
		{ BPF_MAP_TYPE_USER_RINGBUF, "bpf_ringbuf_map" },
		  { BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, "reuseport_array" },
		{ BPF_MAP_TYPE_CGROUP_STORAGE, "bpf_cgroup_storage_map" },
		{ BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "bpf_cgroup_storage_map" },
		{ BPF_MAP_TYPE_SK_STORAGE, "bpf_local_storage_map" },
		  { BPF_MAP_TYPE_TASK_STORAGE, "bpf_local_storage_map" },
		{ BPF_MAP_TYPE_INODE_STORAGE, "bpf_local_storage_map" },
		  { 32 /* CGRP_STORAGE */, "bpf_local_storage_map" },
		{ BPF_MAP_TYPE_BLOOM_FILTER, "bpf_bloom_filter" },
	};
	struct val as = { .kind = V_BTF, .off = 0 };
	u32 i;

	if (!e->vmlinux)
		return refuse(e, VERIFY_ACCESS, -524,
			      "a map's own fields need the kernel's BTF");
	for (i = 0; i < ARRAY_SIZE(structs); i++)
		if (structs[i].type == p->map->type)
			as.type = kernel_type(e, structs[i].name);
	as.btf = e->vmlinux;
	if (!as.type) {
		unsure(e, VERIFY_ACCESS, "a map's struct is read, and this model does not know which");
		any(out);
		return GO;
	}
	return load_btf(e, &as, off, size, out);
}

static int bad_pointer(struct env *e, u8 reg, const struct val *p)
{
	enum verify_cause cause = p->flags & F_NULL ? VERIFY_NULL : VERIFY_OTHER;

	if (p->kind == V_BTF && p->flags & F_NULL)
		cause = VERIFY_NULL;
	else if (p->kind == V_NUM)
		cause = VERIFY_ACCESS;
	return refuse(e, cause, -EACCES, "R%u: memory is accessed through %s", reg, val_str(e, p));
}

int do_load(struct env *e, u8 reg, s32 off, u32 size, struct val *out, bool atomic)
{
	struct val *p = &cur(e)->r[reg];
	s64 at;

	if (check_reg(e, reg))
		return STOP;
	at = (s64)p->off + off;
	num_of(out, size);
	if (p->kind == V_ANY) {
		unsure(e, VERIFY_ACCESS, "R%u: a load through a pointer of which this model knows nothing",
		       reg);
		any(out);
		return GO;
	}
	if (p->flags & F_NULL || !is_ptr(p))
		return bad_pointer(e, reg, p);
	switch (p->kind) {
	case V_CTX:
		return ctx_load(e, at, size, out);
	case V_MAP:
		return load_map_ptr(e, p, at, size, out);
	case V_MAPVAL:
		return map_value(e, reg, p, at, size, NULL, out, atomic);
	case V_STACK:
		return load_stack(e, p, at, size, out);
	case V_BTF:
		if (p->flags & F_ALLOC) {
			const struct fields *fs = fields_of(e, p->btf, p->type);
			const struct field *fld = fs ? field_at(fs, at, size) : NULL;

			if (fld)
				return refuse(e, VERIFY_KPTR, -EACCES,
					      "direct access to a special field is disallowed");
		}
		return load_btf(e, p, at, size, out);
	case V_MEM:
		if (p->type && !(p->flags & F_VAROFF) && (at < 0 || at + size > p->type))
			return refuse(e, VERIFY_ACCESS, -EACCES,
				      "R%u: invalid access to memory, mem_size=%u off=%lld size=%u", reg,
				      p->type, (long long)at, size);
		if (!(p->flags & (F_UNTRUSTED | F_VAROFF)) && at < 0)
			return refuse(e, VERIFY_ACCESS, -EACCES,
				      "R%u invalid negative buffer offset: off=%lld", reg, (long long)at);
		if (p->flags & F_EMPTY)
			return refuse(e, VERIFY_ACCESS, -EACCES,
				      "R%u: invalid access to memory, mem_size=0 off=%lld size=%u", reg,
				      (long long)at, size);
		return GO;
	case V_MAPKEY: case V_PKT: case V_SOCK: case V_ARENA:
		return GO;
	default:
		return bad_pointer(e, reg, p);
	}
}

/*
 * Fields of the kernel's that programs may write to. Where the kernel has such a list of its own: {
 * struct_ops type, or "" for XDP and TC; struct; field; since }. A field of "" is all of the struct.
 */
static const struct { const char *ops, *type, *field; u32 since; } writable[] = {
	{ "tcp_congestion_ops", "tcp_sock", "sk_pacing_rate", KV(6, 0) },
	  { "tcp_congestion_ops", "tcp_sock", "sk_pacing_status", KV(6, 0) },
	{ "tcp_congestion_ops", "tcp_sock", "icsk_ca_priv", 0 },
	  { "tcp_congestion_ops", "tcp_sock", "icsk_ack", 0 },
	{ "tcp_congestion_ops", "tcp_sock", "snd_cwnd", 0 }, { "tcp_congestion_ops", "tcp_sock",
	  "snd_cwnd_cnt", 0 },
	{ "tcp_congestion_ops", "tcp_sock", "snd_cwnd_stamp", KV(6, 0) },
	  { "tcp_congestion_ops", "tcp_sock", "snd_ssthresh", 0 },
	{ "tcp_congestion_ops", "tcp_sock", "ecn_flags", 0 }, { "tcp_congestion_ops", "tcp_sock",
	  "app_limited", KV(6, 0) },
	{ "bpf_dummy_ops", "bpf_dummy_ops_state", "", 0 },
};

/* Where a field lies, also one of a member. */
static bool field_range(const struct btf *btf, u32 id, const char *name, u32 base, u32 depth, u32 *lo,
			u32 *hi)
{
	const struct btf_type *t;
	u32 i;

	id = btf_skip(btf, id);
	t = btf__type_by_id(btf, id);
	if (!id || !t || !btf_is_composite(t) || depth > 8)
		return false;
	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		u32 off = base + btf_member_bit_offset(t, i) / 8;

		if (!strcmp(btf__name_by_offset(btf, m->name_off) ?: "", name)) {
			s64 sz = btf_size(btf, m->type);

			*lo = off;
			*hi = off + (sz > 0 ? sz : 0);
			return true;
		}
		if (field_range(btf, m->type, name, off, depth + 1, lo, hi))
			return true;
	}
	return false;
}

static int write_btf(struct env *e, u8 reg, const struct val *p, s64 off, u32 size)
{
	const char *name = btf_nm(p->btf, p->type), *ops = "";
	bool listed = false;
	u32 i, lo, hi;

	if (p->flags & F_ALLOC) {
		const struct fields *fs = fields_of(e, p->btf, p->type);
		struct val out;

		if (fs && field_at(fs, off, size))
			return refuse(e, VERIFY_KPTR, -EACCES,
				      "direct access to a special field is disallowed");
		return load_btf(e, p, off, size, &out);
	}
	if (p->flags & F_USER)
		return refuse(e, VERIFY_USER, -EACCES, "R%u: %s is user memory and not to be dereferenced (offset %lld)", reg,
			      val_str(e, p), (long long)off);
	if (p->flags & F_PERCPU)
		return refuse(e, VERIFY_PERCPU, -EACCES, "R%u: %s is percpu and not to be dereferenced (offset %lld)", reg,
			      val_str(e, p),
			      (long long)off);
	if (e->in->prog_type == BPF_PROG_TYPE_STRUCT_OPS && e->ctx_btf)
		ops = btf_nm(e->ctx_btf, e->in->attach_btf_id);
	for (i = 0; *ops && i < ARRAY_SIZE(writable); i++) {
		if (strcmp(ops, writable[i].ops))
			continue;
		listed = true;
		if (strcmp(name, writable[i].type) || p->flags & (F_UNTRUSTED | F_VAROFF) ||
		    !kernel_since(e, writable[i].since))
			continue;
		if (!*writable[i].field)
			return GO;
		if (field_range(p->btf, p->type, writable[i].field, 0, 0, &lo, &hi) && off >= lo &&
		    off + size <= hi)
			return GO;
	}
	if (!(p->flags & F_UNTRUSTED) && ((*ops && !listed) ||
					  ((e->type == BPF_PROG_TYPE_XDP ||
					    e->type == BPF_PROG_TYPE_SCHED_CLS) &&
	     !strncmp(name, "nf_conn", 7)))) {
		unsure(e, VERIFY_WRITE,
		       "R%u: whether a program of this type may write to struct %s is not known here", reg,
			       name);
		return GO;
	}
	return refuse(e, VERIFY_WRITE, -EACCES, "R%u: a write to %s at off %lld: only read is supported", reg,
		      val_str(e, p),
		      (long long)off);
}

int do_store(struct env *e, u8 reg, s32 off, u32 size, const struct val *v, bool atomic)
{
	struct val *p = &cur(e)->r[reg], out, copy = *v;
	s64 at;

	if (check_reg(e, reg))
		return STOP;
	at = (s64)p->off + off;
	if (p->kind == V_ANY) {
		unsure(e, VERIFY_WRITE, "R%u: a store through a pointer of which this model knows nothing",
		       reg);
		return GO;
	}
	if (p->flags & F_NULL || !is_ptr(p))
		return bad_pointer(e, reg, p);
	switch (p->kind) {
	case V_CTX:
		return ctx_store(e, at, size);
	case V_MAP:
		return refuse(e, VERIFY_WRITE, -EACCES, "only read from a map's struct is supported");
	case V_MAPVAL:
		return map_value(e, reg, p, at, size, &copy, &out, atomic);
	case V_STACK:
		return store_stack(e, p, at, size, &copy);
	case V_BTF:
		return write_btf(e, reg, p, at, size);
	case V_MEM:
		if (p->flags & F_RDONLY)
			return refuse(e, VERIFY_WRITE, -EACCES, "R%u: a store to %s", reg,
				      val_str(e, p));
		if (p->type && !(p->flags & F_VAROFF) && (at < 0 || at + size > p->type))
			return refuse(e, VERIFY_OTHER, -EACCES,
				      "R%u: invalid access to memory, mem_size=%u off=%lld size=%u", reg,
				      p->type, (long long)at, size);
		return GO;
	case V_SOCK:
		return refuse(e, VERIFY_WRITE, -EACCES, "R%u cannot write into sock", reg);
	case V_MAPKEY:
		return refuse(e, VERIFY_WRITE, -EACCES, "R%u: write to change key is prohibited", reg);
	case V_PKT: case V_ARENA:
		return GO;
	default:
		return bad_pointer(e, reg, p);
	}
}
