// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Congestion controls in .struct_ops, one of them not created by default, that share programs. */
#include "struct_ops.h"

u64 init_cnt, release_cnt, avoid_cnt, other_cnt, state_cnt;

SEC("struct_ops/cc_init")
void BPF_PROG(cc_init, struct sock *sk)
{
	__sync_fetch_and_add(&init_cnt, 1);
}

SEC("struct_ops/cc_release")
void BPF_PROG(cc_release, struct sock *sk)
{
	__sync_fetch_and_add(&release_cnt, 1);
}

SEC("struct_ops/cc_ssthresh")
u32 BPF_PROG(cc_ssthresh, struct sock *sk)
{
	return half_cwnd(sk);
}

SEC("struct_ops/cc_undo_cwnd")
u32 BPF_PROG(cc_undo_cwnd, struct sock *sk)
{
	return old_cwnd(sk);
}

SEC("struct_ops/cc_cong_avoid")
void BPF_PROG(cc_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	__sync_fetch_and_add(&avoid_cnt, 1);
	grow_cwnd(sk, acked);
}

/* For no map as the object has it. */
SEC("struct_ops/other_cong_avoid")
void BPF_PROG(other_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	__sync_fetch_and_add(&other_cnt, 1);
	grow_cwnd(sk, acked);
}

SEC("?struct_ops")
void BPF_PROG(cc_set_state, struct sock *sk, u8 new_state)
{
	__sync_fetch_and_add(&state_cnt, 1);
}

SEC("struct_ops")
void BPF_PROG(only_second_init, struct sock *sk)
{
	__sync_fetch_and_add(&init_cnt, 100);
}

/* A program of another type in the same object. */
SEC("tc")
int classify(void *ctx)
{
	return 7;
}

SEC(".struct_ops")
struct tcp_congestion_ops cc = {
	.init = (void *)cc_init,
	.release = (void *)cc_release,
	.ssthresh = (void *)cc_ssthresh,
	.undo_cwnd___twice = (void *)cc_undo_cwnd,
	.cong_avoid = (void *)cc_cong_avoid,
	.set_state = (void *)cc_set_state,
	.name = "lskel_cc",
};

SEC("?.struct_ops")
struct tcp_congestion_ops second = {
	.init = (void *)only_second_init,
	.ssthresh = (void *)cc_ssthresh,
	.undo_cwnd___twice = (void *)cc_undo_cwnd,
	.cong_avoid = (void *)cc_cong_avoid,
	.name = "lskel_second",
};
