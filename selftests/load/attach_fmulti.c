// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* fentry.multi and fexit.multi: names, patterns, ids and cookies. */
#include "attach_fmulti.lskel.h"

#include "load.h"

#include <linux/btf.h>

#ifndef LSKEL_PEER

static void call_test_functions(const struct attach_fmulti *skel)
{
	run_ctx(skel->progs.trigger.prog_fd, NULL, 0);
}

static struct attach_fmulti *loaded(void)
{
	need_kernel(KVER(7, 2), "fentry.multi");
	need_fentry();
	return OPEN_AND_LOAD(attach_fmulti);
}

LOAD_TEST(attach_fentry_multi_by_name_and_pattern)
{
	struct attach_fmulti *skel = loaded();
	__u64 one;

	CHECK(attach_fmulti__by_name__attach(skel) > 0, "attach: %s", attach_fmulti__strerror(skel));
	call_test_functions(skel);
	CHECK_EQ(skel->bss->named_cnt, 1, "calls of bpf_fentry_test1()");
	CHECK(attach_fmulti__by_pattern__attach(skel) > 0, "attach: %s", attach_fmulti__strerror(skel));
	call_test_functions(skel);
	one = skel->bss->exit_cnt;
	CHECK(one >= 7 && one < 20, "functions: %llu", (unsigned long long)one);
	CHECK_EQ(skel->bss->named_cnt, 2, "calls of bpf_fentry_test1()");
	attach_fmulti__detach(skel);
	call_test_functions(skel);
	CHECK_EQ(skel->bss->exit_cnt, one, "after detach");
	attach_fmulti__destroy(skel);
}

LOAD_TEST(attach_fentry_multi_by_opts)
{
	static const char *const names[] = { "bpf_fentry_test2", "bpf_fentry_test1" };
	static const char *const missing[] = { "bpf_fentry_test1", "lskel_no_such_function" };
	const __u64 cookies[] = { 2, 1 };
	struct lskel_attach_opts opts = { .syms = names, .cnt = 2, .cookies = cookies };
	__u32 id = vmlinux_find("bpf_fentry_test3", BTF_KIND_FUNC);
	struct attach_fmulti *skel = loaded();

	CHECK_EQ(attach_fmulti__by_opts__attach(skel), -EOPNOTSUPP, "attach without functions");
	CHECK_EQ(attach_fmulti__by_opts__attach_opts(skel, NULL), -EINVAL, "attach_opts without functions");
	check_says(attach_fmulti__strerror(skel), "needs btf_ids, syms or a pattern");
	CHECK(attach_fmulti__by_opts__attach_opts(skel, &opts) > 0, "attach: %s", attach_fmulti__strerror(skel));
	call_test_functions(skel);
	CHECK_EQ(skel->bss->open_cnt, 2, "calls");
	CHECK_EQ(skel->bss->cookie, 2, "cookie of bpf_fentry_test2(), which is called later");
	attach_fmulti__detach(skel);

	opts.syms = missing;
	CHECK_EQ(attach_fmulti__by_opts__attach_opts(skel, &opts), -ENOENT, "a function that is not there");
	check_says(attach_fmulti__strerror(skel), "prog 'by_opts': no function in kernel BTF is called lskel_no_such_function");

	opts = (struct lskel_attach_opts){ .btf_ids = &id, .cnt = 1 };
	CHECK(attach_fmulti__by_opts__attach_opts(skel, &opts) > 0, "attach: %s", attach_fmulti__strerror(skel));
	call_test_functions(skel);
	CHECK_EQ(skel->bss->open_cnt, 3, "calls");
	attach_fmulti__destroy(skel);
}

#endif
