// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Counts context switches, by the name of the task that leaves the CPU. One typed tracepoint, a hash map, a global
 * counter, a constant that is set before loading, and two CO-RE accesses to a kernel struct.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* Of the kernel's type, only what is used; the offsets are found on the target. */
struct task_struct {
	int pid;
	char comm[16];
} __attribute__((preserve_access_index));

struct name {
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct name);
	__type(value, __u64);
} by_name SEC(".maps");

const volatile bool count_idle = false;
__u64 total;

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev)
{
	struct name name = {};
	__u64 one = 1, *count;

	if (!prev->pid && !count_idle)
		return 0;
	__sync_fetch_and_add(&total, 1);
	bpf_probe_read_kernel_str(name.comm, sizeof(name.comm), prev->comm);
	count = bpf_map_lookup_elem(&by_name, &name);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&by_name, &name, &one, BPF_NOEXIST);
	return 0;
}

char _license[] SEC("license") = "GPL";
