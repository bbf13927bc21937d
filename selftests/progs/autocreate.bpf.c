// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps and programs to be switched off, and what refers to them. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} gone SEC(".maps");

struct inner_def {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} in_one SEC(".maps"), in_two SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, u32);
	__array(values, struct inner_def);
} outer SEC(".maps") = {
	.values = { &in_one, &in_two },
};

int target(struct __sk_buff *skb);
int optional_target(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = { (void *)&target, (void *)&optional_target },
};

const volatile u32 use_gone = 1, use_far = 1;
u32 next;
u64 far SEC(".data.far") = 5;

extern const void lskel_no_such_symbol __ksym;

static __noinline u64 look(u32 key)
{
	u64 *v = bpf_map_lookup_elem(&gone, &key);

	return v ? *v : 1000;
}

/* What is not used is dead code: these are constants for the verifier. */
SEC("tc")
int careful(struct __sk_buff *skb)
{
	int ret = 7;

	if (use_gone)
		ret += look(3);
	if (use_far)
		ret += far++;
	return ret;
}

SEC("tc")
int slots(struct __sk_buff *skb)
{
	u32 key = 0, zero = 0;
	int found = 0;
	void *in;
	u64 *v;

	in = bpf_map_lookup_elem(&outer, &key);
	if (in) {
		v = bpf_map_lookup_elem(in, &zero);
		if (v)
			found += 1 + (int)*v;
	}
	key = 1;
	in = bpf_map_lookup_elem(&outer, &key);
	if (in) {
		v = bpf_map_lookup_elem(in, &zero);
		if (v)
			found += 2 + (int)*v;
	}
	return found;
}

SEC("tc")
int jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, next);
	return 100;
}

SEC("tc")
int target(struct __sk_buff *skb)
{
	return 1;
}

SEC("?tc")
int optional_target(struct __sk_buff *skb)
{
	return 2;
}

SEC("?tc")
int needs_symbol(struct __sk_buff *skb)
{
	return (u64)&lskel_no_such_symbol & 1;
}
