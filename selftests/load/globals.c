// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Global data: values before, during and after load. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif

struct pair { /* a named type is used by its name: it's ours to define */
	unsigned int a;
	unsigned long long b;
};

#include "globals.lskel.h"
#include "prune.lskel.h"

#include "load.h"

LOAD_TEST(globals_initial_values_reach_the_program)
{
	struct globals *skel = OPEN_AND_LOAD(globals);

	/* word[3] of "tick" is 'k' */
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 2 + 'k', "return value");
	CHECK_EQ(skel->bss->counter, 1, "counter");
	CHECK_EQ(skel->data->sum, 43, "sum");
	CHECK_EQ(skel->data->both.b, 8 + 7 + 5, "both.b");
	CHECK_EQ(skel->data_hot->hot, 24, "hot");
	globals__destroy(skel);
}

LOAD_TEST(globals_set_before_load)
{
	struct globals *skel = OPEN(globals);

	CHECK_EQ(skel->data->sum, 40, "sum after open");
	CHECK_EQ(skel->rodata->step, 3, "step after open");
	skel->data->sum = 1000;
	skel->data->bytes[4] = 50;
	skel->bss->counter = -1;
	skel->data_hot->hot = 1;
	/* Constants too, until they are loaded. */
	*(__u32 *)&skel->rodata->step = 5;
	((char *)skel->rodata->word)[1] = 'X';
	LOAD(globals, skel);
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 2 + 'X', "return value");
	CHECK_EQ(skel->data->sum, 1005, "sum");
	CHECK_EQ(skel->data->both.b, 8 + 7 + 50, "both.b");
	CHECK_EQ(skel->bss->counter, 0, "counter");
	CHECK_EQ(skel->data_hot->hot, 14, "hot");
	globals__destroy(skel);
}

LOAD_TEST(globals_live_after_load)
{
	struct globals *skel = OPEN_AND_LOAD(globals);
	int key = 0;
	struct {
		char raw[4096];
	} value;

	skel->bss->counter = 41;
	run_pkt(skel->progs.count.prog_fd);
	CHECK_EQ(skel->bss->counter, 42, "counter through the mapping");
	memset(&value, 0, sizeof(value));
	CHECK(!map_lookup(skel->maps.bss.map_fd, &key, &value), "lookup in .bss");
	CHECK(memmem(value.raw, 64, &(int){ 42 }, 4), "counter is not in the map's value");
	run_pkt(skel->progs.count.prog_fd);
	CHECK_EQ(skel->bss->counter, 43, "counter, second run");
	globals__destroy(skel);
}

LOAD_TEST(globals_pointers_survive_load)
{
	struct globals *skel = OPEN(globals);
	void *bss = skel->bss, *data = skel->data;
	const void *rodata = skel->rodata;

	LOAD(globals, skel);
	CHECK((void *)skel->bss == bss && (void *)skel->data == data && (const void *)skel->rodata == rodata,
	      "data moved by load");
	globals__destroy(skel);
}

LOAD_TEST(globals_rodata_is_read_only_and_frozen)
{
	struct globals *skel = OPEN_AND_LOAD(globals);
	int fds[] = { skel->maps.rodata.map_fd, skel->maps.rodata_fixed.map_fd };
	struct bpf_map_info info;
	char value[4096] = { 0 };
	int key = 0, err;

	for (int i = 0; i < 2; i++) {
		map_info(fds[i], &info);
		CHECK(info.map_flags & BPF_F_RDONLY_PROG, "%s: flags %#x", info.name, info.map_flags);
		CHECK_EQ(map_update(fds[i], &key, value, 0), -EPERM, "update of a frozen map");
		/* Frozen already: no longer writable (since 6.12 or so), or busy. */
		err = map_freeze(fds[i]);
		CHECK(err == -EPERM || err == -EBUSY, "freezing %s again: %d", info.name, err);
		CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0) == MAP_FAILED,
		      "%s can be mapped writable", info.name);
	}
	CHECK_EQ(skel->rodata->step, 3, "step through the mapping");
	CHECK_EQ(map_update(skel->maps.bss.map_fd, &key, value, 0), 0, "update of .bss");
	globals__destroy(skel);
}

LOAD_TEST(globals_maps_have_names_and_btf)
{
	struct globals *skel = OPEN_AND_LOAD(globals);
	struct bpf_map_info info;

	map_info(skel->maps.bss.map_fd, &info);
	CHECK(!strcmp(info.name, "globals.bss"), "name '%s'", info.name);
	CHECK(info.btf_id && info.btf_value_type_id, ".bss has no BTF");
	CHECK(info.map_flags & BPF_F_MMAPABLE, "flags %#x", info.map_flags);
	map_info(skel->maps.data_hot.map_fd, &info);
	CHECK(!strcmp(info.name, ".data.hot"), "name '%s'", info.name);
	CHECK_EQ(info.value_size, 4, "value size of .data.hot");
	globals__destroy(skel);
}

LOAD_TEST(globals_initial_value_of_map_override)
{
	struct globals *skel = OPEN(globals);
	struct globals__data mine = *skel->data;

	/* What `initial_value` points to is what the map starts with. */
	CHECK((void *)(uintptr_t)skel->maps.data.initial_value == (void *)skel->data,
	      "initial_value is not the data pointer");
	mine.sum = 7;
	memcpy((void *)(uintptr_t)skel->maps.data.initial_value, &mine, sizeof(mine));
	LOAD(globals, skel);
	run_pkt(skel->progs.count.prog_fd);
	CHECK_EQ(skel->data->sum, 10, "sum");
	globals__destroy(skel);
}

LOAD_TEST(rodata_switches_off_code)
{
	struct prune *skel = OPEN(prune);

	*(int *)&skel->rodata->use_new = 0;
	LOAD(prune, skel);
	CHECK_EQ(run_pkt(skel->progs.choose.prog_fd), 2, "return value");
	prune__destroy(skel);
}

LOAD_TEST(rodata_left_on_is_refused)
{
	struct prune *skel = OPEN(prune);
	static char log[65536];
	char msg[1024];

	skel->ctx.log_level = 1;
	skel->ctx.log_buf = (__u64)(uintptr_t)log;
	skel->ctx.log_size = sizeof(log);
	CHECK_EQ(LOAD_FAILS(prune, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'choose'");
	CHECK(strstr(log, "invalid func unknown#9999"), "the log: '%.200s'", log);
	prune__destroy(skel);
}

LOAD_TEST(destroy_without_load)
{
	struct globals *skel = OPEN(globals);

	skel->bss->counter = 1;
	globals__destroy(skel);
	globals__destroy(NULL);
}
