// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* One that attaches, and one whose tracepoint no kernel has. */
#include "prog.h"

u32 pid;
u64 cnt;

SEC("raw_tp/sys_enter")
int good(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == pid)
		cnt++;
	return 0;
}

SEC("raw_tp/lskel_no_such_tracepoint")
int bad(void *ctx)
{
	return 0;
}
