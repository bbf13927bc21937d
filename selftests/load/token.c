// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF tokens: a user namespace loads what a mount of bpffs, delegated to it, allows. */
#include "subprogs.lskel.h"

#include "load.h"

#ifndef LSKEL_PEER

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* New mounts, by number: the build host's libc may not have them. */
#define NR_FSOPEN 430
#define NR_FSCONFIG 431
#define NR_FSMOUNT 432
#define FSCONFIG_STRING 1
#define FSCONFIG_CREATE 6
#define BPF_TOKEN_CREATE 36

/* What both sides write and wait for; they share their descriptors, too. */
struct talk {
	volatile int step, fs_fd, mnt_fd, err, failed;
	char what[1024];
	int results[8];
};

static void wait_step(struct talk *t, int step)
{
	for (int i = 0; t->step < step && i < 10000; i++)
		usleep(1000);
	if (t->step < step)
		_exit(9);
}

#define CHILD_CHECK(t, cond, ...)                                                                          \
	do {                                                                                               \
		if (!(cond)) {                                                                             \
			snprintf((t)->what, sizeof((t)->what), __VA_ARGS__);                               \
			(t)->failed = 1;                                                                   \
			_exit(1);                                                                          \
		}                                                                                          \
	} while (0)

/* In a user namespace of its own: without the token nothing can be loaded there, with it all can. */
static void in_namespace(struct talk *t)
{
	struct {
		__u32 flags, bpffs_fd;
	} create = { 0, 0 };
	struct subprogs *skel;
	long token;
	int err, dir;

	CHILD_CHECK(t, !unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare: %s", strerror(errno));
	t->step = 1;
	wait_step(t, 2); /* the parent says who we are */
	t->fs_fd = (int)syscall(NR_FSOPEN, "bpf", 0);
	t->err = errno;
	t->step = 3;
	wait_step(t, 4); /* and mounts */
	dir = openat(t->mnt_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHILD_CHECK(t, dir >= 0, "openat: %s", strerror(errno));
	create.bpffs_fd = (__u32)dir;
	token = syscall(SYS_bpf, BPF_TOKEN_CREATE, &create, sizeof(create));
	CHILD_CHECK(t, token > 0, "BPF_TOKEN_CREATE: %s", strerror(errno));

	skel = subprogs__open();
	CHILD_CHECK(t, skel, "open");
	err = subprogs__load(skel);
	CHILD_CHECK(t, err == -EPERM, "without the token: %d: %s", err, subprogs__strerror(skel));
	skel->opts.token_fd = (int)token;
	err = subprogs__load(skel);
	CHILD_CHECK(t, !err, "with the token: %d: %s", err, subprogs__strerror(skel));
	t->results[0] = try_run_pkt(skel->progs.first.prog_fd, (__u32 *)&t->results[1]);
	t->results[2] = skel->bss->calls;
	subprogs__destroy(skel);
	close((int)token);
	close(dir);
	_exit(0);
}

static void write_file(pid_t pid, const char *file, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) > 0, "%s: %s", path, strerror(errno));
	close(fd);
}

/* A bpffs that belongs to the namespace of @t->fs_fd's opener, with @delegate delegated to it. */
static void mount_delegated(struct talk *t)
{
	static const char *const what[] = { "delegate_cmds", "delegate_maps", "delegate_progs",
					    "delegate_attachs" };

	for (size_t i = 0; i < 4; i++)
		CHECK(!syscall(NR_FSCONFIG, t->fs_fd, FSCONFIG_STRING, what[i], "any", 0), "%s: %s", what[i],
		      strerror(errno));
	CHECK(!syscall(NR_FSCONFIG, t->fs_fd, FSCONFIG_CREATE, NULL, NULL, 0), "fsconfig: %s",
	      strerror(errno));
	t->mnt_fd = (int)syscall(NR_FSMOUNT, t->fs_fd, 0, 0);
	CHECK(t->mnt_fd >= 0, "fsmount: %s", strerror(errno));
}

LOAD_TEST(token_loads_in_a_user_namespace)
{
	struct talk *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	need_kernel(KVER(6, 9), "BPF tokens");
	CHECK(t != MAP_FAILED, "mmap: %s", strerror(errno));
	/* a child with memory of its own and our descriptors */
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	CHECK(pid >= 0, "clone: %s", strerror(errno));
	if (!pid)
		in_namespace(t);
	while (t->step < 1 && !t->failed)
		usleep(1000);
	if (t->failed) {
		waitpid(pid, &status, 0);
		SKIP("user namespaces (%s)", t->what);
	}
	write_file(pid, "uid_map", "0 0 1");
	write_file(pid, "gid_map", "0 0 1");
	t->step = 2;
	wait_step(t, 3);
	CHECK(t->fs_fd >= 0, "fsopen: %s", strerror(t->err));
	mount_delegated(t);
	t->step = 4;
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	CHECK(!t->failed, "%s", t->what);
	CHECK_EQ(status, 0, "the child's status");
	CHECK_EQ(t->results[0], 0, "test run");
	CHECK_EQ(t->results[1], 1027, "what the program returns");
	CHECK_EQ(t->results[2], 1, "calls");
	close(t->mnt_fd);
	close(t->fs_fd);
	munmap(t, sizeof(*t));
}

/* A descriptor that is no token is refused by the first command. */
LOAD_TEST(token_that_is_none)
{
	struct subprogs *skel;
	char msg[1024];
	int err;

	need_kernel(KVER(6, 9), "BPF tokens");
	skel = OPEN(subprogs);
	skel->opts.token_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	err = LOAD_FAILS(subprogs, skel, msg);
	CHECK_EQ(err, -EINVAL, "error");
	check_says(msg, DIRECT ? "map 'tally': BPF_MAP_CREATE: -EINVAL" : "loader: BPF_MAP_CREATE: -EINVAL");
	close(skel->opts.token_fd);
	subprogs__destroy(skel);
}

#endif
