// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps that hold maps: the inner definition, and members given in the object. */
#include "prog.h"

struct inner_def {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} in_one SEC(".maps"), in_two SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 5);
	__uint(key_size, 4);
	__array(values, struct inner_def);
} outer_array SEC(".maps") = {
	.values = { [1] = &in_one, [4] = &in_two },
};

/* No member: user space adds them; the kernel still wants a model of the inner map at creation. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, u32);
	__uint(value_size, 4);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 7);
		__type(key, u64);
		__type(value, u32);
	});
} outer_hash SEC(".maps");

u32 slot;

SEC("tc")
int add(struct __sk_buff *skb)
{
	u32 key = slot, zero = 0;
	void *inner = bpf_map_lookup_elem(&outer_array, &key);
	u64 *v;

	if (!inner)
		return -1;
	v = bpf_map_lookup_elem(inner, &zero);
	if (!v)
		return -2;
	*v += 10 + key;
	return (int)*v;
}

SEC("tc")
int look(struct __sk_buff *skb)
{
	u32 key = slot;
	u64 inner_key = 77;
	void *inner = bpf_map_lookup_elem(&outer_hash, &key);
	u32 *v;

	if (!inner)
		return -1;
	v = bpf_map_lookup_elem(inner, &inner_key);
	return v ? (int)*v : -2;
}
