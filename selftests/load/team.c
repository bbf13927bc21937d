// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * LSKEL_THREADS: what several threads load is what one loads, and so is what is said when they can't. Skeletons without a
 * stepper have one thread, whatever is asked for.
 */
#ifndef LSKEL_PEER

#include <pthread.h>

static unsigned int team_threads = 4; /* wanted */
static unsigned int team_created, team_limit = ~0u;

static int team_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	if (team_created == team_limit)
		return 11; /* EAGAIN */
	team_created++;
	return pthread_create(thread, attr, fn, arg);
}
#define pthread_create team_create

struct lskel_io;
static void team_hook(const struct lskel_io *io, unsigned char *blob);
#define LSKEL_TEST_HOOK(io, blob) team_hook(io, blob)
#define LSKEL_THREADS team_threads

#include "attach_loader.lskel.h"
#include "kfunc30.lskel.h"
#include "many_progs.lskel.h"
#include "tailcall_init.lskel.h"

#include "load.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

static bool team_spoil[128]; /* by program: of a type that there is not */
static bool team_possible;

static void team_hook(const struct lskel_io *io, unsigned char *blob)
{
	const __u32 type = 9999;

	team_possible = DIRECT || io->desc->stepper.insns_sz;
	for (unsigned int i = 0; i < io->desc->prog_cnt && i < 128; i++)
		if (team_spoil[i])
			memcpy(blob + io->desc->progs[i].attr, &type, sizeof(type));
}

#define PROGS(skel) (sizeof((skel)->progs) / sizeof(struct bpf_prog_desc))

LOAD_TEST(team_loads_what_one_thread_loads)
{
	struct many_progs *skel, *serial;
	struct bpf_prog_desc *progs, *want;
	struct bpf_prog_info a, b;
	int fds = open_fds();

	team_threads = 1;
	serial = OPEN_AND_LOAD(many_progs);
	CHECK_EQ(team_created, 0, "threads made by one");
	team_threads = 4;
	skel = OPEN_AND_LOAD(many_progs);
	CHECK_EQ(team_created, team_possible ? 3 : 0, "threads");
	progs = (void *)&skel->progs;
	want = (void *)&serial->progs;
	for (unsigned int i = 0; i < PROGS(skel); i++) {
		CHECK_EQ(!progs[i].prog_fd, !want[i].prog_fd, "loaded or not");
		if (!progs[i].prog_fd)
			continue;
		prog_info(progs[i].prog_fd, &a);
		prog_info(want[i].prog_fd, &b);
		CHECK(!strcmp(a.name, b.name), "program %u is %s, not %s", i, a.name, b.name);
		CHECK(!memcmp(a.tag, b.tag, sizeof(a.tag)), "program %s is another one", a.name);
		CHECK_EQ(run_pkt(progs[i].prog_fd), run_pkt(want[i].prog_fd), "return value");
	}
	CHECK(skel->bss->total && skel->bss->total == serial->bss->total, "totals");
	many_progs__destroy(skel);
	many_progs__destroy(serial);
	CHECK_EQ(open_fds(), fds, "descriptors");
}

LOAD_TEST(team_with_kfuncs_attaches_and_runs)
{
	struct kfunc30 *skel;

	need_jit("kfuncs");
	if (!vmlinux_find("bpf_lookup_system_key", 0))
		SKIP("bpf_lookup_system_key()");
	skel = OPEN_AND_LOAD(kfunc30);
	CHECK_EQ(team_created, team_possible ? 3 : 0, "threads");
	CHECK_EQ(kfunc30__attach(skel), 0, "attach");
	*(volatile __u32 *)&skel->bss->pid = (__u32)getpid();
	syscall(SYS_getppid);
	*(volatile __u32 *)&skel->bss->pid = 0;
	CHECK_EQ(skel->bss->found, 30, "keys found during one system call");
	kfunc30__destroy(skel);
}

/* What comes behind the programs: slots of a prog array. */
LOAD_TEST(team_fills_prog_arrays_afterwards)
{
	struct tailcall_init *skel = OPEN_AND_LOAD(tailcall_init);

	CHECK_EQ(team_created, team_possible ? 2 : 0, "threads for three programs");
	skel->bss->next = 1;
	CHECK_EQ(run_pkt(skel->progs.enter.prog_fd), 1, "return value of target_a");
	skel->bss->next = 3;
	CHECK_EQ(run_pkt(skel->progs.enter.prog_fd), 2, "return value of target_b");
	skel->bss->next = 2;
	CHECK_EQ(run_pkt(skel->progs.enter.prog_fd), 100, "return value without a target");
	tailcall_init__destroy(skel);
}

LOAD_TEST(team_does_without_threads_that_are_not_to_be_had)
{
	for (team_limit = 0; team_limit < 3; team_limit++) {
		struct many_progs *skel;

		team_created = 0;
		skel = OPEN_AND_LOAD(many_progs);
		CHECK_EQ(team_created, team_possible ? team_limit : 0, "threads");
		many_progs__destroy(skel);
	}
}

/* The first program in order that fails is the one that is named, whichever is met first. */
LOAD_TEST(team_names_the_first_failure)
{
	int fds = open_fds(), maps = bpf_mappings();
	char want[128];

	for (unsigned int i = 40; i < 80; i++) {
		struct many_progs *skel = OPEN(many_progs);
		struct bpf_prog_desc *progs = (void *)&skel->progs;

		memset(team_spoil, 0, sizeof(team_spoil));
		team_spoil[i] = true;
		team_spoil[i + 1 < 80 ? i + 1 : i] = team_spoil[79] = true;
		CHECK_EQ(many_progs__load(skel), -EINVAL, "load");
		snprintf(want, sizeof(want), "prog 'on%02u': BPF_PROG_LOAD: -EINVAL", i - 40);
		CHECK(!strcmp(many_progs__strerror(skel), want), "'%s', not '%s'", many_progs__strerror(skel), want);
		for (unsigned int j = 0; j < 80; j++)
			CHECK(progs[j].prog_fd == 0, "program %u is open", j);
		many_progs__destroy(skel);
		CHECK_EQ(open_fds(), fds, "descriptors");
	}
	CHECK_EQ(bpf_mappings(), maps, "mappings");
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* The verifier gives up when a signal is pending: no thread may get one. */
LOAD_TEST(team_loads_under_a_timer)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 5; i++)
		many_progs__destroy(OPEN_AND_LOAD(many_progs));
	setitimer(ITIMER_REAL, &never, NULL);
}

/* Links that loading makes come last, and are made. */
LOAD_TEST(team_attaches_in_the_end)
{
	struct attach_loader *skel;

	need_jit("tp_btf");
	skel = OPEN_AND_LOAD(attach_loader);
	CHECK(skel->links.first_fd > 0, "no link: %s", attach_loader__strerror(skel));
	attach_loader__destroy(skel);
}

#endif
