// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The smallest useful program with a skeleton: loads and attaches. The exit status says whether it could. */
#include <errno.h> /* bpftool's headers use it and do not include it */
#include SKEL_HEADER

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define SKEL(func) JOIN(SKEL_NAME, func)

static int load_and_attach(void)
{
	struct SKEL_NAME *skel = SKEL(__open_and_load)();

	return !skel || SKEL(__attach)(skel);
}

#if !__STDC_HOSTED__

#include <asm/unistd.h>

void _start(void);
void _start(void)
{
	lskel_syscall(__NR_exit, load_and_attach(), 0, 0, 0, 0, 0);
}

#else

int main(void)
{
	return load_and_attach();
}

#endif
