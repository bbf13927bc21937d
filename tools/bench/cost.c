// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What commands cost, run in turn: cost REPETITIONS NAME OUTPUT COMMAND ARG... [-- NAME OUTPUT COMMAND
 * ARG...]...
 *
 * Each command's standard output goes to the file OUTPUT. Prints for each, in microseconds, "NAME wall_us
 * COUNT MIN Q1 MEDIAN Q3 MAX" and the same of the processor's time, "NAME cpu_us ..."; and "NAME peak_kb N".
 * Or "NAME error WHY".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

struct command {
	char *name, *output, **argv;
	uint64_t *wall, *cpu; /* ns, by round */
	long peak_kb;
	int status;
};

static uint64_t ns_of(const struct timeval *t)
{
	return ((uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec) * 1000;
}

static void run(struct command *c, int round)
{
	uint64_t start = now_ns();
	struct rusage use;
	pid_t pid = fork();
	int fd;

	if (!pid) {
		fd = open(c->output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
			_exit(126);
		execvp(c->argv[0], c->argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &c->status, 0, &use) != pid) {
		c->status = -1;
		return;
	}
	if (round >= 0) {
		c->wall[round] = now_ns() - start;
		c->cpu[round] = ns_of(&use.ru_utime) + ns_of(&use.ru_stime);
	}
	if (use.ru_maxrss > c->peak_kb)
		c->peak_kb = use.ru_maxrss;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print(const char *name, const char *what, uint64_t *ns, int reps)
{
	static const double part[] = { 0, 0.25, 0.5, 0.75, 1 };
	size_t i;

	qsort(ns, (size_t)reps, sizeof(*ns), by_value);
	printf("%s %s %d", name, what, reps);
	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		printf(" %.1f", (double)ns[(int)(part[i] * (reps - 1) + 0.5)] / 1000);
	printf("\n");
}

static void report(struct command *c, int reps)
{
	if (c->status) {
		printf("%s error exit status %d\n", c->name,
		       WIFEXITED(c->status) ? WEXITSTATUS(c->status) : -1);
		return;
	}
	print(c->name, "wall_us", c->wall, reps);
	print(c->name, "cpu_us", c->cpu, reps);
	printf("%s peak_kb %ld\n", c->name, c->peak_kb);
}

int main(int argc, char **argv)
{
	struct command all[16];
	int reps = argc > 4 ? atoi(argv[1]) : 0, cnt = 0, i = 2, round, n;

	memset(all, 0, sizeof(all));
	while (reps > 0 && i + 2 < argc && cnt < 16) {
		struct command *c = &all[cnt++];

		c->name = argv[i];
		c->output = argv[i + 1];
		c->argv = &argv[i + 2];
		c->wall = calloc((size_t)reps, sizeof(*c->wall));
		c->cpu = calloc((size_t)reps, sizeof(*c->cpu));
		if (!c->wall || !c->cpu)
			return 1;
		for (i += 2; i < argc && strcmp(argv[i], "--"); i++)
			;
		if (i < argc)
			argv[i++] = NULL;
	}
	if (!cnt || i < argc) {
		fprintf(stderr, "usage: cost REPETITIONS NAME OUTPUT COMMAND ARG... [-- NAME ...]...\n");
		return 2;
	}
	for (round = -1; round < reps; round++) {
		for (n = 0; n < cnt; n++) {
			if (!all[n].status)
				run(&all[n], round);
		}
	}
	for (n = 0; n < cnt; n++)
		report(&all[n], reps);
	return 0;
}
