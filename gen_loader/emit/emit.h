/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Lowers a trace to the blob (gen_loader/format.h) and makes the loader program that runs it. */
#ifndef LSK_EMIT_H
#define LSK_EMIT_H

#include "../trace/trace.h"

struct blob {
	bool big_endian;
	u8 *data;        /* the header, operations and data; what lies behind data_sz is zero */
	u32 data_sz;
	u32 area;        /* power of two; the map's value is area + LSKEL_SLACK bytes */
	u32 ops_off;     /* offset of operation 0 */
	u32 op_cnt;
	u32 *chunk_off;  /* by chunk of the trace */
	u32 chunk_cnt;
};

/*
 * blob_emit() - lay out the chunks and write header and operations.
 * @blob: set on success only; free with blob_free()
 * Equal chunks that nothing writes are stored once. Errors: -E2BIG (over 512 MiB), -ENOMEM.
 */
int blob_emit(const struct trace *trace, struct blob **blob, struct lsk_err *err);
void blob_free(struct blob *blob);

enum gear {
	GEAR_STEPPER, /* one operation per BPF_PROG_RUN */
	GEAR_LOOP,    /* all of them in one run, by bpf_loop(); needs a JIT */
};

struct loader {
	u8 *insns;           /* in target order, masks patched for the blob's area */
	u32 insns_sz;        /* bytes */
	const u8 *btf;       /* the loop gear's own BTF, in target order; NULL for the stepper */
	u32 btf_sz;
	const u8 *func_info; /* func_info records of 8 bytes, in target order; NULL for the stepper */
	u32 func_info_sz;    /* bytes */
};

/*
 * loader_make() - the loader program for a blob of @area bytes.
 * @area: power of two
 * The program is one of the checked-in ones (gen_loader/emit/loaders/), with only its mask constants changed; it refers
 * to the blob's map as fd_array[0]. Fills @ld; free with loader_free(). Errors: -EINVAL (@area), -ENOMEM.
 */
int loader_make(enum gear gear, bool big_endian, u32 area, struct loader *ld);
void loader_free(struct loader *ld);

/*
 * loader_make_signed() - the same for a signed skeleton: it runs one blob, and reads struct lskel_host from its context.
 * @hash: SHA-256 of the blob's map's value (area + LSKEL_SLACK bytes); all 0 for a digest that doesn't depend on it
 */
int loader_make_signed(enum gear gear, bool big_endian, u32 area, const u8 hash[32], struct loader *ld);

#endif
