// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A program with functions that others replace or watch (attach_ext.bpf.c). */
#include "prog.h"

__attribute__((noinline)) int answer(struct __sk_buff *skb)
{
	volatile int n = 41;

	return n + (skb->len ? 0 : 1);
}

__attribute__((noinline)) int other(struct __sk_buff *skb)
{
	volatile int n = 1000;

	return n + (skb->len ? 0 : 1);
}

SEC("tc")
int target(struct __sk_buff *skb)
{
	return answer(skb) + other(skb);
}
