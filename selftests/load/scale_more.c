// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Objects with many maps. */
#include "many_maps.lskel.h"
#include "scale.lskel.h"

#include "load.h"

LOAD_TEST(scale_70_maps)
{
	struct many_maps *skel = OPEN_AND_LOAD(many_maps);
	struct bpf_map_desc *maps = (void *)&skel->maps;
	struct bpf_map_info info;
	unsigned int key = 0;
	unsigned long long v;

	for (unsigned int i = 0; i < 70; i++) {
		map_info(maps[i].map_fd, &info);
		CHECK_EQ(info.max_entries, 100 + atoi(info.name + 1), "max_entries");
	}
	map_info(skel->maps.m42.map_fd, &info);
	CHECK(!strcmp(info.name, "m42"), "m42 is '%s'", info.name);
	CHECK_EQ(run_pkt(skel->progs.use.prog_fd), 3, "return value");
	CHECK(!map_lookup(skel->maps.m69.map_fd, &key, &v) && v == 2, "m69 holds %llu", v);
	many_maps__destroy(skel);
}

LOAD_TEST(scale_100_maps_100_programs_3000_relocations)
{
	struct scale *skel = OPEN_AND_LOAD(scale);
	struct bpf_prog_desc *progs = (void *)&skel->progs;
	struct bpf_map_desc *maps = (void *)&skel->maps;

	CHECK_EQ(sizeof(skel->progs) / sizeof(progs[0]), 100, "programs in the skeleton");
	for (int i = 0; i < 100; i++) {
		unsigned int key = 29, v = 0;

		struct bpf_prog_info prog;
		struct bpf_map_info map;

		prog_info(progs[i].prog_fd, &prog);
		map_info(maps[i].map_fd, &map);
		CHECK(!strcmp(prog.name + 1, map.name + 1), "prog %s and map %s in place %d", prog.name, map.name, i);
		CHECK_EQ(run_pkt(progs[i].prog_fd), 0, "first run");
		/* Each program adds to its own map and to no other. */
		CHECK(!map_lookup(maps[i].map_fd, &key, &v) && v == 1, "m%02d holds %u", i, v);
		CHECK_EQ(run_pkt(progs[i].prog_fd), 30, "second run");
	}
	scale__destroy(skel);
}
