// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs only, one of them off by default and in front of another; one whose section gives no target. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("?xdp")
int first(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("raw_tp/sys_enter")
int second(void *ctx)
{
	return 0;
}

SEC("raw_tp")
int no_target(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
