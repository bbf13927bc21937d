/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A BPF interpreter, for running loader programs where there is no kernel to do it. It knows the instruction
 * set up to v4 and the kernel's additions (atomic loads and stores, may_goto); what helpers do is the
 * caller's affair.
 *
 * Nothing is verified before a program runs. Instead everything is checked while it runs: an access that lies
 * outside of what the program may touch, an instruction that is none, a jump out of the program, too deep a
 * call, or more instructions than the budget allows ends the run with a message that names the instruction.
 *
 * Addresses are those of this process, numbers are in its byte order: programs for the other byte order can't
 * run here.
 */
#ifndef LSK_INTERP_H
#define LSK_INTERP_H

#include "../../gen_loader/object/object.h"

enum {
	INTERP_STACK = 512,    /* bytes of a frame */
	INTERP_FRAMES = 8,     /* the kernel's MAX_CALL_FRAMES */
	INTERP_REGIONS = 80,   /* 64 maps, and a few more */
	INTERP_MAY_GOTO = 8388608, /* BPF_MAX_LOOPS: how often a frame's may_goto goes on */
};

/* What a program may touch. */
struct interp_region {
	u64 addr, sz;
	bool writable;
	const char *name; /* for messages: "ctx", "map 'lskel.blob'"; borrowed */
};

struct interp;

/* Returns R0. Calls interp_stop() for what ends the run. */
typedef u64 (*interp_helper)(struct interp *in, const u64 arg[5]);

struct interp {
	const struct insn *insns; /* maps resolved: ld_imm64 has numbers, or BPF_PSEUDO_FUNC */
	u32 insn_cnt;
	u64 budget;               /* instructions that it may execute yet */
	interp_helper (*helper)(u32 id); /* NULL: there is none of that number */
	void *priv;               /* the caller's */

	struct interp_region regions[INTERP_REGIONS];
	u32 region_cnt, last_region;
	u8 stack[INTERP_FRAMES][INTERP_STACK] __attribute__((aligned(8)));
	u32 depth;                /* frames in use */
	u32 pc;                   /* of the instruction that is executed */
	int stopped;              /* a negative errno: the run is over */
	struct lsk_err err;       /* why */
};

/* interp_region() - let the program touch this, too. -E2BIG: too many. */
int interp_region(struct interp *in, const void *addr, u64 sz, bool writable, const char *name);

/*
 * interp_run() - the program from its first instruction on.
 * @r1: what it gets as its context
 * @ret: R0 at its end
 * Returns 0, or a negative errno with a message in in->err: -EFAULT (an access), -EINVAL (an instruction),
 * -ELOOP (the budget is used up), -E2BIG (too deep a call), or what a helper has stopped it with.
 */
int interp_run(struct interp *in, u64 r1, u64 *ret);

/* interp_call() - for helpers: call the function that a BPF_PSEUDO_FUNC has given the address of. */
u64 interp_call(struct interp *in, u64 func, const u64 arg[5]);

/* interp_stop() - end the run. The message gets "insn N: " in front of it. Returns 0, for helpers. */
u64 interp_stop(struct interp *in, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* interp_mem() - @sz bytes that the program may read (or write), or NULL. Does not end the run. */
void *interp_mem(struct interp *in, u64 addr, u64 sz, bool write);

/* interp_alu() - one ALU instruction on values; false: there is no such one. For tests, too. */
bool interp_alu(const struct insn *insn, u64 *dst, u64 src);

/* interp_cond() - whether a conditional jump is taken: 0, 1, or -1: there is no such one. */
int interp_cond(const struct insn *insn, u64 dst, u64 src);

/* interp_atomic() - BPF_STX | BPF_ATOMIC on @p, which may be touched. @reg: src, may be written; @r0 for
 * cmpxchg. */
bool interp_atomic(const struct insn *insn, void *p, u64 *reg, u64 *r0);

#endif
