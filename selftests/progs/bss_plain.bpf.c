// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The least that is still something: one program, one variable. */
#include "prog.h"

int count;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	count++;
	return 2;
}
