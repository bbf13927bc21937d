// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int shared = 3;

__attribute__((noinline)) int helper_in_b(int x)
{
	return x + shared;
}

SEC("socket")
int from_b(void *ctx)
{
	(void)ctx;
	return helper_in_b(1);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
