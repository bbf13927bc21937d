// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A weak kfunc that no kernel has, called where it is there. */
#include "prog.h"

extern int lskel_no_such_kfunc(int x) __ksym __weak;

int there = 77;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	there = 0;
	if (lskel_no_such_kfunc)
		there = 1 + lskel_no_such_kfunc(3);
	return 0;
}
