/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What a kernel says of each program of each object, loaded through libbpf: the truth that the kernel model is compared
 * with. An object is loaded as it is (its programs that load by default), then once for each program with only that one
 * on, so that those that are off by default, which upstream's negative tests are, get an answer, too.
 *
 * usage: each_prog SECONDS OBJECT...     SECONDS: what one load may take
 * A line: OBJECT PROG ok|fail|timeout|crash ERRNO | the end of the verifier's log, or libbpf's last warning
 * PROG is "-" for the object as it is.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char log_buf[1 << 20];
static char warning[512];

static int keep_first_warning(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && !warning[0])
		vsnprintf(warning, sizeof(warning), fmt, args);
	return 0;
}

/* Prints the last two lines of the log that say something, on one line. */
static void print_reason(void)
{
	char *lines[2] = { "", "" };
	char *line, *rest = log_buf;

	while ((line = strsep(&rest, "\n"))) {
		if (!*line || !strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17) ||
		    !strncmp(line, "stack depth", 11))
			continue;
		lines[0] = lines[1];
		lines[1] = line;
	}
	warning[strcspn(warning, "\n")] = '\0';
	if (*lines[1])
		printf("%.200s / %.200s\n", lines[0], lines[1]);
	else
		printf("%s\n", warning);
}

/* In a process of its own. @only: the index of the program that is on, or -1: as the object says. */
static void load(const char *path, int only)
{
	struct bpf_object_open_opts opts = { .sz = sizeof(opts) };
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err, i = 0;

	libbpf_set_print(keep_first_warning);
	obj = bpf_object__open_file(path, &opts);
	err = obj ? 0 : -errno;
	if (obj) {
		bpf_object__for_each_program(prog, obj) {
			if (only >= 0)
				bpf_program__set_autoload(prog, i == only);
			/* a buffer keeps libbpf from loading a second time; only one program fails */
			if (bpf_program__autoload(prog))
				bpf_program__set_log_buf(prog, log_buf, sizeof(log_buf)), bpf_program__set_log_level(prog, 0);
			i++;
		}
		err = bpf_object__load(obj);
	}
	printf("%s %d | ", err ? "fail" : "ok", err);
	if (err)
		print_reason();
	else
		printf("\n");
	fflush(stdout);
	_exit(0);
}

static void one(const char *path, const char *name, const char *prog, int only, unsigned int limit)
{
	int status;
	pid_t pid;

	printf("%s %s ", name, prog);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(limit);
		load(path, only);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("fork");
		exit(1);
	}
	if (WIFSIGNALED(status))
		printf("%s 0 |\n", WTERMSIG(status) == SIGALRM ? "timeout" : "crash");
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int limit;
	int i;

	if (argc < 3 || !(limit = (unsigned int)atoi(argv[1]))) {
		fprintf(stderr, "usage: each_prog SECONDS OBJECT...\n");
		return 2;
	}
	libbpf_set_print(quiet);
	for (i = 2; i < argc; i++) {
		const char *slash = strrchr(argv[i], '/'), *base = slash ? slash + 1 : argv[i];
		struct bpf_object *obj = bpf_object__open_file(argv[i], NULL);
		struct bpf_program *prog;
		char name[128];
		int nr = 0;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
		one(argv[i], name, "-", -1, limit);
		if (!obj)
			continue;
		bpf_object__for_each_program(prog, obj)
			one(argv[i], name, bpf_program__name(prog), nr++, limit);
		bpf_object__close(obj);
	}
	return 0;
}
