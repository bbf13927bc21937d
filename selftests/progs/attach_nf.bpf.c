// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Attach types of newer kernels. */
#include "prog.h"

u64 tcx_cnt, nf_cnt;

SEC("tcx/ingress")
int on_tcx(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&tcx_cnt, 1);
	return -1; /* TCX_NEXT */
}

SEC("netfilter")
int on_nf(void *ctx)
{
	__sync_fetch_and_add(&nf_cnt, 1);
	return 1; /* NF_ACCEPT */
}
