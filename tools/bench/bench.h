/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What the benchmark's programs share: how a contestant is loaded, and how they speak with each other. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/*
 * A contestant: skel.c (a skeleton), floor.c, two.c. bench_load() opens and loads, that is what is timed; 0,
 * or a negative errno and *why in words. bench_unload() undoes it.
 */
int bench_load(const char **why);
void bench_unload(void);

/* What comes before and is not timed; a contestant that needs it defines it. */
int bench_prepare(const char **why);

/*
 * Every call of syscall() in a contestant comes here first (the linker's --wrap). A contestant that has its
 * own use for it defines bench_syscall().
 */
long bench_syscall(long nr, long a, long b, long c, long d, long e, long f);
long __real_syscall(long nr, ...);

/* For each byte that rounds.c writes to a worker's standard input, the worker loads once and answers. */
struct bench_answer {
	uint64_t ns;        /* all of it */
	uint64_t loader_ns; /* loading the loader program and its BTF; 0: there is none */
	int32_t err;
	char why[236];
};

/* `worker once` calls prctl() with these, which are no options, before and after loading: for watch.c. */
enum { BENCH_MARK_START = 0x6c736b01, BENCH_MARK_END = 0x6c736b02 };

#endif
