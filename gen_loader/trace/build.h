/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Building a trace: chunks, cells, constants and operations. All functions here are sticky on failure: the first -ENOMEM is
 * kept in build.ret and what they return afterwards means nothing, so the recorder checks once, at its end.
 */
#ifndef LSK_TRACE_BUILD_H
#define LSK_TRACE_BUILD_H

#include "trace.h"

/* The chunks that every trace has. */
enum { CHUNK_ID_HDR, CHUNK_ID_CELLS, CHUNK_ID_FD_ARRAY, CHUNK_ID_CONST };

struct build {
	const struct object *obj;
	struct trace *tr;
	struct lsk_err *err;
	int ret; /* 0, or the first failure */
	/* what an array's count in struct trace has room for */
	size_t chunk_cap, op_cap, span_cap, sym_cap, size_cap, cell_cap;
	struct trace_ref scratch; /* COPY's destination where only the test matters; hdr.resv[1] */
	struct trace_ref zero;    /* hdr.resv[0], always 0 */
	struct trace_ref btf_fd;
};

/* A failed look-up's or load's subject is the span that is open: every operation lies in one. */
void span_begin(struct build *b, enum subject_kind kind, u32 idx);
void span_end(struct build *b);

/*
 * chunk_new() - add a chunk. @data may be NULL (zeroes); it is copied. @name: printf format.
 * Returns its number.
 */
u32 chunk_new(struct build *b, enum chunk_kind kind, const void *data, u32 sz, bool written, const char *name, ...)
	__attribute__((format(printf, 6, 7)));
struct trace_chunk *chunk(struct build *b, u32 id);
/* Make a chunk longer by @sz zero bytes, at a multiple of @sz; returns the place. */
struct trace_ref chunk_extend(struct build *b, u32 id, u32 sz);
u32 chunk_str(struct build *b, const char *str);
/* An attr of @cmd, empty; attr_*() grow it, so that it ends at the last field used. */
u32 chunk_attr(struct build *b, u8 cmd, const char *name, ...) __attribute__((format(printf, 3, 4)));

struct trace_ref ref(u32 chunk, u32 off);
/* A new place in CELLS, of 4 or 8 bytes (aligned so), with initial value @init (4 bytes: cut). */
struct trace_ref cell_new(struct build *b, u32 sz, s64 init, const char *name, ...) __attribute__((format(printf, 4, 5)));
/* Name a place that is in a chunk already. */
void cell_name(struct build *b, struct trace_ref r, u32 sz, const char *name, ...) __attribute__((format(printf, 4, 5)));
/* The words of an 8-byte cell: low (a BTF id) and high (its fd), as they lie in the target's order. */
struct trace_ref cell_lo(const struct build *b, struct trace_ref cell);
struct trace_ref cell_hi(const struct build *b, struct trace_ref cell);
/* A u32 constant, each value once. */
struct trace_ref konst(struct build *b, u32 v);

void attr_u32(struct build *b, u32 attr, u32 off, u32 v);
void attr_u64(struct build *b, u32 attr, u32 off, u64 v);
/* Fields filled on the target: the attr must reach to their end. */
void attr_ptr(struct build *b, u32 attr, u32 off, struct trace_ref to); /* ADDR */
void attr_copy(struct build *b, u32 attr, u32 off, struct trace_ref from); /* COPY */
void attr_name(struct build *b, u32 attr, u32 off, const char *name); /* char[16], kernel's alphabet */

struct trace_op *op_new(struct build *b, u8 kind, struct trace_ref a, struct trace_ref c);
/*
 * What may fail, conditions and jumps skip operations that are not there yet: these return a mark, and op_land()
 * makes the operation at the mark skip everything recorded since. Without op_land() they go on with the next one.
 */
/* The command of @attr; its result goes to @res. An error ends the run, unless @soft. */
u32 op_sys(struct build *b, u32 attr, struct trace_ref res, bool soft);
u32 op_find(struct build *b, const char *name, u8 kind, struct trace_ref cell, bool soft);
u32 op_ksym(struct build *b, const char *name, struct trace_ref cell, bool soft);
void op_copy(struct build *b, struct trace_ref from, struct trace_ref to);
/* Behind the last operation of a run only. @failed: only if it has failed. */
void op_close(struct build *b, struct trace_ref fd, bool failed);
/* Go on if @val >= @min, else jump. */
u32 op_if_ge(struct build *b, struct trace_ref val, u8 min, struct trace_ref copy_to);
u32 op_jump(struct build *b);
void op_land(struct build *b, u32 mark);

#endif
