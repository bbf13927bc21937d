/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The trace executed by plain system calls instead of by a loader program, for comparison: the same blob, the same
 * operations, the same patches of the runtime; names are looked up through libbpf and /proc/kallsyms.
 */
#ifndef LSK_DIRECT_H
#define LSK_DIRECT_H

struct lskel_io;

/* direct_load() - as lskel_load(), same results and messages. */
int direct_load(struct lskel_io *io);

#endif
