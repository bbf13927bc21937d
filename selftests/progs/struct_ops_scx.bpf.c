// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A scheduler of sched_ext: first come, first served. */
#include "prog.h"
#include <bpf/bpf_tracing.h>

#define DSQ_GLOBAL (1ULL << 63 | 1)
#define SLICE_NS 5000000ULL

struct task_struct;
enum scx_exit_kind {
	SCX_EXIT_NONE,
};

struct scx_exit_info {
	enum scx_exit_kind kind;
} KERNEL_TYPE;

struct sched_ext_ops {
	void (*enqueue)(struct task_struct *p, u64 enq_flags);
	s32 (*init)(void);
	void (*exit)(struct scx_exit_info *info);
	u64 flags;
	u32 timeout_ms;
	char name[128];
};

void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;
void scx_bpf_dispatch(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;

s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __ksym __weak;

s32 init_err = 1;
u64 enqueue_cnt;
u32 exit_kind;

SEC("struct_ops/fifo_enqueue")
void BPF_PROG(fifo_enqueue, struct task_struct *p, u64 enq_flags)
{
	__sync_fetch_and_add(&enqueue_cnt, 1);
	if (scx_bpf_dsq_insert)
		scx_bpf_dsq_insert(p, DSQ_GLOBAL, SLICE_NS, enq_flags);
	else
		scx_bpf_dispatch(p, DSQ_GLOBAL, SLICE_NS, enq_flags); /* before Linux 6.13 */
}

/* May sleep, as what it calls does. */
SEC("struct_ops.s/fifo_init")
s32 BPF_PROG(fifo_init)
{
	init_err = scx_bpf_create_dsq(77, -1);
	return init_err;
}

SEC("struct_ops/fifo_exit")
void BPF_PROG(fifo_exit, struct scx_exit_info *info)
{
	exit_kind = info->kind;
}

SEC(".struct_ops.link")
struct sched_ext_ops fifo = {
	.enqueue = (void *)fifo_enqueue,
	.init = (void *)fifo_init,
	.exit = (void *)fifo_exit,
	.timeout_ms = 5000,
	.name = "lskel_fifo",
};
