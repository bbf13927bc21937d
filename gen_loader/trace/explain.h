/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* A trace for people (one operation a line) and for programs (JSON). */
#ifndef LSK_TRACE_EXPLAIN_H
#define LSK_TRACE_EXPLAIN_H

#include <stdio.h>

#include "trace.h"

/* cmd_name() - "BPF_MAP_CREATE" for a bpf(2) command; "BPF_?" for one that no trace uses. */
const char *cmd_name(u32 cmd);

/* subject_text() - "map 'counts'", "prog 'x'", "ksym 'jiffies'", "btf", "end"; written into @buf, which is returned. */
char *subject_text(const struct object *obj, const struct trace *tr, const struct trace_span *span, char *buf, size_t sz);

/*
 * trace_explain() - print the whole trace to @f.
 * @obj: the object the trace was recorded from
 * Errors of @f are the caller's to look for (ferror()).
 */
void trace_explain(const struct object *obj, const struct trace *tr, FILE *f);
void trace_explain_json(const struct object *obj, const struct trace *tr, FILE *f);

#endif
