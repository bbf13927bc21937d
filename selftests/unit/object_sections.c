// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The table of section names, and the numbers in kernel_types.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/object/kernel_types.h"
#include "gen_loader/object/object_priv.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

static void lookup(void **state)
{
	static const struct {
		const char *sec, *row, *target;
	} cases[] = {
		{ "raw_tp", "raw_tp", NULL },
		{ "raw_tp/sys_enter", "raw_tp", "sys_enter" },
		{ "raw_tp.w/x", "raw_tp.w", "x" },
		{ "kprobe/do_exit+0x10", "kprobe", "do_exit+0x10" },
		{ "kprobe.multi/tcp_*", "kprobe.multi", "tcp_*" },
		{ "fentry.s/mod:func", "fentry.s", "mod:func" },
		{ "uprobe//bin/sh:main", "uprobe", "/bin/sh:main" },
		{ "tracepoint/syscalls/sys_enter_openat", "tracepoint", "syscalls/sys_enter_openat" },
		{ "fentry/", "fentry", NULL },
		{ "xdp", "xdp", NULL },
		{ "xdp/devmap", "xdp/devmap", NULL },
		{ "xdp.frags/cpumap", "xdp.frags/cpumap", NULL },
		{ "sk_skb", "sk_skb", NULL },
		{ "sk_skb/stream_parser", "sk_skb/stream_parser", NULL },
		{ "tc/ingress", "tc/ingress", NULL },
		{ "cgroup/sock", "cgroup/sock", NULL },
		{ "cgroup/sock_release", "cgroup/sock_release", NULL },
		{ "struct_ops/init", "struct_ops", "init" },
		/* and names that mean nothing */
		{ "xdp/other", NULL, NULL },
		{ "xdpx", NULL, NULL },
		{ "kprobes/x", NULL, NULL },
		{ "perf_event/1", NULL, NULL },
		{ "", NULL, NULL },
		{ ".text", NULL, NULL },
		{ "?xdp", NULL, NULL }, /* the caller takes the '?' away */
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *target = "not set";
		const struct sec_def *def = sec_def_find(cases[i].sec, &target);

		if (!def != !cases[i].row || (def && strcmp(def->name, cases[i].row)))
			fail_msg("'%s': row '%s'", cases[i].sec, def ? def->name : "-");
		if (!target != !cases[i].target || (target && strcmp(target, cases[i].target)))
			fail_msg("'%s': target '%s'", cases[i].sec, target ?: "-");
	}
}

/* Every row finds itself: no earlier one hides it. */
static void every_row(void **state)
{
	const struct sec_def *def;
	const char *target;
	size_t i;

	(void)state;
	for (i = 0; (def = sec_def_row(i)); i++) {
		char with_target[64];

		assert_ptr_equal(sec_def_find(def->name, &target), def);
		snprintf(with_target, sizeof(with_target), "%s/x", def->name);
		if (def->flags & SEC_TARGET_OPT) {
			assert_ptr_equal(sec_def_find(with_target, &target), def);
			assert_string_equal(target, "x");
		} else {
			assert_null(sec_def_find(with_target, &target));
		}
		if (def->flags & SEC_ATTACH_BTF)
			assert_true(def->prog_type == PROG_TRACING || def->prog_type == PROG_LSM ||
				    def->prog_type == PROG_EXT);
	}
	assert_true(i > 100);
}

static char type_names[8192];

static int keep_type_names(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	if (strstr(fmt, "supported section(type) names"))
		vsnprintf(type_names, sizeof(type_names), fmt, args);
	return 0;
}

/* libbpf tells its own table when it is asked for a name that it does not know. Ours must have it all, alike. */
static void agrees_with_libbpf(void **state)
{
	char *list, *name, *save = NULL;
	size_t known = 0;

	(void)state;
	libbpf_set_print(keep_type_names);
	libbpf_prog_type_by_name("no-such-section", &(enum bpf_prog_type){ 0 }, &(enum bpf_attach_type){ 0 });
	list = strstr(type_names, "are:");
	assert_non_null(list);
	for (name = strtok_r(list + strlen("are:"), " \n", &save); name; name = strtok_r(NULL, " \n", &save)) {
		const struct sec_def *def;
		enum bpf_attach_type attach;
		enum bpf_prog_type type;
		const char *target;

		name[strcspn(name, "+")] = 0;
		known++;
		if (libbpf_prog_type_by_name(name, &type, &attach))
			fail_msg("libbpf does not know its own '%s'", name);
		def = sec_def_find(name, &target);
		if (!def)
			fail_msg("'%s' is missing", name);
		if (type != def->prog_type || attach != def->expected_attach_type)
			fail_msg("'%s': type %u attach %u, libbpf says %u %u", def->name, def->prog_type,
				 def->expected_attach_type, type, attach);
	}
	assert_true(known >= 75); /* libbpf 1.0 has that many */
}

static void attach_btf(void **state)
{
	static const struct {
		const char *sec, *name;
		int kind;
	} cases[] = {
		{ "tp_btf/sched_switch", "btf_trace_sched_switch", BTF_KIND_TYPEDEF },
		{ "fentry/do_unlinkat", "do_unlinkat", BTF_KIND_FUNC },
		{ "fmod_ret.s/x", "x", BTF_KIND_FUNC },
		{ "freplace/f", "f", BTF_KIND_FUNC },
		{ "lsm.s/file_open", "bpf_lsm_file_open", BTF_KIND_FUNC },
		{ "lsm_cgroup/socket_bind", "bpf_lsm_socket_bind", BTF_KIND_FUNC },
		{ "iter/task", "bpf_iter_task", BTF_KIND_FUNC },
	};
	const struct sec_def *def;
	const char *target;
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		def = sec_def_find(cases[i].sec, &target);
		assert_non_null(def);
		assert_true(def->flags & SEC_ATTACH_BTF);
		assert_int_equal(sec_attach_btf(def, target, name, sizeof(name)), cases[i].kind);
		assert_string_equal(name, cases[i].name);
	}
	def = sec_def_find("iter/task", &target);
	assert_int_equal(sec_attach_btf(def, target, name, strlen("bpf_iter_task")), -ENAMETOOLONG);
	assert_int_equal(sec_attach_btf(def, target, name, strlen("bpf_iter_task") + 1), BTF_KIND_FUNC);
}

#define SAME_PROG(x) assert_int_equal(PROG_##x, BPF_PROG_TYPE_##x)
#define SAME_ATTACH(x) assert_int_equal(ATTACH_##x, BPF_##x)
#define SAME_MAP(x) assert_int_equal(MAP_TYPE_##x, BPF_MAP_TYPE_##x)

/* The last number of each run of those that every linux/bpf.h since 6.1 has. */
static void numbers(void **state)
{
	(void)state;
	SAME_PROG(SOCKET_FILTER);
	SAME_PROG(SK_MSG);
	SAME_PROG(EXT);
	SAME_PROG(SYSCALL);
	SAME_ATTACH(CGROUP_SETSOCKOPT);
	SAME_ATTACH(TRACE_ITER);
	SAME_ATTACH(SK_SKB_VERDICT);
	SAME_ATTACH(LSM_CGROUP);
	SAME_MAP(PROG_ARRAY);
	SAME_MAP(PERF_EVENT_ARRAY);
	SAME_MAP(STACK_TRACE);
	SAME_MAP(CGROUP_ARRAY);
	SAME_MAP(ARRAY_OF_MAPS);
	SAME_MAP(HASH_OF_MAPS);
	SAME_MAP(DEVMAP);
	SAME_MAP(SOCKMAP);
	SAME_MAP(CPUMAP);
	SAME_MAP(XSKMAP);
	SAME_MAP(SOCKHASH);
	SAME_MAP(QUEUE);
	SAME_MAP(STACK);
	SAME_MAP(DEVMAP_HASH);
	SAME_MAP(RINGBUF);
	SAME_MAP(USER_RINGBUF);
	assert_int_equal(MAP_F_RDONLY_PROG, BPF_F_RDONLY_PROG);
	assert_int_equal(MAP_F_MMAPABLE, BPF_F_MMAPABLE);
	/* newer ones follow without a gap */
	assert_int_equal(ATTACH_STRUCT_OPS, ATTACH_LSM_CGROUP + 1);
	assert_int_equal(ATTACH_TRACE_FSESSION_MULTI, ATTACH_LSM_CGROUP + 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookup),
		cmocka_unit_test(every_row),
		cmocka_unit_test(agrees_with_libbpf),
		cmocka_unit_test(attach_btf),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests_name("object_sections", tests, NULL, NULL);
}
