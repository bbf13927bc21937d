// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BTF that a kernel would refuse as it is: it gets there, in a form that all accept. */
#include "btf_names.lskel.h"

#include <linux/btf.h>

#include "load.h"

#ifndef LSKEL_PEER

LOAD_TEST(btf_with_names_and_attributes_that_kernels_refuse)
{
	struct btf_names *skel = OPEN_AND_LOAD(btf_names);
	struct bpf_prog_info prog;
	struct bpf_map_info map;
	int value[8], key = 0;
	__u32 sz;
	void *btf;

	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 107, "return value");
	CHECK(!map_lookup(skel->maps.m.map_fd, &key, value), "lookup");
	CHECK_EQ(value[0], 5, "the member");
	CHECK_EQ(value[6], 3, "the other one");
	need_kernel(KVER(5, 17), "tags of types");
	/* a refused BTF would not have stopped the load: is it there? */
	map_info(skel->maps.m.map_fd, &map);
	CHECK(map.btf_id && map.btf_value_type_id, "the map has no BTF");
	map_info(skel->maps.data_a_b.map_fd, &map);
	CHECK(map.btf_id && map.btf_value_type_id, "the data map has no BTF");
	prog_info(skel->progs.count.prog_fd, &prog);
	CHECK(prog.btf_id && prog.nr_func_info == 2, "the program has no BTF");
	btf = btf_by_id(prog.btf_id, &sz);
	CHECK(btf_find(btf, sz, "dollar_struct", BTF_KIND_STRUCT), "no struct");
	CHECK(btf_find(btf, sz, "dollar_func", BTF_KIND_FUNC), "no function");
	CHECK(btf_find(btf, sz, ".data.a_b", BTF_KIND_DATASEC), "no section");
	free(btf);
	btf_names__destroy(skel);
}

#endif
