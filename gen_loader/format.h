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
#define LSKEL_MAGIC 0x4c534b02u

struct lskel_hdr {
	unsigned int magic;  /* LSKEL_MAGIC until the blob has run, something else while the loop is at it. The last
			      * operation clears it, which ends the run; and a blob can't run twice */
	unsigned int pc;     /* offset of the next operation */
	unsigned int unwind; /* offset of the last operation of a run, where an error continues; behind it lie CLOSE
			      * operations over every fd cell */
	int err;             /* after the run: 0, or the negative errno of the operation that failed */
	unsigned int at;     /* offset of the operation that failed */
	unsigned int resv[3]; /* 0; written and never read; lskel/pack_format.h's */
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
 * One operation. Each has a result, and a negative one skips what follows, as far as `skip` says. So an error
 * goes on with its fallback or, if it has none, with the end of the run; and a jump is a COPY of 0, min 1.
 */
struct lskel_op {
	unsigned char kind; /* enum lskel_op_kind */
	unsigned char arg;  /* SYS: bpf(2) command; FIND: BTF kind; CLOSE: non-zero: only if the run has failed */
	unsigned char min;  /* COPY */
	unsigned char len;  /* SYS, FIND, KSYM: length of the operand at a, minus 1 */
	unsigned int skip;  /* bytes of operations to skip if the result is negative */
	unsigned int a;
	unsigned int c;
};

enum lskel_op_kind {
	LSKEL_OP_SYS = 1,   /* bpf_sys_bpf(arg, a, len + 1); result as s32 at c */
	LSKEL_OP_FIND = 2,  /* bpf_btf_find_by_name_kind(a, len + 1, arg, 0); result as s64 at c: id low, BTF fd high */
	LSKEL_OP_KSYM = 3,  /* bpf_kallsyms_lookup_name(a, len + 1, 0, c): the address as u64 at c */
	LSKEL_OP_ADDR = 4,  /* the address of a, as u64 at c; result 0. Also any kind that is not in this list */
	LSKEL_OP_COPY = 5,  /* u32 at c = u32 at a; result: that value minus min, as s32 */
	LSKEL_OP_CLOSE = 6, /* close the fd at a if it is > 0. The runtime's, when the loader has run: these come last */
};

/*
 * Bounds that the loader puts on operands. `a` and `c` are masked to the (power-of-two) area of the blob, and no
 * operand is longer than LSKEL_SLACK, so the map's value is area + LSKEL_SLACK bytes. FIND, KSYM and ADDR want a
 * multiple of 8 in c, everything else is a multiple of 4. Operations lie at multiples of 8.
 */
#define LSKEL_SLACK 256u

/* No fd is ever 0 in the blob: the runtime's own map holds the lowest free number before the loader starts. */

#endif
