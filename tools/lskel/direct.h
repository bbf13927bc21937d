/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The trace executed by plain system calls instead of by a loader program, for comparison: the same blob with the same
 * patches of the runtime; names are looked up through libbpf and /proc/kallsyms.
 */
#ifndef LSK_DIRECT_H
#define LSK_DIRECT_H

/* direct_run() - run @blob to its end. The outcome is in its header, as after a run of the loader. */
void direct_run(void *blob);

#endif
