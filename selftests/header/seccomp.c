// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Loading and attaching make five system calls: bpf, mmap, munmap, close, rt_sigprocmask. Whoever makes
 * another one here is killed. With -DWITHOUT_CLOSE close is another one: if that is not noticed, nothing is.
 * Compiles with a libc and without. Exits with the number of the step that failed.
 */
#include HEADER

#if __STDC_HOSTED__
#include <stdlib.h>
#define NR(name) __NR_##name
#define CALL(nr, a, b, c) syscall(nr, (long)(a), (long)(b), (long)(c), 0L, 0L, 0L)
#else
#ifndef __x86_64__
#error "the numbers of two more system calls"
#endif
#define NR(name) LSKEL_NR_##name
#define LSKEL_NR_exit_group 231
#define LSKEL_NR_prctl 157
#define CALL(nr, a, b, c) lskel_syscall(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#endif

struct insn { /* struct sock_filter */
	unsigned short code;
	unsigned char jt, jf;
	unsigned int k;
};

static int forbid_all_else(void)
{
	static const unsigned int allowed[] = {
		NR(bpf),   NR(mmap), NR(munmap), NR(rt_sigprocmask), NR(exit_group),
#ifndef WITHOUT_CLOSE
		NR(close),
#endif
	};
	const unsigned int cnt = sizeof(allowed) / sizeof(allowed[0]);
	struct insn insns[sizeof(allowed) / sizeof(allowed[0]) + 3];
	struct { /* struct sock_fprog */
		unsigned short len;
		struct insn *filter;
	} prog;
	unsigned int i;

	insns[0].code = 0x20; /* BPF_LD | BPF_W | BPF_ABS: seccomp_data.nr */
	insns[0].jt = insns[0].jf = 0;
	insns[0].k = 0;
	for (i = 0; i < cnt; i++) {
		insns[i + 1].code = 0x15; /* BPF_JMP | BPF_JEQ | BPF_K */
		insns[i + 1].jt = (unsigned char)(cnt - i);
		insns[i + 1].jf = 0;
		insns[i + 1].k = allowed[i];
	}
	insns[cnt + 1].code = insns[cnt + 2].code = 6; /* BPF_RET | BPF_K */
	insns[cnt + 1].jt = insns[cnt + 1].jf = insns[cnt + 2].jt = insns[cnt + 2].jf = 0;
	insns[cnt + 1].k = 0x80000000u; /* SECCOMP_RET_KILL_PROCESS */
	insns[cnt + 2].k = 0x7fff0000u; /* SECCOMP_RET_ALLOW */
	prog.len = (unsigned short)(cnt + 3);
	prog.filter = insns;
	if (CALL(NR(prctl), 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0))
		return 1;
	return CALL(NR(prctl), 22 /* PR_SET_SECCOMP */, 2 /* SECCOMP_MODE_FILTER */, &prog) != 0;
}

static int steps(void)
{
	struct all *s = all__open(); /* where there is a libc, it may ask for memory as it likes */

	if (!s)
		return 1;
	if (forbid_all_else())
		return 2;
	s->rodata->limit = 1u << 30;
	if (all__load(s))
		return 3;
	if (all__attach(s) || s->links.count_fd <= 0)
		return 4;
	all__detach(s);
	return s->links.count_fd ? 5 : 0;
}

#if __STDC_HOSTED__
int main(void)
{
	for (;;)
		CALL(NR(exit_group), steps(), 0, 0);
}
#else
__attribute__((used, noreturn, force_align_arg_pointer)) void _start(void)
{
	for (;;)
		CALL(NR(exit_group), steps(), 0, 0);
}
#endif
