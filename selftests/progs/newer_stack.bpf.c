// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// CLANG: clang-19
/*
 * More stack than 512 bytes in sum: each function has its own where the kernel gives private stacks
 * (6.13, x86-64).
 */
#include "prog.h"

u32 result;

static __noinline u32 inner(u32 n)
{
	volatile u64 buf[50];

	for (int i = 0; i < 50; i++)
		buf[i] = n + i;
	return buf[7];
}

static __noinline u32 middle(u32 n)
{
	volatile u64 buf[50];

	for (int i = 0; i < 50; i++)
		buf[i] = inner(n + i);
	return buf[3] + 1;
}

SEC("raw_tp")
int deep(void *ctx)
{
	result = middle(3);
	return 0;
}
