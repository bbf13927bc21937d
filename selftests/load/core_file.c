// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* CO-RE resolved when the skeleton was generated (--btf), and loading without BTF (--no-btf). */
#include "core_file.lskel.h"
#include "core_poison.lskel.h"

#include "../progs/core_file.h"
#include "load.h"

static struct core_file *run(void)
{
	struct core_file *skel = OPEN_AND_LOAD(core_file);
	struct lskel_thing thing = { .id = 0x123456789aULL,
				     .lead = 0x1fffffff,
				     .bits = 0x55,
				     .sbits = -9,
				     .neg = -300,
				     .small = 200 };

	thing.in_union = -5;
	thing.points[1].x = 1001;
	thing.points[2].y = -2002;
	thing.name[3] = 'q';
	memcpy(skel->bss->bytes, &thing, sizeof(thing));
	CHECK_EQ(run_pkt(skel->progs.look.prog_fd), 0, "look");
	return skel;
}

LOAD_TEST(core_at_generation_moves_and_resizes_fields)
{
	struct core_file *skel = run();
	unsigned long long seen = 0;
	unsigned int key = 5;

	CHECK_EQ(skel->bss->id, 0x123456789aLL, "id, 8 bytes where the object has 4");
	CHECK_EQ(skel->bss->small, 200, "small, 1 byte where the object has 8");
	CHECK_EQ(skel->bss->neg, -300, "neg");
	CHECK_EQ(skel->bss->in_union, -5, "in_union, in an unnamed union of an unnamed struct");
	CHECK_EQ(skel->bss->x1, 1001, "points[1].x");
	CHECK_EQ(skel->bss->y2, -2002, "points[2].y, read in a subprogram");
	CHECK_EQ(skel->bss->name3, 'q', "name[3]");
	CHECK(!map_lookup(skel->maps.seen.map_fd, &key, &seen), "nothing in the map");
	CHECK_EQ(seen, 0x123456789aLL, "id in the map");
	core_file__destroy(skel);
}

LOAD_TEST(core_at_generation_reads_bit_fields)
{
	struct core_file *skel = run();

	CHECK_EQ(skel->bss->bits, 0x55, "bits");
	CHECK_EQ(skel->bss->sbits, -9, "sbits");
	CHECK_EQ(skel->bss->is_signed, 1, "sbits is signed");
	core_file__destroy(skel);
}

LOAD_TEST(core_at_generation_knows_sizes_and_enums)
{
	struct core_file *skel = run();

	CHECK_EQ(skel->bss->size, sizeof(struct lskel_thing), "size");
	CHECK_EQ(skel->bss->points_size, 3 * sizeof(struct lskel_point), "size of points");
	CHECK_EQ(skel->bss->stride, sizeof(struct lskel_point), "from one point to the next");
	CHECK_EQ(skel->bss->red, LSKEL_RED, "red");
	CHECK_EQ(skel->bss->blue, LSKEL_BLUE, "blue");
	core_file__destroy(skel);
}

LOAD_TEST(core_at_generation_knows_what_is_absent)
{
	struct core_file *skel = run();

	CHECK_EQ(skel->bss->has_name, 1, "name");
	CHECK_EQ(skel->bss->has_gone, 0, "gone");
	CHECK_EQ(skel->bss->has_type, 1, "struct lskel_thing");
	CHECK_EQ(skel->bss->has_never, 0, "struct lskel_never");
	CHECK_EQ(skel->bss->has_green, 0, "green");
	core_file__destroy(skel);
}

LOAD_TEST(core_at_generation_absent_and_reached_is_refused)
{
	struct core_poison *skel = OPEN(core_poison);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(core_poison, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'look'");
	CHECK(core_poison__log(skel), "no log");
	check_says(core_poison__log(skel), "invalid func unknown#195896080");
	core_poison__destroy(skel);
}

LOAD_TEST(no_btf_is_loaded)
{
	struct core_file *skel = OPEN_AND_LOAD(core_file);
	struct bpf_prog_info prog = {};
	struct bpf_map_info map = {};

	prog_info(skel->progs.look.prog_fd, &prog);
	CHECK_EQ(prog.btf_id, 0, "BTF of the program");
	CHECK_EQ(prog.nr_func_info, 0, "func_info");
	CHECK_EQ(prog.nr_line_info, 0, "line_info");
	map_info(skel->maps.seen.map_fd, &map);
	CHECK_EQ(map.btf_id, 0, "BTF of the map");
	map_info(skel->maps.bss.map_fd, &map);
	CHECK_EQ(map.btf_id, 0, "BTF of .bss");
	core_file__destroy(skel);
}
