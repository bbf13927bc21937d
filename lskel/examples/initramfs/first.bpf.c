// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Counts system calls, and remembers which programs were started first, and by which process. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define FIRST_CNT 8

long syscalls;
long execs;
int pids[FIRST_CNT];
char comms[FIRST_CNT][16];

SEC("raw_tp/sys_enter")
int on_syscall(void *ctx)
{
	__sync_fetch_and_add(&syscalls, 1);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int on_exec(void *ctx)
{
	unsigned long n = __sync_fetch_and_add(&execs, 1);

	if (n >= FIRST_CNT)
		return 0;
	pids[n] = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(comms[n], sizeof(comms[n]));
	return 0;
}

char _license[] SEC("license") = "GPL";
