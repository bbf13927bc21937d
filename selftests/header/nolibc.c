// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A program without a libc: -ffreestanding -nostdlib -static. run.sh checks that it needs no symbol from elsewhere; run,
 * it exits with the number of the step that failed.
 */
#include HEADER

#if defined(__x86_64__)
#define NR_EXIT 231
#elif defined(__s390x__)
#define NR_EXIT 248
#else
#define NR_EXIT 94
#endif

static int steps(void)
{
	struct all *s = all__open();
	int i;

	if (!s)
		return 1;
	s->bss->total = 1;
	s->rodata->limit = 1u << 30;
	if (all__load(s))
		return 2;
	if (all__attach(s) || s->links.count_fd <= 0)
		return 3;
	for (i = 0; i < 10; i++)
		lskel_sys_close(-1);
	if (s->bss->total < 31)
		return 4;
	if (all__pass__attach(s) != -EOPNOTSUPP || !all__strerror(s)[0])
		return 5;
	all__detach(s);
	if (s->links.count_fd)
		return 6;
	all__destroy(s);
	return 0;
}

__attribute__((used, noreturn))
#ifdef __x86_64__
__attribute__((force_align_arg_pointer))
#endif
void _start(void)
{
	for (;;)
		lskel_syscall(NR_EXIT, steps(), 0, 0, 0, 0, 0);
}
