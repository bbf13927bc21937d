// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Two instructions of the loader's type: what loading any loader program costs at least. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static int fd;

int bench_load(const char **why)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }, /* r0 = 0 */
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = 2;
	attr.license = (unsigned long)"Dual BSD/GPL";
	attr.prog_flags = BPF_F_SLEEPABLE;
	fd = syscall(__NR_bpf, (long)BPF_PROG_LOAD, &attr, sizeof(attr));
	*why = "BPF_PROG_LOAD";
	return fd < 0 ? -errno : 0;
}

void bench_unload(void)
{
	close(fd);
}
