/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Where the kernel starts a program that has no libc: what lies on the stack goes to boot_main(), as a
 * pointer.
 */
#ifndef LSKEL_BOOT_START_H
#define LSKEL_BOOT_START_H

#if defined(__x86_64__)
__asm__(".globl _start\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call boot_main\n"
	"	hlt\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x0, sp\n"
	"	b boot_main\n");
#elif defined(__riscv)
__asm__(".globl _start\n"
	"_start:\n"
	"	.option push\n"
	"	.option norelax\n" /* gp is what relaxed addresses are relative to */
	"	lla gp, __global_pointer$\n"
	"	.option pop\n"
	"	mv a0, sp\n"
	"	andi sp, sp, -16\n"
	"	call boot_main\n");
#elif defined(__s390x__)
__asm__(".globl _start\n"
	"_start:\n"
	"	lgr %r2, %r15\n"
	"	aghi %r15, -160\n" /* the area that a called function saves registers in */
	"	lghi %r3, 0\n"
	"	stg %r3, 0(%r15)\n"
	"	brasl %r14, boot_main\n");
#endif

#endif
