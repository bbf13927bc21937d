// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Asks for what no target can tell: refused at generation. */
#include "prog.h"

extern int LINUX_LSKEL_NEVER_HEARD_OF __kconfig;

SEC("tc")
int prog(struct __sk_buff *skb)
{
	return LINUX_LSKEL_NEVER_HEARD_OF;
}
