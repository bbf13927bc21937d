// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF_LINK_CREATE and BPF_RAW_TRACEPOINT_OPEN: what type of programs goes where. */
#include "model_priv.h"

#include <stdlib.h>

#define BAD(...) model_fail(c->m, -EINVAL, __VA_ARGS__)

/* What a link needs besides the program. */
enum needs { NOTHING, EXPECTED, CGROUP, IFINDEX, NETNS, PERF, MULTI, NETFILTER, SOCKMAP };

static const struct link_row {
	u32 prog;
	u32 first, last; /* attach_type */
	u32 since;
	u8 needs;
} rows[] = {
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, BPF_TRACE_RAW_TP, KVER(5, 18, 0), EXPECTED },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, BPF_MODIFY_RETURN, KVER(5, 18, 0), EXPECTED },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, BPF_TRACE_ITER, KVER(5, 8, 0), EXPECTED },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC, BPF_LSM_MAC, KVER(5, 18, 0), EXPECTED },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, BPF_LSM_CGROUP, KVER(6, 0, 0), CGROUP },
	{ BPF_PROG_TYPE_EXT, 0, 0, KVER(5, 18, 0), NOTHING },
	{ BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS, KVER(5, 7, 0), CGROUP },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_INET_SOCK_CREATE, KVER(5, 7, 0),
	  CGROUP },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE, BPF_CGROUP_INET_SOCK_RELEASE,
	  KVER(5, 9, 0), CGROUP },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND, KVER(5, 7, 0),
	  CGROUP },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 0, ~0u, KVER(5, 7, 0), CGROUP },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, BPF_CGROUP_DEVICE, KVER(5, 7, 0), CGROUP },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, KVER(5, 7, 0), CGROUP },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, BPF_CGROUP_SETSOCKOPT, KVER(5, 7, 0), CGROUP },
	{ BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS, BPF_CGROUP_SOCK_OPS, KVER(5, 7, 0), CGROUP },
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, KVER(5, 8, 0), NETNS },
	{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, BPF_SK_LOOKUP, KVER(5, 9, 0), NETNS },
	{ BPF_PROG_TYPE_XDP, BPF_XDP, BPF_XDP, KVER(5, 9, 0), IFINDEX },
	{ BPF_PROG_TYPE_SCHED_CLS, 46, 47, KVER(6, 6, 0), IFINDEX },  /* tcx */
	{ BPF_PROG_TYPE_SCHED_CLS, 54, 55, KVER(6, 7, 0), IFINDEX },  /* netkit */
	{ PROG_NETFILTER, 45, 45, KVER(6, 4, 0), NETFILTER },
	{ BPF_PROG_TYPE_PERF_EVENT, BPF_PERF_EVENT, BPF_PERF_EVENT, KVER(5, 15, 0), PERF },
	{ BPF_PROG_TYPE_TRACEPOINT, BPF_PERF_EVENT, BPF_PERF_EVENT, KVER(5, 15, 0), PERF },
	{ BPF_PROG_TYPE_KPROBE, BPF_PERF_EVENT, BPF_PERF_EVENT, KVER(5, 15, 0), PERF },
	{ BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, BPF_TRACE_KPROBE_MULTI, KVER(5, 18, 0), MULTI },
	{ BPF_PROG_TYPE_KPROBE, 48, 48, KVER(6, 6, 0), MULTI },       /* uprobe.multi */
	{ BPF_PROG_TYPE_KPROBE, 56, 56, KVER(6, 10, 0), MULTI },      /* kprobe.session */
	{ BPF_PROG_TYPE_KPROBE, 57, 57, KVER(6, 13, 0), MULTI },      /* uprobe.session */
	{ BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_PARSER, BPF_SK_SKB_STREAM_VERDICT, KVER(6, 10, 0),
	  SOCKMAP },
	{ BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_VERDICT, BPF_SK_SKB_VERDICT, KVER(6, 10, 0), SOCKMAP },
	{ BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, BPF_SK_MSG_VERDICT, KVER(6, 10, 0), SOCKMAP },
};

static long new_link(struct caller *c, struct kprog *prog, struct kmap *map, u32 type)
{
	struct klink *link = calloc(1, sizeof(*link));

	if (!link)
		return model_fail(c->m, -ENOMEM, "out of memory");
	link->prog = prog;
	link->map = map;
	link->attach_type = type;
	link->refs = 1;
	if (prog)
		prog->refs++;
	if (map)
		map->refs++;
	return fd_new(c->m, KFD_LINK, link, 0);
}

static long link_ops(struct caller *c)
{
	struct kmap *map;
	int err = 0;

	if (a32(c, LC_FLAGS))
		return BAD("flags 0x%x", a32(c, LC_FLAGS));
	map = fd_get(c->m, (int)a32(c, LC_PROG), KFD_MAP, &err);
	if (!map)
		return err;
	if (map->type != BPF_MAP_TYPE_STRUCT_OPS || !(map->flags & F_LINK) || !map->updated)
		return BAD("map '%s' is no struct_ops map that a link registers, or has no operations yet",
			   map->name);
	return new_link(c, NULL, map, a32(c, LC_TYPE));
}

/* Pointers of these are user space's, also if a loader gives them. */
static int check_multi(struct caller *c)
{
	static const u32 kprobe[] = { 24, 32, 40 }, uprobe[] = { 16, 24, 32, 40 };
	const bool is_uprobe = a32(c, LC_TYPE) == 48 || a32(c, LC_TYPE) == 57;
	const u32 *offs = is_uprobe ? uprobe : kprobe, cnt = is_uprobe ? 4 : 3;
	u32 i;
	int err;
	u8 byte;

	if (c->kernel && is_uprobe)
		model_fault(
			c->m,
			"a uprobe.multi link, which no loader may make: if it fails it waits for the loader");
	for (i = 0; i < cnt; i++) {
		err = a64(c, offs[i]) ? model_copy_in_user(c->m, &byte, a64(c, offs[i]), 1) : 0;
		if (err)
			return err;
	}
	return 0;
}

static int check_target(struct caller *c, const struct kprog *p, const struct link_row *r)
{
	const u32 target = a32(c, LC_TARGET);

	switch (r->needs) {
	case EXPECTED:
		if (p->attach_type != a32(c, LC_TYPE))
			return BAD("prog '%s' expects attach type %u", prog_label(p), p->attach_type);
		if (p->attach_type != BPF_TRACE_ITER && target)
			return BAD("prog '%s' has a target already", prog_label(p));
		if (p->type == BPF_PROG_TYPE_TRACING || p->type == BPF_PROG_TYPE_LSM)
			model_undecided(c->m, "prog '%s': whether it can be attached", prog_label(p));
		return 0;
	case NOTHING:
		if (!target != !a32(c, LC_REST))
			return BAD("a target without a function, or the reverse");
		return 0;
	case MULTI: return check_multi(c);
	case CGROUP:
	case NETNS:
	case PERF:
	case SOCKMAP:
		if (fd_kind(c->m, (int)target) == KFD_FREE)
			return model_fail(c->m, -EBADF, "descriptor %u is not open", target);
		break;
	}
	model_undecided(c->m, "prog '%s': whether it can be attached there", prog_label(p));
	return 0;
}

long cmd_link_create(struct caller *c)
{
	const u32 type = a32(c, LC_TYPE);
	const struct link_row *r = NULL;
	struct kprog *prog;
	int err = 0;
	u32 i;

	if (type == 44 && model_maybe_since(c->m, KVER(6, 4, 0))) /* BPF_STRUCT_OPS */
		return link_ops(c);
	prog = fd_get(c->m, (int)a32(c, LC_PROG), KFD_PROG, &err);
	if (!prog)
		return err;
	for (i = 0; i < ARRAY_SIZE(rows) && !r; i++)
		if (rows[i].prog == prog->type && type >= rows[i].first && type <= rows[i].last &&
		    model_maybe_since(c->m, rows[i].since))
			r = &rows[i];
	if (!r && type > 57)
		model_undecided(c->m, "prog '%s': whether the kernel has links of attach type %u",
				prog_label(prog), type);
	else if (!r)
		return BAD("prog '%s' of type %u can't be attached as %u", prog_label(prog), prog->type,
			   type);
	err = r ? check_target(c, prog, r) : 0;
	return err ? err : new_link(c, prog, NULL, type);
}

long cmd_raw_tp_open(struct caller *c)
{
	struct kprog *prog;
	char name[128];
	int err = 0;

	prog = fd_get(c->m, (int)a32(c, RT_PROG), KFD_PROG, &err);
	if (!prog)
		return err;
	switch (prog->type) {
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_EXT:
	case BPF_PROG_TYPE_LSM:
		if (a64(c, RT_NAME))
			return BAD("prog '%s' knows its target, a name is one too many", prog_label(prog));
		model_undecided(c->m, "prog '%s': whether it can be attached", prog_label(prog));
		break;
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		err = model_copy_str_user(c->m, name, sizeof(name), a64(c, RT_NAME));
		if (err)
			return err;
		model_undecided(c->m, "prog '%s': whether there is a tracepoint '%s'", prog_label(prog),
				name);
		break;
	default:
		return BAD("prog '%s' of type %u is no tracing program", prog_label(prog), prog->type);
	}
	return new_link(c, prog, NULL, prog->attach_type);
}
