// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Iterators that are given what to go over. */
#include "prog.h"

struct bpf_iter_meta;
struct bpf_map;
struct task_struct;
struct cgroup;

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
} KERNEL_TYPE;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL_TYPE;

struct bpf_iter__cgroup {
	struct bpf_iter_meta *meta;
	struct cgroup *cgroup;
} KERNEL_TYPE;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 5);
	__type(key, u32);
	__type(value, u64);
} five SEC(".maps");

u64 elems, tasks, cgroups;

SEC("iter/bpf_map_elem")
int over_map(struct bpf_iter__bpf_map_elem *ctx)
{
	elems += ctx->key != 0;
	return 0;
}

SEC("iter/task")
int over_tasks(struct bpf_iter__task *ctx)
{
	tasks += ctx->task != 0;
	return 0;
}

SEC("iter/cgroup")
int over_cgroups(struct bpf_iter__cgroup *ctx)
{
	cgroups += ctx->cgroup != 0;
	return 0;
}
