// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A strong typeless ksym that no kernel has. */
#include "prog.h"

extern const void lskel_no_such_symbol __ksym;

u64 addr;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	addr = (u64)&lskel_no_such_symbol;
	return 0;
}
