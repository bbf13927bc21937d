// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The tests are for Linux 6.1 and later. Kernels before that run them, too, in the direct gear; this is what those objects need
 * that 5.10 has not.
 */
#include "load.h"

/* Unless that was done when the skeleton was generated. */
#ifdef CORE_RESOLVED
#define CORE 0, "nothing"
#else
#define CORE KVER(5, 17), "CO-RE in the kernel"
#endif

static const struct {
	const char *object;
	unsigned int version;
	const char *what;
} needs[] = {
	{ "attach_cookie", KVER(5, 15), "bpf_get_attach_cookie()" },
	{ "attach_iter", CORE },
	{ "attach_iters", KVER(6, 1), "iter/cgroup" },
	{ "attach_none", KVER(5, 14), "BPF_PROG_TYPE_SYSCALL" },
	{ "attach_lsm", KVER(5, 11), "sleepable file_open" },
	{ "callbacks", KVER(5, 17), "bpf_loop()" },
	{ "core", CORE },
	{ "core_missing", CORE },
	{ "kfunc", KVER(6, 1), "bpf_lookup_system_key()" },
	{ "ksym_weak", CORE },
	{ "lsm_cgroup", KVER(6, 0), "lsm_cgroup" },
	{ "maps", KVER(5, 16), "bloom filters" },
	{ "newer_dynptr", KVER(5, 19), "dynptrs" },
	{ "sections_net", KVER(5, 18), "xdp.frags" },
	{ "sections_trace", KVER(6, 0), "sleepable uprobes" },
	{ "storage", KVER(5, 11), "BPF_MAP_TYPE_TASK_STORAGE" },
	{ "struct_ops_cc", CORE },
	{ "struct_ops_broken", CORE },
	{ "struct_ops_link", CORE },
	{ "struct_ops_pin", CORE },
	{ "newer_tags", CORE },
	{ "trim", CORE },
	{ "trim_full", CORE },
	{ "trim_nolines", CORE },
	{ "subprogs_sec", KVER(5, 18), "xdp.frags" },
};

void need_object(const char *name)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (!strcmp(needs[i].object, name))
			need_kernel(needs[i].version, needs[i].what);
	}
}
