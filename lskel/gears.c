// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "gen/gen.h"

/* How many operations a run takes, at the most: those up to the one that ends it. */
static u32 run_ops(const struct blob *blob)
{
	u32 last = get32(blob->data + offsetof(struct lskel_hdr, unwind), blob->big_endian);

	return (last - blob->ops_off) / sizeof(struct lskel_op) + 1;
}

int gears_make(enum gen_gears gears, const struct blob *blob, struct loader *loop, struct loader *stepper)
{
	int ret = 0;

	if (gears == GEARS_LOOP || (gears == GEARS_AUTO && run_ops(blob) >= GEN_LOOP_MIN))
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
