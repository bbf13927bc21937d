// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// CLANG: clang-19
// LSKEL: --emit-types
/*
 * Variables that lie in an arena, and pointers to them that the process can follow. The arena names no
 * address.
 */
#include "prog.h"

#define __arena __attribute__((address_space(1)))

struct {
	__uint(type, 33); /* BPF_MAP_TYPE_ARENA */
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 10);
} memory SEC(".maps");

extern void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, u32 pages, int node,
					   u64 flags) __ksym;

struct node {
	struct node __arena *next;
	u64 val;
};

u64 __arena counter = 5;
u64 __arena zero;
u32 __arena table[4] = { 1, 2, 3, 4 };
struct node __arena *__arena list;
struct node __arena first = { .val = 7 };

SEC("syscall")
int count(void *ctx)
{
	zero += counter++;
	table[3] += table[0];
	return (int)counter;
}

SEC("?syscall")
int refused(void *ctx)
{
	static int (*none)(void) = (void *)9999;

	return none() + (int)counter;
}

/* A list of a node here, and one on a page of its own. */
SEC("syscall")
int grow(void *ctx)
{
	struct node __arena *n = bpf_arena_alloc_pages(&memory, NULL, 1, -1, 0);

	if (!n)
		return 1;
	n->val = 8;
	n->next = NULL;
	first.next = n;
	list = &first;
	return 0;
}
