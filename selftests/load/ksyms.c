// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Kernel symbols: variables, functions, addresses; strong and weak; there and not there. */
#include "kfunc.lskel.h"
#include "kfunc_weak.lskel.h"
#include "ksym_percpu.lskel.h"
#include "ksym_typeless.lskel.h"
#include "ksym_weak.lskel.h"
#include "missing_kfunc.lskel.h"
#include "missing_var.lskel.h"

#include "load.h"

#include <sched.h>
#include <sys/syscall.h>

enum { KIND_FUNC = 12, KIND_VAR = 14 };

/* Run a raw_tp program, which needs no argument. */
static unsigned int run_raw(int fd)
{
	return run_ctx(fd, NULL, 0);
}

static void need_data_kallsyms(void)
{
	if (!ksym_addr("runqueues"))
		SKIP("data symbols in kallsyms (CONFIG_KALLSYMS_ALL)");
}

LOAD_TEST(ksym_typed_per_cpu_struct_and_scalar)
{
	struct ksym_percpu *skel = OPEN(ksym_percpu);
	int cpus = possible_cpus(), seen = 0;

	need_data_kallsyms();
	if (!vmlinux_find("this_cpu_off", KIND_VAR))
		SKIP("this_cpu_off in kernel BTF");
	LOAD(ksym_percpu, skel);
	for (int cpu = 0; cpu < cpus; cpu++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			continue; /* possible, but not online */
		skel->bss->rq_cpu = skel->bss->rq_this_cpu = -1;
		skel->bss->off = skel->bss->off_this = 0;
		skel->bss->want_cpu = (__u32)cpu;
		CHECK_EQ(run_raw(skel->progs.look.prog_fd), 0, "return value");
		CHECK_EQ(skel->bss->cpu_now, cpu, "this CPU");
		CHECK_EQ(skel->bss->rq_cpu, cpu, "runqueues.cpu of a CPU");
		CHECK_EQ(skel->bss->rq_this_cpu, cpu, "runqueues.cpu of this CPU");
		/* The scalar is the distance of this CPU's variables from the symbols: the struct tells the same. */
		CHECK_EQ(skel->bss->off, skel->bss->rq_ptr - skel->bss->rq_addr, "this_cpu_off of a CPU");
		CHECK_EQ(skel->bss->off_this, skel->bss->off, "this_cpu_off of this CPU");
		CHECK_EQ(skel->bss->out_of_range, 1, "a CPU that is out of range gives NULL");
		seen++;
	}
	CHECK(seen > 0, "no CPU");
	CHECK(skel->bss->rq_addr == ksym_addr("runqueues"), "address of runqueues: %#llx",
	      (unsigned long long)skel->bss->rq_addr);
	CHECK(skel->bss->off_addr == ksym_addr("this_cpu_off"), "address of this_cpu_off: %#llx",
	      (unsigned long long)skel->bss->off_addr);
	ksym_percpu__destroy(skel);
}

LOAD_TEST(ksym_typed_strong_without_address)
{
	struct ksym_percpu *skel = OPEN(ksym_percpu);
	char msg[1024];

	if (!vmlinux_find("runqueues", KIND_VAR))
		SKIP("runqueues in kernel BTF");
	if (ksym_addr("runqueues"))
		SKIP("a kernel without data symbols in kallsyms");
	CHECK(LOAD_FAILS(ksym_percpu, skel, msg) < 0, "it loads");
	check_says(msg, "'look'");
#ifndef LSKEL_PEER
	CHECK(ksym_percpu__log(skel) && strstr(ksym_percpu__log(skel), "'runqueues'"), "the log does not name it");
#endif
	ksym_percpu__destroy(skel);
}

LOAD_TEST(ksym_weak_missing_is_null)
{
	struct ksym_weak *skel = OPEN_AND_LOAD(ksym_weak);

	CHECK_EQ(run_raw(skel->progs.look.prog_fd), 0, "return value");
	CHECK_EQ(skel->bss->missing, 0, "what nobody has");
	ksym_weak__destroy(skel);
}

LOAD_TEST(kfunc_weak_missing_is_null)
{
	struct kfunc_weak *skel = OPEN(kfunc_weak);

	need_jit("kfuncs");
	LOAD(kfunc_weak, skel);
	CHECK_EQ(run_raw(skel->progs.look.prog_fd), 0, "return value");
	CHECK_EQ(skel->data->there, 0, "what nobody has");
	kfunc_weak__destroy(skel);
}

LOAD_TEST(ksym_weak_present_is_found)
{
	struct ksym_weak *skel = OPEN_AND_LOAD(ksym_weak);
	bool there = ksym_addr("runqueues") && vmlinux_find("runqueues", KIND_VAR);

	CHECK_EQ(run_raw(skel->progs.look.prog_fd), 0, "return value");
	CHECK(skel->bss->prog_put == ksym_addr("bpf_prog_put"), "bpf_prog_put at %#llx",
	      (unsigned long long)skel->bss->prog_put);
	/* BTF may know a variable that kallsyms doesn't: that one is missing, too. */
	CHECK_EQ(skel->bss->runqueues_there, there, "runqueues");
	CHECK_EQ(skel->data->rq_cpu, there ? 0 : -1, "runqueues.cpu minus the CPU's number");
	ksym_weak__destroy(skel);
}

LOAD_TEST(ksym_typeless_is_the_address)
{
	struct ksym_typeless *skel = OPEN_AND_LOAD(ksym_typeless);
	unsigned long long want = ksym_addr("bpf_prog_put");

	if (!want)
		SKIP("bpf_prog_put in kallsyms");
	run_raw(skel->progs.first.prog_fd);
	run_raw(skel->progs.second.prog_fd);
	CHECK(skel->bss->prog_put == want, "bpf_prog_put at %#llx", (unsigned long long)skel->bss->prog_put);
	CHECK(skel->bss->prog_put_again == want, "second program: bpf_prog_put at %#llx",
	      (unsigned long long)skel->bss->prog_put_again);
	CHECK(skel->bss->map_put == ksym_addr("bpf_map_put"), "bpf_map_put at %#llx",
	      (unsigned long long)skel->bss->map_put);
	ksym_typeless__destroy(skel);
}

LOAD_TEST(ksym_missing_strong_variable_is_named)
{
	struct missing_var *skel = OPEN(missing_var);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(missing_var, skel, msg), -ENOENT, "error");
	check_says(msg, "ksym 'jiffies_lock'");
	CHECK(skel->progs.look.prog_fd == 0 && skel->maps.bss.map_fd == 0, "an fd is left");
	missing_var__destroy(skel);
}

LOAD_TEST(ksym_missing_strong_kfunc_is_named)
{
	struct missing_kfunc *skel = OPEN(missing_kfunc);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(missing_kfunc, skel, msg), -ENOENT, "error");
	check_says(msg, "kfunc 'lskel_no_such_kfunc': not in kernel BTF: -ENOENT");
	missing_kfunc__destroy(skel);
}

LOAD_TEST(kfunc_of_vmlinux)
{
	struct kfunc *skel = OPEN(kfunc);

	need_jit("kfuncs");
	if (!vmlinux_find("bpf_lookup_system_key", KIND_FUNC))
		SKIP("bpf_lookup_system_key()");
	if (!vmlinux_find("btf_trace_sys_enter", 0))
		SKIP("the sys_enter tracepoint");
	LOAD(kfunc, skel);
	skel->bss->pid = (__u32)getpid();
	CHECK(kfunc__on_enter__attach(skel) > 0, "attach: %s", SKEL_ERR(kfunc, skel));
	syscall(SYS_getppid);
	kfunc__detach(skel);
	CHECK(skel->bss->found > 0, "the kfunc gave no key");
	CHECK_EQ(skel->bss->refused, skel->bss->found, "impossible keys refused");
	kfunc__destroy(skel);
}
