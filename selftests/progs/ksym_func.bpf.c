// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The address of a kernel function that has a type (since Linux 6.4), and a weak one that is missing. */
#include "prog.h"

extern void bpf_prog_put(void *prog) __ksym;
extern void lskel_no_such_func(void *prog) __ksym __weak;

u64 addr, none = 1;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	addr = (u64)&bpf_prog_put;
	none = (u64)&lskel_no_such_func;
	return 0;
}
