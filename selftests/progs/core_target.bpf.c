// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Never loaded: its BTF plays the kernel's, see core_file.h. */
#include "prog.h"
#include "core_file.h"

struct lskel_thing thing;
enum lskel_color color;

SEC("tc")
int use(struct __sk_buff *ctx)
{
	return (int)thing.id + color;
}
