// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A strong typed ksym that is in no kernel's BTF: a plain global variable (only per-cpu ones are in it). */
#include "prog.h"

extern const int jiffies_lock __ksym;

u64 addr;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	addr = (u64)&jiffies_lock;
	return 0;
}
