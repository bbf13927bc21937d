// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps and data, but no program. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 4);
} only SEC(".maps");

u64 number = 99;
