// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* kconfig externs that the loading process sets, weak ones, and what the runtime knows by itself. */
#include "prog.h"

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned long CONFIG_HZ __kconfig;
extern _Bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_BPF_JIT __kconfig;
extern char CONFIG_DEFAULT_HOSTNAME[16] __kconfig;
extern int CONFIG_LSKEL_NONE __kconfig __weak;
extern char CONFIG_LSKEL_NO_WORD[8] __kconfig __weak;

u32 version;
u64 hz;
int bpf, jit, none = 1;
char first_letter, no_letter = 1;

SEC("tc")
int look(struct __sk_buff *skb)
{
	version = (u32)LINUX_KERNEL_VERSION;
	hz = CONFIG_HZ;
	bpf = CONFIG_BPF_SYSCALL;
	jit = CONFIG_BPF_JIT;
	first_letter = CONFIG_DEFAULT_HOSTNAME[0];
	none = CONFIG_LSKEL_NONE;
	no_letter = CONFIG_LSKEL_NO_WORD[0];
	if (CONFIG_LSKEL_NONE) {
		/* No such helper: weak ones are constants that the verifier knows. */
		static int (*no_helper)(void) = (void *)9999;

		return no_helper();
	}
	return 0;
}
