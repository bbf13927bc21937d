// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Can this process load light skeletons here? Exits with 0, or prints why not and exits with 1. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

int main(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.insns = (uint64_t)(uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (uint64_t)(uintptr_t)"GPL";
	attr.prog_flags = BPF_F_SLEEPABLE;
	if (syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) >= 0)
		return 0;
	if (errno == EPERM || errno == EACCES)
		printf("no permission to load BPF programs\n");
	else
		printf("this kernel does not load BPF_PROG_TYPE_SYSCALL: %s\n", strerror(errno));
	return 1;
}
