// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs that attach by the name in their section, beside ones that can't be attached alone. */
#include "prog.h"

u32 pid;
u64 tp_btf_cnt, raw_cnt, raw_exit_cnt;

#define MINE (bpf_get_current_pid_tgid() >> 32 == pid)

SEC("xdp")
int not_alone_xdp(struct xdp_md *ctx)
{
	return 2;
}

SEC("tp_btf/sys_enter")
int by_tp_btf(void *ctx)
{
	if (MINE)
		tp_btf_cnt++;
	return 0;
}

SEC("raw_tp/sys_enter")
int by_raw_tp(void *ctx)
{
	if (MINE)
		raw_cnt++;
	return 0;
}

SEC("raw_tracepoint/sys_exit")
int by_raw_exit(void *ctx)
{
	if (MINE)
		raw_exit_cnt++;
	return 0;
}

SEC("?raw_tp/sys_enter")
int not_loaded(void *ctx)
{
	return 0;
}

SEC("tc")
int not_alone_tc(struct __sk_buff *skb)
{
	return 0;
}
