// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Tracing programs that can be loaded without a target, and the syscall type. */
#include "prog.h"

#define PROG(sec, name)                                                                            \
	SEC(sec) int name(void *ctx)                                                               \
	{                                                                                          \
		return 0;                                                                          \
	}

PROG("tracepoint", t_tracepoint)
PROG("tp/sched/sched_switch", t_tp_target)
PROG("raw_tp/sys_enter", t_raw_tp)
PROG("raw_tracepoint/sys_exit", t_raw_tracepoint)
PROG("raw_tracepoint.w/sys_exit", t_raw_tracepoint_w)
PROG("perf_event", t_perf_event)
PROG("kprobe/do_exit", t_kprobe)
PROG("kretprobe/do_exit", t_kretprobe)
PROG("uprobe//bin/sh:main", t_uprobe)
PROG("uretprobe", t_uretprobe)
PROG("uprobe.s", t_uprobe_s)
PROG("kprobe.multi/vfs_*", t_kprobe_multi)
PROG("kretprobe.multi", t_kretprobe_multi)
PROG("ksyscall/getpid", t_ksyscall)
PROG("usdt", t_usdt)
PROG("syscall", t_syscall)
