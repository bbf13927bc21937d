// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Attaching by the names in the object, and what that does. */
#include "attach_fails.lskel.h"
#include "attach_fentry.lskel.h"
#include "attach_fmod.lskel.h"
#include "attach_iter.lskel.h"
#include "attach_lsm.lskel.h"
#include "attach_module.lskel.h"
#include "attach_none.lskel.h"
#include "attach_tp.lskel.h"
#include "lsm_cgroup.lskel.h"
#include "missing_target.lskel.h"

#include "load.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static void one_syscall(void)
{
	syscall(SYS_getppid);
}

LOAD_TEST(attach_tp_btf_detach_attach_again)
{
	struct attach_tp *skel = OPEN_AND_LOAD(attach_tp);
	__u64 seen;
	int fd;

	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK_EQ(skel->bss->tp_btf_cnt, 0, "before attach");
	for (int round = 0; round < 2; round++) {
		seen = skel->bss->tp_btf_cnt;
		fd = attach_tp__by_tp_btf__attach(skel);
		CHECK(fd > 0, "attach: %s", SKEL_ERR(attach_tp, skel));
		CHECK_EQ(fd, skel->links.by_tp_btf_fd, "the fd in links");
		one_syscall();
		CHECK(skel->bss->tp_btf_cnt > seen, "not counted in round %d", round);
		attach_tp__detach(skel);
		seen = skel->bss->tp_btf_cnt;
		one_syscall();
		CHECK_EQ(skel->bss->tp_btf_cnt, seen, "counted after detach");
	}
	CHECK_EQ(skel->bss->raw_cnt, 0, "the other program");
	attach_tp__destroy(skel);
}

LOAD_TEST(attach_raw_tp)
{
	struct attach_tp *skel = OPEN_AND_LOAD(attach_tp);
	int fd = attach_tp__by_raw_tp__attach(skel);

	CHECK(fd > 0, "attach: %s", SKEL_ERR(attach_tp, skel));
	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK(skel->bss->raw_cnt > 0, "not counted");
	CHECK_EQ(skel->bss->tp_btf_cnt, 0, "the other program");
	attach_tp__destroy(skel);
}

LOAD_TEST(attach_all_skips_what_cannot_be_attached_alone)
{
	struct attach_tp *skel = OPEN_AND_LOAD(attach_tp);

	CHECK_EQ(attach_tp__attach(skel), 0, "attach");
	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK(skel->bss->tp_btf_cnt > 0, "tp_btf is not attached");
	CHECK(skel->bss->raw_cnt > 0, "raw_tp is not attached");
	CHECK(skel->bss->raw_exit_cnt > 0, "raw_tracepoint is not attached");
	CHECK(skel->links.by_tp_btf_fd > 0 && skel->links.by_raw_tp_fd > 0 && skel->links.by_raw_exit_fd > 0,
	      "a link's fd is missing");
	check_says(SKEL_ERR(attach_tp, skel), "not_alone_xdp");
	check_says(SKEL_ERR(attach_tp, skel), "not_alone_tc");
	attach_tp__detach(skel);
	CHECK_EQ(attach_tp__attach(skel), 0, "attach again");
	attach_tp__destroy(skel);
}

LOAD_TEST(attach_alone_of_what_cannot_be)
{
	struct attach_none *skel = OPEN_AND_LOAD(attach_none);

	NEED_OURS();
	CHECK_EQ(attach_none__a_xdp__attach(skel), -EOPNOTSUPP, "xdp");
	CHECK_EQ(attach_none__a_cgroup__attach(skel), -EOPNOTSUPP, "cgroup_skb");
	CHECK_EQ(attach_none__a_tp__attach(skel), -EOPNOTSUPP, "tp");
	CHECK_EQ(attach_none__a_syscall__attach(skel), -EOPNOTSUPP, "syscall");
	check_says(SKEL_ERR(attach_none, skel), "a_syscall");
	CHECK_EQ(attach_none__attach(skel), 0, "all of them");
	attach_none__destroy(skel);
}

LOAD_TEST(attach_failure_rolls_back)
{
	struct attach_fails *skel = OPEN_AND_LOAD(attach_fails);

	NEED_OURS();
	CHECK_EQ(attach_fails__attach(skel), -ENOENT, "attach");
	check_says(SKEL_ERR(attach_fails, skel), "prog 'bad'");
	CHECK(!skel->links.good_fd && !skel->links.bad_fd, "links %d, %d", skel->links.good_fd,
	      skel->links.bad_fd);
	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK_EQ(skel->bss->cnt, 0, "the one that could be attached still is");
	CHECK(attach_fails__good__attach(skel) > 0, "attach of the good one");
	one_syscall();
	CHECK(skel->bss->cnt > 0, "not counted");
	attach_fails__destroy(skel);
}

LOAD_TEST(attach_fentry_and_fexit)
{
	struct attach_fentry *skel;

	need_fentry();
	skel = OPEN_AND_LOAD(attach_fentry);
	CHECK_EQ(attach_fentry__attach(skel), 0, "attach");
	/* Running a tracing program makes the kernel call its test functions: bpf_fentry_test1(1) gives 2. */
	run_ctx(skel->progs.on_entry.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->entry_cnt, 1, "fentry");
	CHECK_EQ((__u32)skel->bss->entry_arg, 1, "argument");
	CHECK_EQ(skel->bss->exit_cnt, 1, "fexit");
	CHECK_EQ(skel->bss->exit_ret, 2, "return value");
	attach_fentry__detach(skel);
	run_ctx(skel->progs.on_entry.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->entry_cnt, 1, "fentry after detach");
	need_kernel(KVER(5, 14), "attaching once more");
	CHECK(attach_fentry__on_exit__attach(skel) > 0, "attach again: %s", SKEL_ERR(attach_fentry, skel));
	run_ctx(skel->progs.on_entry.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->entry_cnt, 1, "fentry, not attached");
	CHECK_EQ(skel->bss->exit_cnt, 2, "fexit, attached again");
	attach_fentry__destroy(skel);
}

LOAD_TEST(attach_fmod_ret)
{
	struct attach_fmod *skel;
	__s16 with_7, with_9;

	need_tracing(BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "bpf_modify_return_test", "fmod_ret");
	skel = OPEN_AND_LOAD(attach_fmod);
	CHECK_EQ(attach_fmod__attach(skel), 0, "attach");
	/* The lower half of the run's result holds what the function returned, on newer kernels plus a constant. */
	skel->bss->verdict = -7;
	with_7 = (__s16)run_ctx(skel->progs.instead.prog_fd, NULL, 0);
	skel->bss->verdict = -9;
	with_9 = (__s16)run_ctx(skel->progs.instead.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->cnt, 2, "calls");
	CHECK_EQ(with_7 - with_9, 2, "difference of the results");
	attach_fmod__destroy(skel);
}

LOAD_TEST(attach_lsm)
{
	struct attach_lsm *skel;
	int fd;

	need_tracing(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_file_open", "BPF LSM");
	skel = OPEN_AND_LOAD(attach_lsm);
	CHECK_EQ(attach_lsm__attach(skel), 0, "attach");
	skel->bss->pid = (__u32)getpid();
	fd = open("/proc/self/comm", O_RDONLY);
	CHECK(fd >= 0, "open: %s", strerror(errno));
	close(fd);
	CHECK(skel->bss->open_cnt > 0, "lsm: not called");
	CHECK(skel->bss->open_s_cnt > 0, "lsm.s: not called");
	skel->bss->verdict = 1;
	fd = open("/proc/self/comm", O_RDONLY);
	CHECK(fd < 0 && errno == EACCES, "open is not refused");
	skel->bss->pid = 0;
	attach_lsm__destroy(skel);
}

LOAD_TEST(attach_lsm_cgroup)
{
	static const unsigned int lsm_cgroup = 43; /* BPF_LSM_CGROUP */
	struct lsm_cgroup *skel;
	int cg, link, sk;

	need_tracing(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_file_open", "BPF LSM");
	skel = OPEN_AND_LOAD(lsm_cgroup);
	cg = new_cgroup();
	link = link_create(skel->progs.on_create.prog_fd, cg, lsm_cgroup);
	CHECK(link >= 0, "attach: %d", link);
	move_to_cgroup(cg, "cgroup.procs");
	sk = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(sk >= 0, "socket: %s", strerror(errno));
	CHECK(skel->bss->cnt > 0, "not called");
	close(sk);
	close(link);
	move_to_cgroup(cg, "../cgroup.procs");
	end_cgroup(cg);
	lsm_cgroup__destroy(skel);
}

LOAD_TEST(attach_iter)
{
	struct attach_iter *skel = OPEN_AND_LOAD(attach_iter);
	union bpf_attr attr = { 0 };
	char text[4096], want[64];
	size_t len = 0;
	ssize_t n;
	int link, it;

	skel->bss->pid = getpid();
	link = attach_iter__dump__attach(skel);
	CHECK(link > 0, "attach: %s", SKEL_ERR(attach_iter, skel));
	attr.iter_create.link_fd = (__u32)link;
	it = sys_bpf(BPF_ITER_CREATE, &attr, 8);
	CHECK(it >= 0, "ITER_CREATE: %d", it);
	while ((n = read(it, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	CHECK(n == 0, "read: %s", strerror(errno));
	text[len] = 0;
	snprintf(want, sizeof(want), "found %d\n", getpid());
	CHECK(!strcmp(text, want), "'%s'", text);
	close(it);
	attach_iter__destroy(skel);
}

LOAD_TEST(attach_function_of_a_module)
{
	struct attach_module *skel;
	struct bpf_prog_info info;

	need_fentry();
	if (access("/sys/kernel/btf/nf_conntrack", R_OK))
		SKIP("nf_conntrack as a module, with BTF");
	skel = OPEN_AND_LOAD(attach_module);
	CHECK_EQ(attach_module__attach(skel), 0, "attach");
	prog_info(skel->progs.on_entry.prog_fd, &info);
	CHECK(info.attach_btf_id != 0 && info.attach_btf_obj_id > 1, "attach BTF id %u of object %u",
	      info.attach_btf_id, info.attach_btf_obj_id);
	attach_module__destroy(skel);
}

LOAD_TEST(attach_target_that_is_missing_is_named)
{
	struct missing_target *skel = OPEN(missing_target);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(missing_target, skel, msg), -ENOENT, "error");
	check_says(msg, "attach target 'lskel_no_such_function': not in kernel BTF: -ENOENT");
	missing_target__destroy(skel);
}
