// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A strong typeless ksym whose address is 0 on x86-64 before 6.15: not a missing one. */
#include "prog.h"

extern const void __per_cpu_start __ksym;

u64 start = 1;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	start = (u64)&__per_cpu_start;
	return 0;
}
