// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Typeless ksyms: addresses out of kallsyms. */
#include "prog.h"

extern const void bpf_prog_put __ksym;
extern const void bpf_map_put __ksym;

u64 prog_put, prog_put_again, map_put;

SEC("raw_tp/sys_enter")
int first(void *ctx)
{
	prog_put = (u64)&bpf_prog_put;
	map_put = (u64)&bpf_map_put;
	return 0;
}

SEC("raw_tp/sys_enter")
int second(void *ctx)
{
	prog_put_again = (u64)&bpf_prog_put;
	return 0;
}
