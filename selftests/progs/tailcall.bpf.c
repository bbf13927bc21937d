// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Tail calls through a prog array that user space fills. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} jumps SEC(".maps");

u32 next;

SEC("tc")
int enter(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, next);
	return 100;
}

SEC("tc")
int target_a(struct __sk_buff *skb)
{
	return 1;
}

SEC("tc")
int target_b(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 0);
	return 2;
}
