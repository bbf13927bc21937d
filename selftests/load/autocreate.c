// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps and programs that are switched off or on before load, and what refers to them. */
#include "autocreate.lskel.h"

#include "load.h"

static void fails_with(struct autocreate *skel, int err, const char *want)
{
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(autocreate, skel, msg), err, msg);
	CHECK(!strcmp(msg, want), "it says '%s', not '%s'", msg, want);
	CHECK(!skel->maps.in_one.map_fd && !skel->progs.careful.prog_fd, "an fd is left");
}

LOAD_TEST(autocreate_everything)
{
	struct autocreate *skel = OPEN_AND_LOAD(autocreate);

	CHECK_EQ(run_pkt(skel->progs.careful.prog_fd), 1012, "careful");
	CHECK_EQ(run_pkt(skel->progs.slots.prog_fd), 3, "slots");
	CHECK_EQ(skel->progs.optional_target.prog_fd, 0, "fd of an optional program");
	CHECK_EQ(run_pkt(skel->progs.jump.prog_fd), 1, "jump to slot 0");
	skel->bss->next = 1;
	CHECK_EQ(run_pkt(skel->progs.jump.prog_fd), 100, "jump to the slot of a program that is not loaded");
	autocreate__destroy(skel);
}

LOAD_TEST(autocreate_off_map_in_dead_code)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autocreate.gone = LSKEL_OFF;
	skel->rodata->use_gone = 0;
	LOAD(autocreate, skel);
	CHECK_EQ(skel->maps.gone.map_fd, 0, "fd of the map");
	CHECK_EQ(run_pkt(skel->progs.careful.prog_fd), 12, "careful");
	autocreate__destroy(skel);
}

LOAD_TEST(autocreate_off_map_in_live_code_is_named)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autocreate.gone = LSKEL_OFF;
	fails_with(skel, -EINVAL, "prog 'careful': uses map 'gone', which is switched off: -EINVAL");
	/* Without the program, it loads. */
	skel->opts.autoload.careful = LSKEL_OFF;
	LOAD(autocreate, skel);
	CHECK_EQ(skel->progs.careful.prog_fd, 0, "fd of the program");
	CHECK_EQ(run_pkt(skel->progs.slots.prog_fd), 3, "slots");
	autocreate__destroy(skel);
}

LOAD_TEST(autocreate_off_global_data)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autocreate.data_far = LSKEL_OFF;
	fails_with(skel, -EINVAL, "prog 'careful': uses map '.data.far', which is switched off: -EINVAL");
	skel->rodata->use_far = 0;
	LOAD(autocreate, skel);
	CHECK_EQ(skel->maps.data_far.map_fd, 0, "fd of the map");
	CHECK_EQ(skel->data_far->far, 5, "the process's own copy");
	CHECK_EQ(run_pkt(skel->progs.careful.prog_fd), 1007, "careful");
	autocreate__destroy(skel);
}

LOAD_TEST(autocreate_off_member_of_a_map)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autocreate.in_one = LSKEL_OFF;
	LOAD(autocreate, skel);
	CHECK_EQ(run_pkt(skel->progs.slots.prog_fd), 2, "slots");
	autocreate__destroy(skel);
}

LOAD_TEST(autocreate_off_map_of_maps)
{
	struct autocreate *skel = OPEN(autocreate);
	unsigned long long v = 9;
	unsigned int key = 0;

	skel->opts.autocreate.outer = LSKEL_OFF;
	fails_with(skel, -EINVAL, "prog 'slots': uses map 'outer', which is switched off: -EINVAL");
	skel->opts.autoload.slots = LSKEL_OFF;
	LOAD(autocreate, skel);
	CHECK_EQ(skel->maps.outer.map_fd, 0, "fd of the outer map");
	CHECK_EQ(map_update(skel->maps.in_one.map_fd, &key, &v, 0), 0, "a member, alone");
	autocreate__destroy(skel);
}

LOAD_TEST(autocreate_off_prog_array)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autocreate.jumps = LSKEL_OFF;
	fails_with(skel, -EINVAL, "prog 'jump': uses map 'jumps', which is switched off: -EINVAL");
	skel->opts.autoload.jump = LSKEL_OFF;
	LOAD(autocreate, skel);
	CHECK_EQ(run_pkt(skel->progs.target.prog_fd), 1, "target");
	autocreate__destroy(skel);
}

/* A given prog array gets this load's programs. */
LOAD_TEST(reuse_fd_of_a_prog_array)
{
	struct autocreate *skel = OPEN(autocreate);
	int given = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);

	CHECK(given > 0, "map: %d", given);
	skel->opts.reuse_fd.jumps = given;
	LOAD(autocreate, skel);
	CHECK_EQ(run_pkt(skel->progs.jump.prog_fd), 1, "jump to slot 0");
	autocreate__destroy(skel);
	close(given);
}

LOAD_TEST(autoload_optional_program_switched_on)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autoload.optional_target = LSKEL_ON;
	skel->opts.autoload.target = LSKEL_OFF;
	LOAD(autocreate, skel);
	CHECK_EQ(run_pkt(skel->progs.jump.prog_fd), 100, "slot of the one that is off");
	skel->bss->next = 1;
	CHECK_EQ(run_pkt(skel->progs.jump.prog_fd), 2, "slot of the one that is on");
	autocreate__destroy(skel);
}

/* Its symbol doesn't exist: looked up only if something needs it. */
LOAD_TEST(autoload_symbol_of_an_optional_program)
{
	struct autocreate *skel = OPEN(autocreate);

	skel->opts.autoload.needs_symbol = LSKEL_ON;
	fails_with(skel, -ENOENT, "ksym 'lskel_no_such_symbol': not in kallsyms: -ENOENT");
	skel->opts.autoload.needs_symbol = LSKEL_OFF;
	LOAD(autocreate, skel);
	CHECK_EQ(skel->progs.needs_symbol.prog_fd, 0, "fd");
	autocreate__destroy(skel);
}

/* Each map and program alone switched off: what refers to it is off, too, or it is named. */
LOAD_TEST(autocreate_and_autoload_nothing)
{
	struct autocreate *skel = OPEN(autocreate);
	int *maps = (int *)(void *)&skel->maps, before = open_fds();

	memset(&skel->opts.autocreate, LSKEL_OFF, sizeof(skel->opts.autocreate));
	memset(&skel->opts.autoload, LSKEL_OFF, sizeof(skel->opts.autoload));
	LOAD(autocreate, skel);
	for (size_t i = 0; i < sizeof(skel->maps) / sizeof(skel->maps.gone); i++)
		CHECK_EQ(maps[i * sizeof(skel->maps.gone) / sizeof(int)], 0, "fd of a map");
	CHECK_EQ(open_fds(), before, "open descriptors");
	autocreate__destroy(skel);
}
