// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Which types of programs may call which helpers. Known of three releases; in between, if those on both
 * sides agree.
 */
#include <errno.h>

#include "priv.h"

#define ALL 0xffffffffffull

static const struct { u64 in[3]; } allowed[] = {
#include "helper_types.inc"
};

static const u32 releases[] = { KV(6, 1), KV(6, 12), KV(7, 2) };

/*
 * TARGET_UNKNOWN also where nothing is known of the type: the rules of struct_ops programs are those of
 * the struct.
 */
enum target_answer helper_allowed(const struct env *e, u32 id)
{
	u32 type = e->type, low = 0, high = ARRAY_SIZE(releases) - 1, i;
	bool yes = false, no = false;

	if (id >= ARRAY_SIZE(allowed) || type > 32 || type == BPF_PROG_TYPE_STRUCT_OPS ||
	    type == BPF_PROG_TYPE_EXT ||
	    type == BPF_PROG_TYPE_LIRC_MODE2 || type == BPF_PROG_TYPE_UNSPEC)
		return TARGET_UNKNOWN;
	if (type == BPF_PROG_TYPE_TRACING && e->in->attach_type == BPF_TRACE_ITER)
		return TARGET_UNKNOWN; /* some iterators add their own */
	for (i = 0; i < ARRAY_SIZE(releases); i++) {
		if (e->since >= releases[i])
			low = i;
		if (e->since_exact && e->since < releases[i] + KV(0, 1) && i < high)
			high = i;
	}
	for (i = low; i <= high; i++) {
		if (type == 32 && !i)
			continue; /* NETFILTER is newer */
		if (allowed[id].in[i] >> type & 1)
			yes = true;
		else
			no = true;
	}
	return yes && no ? TARGET_UNKNOWN : no ? TARGET_NO : TARGET_YES;
}
