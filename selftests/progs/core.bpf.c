// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * CO-RE of each kind, applied by the kernel. The local types are wrong on purpose: only what is relocated gives the
 * right answer.
 */
#include "prog.h"
#include <bpf/bpf_core_read.h>

struct task_struct {
	char wrong[64];
	int tgid; /* in the kernel pid comes first */
	int pid;
	char comm[16];
	struct task_struct *group_leader;
	unsigned int in_execve : 1; /* somewhere among other bits in the kernel */
	unsigned int lskel_no_such_bit : 1;
	int lskel_no_such_field;
} KERNEL_TYPE;

/* Another idea of the same type, with a flavour. */
struct task_struct___other {
	int pid;
	u64 wrong;
	u16 prio; /* int in the kernel: other size */
} KERNEL_TYPE;

struct lskel_no_such_type {
	int x;
} KERNEL_TYPE;

enum bpf_map_type___old {
	BPF_MAP_TYPE_HASH___old = 77, /* 1 in the kernel */
	LSKEL_NO_SUCH_VALUE = 5,
};

u32 pid;

int self_pid, self_tgid, leader_pid, other_pid;
int prio_sz, task_sz, local_sz;
int comm_there, no_field, no_bit, no_type, type_there, value_there, no_value;
int hash_value, pid_off, in_execve = 77;
char comm[16];

static __noinline int in_subprog(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader, pid);
}

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (bpf_get_current_pid_tgid() >> 32 != pid)
		return 0;
	self_pid = BPF_CORE_READ(task, pid);
	self_tgid = BPF_CORE_READ(task, tgid);
	leader_pid = in_subprog(task);
	other_pid = BPF_CORE_READ((struct task_struct___other *)task, pid);
	prio_sz = bpf_core_field_size(((struct task_struct___other *)task)->prio);
	task_sz = bpf_core_type_size(struct task_struct);
	local_sz = sizeof(struct task_struct);
	comm_there = bpf_core_field_exists(task->comm);
	no_field = bpf_core_field_exists(task->lskel_no_such_field);
	no_bit = bpf_core_field_exists(task->lskel_no_such_bit);
	type_there = bpf_core_type_exists(struct task_struct);
	no_type = bpf_core_type_exists(struct lskel_no_such_type);
	value_there = bpf_core_enum_value_exists(enum bpf_map_type___old, BPF_MAP_TYPE_HASH___old);
	no_value = bpf_core_enum_value_exists(enum bpf_map_type___old, LSKEL_NO_SUCH_VALUE);
	hash_value = bpf_core_enum_value(enum bpf_map_type___old, BPF_MAP_TYPE_HASH___old);
	pid_off = __builtin_preserve_field_info(task->pid, BPF_FIELD_BYTE_OFFSET);
	if (bpf_core_field_exists(task->in_execve))
		in_execve = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	if (bpf_core_field_exists(task->lskel_no_such_field)) {
		/* Poisoned, and unreachable. */
		comm[0] = (char)BPF_CORE_READ(task, lskel_no_such_field);
	}
	return 0;
}
