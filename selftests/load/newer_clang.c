// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What a newer clang makes: tags on types, instructions of newer BPF CPUs. */
#include "newer_code.lskel.h"
#include "newer_kptr.lskel.h"
#include "newer_stack.lskel.h"
#include "newer_tags.lskel.h"

#include "load.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/btf.h>

LOAD_TEST(newer_kptr_that_owns_and_one_that_does_not)
{
	struct newer_kptr *skel;
	pid_t child;

	need_kernel(KVER(6, 4), "referenced kptrs tagged \"kptr\"");
	need_jit("kfuncs");
	skel = OPEN_AND_LOAD(newer_kptr);
	skel->bss->want = getpid();
	CHECK_EQ(run_pkt(skel->progs.keep.prog_fd), 0, "first one kept");
	CHECK_EQ(skel->bss->kept_pid, getpid(), "which one");
	child = fork();
	CHECK(child >= 0, "fork: %s", strerror(errno));
	if (!child) {
		pause();
		_exit(0);
	}
	skel->bss->want = child;
	CHECK_EQ(run_pkt(skel->progs.keep.prog_fd), 1, "second one kept, the first one was there");
	CHECK_EQ(skel->bss->kept_pid, child, "which one");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	/* gone, but for the reference */
	CHECK_EQ(run_pkt(skel->progs.drop.prog_fd), 0, "taken out");
	CHECK_EQ(skel->bss->seen_pid, child, "by the pointer without a reference");
	CHECK_EQ(skel->bss->kept_pid, child, "the one that was kept");
	CHECK_EQ(run_pkt(skel->progs.drop.prog_fd), 1, "none is left");
	/* one that the map's end releases */
	skel->bss->want = getpid();
	CHECK_EQ(run_pkt(skel->progs.keep.prog_fd), 0, "kept");
	newer_kptr__destroy(skel);
}

LOAD_TEST(newer_kptr_per_cpu)
{
	struct newer_kptr *skel;

	need_kernel(KVER(6, 7), "percpu_kptr");
	need_jit("kfuncs");
	if (!vmlinux_find("bpf_percpu_obj_new_impl", BTF_KIND_FUNC))
		SKIP("bpf_percpu_obj_new_impl()");
	NEED_OURS();
	skel = OPEN(newer_kptr);
#ifndef LSKEL_PEER
	skel->opts.autoload.percpu_count = LSKEL_ON;
#endif
	LOAD(newer_kptr, skel);
	CHECK_EQ(run_pkt(skel->progs.percpu_count.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->total, 17, "counted");
	newer_kptr__destroy(skel);
}

LOAD_TEST(newer_instructions_of_cpu_v4)
{
	struct newer_code *skel;

	need_kernel(KVER(6, 6), "instructions of BPF CPU v4");
	skel = OPEN_AND_LOAD(newer_code);
	CHECK_EQ(run_pkt(skel->progs.arith.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->quot, -3, "-7 / 2");
	CHECK_EQ(skel->bss->rest, -1, "-7 % 2");
	CHECK_EQ(skel->bss->wide, -3, "a signed byte");
	CHECK_EQ(skel->bss->swapped, 0x44332211, "bytes swapped");
	CHECK_EQ(run_pkt(skel->progs.far.prog_fd), 5, "behind the long jump");
	newer_code__destroy(skel);
}

LOAD_TEST(newer_may_goto)
{
	struct newer_code *skel;

	need_kernel(KVER(6, 9), "may_goto");
	NEED_OURS();
	skel = OPEN(newer_code);
#ifndef LSKEL_PEER
	skel->opts.autoload.bounded = LSKEL_ON;
#endif
	LOAD(newer_code, skel);
	CHECK_EQ(run_pkt(skel->progs.bounded.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->sum, 999 * 1000 / 2, "the sum of 0 to 999");
	newer_code__destroy(skel);
}

LOAD_TEST(newer_private_stack)
{
	struct newer_stack *skel;

#ifndef __x86_64__
	SKIP("x86-64");
#endif
	need_kernel(KVER(6, 13), "private stacks");
	need_jit("private stacks");
	skel = OPEN_AND_LOAD(newer_stack);
	run_ctx(skel->progs.deep.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->result, 14, "result");
	newer_stack__destroy(skel);
}

LOAD_TEST(newer_type_tags)
{
	struct newer_tags *skel = OPEN_AND_LOAD(newer_tags);
	__u64 value[4] = { 0 };
	__u32 key = 1;
	int here;

	syscall(SYS_set_tid_address, &here); /* an address in user space, which the program is to find */
	CHECK_EQ(run_pkt(skel->progs.look.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->ppid, getppid(), "parent, behind a tagged pointer");
	CHECK_EQ(skel->bss->clear_tid, (uintptr_t)&here, "pointer to user memory");
	syscall(SYS_set_tid_address, NULL);
	CHECK(!map_lookup(skel->maps.m.map_fd, &key, value), "lookup");
	CHECK_EQ(value[3], 5, "the value");
	newer_tags__destroy(skel);
}
