// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* An attach target that no kernel has. */
#include "prog.h"

SEC("fentry/lskel_no_such_function")
int on_entry(void *ctx)
{
	return 0;
}
