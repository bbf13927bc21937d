// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Names found by the runtime, all in one pass, and names found by the loader: the same. */
#ifndef LSKEL_PEER

struct lskel_io;
static void names_hook(const struct lskel_io *io, unsigned char *blob);
#define LSKEL_TEST_HOOK(io, blob) names_hook(io, blob)

#include "names.lskel.h"

#include "load.h"

#include <linux/btf.h>

static bool by_loader;
static unsigned int asked; /* how many there are for the loader to find */

/* Seen just before the runtime looks for them. */
static void names_hook(const struct lskel_io *io, unsigned char *blob)
{
	if (by_loader)
		((struct lskel_io *)(unsigned long)io)->find_names = NULL;
	asked = 0;
	for (unsigned int i = 0; i < io->desc->op_cnt; i++)
		asked += LSKEL_OP_AT(io->desc, blob, i)->kind == LSKEL_OP_FIND;
}

static unsigned int names_there(bool loader)
{
	struct names *skel = OPEN(names);
	unsigned int there;

	by_loader = loader;
	LOAD(names, skel);
	CHECK_EQ(run_ctx(skel->progs.look.prog_fd, NULL, 0), 0, "return value");
	there = skel->bss->there;
	names__destroy(skel);
	return there;
}

LOAD_TEST(names_are_found_by_the_runtime_and_by_the_loader)
{
	static const char *const some[] = { "vfs_read", "vfs_write", "lskel_no_such_name", "vfs_open" };
	unsigned int here, kernel;

	need_jit("kfuncs");
	here = names_there(false);
	CHECK_EQ(asked, 20, "names in the blob");
	kernel = names_there(true);
	CHECK(here == kernel, "found: %#x by the runtime, %#x by the loader", here, kernel);
	for (unsigned int i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		CHECK_EQ(here >> i & 1, vmlinux_find(some[i], BTF_KIND_FUNC) > 0, some[i]);
}

#endif
