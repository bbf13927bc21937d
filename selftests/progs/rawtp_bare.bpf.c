// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* SEC("raw_tp") without a target: a valid program that can't be attached by name. */
#include "prog.h"

SEC("raw_tp")
int bare(struct bpf_raw_tracepoint_args *ctx)
{
	return (int)ctx->args[0] + 1;
}

SEC("raw_tp.w")
int bare_writable(struct bpf_raw_tracepoint_args *ctx)
{
	return 0;
}
