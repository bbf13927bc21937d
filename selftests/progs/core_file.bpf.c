// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --btf @B@/progs/core_target.bpf.o --target-has-no-btf
/*
 * CO-RE resolved at generation, and nothing of BTF in what is loaded: the relocations are of types that no kernel
 * has (see core_file.h), so nobody else can have resolved them.
 */
#include "prog.h"
#include <bpf/bpf_core_read.h>

enum lskel_color { LSKEL_RED = 1, LSKEL_GREEN = 2, LSKEL_BLUE = 3 };

struct lskel_point {
	int x, y;
} KERNEL_TYPE;

struct lskel_thing {
	char name[4];
	struct lskel_point points[3];
	int in_union;
	int gone;
	unsigned int id; /* 8 bytes there */
	unsigned int bits : 3;
	int sbits : 4;
	short neg;
	unsigned long small;
} KERNEL_TYPE;

struct lskel_thing___gone {
	int gone;
} KERNEL_TYPE;

struct lskel_never {
	int x;
} KERNEL_TYPE;

/* What the test fills in, as core_file.h has it. */
char bytes[256] __attribute__((aligned(8)));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} seen SEC(".maps");

u64 id, bits, small;
long sbits;
int neg, in_union, x1, y2, name3, size, points_size, stride;
int has_name, has_gone, has_type, has_never, has_green;
int red, blue, is_signed;

static __noinline int second_y(struct lskel_thing *t)
{
	return t->points[2].y;
}

SEC("tc")
int look(struct __sk_buff *ctx)
{
	struct lskel_thing *t = (void *)bytes;
	u32 key = 5;

	id = t->id;
	small = t->small;
	neg = t->neg;
	in_union = t->in_union;
	x1 = t->points[1].x;
	y2 = second_y(t);
	name3 = t->name[3];
	bits = BPF_CORE_READ_BITFIELD(t, bits);
	sbits = BPF_CORE_READ_BITFIELD(t, sbits);
	size = bpf_core_type_size(struct lskel_thing);
	points_size = bpf_core_field_size(t->points);
	stride = __builtin_preserve_field_info(t->points[2].x, BPF_FIELD_BYTE_OFFSET) -
		 __builtin_preserve_field_info(t->points[1].x, BPF_FIELD_BYTE_OFFSET);
	is_signed = __builtin_preserve_field_info(t->sbits, BPF_FIELD_SIGNED);
	has_name = bpf_core_field_exists(t->name);
	has_gone = bpf_core_field_exists(t->gone);
	has_type = bpf_core_type_exists(struct lskel_thing);
	has_never = bpf_core_type_exists(struct lskel_never);
	has_green = bpf_core_enum_value_exists(enum lskel_color, LSKEL_GREEN);
	red = bpf_core_enum_value(enum lskel_color, LSKEL_RED);
	blue = bpf_core_enum_value(enum lskel_color, LSKEL_BLUE);
	if (has_gone) /* poisoned, and dead */
		id = ((struct lskel_thing___gone *)t)->gone;
	bpf_map_update_elem(&seen, &key, &id, BPF_ANY);
	return 0;
}
