/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The model and, where BPF is permitted, the running kernel: the same commands for both. After <cmocka.h>. */
#ifndef UNIT_SYS_SIDES_H
#define UNIT_SYS_SIDES_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/sys/model.h"

#define KVER(a, b) (((a) << 16) + ((b) << 8))
#define NOTSUPP -524
#define FLOOR KVER(6, 1) /* what the model is about; older kernels are not compared */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* tables and attrs: the rest is zero */

struct side {
	struct model *m; /* NULL: the kernel */
	bool may;
	int fds[8]; /* the test's own: each side has its own numbers */
};

static inline u32 host_version(void)
{
	unsigned int a = 0, b = 0, c = 0;
	struct utsname uts;

	assert_int_equal(uname(&uts), 0);
	sscanf(uts.release, "%u.%u.%u", &a, &b, &c);
	return (a << 16) + (b << 8) + (c > 255 ? 255 : c);
}

/* The release that the model is asked about. */
static inline u32 model_release(void)
{
	return host_version() < FLOOR ? FLOOR : host_version();
}

static inline long side_bpf(struct side *s, u32 cmd, void *attr, u32 sz)
{
	long ret;

	if (s->m)
		return model_bpf(s->m, cmd, attr, sz);
	ret = syscall(__NR_bpf, cmd, attr, sz);
	return ret < 0 ? -errno : ret;
}

static inline void side_close(struct side *s, long fd)
{
	if (fd <= 0)
		return;
	if (s->m)
		model_syscall(s->m, __NR_close, fd, 0, 0, 0, 0);
	else
		close((int)fd);
}

#endif
