// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Typed ksyms: per-cpu variables of the kernel, a struct and a scalar. */
#include "prog.h"

struct rq {
	int cpu;
} KERNEL_TYPE;

extern const struct rq runqueues __ksym;
extern const int cpu_number __ksym;

u32 want_cpu;

u32 cpu_now;
int rq_cpu, rq_this_cpu, number, number_this;
u64 rq_addr, number_addr;
int out_of_range;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	struct rq *rq = bpf_per_cpu_ptr(&runqueues, want_cpu);
	int *n = bpf_per_cpu_ptr(&cpu_number, want_cpu);

	if (!rq || !n)
		return 1;
	cpu_now = bpf_get_smp_processor_id();
	rq_cpu = rq->cpu;
	number = *n;
	rq = bpf_this_cpu_ptr(&runqueues);
	rq_this_cpu = rq->cpu;
	number_this = *(int *)bpf_this_cpu_ptr(&cpu_number);
	rq_addr = (u64)&runqueues;
	number_addr = (u64)&cpu_number;
	out_of_range = !bpf_per_cpu_ptr(&runqueues, 1u << 20);
	return 0;
}
