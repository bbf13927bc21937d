// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Externs of .kconfig: fields that can be set before load. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

extern unsigned long CONFIG_HZ __kconfig __weak;
extern bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern enum libbpf_tristate CONFIG_VXLAN __kconfig __weak;
extern char CONFIG_LOCALVERSION[16] __kconfig __weak;
extern int LINUX_KERNEL_VERSION __kconfig;

unsigned long hz;
int version;

SEC("raw_tp/sys_enter")
int read_config(void *ctx)
{
	hz = CONFIG_HZ + CONFIG_BPF_SYSCALL + CONFIG_VXLAN + CONFIG_LOCALVERSION[0];
	version = LINUX_KERNEL_VERSION;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
