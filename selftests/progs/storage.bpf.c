// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Storage local to tasks, sockets and inodes: maps that must have BTF and no size. */
#include "prog.h"

#define STORAGE(kind, ident)                                                                       \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__type(key, int);                                                                  \
		__type(value, u64);                                                                \
	} ident SEC(".maps")

STORAGE(BPF_MAP_TYPE_TASK_STORAGE, of_task);
STORAGE(BPF_MAP_TYPE_SK_STORAGE, of_sk);
STORAGE(BPF_MAP_TYPE_INODE_STORAGE, of_inode);

struct task_struct;

u32 pid;
u64 seen;

SEC("tp_btf/sys_enter")
int on_enter(void *ctx)
{
	u64 *v;

	if (bpf_get_current_pid_tgid() >> 32 != pid)
		return 0;
	v = bpf_task_storage_get(&of_task, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (v)
		seen = ++*v;
	return 0;
}

SEC("cgroup/sock_create")
int on_sock(struct bpf_sock *sk)
{
	u64 *v = bpf_sk_storage_get(&of_sk, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (v)
		*v = 4711;
	return 1;
}
