// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* An LSM hook for one cgroup: found by its name, attached with the cgroup. */
#include "prog.h"

u64 cnt;

SEC("lsm_cgroup/socket_create")
int on_create(u64 *ctx)
{
	__sync_fetch_and_add(&cnt, 1);
	return 1;
}
