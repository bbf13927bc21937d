// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What read-only data switch off is no longer there when the kernel checks the program: a constant since before load. */
#include "prog.h"

const volatile int use_new = 1;

SEC("xdp")
int choose(struct xdp_md *ctx)
{
	if (use_new) {
		/* No such helper: the load fails unless this is dead code. */
		static int (*none)(void) = (void *)9999;

		return none();
	}
	return 2;
}
