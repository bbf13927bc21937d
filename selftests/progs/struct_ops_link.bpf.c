// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A congestion control that is registered by a link. */
#include "struct_ops.h"

u64 avoid_cnt;

SEC("struct_ops/link_ssthresh")
u32 BPF_PROG(link_ssthresh, struct sock *sk)
{
	return half_cwnd(sk);
}

SEC("struct_ops/link_undo_cwnd")
u32 BPF_PROG(link_undo_cwnd, struct sock *sk)
{
	return old_cwnd(sk);
}

SEC("struct_ops/link_cong_avoid")
void BPF_PROG(link_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	__sync_fetch_and_add(&avoid_cnt, 1);
	grow_cwnd(sk, acked);
}

SEC(".struct_ops.link")
struct tcp_congestion_ops cc_link = {
	.ssthresh = (void *)link_ssthresh,
	.undo_cwnd___twice = (void *)link_undo_cwnd,
	.cong_avoid = (void *)link_cong_avoid,
	.name = "lskel_link",
};
