// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Attaching to perf events, probes and tracepoints: each counts while it is attached, and no longer. */
#include "attach_multi.lskel.h"
#include "attach_probe.lskel.h"

#include "load.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef LSKEL_PEER

static void one_syscall(void)
{
	syscall(SYS_getppid);
}

static void one_fork(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

__attribute__((noinline)) int probed(int n);
int probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static void one_call(void)
{
	probed(1);
}

static void private_mounts(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		SKIP("a mount namespace: %s", strerror(errno));
}

static void need_tracefs(void)
{
	if (!access("/sys/kernel/tracing/events", R_OK))
		return;
	private_mounts();
	if (mount("none", "/sys/kernel/tracing", "tracefs", 0, NULL))
		SKIP("tracefs: %s", strerror(errno));
}

static void need_pmu(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	if (access(path, R_OK))
		SKIP("the perf PMU '%s'", name);
}

/* riscv's kernel refuses probes on some instructions, so on some functions, also those that are asked for by hand. */
static void need_ksyscall_probe(void)
{
	need_pmu("kprobe");
#ifdef __riscv
	static const char on[] = "p:lskel_try __riscv_sys_getppid", off[] = "-:lskel_try";
	int fd = open("/sys/kernel/tracing/kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);

	if (write(fd, on, sizeof(on) - 1) < 0)
		SKIP("a kprobe on __riscv_sys_getppid, says the kernel");
	CHECK(write(fd, off, sizeof(off) - 1) > 0, "can't be removed");
	close(fd);
#endif
}

static bool file_has(const char *path, const char *what)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	while (len < sizeof(text) - 1 && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = 0;
	return strstr(text, what);
}

static void need_x64_names(void)
{
#ifndef __x86_64__
	SKIP("x86-64's names of system calls");
#endif
}

/* Attached by @attach, the program counts what @cause causes; detached, it doesn't. Twice. */
static void counts(struct attach_probe *skel, int (*attach)(struct attach_probe *), const volatile __u64 *cnt,
		   void (*cause)(void))
{
	skel->bss->pid = (__u32)getpid();
	for (int round = 0; round < 2; round++) {
		__u64 seen = *cnt;
		int fd = attach(skel);

		CHECK(fd > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
		cause();
		cause();
		CHECK_EQ(*cnt, seen + 2, "counted");
		CHECK_EQ(attach(skel), -EBUSY, "attach of what is attached");
		attach_probe__detach(skel);
		cause();
		CHECK_EQ(*cnt, seen + 2, "counted after detach");
	}
	attach_probe__destroy(skel);
}

LOAD_TEST(attach_kprobe)
{
	struct attach_probe *skel;

	need_x64_names();
	need_pmu("kprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, attach_probe__on_kprobe__attach, &skel->bss->kprobe_cnt, one_syscall);
}

LOAD_TEST(attach_kprobe_at_offset)
{
	struct attach_probe *skel;

	need_x64_names();
	need_pmu("kprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, attach_probe__on_kprobe_off__attach, &skel->bss->kprobe_off_cnt, one_syscall);
}

LOAD_TEST(attach_kretprobe)
{
	struct attach_probe *skel;

	need_x64_names();
	need_pmu("kprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, attach_probe__on_kret__attach, &skel->bss->kret_cnt, one_syscall);
}

LOAD_TEST(attach_ksyscall)
{
	struct attach_probe *skel;

	need_ksyscall_probe();
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, attach_probe__on_ksys__attach, &skel->bss->ksys_cnt, one_syscall);
}

LOAD_TEST(attach_kretsyscall)
{
	struct attach_probe *skel;

	need_ksyscall_probe();
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, attach_probe__on_kretsys__attach, &skel->bss->kretsys_cnt, one_syscall);
}

static int open_kprobe_by_opts(struct attach_probe *skel)
{
	struct lskel_attach_opts opts = { .func = "__x64_sys_getppid", .cookie = 0x1234 };

	return attach_probe__open_kprobe__attach_opts(skel, &opts);
}

LOAD_TEST(attach_kprobe_by_opts_with_cookie)
{
	struct attach_probe *skel;

	need_x64_names();
	need_pmu("kprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	CHECK_EQ(attach_probe__open_kprobe__attach(skel), -EOPNOTSUPP, "attach without a function");
	CHECK_EQ(attach_probe__open_kprobe__attach_opts(skel, NULL), -EINVAL, "attach_opts without a function");
	check_says(SKEL_ERR(attach_probe, skel), "prog 'open_kprobe': needs a function's name");
	need_kernel(KVER(5, 15), "cookies of perf events");
	CHECK(open_kprobe_by_opts(skel) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK_EQ(skel->bss->cookie, 0x1234, "cookie");
	attach_probe__detach(skel);
	counts(skel, open_kprobe_by_opts, &skel->bss->open_cnt, one_syscall);
}

LOAD_TEST(attach_kprobe_links_of_the_caller)
{
	struct lskel_attach_opts opts = { .own_fd = 1 };
	struct attach_probe *skel;
	int a, b;

	need_x64_names();
	need_pmu("kprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	a = attach_probe__on_kprobe__attach_opts(skel, &opts);
	CHECK(a > 0 && !skel->links.on_kprobe_fd, "%d in links: %s", a, SKEL_ERR(attach_probe, skel));
	opts.retprobe = 1;
	b = attach_probe__on_kprobe__attach_opts(skel, &opts);
	CHECK(b > 0, "second: %s", SKEL_ERR(attach_probe, skel));
	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK_EQ(skel->bss->kprobe_cnt, 2, "counted by two links");
	attach_probe__detach(skel);
	one_syscall();
	CHECK_EQ(skel->bss->kprobe_cnt, 4, "the skeleton's detach has nothing to do with them");
	close(a);
	close(b);
	one_syscall();
	CHECK_EQ(skel->bss->kprobe_cnt, 4, "closed");
	attach_probe__destroy(skel);
}

LOAD_TEST(attach_kprobe_to_nothing)
{
	struct lskel_attach_opts opts = { .func = "lskel_no_such_function" };
	struct attach_probe *skel;

	need_pmu("kprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	CHECK_EQ(attach_probe__on_kprobe__attach_opts(skel, &opts), -ENOENT, "attach");
	check_says(SKEL_ERR(attach_probe, skel), "prog 'on_kprobe': kprobe: -ENOENT");
	opts.func = "__x64_sys_getppid+twelve";
	CHECK_EQ(attach_probe__on_kprobe__attach_opts(skel, &opts), -EINVAL, "attach");
	attach_probe__destroy(skel);
}

/* Without the PMU: an event in tracefs, which detaching takes away again. */
static void by_tracefs(const char *events)
{
	char path[64];

	need_tracefs();
	snprintf(path, sizeof(path), "/sys/kernel/tracing/%s", events);
	if (access(path, W_OK))
		SKIP("%s in tracefs", events);
	private_mounts();
	CHECK(!mount("none", "/sys/bus/event_source", "tmpfs", 0, NULL), "tmpfs: %s", strerror(errno));
}

LOAD_TEST(attach_kprobe_by_tracefs)
{
	static const char events[] = "/sys/kernel/tracing/kprobe_events";
	struct attach_probe *skel;

	need_x64_names();
	by_tracefs("kprobe_events");
	skel = OPEN_AND_LOAD(attach_probe);
	CHECK(attach_probe__on_kprobe__attach(skel) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	CHECK(attach_probe__on_kret__attach(skel) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	CHECK(attach_probe__on_kprobe_off__attach(skel) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	CHECK(attach_probe__on_ksys__attach(skel) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	CHECK(file_has(events, "lskel/"), "no event in tracefs");
	skel->bss->pid = (__u32)getpid();
	one_syscall();
	CHECK_EQ(skel->bss->kprobe_cnt, 1, "kprobe");
	CHECK_EQ(skel->bss->kret_cnt, 1, "kretprobe");
	CHECK_EQ(skel->bss->kprobe_off_cnt, 1, "kprobe at offset");
	CHECK_EQ(skel->bss->ksys_cnt, 1, "ksyscall");
	attach_probe__detach(skel);
	CHECK(!file_has(events, "lskel/"), "an event is left in tracefs");
	one_syscall();
	CHECK_EQ(skel->bss->kprobe_cnt + skel->bss->kret_cnt, 2, "counted after detach");
	counts(skel, attach_probe__on_kprobe__attach, &skel->bss->kprobe_cnt, one_syscall);
	CHECK(!file_has(events, "lskel/"), "an event is left in tracefs");
}

LOAD_TEST(attach_tracepoint)
{
	struct attach_probe *skel;

	need_tracefs();
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, attach_probe__on_tp__attach, &skel->bss->tp_cnt, one_fork);
}

LOAD_TEST(attach_tracepoint_with_cookie_and_one_that_is_missing)
{
	struct lskel_attach_opts opts = { .cookie = 77 };
	struct attach_probe *skel;

	need_tracefs();
	need_kernel(KVER(5, 15), "cookies of perf events");
	skel = OPEN_AND_LOAD(attach_probe);
	CHECK(attach_probe__on_tp__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	skel->bss->pid = (__u32)getpid();
	one_fork();
	CHECK_EQ(skel->bss->cookie, 77, "cookie");
	attach_probe__detach(skel);
	opts.func = "sched/lskel_no_such_event";
	CHECK_EQ(attach_probe__on_tp__attach_opts(skel, &opts), -ENOENT, "attach");
	check_says(SKEL_ERR(attach_probe, skel), "prog 'on_tp': no such tracepoint");
	attach_probe__destroy(skel);
}

static int uprobe_by_opts(struct attach_probe *skel)
{
	struct lskel_attach_opts opts = { .path = "/proc/self/exe", .offset = file_offset((void *)probed) };

	return attach_probe__on_uprobe__attach_opts(skel, &opts);
}

static int uretprobe_by_opts(struct attach_probe *skel)
{
	struct lskel_attach_opts opts = { .path = "/proc/self/exe", .offset = file_offset((void *)probed), .pid = getpid() };

	return attach_probe__on_uret__attach_opts(skel, &opts);
}

LOAD_TEST(attach_uprobe)
{
	struct attach_probe *skel;

	need_pmu("uprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	CHECK_EQ(attach_probe__on_uprobe__attach(skel), -EOPNOTSUPP, "without a path");
	counts(skel, uprobe_by_opts, &skel->bss->uprobe_cnt, one_call);
}

LOAD_TEST(attach_uretprobe_of_one_process)
{
	struct attach_probe *skel;

	need_pmu("uprobe");
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, uretprobe_by_opts, &skel->bss->uret_cnt, one_call);
}

LOAD_TEST(attach_uprobe_by_tracefs)
{
	struct attach_probe *skel;

	need_pmu("uprobe");
	by_tracefs("uprobe_events");
	skel = OPEN_AND_LOAD(attach_probe);
	counts(skel, uprobe_by_opts, &skel->bss->uprobe_cnt, one_call);
	CHECK(!file_has("/sys/kernel/tracing/uprobe_events", "lskel/"), "an event is left in tracefs");
}

static void busy(void)
{
	for (volatile unsigned int i = 0; i < 100000000; i++)
		;
}

LOAD_TEST(attach_perf_event)
{
	/* PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK: a sample each millisecond */
	struct lskel_attach_opts opts = { .perf_type = 1, .perf_config = 0, .perf_period = 1000000, .pid = getpid() };
	struct attach_probe *skel = OPEN_AND_LOAD(attach_probe);
	__u64 seen;

	CHECK_EQ(attach_probe__on_perf__attach(skel), -EOPNOTSUPP, "without an event");
	CHECK(attach_probe__on_perf__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	skel->bss->pid = (__u32)getpid();
	busy();
	CHECK(skel->bss->perf_cnt > 0, "not counted");
	attach_probe__detach(skel);
	seen = skel->bss->perf_cnt;
	busy();
	CHECK_EQ(skel->bss->perf_cnt, seen, "counted after detach");
	attach_probe__destroy(skel);
}

LOAD_TEST(attach_perf_event_of_the_caller)
{
	struct lskel_attach_opts opts = { 0 };
	struct { /* struct perf_event_attr, its first 64 bytes */
		__u32 type, size;
		__u64 config, period, sample_type, read_format, flags, more, config1;
	} attr = { .type = 1, .size = 64, .period = 1000000 };
	struct attach_probe *skel = OPEN_AND_LOAD(attach_probe);

	opts.target_fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 8);
	if (opts.target_fd < 0)
		SKIP("perf_event_open: %s", strerror(errno));
	CHECK(attach_probe__on_perf__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_probe, skel));
	skel->bss->pid = (__u32)getpid();
	busy();
	CHECK(skel->bss->perf_cnt > 0, "not counted");
	attach_probe__destroy(skel);
	close(opts.target_fd);
}

/* --- many functions by one link */

/* Kernels without CONFIG_FPROBE (Debian's 6.1) load such programs and have no link for them. */
static void need_kprobe_multi(int prog_fd)
{
	const char *sym = "__x64_sys_getppid";
	union bpf_attr attr = { 0 };
	int fd;

	attr.link_create.prog_fd = (__u32)prog_fd;
	attr.link_create.attach_type = 42; /* BPF_TRACE_KPROBE_MULTI */
	attr.link_create.kprobe_multi.cnt = 1;
	attr.link_create.kprobe_multi.syms = (__u64)(unsigned long)&sym;
	fd = sys_bpf(BPF_LINK_CREATE, &attr, 48);
	if (fd == -EOPNOTSUPP)
		SKIP("kprobe.multi links (a plain one gives: %s)", strerror(-fd));
	close(fd);
}

static struct attach_multi *open_multi(void)
{
	struct attach_multi *skel;

	need_x64_names();
	need_kernel(KVER(5, 18), "kprobe.multi");
	need_pmu("kprobe");
	need_fentry();
	need_tracefs();
	if (access("/sys/kernel/tracing/available_filter_functions", R_OK))
		SKIP("functions that ftrace knows");
	skel = OPEN(attach_multi);
	LOAD(attach_multi, skel);
	need_kprobe_multi(skel->progs.one.prog_fd);
	skel->bss->pid = (__u32)getpid();
	return skel;
}

LOAD_TEST(attach_kprobe_multi)
{
	struct attach_multi *skel = open_multi();

	CHECK_EQ(attach_multi__attach(skel), 0, "attach");
	check_says(SKEL_ERR(attach_multi, skel), "prog 'list': not attached");
	CHECK(skel->links.one_fd > 0 && skel->links.glob_fd > 0 && skel->links.ret_fd > 0 && !skel->links.list_fd, "links");
	one_syscall();
	CHECK_EQ(skel->bss->one_cnt, 1, "one");
	syscall(SYS_getpgid, 0);
	CHECK_EQ(skel->bss->glob_cnt, 1, "glob: __x64_sys_getpgid");
	syscall(SYS_getpriority, 0, 0);
	CHECK_EQ(skel->bss->glob_cnt, 2, "glob: __x64_sys_getpriority");
	syscall(SYS_getpeername, -1, NULL, NULL);
	CHECK_EQ(skel->bss->glob_cnt, 2, "glob: __x64_sys_getpeername does not match");
	CHECK_EQ(skel->bss->ret_cnt, 1, "ret");
	attach_multi__detach(skel);
	one_syscall();
	CHECK_EQ(skel->bss->one_cnt + skel->bss->glob_cnt + skel->bss->ret_cnt, 4, "after detach");
	attach_multi__destroy(skel);
}

LOAD_TEST(attach_kprobe_multi_by_opts)
{
	static const char *const syms[] = { "__x64_sys_getppid", "__x64_sys_getpgid" };
	static const __u64 cookies[] = { 1, 100 };
	struct lskel_attach_opts opts = { .syms = syms, .cnt = 2, .cookies = cookies }, one = { .cookie = 10000 };
	struct attach_multi *skel = open_multi();

	CHECK(attach_multi__list__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_multi, skel));
	CHECK(attach_multi__one__attach_opts(skel, &one) > 0, "attach: %s", SKEL_ERR(attach_multi, skel));
	one_syscall();
	syscall(SYS_getpgid, 0);
	CHECK_EQ(skel->bss->list_cnt, 2, "counted");
	CHECK_EQ(skel->bss->cookies, 10101, "sum of the cookies");
	attach_multi__detach(skel);
	opts.syms = NULL;
	opts.func = "lskel_no_such_function*";
	opts.cookies = NULL;
	CHECK_EQ(attach_multi__list__attach_opts(skel, &opts), -ENOENT, "a pattern that matches nothing");
	check_says(SKEL_ERR(attach_multi, skel), "no function matches");
	/* thousands of functions, some of which share a name */
	opts.func = "vfs_*";
	CHECK(attach_multi__list__attach_opts(skel, &opts) > 0, "vfs_*: %s", SKEL_ERR(attach_multi, skel));
	attach_multi__detach(skel);
	attach_multi__destroy(skel);
}

#endif /* LSKEL_PEER */
