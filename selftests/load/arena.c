// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Variables in an arena: compiled by a clang that knows address spaces. */
#include "arena_globals.lskel.h"

#include "load.h"

static struct arena_globals *open_arena(void)
{
	need_kernel(KVER(6, 9), "BPF_MAP_TYPE_ARENA");
	need_jit("arenas");
	return OPEN(arena_globals);
}

static void load_arena(struct arena_globals *skel)
{
	int err = arena_globals__load(skel);

	skip_if_no_lockless_memory(err);
	CHECK(!err, "load: %d: %s", err, SKEL_ERR(arena_globals, skel));
}

#ifndef LSKEL_PEER

LOAD_TEST(arena_variables_before_and_after_load)
{
	struct arena_globals *skel = open_arena();

	CHECK_EQ(skel->arena->counter, 5, "as in the file");
	CHECK_EQ(skel->arena->table[2], 3, "the table");
	skel->arena->counter = 100;
	skel->arena->table[0] = 10;
	load_arena(skel);
	CHECK_EQ(skel->arena->counter, 100, "as it was set");
	CHECK_EQ(skel->arena->first.val, 7, "the node");
	CHECK_EQ(run_ctx(skel->progs.count.prog_fd, NULL, 0), 101, "the program's view");
	CHECK_EQ(skel->arena->counter, 101, "after the run");
	CHECK_EQ(skel->arena->zero, 100, "what was zero");
	CHECK_EQ(skel->arena->table[3], 14, "the table");
	skel->arena->counter = 7;
	CHECK_EQ(run_ctx(skel->progs.count.prog_fd, NULL, 0), 8, "the program sees what the process writes");
	CHECK_EQ(skel->maps.memory.initial_value, (uintptr_t)skel->arena, "initial_value");
	arena_globals__destroy(skel);
}

LOAD_TEST(arena_pointers_are_good_in_both_worlds)
{
	struct arena_globals *skel = open_arena();

	load_arena(skel);
	CHECK_EQ(run_ctx(skel->progs.grow.prog_fd, NULL, 0), 0, "return value");
	CHECK(skel->arena->list == &skel->arena->first, "list: %p, not %p", (void *)skel->arena->list,
	      (void *)&skel->arena->first);
	CHECK_EQ(skel->arena->list->val, 7, "first node");
	CHECK(skel->arena->list->next, "no second node");
	CHECK_EQ(skel->arena->list->next->val, 8, "second node");
	CHECK(!skel->arena->list->next->next, "a third node");
	arena_globals__destroy(skel);
}

/* Not created, so not there: what is written stays in the process. And one that was never loaded. */
LOAD_TEST(arena_switched_off)
{
	struct arena_globals *skel = open_arena();

	skel->opts.autocreate.memory = LSKEL_OFF;
	skel->opts.autoload.count = LSKEL_OFF;
	skel->opts.autoload.grow = LSKEL_OFF;
	load_arena(skel);
	CHECK_EQ(skel->maps.memory.map_fd, 0, "map_fd");
	skel->arena->counter = 1;
	arena_globals__destroy(skel);
	arena_globals__destroy(open_arena());
}

LOAD_TEST(arena_reused)
{
	struct arena_globals *one = open_arena(), *two = open_arena();
	char msg[1024];

	load_arena(one);
	one->arena->counter = 1000;
	two->opts.reuse_fd.memory = one->progs.count.prog_fd;
	LOAD_FAILS(arena_globals, two, msg);
	two->opts.reuse_fd.memory = one->maps.memory.map_fd;
	/* an arena has one address, where this process has mapped it already */
	CHECK_EQ(LOAD_FAILS(arena_globals, two, msg), -ENOMEM, "a second mapping");
	check_says(msg, "map 'memory': mmap: -ENOMEM");
	CHECK_EQ(two->arena->counter, 5, "its own");
	arena_globals__destroy(two);
	CHECK_EQ(run_ctx(one->progs.count.prog_fd, NULL, 0), 1001, "the first one is whole");
	arena_globals__destroy(one);
}

/* A program is refused, so the load is tried again for the log; and then once more, with all well. */
LOAD_TEST(arena_after_a_failed_load)
{
	struct arena_globals *skel = open_arena();
	int fds = open_fds(), maps = bpf_mappings();
	char msg[1024];

	skel->opts.autoload.refused = LSKEL_ON;
	skel->arena->counter = 50;
	skip_if_no_lockless_memory(LOAD_FAILS(arena_globals, skel, msg));
	check_says(msg, "prog 'refused': rejected by the verifier");
	CHECK_EQ(open_fds(), fds, "descriptors");
	CHECK_EQ(bpf_mappings(), maps, "mappings");
	skel->opts.autoload.refused = LSKEL_OFF;
	load_arena(skel);
	CHECK_EQ(run_ctx(skel->progs.count.prog_fd, NULL, 0), 51, "the program's view");
	arena_globals__destroy(skel);
}

#endif
