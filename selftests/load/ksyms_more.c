// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Kernel symbols that need a newer kernel, a module, or a header of ours. */
#include "kfunc_module.lskel.h"
#include "ksym_func.lskel.h"
#include "ksym_zero.lskel.h"
#include "missing_ksym.lskel.h"

#include "load.h"

enum { KIND_FUNC = 12 };

LOAD_TEST(ksym_function_address)
{
	struct ksym_func *skel = OPEN(ksym_func);

	need_kernel(KVER(6, 4), "addresses of functions by BTF");
	if (!vmlinux_find("bpf_prog_put", KIND_FUNC))
		SKIP("bpf_prog_put in kernel BTF");
	LOAD(ksym_func, skel);
	CHECK_EQ(run_ctx(skel->progs.look.prog_fd, NULL, 0), 0, "return value");
	CHECK(skel->bss->addr == ksym_addr("bpf_prog_put"), "bpf_prog_put at %#llx",
	      (unsigned long long)skel->bss->addr);
	CHECK_EQ(skel->data->none, 0, "a function that is missing");
	ksym_func__destroy(skel);
}

LOAD_TEST(ksym_typeless_at_address_zero)
{
	struct ksym_zero *skel = OPEN(ksym_zero);
	char line[256], name[128];
	unsigned long long addr = 0;
	FILE *f = fopen("/proc/kallsyms", "r");
	bool found = false;

	CHECK(f, "/proc/kallsyms: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%llx %*c %127s", &addr, name) == 2 && !strcmp(name, "__per_cpu_start");
	fclose(f);
	if (!found)
		SKIP("__per_cpu_start in kallsyms (CONFIG_KALLSYMS_ALL)");
	LOAD(ksym_zero, skel);
	run_ctx(skel->progs.look.prog_fd, NULL, 0);
	CHECK(skel->data->start == addr, "__per_cpu_start at %#llx", (unsigned long long)skel->data->start);
	ksym_zero__destroy(skel);
}

LOAD_TEST(ksym_missing_strong_typeless_is_named)
{
	struct missing_ksym *skel = OPEN(missing_ksym);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(missing_ksym, skel, msg), -ENOENT, "error");
	check_says(msg, "ksym 'lskel_no_such_symbol'");
	missing_ksym__destroy(skel);
}

LOAD_TEST(kfunc_of_a_module)
{
	struct kfunc_module *skel = OPEN(kfunc_module);
	unsigned int ret;

	need_jit("kfuncs");
	if (!ksym_addr("bpf_xdp_ct_lookup"))
		SKIP("nf_conntrack, built in or as a module that is loaded");
	if (!vmlinux_find("bpf_xdp_ct_lookup", KIND_FUNC) && access("/sys/kernel/btf/nf_conntrack", R_OK))
		SKIP("BTF of nf_conntrack");
	LOAD(kfunc_module, skel);
	ret = run_pkt(skel->progs.look_xdp.prog_fd);
	CHECK_EQ(ret, 1, "no connection");
	CHECK_EQ(skel->bss->error, -ENOENT, "error of the XDP look-up");
	skel->bss->error = 0;
	ret = run_pkt(skel->progs.look_tc.prog_fd);
	CHECK_EQ(ret, 1, "no connection");
	CHECK_EQ(skel->bss->error, -EPROTO, "error of the tc look-up");
	kfunc_module__destroy(skel);
}
