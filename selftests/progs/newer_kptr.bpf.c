// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// CLANG: clang-19
/*
 * Pointers to kernel objects in map values: one that owns a reference, one that doesn't, and memory per
 * CPU.
 */
#include "prog.h"
#include <bpf/bpf_core_read.h>

#undef __kptr
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))

struct task_struct {
	int pid, tgid;
} KERNEL_TYPE;

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
/* Their types: the second has the first's name in kernels since 7.0, with an argument less. */
extern void *bpf_percpu_obj_new_impl(u64 type_id, void *meta) __ksym __weak;
extern void bpf_percpu_obj_drop_impl(void *obj, void *meta) __ksym __weak;

struct tasks {
	struct task_struct __kptr *kept;
	struct task_struct __kptr_untrusted *seen;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct tasks);
} tasks SEC(".maps");

struct counter {
	u64 cnt, mark;
};

struct counters {
	struct counter __percpu_kptr *c;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct counters);
} counters SEC(".maps");

s32 want;
s32 kept_pid, seen_pid;
u64 total;

/* 0: kept, and there was none before; 1: kept, the one before is released. */
SEC("tc")
int keep(struct __sk_buff *skb)
{
	u32 key = 0;
	struct tasks *v = bpf_map_lookup_elem(&tasks, &key);
	struct task_struct *t = bpf_task_from_pid(want), *old;

	if (!t)
		return 100;
	if (!v) {
		bpf_task_release(t);
		return 101;
	}
	kept_pid = t->pid;
	v->seen = t;
	old = bpf_kptr_xchg(&v->kept, t);
	if (!old)
		return 0;
	bpf_task_release(old);
	return 1;
}

/* Takes it out again. */
SEC("tc")
int drop(struct __sk_buff *skb)
{
	u32 key = 0;
	struct tasks *v = bpf_map_lookup_elem(&tasks, &key);
	struct task_struct *t;

	if (!v)
		return 101;
	t = v->seen;
	if (t)
		seen_pid = t->pid;
	t = bpf_kptr_xchg(&v->kept, NULL);
	if (!t)
		return 1;
	kept_pid = t->tgid;
	bpf_task_release(t);
	return 0;
}

SEC("?tc")
int percpu_count(struct __sk_buff *skb)
{
	u32 key = 0;
	struct counters *v = bpf_map_lookup_elem(&counters, &key);
	struct counter __percpu_kptr *c, *none;
	struct counter *mine;

	if (!v)
		return 101;
	if (!v->c) {
		c = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct counter), NULL);
		if (!c)
			return 102;
		none = bpf_kptr_xchg(&v->c, c);
		if (none)
			bpf_percpu_obj_drop_impl(none, NULL);
	}
	c = v->c;
	if (!c)
		return 103;
	mine = bpf_this_cpu_ptr(c);
	mine->cnt += 10;
	mine->mark = 7;
	total = mine->cnt + mine->mark;
	return 0;
}
