// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A named .bss section. */
#include "prog.h"

int warm;
int cold SEC(".bss.cold");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	warm += 1;
	cold += 5;
	return cold;
}
