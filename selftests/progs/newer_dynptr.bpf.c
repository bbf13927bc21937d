// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A dynptr over a map's value. */
#include "prog.h"

char text[16] = "0123456789";

SEC("tc")
int third(struct __sk_buff *ctx)
{
	struct bpf_dynptr ptr;
	char c = 0;

	(void)ctx;
	if (bpf_dynptr_from_mem(text, sizeof(text), 0, &ptr))
		return -1;
	if (bpf_dynptr_read(&c, 1, &ptr, 3, 0))
		return -2;
	return c;
}
