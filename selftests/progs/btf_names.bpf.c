// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// EDIT: attributes
/*
 * BTF that kernels refuse as it is: names of sections (before 6.12), of types and their members (all
 * kernels), and tags that are attributes (before 6.15; selftests/btf_edit.c makes them of the tags that
 * start with "attr").
 */
#include "prog.h"

#define CAT4(a, b) CAT4_(a, b)
#define CAT4_(a, b) a##b##b##b##b
#define FORTY _a_name_part_of_exactly_forty_characters
#define TOO_LONG CAT4(CAT4(x, FORTY), CAT4(y, FORTY)) /* more than 511 */

struct dollar$struct {
	int dollar$member;
	int TOO_LONG;
};

enum dollar$enum { dollar$value = 3, plain_value = 4 };

struct value {
	struct dollar$struct s;
	enum dollar$enum e;
	int __attribute__((btf_type_tag("attr1"))) *p;
	int n __attribute__((btf_decl_tag("attr2")));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct value);
} m SEC(".maps");

int odd SEC(".data.a-b") = 7;

static __noinline int dollar$func(int dollar$param)
{
	return dollar$param + odd;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	u32 key = 0;
	struct value *v = bpf_map_lookup_elem(&m, &key);

	if (!v)
		return 1;
	v->s.dollar$member = 5;
	v->n = dollar$value;
	return dollar$func(100);
}
