// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Map definitions with every attribute; the test compares with what the kernel says of the maps. */
#include "prog.h"

struct key {
	u32 a, b;
};

struct val {
	struct bpf_spin_lock lock;
	u32 n;
	u64 m;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct key);
	__type(value, struct val);
	__uint(max_entries, 17);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} hash_btf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, 12);
	__uint(value_size, 20);
	__uint(max_entries, 5);
} hash_sizes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 100);
	__uint(map_flags, BPF_F_NUMA_NODE);
	__uint(numa_node, 0);
} on_node SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__type(value, u64);
	__uint(max_entries, 64);
	__uint(map_extra, 3);
} bloom SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct key);
	__type(value, u32);
	__uint(max_entries, 3);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u64[4]);
	__uint(max_entries, 9);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_RDONLY_PROG);
} array_mmap SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 2);
} percpu SEC(".maps");

/* Names at and over the kernel's limit of 15. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} fifteen_letters SEC(".maps"), more_than_fifteen_letters SEC(".maps");

SEC("tc")
int use(struct __sk_buff *skb)
{
	struct key k = { 1, 2 };
	struct val *v = bpf_map_lookup_elem(&hash_btf, &k);

	if (!v)
		return 1;
	bpf_spin_lock(&v->lock);
	v->n++;
	v->m += v->n;
	bpf_spin_unlock(&v->lock);
	return 0;
}
