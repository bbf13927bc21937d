// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps whose BTF ids the kernel refuses although their type could have them: created without. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(key_size, 8);
	__type(value, u32);
	__uint(max_entries, 3);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} trie_without_key_type SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, float[1]); /* not an int */
	__type(value, u64);
	__uint(max_entries, 2);
} array_odd_key SEC(".maps");

SEC("tc")
int put(struct __sk_buff *skb)
{
	struct {
		u32 bits;
		u8 data[4];
	} key = { 32, { 10, 0, 0, 1 } };
	u32 val = 7, *v;

	bpf_map_update_elem(&trie_without_key_type, &key, &val, 0);
	v = bpf_map_lookup_elem(&trie_without_key_type, &key);
	return v ? (int)*v : -1;
}
