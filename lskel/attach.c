// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "attach.h"

#include <linux/bpf.h>

/* Tracing programs whose target is part of loading them: the link needs nothing more. */
static const struct {
	u32 prog_type, attach_type;
	const char *name;
} links[] = {
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "BPF_TRACE_RAW_TP" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "BPF_TRACE_FENTRY" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "BPF_TRACE_FEXIT" },
	{ BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "BPF_MODIFY_RETURN" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "BPF_TRACE_ITER" },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "BPF_LSM_MAC" },
};

struct attach_how attach_how(const struct obj_func *prog)
{
	const struct sec_def *def = prog->def;
	size_t i;

	if (!def)
		return (struct attach_how){ .kind = ATTACH_NONE };
	if (def->prog_type == BPF_PROG_TYPE_RAW_TRACEPOINT || def->prog_type == BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE) {
		if (!prog->attach_target || !*prog->attach_target)
			return (struct attach_how){ .kind = ATTACH_NONE };
		return (struct attach_how){ .kind = ATTACH_RAW_TP, .tp = prog->attach_target };
	}
	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (def->prog_type == links[i].prog_type && def->expected_attach_type == links[i].attach_type)
			return (struct attach_how){ .kind = ATTACH_LINK, .type = links[i].attach_type,
						    .type_name = links[i].name };
	return (struct attach_how){ .kind = ATTACH_NONE };
}
