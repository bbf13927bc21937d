// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Most of this object's BTF is of no use to the kernel: it declares types of the kernel's of which CO-RE reads
 * a little, and types that are only pointed to. The declarations are wrong, as always in these tests.
 */
#include "prog.h"
#include <bpf/bpf_core_read.h>

#define FILL(name) u64 name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8
#define PAD(name) FILL(name##_a); FILL(name##_b); FILL(name##_c); FILL(name##_d)

struct lskel_only_pointed_to {
	PAD(unread);
};

struct new_utsname {
	PAD(uts);
	char sysname[65];
	char nodename[65];
} KERNEL_TYPE;

struct uts_namespace {
	PAD(ns);
	struct lskel_only_pointed_to *owner;
	struct new_utsname name;
} KERNEL_TYPE;

struct nsproxy {
	PAD(proxy);
	struct uts_namespace *uts_ns;
} KERNEL_TYPE;

enum pid_type {
	LSKEL_NO_PID_TYPE,
	PIDTYPE_SID = 70,
	LSKEL_OTHER_PID_TYPE,
	PIDTYPE_PGID,
};

struct task_struct {
	PAD(task);
	union {
		u64 whole;
		struct {
			int before;
			int tgid; /* not in a union in the kernel */
		};
	};
	enum pid_type unread_type;
	int prios[4];
	struct nsproxy *nsproxy;
	struct task_struct *group_leader;
	int pid;
	char comm[16];
	PAD(rest);
} KERNEL_TYPE;

struct task_struct___local {
	PAD(task);
} KERNEL_TYPE;

/* Only its id is asked for, as for memory of that type. */
struct own {
	u64 a, b;
	struct lskel_only_pointed_to *unread;
};

/* What maps and variables hold stays as it is, names and all. */
enum seen_where { SEEN_NOWHERE, SEEN_IN_SYSCALL };

struct seen {
	u64 cnt;
	enum seen_where where;
	struct {
		int pid;
		char comm[16];
	} last;
	struct task_struct *task;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct seen);
} seen SEC(".maps");

u32 pid;
int tgid, leader_tgid, pgid, no_member, there, not_there, task_sz, own_id;
char comm[16], node[65];

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct seen *s;
	u32 zero = 0;

	if (bpf_get_current_pid_tgid() >> 32 != pid)
		return 0;
	tgid = BPF_CORE_READ(task, tgid);
	leader_tgid = BPF_CORE_READ(task, group_leader, tgid);
	pgid = bpf_core_enum_value(enum pid_type, PIDTYPE_PGID);
	no_member = bpf_core_field_exists(task->rest_d_8);
	there = bpf_core_type_exists(struct nsproxy);
	not_there = bpf_core_type_exists(struct lskel_only_pointed_to);
	own_id = bpf_core_type_id_local(struct own);
	task_sz = bpf_core_type_size(struct task_struct___local);
	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	BPF_CORE_READ_STR_INTO(&node, task, nsproxy, uts_ns, name.nodename);
	s = bpf_map_lookup_elem(&seen, &zero);
	if (s) {
		s->cnt++;
		s->where = SEEN_IN_SYSCALL;
		s->last.pid = BPF_CORE_READ(task, pid);
		__builtin_memcpy(s->last.comm, comm, sizeof(comm));
		s->task = task;
	}
	return 0;
}

/* Functions that attach_ext.bpf.c replaces. */
__attribute__((noinline)) int answer(struct __sk_buff *skb)
{
	volatile int n = 41;

	return n + (skb->len ? 0 : 1);
}

/* Verified by itself, so the kernel must know how large a struct the parameter points to. */
struct sum {
	u64 parts[4];
	struct lskel_only_pointed_to *unread;
};

__attribute__((noinline)) int total(struct sum *sum)
{
	return sum ? sum->parts[0] + sum->parts[3] : 0;
}

SEC("tc")
int target(struct __sk_buff *skb)
{
	struct sum sum = { .parts = { 1000, 0, 0, 1 } };

	return answer(skb) + total(&sum);
}
