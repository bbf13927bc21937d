// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Links of newer kernels, cookies, and the flow dissector. */
#include "attach_cookie.lskel.h"
#include "attach_newer.lskel.h"

#include "load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#ifndef LSKEL_PEER

__attribute__((noinline)) int multi_a(int n);
__attribute__((noinline)) int multi_b(int n);
int multi_a(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

int multi_b(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 2;
}

LOAD_TEST(attach_uprobe_multi)
{
	const __u64 offsets[] = { file_offset((void *)multi_a), file_offset((void *)multi_b) }, cookies[] = { 1, 100 };
	struct lskel_attach_opts opts = { .path = "/proc/self/exe", .offsets = offsets, .cnt = 2, .cookies = cookies };
	struct attach_newer *skel;

	need_kernel(KVER(6, 6), "uprobe.multi");
	skel = OPEN(attach_newer);
	skel->opts.autoload.on_umulti = LSKEL_ON;
	skel->opts.autoload.on_uret = LSKEL_ON;
	LOAD(attach_newer, skel);
	skel->bss->pid = (__u32)getpid();
	CHECK_EQ(attach_newer__on_umulti__attach(skel), -EOPNOTSUPP, "without a file");
	CHECK(attach_newer__on_umulti__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_newer, skel));
	opts.offsets = NULL;
	opts.cookies = NULL;
	opts.cnt = 0;
	opts.offset = offsets[0];
	opts.cookie = 10000;
	opts.pid = getpid();
	CHECK(attach_newer__on_uret__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_newer, skel));
	multi_a(1);
	multi_b(1);
	CHECK_EQ(skel->bss->umulti_cnt, 2, "entries");
	CHECK_EQ(skel->bss->uret_cnt, 1, "returns");
	CHECK_EQ(skel->bss->cookies, 10101, "sum of the cookies");
	attach_newer__detach(skel);
	multi_a(1);
	CHECK_EQ(skel->bss->umulti_cnt + skel->bss->uret_cnt, 3, "counted after detach");
	attach_newer__destroy(skel);
}

LOAD_TEST(attach_uprobe_session)
{
	struct lskel_attach_opts opts = { .path = "/proc/self/exe", .offset = file_offset((void *)multi_a) };
	struct attach_newer *skel;

	need_kernel(KVER(6, 13), "uprobe.session");
	skel = OPEN(attach_newer);
	skel->opts.autoload.on_uses = LSKEL_ON;
	LOAD(attach_newer, skel);
	skel->bss->pid = (__u32)getpid();
	CHECK(attach_newer__on_uses__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_newer, skel));
	multi_a(1);
	CHECK_EQ(skel->bss->uses_cnt, 2, "entry and return");
	attach_newer__detach(skel);
	multi_a(1);
	CHECK_EQ(skel->bss->uses_cnt, 2, "counted after detach");
	attach_newer__destroy(skel);
}

LOAD_TEST(attach_kprobe_session)
{
	struct attach_newer *skel;

#ifndef __x86_64__
	SKIP("x86-64's names of system calls");
#endif
	need_kernel(KVER(6, 10), "kprobe.session");
	need_fentry();
	skel = OPEN(attach_newer);
	skel->opts.autoload.on_kses = LSKEL_ON;
	LOAD(attach_newer, skel);
	skel->bss->pid = (__u32)getpid();
	CHECK(attach_newer__on_kses__attach(skel) > 0, "attach: %s", SKEL_ERR(attach_newer, skel));
	syscall(SYS_getpgid, 0);
	CHECK_EQ(skel->bss->kses_cnt, 2, "entry and return");
	attach_newer__detach(skel);
	syscall(SYS_getpgid, 0);
	CHECK_EQ(skel->bss->kses_cnt, 2, "counted after detach");
	attach_newer__destroy(skel);
}

LOAD_TEST(attach_fsession)
{
	struct attach_newer *skel;

	need_fentry();
	need_kernel(KVER(7, 0), "fsession");
	skel = OPEN(attach_newer);
	skel->opts.autoload.on_fses = LSKEL_ON;
	LOAD(attach_newer, skel);
	CHECK_EQ(attach_newer__attach(skel), 0, "attach");
	run_ctx(skel->progs.on_fses.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->fses_cnt, 2, "entry and return");
	attach_newer__detach(skel);
	run_ctx(skel->progs.on_fses.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->fses_cnt, 2, "counted after detach");
	attach_newer__destroy(skel);
}

LOAD_TEST(attach_fentry_with_cookie)
{
	struct lskel_attach_opts opts = { .cookie = 0xc00c1e };
	struct attach_cookie *skel;

	need_fentry();
	skel = OPEN(attach_cookie);
	skel->opts.autoload.by_fentry = LSKEL_ON;
	LOAD(attach_cookie, skel);
	CHECK(attach_cookie__by_fentry__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_cookie, skel));
	run_ctx(skel->progs.by_fentry.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->fentry_cookie, 0xc00c1e, "cookie");
	attach_cookie__destroy(skel);
}

LOAD_TEST(attach_tracepoints_with_cookie)
{
	struct lskel_attach_opts opts = { .cookie = 5 };
	struct attach_cookie *skel;

	need_kernel(KVER(6, 10), "cookies of raw tracepoints");
	skel = OPEN(attach_cookie);
	skel->opts.autoload.by_tp_btf = LSKEL_ON;
	skel->opts.autoload.by_raw_tp = LSKEL_ON;
	LOAD(attach_cookie, skel);
	skel->bss->pid = (__u32)getpid();
	CHECK(attach_cookie__by_tp_btf__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_cookie, skel));
	opts.cookie = 6;
	CHECK(attach_cookie__by_raw_tp__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_cookie, skel));
	syscall(SYS_getppid);
	CHECK_EQ(skel->bss->tp_cookie, 5, "tp_btf");
	CHECK_EQ(skel->bss->raw_cookie, 6, "raw_tp");
	attach_cookie__destroy(skel);
}

/* Where the kernel would ignore it. */
LOAD_TEST(attach_refuses_a_cookie_that_the_kernel_lacks)
{
	struct lskel_attach_opts opts = { .cookie = 5 };
	struct attach_cookie *skel;

	if (kernel_version() >= KVER(6, 10))
		SKIP("a kernel before 6.10");
	skel = OPEN(attach_cookie);
	skel->opts.autoload.no_cookie = LSKEL_ON;
	LOAD(attach_cookie, skel);
	CHECK_EQ(attach_cookie__no_cookie__attach_opts(skel, &opts), -EINVAL, "attach");
	check_says(SKEL_ERR(attach_cookie, skel), "prog 'no_cookie': BPF_RAW_TRACEPOINT_OPEN: -EINVAL");
	attach_cookie__destroy(skel);
}

LOAD_TEST(attach_flow_dissector)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_cookie *skel;

	new_netns();
	opts.target_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	skel = OPEN_AND_LOAD(attach_cookie);
	CHECK_EQ(attach_cookie__dissect__attach_opts(skel, NULL), -EINVAL, "without a namespace");
	CHECK(attach_cookie__dissect__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_cookie, skel));
	/* one at a time: as long as the link is there, no other */
	opts.own_fd = 1;
	CHECK(attach_cookie__dissect__attach_opts(skel, &opts) < 0, "a second one");
	attach_cookie__detach(skel);
	opts.own_fd = 0;
	CHECK(attach_cookie__dissect__attach_opts(skel, &opts) > 0, "after detach: %s", SKEL_ERR(attach_cookie, skel));
	attach_cookie__destroy(skel);
	close(opts.target_fd);
}

#endif /* LSKEL_PEER */
