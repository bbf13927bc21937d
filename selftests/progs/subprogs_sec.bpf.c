// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs that are also called as functions: from their own section and from another. */
#include "prog.h"

int calls;

SEC("xdp")
__noinline int inner(struct xdp_md *ctx)
{
	calls++;
	return 1 + (int)ctx->rx_queue_index;
}

SEC("xdp")
int outer_same(struct xdp_md *ctx)
{
	return inner(ctx) + 10;
}

SEC("xdp.frags")
int outer_other(struct xdp_md *ctx)
{
	return inner(ctx) + inner(ctx) + 20;
}
