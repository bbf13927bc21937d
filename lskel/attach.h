/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* How a program is attached: the decisions that the header generator and `lskel run` share. */
#ifndef LSK_ATTACH_H
#define LSK_ATTACH_H

#include "../gen_loader/object/object.h"
#include "attach_kinds.h"

enum attach_kind {
	AT_NONE, /* not by system calls of its own */
#define X(kind, func, part) AT_##kind,
	ATTACH_KINDS(X)
#undef X
};

/* The parts of the runtime that kinds are in: lskel/runtime/attach_*.h. */
enum attach_part {
	ATTACH_PART_CORE = 0,
	ATTACH_PART_LINK = 1,
	ATTACH_PART_SOCK = 2,
	ATTACH_PART_PERF = 4,
	ATTACH_PART_MULTI = 8,
	ATTACH_PART_BTF = 16, /* needs MULTI, too */
};

struct attach_how {
	enum attach_kind kind;
	enum attach_part part;
	const char *func;      /* "kprobe" */
	bool alone;            /* needs no argument */
	bool holds;            /* may leave something to undo beside the link */
	bool runs;             /* SEC("syscall"): is run, not attached */
	const char *target;    /* after the section's name, or NULL; borrowed from the object */
	u32 type;              /* enum bpf_attach_type of the link */
	u32 flags;             /* LSKEL_AT_* */
};

struct attach_how attach_how(const struct obj_func *prog);

/* attach_in_loader() - whether the loader may attach the program: a trace_opts.attaches. */
bool attach_in_loader(const struct obj_func *prog);

#endif
