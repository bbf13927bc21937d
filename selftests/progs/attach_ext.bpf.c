// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs for the functions of another program. */
#include "prog.h"

u64 entry_cnt, exit_cnt, kernel_cnt;

SEC("freplace/answer")
int new_answer(struct __sk_buff *skb)
{
	return 7;
}

SEC("?freplace")
int any_func(struct __sk_buff *skb)
{
	return 5;
}

/* names a function that the kernel does not have */
SEC("?fentry/target")
int on_entry(void *ctx)
{
	entry_cnt++;
	return 0;
}

SEC("?fexit")
int on_exit(void *ctx)
{
	exit_cnt++;
	return 0;
}

/* two for one function of the kernel, of which one may be sent elsewhere */
SEC("?fentry/bpf_fentry_test1")
int moved(void *ctx)
{
	entry_cnt++;
	return 0;
}

SEC("?fentry/bpf_fentry_test1")
int stays(void *ctx)
{
	kernel_cnt++;
	return 0;
}
