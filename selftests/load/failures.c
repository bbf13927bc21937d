// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Loads that fail: what is said, and that nothing stays. */
#include "bad_map.lskel.h"
#include "bad_prog.lskel.h"
#include "bss_plain.lskel.h"
#include "maps.lskel.h"
#include "subprogs.lskel.h"

#include "load.h"

#include <fcntl.h>
#include <signal.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/time.h>

/* What the verifier says of the refused program. Machines that want everything aligned complain of that first. */
static bool is_the_log(const char *log)
{
	return log && (strstr(log, "invalid access to packet") || strstr(log, "misaligned packet access"));
}

LOAD_TEST(failure_rejected_program_is_named)
{
	struct bad_prog *skel = OPEN(bad_prog);
	int before = open_fds();
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(bad_prog, skel, msg), -EACCES, "error");
	check_says(msg, "prog 'refused': rejected by the verifier, see bad_prog__log(): -EACCES");
#ifndef LSKEL_PEER
	/* Nobody gave a buffer, yet there is a log. */
	CHECK(is_the_log(bad_prog__log(skel)), "the log: '%.200s'",
	      bad_prog__log(skel) ? bad_prog__log(skel) : "(none)");
#endif
	CHECK(!skel->progs.good.prog_fd && !skel->progs.refused.prog_fd && !skel->progs.good_too.prog_fd &&
	      !skel->maps.bss.map_fd, "an fd is left in the skeleton");
	CHECK_EQ(open_fds(), before, "open descriptors");
	bad_prog__destroy(skel);
}

LOAD_TEST(failure_log_goes_to_the_callers_buffer)
{
	struct bad_prog *skel = OPEN(bad_prog);
	static char log[65536];
	char msg[1024];

	skel->ctx.log_level = 1;
	skel->ctx.log_buf = (__u64)(uintptr_t)log;
	skel->ctx.log_size = sizeof(log);
	CHECK_EQ(LOAD_FAILS(bad_prog, skel, msg), -EACCES, "error");
	CHECK(is_the_log(log), "the log: '%.200s'", log);
	bad_prog__destroy(skel);
}

LOAD_TEST(failure_then_another_attempt)
{
	struct maps *skel = OPEN(maps);
	char msg[1024];

	skel->maps.hash_sizes.max_entries = 0xffffffff;
	CHECK(LOAD_FAILS(maps, skel, msg) < 0, "it loads");
	check_says(msg, "map 'hash_sizes': BPF_MAP_CREATE: -E");
	skel->maps.hash_sizes.max_entries = 3;
	LOAD(maps, skel);
	CHECK(!*SKEL_ERR(maps, skel), "the old message is still there: '%s'", SKEL_ERR(maps, skel));
	maps__destroy(skel);
}

LOAD_TEST(failure_refused_map_is_named)
{
	struct bad_map *skel = OPEN(bad_map);
	int before = open_fds();
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(bad_map, skel, msg), -EINVAL, "error");
	check_says(msg, "map 'refused': BPF_MAP_CREATE: -EINVAL");
	CHECK(!skel->maps.good.map_fd && !skel->maps.refused.map_fd && !skel->maps.good_too.map_fd &&
	      !skel->progs.prog.prog_fd, "an fd is left in the skeleton");
	CHECK_EQ(open_fds(), before, "open descriptors");
	bad_map__destroy(skel);
}

LOAD_TEST(failure_of_open_and_load_sets_errno_and_words)
{
	NEED_OURS();
	errno = 0;
	CHECK(!bad_prog__open_and_load(), "it loads");
	CHECK_EQ(errno, EACCES, "errno");
	check_says(SKEL_ERR(bad_prog, NULL), "prog 'refused'");
}

static int alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

LOAD_TEST(signals_make_no_load_fail)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } }, stop = { { 0, 0 }, { 0, 0 } };
	sigset_t mask;

	CHECK(!sigaction(SIGALRM, &act, NULL), "sigaction");
	CHECK(!setitimer(ITIMER_REAL, &every_ms, NULL), "setitimer");
	for (int i = 0; i < 50; i++) {
		struct subprogs *skel = OPEN(subprogs);
		int err = subprogs__load(skel);

		CHECK(!err, "load %d: %d: %s", i, err, SKEL_ERR(subprogs, skel));
		subprogs__destroy(skel);
	}
	setitimer(ITIMER_REAL, &stop, NULL);
	CHECK(!sigprocmask(0, NULL, &mask), "sigprocmask");
	for (int sig = 1; sig < 32; sig++)
		CHECK(!sigismember(&mask, sig), "signal %d is still blocked", sig);
	CHECK(alarms > 10, "only %d signals came", alarms);
}

LOAD_TEST(descriptors_0_to_2_closed)
{
	struct subprogs *skel = OPEN(subprogs);
	struct maps *skel2;
	int others = open_fds() - 3, err;

	/* The descriptors that the load makes start at 0 now. */
	close(0);
	close(1);
	close(2);
	err = subprogs__load(skel);
	CHECK(!err, "load: %d: %s", err, SKEL_ERR(subprogs, skel));
	CHECK_EQ(run_pkt(skel->progs.first.prog_fd), 1027, "first");
	skel2 = OPEN_AND_LOAD(maps);
	CHECK_EQ(run_pkt(skel2->progs.use.prog_fd), 1, "use");
	CHECK(skel->progs.first.prog_fd > 0 && skel->maps.tally.map_fd > 0, "0 stands for no descriptor");
	maps__destroy(skel2);
	subprogs__destroy(skel);
	CHECK_EQ(open_fds(), others, "open descriptors");
	CHECK(open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2, "new ones");
}

LOAD_TEST(descriptors_used_up)
{
	int base = open_fds(), failed = 0, err = -1;
	struct rlimit old, lim;

	CHECK(!getrlimit(RLIMIT_NOFILE, &old), "getrlimit");
	for (int room = 0; room < 64 && err; room++) {
		struct subprogs *skel = OPEN(subprogs);
		char msg[1024];

		lim = old;
		lim.rlim_cur = (rlim_t)(base + room);
		CHECK(!setrlimit(RLIMIT_NOFILE, &lim), "setrlimit");
		err = subprogs__load(skel);
		snprintf(msg, sizeof(msg), "%s", SKEL_ERR(subprogs, skel));
		CHECK(!setrlimit(RLIMIT_NOFILE, &old), "setrlimit");
		if (err) {
			CHECK(err == -EMFILE, "with room for %d: %d: %s", room, err, msg);
			check_says(msg, "-EMFILE");
			CHECK(open_fds() == base, "with room for %d: %d descriptors left", room, open_fds() - base);
			failed++;
		}
		subprogs__destroy(skel);
	}
	CHECK(!err, "never loads");
	/* Its own map, loader and a program and a map at least. */
	CHECK(failed >= 4, "failed only %d times", failed);
}

LOAD_TEST(without_privileges_refused)
{
	struct bss_plain *skel = OPEN(bss_plain);
	char msg[1024];

	keep_caps(0);
	CHECK_EQ(LOAD_FAILS(bss_plain, skel, msg), -EPERM, "error");
	check_says(msg, "-EPERM");
	bss_plain__destroy(skel);
}

/* A loader program takes CAP_PERFMON, what it loads may do without: then the direct gear does, too. */
LOAD_TEST(without_perfmon_only_the_direct_gear_loads)
{
	struct bss_plain *skel = OPEN(bss_plain);
	char msg[1024];

	keep_caps(1ull << CAP_BPF | 1ull << CAP_NET_ADMIN);
	if (DIRECT) {
		LOAD(bss_plain, skel);
		run_pkt(skel->progs.prog.prog_fd);
		CHECK_EQ(skel->bss->count, 1, "runs");
	} else {
		CHECK(LOAD_FAILS(bss_plain, skel, msg) < 0, "it loads");
		check_says(msg, "loader: BPF_PROG_LOAD: -E");
	}
	bss_plain__destroy(skel);
}

LOAD_TEST_ANY_KERNEL(refused_on_old_kernel)
{
	struct bss_plain *skel = OPEN(bss_plain);
	char msg[1024];
	int before = open_fds();

	if (DIRECT || kernel_version() >= KVER(5, 14))
		SKIP("a kernel before 5.14, with a loader program");
	CHECK(LOAD_FAILS(bss_plain, skel, msg) < 0, "it loads");
	CHECK(strlen(msg) > 10 && strstr(msg, "kernel"), "no clear word: '%s'", msg);
	CHECK_EQ(open_fds(), before, "open descriptors");
	bss_plain__destroy(skel);
}
