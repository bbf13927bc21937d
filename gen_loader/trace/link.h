/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A program as PROG_LOAD wants it: the entry function with every function it can reach appended behind it, calls between
 * them resolved, and the records of .BTF.ext moved along.
 */
#ifndef LSK_TRACE_LINK_H
#define LSK_TRACE_LINK_H

#include "../object/object.h"

struct linked_func {
	u32 func;  /* object.funcs */
	u32 start; /* its first instruction */
};

struct linked {
	struct insn *insns;
	u32 insn_cnt;
	struct linked_func *funcs; /* the entry function first */
	u32 func_cnt;
	struct obj_relo *relos; /* those that are left: maps and externs */
	u32 relo_cnt;
	struct obj_line *lines;
	u32 line_cnt;
	struct obj_core *cores;
	u32 core_cnt;
	bool has_func_info; /* all functions have BTF ids */
	bool has_line_info; /* all functions start with a line record */
};

/*
 * link_prog() - link entry function @func of @obj.
 * Fills @l on success; free with link_free(). Errors: -EINVAL, -ENOMEM, with a message.
 */
int link_prog(const struct object *obj, u32 func, struct linked *l, struct lsk_err *err);
void link_free(struct linked *l);

#endif
