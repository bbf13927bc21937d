// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A field that no kernel has, read without asking first: refused. */
#include "prog.h"
#include <bpf/bpf_core_read.h>

struct task_struct {
	int lskel_no_such_field;
} KERNEL_TYPE;

int x;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	x = BPF_CORE_READ(task, lskel_no_such_field);
	return 0;
}
