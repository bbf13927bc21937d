// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* 30 programs that call the same two kfuncs: each name is to be looked up once. */
#include "prog.h"
#include "repeat.h"

struct bpf_key;

extern struct bpf_key *bpf_lookup_system_key(u64 id) __ksym;
extern void bpf_key_put(struct bpf_key *key) __ksym;

u32 pid;
u64 found;

#define PROG(n)                                                                                    \
	SEC("tp_btf/sys_enter") int p##n(void *ctx)                                                \
	{                                                                                          \
		struct bpf_key *key;                                                               \
                                                                                                   \
		if (bpf_get_current_pid_tgid() >> 32 != pid)                                       \
			return 0;                                                                  \
		key = bpf_lookup_system_key(0);                                                    \
		if (!key)                                                                          \
			return 0;                                                                  \
		__sync_fetch_and_add(&found, 1);                                                   \
		bpf_key_put(key);                                                                  \
		return 0;                                                                          \
	}

REPEAT_30(PROG)
