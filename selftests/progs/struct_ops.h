/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A congestion control, declared as a program that doesn't want the kernel's header would: in an order of its own, without
 * what it doesn't use, and with a few members that no kernel has.
 */
#ifndef STRUCT_OPS_H
#define STRUCT_OPS_H

#include "prog.h"
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct sock;
struct list_head {
	void *next, *prev;
};

struct tcp_congestion_ops {
	char name[16];
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
	u32 (*ssthresh)(struct sock *sk);
	u32 lskel_no_such_number;
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	void (*lskel_no_such_function)(struct sock *sk);
	void (*set_state)(struct sock *sk, u8 new_state);
	u32 (*undo_cwnd___twice)(struct sock *sk);
	u8 flags___narrow;
	struct list_head list;
	void *owner;
};

struct tcp_sock {
	u32 snd_cwnd;
	u32 snd_ssthresh;
	u32 prior_cwnd;
} KERNEL_TYPE;

/* The kernel's verifier lets a congestion control write snd_cwnd. */
static __always_inline void grow_cwnd(void *sk, u32 acked)
{
	struct tcp_sock *tp = sk;
	u32 cwnd = tp->snd_cwnd + acked;

	tp->snd_cwnd = cwnd < 1000 ? cwnd : 1000;
}

static __always_inline u32 half_cwnd(void *sk)
{
	struct tcp_sock *tp = sk;

	return tp->snd_cwnd > 4 ? tp->snd_cwnd / 2 : 2;
}

static __always_inline u32 old_cwnd(void *sk)
{
	struct tcp_sock *tp = sk;

	return tp->prior_cwnd > tp->snd_cwnd ? tp->prior_cwnd : tp->snd_cwnd;
}

#endif
