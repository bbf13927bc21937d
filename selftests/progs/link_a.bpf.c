// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* One of two objects that are linked into one: a function and a variable of the other. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int shared;
int helper_in_b(int x);

SEC("socket")
int from_a(void *ctx)
{
	(void)ctx;
	return helper_in_b(shared);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
