// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --attach-in-loader
/* fentry and fexit that loading attaches. */
#include "prog.h"

u64 entry_cnt, exit_cnt;

SEC("fentry/bpf_fentry_test1")
int on_entry(void *ctx)
{
	entry_cnt++;
	return 0;
}

SEC("fexit/bpf_fentry_test1")
int on_exit(void *ctx)
{
	exit_cnt++;
	return 0;
}
