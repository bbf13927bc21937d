// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Calls between functions of an object, and what the kernel is told about them. */
#include "callbacks.lskel.h"
#include "subprogs.lskel.h"
#include "tailcall.lskel.h"

#include "load.h"

static unsigned long long tally(struct subprogs *skel, unsigned int key)
{
	unsigned long long v = ~0ull;

	CHECK(!map_lookup(skel->maps.tally.map_fd, &key, &v), "lookup of key %u", key);
	return v;
}

LOAD_TEST(subprogs_static_and_global_in_text)
{
	struct subprogs *skel = OPEN_AND_LOAD(subprogs);

	/* global_outer(2) = 21 + tally[0] (1) + 1000, plus tally[1] (5) */
	CHECK_EQ(run_pkt(skel->progs.first.prog_fd), 1027, "first");
	/* 31 + tally[0] (2) + 1000, then 4 + tally[0] (3) */
	CHECK_EQ(run_pkt(skel->progs.second.prog_fd), 1040, "second");
	CHECK_EQ(skel->bss->calls, 3, "calls");
	CHECK_EQ(tally(skel, 0), 3, "tally[0]");
	CHECK_EQ(tally(skel, 1), 5, "tally[1]");
	/* x = 1: deep3(2) = 2 + 100, deep3(3) = 3 + 200 */
	CHECK_EQ(run_pkt(skel->progs.third.prog_fd), 2 * (2 + 100 + 3 + 200), "third");
	subprogs__destroy(skel);
}

LOAD_TEST(subprogs_func_info_and_line_info)
{
	struct subprogs *skel = OPEN_AND_LOAD(subprogs);
	struct {
		int fd;
		unsigned int funcs;
	} want[] = {
		{ skel->progs.first.prog_fd, 4 },  /* + global_outer, global_text, bump */
		{ skel->progs.second.prog_fd, 4 },
		{ skel->progs.third.prog_fd, 5 },  /* + deep1, deep2, deep3, bump */
	};

	for (int i = 0; i < 3; i++) {
		struct bpf_prog_info info, more = { 0 };
		struct bpf_func_info funcs[8] = { 0 };
		struct bpf_line_info lines[256];
		union bpf_attr attr = { 0 };

		prog_info(want[i].fd, &info);
		CHECK_EQ(info.nr_func_info, want[i].funcs, "nr_func_info");
		CHECK(info.btf_id, "no BTF");
		CHECK(info.nr_line_info >= want[i].funcs && info.nr_line_info < 256, "%u line infos",
		      info.nr_line_info);
		more.nr_func_info = 8;
		more.func_info_rec_size = sizeof(funcs[0]);
		more.func_info = (__u64)(uintptr_t)funcs;
		more.nr_line_info = 256;
		more.line_info_rec_size = sizeof(lines[0]);
		more.line_info = (__u64)(uintptr_t)lines;
		attr.info.bpf_fd = (__u32)want[i].fd;
		attr.info.info_len = sizeof(more);
		attr.info.info = (__u64)(uintptr_t)&more;
		CHECK(!sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, 16), "GET_INFO");
		CHECK_EQ(funcs[0].insn_off, 0, "first function");
		for (unsigned int f = 0, l = 0; f < want[i].funcs; f++) {
			while (l < more.nr_line_info && lines[l].insn_off < funcs[f].insn_off)
				l++;
			CHECK(l < more.nr_line_info && lines[l].insn_off == funcs[f].insn_off,
			      "function %u at %u has no line", f, funcs[f].insn_off);
		}
	}
	subprogs__destroy(skel);
}

static struct callbacks *load_callbacks(void)
{
	need_jit("callbacks");
	return OPEN_AND_LOAD(callbacks);
}

LOAD_TEST(callback_of_bpf_loop)
{
	struct callbacks *skel = load_callbacks();

	/* The sum of 0..9, 10 rounds, and one that stops after its sixth. */
	CHECK_EQ(run_pkt(skel->progs.looping.prog_fd), 45 * 10000 + 10 * 100 + 6, "return value");
	callbacks__destroy(skel);
}

LOAD_TEST(callback_of_for_each_map_elem)
{
	struct callbacks *skel = load_callbacks();
	unsigned int key;
	unsigned long long val;

	CHECK_EQ(run_pkt(skel->progs.visiting.prog_fd), 0, "over an empty map");
	for (key = 1, val = 7; key <= 3; key++, val++)
		CHECK(!map_update(skel->maps.table.map_fd, &key, &val, 0), "update");
	CHECK_EQ(run_pkt(skel->progs.visiting.prog_fd), 6000 + 7 + 8 + 9, "over three");
	callbacks__destroy(skel);
}

LOAD_TEST(callback_of_timer)
{
	struct callbacks *skel = load_callbacks();

	int err = (int)run_pkt(skel->progs.arm.prog_fd);

	skip_if_no_lockless_memory(err);
	CHECK_EQ(err, 0, "arming");
	for (int i = 0; i < 2000 && !*(volatile __u64 *)&skel->bss->fired; i++)
		usleep(1000);
	CHECK_EQ(skel->bss->fired, 1, "fired");
	callbacks__destroy(skel);
}

LOAD_TEST(tail_calls_through_filled_array)
{
	struct tailcall *skel = OPEN_AND_LOAD(tailcall);
	int key, fd = skel->progs.enter.prog_fd;

	CHECK_EQ(run_pkt(fd), 100, "with an empty array");
	key = 0;
	CHECK(!map_update(skel->maps.jumps.map_fd, &key, &skel->progs.target_a.prog_fd, 0), "update");
	CHECK_EQ(run_pkt(fd), 1, "slot 0");
	key = 2;
	CHECK(!map_update(skel->maps.jumps.map_fd, &key, &skel->progs.target_b.prog_fd, 0), "update");
	skel->bss->next = 2;
	CHECK_EQ(run_pkt(fd), 1, "slot 2, which jumps on to slot 0");
	skel->bss->next = 3;
	CHECK_EQ(run_pkt(fd), 100, "an empty slot");
	tailcall__destroy(skel);
}
