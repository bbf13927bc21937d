// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "gen/gen.h"

/* How many operations are the kernel's: the stepper takes a BPF_PROG_RUN for each (lskel/runtime/step.h). */
static u32 kernel_ops(const struct blob *blob)
{
	u32 i, cnt = 0;

	for (i = 0; i < blob->op_cnt; i++) {
		u8 kind = blob->data[blob->ops_off + i * sizeof(struct lskel_op) + offsetof(struct lskel_op, kind)];

		cnt += kind == LSKEL_OP_SYS || kind == LSKEL_OP_FIND || kind == LSKEL_OP_KSYM;
	}
	return cnt;
}

int gears_make(enum gen_gears gears, const struct blob *blob, struct loader *loop, struct loader *stepper)
{
	int ret = 0;

	if (gears == GEARS_LOOP || (gears == GEARS_AUTO && kernel_ops(blob) >= GEN_LOOP_MIN))
		ret = loader_make(GEAR_LOOP, blob->big_endian, blob->area, loop);
	if (!ret && gears != GEARS_LOOP)
		ret = loader_make(GEAR_STEPPER, blob->big_endian, blob->area, stepper);
	return ret;
}

int gears_make_signed(enum gen_gears gears, const struct blob *blob, const u8 hash[32], struct loader *loop,
		      struct loader *stepper)
{
	int ret = loader_make_signed(GEAR_LOOP, blob->big_endian, blob->area, hash, loop);

	if (!ret && gears == GEARS_STEPPER)
		ret = loader_make_signed(GEAR_STEPPER, blob->big_endian, blob->area, hash, stepper);
	return ret;
}
