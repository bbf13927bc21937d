// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Typed ksyms: per-cpu variables of the kernel, a struct and a scalar. */
#include "prog.h"

struct rq {
	int cpu;
} KERNEL_TYPE;

extern const struct rq runqueues __ksym;
extern const unsigned long this_cpu_off __ksym;

u32 want_cpu;

u32 cpu_now;
int rq_cpu, rq_this_cpu;
u64 rq_ptr, off, off_this; /* of want_cpu, and of this CPU */
u64 rq_addr, off_addr;
int out_of_range;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	struct rq *rq = bpf_per_cpu_ptr(&runqueues, want_cpu);
	unsigned long *o = bpf_per_cpu_ptr(&this_cpu_off, want_cpu);

	if (!rq || !o)
		return 1;
	cpu_now = bpf_get_smp_processor_id();
	rq_cpu = rq->cpu;
	rq_ptr = (u64)rq;
	off = *o;
	rq = bpf_this_cpu_ptr(&runqueues);
	rq_this_cpu = rq->cpu;
	off_this = *(unsigned long *)bpf_this_cpu_ptr(&this_cpu_off);
	rq_addr = (u64)&runqueues;
	off_addr = (u64)&this_cpu_off;
	out_of_range = !bpf_per_cpu_ptr(&runqueues, 1u << 20);
	return 0;
}
