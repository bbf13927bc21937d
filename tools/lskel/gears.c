// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <string.h>

#include "tool.h"

int gears_parse(const char *arg, enum gen_gears *gears)
{
	static const char *const names[] = { [GEARS_AUTO] = "auto", [GEARS_STEPPER] = "stepper", [GEARS_LOOP] = "loop" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(arg, names[i])) {
			*gears = i;
			return 0;
		}
	}
	return -EINVAL;
}
