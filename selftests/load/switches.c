// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs and maps switched on and off before load. */
#ifndef LSKEL_PEER

#include "bad_map.lskel.h"
#include "bad_prog.lskel.h"
#include "maps.lskel.h"
#include "missing_ksym.lskel.h"
#include "optional.lskel.h"

#include "load.h"

LOAD_TEST(switch_off_the_program_that_is_refused)
{
	struct bad_prog *skel = OPEN(bad_prog);

	skel->opts.autoload.refused = LSKEL_OFF;
	LOAD(bad_prog, skel);
	CHECK_EQ(skel->progs.refused.prog_fd, 0, "fd of what is off");
	CHECK_EQ(run_pkt(skel->progs.good.prog_fd), 2, "good");
	CHECK_EQ(run_pkt(skel->progs.good_too.prog_fd), 0, "good_too");
	bad_prog__destroy(skel);
}

LOAD_TEST(switch_off_the_map_that_is_refused)
{
	struct bad_map *skel = OPEN(bad_map);

	skel->opts.autocreate.refused = LSKEL_OFF;
	LOAD(bad_map, skel);
	CHECK_EQ(skel->maps.refused.map_fd, 0, "fd of what is off");
	CHECK(skel->maps.good.map_fd > 0 && skel->maps.good_too.map_fd > 0, "a map is missing");
	bad_map__destroy(skel);
}

LOAD_TEST(switch_on_an_optional_program)
{
	struct optional *skel = OPEN(optional);
	char msg[1024];

	/* It calls a helper that does not exist: so it's loaded exactly if the load fails. */
	skel->opts.autoload.skipped_middle = LSKEL_ON;
	CHECK_EQ(LOAD_FAILS(optional, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'skipped_middle': rejected by the verifier, see optional__log(): -EINVAL");
	skel->opts.autoload.skipped_middle = LSKEL_DEFAULT;
	LOAD(optional, skel);
	optional__destroy(skel);
}

LOAD_TEST(switch_off_the_only_user_of_a_missing_symbol)
{
	struct missing_ksym *skel = OPEN(missing_ksym);

	skel->opts.autoload.look = LSKEL_OFF;
	LOAD(missing_ksym, skel);
	CHECK_EQ(skel->progs.look.prog_fd, 0, "fd of what is off");
	CHECK(skel->maps.bss.map_fd > 0, "no .bss");
	missing_ksym__destroy(skel);
}

LOAD_TEST(switch_off_a_map_that_a_program_uses)
{
	struct maps *skel = OPEN(maps);
	char msg[1024];

	skel->opts.autocreate.hash_btf = LSKEL_OFF;
	CHECK(LOAD_FAILS(maps, skel, msg) < 0, "it loads");
	check_says(msg, "prog 'use'");
	skel->opts.autoload.use = LSKEL_OFF;
	LOAD(maps, skel);
	CHECK_EQ(skel->maps.hash_btf.map_fd, 0, "fd of what is off");
	maps__destroy(skel);
}

#endif
