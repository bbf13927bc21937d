// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs that are not loaded unless asked for, before and between ones that are. */
#include "prog.h"

SEC("?xdp")
int skipped_first(struct xdp_md *ctx)
{
	static int (*none)(void) = (void *)9999; /* no such helper: this can't be loaded by mistake */

	return none();
}

SEC("xdp")
int taken(struct xdp_md *ctx)
{
	return 2;
}

SEC("?tc")
int skipped_middle(struct __sk_buff *skb)
{
	static int (*none)(void) = (void *)9999;

	return none();
}

SEC("tc")
int also_taken(struct __sk_buff *skb)
{
	return 5;
}

SEC("xdp")
int taken_too(struct xdp_md *ctx)
{
	return 3;
}
