// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Of three maps the second is one that no kernel creates. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} good SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
	__uint(map_extra, 12); /* for Bloom filters and arenas only */
} refused SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} good_too SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return 2;
}
