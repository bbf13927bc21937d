/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The sources that lskel prints into headers, as they are in the tree. Assembled from its root, with -I. */
#define EMBED(name, path)                                                                                  \
	.globl gen_src_##name;                                                                             \
	gen_src_##name: .incbin path;                                                                      \
	.globl gen_src_##name##_end;                                                                       \
	gen_src_##name##_end: .byte 0;

	.section .rodata
#include "lskel/gen/embed_list.h"

	.section .note.GNU-stack, "", %progbits
