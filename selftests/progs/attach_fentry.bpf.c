// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* fentry, fexit, fmod_ret on functions that the kernel has for such tests. */
#include "prog.h"

u64 entry_cnt, exit_cnt, entry_arg;
int exit_ret;

SEC("fentry/bpf_fentry_test1")
int on_entry(u64 *ctx)
{
	entry_cnt++;
	entry_arg = ctx[0];
	return 0;
}

SEC("fexit/bpf_fentry_test1")
int on_exit(u64 *ctx)
{
	exit_cnt++;
	exit_ret = (int)ctx[1];
	return 0;
}
