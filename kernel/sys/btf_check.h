/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Would BPF_BTF_LOAD take these bytes? The kernel's rules, on the bytes themselves: libbpf's parser lets much
 * more through. Rules that are not the same for all kernels go by the release.
 */
#ifndef LSK_BTF_CHECK_H
#define LSK_BTF_CHECK_H

#include "../../gen_loader/util.h"

/*
 * btf_check() - as the kernel does it, in its order.
 * @version: KERNEL_VERSION() of the kernel; 0: not known, what any kernel takes is fine
 * Returns 0 or the errno that the kernel gives, with a message that names the type.
 */
int btf_check(const void *data, u32 sz, u32 version, struct lsk_err *err);

#endif
