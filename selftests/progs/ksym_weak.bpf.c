// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Weak variables and addresses, missing and present. */
#include "prog.h"

struct rq {
	int cpu;
} KERNEL_TYPE;

struct no_such_struct {
	int x;
};

extern const struct rq runqueues __ksym __weak;
extern const int lskel_no_such_var __ksym __weak;
extern const struct no_such_struct lskel_no_such_struct_var __ksym __weak;
extern const void lskel_no_such_symbol __ksym __weak;
extern const void bpf_prog_put __ksym __weak;

int runqueues_there, rq_cpu = -1;
int missing; /* a bit for each that is (wrongly) there */
u64 prog_put;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	if (&runqueues) {
		struct rq *rq = bpf_this_cpu_ptr(&runqueues);

		runqueues_there = 1;
		rq_cpu = rq->cpu - (int)bpf_get_smp_processor_id();
	}
	if (&lskel_no_such_var) {
		missing |= 1;
		missing |= *(int *)bpf_this_cpu_ptr(&lskel_no_such_var) << 8;
	}
	if (&lskel_no_such_struct_var)
		missing |= 2;
	if (&lskel_no_such_symbol)
		missing |= 4;
	prog_put = (u64)&bpf_prog_put;
	return 0;
}
