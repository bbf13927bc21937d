// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* 40 programs and as many that are switched off, all with subprograms. */
#include "prog.h"
#include "repeat.h"

u64 total;

static __noinline int shared(int x)
{
	total += (u64)x;
	return x + 1;
}

#define PROG(n)                                                                                    \
	SEC("?tc") int off##n(struct __sk_buff *skb)                                               \
	{                                                                                          \
		return shared(1000);                                                               \
	}                                                                                          \
	SEC("tc") int on##n(struct __sk_buff *skb)                                                 \
	{                                                                                          \
		return shared(1##n);                                                               \
	}

REPEAT_40(PROG)
