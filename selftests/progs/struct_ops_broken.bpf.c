// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Structs that no kernel takes; each is created alone. */
#include "struct_ops.h"

struct lskel_no_such_ops {
	void (*init)(struct sock *sk);
	u32 number;
};

SEC("struct_ops")
u32 BPF_PROG(a_prog, struct sock *sk)
{
	return half_cwnd(sk);
}

SEC("?.struct_ops")
struct lskel_no_such_ops no_such = {
	.init = (void *)a_prog,
};

SEC("?.struct_ops")
struct tcp_congestion_ops missing_function = {
	.lskel_no_such_function = (void *)a_prog,
};

SEC("?.struct_ops")
struct tcp_congestion_ops missing_number = {
	.lskel_no_such_number = 1,
};

SEC("?.struct_ops")
struct tcp_congestion_ops narrow = {
	.flags___narrow = 1,
};

SEC("?.struct_ops")
struct tcp_congestion_ops pointer = {
	.owner = (void *)16,
};

/* What is a number in the kernel is a function here. */
struct tcp_congestion_ops___kinds {
	void (*key)(struct sock *sk);
	u64 ssthresh;
};

SEC("?.struct_ops")
struct tcp_congestion_ops___kinds function = {
	.key = (void *)a_prog,
};

SEC("?.struct_ops")
struct tcp_congestion_ops___kinds number = {
	.ssthresh = 1,
};

SEC("?.struct_ops")
struct tcp_congestion_ops twice = {
	.ssthresh = (void *)a_prog,
	.undo_cwnd___twice = (void *)a_prog,
};
