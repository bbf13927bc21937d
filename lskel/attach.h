/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* How a program is attached, where one system call without more arguments can do it. */
#ifndef LSK_ATTACH_H
#define LSK_ATTACH_H

#include "../gen_loader/object/object.h"

struct attach_how {
	enum {
		ATTACH_NONE,   /* more than one call, or an argument that the object doesn't hold */
		ATTACH_RAW_TP, /* BPF_RAW_TRACEPOINT_OPEN */
		ATTACH_LINK,   /* BPF_LINK_CREATE without a target */
	} kind;
	const char *tp;        /* RAW_TP: the tracepoint; borrowed from the object */
	u32 type;              /* LINK: enum bpf_attach_type */
	const char *type_name; /* "BPF_TRACE_FENTRY" */
};

struct attach_how attach_how(const struct obj_func *prog);

#endif
