// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --kconfig selftests/progs/kconfig_types.config
/* kconfig externs of every type with values from a file, and those of the target in other types than int. */
#include "prog.h"

extern _Bool CONFIG_T_BOOL __kconfig;
extern enum libbpf_tristate CONFIG_T_TRI __kconfig;
extern char CONFIG_T_CHAR __kconfig;
extern signed char CONFIG_T_S8 __kconfig;
extern unsigned short CONFIG_T_U16 __kconfig;
extern int CONFIG_T_S32 __kconfig;
extern unsigned long long CONFIG_T_U64 __kconfig;
extern long CONFIG_T_S64 __kconfig;
extern char CONFIG_T_STR[8] __kconfig;
extern int CONFIG_T_ZERO __kconfig;
extern int CONFIG_T_UNSET __kconfig;
extern int CONFIG_T_WEAK __kconfig __weak;
extern unsigned long LINUX_KERNEL_VERSION __kconfig;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig;
extern u64 LINUX_HAS_SYSCALL_WRAPPER __kconfig;
extern int LINUX_LSKEL_NEVER_HEARD_OF __kconfig __weak;

u64 got[16];
char str[8];

SEC("tc")
int read_all(struct __sk_buff *skb)
{
	int i;

	got[0] = CONFIG_T_BOOL;
	got[1] = CONFIG_T_TRI;
	got[2] = CONFIG_T_CHAR;
	got[3] = CONFIG_T_S8;
	got[4] = CONFIG_T_U16;
	got[5] = CONFIG_T_S32;
	got[6] = CONFIG_T_U64;
	got[7] = CONFIG_T_S64;
	got[8] = CONFIG_T_ZERO;
	got[9] = CONFIG_T_UNSET;
	got[10] = CONFIG_T_WEAK;
	got[11] = LINUX_KERNEL_VERSION;
	got[12] = LINUX_HAS_BPF_COOKIE;
	got[13] = LINUX_HAS_SYSCALL_WRAPPER;
	got[14] = LINUX_LSKEL_NEVER_HEARD_OF;
	for (i = 0; i < sizeof(str); i++)
		str[i] = CONFIG_T_STR[i];
	return 0;
}
