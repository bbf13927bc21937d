// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* One program on many functions, by BTF ids. `trigger` makes the kernel call its test functions when it is run. */
#include "prog.h"

u64 named_cnt, exit_cnt, open_cnt, cookie;

SEC("fentry/bpf_fentry_test1")
int trigger(void *ctx)
{
	return 0;
}

SEC("fentry.multi/bpf_fentry_test1")
int by_name(void *ctx)
{
	named_cnt++;
	return 0;
}

SEC("fexit.multi/bpf_fentry_test?")
int by_pattern(void *ctx)
{
	exit_cnt++;
	return 0;
}

SEC("fentry.multi")
int by_opts(void *ctx)
{
	open_cnt++;
	cookie = bpf_get_attach_cookie(ctx);
	return 0;
}
