/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Operations that need no kernel: ADDR and COPY. Most of a load are such, and a BPF_PROG_RUN takes half a
 * microsecond; so between two that do need it, the stepper's and the direct gear's runtime does what the loader
 * would do, in the same blob.
 */
#ifndef LSKEL_STEP_H
#define LSKEL_STEP_H

/* The operation that is next, or NULL: pc is not in the list. */
static inline struct lskel_op *lskel_op_next(const struct lskel_desc *desc, void *blob,
					     const struct lskel_hdr *hdr)
{
	const unsigned int off = hdr->pc - desc->ops_off, i = off / (unsigned int)sizeof(struct lskel_op);

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
static inline void lskel_op_done(struct lskel_hdr *hdr, const struct lskel_op *op, __s32 res)
{
	if (op->kind != LSKEL_OP_COPY) {
		hdr->err = res;
		hdr->at = hdr->pc;
	}
	hdr->pc += (unsigned int)sizeof(*op) + (res < 0 ? op->skip : 0);
}

/*
 * Run what needs no kernel, up to the next operation that does, or that is at @end or behind it. @hdr: the
 * blob's, or one of the caller's own. @base: the blob's address, for whoever gets the attrs; 0: not known, so that ADDR
 * is an operation that needs the kernel. Returns how many it were.
 */
static inline unsigned int lskel_run_plain(const struct lskel_desc *desc, unsigned char *blob,
					   struct lskel_hdr *hdr, __u64 base, unsigned int end)
{
	struct lskel_op op, *next;
	unsigned int n, val;
	__u64 addr;

	for (n = 0; n <= desc->op_cnt && hdr->pc < end && hdr->magic == LSKEL_MAGIC; n++) {
		next = lskel_op_next(desc, blob, hdr);
		if (!next)
			break;
		/* a copy, since it may be about to change itself */
		lskel_copy(&op, next, sizeof(op));
		if (!lskel_op_fits(desc, &op))
			break;
		if (op.kind == LSKEL_OP_COPY) {
			val = lskel_get32(blob, op.a);
			/* what nobody reads is not written: threads would do that at the same time (team.h) */
			if (op.c != (unsigned int)offsetof(struct lskel_hdr, resv) + 4)
				lskel_put32(blob, op.c, val);
			lskel_op_done(hdr, &op, (__s32)(val - op.min));
		} else if (op.kind == LSKEL_OP_ADDR && base) {
			addr = base + op.a;
			lskel_copy(blob + op.c, &addr, sizeof(addr));
			lskel_op_done(hdr, &op, 0);
		} else {
			break;
		}
	}
	return n;
}

/* What the loader returns for a blob that it does not take. */
#define LSKEL_REFUSED 0xffffffffu
#define LSKEL_ALTERED 0xfffffffeu /* a signed one, for another blob than the one that was signed */

/* Run the loader once. Returns 0 or a negative errno; *@ret is what the loader returns. */
static inline int lskel_prog_run(int prog_fd, unsigned int *ret)
{
	struct lskel_attr_run attr;
	int err;

	lskel_zero(&attr, sizeof(attr));
	attr.prog_fd = (__u32)prog_fd;
	err = (int)lskel_sys_bpf(LSKEL_BPF_PROG_RUN, &attr, sizeof(attr));
	*ret = attr.retval;
	return !err && *ret == LSKEL_REFUSED ? -EINVAL : err;
}

#endif
