// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Which program a section name makes: every name that libbpf knows, one row each. A name that is also the
 * start of another one needs no care: rows match whole names (up to the '/').
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <stdio.h>
#include <string.h>

#define ROW(name, type, attach, flags) { name, PROG_##type, attach, flags }
#define EXACT SEC_EXACT
#define OPT SEC_TARGET_OPT
#define BTF (SEC_TARGET_OPT | SEC_ATTACH_BTF)
#define SLEEP SEC_SLEEPABLE

static const struct sec_def sec_defs[] = {
	ROW("socket", SOCKET_FILTER, 0, EXACT),
	ROW("sk_reuseport/migrate", SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT_OR_MIGRATE, EXACT),
	ROW("sk_reuseport", SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT, EXACT),

	ROW("kprobe", KPROBE, 0, OPT),
	ROW("kretprobe", KPROBE, 0, OPT),
	ROW("uprobe", KPROBE, 0, OPT),
	ROW("uprobe.s", KPROBE, 0, OPT | SLEEP),
	ROW("uretprobe", KPROBE, 0, OPT),
	ROW("uretprobe.s", KPROBE, 0, OPT | SLEEP),
	ROW("kprobe.multi", KPROBE, ATTACH_TRACE_KPROBE_MULTI, OPT),
	ROW("kretprobe.multi", KPROBE, ATTACH_TRACE_KPROBE_MULTI, OPT),
	ROW("kprobe.session", KPROBE, ATTACH_TRACE_KPROBE_SESSION, OPT),
	ROW("uprobe.multi", KPROBE, ATTACH_TRACE_UPROBE_MULTI, OPT),
	ROW("uprobe.multi.s", KPROBE, ATTACH_TRACE_UPROBE_MULTI, OPT | SLEEP),
	ROW("uretprobe.multi", KPROBE, ATTACH_TRACE_UPROBE_MULTI, OPT),
	ROW("uretprobe.multi.s", KPROBE, ATTACH_TRACE_UPROBE_MULTI, OPT | SLEEP),
	ROW("uprobe.session", KPROBE, ATTACH_TRACE_UPROBE_SESSION, OPT),
	ROW("uprobe.session.s", KPROBE, ATTACH_TRACE_UPROBE_SESSION, OPT | SLEEP),
	ROW("ksyscall", KPROBE, 0, OPT),
	ROW("kretsyscall", KPROBE, 0, OPT),
	ROW("usdt", KPROBE, 0, OPT),
	ROW("usdt.s", KPROBE, 0, OPT | SLEEP),

	ROW("tc/ingress", SCHED_CLS, ATTACH_TCX_INGRESS, EXACT),
	ROW("tc/egress", SCHED_CLS, ATTACH_TCX_EGRESS, EXACT),
	ROW("tcx/ingress", SCHED_CLS, ATTACH_TCX_INGRESS, EXACT),
	ROW("tcx/egress", SCHED_CLS, ATTACH_TCX_EGRESS, EXACT),
	ROW("tc", SCHED_CLS, 0, EXACT),
	ROW("classifier", SCHED_CLS, 0, EXACT),
	ROW("action", SCHED_ACT, 0, EXACT),
	ROW("netkit/primary", SCHED_CLS, ATTACH_NETKIT_PRIMARY, EXACT),
	ROW("netkit/peer", SCHED_CLS, ATTACH_NETKIT_PEER, EXACT),

	ROW("tracepoint", TRACEPOINT, 0, OPT),
	ROW("tracepoint.s", TRACEPOINT, 0, OPT | SLEEP),
	ROW("tp", TRACEPOINT, 0, OPT),
	ROW("tp.s", TRACEPOINT, 0, OPT | SLEEP),
	ROW("raw_tracepoint", RAW_TRACEPOINT, 0, OPT),
	ROW("raw_tracepoint.s", RAW_TRACEPOINT, 0, OPT | SLEEP),
	ROW("raw_tp", RAW_TRACEPOINT, 0, OPT),
	ROW("raw_tp.s", RAW_TRACEPOINT, 0, OPT | SLEEP),
	ROW("raw_tracepoint.w", RAW_TRACEPOINT_WRITABLE, 0, OPT),
	ROW("raw_tp.w", RAW_TRACEPOINT_WRITABLE, 0, OPT),

	ROW("tp_btf", TRACING, ATTACH_TRACE_RAW_TP, BTF),
	ROW("tp_btf.s", TRACING, ATTACH_TRACE_RAW_TP, BTF | SLEEP),
	ROW("fentry", TRACING, ATTACH_TRACE_FENTRY, BTF),
	ROW("fentry.s", TRACING, ATTACH_TRACE_FENTRY, BTF | SLEEP),
	ROW("fmod_ret", TRACING, ATTACH_MODIFY_RETURN, BTF),
	ROW("fmod_ret.s", TRACING, ATTACH_MODIFY_RETURN, BTF | SLEEP),
	ROW("fexit", TRACING, ATTACH_TRACE_FEXIT, BTF),
	ROW("fexit.s", TRACING, ATTACH_TRACE_FEXIT, BTF | SLEEP),
	ROW("fsession", TRACING, ATTACH_TRACE_FSESSION, BTF),
	ROW("fsession.s", TRACING, ATTACH_TRACE_FSESSION, BTF | SLEEP),
	/* The *.multi ones are loaded without a target and attach to many by id. */
	ROW("fentry.multi", TRACING, ATTACH_TRACE_FENTRY_MULTI, OPT),
	ROW("fentry.multi.s", TRACING, ATTACH_TRACE_FENTRY_MULTI, OPT | SLEEP),
	ROW("fexit.multi", TRACING, ATTACH_TRACE_FEXIT_MULTI, OPT),
	ROW("fexit.multi.s", TRACING, ATTACH_TRACE_FEXIT_MULTI, OPT | SLEEP),
	ROW("fsession.multi", TRACING, ATTACH_TRACE_FSESSION_MULTI, OPT),
	ROW("fsession.multi.s", TRACING, ATTACH_TRACE_FSESSION_MULTI, OPT | SLEEP),
	ROW("freplace", EXT, 0, BTF),
	ROW("lsm", LSM, ATTACH_LSM_MAC, BTF),
	ROW("lsm.s", LSM, ATTACH_LSM_MAC, BTF | SLEEP),
	ROW("lsm_cgroup", LSM, ATTACH_LSM_CGROUP, BTF),
	ROW("iter", TRACING, ATTACH_TRACE_ITER, BTF),
	ROW("iter.s", TRACING, ATTACH_TRACE_ITER, BTF | SLEEP),
	ROW("syscall", SYSCALL, 0, EXACT | SLEEP),

	ROW("xdp.frags/devmap", XDP, ATTACH_XDP_DEVMAP, EXACT | SEC_XDP_FRAGS),
	ROW("xdp/devmap", XDP, ATTACH_XDP_DEVMAP, EXACT),
	ROW("xdp.frags/cpumap", XDP, ATTACH_XDP_CPUMAP, EXACT | SEC_XDP_FRAGS),
	ROW("xdp/cpumap", XDP, ATTACH_XDP_CPUMAP, EXACT),
	ROW("xdp.frags", XDP, ATTACH_XDP, EXACT | SEC_XDP_FRAGS),
	ROW("xdp", XDP, ATTACH_XDP, EXACT | SEC_ATTACH_OPT),

	ROW("perf_event", PERF_EVENT, 0, EXACT),
	ROW("lwt_in", LWT_IN, 0, EXACT),
	ROW("lwt_out", LWT_OUT, 0, EXACT),
	ROW("lwt_xmit", LWT_XMIT, 0, EXACT),
	ROW("lwt_seg6local", LWT_SEG6LOCAL, 0, EXACT),
	ROW("sockops", SOCK_OPS, ATTACH_CGROUP_SOCK_OPS, EXACT | SEC_ATTACH_OPT),
	ROW("sk_skb/stream_parser", SK_SKB, ATTACH_SK_SKB_STREAM_PARSER, EXACT | SEC_ATTACH_OPT),
	ROW("sk_skb/stream_verdict", SK_SKB, ATTACH_SK_SKB_STREAM_VERDICT, EXACT | SEC_ATTACH_OPT),
	ROW("sk_skb/verdict", SK_SKB, ATTACH_SK_SKB_VERDICT, EXACT | SEC_ATTACH_OPT),
	ROW("sk_skb", SK_SKB, 0, EXACT),
	ROW("sk_msg", SK_MSG, ATTACH_SK_MSG_VERDICT, EXACT | SEC_ATTACH_OPT),
	ROW("lirc_mode2", LIRC_MODE2, ATTACH_LIRC_MODE2, EXACT | SEC_ATTACH_OPT),
	ROW("flow_dissector", FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, EXACT | SEC_ATTACH_OPT),
	ROW("sk_lookup", SK_LOOKUP, ATTACH_SK_LOOKUP, EXACT),
	ROW("netfilter", NETFILTER, ATTACH_NETFILTER, EXACT),
	ROW("struct_ops", STRUCT_OPS, 0, OPT),
	ROW("struct_ops.s", STRUCT_OPS, 0, OPT | SLEEP),

	ROW("cgroup_skb/ingress", CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, EXACT | SEC_ATTACH_OPT),
	ROW("cgroup_skb/egress", CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS, EXACT | SEC_ATTACH_OPT),
	ROW("cgroup/skb", CGROUP_SKB, 0, EXACT),
	ROW("cgroup/sock_create", CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE, EXACT),
	ROW("cgroup/sock_release", CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_RELEASE, EXACT),
	ROW("cgroup/sock", CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE, EXACT | SEC_ATTACH_OPT),
	ROW("cgroup/post_bind4", CGROUP_SOCK, ATTACH_CGROUP_INET4_POST_BIND, EXACT),
	ROW("cgroup/post_bind6", CGROUP_SOCK, ATTACH_CGROUP_INET6_POST_BIND, EXACT),
	ROW("cgroup/bind4", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_BIND, EXACT),
	ROW("cgroup/bind6", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_BIND, EXACT),
	ROW("cgroup/connect4", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_CONNECT, EXACT),
	ROW("cgroup/connect6", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_CONNECT, EXACT),
	ROW("cgroup/connect_unix", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_CONNECT, EXACT),
	ROW("cgroup/sendmsg4", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_SENDMSG, EXACT),
	ROW("cgroup/sendmsg6", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_SENDMSG, EXACT),
	ROW("cgroup/sendmsg_unix", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_SENDMSG, EXACT),
	ROW("cgroup/recvmsg4", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_RECVMSG, EXACT),
	ROW("cgroup/recvmsg6", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_RECVMSG, EXACT),
	ROW("cgroup/recvmsg_unix", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_RECVMSG, EXACT),
	ROW("cgroup/getpeername4", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_GETPEERNAME, EXACT),
	ROW("cgroup/getpeername6", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_GETPEERNAME, EXACT),
	ROW("cgroup/getpeername_unix", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_GETPEERNAME, EXACT),
	ROW("cgroup/getsockname4", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_GETSOCKNAME, EXACT),
	ROW("cgroup/getsockname6", CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_GETSOCKNAME, EXACT),
	ROW("cgroup/getsockname_unix", CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_GETSOCKNAME, EXACT),
	ROW("cgroup/sysctl", CGROUP_SYSCTL, ATTACH_CGROUP_SYSCTL, EXACT),
	ROW("cgroup/getsockopt", CGROUP_SOCKOPT, ATTACH_CGROUP_GETSOCKOPT, EXACT),
	ROW("cgroup/setsockopt", CGROUP_SOCKOPT, ATTACH_CGROUP_SETSOCKOPT, EXACT),
	ROW("cgroup/dev", CGROUP_DEVICE, ATTACH_CGROUP_DEVICE, EXACT | SEC_ATTACH_OPT),
};

const struct sec_def *sec_def_row(size_t idx)
{
	return idx < ARRAY_SIZE(sec_defs) ? &sec_defs[idx] : NULL;
}

const struct sec_def *sec_def_find(const char *sec, const char **target)
{
	size_t i, len;

	*target = NULL;
	for (i = 0; i < ARRAY_SIZE(sec_defs); i++) {
		const struct sec_def *def = &sec_defs[i];

		len = strlen(def->name);
		if (strncmp(sec, def->name, len))
			continue;
		if (!sec[len])
			return def;
		if (sec[len] == '/' && (def->flags & SEC_TARGET_OPT)) {
			if (sec[len + 1])
				*target = sec + len + 1;
			return def;
		}
	}
	return NULL;
}

bool sec_may_target_prog(const struct sec_def *def)
{
	if (def->prog_type == PROG_EXT)
		return true;
	return def->prog_type == PROG_TRACING && (def->expected_attach_type == ATTACH_TRACE_FENTRY ||
						  def->expected_attach_type == ATTACH_TRACE_FEXIT ||
						  def->expected_attach_type == ATTACH_TRACE_FSESSION);
}

int sec_attach_btf(const struct sec_def *def, const char *target, char *name, size_t name_sz)
{
	const char *prefix = "";
	int kind = BTF_KIND_FUNC, n;

	if (def->prog_type == PROG_LSM) {
		prefix = "bpf_lsm_";
	} else if (def->prog_type == PROG_TRACING && def->expected_attach_type == ATTACH_TRACE_RAW_TP) {
		prefix = "btf_trace_";
		kind = BTF_KIND_TYPEDEF;
	} else if (def->prog_type == PROG_TRACING && def->expected_attach_type == ATTACH_TRACE_ITER) {
		prefix = "bpf_iter_";
	}
	n = snprintf(name, name_sz, "%s%s", prefix, target);
	if (n < 0 || (size_t)n >= name_sz)
		return -ENAMETOOLONG;
	return kind;
}
