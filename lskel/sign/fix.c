// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "fix.h"

#include <errno.h>
#include <stdlib.h>

#include "../desc.h"
#include "../gen/gen.h"
#include "../struct_ops.h"
#include "../runtime/runtime.h"
#include "../runtime/struct_ops.h"

/* As lskel_switch_span(), in the target's byte order. */
static void switch_span(struct blob *b, const struct lskel_span *span, bool on)
{
	const u32 zero = offsetof(struct lskel_hdr, resv);
	u8 *op = b->data + b->ops_off + span->first_op * sizeof(struct lskel_op);
	const bool guard = op[offsetof(struct lskel_op, kind)] == LSKEL_OP_COPY &&
			   get32(op + offsetof(struct lskel_op, a), b->big_endian) == zero &&
			   get32(op + offsetof(struct lskel_op, c), b->big_endian) == zero + 4;

	if (on) {
		if (guard)
			put32(op + offsetof(struct lskel_op, skip), b->big_endian, 0);
		return;
	}
	op[offsetof(struct lskel_op, kind)] = LSKEL_OP_COPY;
	op[offsetof(struct lskel_op, arg)] = 0;
	op[offsetof(struct lskel_op, min)] = 1;
	op[offsetof(struct lskel_op, len)] = 0;
	put32(op + offsetof(struct lskel_op, skip), b->big_endian,
	      (span->op_cnt - 1) * (u32)sizeof(struct lskel_op));
	put32(op + offsetof(struct lskel_op, a), b->big_endian, zero);
	put32(op + offsetof(struct lskel_op, c), b->big_endian, zero + 4);
}

static void switch_spans(const struct lskel_io *io, struct blob *b)
{
	u32 i;

	for (i = 0; i < io->desc->span_cnt; i++) {
		const int on = lskel_span_is_on(io, &io->desc->spans[i]);

		if (on >= 0)
			switch_span(b, &io->desc->spans[i], on);
	}
}

/* The runtime's own code, over the blob that will be signed. */
static int fill_struct_ops(struct lskel_io *io, struct blob *b, struct lsk_err *err)
{
	u32 i;
	int ret;

	if (b->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return err_set(err, -EINVAL, "struct_ops can't be signed on a machine of the other byte order");
	if (lskel_ops_open(io))
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < io->desc->prog_cnt; i++)
		if (io->desc->progs[i].flags & LSKEL_PROG_OPS)
			io->prog_on[i] = lskel_ops_uses(io, i) ? LSKEL_ON : LSKEL_OFF;
	ret = lskel_ops_patch(io, b->data);
	return ret ? err_set(err, ret, "%s", lskel_strerror(io->state)) : 0;
}

static int fix(const struct lskel_desc *desc, struct blob *b, struct lsk_err *err)
{
	struct lskel_state state = {};
	struct lskel_io io = { .desc = desc, .state = &state };
	int ret = 0;

	io.maps = calloc(desc->map_cnt + 1, sizeof(*io.maps));
	io.progs = calloc(desc->prog_cnt + 1, sizeof(*io.progs));
	io.prog_on = calloc(desc->prog_cnt + 1, 1);
	io.ops = desc->ops ? calloc(desc->ops->cnt + 1, sizeof(*io.ops)) : NULL;
	if (!io.maps || !io.progs || !io.prog_on || (desc->ops && !io.ops))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret && desc->ops)
		ret = fill_struct_ops(&io, b, err);
	if (!ret)
		switch_spans(&io, b);
	if (io.ops)
		lskel_ops_free(&io);
	free(io.maps);
	free(io.progs);
	free(io.prog_on);
	free(io.ops);
	return ret;
}

int sign_fix(const struct object *obj, const struct trace *tr, struct blob *blob, const struct btf *kernel_btf,
	     struct lsk_err *err)
{
	static const u8 none[32];
	struct loader loop = {}, stepper = {};
	struct lskel_desc *desc = NULL;
	int ret = gears_make_signed(GEARS_LOOP, blob, none, &loop, &stepper);

	if (!ret)
		ret = desc_build(obj, tr, blob, &loop, &stepper, &desc, err);
	if (!ret && desc->ops && !kernel_btf)
		ret = err_set(err, -EINVAL, "map '%s': struct_ops in packed files are filled in on the target, which can't be signed",
			      desc->maps[desc->ops->rows[0].map].name);
	if (!ret && desc->ops)
		ret = struct_ops_resolve(desc, kernel_btf, err);
	if (!ret)
		ret = fix(desc, blob, err);
	desc_free(desc);
	loader_free(&loop);
	loader_free(&stepper);
	return ret;
}
