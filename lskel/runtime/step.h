/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Operations that need no kernel: ADDR and COPY. Most of a load are such, and a BPF_PROG_RUN takes half a
 * microsecond; so between two that do need it, the stepper's and the direct gear's runtime does what the loader
 * would do, in the same blob.
 */
#ifndef LSKEL_STEP_H
#define LSKEL_STEP_H

/* The operation that is next, or NULL: pc is not in the list. */
static inline struct lskel_op *lskel_op_next(const struct lskel_desc *desc, unsigned char *blob)
{
	const unsigned int off = lskel_get32(blob, offsetof(struct lskel_hdr, pc)) - desc->ops_off;
	const unsigned int i = off / (unsigned int)sizeof(struct lskel_op);

	return off % sizeof(struct lskel_op) || i >= desc->op_cnt ? NULL : LSKEL_OP_AT(desc, blob, i);
}

/* The loader masks its operands; what does not lie in the blob is left to it, or refused. */
static inline int lskel_op_fits(const struct lskel_desc *desc, const struct lskel_op *op)
{
	const unsigned int len = op->kind == LSKEL_OP_ADDR || op->kind == LSKEL_OP_COPY ? 7 : op->len;

	return op->a < desc->value_sz && desc->value_sz - op->a > len && op->c < desc->value_sz &&
	       desc->value_sz - op->c >= 8;
}

/* What every operation ends with. */
static inline void lskel_op_done(unsigned char *blob, const struct lskel_op *op, __s32 res)
{
	const unsigned int pc = lskel_get32(blob, offsetof(struct lskel_hdr, pc));

	if (op->kind != LSKEL_OP_COPY) {
		lskel_put32(blob, offsetof(struct lskel_hdr, err), (__u32)res);
		lskel_put32(blob, offsetof(struct lskel_hdr, at), pc);
	}
	lskel_put32(blob, offsetof(struct lskel_hdr, pc),
		    pc + (unsigned int)sizeof(*op) + (res < 0 ? op->skip : 0));
}

/*
 * Run what needs no kernel, up to the next operation that does. @base: the blob's address, for whoever gets the
 * attrs; 0: not known, so that ADDR is such an operation. Returns how many it were.
 */
static inline unsigned int lskel_run_plain(const struct lskel_desc *desc, unsigned char *blob, __u64 base)
{
	struct lskel_op op;
	unsigned int n;
	__u64 addr;

	for (n = 0; n <= desc->op_cnt; n++) {
		const struct lskel_op *next = lskel_op_next(desc, blob);

		if (!next || lskel_get32(blob, 0) != LSKEL_MAGIC)
			break;
		/* a copy, since it may be about to change itself */
		lskel_copy(&op, next, sizeof(op));
		if (!lskel_op_fits(desc, &op))
			break;
		if (op.kind == LSKEL_OP_COPY) {
			const unsigned int val = lskel_get32(blob, op.a);

			lskel_put32(blob, op.c, val);
			lskel_op_done(blob, &op, (__s32)(val - op.min));
		} else if (op.kind == LSKEL_OP_ADDR && base) {
			addr = base + op.a;
			lskel_copy(blob + op.c, &addr, sizeof(addr));
			lskel_op_done(blob, &op, 0);
		} else {
			break;
		}
	}
	return n;
}

#endif
