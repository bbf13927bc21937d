// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Sizes that only the target knows: pages of a ring buffer, CPUs of a perf event array. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring_page SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} ring_odd SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1);
} ring_tiny SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf_all SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 3);
} perf_three SEC(".maps");

SEC("tc")
int emit(struct __sk_buff *skb)
{
	u64 v = 0x1122334455667788ull;

	return bpf_ringbuf_output(&ring_page, &v, sizeof(v), 0) == 0 &&
	       bpf_ringbuf_output(&ring_odd, &v, sizeof(v), 0) == 0;
}
