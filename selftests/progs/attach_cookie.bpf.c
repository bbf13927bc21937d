// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Cookies of links that have no target, and a flow dissector. */
#include "prog.h"

u32 pid;
u64 fentry_cookie, tp_cookie, raw_cookie, flow_cnt;

#define MINE (bpf_get_current_pid_tgid() >> 32 == pid)

SEC("?fentry/bpf_fentry_test1")
int by_fentry(void *ctx)
{
	fentry_cookie = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("?tp_btf/sys_enter")
int by_tp_btf(void *ctx)
{
	if (MINE)
		tp_cookie = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("?raw_tp/sys_enter")
int by_raw_tp(void *ctx)
{
	if (MINE)
		raw_cookie = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("?tp_btf/sys_enter")
int no_cookie(void *ctx)
{
	return 0;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&flow_cnt, 1);
	return 129; /* BPF_FLOW_DISSECTOR_CONTINUE */
}
