// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "attach.h"

#include <string.h>

#include "../gen_loader/object/kernel_types.h"
#include "runtime/runtime.h"

#define ANY (~0u)

/* By program type and expected attach type; the first row that fits. */
static const struct {
	u32 prog_type, attach_type;
	enum attach_kind kind;
} rows[] = {
	{ PROG_RAW_TRACEPOINT, ANY, AT_RAW_TP },
	{ PROG_RAW_TRACEPOINT_WRITABLE, ANY, AT_RAW_TP },
	{ PROG_TRACING, ATTACH_TRACE_ITER, AT_ITER },
	{ PROG_TRACING, ATTACH_TRACE_FENTRY_MULTI, AT_TRACE_MULTI },
	{ PROG_TRACING, ATTACH_TRACE_FEXIT_MULTI, AT_TRACE_MULTI },
	{ PROG_TRACING, ATTACH_TRACE_FSESSION_MULTI, AT_TRACE_MULTI },
	{ PROG_TRACING, ANY, AT_TRACE },
	{ PROG_EXT, ANY, AT_TRACE },
	{ PROG_LSM, ATTACH_LSM_MAC, AT_TRACE },
	{ PROG_LSM, ATTACH_LSM_CGROUP, AT_CGROUP },
	{ PROG_KPROBE, ATTACH_TRACE_KPROBE_MULTI, AT_KPROBE_MULTI },
	{ PROG_KPROBE, ATTACH_TRACE_KPROBE_SESSION, AT_KPROBE_MULTI },
	{ PROG_KPROBE, ATTACH_TRACE_UPROBE_MULTI, AT_UPROBE_MULTI },
	{ PROG_KPROBE, ATTACH_TRACE_UPROBE_SESSION, AT_UPROBE_MULTI },
	{ PROG_KPROBE, ANY, AT_KPROBE }, /* or uprobe, ksyscall: by name, below */
	{ PROG_TRACEPOINT, ANY, AT_TP },
	{ PROG_PERF_EVENT, ANY, AT_PERF_EVENT },
	{ PROG_XDP, ATTACH_XDP, AT_NETDEV },
	{ PROG_SCHED_CLS, ANY, AT_NETDEV },
	{ PROG_NETFILTER, ANY, AT_NETFILTER },
	{ PROG_SK_LOOKUP, ANY, AT_NETNS },
	{ PROG_FLOW_DISSECTOR, ANY, AT_NETNS },
	{ PROG_SK_SKB, ANY, AT_SOCKMAP },
	{ PROG_SK_MSG, ANY, AT_SOCKMAP },
	{ PROG_SOCKET_FILTER, ANY, AT_SOCKET },
	{ PROG_SK_REUSEPORT, ANY, AT_SOCKET },
	{ PROG_CGROUP_SKB, ANY, AT_CGROUP },
	{ PROG_CGROUP_SOCK, ANY, AT_CGROUP },
	{ PROG_CGROUP_SOCK_ADDR, ANY, AT_CGROUP },
	{ PROG_CGROUP_SOCKOPT, ANY, AT_CGROUP },
	{ PROG_CGROUP_SYSCTL, ANY, AT_CGROUP },
	{ PROG_CGROUP_DEVICE, ANY, AT_CGROUP },
	{ PROG_SOCK_OPS, ANY, AT_CGROUP },
};

#define X(kind, fn, where) [AT_##kind] = { #fn, ATTACH_PART_##where },
static const struct {
	const char *func;
	enum attach_part part;
} kinds[] = {
	ATTACH_KINDS(X)
};
#undef X

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Sections of one program type that differ by name only. */
static void look_at_name(const char *sec, struct attach_how *how)
{
	if (how->kind == AT_KPROBE && (starts(sec, "uprobe") || starts(sec, "uretprobe")))
		how->kind = AT_UPROBE;
	else if (how->kind == AT_KPROBE && (starts(sec, "ksyscall") || starts(sec, "kretsyscall")))
		how->kind = AT_KSYSCALL;
	else if (how->kind == AT_KPROBE && starts(sec, "usdt"))
		how->kind = AT_NONE;
	if (starts(sec, "kret") || starts(sec, "uret"))
		how->flags |= LSKEL_AT_RETURN;
}

static void look_at_iter(struct attach_how *how)
{
	if (!strcmp(how->target, "bpf_map_elem") || !strcmp(how->target, "bpf_sk_storage_map"))
		how->flags |= LSKEL_AT_ITER_MAP;
	else if (!strcmp(how->target, "cgroup"))
		how->flags |= LSKEL_AT_ITER_CGROUP;
	else if (!strcmp(how->target, "task") || starts(how->target, "task_"))
		how->flags |= LSKEL_AT_ITER_TASK;
}

/* Whether what the section says is enough. */
static bool is_alone(const struct attach_how *how)
{
	const char *colon;

	switch (how->kind) {
	case AT_RAW_TP:
	case AT_TP:
	case AT_KPROBE:
	case AT_KSYSCALL:
	case AT_KPROBE_MULTI:
	case AT_TRACE_MULTI:
		return how->target;
	case AT_TRACE: /* what has no target does not load without one */
		return true;
	case AT_ITER:
		return how->target && !(how->flags & (LSKEL_AT_ITER_MAP | LSKEL_AT_ITER_CGROUP));
	case AT_UPROBE:
	case AT_UPROBE_MULTI: /* PATH:OFFSET; a symbol's name is not enough */
		colon = how->target ? strrchr(how->target, ':') : NULL;
		return colon && colon[1] >= '0' && colon[1] <= '9';
	default:
		return false;
	}
}

struct attach_how attach_how(const struct obj_func *prog)
{
	const struct sec_def *def = prog->def;
	struct attach_how how = { .kind = AT_NONE };
	size_t i;

	if (!def)
		return how;
	how.runs = def->prog_type == PROG_SYSCALL;
	how.target = prog->attach_target && *prog->attach_target ? prog->attach_target : NULL;
	how.type = def->expected_attach_type;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (def->prog_type == rows[i].prog_type &&
		    (rows[i].attach_type == ANY || rows[i].attach_type == def->expected_attach_type))
			break;
	if (i == ARRAY_SIZE(rows))
		return how;
	how.kind = rows[i].kind;
	look_at_name(def->name, &how);
	if (how.kind == AT_ITER && how.target)
		look_at_iter(&how);
	how.func = kinds[how.kind].func;
	how.part = kinds[how.kind].part;
	how.alone = is_alone(&how);
	how.holds = how.part == ATTACH_PART_SOCK || how.kind == AT_KPROBE || how.kind == AT_KSYSCALL ||
		    how.kind == AT_UPROBE;
	return how;
}

/* No pointers to strings, which would be user space's even there, and nothing that isn't known yet. */
bool attach_in_loader(const struct obj_func *prog)
{
	struct attach_how how = attach_how(prog);

	return (how.kind == AT_TRACE || how.kind == AT_ITER) && how.alone;
}
