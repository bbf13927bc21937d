// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* One link, many functions. */
#include "prog.h"

u32 pid;
u64 one_cnt, glob_cnt, ret_cnt, list_cnt, cookies;

#define MINE (bpf_get_current_pid_tgid() >> 32 == pid)

SEC("kprobe.multi/__x64_sys_getppid")
int one(void *ctx)
{
	if (MINE) {
		one_cnt++;
		cookies += bpf_get_attach_cookie(ctx);
	}
	return 0;
}

SEC("kprobe.multi/__x64_sys_getp?i*")
int glob(void *ctx)
{
	if (MINE)
		glob_cnt++;
	return 0;
}

SEC("kretprobe.multi/__x64_sys_getppid")
int ret(void *ctx)
{
	if (MINE)
		ret_cnt++;
	return 0;
}

SEC("kprobe.multi")
int list(void *ctx)
{
	if (MINE) {
		list_cnt++;
		cookies += bpf_get_attach_cookie(ctx);
	}
	return 0;
}
