// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Loader programs that do what they must not, and what their helpers return: the model must notice the one
 * and answer the other as the kernel does. Each program is loaded through the model's own commands and run by
 * BPF_PROG_RUN.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <linux/bpf.h>
#include <cmocka.h>

#include "fake_target.h"
#include "sys_sides.h"

struct kinsn { u8 code, regs; s16 off; s32 imm; };
#define I(code, dst, src, off, imm) { code, (u8)((dst) | (src) << 4), off, imm }
#define MOV(dst, imm) I(0xb7, dst, 0, 0, imm)
#define MOVR(dst, src) I(0xbf, dst, src, 0, 0)
#define ADD(dst, imm) I(0x07, dst, 0, 0, imm)
#define VALUE(dst, off) I(0x18, dst, 6, 0, 0), I(0, 0, 0, 0, off) /* fd_array[0] */
#define MAP(dst) I(0x18, dst, 5, 0, 0), I(0, 0, 0, 0, 0)
#define CALL(id) I(0x85, 0, 0, 0, id)
#define EXIT I(0x95, 0, 0, 0, 0)
enum {
	SYS_BPF = 166,
	FIND = 167,
	CLOSE = 168,
	KALLSYMS = 179,
	LOOP = 181,
	LOOKUP = 1,
	UPDATE = 2,
	DELETE = 3,
	PROBE_READ = 113,
	COPY_FROM_USER = 148,
	PRINTK = 6,
	STRNCMP = 182
};

/* The value of the map: what the tests put into it. */
enum { AT_ATTR = 0, AT_NAME = 256, AT_OUT = 384, AT_INSNS = 512, VALUE_SZ = 1024 };

static struct target_btf btfs[2] = { { .name = "vmlinux", .first_id = 1 }, { .name = "mod" } };
static struct target target = { .name = "test", .page_size = 4096, .cpu_cnt = 2, .btfs = btfs, .btf_cnt = 2,
				.version = (6 << 16) + (18 << 8), .release = (char *)"6.18.0" };
static struct model *m;
static int map_fd;
static u8 *value; /* as user space maps it */

static int load(const struct kinsn *insns, u32 cnt)
{
	struct {
		u32 type, cnt;
		u64 insns, license;
		u32 level, log_sz;
		u64 log;
		u32 kern, flags;
		char name[16];
		u32 ifindex, attach_type, btf, func_rec;
		u64 funcs;
		u32 func_cnt, line_rec;
		u64 lines;
		u32 line_cnt, attach_id, attach_fd, core_cnt;
		u64 fd_array;
	} attr = { 31, cnt, (u64)(uintptr_t)insns, (u64)(uintptr_t)"GPL", .flags = 16, .name = "evil",
		   .fd_array = (u64)(uintptr_t)&map_fd };

	return (int)model_bpf(m, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int run(const struct kinsn *insns, u32 cnt, u32 *ret)
{
	struct { u32 prog, retval, in[2]; u64 data[2]; u32 repeat, duration, ctx[2]; u64 ctxs[2]; } attr = {};
	int err, fd = load(insns, cnt);

	if (fd < 0)
		fail_msg("%d: %s", fd, m->err.msg);
	attr.prog = (u32)fd;
	err = (int)model_bpf(m, BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	model_syscall(m, __NR_close, fd, 0, 0, 0, 0);
	*ret = attr.retval;
	return err;
}

static int set_up(void **state)
{
	u32 attr[16] = { BPF_MAP_TYPE_ARRAY, 4, VALUE_SZ, 1, BPF_F_MMAPABLE };
	struct btf *btf = btf__new_empty();

	(void)state;
	btf__add_int(btf, "known", 4, 0);
	btfs[0].btf = btf;
	btfs[1].first_id = btf__type_cnt(btf);
	btfs[1].btf = btf__new_empty_split(btf);
	btf__add_int(btfs[1].btf, "of_module", 4, 0);
	m = model_new(&target);
	map_fd = (int)model_bpf(m, BPF_MAP_CREATE, attr, 64);
	value = model_mmap(m, NULL, 4096, 3, 1 /* MAP_SHARED */, map_fd, 0);
	return map_fd == 3 && value != (void *)-1 ? 0 : -1;
}

static int tear_down(void **state)
{
	u32 left;

	(void)state;
	model_munmap(m, value, 4096);
	model_syscall(m, __NR_close, map_fd, 0, 0, 0, 0);
	left = model_open_fds(m, NULL, 0);
	model_free(m);
	btf__free(btfs[1].btf);
	btf__free(btfs[0].btf);
	return left ? -1 : 0;
}

#define NAME(text) .name = text
static const struct row {
	const char *what;
	struct kinsn insns[20];
	u32 cnt;
	const char *name; /* put at AT_NAME */
	s64 out;          /* expected R0, as s32 */
	int err;          /* of BPF_PROG_RUN */
	const char *fault; /* what the model has against it; NULL: nothing */
} table[] = {
	{ "returns", { MOV(0, 7), EXIT }, 2, .out = 7 },
	{ "reads_beyond_the_value",
	  { VALUE(1, VALUE_SZ - 4), I(0x79, 0, 1, 0, 0), EXIT },
	  4,
	  .err = -EFAULT,
	  .fault = "prog 'evil': insn 2: read of 8 bytes" },
	{ "writes_into_struct_bpf_map",
	  { MAP(1), MOV(0, 0), I(0x7b, 1, 0, 0, 0), EXIT },
	  5,
	  .err = -EFAULT,
	  .fault = "prog 'evil': insn 3: write of 8 bytes" },
	{ "reads_struct_bpf_map", { MAP(1), I(0x79, 0, 1, 0, 0), EXIT }, 4, .out = 0 },
	{ "does_not_end",
	  { MOV(0, 0), I(0x05, 0, 0, -2, 0), EXIT },
	  3,
	  .err = -ELOOP,
	  .fault = "the program does not end" },
	{ "attr_beyond_the_value",
	  { MOV(1, BPF_MAP_CREATE), VALUE(2, VALUE_SZ - 8), MOV(3, 72), CALL(SYS_BPF), EXIT },
	  6,
	  .err = -EFAULT,
	  .fault = "prog 'evil': insn 4: sys_bpf: 72 bytes" },
	{ "pins",
	  { MOV(1, BPF_OBJ_PIN), VALUE(2, AT_ATTR), MOV(3, 16), CALL(SYS_BPF), EXIT },
	  6,
	  .out = -EINVAL,
	  .fault = "command 6 (BPF_OBJ_PIN), which a loader may not give" },
	{ "runs",
	  { MOV(1, BPF_PROG_TEST_RUN), VALUE(2, AT_ATTR), MOV(3, 76), CALL(SYS_BPF), EXIT },
	  6,
	  .out = -EINVAL,
	  .fault = "which a loader may not give" },
	{ "closes_stdin",
	  { MOV(1, 0), CALL(CLOSE), EXIT },
	  3,
	  .out = -EBADF,
	  .fault = "closes descriptor 0, which is not its own" },
	{ "closes_twice",
	  { MOV(1, 99), CALL(CLOSE), EXIT },
	  3,
	  .out = -EBADF,
	  .fault = "closes descriptor 99, which is not open" },
	{ "closes_nothing", { MOV(1, -1), CALL(CLOSE), EXIT }, 3, .out = -EBADF },
	{ "no_such_helper",
	  { CALL(7), EXIT },
	  2,
	  .err = -EINVAL,
	  .fault = "insn 0: call of helper 7, which such programs do not have" },
	{ "finds",
	  { VALUE(1, AT_NAME), MOV(2, 6), MOV(3, BTF_KIND_INT), MOV(4, 0), CALL(FIND), EXIT },
	  7,
	  "known",
	  1 },
	{ "finds_nothing",
	  { VALUE(1, AT_NAME), MOV(2, 6), MOV(3, BTF_KIND_PTR), MOV(4, 0), CALL(FIND), EXIT },
	  7,
	  "known",
	  -ENOENT },
	{ "finds_without_end",
	  { VALUE(1, AT_NAME), MOV(2, 5), MOV(3, BTF_KIND_INT), MOV(4, 0), CALL(FIND), EXIT },
	  7,
	  "known",
	  -EINVAL },
	{ "finds_with_flags",
	  { VALUE(1, AT_NAME), MOV(2, 6), MOV(3, BTF_KIND_INT), MOV(4, 1), CALL(FIND), EXIT },
	  7,
	  "known",
	  -EINVAL },
	/* what is found in a module comes with a descriptor, which the caller closes */
	{ "finds_in_a_module",
	  { VALUE(1, AT_NAME), MOV(2, 10), MOV(3, BTF_KIND_INT), MOV(4, 0), CALL(FIND), MOVR(6, 0),
	    MOVR(1, 0), I(0x77, 1, 0, 0, 32), CALL(CLOSE), I(0xbc, 6, 6, 0, 0), MOVR(0, 6), EXIT },
	  13,
	  "of_module",
	  2 },
	{ "symbol",
	  { VALUE(1, AT_NAME), MOV(2, 3), MOV(3, 0), VALUE(4, AT_OUT), CALL(KALLSYMS), EXIT },
	  8,
	  "ok",
	  0 },
	{ "no_symbol",
	  { VALUE(1, AT_NAME), MOV(2, 3), MOV(3, 0), VALUE(4, AT_OUT), CALL(KALLSYMS), EXIT },
	  8,
	  "no",
	  -ENOENT },
	{ "symbol_to_odd_address",
	  { VALUE(1, AT_NAME), MOV(2, 3), MOV(3, 0), VALUE(4, AT_OUT + 4), CALL(KALLSYMS), EXIT },
	  8,
	  "ok",
	  .err = -EFAULT,
	  .fault = "the result is not aligned" },
	{ "looks_up",
	  { MAP(1), I(0x62, 10, 0, -4, 0), MOVR(2, 10), ADD(2, -4), CALL(LOOKUP), I(0x71, 0, 0, AT_NAME, 0),
	    EXIT },
	  8,
	  "A",
	  'A' },
	{ "looks_up_beyond",
	  { MAP(1), I(0x62, 10, 0, -4, 1), MOVR(2, 10), ADD(2, -4), CALL(LOOKUP), EXIT },
	  7,
	  .out = 0 },
	{ "deletes",
	  { MAP(1), I(0x62, 10, 0, -4, 0), MOVR(2, 10), ADD(2, -4), CALL(DELETE), EXIT },
	  7,
	  .out = -EINVAL },
	{ "updates_beyond",
	  { MAP(1), I(0x62, 10, 0, -4, 1), MOVR(2, 10), ADD(2, -4), VALUE(3, 0), MOV(4, 0), CALL(UPDATE),
	    EXIT },
	  10,
	  .out = -E2BIG },
	{ "map_of_a_number",
	  { MOV(1, 3), I(0x62, 10, 0, -4, 0), MOVR(2, 10), ADD(2, -4), CALL(LOOKUP), EXIT },
	  6,
	  .err = -EINVAL,
	  .fault = "0x3 is no map" },
	{ "probe_reads_the_map",
	  { MOVR(1, 10), ADD(1, -40), MOV(2, 40), MAP(3), CALL(PROBE_READ), EXIT },
	  7,
	  .out = 0 },
	{ "probe_reads_nowhere",
	  { MOVR(1, 10), ADD(1, -8), MOV(2, 8), MOV(3, 64), CALL(PROBE_READ), I(0x79, 0, 10, -8, 0), EXIT },
	  7,
	  .out = 0 },
	{ "probe_reads_into_nowhere",
	  { MOV(1, 64), MOV(2, 8), MAP(3), CALL(PROBE_READ), EXIT },
	  6,
	  .err = -EFAULT,
	  .fault = "probe_read_kernel: 8 bytes at 0x40" },
	{ "user_memory_of_the_kernel",
	  { MOVR(1, 10), ADD(1, -8), MOV(2, 8), VALUE(3, 0), CALL(COPY_FROM_USER), EXIT },
	  7,
	  .out = -EFAULT },
	{ "prints_without_end", { VALUE(1, AT_NAME), MOV(2, 2), CALL(PRINTK), EXIT }, 5, "hello", -EINVAL },
	{ "prints", { VALUE(1, AT_NAME), MOV(2, 6), CALL(PRINTK), EXIT }, 5, "hello", 5 },
	{ "loops_too_often",
	  { MOV(1, (1 << 23) + 1), VALUE(2, 0), MOV(3, 0), MOV(4, 0), CALL(LOOP), EXIT },
	  7,
	  .out = -E2BIG },
	{ "loops_with_flags",
	  { MOV(1, 1), VALUE(2, 0), MOV(3, 0), MOV(4, 1), CALL(LOOP), EXIT },
	  7,
	  .out = -EINVAL },
	{ "compares",
	  { VALUE(1, AT_NAME), MOV(2, 3), VALUE(3, AT_NAME + 3), CALL(STRNCMP), EXIT },
	  7,
	  "abcabc",
	  0 },
};

static void helpers_and_what_they_refuse(void **state)
{
	static const char *const symbols[] = { "ok", NULL };
	u32 i, ret, before;

	(void)state;
	fake_symbols = symbols;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct row *r = &table[i];
		int err;

		memset(value, 0, VALUE_SZ);
		if (r->name)
			strcpy((char *)value + AT_NAME, r->name);
		before = m->faults.cnt;
		err = run(r->insns, r->cnt, &ret);
		if (err != r->err || (!err && (s32)ret != (s32)r->out))
			fail_msg("%s: %d (%s), returns %d, not %d", r->what, err, m->err.msg, (s32)ret,
				 (s32)r->out);
		if (!r->fault != (m->faults.cnt == before))
			fail_msg("%s: %s", r->what,
				 r->fault ? "nothing is said against it" : m->faults.text[before]);
		if (r->fault && !strstr(m->faults.text[before], r->fault))
			fail_msg("%s: '%s' is not '%s'", r->what, m->faults.text[before], r->fault);
		if (model_open_fds(m, NULL, 0) != 1)
			fail_msg("%s: a descriptor is left", r->what);
		/* the next one may do the same */
		while (m->faults.cnt)
			free(m->faults.text[--m->faults.cnt]);
	}
	fake_symbols = NULL;
}

/* Pointers in an attr are the kernel's when a program gives the command, and user space's otherwise. */
static void whose_pointers(void **state)
{
	static const u8 insns[] = { 0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0 };
	const struct kinsn loads[] = {
		VALUE(6, AT_ATTR),    VALUE(7, AT_INSNS),
		I(0x7b, 6, 7, 8, 0),  VALUE(7, AT_NAME),
		I(0x7b, 6, 7, 16, 0), MOV(1, BPF_PROG_LOAD),
		MOVR(2, 6),	      MOV(3, 128),
		CALL(SYS_BPF),	      EXIT,
	};
	struct kinsn by_user[ARRAY_SIZE(loads)];
	u32 ret;

	(void)state;
	/* little-endian bytes, as of an instruction; the fields are the same in any order */
	memset(value, 0, VALUE_SZ);
	memcpy(value + AT_INSNS, insns, sizeof(insns));
	memcpy(value + AT_NAME, "GPL", 4);
	value[0] = BPF_PROG_TYPE_SOCKET_FILTER;
	value[4] = 2;
	assert_int_equal(run(loads, ARRAY_SIZE(loads), &ret), 0);
	assert_int_equal(ret, 5); /* 4 is the loader */
	assert_non_null(model_prog(m, 5));
	assert_int_equal(model_open_fds(m, NULL, 0), 2);
	model_syscall(m, __NR_close, 5, 0, 0, 0, 0);

	/* an address of user space, where the kernel's is wanted */
	memcpy(by_user, loads, sizeof(loads));
	by_user[2] = (struct kinsn)I(0x18, 7, 0, 0, (s32)(u32)(u64)(uintptr_t)insns);
	by_user[3] = (struct kinsn)I(0, 0, 0, 0, (s32)((u64)(uintptr_t)insns >> 32));
	assert_int_equal(run(by_user, ARRAY_SIZE(by_user), &ret), 0);
	assert_int_equal((s32)ret, -EFAULT);

	/* and the reverse: the value's address in the kernel, from user space */
	memset(value, 0, VALUE_SZ);
	value[0] = BPF_PROG_TYPE_SOCKET_FILTER;
	value[4] = 2;
	{
		const u64 kernel = (u64)(uintptr_t)model_map(m, map_fd)->value + AT_INSNS,
			  license = (u64)(uintptr_t) "GPL";

		memcpy(value + 8, &kernel, 8);
		memcpy(value + 16, &license, 8);
	}
	assert_int_equal(model_bpf(m, BPF_PROG_LOAD, value, 128), -EFAULT);
}

/* A name for RAW_TRACEPOINT_OPEN is user space's, also for a loader. */
static void a_tracepoints_name(void **state)
{
	const struct kinsn opens[] = {
		VALUE(6, AT_ATTR), VALUE(7, AT_NAME), I(0x7b, 6, 7, 0, 0), MOV(1, BPF_RAW_TRACEPOINT_OPEN),
		MOVR(2, 6),	   MOV(3, 12),	      CALL(SYS_BPF),	   EXIT,
	};
	const struct kinsn insns[] = { MOV(0, 0), EXIT };
	struct kinsn made_up[ARRAY_SIZE(opens)];
	struct {
		u32 type, cnt;
		u64 insns, license;
	} attr = { BPF_PROG_TYPE_RAW_TRACEPOINT, 2, (u64)(uintptr_t)insns, (u64)(uintptr_t) "GPL" };
	const long prog = model_bpf(m, BPF_PROG_LOAD, &attr, sizeof(attr));
	u32 ret;

	(void)state;
	assert_true(prog > 0);
	memset(value, 0, VALUE_SZ);
	memcpy(value + AT_NAME, "sched_switch", 13);
	value[8] = (u8)prog;
	assert_int_equal(run(opens, ARRAY_SIZE(opens), &ret), 0);
	assert_int_equal((s32)ret, -EFAULT);
	/* made up: nothing lies there */
	memcpy(made_up, opens, sizeof(opens));
	made_up[2] = (struct kinsn)I(0x18, 7, 0, 0, 0);
	made_up[3] = (struct kinsn)I(0, 0, 0, 0, 0x123);
	assert_int_equal(run(made_up, ARRAY_SIZE(made_up), &ret), 0);
	assert_int_equal((s32)ret, -EFAULT);
	model_syscall(m, __NR_close, prog, 0, 0, 0, 0);
}

/* Commands that came to loaders in 5.18. */
static void commands_by_release(void **state)
{
	const struct kinsn deletes[] = { MOV(1, BPF_MAP_DELETE_ELEM), VALUE(2, AT_ATTR), MOV(3, 16),
					 CALL(SYS_BPF), EXIT };
	u32 ret;

	(void)state;
	memset(value, 0, VALUE_SZ);
	value[0] = 99;
	assert_int_equal(run(deletes, ARRAY_SIZE(deletes), &ret), 0);
	assert_int_equal((s32)ret, -EBADF);
	target.version = (5 << 16) + (17 << 8);
	assert_int_equal(run(deletes, ARRAY_SIZE(deletes), &ret), 0);
	assert_int_equal((s32)ret, -EINVAL);
	target.version = (6 << 16) + (18 << 8);
}

/* A frozen map can't be mapped to be written; what is mapped is seen by both sides. */
static void mappings(void **state)
{
	u32 attr[16] = { BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_MMAPABLE }, fd;
	u8 *p;

	(void)state;
	fd = (u32)model_bpf(m, BPF_MAP_CREATE, attr, 64);
	p = model_mmap(m, NULL, 4096, 3, 1, (int)fd, 0);
	assert_ptr_not_equal(p, (void *)-1);
	p[3] = 9;
	assert_int_equal(model_map(m, (int)fd)->value[3], 9);
	assert_int_equal(model_munmap(m, p, 4096), 0);
	assert_int_equal(model_bpf(m, BPF_MAP_FREEZE, &fd, 4), 0);
	assert_ptr_equal(model_mmap(m, NULL, 4096, 3, 1, (int)fd, 0), (void *)-1);
	assert_int_equal(errno, EPERM);
	p = model_mmap(m, NULL, 4096, 1, 1, (int)fd, 0);
	assert_ptr_not_equal(p, (void *)-1);
	assert_int_equal(p[3], 9);
	model_munmap(m, p, 4096);
	model_syscall(m, __NR_close, fd, 0, 0, 0, 0);
}

/* A program in a map that it refers to itself: with the last descriptor all of it is gone. */
static void program_in_its_own_map(void **state)
{
	u32 attr[16] = { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2 }, key = 1, fd;
	struct {
		u32 map, pad;
		u64 key, value, flags;
	} elem = { 0, 0, (u64)(uintptr_t)&key, (u64)(uintptr_t)&fd };
	const int blob = map_fd;
	const struct kinsn insns[] = { MAP(1), MOV(0, 0), EXIT };

	(void)state;
	map_fd = (int)model_bpf(m, BPF_MAP_CREATE, attr, 64);
	elem.map = (u32)map_fd;
	fd = (u32)load(insns, 4);
	assert_int_equal(model_bpf(m, BPF_MAP_UPDATE_ELEM, &elem, 32), 0);
	model_syscall(m, __NR_close, fd, 0, 0, 0, 0);
	model_syscall(m, __NR_close, map_fd, 0, 0, 0, 0);
	map_fd = blob;
}

/* What is asked about the kernel through files, by the target. */
static void files(void **state)
{
	char buf[1024] = {};
	long fd;

	(void)state;
	assert_int_equal(model_syscall(m, __NR_uname, (long)buf, 0, 0, 0, 0), 0);
	assert_string_equal(buf + 2 * 65, "6.18.0");
	fd = model_syscall(m, __NR_openat, -100, (long)"/sys/devices/system/cpu/possible", 0, 0, 0);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(model_syscall(m, __NR_read, fd, (long)buf, sizeof(buf), 0, 0), 4);
	assert_string_equal(buf, "0-1\n");
	model_syscall(m, __NR_close, fd, 0, 0, 0, 0);
	assert_int_equal(model_syscall(m, __NR_openat, -100, (long)"/etc/passwd", 0, 0, 0), -1);
	assert_int_equal(errno, ENOENT);
	fd = model_syscall(m, __NR_openat, -100, (long)"/sys/kernel/btf/vmlinux", 0, 0, 0);
	assert_true(model_syscall(m, __NR_read, fd, (long)buf, sizeof(buf), 0, 0) > 24);
	assert_memory_equal(buf, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "\x9f\xeb" : "\xeb\x9f", 2);
	model_syscall(m, __NR_close, fd, 0, 0, 0, 0);
	assert_int_equal(model_syscall(m, __NR_close, 77, 0, 0, 0, 0), -1);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(helpers_and_what_they_refuse),
		cmocka_unit_test(whose_pointers),
		cmocka_unit_test(a_tracepoints_name),
		cmocka_unit_test(commands_by_release),
		cmocka_unit_test(mappings),
		cmocka_unit_test(program_in_its_own_map),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
