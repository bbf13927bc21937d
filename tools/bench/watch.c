// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Counts the system calls of a contestant, and how far its memory grows: watch WORKER. What counts lies
 * between the two marks that the worker sets (bench.h).
 *
 * Memory (resident set) shrinks in system calls only, so it is looked at whenever one begins: the largest is
 * the peak. The kernel's own high-water mark (VmHWM, ru_maxrss) is not exact, it is counted in batches per
 * CPU.
 *
 * Prints "syscalls N" and "peak_kb N". A contestant that fails has none.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static pid_t child;
static struct {
	int on, done;
	long calls, start_kb, peak_kb;
} seen;

static long rss_kb(void)
{
	char path[64], line[128];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)child);
	f = fopen(path, "r");
	while (f && !kb && fgets(line, sizeof(line), f))
		sscanf(line, "Rss: %ld", &kb);
	if (f)
		fclose(f);
	return kb;
}

static void enter(uint64_t nr, uint64_t arg)
{
	long kb;

	if (nr == SYS_prctl && arg == BENCH_MARK_START) {
		seen.on = 1;
		seen.start_kb = seen.peak_kb = rss_kb();
		return;
	}
	if (!seen.on || seen.done)
		return;
	kb = rss_kb();
	if (kb > seen.peak_kb)
		seen.peak_kb = kb;
	if (nr == SYS_prctl && arg == BENCH_MARK_END)
		seen.done = 1;
	else
		seen.calls++;
}

/* One stop of one of the child's threads; which signal it is to get. */
static int stopped(pid_t pid, int status)
{
	struct __ptrace_syscall_info info;
	int sig = WSTOPSIG(status);

	if (sig == (SIGTRAP | 0x80)) {
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY)
			enter(info.entry.nr, info.entry.args[0]);
		return 0;
	}
	/* clone events, and a new thread's first stop */
	return sig == SIGTRAP || sig == SIGSTOP ? 0 : sig;
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	int status, ended = 1;
	pid_t pid;

	if (argc != 2) {
		fprintf(stderr, "usage: watch WORKER\n");
		return 2;
	}
	child = fork();
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execl(argv[1], argv[1], "once", NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    ptrace(PTRACE_SETOPTIONS, child, 0, options) ||
	    ptrace(PTRACE_SYSCALL, child, 0, 0)) {
		fprintf(stderr, "watch: can't trace: %s\n", strerror(errno));
		return 1;
	}
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			ptrace(PTRACE_SYSCALL, pid, 0, stopped(pid, status));
		else if (pid == child)
			ended = status;
	}
	if (ended || !seen.done)
		return 1;
	printf("syscalls %ld\npeak_kb %ld\n", seen.calls, seen.peak_kb - seen.start_kb);
	return 0;
}
