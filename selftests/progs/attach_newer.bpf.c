// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Kinds of newer kernels, each to be switched on where it is known; and cookies. */
#include "prog.h"

u32 pid;
u64 kses_cnt, umulti_cnt, uret_cnt, uses_cnt, fses_cnt, cookies;

#define MINE (bpf_get_current_pid_tgid() >> 32 == pid)

#define COUNT(sec, name, cnt)                                      \
	SEC(sec)                                                   \
	int name(void *ctx)                                        \
	{                                                          \
		if (MINE) {                                        \
			cnt++;                                     \
			cookies += bpf_get_attach_cookie(ctx);     \
		}                                                  \
		return 0;                                          \
	}

COUNT("?kprobe.session/__x64_sys_getpgid", on_kses, kses_cnt)
COUNT("?uprobe.multi", on_umulti, umulti_cnt)
COUNT("?uretprobe.multi", on_uret, uret_cnt)
COUNT("?uprobe.session", on_uses, uses_cnt)

SEC("?fsession/bpf_fentry_test1")
int on_fses(void *ctx)
{
	fses_cnt++;
	return 0;
}
