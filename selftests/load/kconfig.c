// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* kconfig externs. */
enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 }; /* a named type: it's ours to define */

#include "kconfig.lskel.h"
#include "kconfig_types.lskel.h"

#include "load.h"

LOAD_TEST(kconfig_set_before_load)
{
	struct kconfig *skel = OPEN(kconfig);
	struct kconfig__kconfig *k = (void *)skel->kconfig;

	k->CONFIG_HZ = 4711;
	k->CONFIG_BPF_SYSCALL = 1;
	k->CONFIG_BPF_JIT = TRI_MODULE;
	strcpy(k->CONFIG_DEFAULT_HOSTNAME, "(none)");
	LOAD(kconfig, skel);
	CHECK_EQ(run_pkt(skel->progs.look.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->hz, 4711, "CONFIG_HZ");
	CHECK_EQ(skel->bss->bpf, 1, "CONFIG_BPF_SYSCALL");
	CHECK_EQ(skel->bss->jit, TRI_MODULE, "CONFIG_BPF_JIT");
	CHECK_EQ(skel->bss->first_letter, '(', "CONFIG_DEFAULT_HOSTNAME");
	CHECK_EQ(skel->data->none, 0, "a weak number that nobody set");
	CHECK_EQ(skel->data->no_letter, 0, "a weak string that nobody set");
	CHECK_EQ(skel->bss->version >> 8, kernel_version() >> 8, "LINUX_KERNEL_VERSION, without its last part");
	kconfig__destroy(skel);
}

LOAD_TEST(kconfig_weak_set_is_seen)
{
	struct kconfig *skel = OPEN(kconfig);
	struct kconfig__kconfig *k = (void *)skel->kconfig;
	char msg[1024];

	k->CONFIG_HZ = 1;
	k->CONFIG_BPF_SYSCALL = 1;
	k->CONFIG_BPF_JIT = TRI_YES;
	strcpy(k->CONFIG_DEFAULT_HOSTNAME, "x");
	k->CONFIG_LSKEL_NONE = 1;
	/* With it, a branch is alive that calls what does not exist. */
	CHECK_EQ(LOAD_FAILS(kconfig, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'look'");
	kconfig__destroy(skel);
}

LOAD_TEST(kconfig_strong_unset_is_named)
{
	struct kconfig *skel = OPEN(kconfig);
	struct kconfig__kconfig *k = (void *)skel->kconfig;
	char msg[1024];

	NEED_OURS();
	k->CONFIG_BPF_SYSCALL = 1;
	k->CONFIG_BPF_JIT = TRI_YES;
	strcpy(k->CONFIG_DEFAULT_HOSTNAME, "x");
	CHECK(LOAD_FAILS(kconfig, skel, msg) < 0, "it loads");
	check_says(msg, "CONFIG_HZ");
	CHECK_EQ(skel->maps.kconfig.map_fd, 0, "fd");
	kconfig__destroy(skel);
}

#ifndef LSKEL_PEER
LOAD_TEST(kconfig_zero_that_is_meant)
{
	struct kconfig *skel = OPEN(kconfig);

	skel->opts.kconfig_set.CONFIG_HZ = 1;
	skel->opts.kconfig_set.CONFIG_BPF_SYSCALL = 1;
	skel->opts.kconfig_set.CONFIG_BPF_JIT = 1;
	skel->opts.kconfig_set.CONFIG_DEFAULT_HOSTNAME = 1;
	LOAD(kconfig, skel);
	skel->bss->hz = 99;
	CHECK_EQ(run_pkt(skel->progs.look.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->hz, 0, "CONFIG_HZ");
	kconfig__destroy(skel);
}
#endif

LOAD_TEST(kconfig_is_frozen)
{
	struct kconfig *skel = OPEN(kconfig);
	struct kconfig__kconfig *k = (void *)skel->kconfig;
	struct bpf_map_info info;
	char value[256] = { 0 };
	int key = 0;

	k->CONFIG_HZ = 100;
	k->CONFIG_BPF_SYSCALL = 1;
	k->CONFIG_BPF_JIT = TRI_YES;
	strcpy(k->CONFIG_DEFAULT_HOSTNAME, "x");
	LOAD(kconfig, skel);
	map_info(skel->maps.kconfig.map_fd, &info);
	CHECK(info.value_size <= sizeof(value), "value size %u", info.value_size);
	CHECK(info.map_flags & BPF_F_RDONLY_PROG, "flags %#x", info.map_flags);
	CHECK_EQ(map_update(skel->maps.kconfig.map_fd, &key, value, 0), -EPERM, "update");
	CHECK_EQ(skel->kconfig->CONFIG_HZ, 100, "through the mapping");
	kconfig__destroy(skel);
}

LOAD_TEST(kconfig_from_a_file_in_all_types)
{
	struct kconfig_types *skel = OPEN(kconfig_types);
	const unsigned long long want[] = { 1, TRI_MODULE, 100, (unsigned long long)-100, 0xfffe,
					    (unsigned long long)-2147483648LL, 0xfedcba9876543210,
					    (unsigned long long)-5, 0, 77, 0 };
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(kconfig_types, skel, msg), -ESRCH, "error");
	check_says(msg, "kconfig 'CONFIG_T_UNSET': no value; set it before load");
	skel->kconfig->CONFIG_T_UNSET = 77;
	LOAD(kconfig_types, skel);
	CHECK_EQ(run_pkt(skel->progs.read_all.prog_fd), 0, "return value");
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(skel->bss->got[i] == want[i], "value %zu: %#llx", i,
		      (unsigned long long)skel->bss->got[i]);
	CHECK(!memcmp(skel->bss->str, "longer ", 8), "string '%.8s'", skel->bss->str);
	CHECK_EQ(skel->bss->got[11] >> 8, kernel_version() >> 8, "LINUX_KERNEL_VERSION, without its last part");
	CHECK_EQ(skel->bss->got[12], kernel_version() >= KVER(5, 15), "LINUX_HAS_BPF_COOKIE");
#ifdef __x86_64__
	CHECK_EQ(skel->bss->got[13], 1, "LINUX_HAS_SYSCALL_WRAPPER");
#endif
	CHECK_EQ(skel->bss->got[14], 0, "an unknown LINUX_ one");
	kconfig_types__destroy(skel);
}

/* What the user says counts for more than the file and the target; and 0 can be meant. */
LOAD_TEST(kconfig_user_counts_more_than_file_and_target)
{
	struct kconfig_types *skel = OPEN(kconfig_types);

	skel->opts.kconfig_set.CONFIG_T_UNSET = 1;
	skel->kconfig->CONFIG_T_BOOL = 0;
	skel->kconfig->LINUX_KERNEL_VERSION = 0x012345;
	skel->opts.kconfig_set.LINUX_HAS_BPF_COOKIE = 1;
	LOAD(kconfig_types, skel);
	CHECK_EQ(run_pkt(skel->progs.read_all.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->got[9], 0, "CONFIG_T_UNSET");
	CHECK_EQ(skel->bss->got[0], 0, "CONFIG_T_BOOL");
	CHECK_EQ(skel->bss->got[11], 0x012345, "LINUX_KERNEL_VERSION");
	CHECK_EQ(skel->bss->got[12], 0, "LINUX_HAS_BPF_COOKIE");
	kconfig_types__destroy(skel);
}
