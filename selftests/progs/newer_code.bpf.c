// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// CLANG: clang-19
// CFLAGS: -mcpu=v4
/* Instructions of the fourth kind of BPF CPU (Linux 6.6), and one that bounds a loop (6.9). */
#include "prog.h"

typedef __s64 s64;

s32 num = -7, by = 2;
signed char byte = -3;
u32 order = 0x11223344;
u32 rounds = 1000;
s64 quot, rest, wide;
u32 swapped, sum;

SEC("tc")
int arith(struct __sk_buff *skb)
{
	quot = num / by;
	rest = num % by;
	wide = byte;
	swapped = __builtin_bswap32(order);
	return 0;
}

/* A jump too long for 16 bits. */
SEC("tc")
int far(struct __sk_buff *skb)
{
	u64 n = skb->len;

	if (skb->mark == 77)
		goto out;
#define X2(x) x x
#define X16(x) X2(X2(X2(X2(x))))
	X16(X16(X16(X2(X2(asm volatile("%0 += 1; %0 -= 1" : "+r"(n));)))))
out:
	return n == skb->len ? 5 : 6;
}

SEC("?tc")
int bounded(struct __sk_buff *skb)
{
	u32 i, n = 0;

	for (i = 0; i < rounds; i++) {
		asm volatile goto("may_goto %l[out]" : : : : out);
		n += i;
	}
out:
	sum = n;
	return 0;
}
