/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The sources that only headers with struct_ops maps start with, see embed.S. */
#define EMBED(name, path)                                                                                           \
	.globl gen_src_##name; gen_src_##name: .incbin path; .globl gen_src_##name##_end; gen_src_##name##_end: .byte 0;

	.section .rodata
EMBED(struct_ops, "lskel/runtime/struct_ops.h")
EMBED(btf_ops, "lskel/runtime/btf_ops.h")

	.section .note.GNU-stack, "", %progbits
