/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The compiled test programs (selftests/progs/), for unit tests that read them. After <cmocka.h>. */
#ifndef UNIT_PROGS_H
#define UNIT_PROGS_H

#include <stdio.h>
#include <stdlib.h>

#include "gen_loader/util.h"

static inline const char *progs_dir(void)
{
	return getenv("LSKEL_PROGS") ?: "build/progs";
}

/* A whole file; free it. The test fails if it can't be read. */
static inline void *read_path(const char *path, size_t *sz)
{
	struct lsk_err err = {};
	char *data;

	if (file_read(path, &data, sz, &err))
		fail_msg("%s", err.msg);
	return data;
}

static inline void *read_prog(const char *name, size_t *sz)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", progs_dir(), name);
	return read_path(path, sz);
}

#endif
