// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A function of a module, named with it. */
#include "prog.h"

u64 cnt;

SEC("fentry/nf_conntrack:nf_conntrack_in")
int on_entry(u64 *ctx)
{
	cnt++;
	return 0;
}
