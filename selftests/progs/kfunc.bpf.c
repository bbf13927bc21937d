// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* kfuncs of vmlinux that tracing programs may call on every kernel since 6.1. */
#include "prog.h"

struct bpf_key;

extern struct bpf_key *bpf_lookup_system_key(u64 id) __ksym;
extern void bpf_key_put(struct bpf_key *key) __ksym;

u32 pid;
int found, refused;

static __noinline int try_key(u64 id)
{
	struct bpf_key *key = bpf_lookup_system_key(id);

	if (!key)
		return 0;
	bpf_key_put(key);
	return 1;
}

SEC("tp_btf/sys_enter")
int on_enter(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 != pid)
		return 0;
	found += try_key(0);
	refused += !try_key(1000);
	return 0;
}
