// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Names that C, C++ or a system header has other plans for. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} new SEC(".maps"), and SEC(".maps"), nullptr SEC(".maps");

int this = 1, private;
int errno;
struct {
	int template;
	int plain;
} operator;

SEC("raw_tp/sys_enter")
int class(void *ctx)
{
	int key = 0;

	bpf_map_lookup_elem(&new, &key);
	bpf_map_lookup_elem(&and, &key);
	bpf_map_lookup_elem(&nullptr, &key);
	private += this + errno + operator.template;
	return 0;
}

SEC("socket")
int linux(void *ctx)
{
	return 0;
}

SEC("socket")
int delete(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
