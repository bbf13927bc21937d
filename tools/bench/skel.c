// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A contestant that is a skeleton: lskel's, bpftool's light one or libbpf's. They have the same functions. */
#include <errno.h> /* bpftool's headers use it and do not include it */
#include <string.h>

#include SKEL_HEADER
#include "bench.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define SKEL(func) JOIN(SKEL_NAME, func)

static struct SKEL_NAME *skel;

int bench_load(const char **why)
{
	errno = 0;
	skel = SKEL(__open_and_load)();
	if (skel)
		return 0;
#ifdef LSKEL_RUNTIME_VERSION
	*why = SKEL(__strerror)(NULL);
#else
	*why = strerror(errno);
#endif
	return errno ? -errno : -EINVAL;
}

void bench_unload(void)
{
	SKEL(__destroy)(skel);
}
