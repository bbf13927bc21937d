// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps that are pinned by name, one that isn't, and a map that holds one of them. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lskel_kept SEC(".maps");


struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lskel_kept_too SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} member SEC(".maps");

/* 5 entries become a multiple of the number of CPUs. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(map_flags, BPF_F_NO_COMMON_LRU);
	__uint(max_entries, 5);
	__type(key, u32);
	__type(value, u64);
} rounded SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(max_entries, 1);
		__type(key, u32);
		__type(value, u64);
	});
} outer SEC(".maps") = {
	.values = { [1] = (void *)&member },
};

u64 runs = 100;
const volatile u64 step = 1;

/* One more, everywhere. */
SEC("tc")
int count(struct __sk_buff *skb)
{
	u32 zero = 0, one = 1;
	u64 first = step, *v;
	void *in;

	runs += step;
	v = bpf_map_lookup_elem(&lskel_kept, &zero);
	if (v)
		*v += step;
	else
		bpf_map_update_elem(&lskel_kept, &zero, &first, BPF_ANY);
	v = bpf_map_lookup_elem(&lskel_kept_too, &zero);
	if (v)
		*v += step;
	in = bpf_map_lookup_elem(&outer, &one);
	if (!in)
		return -1;
	v = bpf_map_lookup_elem(in, &zero);
	if (!v)
		return -2;
	*v += step;
	return (int)*v;
}
