/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The runtime of skeletons (lskel/runtime/), as it is, on the model. To be included before it, and after the
 * libc's headers: from here on what it calls in the libc goes to `env_model`, if there is one.
 */
#ifndef LSK_SYS_ENV_H
#define LSK_SYS_ENV_H

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "model.h"

static struct model *env_model;

static inline long env_syscall(long nr, long a, long b, long c, long d, long e)
{
	return env_model ? model_syscall(env_model, nr, a, b, c, d, e) : (syscall)(nr, a, b, c, d, e);
}

static inline void *env_mmap(void *addr, size_t sz, int prot, int flags, int fd, off_t off)
{
	return env_model ? model_mmap(env_model, addr, sz, prot, flags, fd, off)
			 : (mmap)(addr, sz, prot, flags, fd, off);
}

static inline int env_munmap(void *addr, size_t sz)
{
	return env_model ? model_munmap(env_model, addr, sz) : (munmap)(addr, sz);
}

#define env_syscall_args(nr, a, b, c, d, e, ...)                                                             \
	env_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define syscall(...) env_syscall_args(__VA_ARGS__, 0, 0, 0, 0)
#define mmap(addr, sz, prot, flags, fd, off) env_mmap(addr, sz, prot, flags, fd, off)
#define munmap(addr, sz) env_munmap(addr, sz)

#endif
