// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Objects that lack what most have. */
#include "bss_named.lskel.h"
#include "empty.lskel.h"
#include "noprogs.lskel.h"

#include "load.h"

LOAD_TEST(globals_named_bss)
{
	struct bss_named *skel = OPEN(bss_named);

	skel->bss_cold->cold = 2;
	LOAD(bss_named, skel);
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 7, "return value");
	CHECK_EQ(skel->bss_cold->cold, 7, "cold");
	CHECK_EQ(skel->bss->warm, 1, "warm");
	bss_named__destroy(skel);
}

LOAD_TEST(maps_without_programs)
{
	struct noprogs *skel = OPEN_AND_LOAD(noprogs);
	unsigned int key = 1;
	unsigned long long val = 5;

	CHECK(!map_update(skel->maps.only.map_fd, &key, &val, 0), "update");
	CHECK_EQ(skel->data->number, 99, "number");
	CHECK_EQ(noprogs__attach(skel), 0, "attach");
	noprogs__detach(skel);
	noprogs__destroy(skel);
}

LOAD_TEST(empty_object)
{
	struct empty *skel = OPEN_AND_LOAD(empty);

	CHECK_EQ(empty__attach(skel), 0, "attach");
	empty__detach(skel);
	empty__destroy(skel);
}
