// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* An iterator over tasks that prints the pid of one. */
#include "prog.h"

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} KERNEL_TYPE;

struct task_struct {
	int pid;
	int tgid;
} KERNEL_TYPE;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL_TYPE;

int pid;

SEC("iter/task")
int dump(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	static const char fmt[] = "found %d\n";
	u64 arg;

	if (!task || task->pid != pid)
		return 0;
	arg = (u64)task->tgid;
	bpf_seq_printf(seq, fmt, sizeof(fmt), &arg, sizeof(arg));
	return 0;
}
