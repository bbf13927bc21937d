// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* LSM hooks, plain and sleepable. */
#include "prog.h"

u32 pid;
u64 open_cnt, open_s_cnt;
int verdict;

SEC("lsm/file_open")
int on_open(u64 *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 != pid)
		return 0;
	open_cnt++;
	return verdict ? -13 : 0;
}

SEC("lsm.s/file_open")
int on_open_s(u64 *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == pid)
		open_s_cnt++;
	return 0;
}
