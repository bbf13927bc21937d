/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The blob: what the loader program reads. This is the only description of that layout; the generator, the
 * loader (gen_loader/emit/loader.bpf.c) and the runtime (embedded in every generated header) include this file.
 *
 * The blob is the value of a one-element array map. It starts with struct lskel_hdr; operations and data follow.
 * All numbers are in the target's byte order. All operands are byte offsets from the start of the blob.
 */
#ifndef LSKEL_FORMAT_H
#define LSKEL_FORMAT_H

/* "LSK" and the version of the format. Read in the wrong byte order it is another number, so such a blob is refused. */
#define LSKEL_MAGIC 0x4c534b01u

struct lskel_hdr {
	unsigned int magic;  /* LSKEL_MAGIC until the blob has run; then 0, so that it can't run twice */
	unsigned int pc;     /* offset of the next operation. The last two clear magic and pc: the loop ends when pc is 0,
			      * the stepper when magic is, one operation earlier */
	unsigned int unwind; /* where an error continues: CLOSE operations over every fd cell, then the end */
	int err;             /* 0, or the negative errno of the operation that failed */
	unsigned int at;     /* offset of the operation that failed */
	unsigned int resv[3];
};

/*
 * What the process that loads a signed skeleton may decide: it lies behind the header of a signed blob, where all of it is 0
 * until the loader copies it from its context.
 */
struct lskel_host {
	unsigned int log_level, log_size; /* as in PROG_LOAD's attr */
	unsigned long long log_buf;
};

#define LSKEL_HOST_OFF 32u /* sizeof(struct lskel_hdr) */

/*
 * One operation. `skip` is a number of operations; for all kinds but COPY it is what is skipped after success (the
 * operations skipped are the fallback that runs after a soft failure).
 */
struct lskel_op {
	unsigned char kind; /* enum lskel_op_kind */
	unsigned char arg;  /* SYS: bpf(2) command; FIND: BTF kind */
	unsigned char soft; /* non-zero: an error is only a value, go on with the next operation */
	unsigned char skip; /* COPY: `min`, a signed 8-bit number, see below */
	unsigned int len;   /* SYS, FIND, KSYM: length of the operand at a, minus 1; COPY: operations to skip */
	unsigned int a;
	unsigned int c;
};

enum lskel_op_kind {
	LSKEL_OP_SYS = 1,   /* bpf_sys_bpf(arg, a, len + 1); result as s32 at c */
	LSKEL_OP_FIND = 2,  /* bpf_btf_find_by_name_kind(a, len + 1, arg, 0); result as s64 at c: id low, BTF fd high */
	LSKEL_OP_KSYM = 3,  /* bpf_kallsyms_lookup_name(a, len + 1, 0, c): the address as u64 at c */
	LSKEL_OP_ADDR = 4,  /* the address of a, as u64 at c */
	LSKEL_OP_COPY = 5,  /* u32 at c = u32 at a; then, if (s32)value < (s8)min, skip len operations */
	LSKEL_OP_CLOSE = 6, /* close the fd at a unless it is <= 0; the cell becomes -1 */
};

/*
 * Bounds that the loader puts on operands. `a` and `c` are masked to the (power-of-two) area of the blob, `len` to
 * LSKEL_LEN_MASK, so the map's value is area + LSKEL_SLACK bytes. FIND, KSYM and ADDR want a multiple of 8 in c,
 * everything else is a multiple of 4. Operations lie at multiples of 8.
 */
#define LSKEL_LEN_MASK 511u /* KSYM_NAME_LEN is 512 since Linux 6.1; the largest attr that we pass is far below */
#define LSKEL_SLACK 512u

/* No fd is ever 0 in the blob: the runtime's own map holds the lowest free number before the loader starts. */

#endif
