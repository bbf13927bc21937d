// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* An arena (Linux 6.9): no key, no value, an address in map_extra. */
#include "prog.h"

#define MAP_ARENA 33 /* BPF_MAP_TYPE_ARENA */

struct {
	__uint(type, MAP_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 10);
	__uint(map_extra, 0x10000000);
} arena SEC(".maps");

extern void *bpf_arena_alloc_pages(void *map, void *addr, u32 pages, int node, u64 flags) __ksym;

u64 page;

SEC("syscall")
int alloc(void *ctx)
{
	page = (u64)bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);
	return page != 0;
}
