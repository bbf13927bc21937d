// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A strong kfunc that no kernel has. */
#include "prog.h"

extern int lskel_no_such_kfunc(int x) __ksym;

SEC("tc")
int call(struct __sk_buff *skb)
{
	return lskel_no_such_kfunc(1);
}
