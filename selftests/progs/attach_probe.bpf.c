// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs that perf events run, and those that one link puts on many functions. */
#include "prog.h"

u32 pid;
u64 kprobe_cnt, kprobe_off_cnt, kret_cnt, ksys_cnt, kretsys_cnt, tp_cnt, uprobe_cnt, uret_cnt, perf_cnt, open_cnt;
u64 cookie;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig;

#define MINE (bpf_get_current_pid_tgid() >> 32 == pid)

#define COUNT(sec, name, cnt)                           \
	SEC(sec)                                        \
	int name(void *ctx)                             \
	{                                               \
		if (MINE) {                             \
			cnt++;                          \
			if (LINUX_HAS_BPF_COOKIE)       \
				cookie = bpf_get_attach_cookie(ctx); \
		}                                       \
		return 0;                               \
	}

COUNT("kprobe/__x64_sys_getppid", on_kprobe, kprobe_cnt)
COUNT("kprobe/__x64_sys_getppid+0x0", on_kprobe_off, kprobe_off_cnt)
COUNT("kretprobe/__x64_sys_getppid", on_kret, kret_cnt)
COUNT("kprobe", open_kprobe, open_cnt)
COUNT("ksyscall/getppid", on_ksys, ksys_cnt)
COUNT("kretsyscall/getppid", on_kretsys, kretsys_cnt)
COUNT("tp/sched/sched_process_fork", on_tp, tp_cnt)
COUNT("uprobe", on_uprobe, uprobe_cnt)
COUNT("uretprobe", on_uret, uret_cnt)
COUNT("perf_event", on_perf, perf_cnt)
