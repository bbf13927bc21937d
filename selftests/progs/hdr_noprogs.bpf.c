// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps and data, and nobody to use them: bpftool's header for this does not compile. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, int);
} lonely SEC(".maps");

int answer = 42;
char LICENSE[] SEC("license") = "GPL";
