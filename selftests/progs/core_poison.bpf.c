// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --btf @B@/progs/core_target.bpf.o
/* Reads what its "kernel" (core_file.h) does not have, and does not ask before. */
#include "prog.h"

struct lskel_thing {
	int gone;
} KERNEL_TYPE;

char bytes[256];

SEC("tc")
int look(struct __sk_buff *ctx)
{
	return ((struct lskel_thing *)bytes)->gone;
}
