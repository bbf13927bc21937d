// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* 100 maps, 100 programs, 3,000 relocations: each program looks 30 times into a map of its own. */
#include "prog.h"
#include "repeat.h"

#define MAP(n)                                                                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__type(key, u32);                                                                  \
		__type(value, u32);                                                                \
		__uint(max_entries, 32);                                                           \
	} m##n SEC(".maps");

REPEAT_100(MAP)

#define LOOK_UP(k, n)                                                                              \
	key = 1##k - 100;                                                                          \
	v = bpf_map_lookup_elem(&m##n, &key);                                                       \
	if (v)                                                                                     \
		sum += (*v)++;

#define PROG(n)                                                                                    \
	SEC("tc") int p##n(struct __sk_buff *skb)                                                  \
	{                                                                                          \
		u32 key, sum = 0, *v;                                                              \
                                                                                                   \
		TIMES_30(LOOK_UP, n)                                                               \
		return (int)sum;                                                                   \
	}

REPEAT_100(PROG)
