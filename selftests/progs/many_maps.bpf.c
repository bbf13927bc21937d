// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* 70 maps, of which a program uses two. */
#include "prog.h"
#include "repeat.h"

#define MAP(n)                                                                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__type(key, u32);                                                                  \
		__type(value, u64);                                                                \
		__uint(max_entries, 1##n);                                                         \
	} m##n SEC(".maps");

REPEAT_70(MAP)

SEC("tc")
int use(struct __sk_buff *skb)
{
	u32 key = 0;
	u64 *a = bpf_map_lookup_elem(&m00, &key), *b = bpf_map_lookup_elem(&m69, &key);

	if (!a || !b)
		return -1;
	*a += 1;
	*b += 2;
	return (int)(*a + *b);
}
