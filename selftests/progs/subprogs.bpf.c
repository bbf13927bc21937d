// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Subprograms in .text, static and global, shared by programs of two sections. */
#include "prog.h"

int calls;
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} tally SEC(".maps");

static __noinline u64 bump(u32 key, u64 by)
{
	u64 *v = bpf_map_lookup_elem(&tally, &key);

	if (!v)
		return 0;
	*v += by;
	return *v;
}

/* Verified on its own, so the kernel takes its arguments from the BTF. */
__noinline int global_text(int a, int b)
{
	calls++;
	return a * 10 + b + (int)bump(0, 1);
}

__noinline int global_outer(int a)
{
	return global_text(a, 1) + 1000;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	return global_outer(2) + (int)bump(1, 5);
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	return global_outer(3) + global_text(0, 4);
}

static __noinline int deep3(int x)
{
	return x + (int)bump(2, 100);
}

static __noinline int deep2(int x)
{
	return deep3(x + 1) + deep3(x + 2);
}

static __noinline int deep1(int x)
{
	return deep2(x) * 2;
}

SEC("xdp")
int third(struct xdp_md *ctx)
{
	return deep1((int)bump(3, 1));
}
