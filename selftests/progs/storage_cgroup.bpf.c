// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Storage local to cgroups, since Linux 6.2. */
#include "prog.h"

#define CGRP_STORAGE 32 /* BPF_MAP_TYPE_CGRP_STORAGE */

struct {
	__uint(type, CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} of_cgroup SEC(".maps");

SEC("tc")
int nothing(struct __sk_buff *skb)
{
	return 0;
}
