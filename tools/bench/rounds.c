// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Measures the contestants of one object against each other: all of them are started, and loads are asked for
 * in turn, one of each in each round. So what the machine does meanwhile hits all alike. Who comes first
 * changes from round to round.
 *
 *   rounds REPETITIONS NAME:CPUS:WORKER...     CPUS: "one", all such are bound to the same CPU; "all"
 *
 * Prints for each, in microseconds: "NAME load_us COUNT MIN Q1 MEDIAN Q3 MAX" and, if it loads a loader
 * program, the same of that, "NAME loader_us ...". Or "NAME error WHY".
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define WARM_UP 2 /* rounds that don't count */

struct contestant {
	char *name, *cpus, *worker;
	pid_t pid;
	int to, from;
	uint64_t *load, *loader; /* ns, by round */
	int failed;
	struct bench_answer ans;
};

static void die(const char *what)
{
	fprintf(stderr, "rounds: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The last one that we may use: the first one is more often the one that interrupts go to. */
static void bind_to_one_cpu(void)
{
	cpu_set_t set;
	int cpu;

	if (sched_getaffinity(0, sizeof(set), &set))
		die("sched_getaffinity");
	for (cpu = CPU_SETSIZE - 1; cpu && !CPU_ISSET(cpu, &set);)
		cpu--;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fprintf(stderr, "rounds: not bound to one CPU: %s\n", strerror(errno));
}

static void start(struct contestant *c)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("pipe2");
	c->pid = fork();
	if (c->pid < 0)
		die("fork");
	if (!c->pid) {
		if (!strcmp(c->cpus, "one"))
			bind_to_one_cpu();
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execl(c->worker, c->worker, NULL);
		die(c->worker);
	}
	close(to[0]);
	close(from[1]);
	c->to = to[1];
	c->from = from[0];
}

/* Asks for one load. Whoever fails is out. Rounds before 0 don't count. */
static void ask(struct contestant *c, int round)
{
	if (c->failed)
		return;
	if (write(c->to, "", 1) != 1 || read(c->from, &c->ans, sizeof(c->ans)) != sizeof(c->ans)) {
		c->ans.err = -EPIPE;
		snprintf(c->ans.why, sizeof(c->ans.why), "the process died");
	}
	if (c->ans.err)
		c->failed = 1;
	if (round >= 0) {
		c->load[round] = c->ans.ns;
		c->loader[round] = c->ans.loader_ns;
	}
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double us(const uint64_t *sorted, int reps, double part)
{
	return (double)sorted[(int)(part * (reps - 1) + 0.5)] / 1000;
}

static void print(const char *name, const char *what, uint64_t *ns, int reps)
{
	qsort(ns, (size_t)reps, sizeof(*ns), by_value);
	printf("%s %s %d %.1f %.1f %.1f %.1f %.1f\n", name, what, reps, us(ns, reps, 0), us(ns, reps, 0.25),
	       us(ns, reps, 0.5), us(ns, reps, 0.75), us(ns, reps, 1));
}

static void report(struct contestant *c, int reps)
{
	if (c->failed) {
		printf("%s error %s\n", c->name, c->ans.why);
		return;
	}
	print(c->name, "load_us", c->load, reps);
	qsort(c->loader, (size_t)reps, sizeof(*c->loader), by_value);
	if (c->loader[0])
		print(c->name, "loader_us", c->loader, reps);
}

static int parse(struct contestant *c, char *arg, int reps)
{
	c->name = strtok(arg, ":");
	c->cpus = strtok(NULL, ":");
	c->worker = strtok(NULL, "");
	c->load = calloc((size_t)reps, sizeof(*c->load));
	c->loader = calloc((size_t)reps, sizeof(*c->loader));
	return c->worker && c->load && c->loader ? 0 : -1;
}

int main(int argc, char **argv)
{
	int reps = argc > 2 ? atoi(argv[1]) : 0, cnt = argc - 2, round, i;
	struct contestant *all = reps > 0 ? calloc((size_t)cnt, sizeof(*all)) : NULL;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; all && i < cnt; i++) {
		if (parse(&all[i], argv[i + 2], reps))
			break;
		start(&all[i]);
	}
	if (!all || i < cnt) {
		fprintf(stderr, "usage: rounds REPETITIONS NAME:CPUS:WORKER...\n");
		return 2;
	}
	for (round = -WARM_UP; round < reps; round++) {
		for (i = 0; i < cnt; i++)
			ask(&all[(i + round + WARM_UP) % cnt], round);
	}
	for (i = 0; i < cnt; i++) {
		close(all[i].to);
		waitpid(all[i].pid, NULL, 0);
		report(&all[i], reps);
	}
	return 0;
}
