// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Of three programs the second is one that the verifier refuses. */
#include "prog.h"

int x;

SEC("xdp")
int good(struct xdp_md *ctx)
{
	return 2;
}

SEC("xdp")
int refused(struct xdp_md *ctx)
{
	/* No check against data_end. */
	return *(int *)(long)ctx->data + x;
}

SEC("tc")
int good_too(struct __sk_buff *skb)
{
	return 0;
}
