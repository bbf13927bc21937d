// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Map types that the kernel refuses when they come with BTF ids of key or value. */
#include "prog.h"

#define NOBTF(kind, ident)                                                                         \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__type(key, u32);                                                                  \
		__type(value, u32);                                                                \
		__uint(max_entries, 4);                                                            \
	} ident SEC(".maps")

NOBTF(BPF_MAP_TYPE_PERF_EVENT_ARRAY, m_perf);
NOBTF(BPF_MAP_TYPE_CGROUP_ARRAY, m_cgroup);
NOBTF(BPF_MAP_TYPE_DEVMAP, m_dev);
NOBTF(BPF_MAP_TYPE_DEVMAP_HASH, m_devhash);
NOBTF(BPF_MAP_TYPE_CPUMAP, m_cpu);
NOBTF(BPF_MAP_TYPE_XSKMAP, m_xsk);
NOBTF(BPF_MAP_TYPE_SOCKMAP, m_sock);
NOBTF(BPF_MAP_TYPE_SOCKHASH, m_sockhash);
NOBTF(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, m_reuse);
NOBTF(BPF_MAP_TYPE_PROG_ARRAY, m_prog);

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__type(key, u32);
	__type(value, u64[8]);
	__uint(max_entries, 4);
} m_trace SEC(".maps");

#define VALUE_ONLY(kind, ident)                                                                    \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__type(value, u64);                                                                \
		__uint(max_entries, 4);                                                            \
	} ident SEC(".maps")

VALUE_ONLY(BPF_MAP_TYPE_QUEUE, m_queue);
VALUE_ONLY(BPF_MAP_TYPE_STACK, m_stack);

SEC("tc")
int push(struct __sk_buff *skb)
{
	u64 v = 5, w = 0;

	bpf_map_push_elem(&m_queue, &v, 0);
	v = 6;
	bpf_map_push_elem(&m_queue, &v, 0);
	bpf_map_pop_elem(&m_queue, &w);
	return (int)w;
}
