// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Runs the loading tests, each in its own process, and counts. */
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>

#include "load.h"

#define TIMEOUT_SEC 30 /* without progress; slow emulated machines set LSKEL_TEST_TIMEOUT */

enum { ST_RUNNING, ST_OK, ST_FAIL, ST_SKIP };

/* Shared with the child. */
static struct {
	int state;
	char msg[2048];
} *result;

static struct load_test *tests;

void load_test_add(struct load_test *test)
{
	struct load_test **at = &tests;

	while (*at)
		at = &(*at)->next;
	*at = test;
}

static void end_test(int state, const char *prefix, const char *fmt, va_list ap)
{
	size_t n = (size_t)snprintf(result->msg, sizeof(result->msg), "%s", prefix);

	vsnprintf(result->msg + n, sizeof(result->msg) - n, fmt, ap);
	for (char *p = result->msg; *p; p++)
		if (*p == '\n')
			*p = '|';
	result->state = state;
	_exit(0);
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	const char *base = strrchr(file, '/');
	char prefix[128];
	va_list ap;

	va_start(ap, fmt);
	snprintf(prefix, sizeof(prefix), "%s:%d: ", base ? base + 1 : file, line);
	end_test(ST_FAIL, prefix, fmt, ap);
	_exit(1);
}

void test_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_test(ST_SKIP, "", fmt, ap);
	_exit(1);
}

static void child(const struct load_test *test)
{
	int fds = open_fds(), maps = bpf_mappings();

	test->run();
	if (open_fds() != fds)
		test_fail(test->name, 0, "%d descriptors more than before", open_fds() - fds);
	if (bpf_mappings() != maps)
		test_fail(test->name, 0, "%d mappings of maps more than before", bpf_mappings() - maps);
	result->state = ST_OK;
	_exit(0);
}

static volatile sig_atomic_t timed_out;
static pid_t running;

static void on_alarm(int sig)
{
	(void)sig;
	timed_out = 1;
	kill(-running, SIGKILL);
}

static int run(const struct load_test *test, unsigned int timeout)
{
	int status = 0;

	result->state = ST_RUNNING;
	result->msg[0] = 0;
	timed_out = 0;
	fflush(stdout);
	running = fork();
	if (running < 0) {
		snprintf(result->msg, sizeof(result->msg), "fork: %s", strerror(errno));
		return ST_FAIL;
	}
	if (!running) {
		setpgid(0, 0);
		child(test);
	}
	setpgid(running, running);
	alarm(timeout);
	while (waitpid(running, &status, 0) < 0 && errno == EINTR)
		;
	alarm(0);
	if (timed_out)
		snprintf(result->msg, sizeof(result->msg), "no end within %u s", timeout);
	else if (result->state == ST_RUNNING)
		snprintf(result->msg, sizeof(result->msg), "died, wait status %#x", (unsigned int)status);
	else
		return result->state;
	return ST_FAIL;
}

static bool selected(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(name, argv[i], strlen(argv[i])))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	static const char *const word[] = { [ST_OK] = "ok", [ST_FAIL] = "not ok", [ST_SKIP] = "skip" };
	const char *env = getenv("LSKEL_TEST_TIMEOUT");
	unsigned int timeout = env && atoi(env) > 0 ? (unsigned int)atoi(env) : TIMEOUT_SEC;
	bool old = !DIRECT && kernel_version() < KVER(5, 14);
	int count[4] = { 0 };
	bool times = getenv("LSKEL_TEST_TIMES"); /* which tests are slow? */

	if (argc > 1 && !strcmp(argv[1], "--list")) {
		for (struct load_test *t = tests; t; t = t->next)
			puts(t->name);
		return 0;
	}
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	signal(SIGALRM, on_alarm);
	for (struct load_test *t = tests; t; t = t->next) {
		struct timespec from, to;
		int state = ST_SKIP;

		if (!selected(t->name, argc, argv))
			continue;
		clock_gettime(CLOCK_MONOTONIC, &from);
		if (old && !t->any_kernel)
			snprintf(result->msg, sizeof(result->msg), "Linux 5.14 (BPF_PROG_TYPE_SYSCALL)");
		else
			state = run(t, timeout);
		clock_gettime(CLOCK_MONOTONIC, &to);
		count[state]++;
		if (times)
			printf("%5ld ms ", (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
		printf("%s %s%s%s\n", word[state], t->name, result->msg[0] && state != ST_OK ? ": " : "",
		       state != ST_OK ? result->msg : "");
	}
	printf("%d passed, %d failed, %d skipped\n", count[ST_OK], count[ST_FAIL], count[ST_SKIP]);
	return count[ST_FAIL] || count[ST_OK] + count[ST_SKIP] == 0;
}
