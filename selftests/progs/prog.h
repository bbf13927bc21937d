/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What all test programs start with. Kernel types are declared where they are used, with what of them is used. */
#ifndef PROG_H
#define PROG_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;

#define KERNEL_TYPE __attribute__((preserve_access_index))

#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif

char _license[] SEC("license") = "GPL";

#endif
