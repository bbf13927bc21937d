// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* 80 maps and 160 programs: over the limits of 64 and 32 that bpftool's light skeletons have. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define ONE(n)                                                                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__type(key, int);                                                                  \
		__type(value, int);                                                                \
	} map_##n SEC(".maps");                                                                    \
	SEC("socket") int prog_a_##n(void *ctx)                                                    \
	{                                                                                          \
		int key = 0;                                                                       \
		return bpf_map_lookup_elem(&map_##n, &key) ? 1 : 0;                                \
	}                                                                                          \
	SEC("raw_tp/sys_exit") int prog_b_##n(void *ctx)                                           \
	{                                                                                          \
		return 0;                                                                          \
	}
#define TEN(n) \
	ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9)

TEN(0) TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7)

char LICENSE[] SEC("license") = "GPL";
