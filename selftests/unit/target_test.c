// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Targets made for it: what is asked of each kind of file, saved and read again, damaged, and what a table
 * says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/target/target.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static char dir[64];

static char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const void *data, size_t sz)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, sz, f), sz);
	fclose(f);
}

#define TEXT(name, text) put(name, text, strlen(text))

static void put_btf(const char *name, struct btf *b)
{
	const void *raw;
	u32 sz;

	raw = btf__raw_data(b, &sz);
	assert_non_null(raw);
	put(name, raw, sz);
}

static void add_enum(struct btf *b, const char *name, ...)
{
	const char *value;
	va_list ap;

	assert_true(btf__add_enum(b, name, 4) > 0);
	va_start(ap, name);
	while ((value = va_arg(ap, const char *)))
		assert_int_equal(btf__add_enum_value(b, value, va_arg(ap, int)), 0);
	va_end(ap);
}

/* The tag "bpf_kfunc" only if asked for: kernels before 6.10 have none. */
static void make_btfs(bool tags)
{
	struct btf *b = btf__new_empty(), *split;
	int i32, proto, func, ptr;

	assert_non_null(b);
	i32 = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	assert_true(btf__add_struct(b, "twice", 4) > 0);
	assert_int_equal(btf__add_field(b, "first", i32, 0, 0), 0);
	assert_true(btf__add_struct(b, "twice", 4) > 0);
	assert_int_equal(btf__add_field(b, "second", i32, 0, 0), 0);
	proto = btf__add_func_proto(b, i32);
	func = btf__add_func(b, "bpf_ct_insert_entry", BTF_FUNC_STATIC, proto);
	assert_true(func > 0);
	if (tags)
		assert_true(btf__add_decl_tag(b, "bpf_kfunc", func, -1) > 0);
	assert_true(btf__add_func(b, "plain_function", BTF_FUNC_STATIC, proto) > 0);
	assert_true(btf__add_func(b, "stack_map_alloc", BTF_FUNC_STATIC, proto) > 0);
	assert_true(btf__add_var(b, "a_variable", BTF_VAR_GLOBAL_ALLOCATED, i32) > 0);
	add_enum(b, "bpf_prog_type", "BPF_PROG_TYPE_UNSPEC", 0, "BPF_PROG_TYPE_SOCKET_FILTER", 1,
		 "BPF_PROG_TYPE_KPROBE", 2, "__MAX_BPF_PROG_TYPE", 3, NULL);
	add_enum(b, "bpf_map_type", "BPF_MAP_TYPE_UNSPEC", 0, "BPF_MAP_TYPE_HASH", 1,
		 "BPF_MAP_TYPE_STACK_TRACE", 7, "BPF_MAP_TYPE_XSKMAP", 17, NULL);
	add_enum(b, "bpf_func_id", "BPF_FUNC_unspec", 0, "BPF_FUNC_map_lookup_elem", 1, "__BPF_FUNC_MAX_ID",
		 2, NULL);
	ptr = btf__add_ptr(b, 0);
	assert_true(btf__add_struct(b, "bpf_ctx_convert", 16) > 0);
	assert_int_equal(btf__add_field(b, "BPF_PROG_TYPE_SOCKET_FILTER_prog", ptr, 0, 0), 0);
	assert_int_equal(btf__add_field(b, "BPF_PROG_TYPE_SOCKET_FILTER_kern", ptr, 64, 0), 0);
	put_btf("btf/vmlinux", b);

	split = btf__new_empty_split(b);
	assert_non_null(split);
	assert_true(btf__add_struct(split, "twice", 4) > 0);
	assert_true(btf__add_struct(split, "of_module", 4) > 0);
	assert_true(btf__add_func(split, "module_function", BTF_FUNC_STATIC, proto) > 0);
	put_btf("btf/amod", split);
	btf__free(split);
	btf__free(b);
}

static const char kallsyms[] = "0000000000000000 A first_percpu\n"
			       "0000000000001000 A second_percpu\n"
			       "ffffffff81000000 T plain_function\n"
			       "ffffffff81000010 t bpf_ct_insert_entry\n"
			       "ffffffff81000020 t in_both\n"
			       "ffffffff82000000 D a_variable\n"
			       "ffffffff82000010 r __BTF_ID__set8__some_ids\n"
			       "ffffffff82000018 r __BTF_ID__func__bpf_ct_insert_entry__17\n"
			       "ffffffff82000020 r __BTF_ID__func__odd__name__3__18\n"
			       "ffffffff82000028 r __BTF_ID__set__others\n"
			       "ffffffff82000030 r __BTF_ID__func__plain_function__19\n"
			       "ffffffffc0000000 t in_both\t[amod]\n"
			       "ffffffffc0000010 t module_function\t[amod]\n"
			       "ffffffffc0000020 t bpf_prog_0123456789abcdef_prog\t[bpf]\n"
			       "ffffffffc0000030 t ftrace_trampoline\t[__builtin__ftrace]\n";

static struct target *open_ok(const char *path)
{
	struct lsk_err err = {};
	struct target *t = NULL;

	if (target_open(path, &t, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(err.msg, "");
	return t;
}

static void make(bool tags, const char *release)
{
	make_btfs(tags);
	TEXT("kallsyms", kallsyms);
	TEXT("config", "#\n# Linux/x86 5.4.3 Kernel Configuration\n#\nCONFIG_X86_64=y\n# CONFIG_XDP_SOCKETS "
		       "is not set\n"
		       "CONFIG_HZ=250\nCONFIG_HZ=100\nCONFIG_NAME=\"a = b\"\nCONFIG_OFF=n\nCONFIG_MOD=m\n");
	TEXT("machine", "arch x86_64\npage_size 4096\ncpus 3\n");
	if (release)
		TEXT("release", release);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/lskel-target-XXXXXX");
	assert_non_null(mkdtemp(dir));
	mkdir(path_of("btf"), 0755);
	return 0;
}

static int teardown(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

/* All of the questions, once of a directory and once of what was saved of it. */
static void ask(const struct target *t)
{
	const struct target_btf *where = NULL;
	u64 addr = 0, again = 0;
	int id;

	assert_string_equal(t->release, "6.1.0-13-amd64");
	assert_int_equal(t->version, 6 << 16 | 1 << 8);
	assert_string_equal(t->arch, "x86_64");
	assert_int_equal(t->cpu_cnt, 3);
	assert_int_equal(t->page_size, 4096);
	assert_false(t->big_endian);
	assert_int_equal(t->btf_cnt, 2);
	assert_string_equal(t->btfs[1].name, "amod");
	assert_int_equal(t->btfs[1].first_id, btf__type_cnt(t->btfs[0].btf));

	id = target_find(t, "twice", BTF_KIND_STRUCT, &where);
	assert_int_equal(id, 2); /* the first of two, and vmlinux's */
	assert_string_equal(where->name, "vmlinux");
	assert_int_equal(target_find(t, "twice", BTF_KIND_UNION, &where), -ENOENT);
	id = target_find(t, "of_module", BTF_KIND_STRUCT, &where);
	assert_string_equal(where->name, "amod");
	assert_int_equal(id, t->btfs[1].first_id + 1);
	assert_int_equal(target_find_in(t, "amod", "twice", BTF_KIND_STRUCT, &where), t->btfs[1].first_id);
	assert_int_equal(target_find_in(t, "vmlinux", "of_module", BTF_KIND_STRUCT, &where), -ENOENT);
	assert_int_equal(target_find_in(t, "amod", "plain_function", BTF_KIND_FUNC, &where), -ENOENT);
	assert_int_equal(target_find_in(t, "nowhere", "twice", BTF_KIND_STRUCT, &where), -ENOENT);

	assert_int_equal(target_symbol(t, "a_variable", &addr), TARGET_YES);
	assert_int_not_equal(addr, 0);
	assert_int_equal(target_symbol(t, "a_variable", &again), TARGET_YES);
	assert_int_equal(addr, again);
	assert_int_equal(target_symbol(t, "second_percpu", &again), TARGET_YES);
	assert_int_not_equal(addr, again);
	assert_int_equal(target_symbol(t, "module_function", NULL), TARGET_YES);
	assert_int_equal(target_symbol(t, "amod:in_both", NULL), TARGET_YES);
	assert_int_equal(target_symbol(t, "bmod:in_both", NULL), TARGET_NO);
	assert_int_equal(target_symbol(t, "first_percpu", NULL), TARGET_NO); /* its address is 0 */
	assert_int_equal(target_symbol(t, "bpf_prog_0123456789abcdef_prog", NULL), TARGET_NO);
	assert_int_equal(target_symbol(t, "ftrace_trampoline", NULL), TARGET_NO);
	assert_int_equal(target_symbol(t, "nothing", NULL), TARGET_NO);
	assert_int_equal(target_symbol(t, "", NULL), TARGET_NO);

	assert_int_equal(target_in_id_set(t, "some_ids", "odd__name__3"), TARGET_YES);
	assert_int_equal(target_in_id_set(t, "some_ids", "plain_function"), TARGET_NO);
	assert_int_equal(target_in_id_set(t, "others", "plain_function"), TARGET_YES);
	assert_int_equal(target_in_id_set(t, "others", "odd__name__3"), TARGET_NO);
	assert_int_equal(target_in_id_set(t, "none", "plain_function"), TARGET_UNKNOWN);

	assert_int_equal(target_prog_type(t, 1), TARGET_YES);
	assert_int_equal(target_prog_type(t, 2), TARGET_NO); /* the enum has it, the code does not */
	assert_int_equal(target_prog_type(t, 3), TARGET_NO); /* the end mark */
	assert_int_equal(target_map_type(t, 1), TARGET_YES);
	assert_int_equal(target_map_type(t, 7), TARGET_YES); /* its function is there */
	assert_int_equal(target_map_type(t, 17), TARGET_NO); /* not configured */
	assert_int_equal(target_map_type(t, 99), TARGET_NO);
	assert_int_equal(target_helper(t, 1), TARGET_YES);
	assert_int_equal(target_helper(t, 2), TARGET_NO);
	assert_int_equal(target_attach_type(t, 0), TARGET_UNKNOWN); /* no such enum */
	assert_int_equal(target_since(t, 6 << 16 | 1 << 8), TARGET_YES);
	assert_int_equal(target_since(t, 6 << 16 | 2 << 8), TARGET_NO);

	assert_string_equal(target_config(t, "CONFIG_HZ"), "250"); /* the first */
	assert_string_equal(target_config(t, "CONFIG_NAME"), "\"a = b\"");
	assert_string_equal(target_config(t, "CONFIG_MOD"), "m");
	assert_null(target_config(t, "CONFIG_OFF"));
	assert_null(target_config(t, "CONFIG_XDP_SOCKETS"));
}

static char *saved(const struct target *t, size_t *sz)
{
	struct lsk_err err = {};
	char *data = NULL;
	FILE *f = open_memstream(&data, sz);

	assert_int_equal(target_save(t, f, &err), 0);
	fclose(f);
	return data;
}

static void directory_and_saved_file_answer_alike(void **state)
{
	struct target *t, *u;
	char *a, *b;
	size_t a_sz, b_sz;

	(void)state;
	make(true, "6.1.0-13-amd64\n");
	t = open_ok(dir);
	ask(t);
	a = saved(t, &a_sz);
	put("saved", a, a_sz);
	u = open_ok(path_of("saved"));
	ask(u);
	b = saved(u, &b_sz);
	assert_int_equal(a_sz, b_sz);
	assert_memory_equal(a, b, a_sz);
	free(a);
	free(b);
	target_close(t);
	target_close(u);
}

static void kfunc(const struct target *t, const char *name, u32 prog_type, int exists, int allowed, int flags)
{
	const struct target_btf *where;
	struct target_kfunc kf;
	int id = target_find(t, name, BTF_KIND_FUNC, &where);

	assert_true(id > 0);
	target_kfunc(t, where, id, prog_type, &kf);
	assert_int_equal(kf.exists, exists);
	assert_int_equal(kf.allowed, allowed);
	assert_int_equal(kf.flags_known, flags >= 0);
	if (flags >= 0)
		assert_int_equal(kf.flags, flags);
}

static void kfuncs_by_tag_and_table(void **state)
{
	struct target *t;

	(void)state;
	make(true, "6.12.3\n");
	t = open_ok(dir);
	kfunc(t, "bpf_ct_insert_entry", BPF_PROG_TYPE_XDP, TARGET_YES, TARGET_YES,
	      TKF_ACQUIRE | TKF_RET_NULL | TKF_RELEASE);
	kfunc(t, "bpf_ct_insert_entry", BPF_PROG_TYPE_KPROBE, TARGET_YES, TARGET_NO,
	      TKF_ACQUIRE | TKF_RET_NULL | TKF_RELEASE);
	kfunc(t, "plain_function", BPF_PROG_TYPE_XDP, TARGET_NO, TARGET_NO, -1);
	kfunc(t, "module_function", BPF_PROG_TYPE_XDP, TARGET_NO, TARGET_NO, -1);
	target_close(t);
	/* a release that nobody has read */
	TEXT("release", "9.1.0\n");
	t = open_ok(dir);
	kfunc(t, "bpf_ct_insert_entry", BPF_PROG_TYPE_XDP, TARGET_YES, TARGET_UNKNOWN, -1);
	target_close(t);
}

static void kfuncs_by_symbols_of_id_sets(void **state)
{
	struct target *t;

	(void)state;
	make(false, "6.1.0\n");
	t = open_ok(dir);
	kfunc(t, "bpf_ct_insert_entry", BPF_PROG_TYPE_SCHED_CLS, TARGET_YES, TARGET_YES,
	      TKF_ACQUIRE | TKF_RET_NULL | TKF_RELEASE);
	kfunc(t, "plain_function", BPF_PROG_TYPE_XDP, TARGET_NO, TARGET_NO,
	      -1); /* in a set, but of another kind */
	target_close(t);
	/* without them the table tells for releases that it has, and nobody for others */
	TEXT("kallsyms", "ffffffff81000000 T plain_function\n");
	t = open_ok(dir);
	kfunc(t, "bpf_ct_insert_entry", BPF_PROG_TYPE_XDP, TARGET_YES, TARGET_YES,
	      TKF_ACQUIRE | TKF_RET_NULL | TKF_RELEASE);
	kfunc(t, "plain_function", BPF_PROG_TYPE_XDP, TARGET_NO, TARGET_NO, -1);
	kfunc(t, "module_function", BPF_PROG_TYPE_XDP, TARGET_UNKNOWN, TARGET_UNKNOWN, -1);
	target_close(t);
	TEXT("release", "9.1.0\n");
	t = open_ok(dir);
	kfunc(t, "bpf_ct_insert_entry", BPF_PROG_TYPE_XDP, TARGET_UNKNOWN, TARGET_UNKNOWN, -1);
	target_close(t);
}

static void hidden_addresses_still_name_symbols(void **state)
{
	struct target *t;
	u64 addr = 0;

	(void)state;
	make(true, NULL);
	TEXT("kallsyms", "0000000000000000 A first\n0000000000000000 T second\n");
	t = open_ok(dir);
	assert_int_equal(target_symbol(t, "second", &addr), TARGET_YES);
	assert_int_not_equal(addr, 0);
	assert_int_equal(target_symbol(t, "third", &addr), TARGET_NO);
	target_close(t);
}

static void system_map_has_more_than_kallsyms(void **state)
{
	struct target *t;

	(void)state;
	make(true, NULL);
	unlink(path_of("kallsyms"));
	TEXT("System.map", "ffffffff81000000 T some_code\nffffffff82000000 D some_data\n");
	t = open_ok(dir);
	assert_int_equal(target_symbol(t, "some_code", NULL), TARGET_YES);
	assert_int_equal(target_symbol(t, "some_data", NULL), TARGET_NO);	 /* no KALLSYMS_ALL */
	assert_int_equal(target_symbol(t, "module_function", NULL), TARGET_YES); /* by BTF */
	assert_int_equal(target_symbol(t, "other_of_module", NULL), TARGET_UNKNOWN);
	target_close(t);
	TEXT("config", "CONFIG_KALLSYMS_ALL=y\n");
	t = open_ok(dir);
	assert_int_equal(target_symbol(t, "some_data", NULL), TARGET_YES);
	target_close(t);
	unlink(path_of("config"));
	t = open_ok(dir);
	assert_int_equal(target_symbol(t, "some_data", NULL), TARGET_UNKNOWN);
	target_close(t);
}

static void btf_alone_leaves_questions_open(void **state)
{
	struct target *t;

	(void)state;
	make(true, NULL);
	t = open_ok(path_of("btf/vmlinux"));
	assert_null(t->release);
	assert_int_equal(target_since(t, 1), TARGET_UNKNOWN);
	assert_int_equal(target_symbol(t, "plain_function", NULL),
			 TARGET_YES); /* functions in BTF have symbols */
	assert_int_equal(target_symbol(t, "a_variable", NULL), TARGET_UNKNOWN); /* KALLSYMS_ALL? */
	assert_int_equal(target_symbol(t, "nothing", NULL), TARGET_UNKNOWN);
	assert_int_equal(target_map_type(t, 17), TARGET_UNKNOWN);
	assert_int_equal(target_map_type(t, 7), TARGET_YES);
	target_close(t);
}

static void refused(const char *path, int code, const char *says)
{
	struct lsk_err err = {};
	struct target *t = (void *)-1;

	assert_int_equal(target_open(path, &t, &err), code);
	assert_ptr_equal(t, (void *)-1);
	if (!strstr(err.msg, says))
		fail_msg("'%s' instead of '%s'", err.msg, says);
}

static void what_is_no_target_is_refused(void **state)
{
	(void)state;
	refused("/nowhere/at/all", -ENOENT, "/nowhere/at/all");
	refused(dir, -ENOENT, "nothing of a kernel is in it");
	TEXT("junk", "junk");
	refused(path_of("junk"), -EINVAL, "no BTF can be read");
	TEXT("kallsyms", "ffffffff81000000 T fine\nnot a symbol\n");
	refused(dir, -EINVAL, "line 2 is no line of a list of symbols");
	unlink(path_of("kallsyms"));
	TEXT("config", "nothing\n");
	refused(dir, -EINVAL, "is no kernel configuration");
	unlink(path_of("config"));
	TEXT("machine", "page_size 17\n");
	refused(dir, -EINVAL, "no pages have 17 bytes");
	unlink(path_of("machine"));
	TEXT("btf/vmlinux", "junk");
	refused(dir, -EINVAL, "no BTF can be read");
	TEXT("package.deb", "!<arch>\ndebian-binary   1234567890");
	refused(path_of("package.deb"), -EINVAL, "it has no data.tar");
}

/* Each byte, and each length. Nothing in the file is without meaning, so nothing may be as before. */
static void damaged_saved_targets_are_refused(void **state)
{
	struct target *t, *u;
	struct lsk_err err;
	size_t sz, i, opened = 0;
	char *data;

	(void)state;
	make(true, "6.1.0-13-amd64\n");
	t = open_ok(dir);
	data = saved(t, &sz);
	target_close(t);
	for (i = 0; i < sz; i += i < 64 ? 1 : 3) {
		data[i] ^= 0x41;
		put("saved", data, sz);
		data[i] ^= 0x41;
		memset(&err, 0, sizeof(err));
		if (!target_open(path_of("saved"), &u, &err)) {
			target_close(u);
			opened++; /* flags of the frame that don't matter */
		} else {
			assert_true(err.msg[0]);
		}
	}
	assert_true(opened < 4);
	for (i = 0; i < sz; i += i < 64 ? 1 : 7) {
		put("saved", data, i);
		memset(&err, 0, sizeof(err));
		assert_int_not_equal(target_open(path_of("saved"), &u, &err), 0);
		assert_true(err.msg[0]);
	}
	free(data);
}

/* Damage behind the checksum: some of it can't be seen, none of it may do harm. */
static void damage_that_the_checksum_covers(void **state)
{
	size_t sz, len, i, opened = 0, failed = 0;
	const struct target_btf *where;
	struct target_kfunc kf;
	struct target *t, *u;
	struct lsk_err err;
	char *data, *plain, *out;

	(void)state;
	make(true, "6.1.0-13-amd64\n");
	t = open_ok(dir);
	data = saved(t, &sz);
	target_close(t);
	len = get32(data + 12, false);
	plain = malloc(len);
	out = malloc(20 + ZSTD_compressBound(len));
	assert_int_equal(ZSTD_decompress(plain, len, data + 20, sz - 20), len);
	for (i = 0; i < len; i++) {
		char was = plain[i];
		size_t n;

		plain[i] = i % 3 ? was ^ (i % 5 ? 0xff : 1) : (char)i;
		memcpy(out, data, 20);
		put32(out + 16, false, crc32(0, (u8 *)plain, len));
		n = ZSTD_compress(out + 20, ZSTD_compressBound(len), plain, len, 1);
		plain[i] = was;
		put("saved", out, 20 + n);
		memset(&err, 0, sizeof(err));
		if (target_open(path_of("saved"), &u, &err)) {
			assert_true(err.msg[0]);
			failed++;
			continue;
		}
		opened++;
		target_find(u, "module_function", BTF_KIND_FUNC, &where);
		target_symbol(u, "a_variable", NULL);
		target_prog_type(u, 1);
		target_map_type(u, 17);
		target_helper(u, 1);
		if (u->btf_cnt)
			target_kfunc(u, &u->btfs[0], 7, BPF_PROG_TYPE_XDP, &kf);
		target_close(u);
	}
	assert_true(opened && failed);
	free(data);
	free(plain);
	free(out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(directory_and_saved_file_answer_alike), TEST(kfuncs_by_tag_and_table),
		TEST(kfuncs_by_symbols_of_id_sets),	     TEST(hidden_addresses_still_name_symbols),
		TEST(system_map_has_more_than_kallsyms),     TEST(btf_alone_leaves_questions_open),
		TEST(what_is_no_target_is_refused),	     TEST(damaged_saved_targets_are_refused),
		TEST(damage_that_the_checksum_covers),
	};

	libbpf_set_print(NULL);
	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
