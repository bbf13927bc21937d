// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The floor: the commands that the kernel has to be given, and nothing else. The first load is one of lskel's
 * direct gear, on lskel's bytes, whose successful commands are noted. From then on these are repeated as they
 * were: ids have been looked up, and descriptors, which come out the same each time, stand where they are
 * needed. That they do come out the same is checked.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include SKEL_HEADER
#include "bench.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define SKEL(func) JOIN(SKEL_NAME, func)

struct command {
	long cmd, sz, ret;
	union bpf_attr attr; /* points to data in the blob */
};

static struct command *commands;
static size_t cnt;
static int noting;

/* The commands that make something. What comes with a new map (values, freezing) is there, too. */
static int is_work(long cmd)
{
	return cmd == BPF_BTF_LOAD || cmd == BPF_MAP_CREATE || cmd == BPF_PROG_LOAD ||
	       cmd == BPF_MAP_UPDATE_ELEM || cmd == BPF_MAP_FREEZE;
}

static void note(long cmd, long attr, long sz, long ret)
{
	struct command *c;

	commands = realloc(commands, (cnt + 1) * sizeof(*commands));
	if (!commands || (size_t)sz > sizeof(c->attr))
		abort();
	c = &commands[cnt++];
	memset(c, 0, sizeof(*c));
	c->cmd = cmd;
	c->sz = sz;
	c->ret = ret;
	memcpy(&c->attr, (const void *)attr, (size_t)sz);
}

long bench_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret = __real_syscall(nr, a, b, c, d, e, f);

	if (noting && nr == __NR_bpf && ret >= 0 && is_work(a))
		note(a, b, c, ret);
	return ret;
}

/* The blob stays, since the attrs point into it. */
int __wrap_munmap(void *addr, size_t sz);
int __real_munmap(void *addr, size_t sz);
int __wrap_munmap(void *addr, size_t sz)
{
	return noting ? 0 : __real_munmap(addr, sz);
}

int bench_prepare(const char **why)
{
	struct SKEL_NAME *skel;

	noting = 1;
	skel = SKEL(__open_and_load)();
	noting = 0;
	if (!skel) {
		*why = SKEL(__strerror)(NULL);
		return -errno;
	}
	SKEL(__destroy)(skel);
	return 0;
}

static int is_fd(long cmd)
{
	return cmd != BPF_MAP_UPDATE_ELEM && cmd != BPF_MAP_FREEZE;
}

static void unload(size_t done)
{
	while (done--) {
		if (is_fd(commands[done].cmd))
			close((int)commands[done].ret);
	}
}

int bench_load(const char **why)
{
	size_t i;

	for (i = 0; i < cnt; i++) {
		struct command *c = &commands[i];

		if (syscall(__NR_bpf, c->cmd, &c->attr, c->sz) != c->ret)
			break;
	}
	if (i == cnt)
		return 0;
	unload(i);
	*why = "a command of the floor ended differently when it was repeated";
	return -EINVAL;
}

void bench_unload(void)
{
	unload(cnt);
}
