// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Calls between programs, and tail calls set up by the object itself. */
#include "subprogs_sec.lskel.h"
#include "tailcall_init.lskel.h"

#include "load.h"

LOAD_TEST(subprogs_in_program_sections)
{
	struct subprogs_sec *skel = OPEN_AND_LOAD(subprogs_sec);

	CHECK_EQ(run_pkt(skel->progs.inner.prog_fd), 1, "inner alone");
	CHECK_EQ(run_pkt(skel->progs.outer_same.prog_fd), 11, "called from its own section");
	CHECK_EQ(run_pkt(skel->progs.outer_other.prog_fd), 22, "called from another section");
	CHECK_EQ(skel->bss->calls, 4, "calls");
	subprogs_sec__destroy(skel);
}

LOAD_TEST(tail_calls_through_initialised_array)
{
	struct tailcall_init *skel = OPEN_AND_LOAD(tailcall_init);
	static const int want[] = { 100, 1, 100, 2, 100 };

	for (unsigned int i = 0; i < 5; i++) {
		skel->bss->next = i;
		CHECK_EQ(run_pkt(skel->progs.enter.prog_fd), want[i], "return value");
	}
	tailcall_init__destroy(skel);
}
