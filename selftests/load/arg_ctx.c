// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* __arg_ctx: global functions that take the context of any program, also before 6.8. */
#include "arg_ctx.lskel.h"

#include "load.h"

LOAD_TEST(arg_ctx_of_each_program_type)
{
	struct arg_ctx *skel = OPEN_AND_LOAD(arg_ctx);

	run_pkt(skel->progs.by_xdp.prog_fd);
	CHECK_EQ(skel->bss->hits, 10, "after xdp");
	run_pkt(skel->progs.by_tc.prog_fd);
	CHECK_EQ(skel->bss->hits, 10 + 101 + 1000, "after tc");
	run_pkt(skel->progs.by_socket.prog_fd);
	CHECK_EQ(skel->bss->hits, 10 + 101 + 1000 + 10000, "after socket filter");
	arg_ctx__destroy(skel);
}

LOAD_TEST(arg_ctx_beside_other_tags)
{
	struct arg_ctx *skel;

	need_kernel(KVER(6, 8), "arg:nonnull");
	NEED_OURS();
	skel = OPEN(arg_ctx);
#ifndef LSKEL_PEER
	skel->opts.autoload.by_tagged = LSKEL_ON;
#endif
	LOAD(arg_ctx, skel);
	run_pkt(skel->progs.by_tagged.prog_fd);
	CHECK_EQ(skel->bss->hits, 5, "after the run");
	arg_ctx__destroy(skel);
}

/* A type whose context has no name: the tag only counts, so this needs a kernel that knows it. */
LOAD_TEST(arg_ctx_of_a_tracepoint)
{
	struct arg_ctx *skel;

	need_kernel(KVER(6, 8), "__arg_ctx in tracepoint programs");
	NEED_OURS();
	skel = OPEN(arg_ctx);
#ifndef LSKEL_PEER
	skel->opts.autoload.by_tracepoint = LSKEL_ON;
#endif
	LOAD(arg_ctx, skel);
	CHECK(skel->progs.by_tracepoint.prog_fd > 0, "not loaded");
	arg_ctx__destroy(skel);
}
