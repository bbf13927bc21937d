// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Nothing here can be attached without more arguments. */
#include "prog.h"

SEC("xdp")
int a_xdp(struct xdp_md *ctx)
{
	return 2;
}

SEC("cgroup_skb/ingress")
int a_cgroup(struct __sk_buff *skb)
{
	return 1;
}

SEC("tp")
int a_tp(void *ctx)
{
	return 0;
}

SEC("syscall")
int a_syscall(void *ctx)
{
	return 0;
}
