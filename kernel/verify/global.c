// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Global functions: each is verified on its own, by the prototype and the tags of its parameters alone. */
#include <errno.h>
#include <string.h>
#include "priv.h"

enum global_arg { ARG_NUMBER, ARG_CTX, ARG_MEM, ARG_BAD, ARG_OTHER };

static bool is_ctx_name(const char *name)
{
	static const char *const names[] = { "__sk_buff", "xdp_md", "bpf_sock", "bpf_sock_addr",
		"bpf_sock_ops", "bpf_sockopt",
		"sk_msg_md", "bpf_sysctl", "bpf_sk_lookup", "sk_reuseport_md", "bpf_perf_event_data",
			"pt_regs",
		"bpf_user_pt_regs_t", "bpf_raw_tracepoint_args", "bpf_cgroup_dev_ctx", "bpf_nf_ctx" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* What a global function's parameter is for the kernel, by its type and by tags. */
static enum global_arg global_arg(struct env *e, const struct kprog_func *fi, u32 i, u32 *size, bool *nonnull)
{
	const struct btf *btf = e->in->btf;
	const struct btf_type *proto = btf__type_by_id(btf, btf__type_by_id(btf, fi->type_id)->type), *p, *t;
	u32 id = btf_skip(btf, btf_params(proto)[i].type), to, j;
	bool other = false, ctx = false;
	const char *name;
	s64 sz;

	p = id ? btf__type_by_id(btf, id) : NULL;
	if (p && (btf_is_int(p) || btf_is_any_enum(p)))
		return ARG_NUMBER;
	if (!p || !btf_is_ptr(p))
		return ARG_BAD;
	for (j = 1; j < btf__type_cnt(btf); j++) {
		const struct btf_type *tag = btf__type_by_id(btf, j);

		if (!btf_is_decl_tag(tag) || tag->type != fi->type_id ||
		    btf_decl_tag(tag)->component_idx != (s32)i)
			continue;
		if (!strcmp(btf_nm(btf, j), "arg:ctx"))
			ctx = true;
		else if (!strcmp(btf_nm(btf, j), "arg:nonnull"))
			*nonnull = true;
		else if (!strncmp(btf_nm(btf, j), "arg:", 4))
			other = true;
	}
	if (other)
		return ARG_OTHER;
	for (to = p->type; to && (t = btf__type_by_id(btf, to)) && !btf_is_composite(t); to = t->type) {
		if (btf_is_typedef(t) && !strcmp(btf_nm(btf, to), "bpf_user_pt_regs_t"))
			ctx = true;
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			break;
	}
	to = p->type ? btf_skip(btf, p->type) : 0;
	name = btf_nm(btf, to);
	if (ctx || is_ctx_name(name))
		return ARG_CTX;
	sz = btf_size(btf, to);
	if (!to || sz <= 0)
		return ARG_BAD;
	*size = sz;
	return ARG_MEM;
}

int call_global(struct env *e, u32 to, const struct kprog_func *fi, const struct btf_type *proto)
{
	const struct btf_type *ret = btf__type_by_id(e->in->btf, btf_skip(e->in->btf, proto->type));
	u32 i, *g, size = 0;

	if (proto->type && !(ret && (btf_is_int(ret) || btf_is_any_enum(ret))))
		return refuse(e, VERIFY_PROG, -EINVAL,
			      "Global function doesn't return scalar. Only those are supported");
	if (!proto->type && kernel_since(e, KV(7, 0)) == 0)
		return refuse(e, VERIFY_PROG, -EINVAL,
			      "Global function doesn't return scalar. Only those are supported");
	if (btf_vlen(proto) > 5)
		return refuse(e, VERIFY_PROG, -EINVAL, "Global function with %u > 5 args", btf_vlen(proto));
	for (i = 0; i < btf_vlen(proto); i++) {
		struct val *v = &cur(e)->r[i + 1], known;
		bool nonnull = false;

		if (check_reg(e, i + 1))
			return STOP;
		switch (global_arg(e, fi, i, &size, &nonnull)) {
		case ARG_NUMBER:
			if (is_ptr(v) && v->kind != V_ARENA)
				return refuse(e, VERIFY_PROG, -EINVAL, "R%u is not a scalar", i + 1);
			break;
		case ARG_CTX:
			if (v->kind == V_CTX && arg_ctx(e, i + 1))
				return STOP;
			if (v->kind != V_CTX && v->kind != V_ANY)
				return refuse(e, VERIFY_PROG, -EINVAL,
					      "argument %u must be the context, is %s", i, val_str(e, v));
			break;
		case ARG_MEM:
			val_num(&known, size, size);
			if (v->kind == V_CTX)
				return refuse(e, VERIFY_PROG, -EINVAL,
					      "arg#%u: a context where memory is expected", i);
			if (v->kind == V_MAPVAL && !(v->flags & F_VAROFF) &&
			    (v->off < 0 || v->off + size > v->map->value_size))
				return refuse(e, VERIFY_PROG, -EINVAL, "arg#%u: invalid access to map value",
					      i);
			if (v->kind == V_STACK && !(v->flags & F_VAROFF) && v->off + (s64)size > 0)
				return refuse(e, VERIFY_PROG, -EINVAL, "arg#%u: invalid access to stack", i);
			if (v->kind == V_MEM && v->flags & F_RDONLY)
				return refuse(e, VERIFY_WRITE, -EINVAL,
					      "argument %u is read-only memory, which a global function may write",
					      i);
			if (v->flags & F_RDONLY)
				break;
			if (arg_mem(e, i + 1, MEM_WRITES, !nonnull, &known))
				return STOP;
			break;
		case ARG_BAD:
			return refuse(e, VERIFY_PROG, -EINVAL,
				      "arg#%u reference type size cannot be determined", i);
		default:
			unsure(e, VERIFY_PROG, "arg#%u: a tag of the parameter that is not followed here", i);
		}
	}
	for (i = 0; i < e->global_cnt && e->globals[i] != to;)
		i++;
	if (i == e->global_cnt) {
		g = PUSH(e->globals, e->global_cnt, e->global_cap);
		if (!g)
			return e->ret = -ENOMEM, STOP;
		*g = to;
	}
	if (e->st->lock)
		return refuse(e, VERIFY_REF, -EINVAL,
			      "a global function is called while a lock is held");
	scratch_regs(e);
	if (proto->type)
		val_num_any(&cur(e)->r[0]);
	return GO;
}

void global_args(struct env *e, struct state *s, u32 insn)
{
	const struct kprog_func *fi = func_info_at(e, insn);
	const struct btf_type *t = fi ? btf__type_by_id(e->in->btf, fi->type_id) : NULL;
	u32 i, size = 0;

	t = t ? btf__type_by_id(e->in->btf, t->type) : NULL;
	e->global_void = t && !t->type;
	for (i = 0; t && i < btf_vlen(t) && i < 5; i++) {
		struct val *v = &s->f[0]->r[i + 1];
		bool nonnull = false;

		switch (global_arg(e, fi, i, &size, &nonnull)) {
		case ARG_NUMBER:
			val_num_any(v);
			break;
		case ARG_CTX:
			*v = (struct val){ .kind = V_CTX };
			break;
		case ARG_MEM:
			*v = (struct val){ .kind = V_MEM, .type = size, .flags = nonnull ? 0 : F_NULL, .id = ++e->ids };
			break;
		default:
			any(v);
		}
	}
}
