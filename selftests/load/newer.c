// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What newer kernels have. */
#include "newer_dynptr.lskel.h"
#include "newer_iter.lskel.h"
#include "newer_throw.lskel.h"

#include "load.h"

LOAD_TEST(newer_exception_callback)
{
	struct newer_throw *skel;
	int err;

	need_kernel(KVER(6, 7), "bpf_throw()");
	need_jit("bpf_throw()");
	skel = OPEN(newer_throw);
	err = newer_throw__load(skel);
#if !defined(__x86_64__) && !defined(__aarch64__)
	if (err == -524)
		SKIP("bpf_throw() in this machine's JIT");
#endif
	CHECK(!err, "load: %d: %s", err, SKEL_ERR(newer_throw, skel));
	CHECK_EQ(run_pkt(skel->progs.throws.prog_fd), 42, "what the handler returns");
	CHECK_EQ(run_pkt(skel->progs.throws_plainly.prog_fd), 32, "what was thrown");
	newer_throw__destroy(skel);
}

LOAD_TEST(newer_open_coded_iterator)
{
	struct newer_iter *skel;

	need_kernel(KVER(6, 4), "open-coded iterators");
	need_jit("kfuncs");
	skel = OPEN_AND_LOAD(newer_iter);
	CHECK_EQ(run_pkt(skel->progs.sum.prog_fd), 5050, "sum of 1 to 100");
	newer_iter__destroy(skel);
}

LOAD_TEST(newer_dynptr)
{
	struct newer_dynptr *skel = OPEN_AND_LOAD(newer_dynptr);

	CHECK_EQ(run_pkt(skel->progs.third.prog_fd), '3', "the byte at 3");
	newer_dynptr__destroy(skel);
}
