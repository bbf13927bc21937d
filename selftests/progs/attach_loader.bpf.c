// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --attach-in-loader
/* Programs that loading attaches, beside one that it can't. */
#include "prog.h"

u32 pid;
u64 first_cnt, off_cnt, raw_cnt, iter_cnt;

#define MINE (bpf_get_current_pid_tgid() >> 32 == pid)

SEC("tp_btf/sys_enter")
int first(void *ctx)
{
	if (MINE)
		first_cnt++;
	return 0;
}

SEC("?tp_btf/sys_enter")
int off(void *ctx)
{
	if (MINE)
		off_cnt++;
	return 0;
}

/* its tracepoint is a string, which only user space can give */
SEC("raw_tp/sys_enter")
int raw(void *ctx)
{
	if (MINE)
		raw_cnt++;
	return 0;
}

SEC("iter/task")
int over_tasks(void *ctx)
{
	iter_cnt++;
	return 0;
}
