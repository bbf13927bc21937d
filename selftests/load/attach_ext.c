// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs that attach to functions of other programs. */
#include "attach_ext.lskel.h"
#include "replaced.lskel.h"

#include "load.h"

#ifndef LSKEL_PEER

static struct replaced *target(void)
{
	struct replaced *skel = OPEN_AND_LOAD(replaced);

	CHECK_EQ(run_pkt(skel->progs.target.prog_fd), 1041, "the target by itself");
	return skel;
}

LOAD_TEST(freplace_without_target_is_told)
{
	struct attach_ext *skel = OPEN(attach_ext);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(attach_ext, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'new_answer': needs a target program; set it before load: -EINVAL");
	attach_ext__destroy(skel);
}

LOAD_TEST(freplace_of_a_function_that_is_missing)
{
	struct attach_ext *skel = OPEN(attach_ext);
	struct replaced *to = target();
	char msg[1024];

	skel->opts.attach_prog_fd.new_answer = to->progs.target.prog_fd;
	skel->opts.attach_func.new_answer = "lskel_no_such_function";
	CHECK_EQ(LOAD_FAILS(attach_ext, skel, msg), -ENOENT, "error");
	check_says(msg, "prog 'new_answer': the target program has no such function: -ENOENT");
	skel->opts.attach_func.new_answer = NULL;
	skel->opts.attach_prog_fd.new_answer = 0;
	skel->opts.autoload.new_answer = LSKEL_OFF;
	skel->opts.autoload.any_func = LSKEL_ON;
	skel->opts.attach_prog_fd.any_func = to->progs.target.prog_fd;
	CHECK_EQ(LOAD_FAILS(attach_ext, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'any_func': needs the name of a function; set it before load: -EINVAL");
	skel->opts.attach_func.any_func = "other";
	skel->opts.attach_prog_fd.any_func = 1 << 20;
	CHECK_EQ(LOAD_FAILS(attach_ext, skel, msg), -EBADFD, "error");
	check_says(msg, "prog 'any_func': the target program's descriptor: -EBADFD");
	attach_ext__destroy(skel);
	replaced__destroy(to);
}

LOAD_TEST(freplace_replaces)
{
	struct attach_ext *skel;
	struct replaced *to;

	need_jit("attaching to other programs");
	need_fentry();
	to = target();
	skel = OPEN(attach_ext);
	skel->opts.attach_prog_fd.new_answer = to->progs.target.prog_fd;
	skel->opts.attach_prog_fd.any_func = to->progs.target.prog_fd;
	skel->opts.attach_func.any_func = "other";
	skel->opts.autoload.any_func = LSKEL_ON;
	LOAD(attach_ext, skel);
	CHECK_EQ(run_pkt(to->progs.target.prog_fd), 1041, "before attach");
	CHECK_EQ(attach_ext__attach(skel), 0, "attach");
	CHECK_EQ(run_pkt(to->progs.target.prog_fd), 12, "both replaced");
	attach_ext__detach(skel);
	CHECK_EQ(run_pkt(to->progs.target.prog_fd), 1041, "after detach");
	attach_ext__destroy(skel);
	replaced__destroy(to);
}

LOAD_TEST(fentry_and_fexit_of_another_program)
{
	struct attach_ext *skel;
	struct replaced *to;

	need_jit("attaching to other programs");
	need_fentry();
	to = target();
	skel = OPEN(attach_ext);
	skel->opts.autoload.new_answer = LSKEL_OFF;
	skel->opts.autoload.on_entry = LSKEL_ON;
	skel->opts.attach_prog_fd.on_entry = to->progs.target.prog_fd;
	skel->opts.autoload.on_exit = LSKEL_ON;
	skel->opts.attach_prog_fd.on_exit = to->progs.target.prog_fd;
	skel->opts.attach_func.on_exit = "answer";
	LOAD(attach_ext, skel);
	CHECK_EQ(attach_ext__attach(skel), 0, "attach");
	run_pkt(to->progs.target.prog_fd);
	CHECK_EQ(skel->bss->entry_cnt, 1, "fentry");
	CHECK_EQ(skel->bss->exit_cnt, 1, "fexit");
	attach_ext__detach(skel);
	run_pkt(to->progs.target.prog_fd);
	CHECK_EQ(skel->bss->entry_cnt + skel->bss->exit_cnt, 2, "counted after detach");
	attach_ext__destroy(skel);
	replaced__destroy(to);
}

LOAD_TEST(fentry_of_another_program_beside_one_of_the_kernel)
{
	struct attach_ext *skel;
	struct replaced *to;

	need_jit("attaching to other programs");
	need_fentry();
	to = target();
	skel = OPEN(attach_ext);
	skel->opts.autoload.new_answer = LSKEL_OFF;
	skel->opts.autoload.moved = LSKEL_ON;
	skel->opts.autoload.stays = LSKEL_ON;
	skel->opts.attach_prog_fd.moved = to->progs.target.prog_fd;
	skel->opts.attach_func.moved = "other";
	LOAD(attach_ext, skel);
	CHECK_EQ(attach_ext__attach(skel), 0, "attach");
	run_pkt(to->progs.target.prog_fd);
	CHECK_EQ(skel->bss->entry_cnt, 1, "the one that is elsewhere");
	run_ctx(skel->progs.stays.prog_fd, NULL, 0);
	CHECK_EQ(skel->bss->kernel_cnt, 1, "the other one");
	CHECK_EQ(skel->bss->entry_cnt, 1, "the one that is elsewhere");
	attach_ext__destroy(skel);
	replaced__destroy(to);
}

#endif /* LSKEL_PEER */
