// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* --attach-in-loader: what is loaded is attached, by the same run of the loader. */
#include "attach_loader.lskel.h"
#include "attach_loader_fentry.lskel.h"

#include "load.h"

#include <sys/syscall.h>

#ifndef LSKEL_PEER

static void one_syscall(void)
{
	syscall(SYS_getppid);
}

LOAD_TEST(attach_in_loader)
{
	struct attach_loader *skel = OPEN(attach_loader);
	__u64 seen;

	skel->bss->pid = (__u32)getpid();
	LOAD(attach_loader, skel);
	CHECK(skel->links.first_fd > 0 && skel->links.over_tasks_fd > 0, "no links");
	CHECK(!skel->links.off_fd && !skel->links.raw_fd, "links of what is off, or not for the loader");
	seen = skel->bss->first_cnt;
	CHECK(seen > 0, "the end of the load itself is not counted");
	one_syscall();
	CHECK(skel->bss->first_cnt > seen, "not counted");
	CHECK_EQ(skel->bss->raw_cnt, 0, "raw_tp");
	CHECK_EQ(attach_loader__first__attach(skel), -EBUSY, "attach of what is attached");
	CHECK_EQ(attach_loader__attach(skel), 0, "attach of the rest");
	one_syscall();
	CHECK(skel->bss->raw_cnt > 0, "raw_tp");
	attach_loader__detach(skel);
	seen = skel->bss->first_cnt;
	one_syscall();
	CHECK_EQ(skel->bss->first_cnt, seen, "counted after detach");
	CHECK(attach_loader__first__attach(skel) > 0, "attach again: %s", SKEL_ERR(attach_loader, skel));
	one_syscall();
	CHECK(skel->bss->first_cnt > seen, "not counted");
	attach_loader__destroy(skel);
}

LOAD_TEST(attach_in_loader_follows_autoload)
{
	struct attach_loader *skel = OPEN(attach_loader);

	skel->bss->pid = (__u32)getpid();
	skel->opts.autoload.first = LSKEL_OFF;
	skel->opts.autoload.off = LSKEL_ON;
	LOAD(attach_loader, skel);
	CHECK(!skel->links.first_fd && skel->links.off_fd > 0, "links");
	one_syscall();
	CHECK(skel->bss->off_cnt > 0 && !skel->bss->first_cnt, "counted");
	attach_loader__destroy(skel);
}

LOAD_TEST(attach_in_loader_fentry)
{
	struct attach_loader_fentry *skel;

	need_fentry();
	skel = OPEN_AND_LOAD(attach_loader_fentry);
	run_ctx(skel->progs.on_entry.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->entry_cnt, 1, "fentry");
	CHECK_EQ(skel->bss->exit_cnt, 1, "fexit");
	attach_loader_fentry__detach(skel);
	run_ctx(skel->progs.on_entry.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->entry_cnt + skel->bss->exit_cnt, 2, "counted after detach");
	attach_loader_fentry__destroy(skel);
}

#endif /* LSKEL_PEER */
