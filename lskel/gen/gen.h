/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Prints the light skeleton: a C header that carries the blob, the loaders and the runtime that uses them. */
#ifndef LSK_GEN_H
#define LSK_GEN_H

#include "../../gen_loader/emit/emit.h"

struct btf;

enum gen_gears {
	GEARS_AUTO,    /* both for a trace of GEN_LOOP_MIN operations or more, else the stepper */
	GEARS_STEPPER,
	GEARS_LOOP,    /* the loop alone: the skeleton loads with one BPF_PROG_RUN or not at all */
};

/* From about this many operations on, the loop's dearer verification is won back. */
#define GEN_LOOP_MIN 100

/*
 * gears_make() - the loader programs for a blob.
 * @loop, @stepper: zero; the ones that @gears asks for are filled, to be freed with loader_free()
 * Errors: -EINVAL (the blob's area), -ENOMEM.
 */
int gears_make(enum gen_gears gears, const struct blob *blob, struct loader *loop, struct loader *stepper);

/*
 * gears_make_signed() - the same for a blob that is signed: the loop gear, in which control stays in the kernel until all is
 * loaded, and with GEARS_STEPPER also that one, for kernels without a JIT.
 * @hash: of the value of the blob's map
 */
int gears_make_signed(enum gen_gears gears, const struct blob *blob, const u8 hash[32], struct loader *loop,
		      struct loader *stepper);

struct gen_opts {
	const char *name;       /* a C identifier: struct NAME, NAME__open() */
	const char *input_name; /* base name of the input, for the "do not edit" line */
	bool emit_types;        /* define the named types that global variables use */
	enum gen_gears gears;
	const struct btf *kernel_btf; /* of the kernel that the skeleton is for; NULL: what it has is found on the target */
	bool sign;              /* to be signed: @tr is trace_opts.fixed. The loop gear, and the stepper with GEARS_STEPPER */
	bool pinning;           /* any map can be pinned; false: only if the object pins one by name */
};

/*
 * gen_header() - print the header of a skeleton.
 * @text: the finished text, NUL-terminated, to be freed by the caller; set on success only
 * @len: its length without the NUL
 * The same input gives the same bytes on every host. Errors: -EINVAL (a name that can't be a member, or two
 * that give the same member; the message names them), -E2BIG, -ENOMEM.
 */
int gen_header(const struct object *obj, const struct trace *tr, const struct blob *blob,
	       const struct gen_opts *opts, char **text, size_t *len, struct lsk_err *err);

#endif
