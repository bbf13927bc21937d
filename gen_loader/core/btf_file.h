/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The BTF of a kernel that is described by a file. */
#ifndef LSK_BTF_FILE_H
#define LSK_BTF_FILE_H

#include "../util.h"

struct btf;

/*
 * btf_file_open() - raw BTF (as in /sys/kernel/btf), an ELF file with a section .BTF (vmlinux), or a kernel
 * image as it is booted: bzImage, Image, vmlinuz, also compressed (gzip, xz, zstd, lz4).
 * @btf: set on success only; free with btf__free()
 * Errors: a negative errno, with a message that names the file.
 */
int btf_file_open(const char *path, struct btf **btf, struct lsk_err *err);

/*
 * btf_file_open_module() - the BTF of a module: raw, or in a .ko file.
 * @base: of the kernel that the module is for; must live longer
 */
int btf_file_open_module(const char *path, struct btf *base, struct btf **btf, struct lsk_err *err);

/*
 * image_unpack() - what a compressed stream at @data holds; what follows it is ignored. False: no such
 * stream, or a broken one.
 */
bool image_unpack(const u8 *data, size_t sz, u8 **out, size_t *out_sz);

#endif
