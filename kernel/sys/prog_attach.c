// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What programs attach to, as far as loading them depends on it. */
#include "model_priv.h"

#include <string.h>
#include <bpf/btf.h>

#define BAD(...) model_fail(l->m, -EINVAL, __VA_ARGS__)

/* Newer than the build host's header may be. */
enum {
	AT_KNOWN = 57,
	/* the last one whose rules are known here: of tracing programs that are newer nothing is said */
	AT_NETFILTER = 45,
	AT_CGROUP_UNIX_CONNECT = 49,
	AT_CGROUP_UNIX_LAST = 53,
};

/* The expected attach types that a type of programs can have; others can have any. */
static const struct { u32 prog, first, last, since; } may[] = {
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_INET_SOCK_CREATE, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE, BPF_CGROUP_INET_SOCK_RELEASE, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_CONNECT, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG, BPF_CGROUP_UDP6_SENDMSG, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG, BPF_CGROUP_UDP6_RECVMSG, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETPEERNAME, BPF_CGROUP_INET6_GETSOCKNAME, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, AT_CGROUP_UNIX_CONNECT, AT_CGROUP_UNIX_LAST, KVER(6, 7, 0) },
	{ BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, BPF_CGROUP_SETSOCKOPT, 0 },
	{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, BPF_SK_LOOKUP, 0 },
	{ BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT, BPF_SK_REUSEPORT_SELECT_OR_MIGRATE, 0 },
	{ PROG_NETFILTER, AT_NETFILTER, AT_NETFILTER, 0 },
	{ BPF_PROG_TYPE_SYSCALL, 0, 0, 0 },
	{ BPF_PROG_TYPE_EXT, 0, 0, 0 },
};

static bool may_expect(const struct model *m, u32 prog, u32 attach_type)
{
	bool any = true;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(may); i++) {
		if (may[i].prog != prog)
			continue;
		if (attach_type >= may[i].first && attach_type <= may[i].last &&
		    (!may[i].since || model_maybe_since(m, may[i].since)))
			return true;
		any = false;
	}
	return any;
}

/* Zero stands for the oldest. */
static void default_attach_type(struct kprog *p)
{
	if (!p->attach_type && p->type == BPF_PROG_TYPE_CGROUP_SOCK)
		p->attach_type = BPF_CGROUP_INET_SOCK_CREATE;
	if (!p->attach_type && p->type == BPF_PROG_TYPE_SK_REUSEPORT)
		p->attach_type = BPF_SK_REUSEPORT_SELECT;
}

/* A descriptor of a program, or of the kernel's BTF. */
static int take_attach_fd(struct load *l, int fd)
{
	struct kprog *p = l->prog;
	struct kbtf *b;

	if (fd_kind(l->m, fd) == KFD_PROG) {
		p->attach_prog = l->m->fds[fd].obj;
		p->attach_prog->refs++;
		return 0;
	}
	if (fd_kind(l->m, fd) != KFD_BTF)
		return BAD("attach_prog_fd: descriptor %d is neither a program nor BTF", fd);
	b = l->m->fds[fd].obj;
	if (!b->kernel)
		return model_fail(l->m, -KENOTSUPP, "attach_btf_obj_fd: BTF %d is not the kernel's", fd);
	p->attach_btf = b->kernel;
	return 0;
}

int prog_check_attach(struct load *l)
{
	struct kprog *p = l->prog;
	const u32 id = a32(l->c, PL_ATTACH_ID), fd = a32(l->c, PL_ATTACH_FD);
	const bool by_btf = p->type == BPF_PROG_TYPE_TRACING || p->type == BPF_PROG_TYPE_LSM ||
			    p->type == BPF_PROG_TYPE_EXT || p->type == BPF_PROG_TYPE_STRUCT_OPS;
	int err = 0;

	p->attach_btf_id = id;
	if (fd)
		err = take_attach_fd(l, (int)fd);
	else if (id && !model_has_kernel_btf(l->m))
		err = BAD("attach_btf_id: the kernel has no BTF");
	else if (id && l->m->target)
		p->attach_btf = &l->m->target->btfs[0];
	if (err)
		return err;
	default_attach_type(p);
	if (id > 0xfffff)
		return BAD("attach_btf_id %u", id);
	if (id && !by_btf)
		return BAD("attach_btf_id: programs of type %u have none", p->type);
	if (p->attach_btf && !id)
		return BAD("attach_btf_obj_fd without attach_btf_id");
	if (p->attach_prog && p->type != BPF_PROG_TYPE_TRACING && p->type != BPF_PROG_TYPE_EXT)
		return BAD("attach_prog_fd: programs of type %u have none", p->type);
	if (!may_expect(l->m, p->type, p->attach_type))
		return BAD("expected_attach_type %u: not of programs of type %u", p->attach_type, p->type);
	return 0;
}

static bool sleepable_ok(const struct model *m, const struct kprog *p)
{
	switch (p->type) {
	case BPF_PROG_TYPE_TRACING:
		return p->attach_type == BPF_TRACE_FENTRY || p->attach_type == BPF_TRACE_FEXIT ||
		       p->attach_type == BPF_MODIFY_RETURN || p->attach_type == BPF_TRACE_ITER ||
		       p->attach_type > AT_KNOWN;
	case BPF_PROG_TYPE_LSM: return p->attach_type == BPF_LSM_MAC;
	case BPF_PROG_TYPE_KPROBE: return model_maybe_since(m, KVER(6, 0, 0));
	case BPF_PROG_TYPE_STRUCT_OPS: return model_maybe_since(m, KVER(5, 18, 0));
	case BPF_PROG_TYPE_SYSCALL: return true;
	case BPF_PROG_TYPE_EXT: return true; /* its target decides */
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT: return model_maybe_since(m, KVER(7, 2, 0));
	}
	return false;
}

static int check_symbol(struct load *l, const char *name)
{
	switch (model_ask_symbol(l->m, name, NULL)) {
	case TARGET_NO: return model_fail(l->m, -ENOENT, "attach target '%s' has no address", name);
	case TARGET_UNKNOWN:
		model_undecided(l->m, "attach target '%s': whether it has an address", name);
		break;
	case TARGET_YES: break;
	}
	return 0;
}

/* A function of another program: one of its func_info. */
static int check_prog_target(struct load *l)
{
	const struct kprog *p = l->prog, *to = p->attach_prog;
	const struct btf_type *t;
	u32 i;

	if (!to->btf || !to->btf->btf)
		return BAD("prog '%s', which is to be attached to, has no BTF", prog_label(to));
	t = btf__type_by_id(to->btf->btf, p->attach_btf_id);
	if (!p->attach_btf_id || !t || !t->name_off)
		return BAD("attach_btf_id %u: prog '%s' has no such type", p->attach_btf_id, prog_label(to));
	if (!btf_is_func(t))
		return BAD("attach_btf_id %u of prog '%s' is no function", p->attach_btf_id, prog_label(to));
	for (i = 0; i < to->func_cnt && to->funcs[i].type_id != p->attach_btf_id; i++)
		;
	if (i == to->func_cnt)
		return BAD("prog '%s' has no function '%s'", prog_label(to),
			   btf__name_by_offset(to->btf->btf, t->name_off));
	model_undecided(l->m, "prog '%s': whether it fits function '%s' of prog '%s'", prog_label(p),
		  btf__name_by_offset(to->btf->btf, t->name_off), prog_label(to));
	return 0;
}

static int check_struct_ops(struct load *l, const struct btf *btf, const struct btf_type *t)
{
	const struct kprog *p = l->prog;
	const char *name = btf__name_by_offset(btf, t->name_off);
	const struct btf_member *mem;
	const struct btf_type *ptr;
	char value[128];

	if (!p->gpl)
		return BAD("struct_ops programs need a GPL licence");
	snprintf(value, sizeof(value), "bpf_struct_ops_%s", name);
	if (!btf_is_struct(t) || btf__find_by_name_kind(btf, value, BTF_KIND_STRUCT) < 0)
		return model_fail(l->m, -KENOTSUPP, "'%s' is no struct of operations", name);
	if (p->attach_type >= btf_vlen(t))
		return BAD("struct %s has no member %u", name, p->attach_type);
	mem = btf_members(t) + p->attach_type;
	ptr = btf__type_by_id(btf, mem->type);
	while (ptr && (btf_is_mod(ptr) || btf_is_typedef(ptr)))
		ptr = btf__type_by_id(btf, ptr->type);
	ptr = ptr && btf_is_ptr(ptr) ? btf__type_by_id(btf, ptr->type) : NULL;
	if (!ptr || !btf_is_func_proto(ptr))
		return BAD("member '%s' of struct %s is no function", btf__name_by_offset(btf, mem->name_off),
			   name);
	return 0;
}

static int check_kernel_target(struct load *l, const struct btf *btf)
{
	const struct kprog *p = l->prog;
	const struct btf_type *t = btf__type_by_id(btf, p->attach_btf_id);
	const char *name;

	if (!t || !t->name_off)
		return BAD("attach_btf_id %u is invalid", p->attach_btf_id);
	name = btf__name_by_offset(btf, t->name_off);
	if (p->type == BPF_PROG_TYPE_STRUCT_OPS)
		return check_struct_ops(l, btf, t);
	if (p->type == BPF_PROG_TYPE_TRACING && p->attach_type == BPF_TRACE_RAW_TP) {
		if (!btf_is_typedef(t) || strncmp(name, "btf_trace_", 10))
			return BAD("attach target '%s' is no tracepoint", name);
		return 0;
	}
	if (!btf_is_func(t))
		return BAD("attach target '%s' is no function", name);
	if (p->type == BPF_PROG_TYPE_LSM) {
		if (!p->gpl)
			return BAD("LSM programs need a GPL licence");
		if (strncmp(name, "bpf_lsm_", 8))
			return BAD("attach target '%s' is no LSM hook", name);
	}
	if (p->type == BPF_PROG_TYPE_TRACING && p->attach_type == BPF_TRACE_ITER)
		return 0;
	return check_symbol(l, name);
}

int prog_check_attach_target(struct load *l)
{
	const struct kprog *p = l->prog;

	if (p->type == BPF_PROG_TYPE_SYSCALL && !(p->flags & BPF_F_SLEEPABLE))
		return BAD("syscall programs can only be sleepable");
	if (p->flags & BPF_F_SLEEPABLE && !sleepable_ok(l->m, p))
		return BAD("programs of type %u can't be sleepable", p->type);
	if (p->type != BPF_PROG_TYPE_TRACING && p->type != BPF_PROG_TYPE_LSM &&
	    p->type != BPF_PROG_TYPE_EXT && p->type != BPF_PROG_TYPE_STRUCT_OPS)
		return 0;
	if (!p->attach_btf_id) {
		if (p->type == BPF_PROG_TYPE_TRACING && p->attach_type > AT_KNOWN) /* *_MULTI, 7.2 */
			return 0;
		return model_fail(l->m, p->type == BPF_PROG_TYPE_STRUCT_OPS && p->gpl ? -KENOTSUPP : -EINVAL,
				  "no attach_btf_id");
	}
	if (p->attach_prog)
		return check_prog_target(l);
	if (p->attach_btf)
		return check_kernel_target(l, p->attach_btf->btf);
	model_undecided(l->m, "prog '%s': attach target '%s'", prog_label(p),
			model_guess_name(l->m, p->attach_btf_id));
	return 0;
}
