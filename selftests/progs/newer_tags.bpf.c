// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// CLANG: clang-19
/* Types with the kernel's tags: relocated as those without, which is what a kernel built by gcc has. */
#include "prog.h"

#define __rcu __attribute__((btf_type_tag("rcu")))
#define __user __attribute__((btf_type_tag("user")))
#define __percpu __attribute__((btf_type_tag("percpu")))

struct task_struct;

struct mm_struct {
	unsigned long start_stack;
} KERNEL_TYPE;

struct task_struct {
	int pid, tgid;
	struct task_struct __rcu *real_parent;
	struct mm_struct *mm;
	int __user *clear_child_tid;
} KERNEL_TYPE;

struct pointers {
	void __user *u;
	u64 __percpu *p;
	struct task_struct __rcu *r;
	u64 n;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct pointers);
} m SEC(".maps");

s32 ppid;
u64 clear_tid;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task_btf();
	struct pointers v = { .n = 5 };
	u32 key = 1;

	ppid = t->real_parent->tgid;
	clear_tid = (u64)t->clear_child_tid;
	return bpf_map_update_elem(&m, &key, &v, 0);
}
