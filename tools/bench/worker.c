// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The main program of each contestant.
 *
 *   worker         answers requests (bench.h) until its standard input ends; what is measured is a warm process
 *   worker once    loads once, with marks before and after
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

/* How long loading a program of type SYSCALL took, and the BTF that was loaded for it. */
static struct {
	uint64_t btf_ns, ns;
} loader;

long __attribute__((weak)) bench_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	return __real_syscall(nr, a, b, c, d, e, f);
}

int __attribute__((weak)) bench_prepare(const char **why)
{
	(void)why;
	return 0;
}

static long timed(long nr, long cmd, long attr, long sz)
{
	const int is_loader = cmd == BPF_PROG_LOAD && *(const uint32_t *)attr == BPF_PROG_TYPE_SYSCALL;
	uint64_t start = now_ns(), ns;
	long ret = bench_syscall(nr, cmd, attr, sz, 0, 0, 0);

	ns = now_ns() - start;
	if (cmd == BPF_BTF_LOAD)
		loader.btf_ns += ns;
	else if (is_loader)
		loader.ns += ns + loader.btf_ns;
	return ret;
}

long __wrap_syscall(long nr, ...)
{
	va_list ap;
	long a[6];
	int i;

	va_start(ap, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (nr == __NR_bpf && (a[0] == BPF_PROG_LOAD || a[0] == BPF_BTF_LOAD))
		return timed(nr, a[0], a[1], a[2]);
	return bench_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void answer(struct bench_answer *ans)
{
	static int prepared;
	const char *why = "";
	uint64_t start;

	memset(ans, 0, sizeof(*ans));
	memset(&loader, 0, sizeof(loader));
	if (!prepared++)
		ans->err = bench_prepare(&why);
	start = now_ns();
	if (!ans->err)
		ans->err = bench_load(&why);
	ans->ns = now_ns() - start;
	ans->loader_ns = loader.ns;
	if (ans->err)
		snprintf(ans->why, sizeof(ans->why), "%s", why);
	else
		bench_unload();
	/* What the kernel frees later, after a grace period, is not to be paid for by the next one. */
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	usleep(500);
}

static int once(void)
{
	const char *why = "";
	int err;

	err = bench_prepare(&why);
	prctl(BENCH_MARK_START, 0, 0, 0, 0);
	if (!err)
		err = bench_load(&why);
	prctl(BENCH_MARK_END, 0, 0, 0, 0);
	if (err)
		fprintf(stderr, "%s\n", why);
	return err != 0;
}

int main(int argc, char **argv)
{
	struct rlimit locked = { RLIM_INFINITY, RLIM_INFINITY };
	struct bench_answer ans;
	char request;

	setrlimit(RLIMIT_MEMLOCK, &locked); /* before 5.11 */
	if (argc > 1 && !strcmp(argv[1], "once"))
		return once();
	while (read(STDIN_FILENO, &request, 1) == 1) {
		answer(&ans);
		if (write(STDOUT_FILENO, &ans, sizeof(ans)) != sizeof(ans))
			return 1;
	}
	return 0;
}
