// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Objects with many programs and symbols. */
#include "kfunc30.lskel.h"
#include "many_progs.lskel.h"

#include "load.h"

#include <sys/syscall.h>

LOAD_TEST(scale_40_programs_and_40_switched_off)
{
	struct many_progs *skel = OPEN_AND_LOAD(many_progs);
	struct bpf_prog_desc *progs = (void *)&skel->progs;
	unsigned int sum = 0;

	CHECK_EQ(sizeof(skel->progs) / sizeof(progs[0]), 80, "programs in the skeleton");
	/* In the order of the sections: "?tc", "tc". */
	for (unsigned int i = 0; i < 40; i++) {
		CHECK(progs[i].prog_fd == 0, "off%02u has fd %d", i, progs[i].prog_fd);
		CHECK_EQ(run_pkt(progs[40 + i].prog_fd), 100 + i + 1, "return value");
		sum += 100 + i;
	}
	CHECK_EQ(skel->bss->total, sum, "total");
	many_progs__destroy(skel);
}

LOAD_TEST(scale_one_kfunc_in_30_programs)
{
	struct kfunc30 *skel;

	need_jit("kfuncs");
	if (!vmlinux_find("bpf_lookup_system_key", 0))
		SKIP("bpf_lookup_system_key()");
	skel = OPEN_AND_LOAD(kfunc30);
	CHECK_EQ(kfunc30__attach(skel), 0, "attach");
	*(volatile __u32 *)&skel->bss->pid = (__u32)getpid();
	syscall(SYS_getppid);
	*(volatile __u32 *)&skel->bss->pid = 0;
	CHECK_EQ(skel->bss->found, 30, "keys found during one system call");
	kfunc30__destroy(skel);
}
