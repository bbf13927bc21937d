// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Calls of the kernel's functions: whether they may be called, what they are given, what they give.
 * Arguments are judged by the function's BTF, by suffixes of their names, and by its flags; rules before
 * 6.2 were others.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

struct kcall {
	const char *name;
	const struct btf *btf;
	const struct btf_type *proto;
	u32 flags;
	bool old;      /* before 6.2 */
	u32 release;   /* reference */
	u32 ref;       /* of an argument */
	bool has_size;
	bool rdonly;
	u64 size;
	struct val arg[6];
	struct val dyn;
	struct slot *iter;
	u32 cb;
};

static bool ends_with(const char *s, const char *suffix)
{
	size_t a = strlen(s), b = strlen(suffix);

	return a >= b && !strcmp(s + a - b, suffix);
}

static bool null_const(const struct val *v)
{
	return v->kind == V_NUM && is_const(v) && !v->lo;
}

static bool is_one_of(const char *name, const char *const *list, u32 cnt)
{
	u32 i;

	for (i = 0; i < cnt; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

/* Structs of nothing but numbers may be in any memory. */
static bool plain_data(const struct btf *btf, u32 id, u32 depth)
{
	const struct btf_type *t;
	u32 i;

	id = btf_skip(btf, id);
	t = id ? btf__type_by_id(btf, id) : NULL;
	if (!t || depth > 4)
		return false;
	if (btf_is_int(t) || btf_is_any_enum(t))
		return true;
	if (btf_is_array(t))
		return plain_data(btf, btf_array(t)->type, depth);
	if (!btf_is_composite(t))
		return false;
	for (i = 0; i < btf_vlen(t); i++)
		if (!plain_data(btf, btf_members(t)[i].type, depth + 1))
			return false;
	return true;
}

static bool is_ctx_type(struct env *e, const char *name)
{
	static const struct { u32 type; const char *names[2]; } ctx[] = {
		{ BPF_PROG_TYPE_XDP, { "xdp_md", "xdp_buff" } },
		  { BPF_PROG_TYPE_SOCK_OPS, { "bpf_sock_ops" } },
		{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, { "bpf_sock_addr" } },
		  { BPF_PROG_TYPE_CGROUP_SOCKOPT, { "bpf_sockopt" } },
		{ BPF_PROG_TYPE_SK_LOOKUP, { "bpf_sk_lookup" } }, { 32, { "bpf_nf_ctx" } },
		{ BPF_PROG_TYPE_SK_MSG, { "sk_msg_md" } }, { BPF_PROG_TYPE_CGROUP_SOCK, { "bpf_sock" } },
	};
	u32 i;

	switch (e->type) {
	case BPF_PROG_TYPE_SOCKET_FILTER: case BPF_PROG_TYPE_SCHED_CLS: case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_CGROUP_SKB: case BPF_PROG_TYPE_LWT_IN: case BPF_PROG_TYPE_LWT_OUT: case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_LWT_SEG6LOCAL: case BPF_PROG_TYPE_SK_SKB: case BPF_PROG_TYPE_FLOW_DISSECTOR:
		return !strcmp(name, "__sk_buff") || (!strcmp(name, "sk_buff") && kernel_since(e, KV(6, 2)));
	default:
		break;
	}
	for (i = 0; i < ARRAY_SIZE(ctx); i++)
		if (ctx[i].type == e->type)
			return !strcmp(name, ctx[i].names[0]) ||
				(ctx[i].names[1] && !strcmp(name, ctx[i].names[1]));
	return false;
}

/* The struct that BTF says a pointer of another kind is. */
static bool as_struct(struct env *e, const struct val *v, const struct btf **btf, u32 *id)
{
	const char *name = v->kind == V_SOCK ? v->flags & F_COMMON ? "sock_common" : v->flags & F_TCP ?
		"tcp_sock" : "sock" :
			   v->kind == V_MAP ? "bpf_map" : NULL;

	if (v->kind == V_BTF) {
		*btf = v->btf;
		*id = v->type;
		return true;
	}
	if (!name)
		return false;
	*btf = e->vmlinux;
	*id = kernel_type(e, name);
	return *id;
}

static int not_ok(struct env *e, const struct kcall *k, u32 i, int err, const char *why)
{
	const struct val *v = &cur(e)->r[i + 1];
	enum verify_cause cause = v->flags & F_NULL ? VERIFY_NULL : v->flags & F_USER ? VERIFY_USER :
				  v->kind == V_BTF && v->flags & F_PERCPU ? VERIFY_PERCPU : VERIFY_KFUNC;

	return refuse(e, cause, err, "%s: R%u type=%s %s", k->name, i + 1, val_str(e, v), why);
}

static int struct_arg(struct env *e, struct kcall *k, u32 i, u32 to)
{
	const struct val *v = &cur(e)->r[i + 1];
	const struct btf *btf;
	bool always = kernel_since(e, KV(7, 0)) == 1, rel = k->flags & TKF_RELEASE, strict;
	u32 id, unsafe = F_NULL | F_USER | F_PERCPU | F_UNTRUSTED;

	if (!as_struct(e, v, &btf, &id)) {
		unsure(e, VERIFY_KFUNC, "%s: R%u: the kernel's BTF has no struct for it", k->name, i + 1);
		return GO;
	}
	if (k->old) {
		if (v->flags & (unsafe | F_ALLOC))
			return not_ok(e, k, i, -EINVAL, "is not supported");
		if (k->flags & TKF_TRUSTED_ARGS && !v->ref)
			return not_ok(e, k, i, -EINVAL, "must hold a reference");
		strict = k->flags & TKF_TRUSTED_ARGS || (rel && v->ref);
	} else {
		bool checked = always || k->flags & (TKF_TRUSTED_ARGS | TKF_RELEASE | TKF_RCU);

		if (checked && !is_trusted(v)) {
			if (!(k->flags & TKF_RCU))
				return not_ok(e, k, i, -EINVAL, "must hold a reference, or be trusted");
			if (!(v->flags & F_RCU))
				return not_ok(e, k, i, -EINVAL, "must be an RCU pointer");
		}
		if (v->flags & unsafe && !(v->flags & F_RCU))
			return not_ok(e, k, i, -EINVAL, "is unsafe");
		strict = rel && v->ref;
		if (strstr(btf_nm(btf, id), "___init") || strstr(btf_nm(k->btf, to), "___init"))
			strict = true;
	}
	if (v->off && (strict || k->flags & TKF_TRUSTED_ARGS) && (rel || k->old))
		return not_ok(e, k, i, -EINVAL, "must have no offset");
	if (v->flags & F_VAROFF || !type_matches(btf, id, v->off, k->btf, to, strict))
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "%s args#%u expected pointer to struct %s but R%u has a pointer to %s", k->name,
				      i,
			      btf_nm(k->btf, to), i + 1, btf_nm(btf, id));
	return GO;
}

static int mem_arg(struct env *e, struct kcall *k, u32 i, u32 to, bool sized, bool null_ok)
{
	const struct val *v = &cur(e)->r[i + 1];
	const struct btf_type *t = to ? btf__type_by_id(k->btf, to) : NULL;
	struct val size;
	s64 sz;

	if (!plain_data(k->btf, to, 0) && !(sized && (!t || plain_data(k->btf, to, 0))))
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "%s: arg#%u pointer type %s must point to %sscalar, or struct with scalar, and R%u is %s",
			      k->name, i, btf_nm(k->btf, to), sized ? "void, " : "", i + 1, val_str(e, v));
	if (null_ok && null_const(v))
		return GO;
	if (!is_ptr(v) && v->kind != V_ANY)
		return not_ok(e, k, i, k->old ? -EINVAL : -EACCES, "is no memory");
	if (v->flags & F_NULL && !null_ok)
		return not_ok(e, k, i, k->old ? -EINVAL : -EACCES, "may be NULL");
	if (v->flags & F_RDONLY) {
		unsure(e, VERIFY_KFUNC, "%s: R%u: read-only memory", k->name, i + 1);
		return GO;
	}
	if (v->kind == V_CTX && e->type == BPF_PROG_TYPE_SYSCALL)
		return GO;
	sz = btf_size(k->btf, to);
	val_num(&size, sz > 0 ? sz : 0, sz > 0 ? sz : 0);
	return arg_mem(e, i + 1, MEM_WRITES, null_ok, sized ? &cur(e)->r[i + 2] : &size);
}

static int iter_arg(struct env *e, struct kcall *k, u32 i, u32 to)
{
	const char *type = btf_nm(k->btf, to);
	s64 size = btf_size(k->btf, to);

	if (size < 8 || size % 8) {
		unsure(e, VERIFY_KFUNC, "%s: an iterator of size %lld", k->name, (long long)size);
		return GO;
	}
	if (k->flags & TKF_ITER_NEW) {
		if (iter_new(e, i + 1, type, size))
			return STOP;
		if (k->flags & TKF_RCU_PROTECTED) {
			struct slot *s = slot_at(e, &cur(e)->r[i + 1], cur(e)->r[i + 1].off);

			if (s)
				s->v.flags = F_RCU;
		}
		return GO;
	}
	if (k->flags & TKF_ITER_NEXT)
		return iter_use(e, i + 1, type, &k->iter);
	return iter_end(e, i + 1, type, size);
}

static bool is_size_of_last(const struct kcall *k, u32 i)
{
	const char *name;

	if (i >= btf_vlen(k->proto))
		return false;
	name = btf__name_by_offset(k->btf, btf_params(k->proto)[i].name_off) ?: "";
	return ends_with(name, "__sz") || ends_with(name, "__szk");
}

static int pointer_arg(struct env *e, struct kcall *k, u32 i, const char *pname, u32 ptr)
{
	const struct btf_type *p = btf__type_by_id(k->btf, ptr), *t;
	struct val *v = &cur(e)->r[i + 1];
	u32 to = p->type ? btf_skip(k->btf, p->type) : 0;
	const char *name = to ? btf_nm(k->btf, to) : "";
	bool nullable = ends_with(pname, "__nullable") || ends_with(pname, "__opt"),
		sized = is_size_of_last(k, i + 1);
	bool trusting = k->flags & (TKF_TRUSTED_ARGS | TKF_RELEASE) || kernel_since(e, KV(7, 0)) == 1;

	t = to ? btf__type_by_id(k->btf, to) : NULL;
	if (v->kind == V_ANY) {
		unsure(e, VERIFY_KFUNC, "%s: R%u: nothing is known of it", k->name, i + 1);
		return GO;
	}
	if (!k->old && trusting && (null_const(v) || v->flags & F_NULL) && !nullable)
		return refuse(e, VERIFY_NULL, -EACCES, "%s: Possibly NULL pointer passed to trusted arg%u",
			      k->name, i);
	if (v->ref)
		k->ref = v->ref;
	if (k->flags & TKF_KPTR_GET && !i)
		return arg_field(e, 1, FLD_KPTR, "kptr") || e->st->inexact ? GO : STOP;
	if (!strcmp(k->name, "bpf_cast_to_kern_ctx") || is_ctx_type(e, name))
		return v->kind == V_CTX ? GO : refuse(e, VERIFY_KFUNC, -EINVAL,
						      "%s: argument %u must be the context, is %s",
							      k->name, i,
						     val_str(e, v));
	if (nullable && null_const(v) && !sized)
		return GO;
	if (ends_with(pname, "__alloc") || ends_with(pname, "__refcounted_kptr")) {
		if (v->kind != V_BTF || !(v->flags & F_ALLOC) || v->flags & F_NULL)
			return not_ok(e, k, i, -EINVAL, "must be an object of bpf_obj_new()");
		return GO;
	}
	if (!strcmp(name, "bpf_dynptr_kern") || !strcmp(name, "bpf_dynptr")) {
		if (!ends_with(pname, "__uninit"))
			return dynptr_use(e, i + 1, &k->dyn);
		return dynptr_new(e, i + 1, !strcmp(k->name, "bpf_dynptr_from_skb") ? DYN_SKB :
				  !strcmp(k->name, "bpf_dynptr_from_xdp") ?
				  DYN_XDP : DYN_OTHER, 0);
	}
	if (k->flags & (TKF_ITER_NEW | TKF_ITER_NEXT | TKF_ITER_DESTROY) && !i)
		return iter_arg(e, k, i, to);
	if (!strcmp(name, "bpf_list_head") || !strcmp(name, "bpf_list_node") ||
	    !strcmp(name, "bpf_rb_root") ||
	    !strcmp(name, "bpf_rb_node")) {
		unsure(e, VERIFY_KFUNC, "%s: lists and trees are not followed here", k->name);
		return GO;
	}
	if (ends_with(pname, "__str")) {
		if (v->kind != V_MAPVAL || !v->map->frozen || !(v->map->flags & BPF_F_RDONLY_PROG))
			return not_ok(e, k, i, -EINVAL, "is no constant string");
		return GO;
	}
	if (ends_with(pname, "__map")) {
		if (v->kind != V_MAP)
			return not_ok(e, k, i, -EINVAL, "isn't map pointer");
		return GO;
	}
	if (ends_with(pname, "__irq_flag"))
		return strstr(k->name, "restore") ? flag_end(e, i + 1) : flag_new(e, i + 1);
	if (!strcmp(name, "bpf_wq") || !strcmp(name, "bpf_res_spin_lock") || !strcmp(name, "bpf_task_work") ||
	    !strcmp(name, "bpf_timer")) {
		enum field_kind kind = !strcmp(name, "bpf_wq") ? FLD_WQ : !strcmp(name, "bpf_timer") ?
			FLD_TIMER : FLD_NONE;

		if (kind)
			return arg_field(e, i + 1, kind, name) || e->st->inexact ? GO : STOP;
		unsure(e, VERIFY_KFUNC, "%s: struct %s is not followed here", k->name, name);
		return GO;
	}
	if (v->kind == V_BTF || v->kind == V_SOCK || v->kind == V_MAP) {
		if (!t || !btf_is_composite(t))
			return not_ok(e, k, i, -EINVAL, "is not supported there");
		return struct_arg(e, k, i, to);
	}
	if (t && btf_is_func_proto(t)) {
		if (v->kind != V_FUNC)
			return not_ok(e, k, i, -EINVAL, "must be a function");
		k->cb = v->type;
		return GO;
	}
	return mem_arg(e, k, i, to, sized, nullable);
}

static int args(struct env *e, struct kcall *k)
{
	u32 n = btf_vlen(k->proto), i;

	if (n > 5 && kernel_since(e, KV(7, 2)) == 0)
		return refuse(e, VERIFY_KFUNC, -EINVAL, "%s has %u > 5 args", k->name, n);
	for (i = 0; i < n && i < 5; i++) {
		const struct btf_param *p = &btf_params(k->proto)[i];
		const char *pname = btf__name_by_offset(k->btf, p->name_off) ?: "";
		u32 id = btf_skip(k->btf, p->type);
		const struct btf_type *t = btf__type_by_id(k->btf, id);
		struct val *v = &cur(e)->r[i + 1];

		if (ends_with(pname, "__ign") || ends_with(pname, "__prog") || ends_with(pname, "__aux"))
			continue;
		if (t && btf_is_ptr(t) && t->type && !strcmp(btf_nm(k->btf, btf_skip(k->btf, t->type)),
							     "bpf_prog_aux") &&
		    k->flags & TKF_IMPLICIT_ARGS)
			continue;
		if (check_reg(e, i + 1))
			return STOP;
		if (t && (btf_is_int(t) || btf_is_any_enum(t))) {
			if (v->kind == V_ANY)
				unsure(e, VERIFY_KFUNC,
				       "%s: R%u: nothing is known of what should be a number", k->name,
					       i + 1);
			else if (v->kind != V_NUM)
				return refuse(e, VERIFY_KFUNC, -EINVAL, "%s: R%u is not a scalar", k->name,
					      i + 1);
			if (ends_with(pname, "__k") || ends_with(pname, "__szk") ||
			    !strcmp(pname, "rdonly_buf_size") ||
			    !strcmp(pname, "rdwr_buf_size")) {
				if (!is_const(v)) {
					if (v->kind == V_NUM && !(v->flags & F_LOSSY))
						return refuse(e, VERIFY_KFUNC, -EINVAL,
							      "%s: R%u must hold a constant", k->name,
								      i + 1);
					unsure(e, VERIFY_KFUNC,
					       "%s: R%u: whether it is a constant is not known here", k->name,
						       i + 1);
				}
				k->has_size = true;
				k->size = v->lo;
				k->rdonly = !strcmp(pname, "rdonly_buf_size");
			}
			continue;
		}
		if (!t || !btf_is_ptr(t))
			return refuse(e, VERIFY_KFUNC, -EINVAL, "%s: Unrecognized arg#%u type", k->name, i);
		if (pointer_arg(e, k, i, pname, id))
			return STOP;
		if (is_size_of_last(k, i + 1) && cur(e)->r[i + 2].kind != V_NONE && is_ptr(&cur(e)->r[i + 2]))
			return refuse(e, VERIFY_KFUNC, -EINVAL, "%s: R%u is not a scalar", k->name, i + 2);
	}
	if (k->flags & TKF_RELEASE) {
		if (!k->ref && !e->st->inexact)
			return refuse(e, VERIFY_REF, -EINVAL,
				      "kfunc %s releases a reference, and gets none", k->name);
		k->release = k->ref;
	}
	return GO;
}

static int local_object(struct env *e, struct kcall *k, struct val *r0)
{
	const struct btf_type *t = e->in->btf ? btf__type_by_id(e->in->btf, k->arg[1].lo) : NULL;

	if (!is_const(&k->arg[1]))
		return any(r0), GO;
	if (!t || !btf_is_struct(t))
		return refuse(e, VERIFY_KFUNC, -EINVAL, "%s: type ID argument must be of a struct", k->name);
	*r0 = (struct val){ .kind = V_BTF, .type = k->arg[1].lo, .flags = F_ALLOC | F_NULL |
			    (strstr(k->name, "percpu") ? F_PERCPU : 0) };
	r0->btf = e->in->btf;
	acquired(e, r0);
	return GO;
}

static void kern_ctx(struct env *e, struct val *r0)
{
	const char *name = e->type == BPF_PROG_TYPE_XDP ? "xdp_buff" : is_ctx_type(e, "__sk_buff") ?
		"sk_buff" : NULL;
	int id = name ? kernel_type(e, name) : 0;

	if (!id) {
		any(r0);
		return;
	}
	*r0 = (struct val){ .kind = V_BTF, .type = id, .flags = F_TRUSTED };
	r0->btf = e->vmlinux;
}

static bool returns_struct(const struct kcall *k, const struct btf_type *ret)
{
	u32 to = ret && btf_is_ptr(ret) && ret->type ? btf_skip(k->btf, ret->type) : 0;

	return to && btf_is_composite(btf__type_by_id(k->btf, to));
}

static int result(struct env *e, struct kcall *k)
{
	struct val *r0 = &cur(e)->r[0];
	u32 id = k->proto->type ? btf_skip(k->btf, k->proto->type) : 0, to;
	const struct btf_type *t = id ? btf__type_by_id(k->btf, id) : NULL;
	u32 rcu = k->iter ? k->iter->v.flags & F_RCU : 0;

	if (!strncmp(k->name, "bpf_obj_new", 11) || !strncmp(k->name, "bpf_percpu_obj_new", 18))
		return local_object(e, k, r0);
	if (!strcmp(k->name, "bpf_cast_to_kern_ctx"))
		return kern_ctx(e, r0), GO;
	if (!strcmp(k->name, "bpf_rdonly_cast")) {
		const struct btf_type *want = is_const(&k->arg[2]) ?
			btf__type_by_id(e->vmlinux, k->arg[2].lo) : NULL;

		if (k->arg[2].kind == V_NUM && is_const(&k->arg[2]) && (!want || !btf_is_struct(want)) &&
		    kernel_since(e, KV(6, 17)) == 0)
			return refuse(e, VERIFY_KFUNC, -EINVAL, "%s: type ID is not of a struct", k->name);
		*r0 = (struct val){ .kind = V_BTF, .type = k->arg[2].lo, .flags = F_UNTRUSTED };
		r0->btf = e->vmlinux;
		if (want && !k->arg[2].lo)
			*r0 = (struct val){ .kind = V_MEM, .flags = F_RDONLY | F_UNTRUSTED };
		else if (!want || !btf_is_struct(want))
			any(r0);
		return GO;
	}
	if (!strncmp(k->name, "bpf_refcount_acquire", 20)) {
		*r0 = k->arg[1];
		r0->flags = (r0->flags & ~(F_NONOWN | F_RCU)) | F_ALLOC | (k->arg[1].ref ? 0 : F_NULL);
		acquired(e, r0);
		if (!(r0->flags & F_NULL))
			r0->id = r0->ref;
		return GO;
	}
	if (!strncmp(k->name, "bpf_dynptr_slice", 16)) {
		*r0 = (struct val){ .kind = V_MEM, .type = k->size, .flags = F_NULL | (strstr(k->name, "rdwr") ? 0 : F_RDONLY),
				    .id = ++e->ids };
		return GO;
	}
	if (!strcmp(k->name, "bpf_arena_alloc_pages")) {
		*r0 = (struct val){ .kind = V_ARENA };
		return GO;
	}
	if (k->flags & TKF_ACQUIRE && !returns_struct(k, t))
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "%s: acquire kernel function does not return PTR_TO_BTF_ID", k->name);
	if (!id) {
		*r0 = (struct val){ .kind = V_NONE };
		return GO;
	}
	val_num_any(r0);
	if (!t || !btf_is_ptr(t))
		return GO;
	if (strstr(k->name, "bpf_list") || strstr(k->name, "bpf_rbtree")) {
		any(r0);
		return GO;
	}
	to = t->type ? btf_skip(k->btf, t->type) : 0;
	t = to ? btf__type_by_id(k->btf, to) : NULL;
	if (t && btf_is_composite(t)) {
		*r0 = (struct val){ .kind = V_BTF, .type = to, .flags = k->old ? 0 : rcu ? F_RCU : F_TRUSTED };
		r0->btf = k->btf;
	} else if (k->has_size || (t && btf_size(k->btf, to) > 0)) {
		s64 sz = k->has_size ? (s64)k->size : btf_size(k->btf, to);

		if (k->old && !k->has_size)
			return refuse(e, VERIFY_KFUNC, -EINVAL,
				      "kfunc %s returns a pointer that programs can't have: %s", k->name,
				      btf_nm(k->btf, to));
		*r0 = (struct val){ .kind = V_MEM, .type = sz, .flags = k->rdonly || !k->has_size ? F_RDONLY : 0 };
		if (k->iter)
			r0->flags &= ~F_RDONLY;
		r0->ref = k->has_size ? k->ref : 0;
	} else if (kernel_since(e, KV(6, 19)) == 1) {
		return GO; /* void *: a number */
	} else {
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "kfunc %s returns a pointer that programs can't have: %s", k->name,
			      btf_nm(k->btf, to));
	}
	if (k->flags & (TKF_RET_NULL | TKF_ITER_NEXT)) {
		r0->flags |= F_NULL;
		r0->id = ++e->ids;
	}
	if (k->flags & TKF_ACQUIRE)
		acquired(e, r0);
	return GO;
}

static void no_rcu(struct env *e, struct val *v, u32 arg)
{
	(void)e;
	(void)arg;
	if (!is_ptr(v) || !(v->flags & F_RCU))
		return;
	v->flags = (v->flags & ~(F_RCU | F_NULL)) | F_UNTRUSTED;
	v->id = 0;
}

/* Those that are about the state and not about arguments. 1: done. */
static int about_state(struct env *e, struct kcall *k)
{
	struct state *s = e->st;

	if (!strcmp(k->name, "bpf_rcu_read_lock")) {
		if (s->rcu && kernel_since(e, KV(6, 18)) == 0)
			return refuse(e, VERIFY_REF, -EINVAL, "%s in an RCU read section",
				      k->name);
		s->rcu++;
	} else if (!strcmp(k->name, "bpf_rcu_read_unlock")) {
		if (!s->rcu)
			return refuse(e, VERIFY_REF, -EINVAL,
				      "%s outside of an RCU read section", k->name);
		if (!--s->rcu)
			each_val(s, no_rcu, e, 0);
	} else if (!strcmp(k->name, "bpf_preempt_disable")) {
		s->preempt++;
	} else if (!strcmp(k->name, "bpf_preempt_enable")) {
		if (!s->preempt)
			return refuse(e, VERIFY_REF, -EINVAL,
				      "%s where preemption was not disabled", k->name);
		s->preempt--;
	} else {
		return 0;
	}
	return 1;
}

static int may_call(struct env *e, struct kcall *k, const struct aux *aux)
{
	const struct target_btf *where = target_of(e, aux->btf);
	struct target_kfunc kf = { .exists = TARGET_UNKNOWN, .allowed = TARGET_UNKNOWN };

	if (where)
		target_kfunc(e->in->target, where, aux->id, e->type, &kf);
	k->flags = kf.flags_known ? kf.flags : 0;
	if (kf.exists == TARGET_NO || kf.allowed == TARGET_NO)
		return refuse(e, VERIFY_KFUNC, -EACCES, "kfunc %s is not for such programs", k->name);
	if (kf.exists == TARGET_UNKNOWN)
		unsure(e, VERIFY_KFUNC, "whether %s is a kfunc is not known", k->name);
	else if (kf.allowed == TARGET_UNKNOWN)
		unsure(e, VERIFY_KFUNC, "whether programs of this type may call %s is not known", k->name);
	else if (!kf.flags_known)
		unsure(e, VERIFY_KFUNC, "the flags of kfunc %s are not known", k->name);
	return GO;
}

static int wq_callback(struct env *e, struct kcall *k)
{
	struct val a[5] = { { .kind = V_NONE } };

	if (k->arg[1].kind != V_MAPVAL || k->cb >= e->in->insn_cnt)
		return GO;
	a[0] = (struct val){ .kind = V_MAP };
	a[1] = (struct val){ .kind = V_MAPKEY };
	a[2] = (struct val){ .kind = V_MAPVAL };
	a[0].map = a[1].map = a[2].map = k->arg[1].map;
	return push_callback(e, k->cb, CB_ASYNC_SLEEPS, a);
}

int do_kfunc(struct env *e, const struct insn *in)
{
	static const char *const in_locks[] = { "bpf_list_push_front_impl", "bpf_list_push_back_impl",
		"bpf_list_pop_front",
		"bpf_list_pop_back", "bpf_rbtree_remove", "bpf_rbtree_add_impl", "bpf_rbtree_first",
			"bpf_list_front", "bpf_list_back",
		"bpf_rbtree_root", "bpf_rbtree_left", "bpf_rbtree_right", "bpf_refcount_acquire_impl",
			"bpf_obj_drop_impl",
		"bpf_iter_num_new", "bpf_iter_num_next", "bpf_iter_num_destroy", "bpf_list_push_front",
			"bpf_list_push_back",
		"bpf_rbtree_add", "bpf_refcount_acquire", "bpf_obj_drop" };
	const struct aux *aux = &e->aux[e->st->insn];
	struct kcall k = { .cb = NOWHERE };
	const struct btf_type *f;
	int ret;
	u32 i;

	if (!in->imm && !in->off)
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "a weak kfunc that is not there is called");
	k.name = btf_nm(aux->btf, aux->id);
	k.btf = aux->btf;
	f = btf__type_by_id(aux->btf, aux->id);
	k.proto = btf__type_by_id(aux->btf, f->type);
	k.old = !kernel_since(e, KV(6, 2));
	if (may_call(e, &k, aux))
		return STOP;
	if (k.flags & TKF_SLEEPABLE && !e->st->sleepable)
		return refuse(e, VERIFY_KFUNC, -EACCES,
			      "kfunc %s may sleep, the program may not", k.name);
	if (k.flags & TKF_SLEEPABLE && (e->st->rcu || e->st->preempt || e->st->irq || e->st->lock))
		return refuse(e, VERIFY_KFUNC, -EACCES,
			      "kernel func %s is sleepable within a section that may not sleep", k.name);
	if (k.flags & TKF_RCU_PROTECTED && !in_rcu(e))
		return refuse(e, VERIFY_KFUNC, -EACCES,
			      "kfunc %s is for RCU read sections", k.name);
	if (e->st->lock && !is_one_of(k.name, in_locks, ARRAY_SIZE(in_locks)))
		return refuse(e, VERIFY_REF, -EINVAL, "a call while a lock is held");
	for (i = 1; i <= 5; i++)
		k.arg[i] = cur(e)->r[i];
	ret = about_state(e, &k);
	if (ret < 0 || (!ret && args(e, &k)))
		return STOP;
	if (k.release && ref_release(e, k.release))
		return STOP;
	if (!strcmp(k.name, "bpf_throw"))
		return e->st->lock || e->st->ref_cnt ? refs_at_exit(e, "bpf_throw") ? STOP : 1 : 1;
	if (!strncmp(k.name, "bpf_wq_set_callback", 19) && wq_callback(e, &k))
		return STOP;
	else if (k.cb != NOWHERE && strncmp(k.name, "bpf_wq_set_callback", 19))
		unsure(e, VERIFY_KFUNC, "%s: its callback is not walked", k.name);
	scratch_regs(e);
	return result(e, &k);
}
