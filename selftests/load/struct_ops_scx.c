// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* struct_ops: a scheduler that runs the machine for a second. */
#include "struct_ops_scx.lskel.h"

#include "load.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <linux/btf.h>

static void read_scx(const char *file, char *buf, size_t sz)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/sched_ext/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	n = read(fd, buf, sz - 1);
	close(fd);
	buf[n > 0 ? n : 0] = 0;
	buf[strcspn(buf, "\n")] = 0;
}

static void check_state(const char *want)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	char state[64];

	for (int tries = 0; tries < 250; tries++) {
		read_scx("state", state, sizeof(state));
		if (!strcmp(state, want))
			return;
		nanosleep(&pause, NULL);
	}
	test_fail(__FILE__, __LINE__, "sched_ext is '%s', not '%s'", state, want);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

LOAD_TEST(struct_ops_scheduler_runs_for_a_second)
{
	struct struct_ops_scx *skel;
	double start;
	char ops[64];
	pid_t busy;

	if (access("/sys/kernel/sched_ext/state", R_OK) ||
	    !vmlinux_find("bpf_struct_ops_sched_ext_ops", BTF_KIND_STRUCT))
		SKIP("sched_ext");
	need_jit("sched_ext");
	skel = OPEN_AND_LOAD(struct_ops_scx);
	check_state("disabled");
	/* somebody to compete with, so that there is something to schedule */
	busy = fork();
	CHECK(busy >= 0, "fork: %s", strerror(errno));
	if (!busy) {
		for (start = now(); now() - start < 20;)
			;
		_exit(0);
	}
	CHECK_EQ(struct_ops_scx__attach(skel), 0, SKEL_ERR(struct_ops_scx, skel));
	check_state("enabled");
	CHECK_EQ(skel->data->init_err, 0, "what its sleepable program got");
	read_scx("root/ops", ops, sizeof(ops));
	CHECK(!strcmp(ops, "lskel_fifo"), "the scheduler is '%s'", ops);
	for (start = now(); now() - start < 1;)
		sched_yield();
	read_scx("state", ops, sizeof(ops));
	CHECK(!strcmp(ops, "enabled"), "sched_ext is '%s' after a second", ops);
	CHECK(skel->bss->enqueue_cnt > 10, "only %llu tasks were enqueued", skel->bss->enqueue_cnt);
	struct_ops_scx__detach(skel);
	check_state("disabled");
	CHECK(skel->bss->exit_kind == 64 /* SCX_EXIT_UNREG */, "it ended with %u, not because it was taken away",
	      skel->bss->exit_kind);
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	struct_ops_scx__destroy(skel);
}
