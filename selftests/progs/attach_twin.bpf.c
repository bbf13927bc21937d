// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A function of a module that has a namesake in vmlinux, and that one. */
#include "prog.h"

SEC("fentry/nf_defrag_ipv6:ip6frag_key_hashfn")
int in_module(u64 *ctx)
{
	return 0;
}

SEC("fexit/nf_defrag_ipv6:ip6frag_key_hashfn")
int in_module_too(u64 *ctx)
{
	return 0;
}

SEC("fentry/ip6frag_key_hashfn")
int in_vmlinux(u64 *ctx)
{
	return 0;
}
