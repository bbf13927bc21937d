// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The verifier's model on small programs: before a kernel that is made up, whatever machine this is, and, where BPF is
 * permitted, before the one that runs, which is asked as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "verify_progs.h"

struct bed {
	struct target *t;
	struct btf *btf; /* the program's */
	struct kbtf kb;
	struct kmap maps[M_CNT];
	int fds[M_CNT];  /* of the running kernel */
	u8 rodata[8];
};

static struct bed made_up, host;

/* --- a kernel of a few types --- */

static void write_file(const char *dir, const char *name, const void *data, size_t sz)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, sz, f), sz);
	fclose(f);
}

static void kfunc(struct btf *b, const char *name, int ret, int arg)
{
	int proto = btf__add_func_proto(b, ret), id;

	if (arg)
		btf__add_func_param(b, "p", arg);
	id = btf__add_func(b, name, BTF_FUNC_STATIC, proto);
	btf__add_decl_tag(b, "bpf_kfunc", id, -1);
}

static struct btf *kernel_btf(void)
{
	struct btf *b = btf__new_empty();
	int i32 = btf__add_int(b, "int", 4, BTF_INT_SIGNED), i64 = btf__add_int(b, "long", 8, 0), inner, task,
		ptr, id, i;
	int idx = btf__add_int(b, "__ARRAY_SIZE_TYPE__", 4, 0), arr, flex, user, percpu, rcu, var[4];
	char name[32];

	arr = btf__add_array(b, idx, i32, 4);
	inner = btf__add_struct(b, "inner", 8);
	btf__add_field(b, "a", i32, 0, 0);
	btf__add_field(b, "b", i32, 32, 0);
	flex = btf__add_array(b, idx, inner, 0);
	flex = btf__add_struct(b, "flexible", 8);
	btf__add_field(b, "n", i64, 0, 0);
	btf__add_field(b, "elems", flex - 1, 64, 0);
	flex = btf__add_ptr(b, flex);
	user = btf__add_ptr(b, btf__add_type_tag(b, "user", inner));
	percpu = btf__add_ptr(b, btf__add_type_tag(b, "percpu", inner));
	task = btf__type_cnt(b) + 3; /* after the three that are added now */
	ptr = btf__add_ptr(b, task);
	rcu = btf__add_ptr(b, btf__add_type_tag(b, "rcu", task));
	id = btf__add_struct(b, "task_struct", 128);
	assert_int_equal(id, task);
	btf__add_field(b, "pid", i32, 0, 0);
	btf__add_field(b, "bits", i32, 32, 20);
	btf__add_field(b, "count", i64, 64, 0);
	btf__add_field(b, "parent", ptr, 128, 0);
	btf__add_field(b, "in", inner, 192, 0);
	btf__add_field(b, "arr", arr, 256, 0);
	btf__add_field(b, "uptr", user, 384, 0);
	btf__add_field(b, "pcpu", percpu, 448, 0);
	btf__add_field(b, "real", rcu, 512, 0);
	btf__add_field(b, "flex", flex, 576, 0);
	id = btf__add_struct(b, "cgroup", 8);
	btf__add_field(b, "x", i64, 0, 0);
	id = btf__add_struct(b, "bpf_map", 8);
	btf__add_field(b, "max_entries", i32, 0, 0);
	id = btf__add_struct(b, "bpf_array", 8);
	btf__add_field(b, "map", id - 1, 0, 0);
	var[0] = btf__add_var(b, "percpu_int", BTF_VAR_GLOBAL_ALLOCATED, i32);
	var[1] = btf__add_var(b, "percpu_task", BTF_VAR_GLOBAL_ALLOCATED, task);
	var[2] = btf__add_var(b, "plain_int", BTF_VAR_GLOBAL_ALLOCATED, i32);
	var[3] = btf__add_var(b, "plain_task", BTF_VAR_GLOBAL_ALLOCATED, task);
	btf__add_var(b, "no_address", BTF_VAR_GLOBAL_ALLOCATED, i32);
	btf__add_datasec(b, ".data..percpu", 64);
	btf__add_datasec_var_info(b, var[0], 0, 4);
	btf__add_datasec_var_info(b, var[1], 8, 4);
	kfunc(b, "bpf_task_acquire", ptr, ptr);
	kfunc(b, "bpf_task_release", 0, ptr);
	kfunc(b, "bpf_rcu_read_lock", 0, 0);
	kfunc(b, "bpf_rcu_read_unlock", 0, 0);
	btf__add_func(b, "no_kfunc", BTF_FUNC_STATIC, btf__add_func_proto(b, 0));
	btf__add_enum(b, "bpf_func_id", 4);
	for (i = 0; i <= 211; i++) {
		snprintf(name, sizeof(name), "BPF_FUNC_%d", i);
		btf__add_enum_value(b, name, i);
	}
	return b;
}

static const char symbols[] =
	"ffffffff81000000 T _text\n0000000000001000 d percpu_int\n0000000000001008 d percpu_task\nffffffff81000010 d plain_int\n"
	"ffffffff81000020 d plain_task\nffffffff81000100 T bpf_task_acquire\nffffffff81000110 T bpf_task_release\n"
	"ffffffff81000120 T bpf_rcu_read_lock\nffffffff81000130 T bpf_rcu_read_unlock\nffffffff81000140 T no_kfunc\n";

static struct target *make_target(const char *release)
{
	char dir[] = "/tmp/lskel-verify-XXXXXX", path[64];
	struct lsk_err err = {};
	struct target *t = NULL;
	struct btf *b = kernel_btf();
	const void *raw;
	u32 sz;
	int ret;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/btf", dir);
	mkdir(path, 0700);
	raw = btf__raw_data(b, &sz);
	write_file(dir, "btf/vmlinux", raw, sz);
	write_file(dir, "release", release, strlen(release));
	write_file(dir, "machine", "arch x86_64\npage_size 4096\ncpus 1\n", 34);
	write_file(dir, "kallsyms", symbols, sizeof(symbols) - 1);
	btf__free(b);
	ret = target_open(dir, &t, &err);
	snprintf(path, sizeof(path), "rm -r %s", dir);
	assert_int_equal(system(path), 0);
	if (ret)
		fail_msg("%s", err.msg);
	return t;
}

/* --- maps, and the program's BTF that describes them --- */

static void make_maps(struct bed *b)
{
	bool newer = b->t->version >= 0x60400;
	int u64_id, task, cgroup, st;

	b->btf = btf__new_empty();
	u64_id = btf__add_int(b->btf, "long", 8, 0);
	task = btf__add_struct(b->btf, "task_struct", 0);
	cgroup = btf__add_struct(b->btf, "cgroup", 0);
	st = btf__add_ptr(b->btf, btf__add_type_tag(b->btf, newer ? "kptr_untrusted" : "kptr", task));
	btf__add_ptr(b->btf, btf__add_type_tag(b->btf, newer ? "kptr" : "kptr_ref", task));
	btf__add_ptr(b->btf, btf__add_type_tag(b->btf, newer ? "kptr_untrusted" : "kptr", cgroup));
	b->maps[M_KPTR].value_id = btf__add_struct(b->btf, "value", KPTR_VALUE);
	btf__add_field(b->btf, "unref", st, 8 * AT_UNREF, 0);
	btf__add_field(b->btf, "ref", st + 2, 8 * AT_REF, 0);
	btf__add_field(b->btf, "num", u64_id, 8 * AT_NUM, 0);
	btf__add_field(b->btf, "other", st + 4, 8 * AT_OTHER, 0);
	b->maps[M_KPTR].key_id = btf__add_int(b->btf, "int", 4, BTF_INT_SIGNED);
	b->kb.btf = b->btf;
	b->maps[M_KPTR].btf = &b->kb;
	b->maps[M_PLAIN] = (struct kmap){ .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1, .flags = 0 };
	b->maps[M_KPTR].type = BPF_MAP_TYPE_ARRAY;
	b->maps[M_KPTR].key_size = 4;
	b->maps[M_KPTR].value_size = KPTR_VALUE;
	b->maps[M_KPTR].max_entries = 1;
	b->maps[M_RDONLY] = (struct kmap){ .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1, .flags = BPF_F_RDONLY_PROG };
	b->rodata[0] = 42;
	b->rodata[4] = 41;
	b->maps[M_RDONLY].value = b->rodata;
	b->maps[M_RDONLY].frozen = true;
	b->maps[M_RINGBUF] = (struct kmap){ .type = BPF_MAP_TYPE_RINGBUF, .key_size = 0, .value_size = 0,
		.max_entries = 4096, .flags = 0 };
	b->maps[M_HASH] = (struct kmap){ .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
		.max_entries = 4, .flags = 0 };
}

static int bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(__NR_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

static int load_maps(struct bed *b)
{
	u32 i, key = 0;
	int ret = btf__load_into_kernel(b->btf);

	for (i = 0; i < M_CNT && !ret; i++) {
		union bpf_attr attr = { .map_type = b->maps[i].type, .key_size = b->maps[i].key_size,
			.value_size = b->maps[i].value_size, .max_entries = b->maps[i].max_entries,
				.map_flags = b->maps[i].flags };

		if (b->maps[i].value_id) {
			attr.btf_fd = btf__fd(b->btf);
			attr.btf_key_type_id = b->maps[i].key_id;
			attr.btf_value_type_id = b->maps[i].value_id;
		}
		b->fds[i] = bpf(BPF_MAP_CREATE, &attr);
		if (b->fds[i] < 0)
			ret = b->fds[i];
	}
	if (!ret) {
		union bpf_attr attr = { .map_fd = b->fds[M_RDONLY], .key = (u64)(uintptr_t)&key,
			.value = (u64)(uintptr_t)b->rodata };

		ret = bpf(BPF_MAP_UPDATE_ELEM, &attr);
		memset(&attr, 0, sizeof(attr));
		attr.map_fd = b->fds[M_RDONLY];
		ret = ret ?: bpf(BPF_MAP_FREEZE, &attr);
	}
	return ret;
}

/* --- programs --- */

static u32 type_id(struct bed *b, const char *name, u32 kind)
{
	const struct target_btf *where;
	bool is_host = b == &host;
	u32 i;
	int id;

	if (!strcmp(name, "@int")) {
		kind = BTF_KIND_VAR;
		for (i = 0; is_host && i < ARRAY_SIZE(percpu_ints); i++)
			if (target_find(b->t, percpu_ints[i], kind, &where) > 0)
				return target_find(b->t, percpu_ints[i], kind, &where);
		name = "percpu_int";
	} else if (!strcmp(name, "@struct"))
		name = is_host ? "runqueues" : "percpu_task", kind = BTF_KIND_VAR;
	else if (!strcmp(name, "@func"))
		name = is_host ? "schedule" : "no_kfunc";
	else if (!strcmp(name, "#int"))
		name = "int", kind = BTF_KIND_INT;
	else if (!strcmp(name, "#-"))
		return 10000000;
	id = target_find(b->t, name, kind, &where);
	if (id < 0 && kind == BTF_KIND_VAR)
		id = target_find(b->t, name, BTF_KIND_FUNC, &where);
	if (id < 0)
		fail_msg("the kernel's BTF has no '%s'", name);
	return id;
}

static bool field_off(const struct btf *btf, u32 id, const char *name, u32 base, u32 *off)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	u32 i;

	for (i = 0; t && btf_is_composite(t) && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *n = btf__name_by_offset(btf, m->name_off);

		*off = base + btf_member_bit_offset(t, i) / 8;
		if (!strcmp(n, name) || (!*n && field_off(btf, m->type, name, *off, off)))
			return true;
	}
	return false;
}

static u32 assemble(struct bed *b, const struct vcase *c, bool real, struct insn *out)
{
	u32 n = 0, off;

	while (n < ARRAY_SIZE(c->insns) && memcmp(&c->insns[n], &(struct tinsn){ .fix = FIX_NOT },
						  sizeof(struct tinsn)))
		n += c->insns[n].i.code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1;
	for (u32 i = 0; i < n; i++) {
		const struct tinsn *t = &c->insns[i];
		char name[64];

		out[i] = t->i;
		switch (t->fix) {
		case FIX_VAR: out[i].imm = type_id(b, t->name, BTF_KIND_VAR); break;
		case FIX_KFUNC: out[i].imm = type_id(b, t->name, BTF_KIND_FUNC); break;
		case FIX_MAP: case FIX_VALUE: out[i].imm = real ? b->fds[t->map] : (int)t->map + 100; break;
		case FIX_FIELD:
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(t->name, "."), t->name);
			if (!field_off(b->t->btfs[0].btf, type_id(b, name, BTF_KIND_STRUCT),
				       strchr(t->name, '.') + 1, 0, &off))
				fail_msg("no %s", t->name);
			out[i].off = off;
			break;
		default: break;
		}
	}
	return n;
}

static struct kmap *map_by_fd(void *fds, int fd)
{
	struct bed *b = fds;

	return fd >= 100 && fd < 100 + M_CNT ? &b->maps[fd - 100] : NULL;
}

static void judge(struct bed *b, const struct vcase *c, struct verify_result *res)
{
	struct insn insns[48];
	struct verify_input in = { .target = b->t, .prog_type = BPF_PROG_TYPE_SCHED_CLS, .gpl = !c->no_gpl,
		.insns = insns,
		.insn_cnt = assemble(b, c, false, insns), .flags = c->flags, .fds = b,
			.map_by_fd = map_by_fd };

	assert_int_equal(verify_prog(&in, res), 0);
}

static int load(struct bed *b, const struct vcase *c, char *log, u32 log_sz)
{
	struct insn insns[48];
	u32 n = assemble(b, c, true, insns), i;
	struct bpf_insn raw[48] = {};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SCHED_CLS, .insns = (u64)(uintptr_t)raw,
		.insn_cnt = n,
		.license = (u64)(uintptr_t)(c->no_gpl ? "none" : "GPL"), .prog_flags = c->flags,
			.log_level = 1,
		.log_buf = (u64)(uintptr_t)log, .log_size = log_sz };
	int ret;

	for (i = 0; i < n; i++)
		raw[i] = (struct bpf_insn){ insns[i].code, insns[i].dst, insns[i].src, insns[i].off,
			insns[i].imm };
	*log = 0;
	ret = bpf(BPF_PROG_LOAD, &attr);
	if (ret >= 0)
		close(ret);
	return ret < 0 ? ret : 0;
}

static const char *describe(const struct verify_result *r, char *buf, size_t sz)
{
	u32 i, n = 0;

	*buf = 0;
	for (i = 0; i < r->finding_cnt && n < sz - 1; i++)
		n += snprintf(buf + n, sz - n, "\n  insn %u %s %s %s: %s", r->findings[i].insn,
			      r->findings[i].outcome == VERIFY_REFUSED ? "refused" : "undecided",
				      verify_cause_name(r->findings[i].cause),
			      r->findings[i].err ? err_name(r->findings[i].err) : "", r->findings[i].text);
	return buf;
}

/* 0: as the case says */
static int differs(const struct vcase *c, const struct verify_result *r, const char *where)
{
	char buf[1000];
	u32 i;

	if (r->outcome == c->outcome) {
		if (c->outcome != VERIFY_REFUSED)
			return 0;
		for (i = 0; i < r->finding_cnt; i++)
			if (r->findings[i].outcome == VERIFY_REFUSED && r->findings[i].cause == c->cause &&
			    r->findings[i].err == c->err)
				return 0;
	}
	print_error("%s, %s: %s expected %s%s\n", c->name, where, c->outcome ? verify_cause_name(c->cause) :
		    "fine",
		    c->outcome ? err_name(c->err) : "", describe(r, buf, sizeof(buf)));
	return 1;
}

static void cases_made_up(void **state)
{
	struct verify_result res;
	u32 i;
	int bad = 0;

	(void)state;
	made_up.t = make_target("7.2.0");
	make_maps(&made_up);
	for (i = 0; i < ARRAY_SIZE(vcases); i++) {
		judge(&made_up, &vcases[i], &res);
		bad += differs(&vcases[i], &res, "made up");
		verify_free(&res);
	}
	target_close(made_up.t);
	btf__free(made_up.btf);
	assert_int_equal(bad, 0);
}

static bool names_percpu(const struct vcase *c)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c->insns); i++)
		if (c->insns[i].fix == FIX_VAR && *c->insns[i].name == '@')
			return true;
	return false;
}

/* The model and the kernel must say the same, errno included. */
static void cases_host(void **state)
{
	static char log[65536];
	struct lsk_err err = {};
	struct verify_result res;
	u32 i;
	int bad = 0, ret;
	bool percpu;

	(void)state;
	ret = target_open("/", &host.t, &err);
	if (ret || !host.t->btf_cnt || host.t->version < 0x60c00) {
		print_message("SKIP: no BTF of a running kernel of 6.12 or later\n");
		target_close(host.t);
		skip();
	}
	percpu = target_symbol(host.t, "runqueues", NULL) == TARGET_YES;
	make_maps(&host);
	ret = load_maps(&host);
	if (ret) {
		print_message("SKIP: no permission to create BPF maps: %s\n", err_name(ret));
		target_close(host.t);
		btf__free(host.btf);
		skip();
	}
	for (i = 0; i < ARRAY_SIZE(vcases); i++) {
		const struct vcase *c = &vcases[i];
		const char *last;

		if (c->made_up || c->since > host.t->version)
			continue;
		ret = load(&host, c, log, sizeof(log));
		judge(&host, c, &res);
		if (!percpu && names_percpu(c)) {
			/* such data have no symbols here: all the same, both must say so */
			if (ret != -ENOENT || res.outcome != VERIFY_REFUSED || res.findings[0].err != -ENOENT)
				bad += 1 + differs(c, &res, "host");
			verify_free(&res);
			continue;
		}
		if (ret != (c->outcome == VERIFY_FINE ? 0 : c->err)) {
			last = strlen(log) > 600 ? log + strlen(log) - 600 : log;
			print_error("%s: the kernel says %s\n%s\n", c->name, ret ? err_name(ret) : "fine",
				    last);
			bad++;
		}
		bad += differs(c, &res, "host");
		verify_free(&res);
	}
	target_close(host.t);
	btf__free(host.btf);
	assert_int_equal(bad, 0);
}

/* What was different in 6.1. */
static void older(void **state)
{
	static const struct vcase cases[] = {
		BAD("ksym_func", KSYM, EINVAL, KSYM(1, "bpf_task_acquire"), RET0),
		FINE("walk_rcu", TASK, LD(BPF_DW, 1, 0, 64), LD(BPF_W, 1, 1, 0), RET0),
		BAD("walk_user", USER, EACCES, TASK, LD(BPF_DW, 1, 0, 48), LD(BPF_W, 1, 1, 0), RET0),
		FINE("kptr", LOOKUP(M_KPTR), LD(BPF_DW, 1, 6, AT_UNREF), JEQI(1, 0, 1), LD(BPF_W, 1, 1, 0),
		     RET0),
		BAD("kptr_ref_store", KPTR, EACCES, LOOKUP(M_KPTR), TASK, STX(BPF_DW, 6, AT_REF, 0), RET0),
	};
	struct verify_result res;
	u32 i;
	int bad = 0;

	(void)state;
	made_up.t = make_target("6.1.0");
	make_maps(&made_up);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		judge(&made_up, &cases[i], &res);
		bad += differs(&cases[i], &res, "6.1");
		verify_free(&res);
	}
	target_close(made_up.t);
	btf__free(made_up.btf);
	assert_int_equal(bad, 0);
}

/* Garbage: any instructions at all must come to an end, with an outcome. */
static void garbage(void **state)
{
	struct verify_result res;
	struct insn insns[24];
	struct verify_input in = { .gpl = true, .insns = insns, .insn_cnt = 24, .fds = &made_up,
		.map_by_fd = map_by_fd };
	u32 seed = 1, i, n;

	(void)state;
	made_up.t = make_target("7.2.0");
	make_maps(&made_up);
	in.target = made_up.t;
	for (n = 0; n < 20000; n++) {
		in.prog_type = n % 33;
		for (i = 0; i < 24; i++) {
			u32 r[3], k;

			for (k = 0; k < 3; k++)
				r[k] = seed = seed * 1103515245 + 12345;
			insns[i] = (struct insn){ r[0] >> 8, r[0] >> 16 & 15, r[0] >> 20 & 15,
				(s16)(r[1] >> 16) % 12, (s32)(r[2] >> 8) % 240 };
			if (r[1] & 1)
				insns[i].code = (u8[]){ 0xbf, 0x79, 0x7b, 0x85, 0x18, 0x15, 0x07,
					0xb7 }[r[2] >> 28 & 7];
			if (insns[i].code == 0x18 && i < 23)
				insns[++i] = (struct insn){ 0 };
		}
		insns[23] = (struct insn){ .code = BPF_JMP | BPF_EXIT };
		assert_int_equal(verify_prog(&in, &res), 0);
		assert_int_equal(res.outcome == VERIFY_FINE, !res.finding_cnt);
		verify_free(&res);
	}
	target_close(made_up.t);
	btf__free(made_up.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_made_up), cmocka_unit_test(older), cmocka_unit_test(garbage),
			cmocka_unit_test(cases_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
