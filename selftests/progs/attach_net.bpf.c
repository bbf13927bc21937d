// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs that attach to what a descriptor or a number stands for. */
#include "prog.h"

u64 xdp_cnt, tc_cnt, skb_cnt, bind_cnt, connect_cnt, lookup_cnt, verdict_cnt, msg_cnt, filter_cnt, create_cnt;

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} socks SEC(".maps");

SEC("xdp")
int on_xdp(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&xdp_cnt, 1);
	return XDP_PASS;
}

SEC("tc")
int on_tc(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&tc_cnt, 1);
	return -1; /* TCX_NEXT */
}

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&skb_cnt, 1);
	return 1;
}

SEC("cgroup/bind4")
int on_bind(struct bpf_sock_addr *ctx)
{
	__sync_fetch_and_add(&bind_cnt, 1);
	return 1;
}

SEC("cgroup/connect4")
int on_connect(struct bpf_sock_addr *ctx)
{
	__sync_fetch_and_add(&connect_cnt, 1);
	return 1;
}

SEC("cgroup/sock_create")
int on_create(struct bpf_sock *sk)
{
	__sync_fetch_and_add(&create_cnt, 1);
	return 1;
}

SEC("sk_lookup")
int on_lookup(struct bpf_sk_lookup *ctx)
{
	__sync_fetch_and_add(&lookup_cnt, 1);
	return SK_PASS;
}

SEC("sk_skb/verdict")
int on_verdict(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&verdict_cnt, 1);
	return SK_PASS;
}

SEC("sk_msg")
int on_msg(struct sk_msg_md *msg)
{
	__sync_fetch_and_add(&msg_cnt, 1);
	return SK_PASS;
}

SEC("socket")
int on_filter(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&filter_cnt, 1);
	return skb->len;
}

struct args {
	u32 in, out;
};

SEC("syscall")
int double_it(struct args *args)
{
	args->out = args->in * 2;
	return args->in == 13 ? -13 : 5;
}
