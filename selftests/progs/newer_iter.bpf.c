// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* An open-coded iterator, and a dynptr over a map's value. */
#include "prog.h"

struct bpf_iter_num {
	u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

SEC("tc")
int sum(struct __sk_buff *ctx)
{
	struct bpf_iter_num it;
	int *n, total = 0;

	(void)ctx;
	bpf_iter_num_new(&it, 1, 101);
	while ((n = bpf_iter_num_next(&it)))
		total += *n;
	bpf_iter_num_destroy(&it);
	return total;
}
