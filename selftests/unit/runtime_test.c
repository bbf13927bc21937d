// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The runtime over a skeleton made by hand: four maps, two programs, a look-up, in both gears on the running kernel. */
#include <stdint.h>

struct lskel_io;
static void hook(struct lskel_io *io, unsigned char *blob);
#define LSKEL_TEST_HOOK(io, blob) hook(io, blob)
#include "../../lskel/runtime/runtime.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "../../gen_loader/emit/emit.h"

#define AREA 8192u
#define OPS 64u
#define CELL(n) (1024u + 8u * (n))
#define ATTR(n) (2048u + 128u * (n))
#define STR(n) (6144u + 32u * (n))
#define INSNS 7168u
#define VALUE(n) (7424u + 64u * (n))
#define KEY 7680u /* four bytes of zero */

enum { COUNTS, RING, EXTRA, KCONFIG, MAPS };
enum { FIRST, SECOND, PROGS };
enum { A_COUNTS, A_RING, A_EXTRA, A_KCONFIG, A_UPDATE, A_UPDATE_KCONFIG, A_FREEZE, A_FIRST, A_SECOND };
/* cells: map fds, then program fds, then the look-up */
#define MAP_FD(n) CELL(n)
#define PROG_FD(n) CELL(MAPS + (n))
#define FOUND CELL(MAPS + PROGS)
#define SCRATCH CELL(20)
#define RESV ((unsigned int)offsetof(struct lskel_hdr, resv))

#define SYS(cmd, attr_sz, at, to) { LSKEL_OP_SYS, cmd, 0, 0, (attr_sz) - 1, at, to }
#define ADDR(of, to) { LSKEL_OP_ADDR, 0, 0, 0, 0, of, to }
#define COPY(from, to) { LSKEL_OP_COPY, 0, 0, 0, 0, from, to }
#define GUARD(len) { LSKEL_OP_COPY, 0, 0, 1, len, RESV, RESV + 4 }
#define CLOSE(at) { LSKEL_OP_CLOSE, 0, 0, 0, 0, at, 0 }

static const struct lskel_op ops[] = {
	/* 0 */ SYS(0, 72, ATTR(A_COUNTS), MAP_FD(COUNTS)),
	/* 1 */ COPY(MAP_FD(COUNTS), ATTR(A_UPDATE)),
	/* 2 */ ADDR(KEY, ATTR(A_UPDATE) + 8),
	/* 3 */ ADDR(VALUE(0), ATTR(A_UPDATE) + 16),
	/* 4 */ SYS(2, 32, ATTR(A_UPDATE), SCRATCH),
	/* 5 */ SYS(0, 72, ATTR(A_RING), MAP_FD(RING)),
	/* 6 */ GUARD(1),
	/* 7 */ SYS(0, 72, ATTR(A_EXTRA), MAP_FD(EXTRA)),
	/* 8 */ SYS(0, 72, ATTR(A_KCONFIG), MAP_FD(KCONFIG)),
	/* 9 */ COPY(MAP_FD(KCONFIG), ATTR(A_UPDATE_KCONFIG)),
	/* 10 */ ADDR(KEY, ATTR(A_UPDATE_KCONFIG) + 8),
	/* 11 */ ADDR(VALUE(1), ATTR(A_UPDATE_KCONFIG) + 16),
	/* 12 */ SYS(2, 32, ATTR(A_UPDATE_KCONFIG), SCRATCH),
	/* 13 */ COPY(MAP_FD(KCONFIG), ATTR(A_FREEZE)),
	/* 14 */ SYS(22, 4, ATTR(A_FREEZE), SCRATCH),
	/* 15 */ { LSKEL_OP_FIND, 4, 0, 0, sizeof("task_struct") - 1, STR(1), FOUND },
	/* 16 */ ADDR(INSNS, ATTR(A_FIRST) + 8),
	/* 17 */ ADDR(STR(0), ATTR(A_FIRST) + 16),
	/* 18 */ SYS(5, 72, ATTR(A_FIRST), PROG_FD(FIRST)),
	/* 19 */ GUARD(3),
	/* 20 */ ADDR(INSNS + 64, ATTR(A_SECOND) + 8),
	/* 21 */ ADDR(STR(0), ATTR(A_SECOND) + 16),
	/* 22 */ SYS(5, 72, ATTR(A_SECOND), PROG_FD(SECOND)),
	/* 23 */ COPY(RESV, 0),
	/* 24 */ COPY(RESV, 4),
	/* 25, the unwind part */
	CLOSE(MAP_FD(COUNTS)), CLOSE(MAP_FD(RING)), CLOSE(MAP_FD(EXTRA)), CLOSE(MAP_FD(KCONFIG)), CLOSE(PROG_FD(FIRST)),
	CLOSE(PROG_FD(SECOND)), CLOSE(FOUND + 4), COPY(RESV, 0), COPY(RESV, 4),
};

#define OP_CNT ARRAY_SIZE(ops)
#define UNWIND 25u
#define END 23u

static const struct lskel_span spans[] = {
	{ LSKEL_SUBJ_MAP, COUNTS, 0, 5 }, { LSKEL_SUBJ_MAP, RING, 5, 1 }, { LSKEL_SUBJ_MAP, EXTRA, 6, 2 },
	{ LSKEL_SUBJ_MAP, KCONFIG, 8, 7 }, { LSKEL_SUBJ_SYM, 0, 15, 1 }, { LSKEL_SUBJ_PROG, FIRST, 16, 3 },
	{ LSKEL_SUBJ_PROG, SECOND, 19, 4 }, { LSKEL_SUBJ_END, 0, 23, OP_CNT - 23 },
};

static const struct lskel_map_row map_rows[MAPS] = {
	[COUNTS] = { "counts", ATTR(A_COUNTS), MAP_FD(COUNTS), VALUE(0), 16, LSKEL_MAP_MMAP },
	[RING] = { "ring", ATTR(A_RING), MAP_FD(RING), 0, 0, 0 },
	[EXTRA] = { "extra", ATTR(A_EXTRA), MAP_FD(EXTRA), 0, 0, LSKEL_MAP_OFF },
	[KCONFIG] = { ".kconfig", ATTR(A_KCONFIG), MAP_FD(KCONFIG), VALUE(1), 24,
		      LSKEL_MAP_KCONFIG | LSKEL_MAP_MMAP | LSKEL_MAP_RDONLY },
};
static const struct lskel_prog_row prog_rows[PROGS] = {
	[FIRST] = { "first", ATTR(A_FIRST), PROG_FD(FIRST), 0 },
	[SECOND] = { "second", ATTR(A_SECOND), PROG_FD(SECOND), LSKEL_PROG_OFF },
};
static const unsigned short users[] = { SECOND };
static const struct lskel_sym_row sym_rows[] = { { "ksym 'task_struct'", 0, 1 } };
static const struct lskel_size_row size_rows[] = {
	{ ATTR(A_RING), LSKEL_SIZE_PAGES, RING }, { ATTR(A_EXTRA), LSKEL_SIZE_CPUS, EXTRA },
};
static const struct lskel_kconfig_row kconfig_rows[] = {
	{ "CONFIG_HZ", 0, 4, 0 },
	{ "CONFIG_WEAK", 4, 4, LSKEL_KCONFIG_WEAK },
	{ "LINUX_KERNEL_VERSION", 8, 4, LSKEL_KCONFIG_VERSION },
	{ "LINUX_HAS_BPF_COOKIE", 12, 1, LSKEL_KCONFIG_COOKIE },
	{ "LINUX_HAS_SYSCALL_WRAPPER", 16, 8, LSKEL_KCONFIG_WRAPPER },
};

static u8 blob[AREA];
static struct lskel_desc desc = {
	.name = "hand",
	.blob = blob,
	.blob_sz = AREA,
	.value_sz = AREA + LSKEL_SLACK,
	.ops_off = OPS,
	.op_cnt = OP_CNT,
	.maps = map_rows,
	.map_cnt = MAPS,
	.progs = prog_rows,
	.prog_cnt = PROGS,
	.syms = sym_rows,
	.sym_cnt = 1,
	.users = users,
	.spans = spans,
	.span_cnt = ARRAY_SIZE(spans),
	.sizes = size_rows,
	.size_cnt = ARRAY_SIZE(size_rows),
	.kconfigs = kconfig_rows,
	.kconfig_cnt = ARRAY_SIZE(kconfig_rows),
};

/* The whole of a skeleton's memory. */
struct skel {
	struct bpf_loader_ctx ctx;
	struct bpf_map_desc maps[MAPS];
	struct bpf_prog_desc progs[PROGS];
	unsigned char map_on[MAPS], prog_on[PROGS], kconfig_set[ARRAY_SIZE(kconfig_rows)];
	struct lskel_state state;
	struct lskel_io io;
	u32 kconfig[6];
};

/* What the hook does to the patched blob; nothing by default. */
static struct {
	int fail_op;       /* this operation becomes an unknown one; -1: none */
	u32 put_at, put;   /* stored there if put_at is not 0, or put_magic */
	bool put_magic;
	int runs;          /* counts */
	bool only_first;   /* act in the first run only */
} inject;

static void inject_reset(void)
{
	memset(&inject, 0, sizeof(inject));
	inject.fail_op = -1;
}

static void hook(struct lskel_io *io, unsigned char *b)
{
	(void)io;
	if (inject.runs++ && inject.only_first)
		return;
	if (inject.fail_op >= 0)
		b[OPS + (u32)inject.fail_op * sizeof(struct lskel_op)] = 0;
	if (inject.put_at || inject.put_magic)
		memcpy(b + inject.put_at, &inject.put, 4);
}

static void put(u32 off, u32 v)
{
	memcpy(blob + off, &v, 4);
}

static void put_map(u32 attr, u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	put(ATTR(attr), type);
	put(ATTR(attr) + 4, key);
	put(ATTR(attr) + 8, value);
	put(ATTR(attr) + 12, entries);
	put(ATTR(attr) + 16, flags);
}

static const u64 good_insns[] = { 0x00000000000000b7ull, 0x95 }; /* r0 = 0; exit */

static void make_desc(int gears)
{
	static struct loader stepper, loop;
	struct lskel_hdr hdr = { .magic = LSKEL_MAGIC, .pc = OPS, .unwind = OPS + UNWIND * sizeof(struct lskel_op) };

	loader_free(&stepper);
	loader_free(&loop);
	assert_int_equal(loader_make(GEAR_STEPPER, false, AREA, &stepper), 0);
	assert_int_equal(loader_make(GEAR_LOOP, false, AREA, &loop), 0);
	memset(&desc.loop, 0, sizeof(desc.loop));
	memset(&desc.stepper, 0, sizeof(desc.stepper));
	if (gears & (1 << GEAR_STEPPER))
		desc.stepper = (struct lskel_loader){ .insns = stepper.insns, .insns_sz = stepper.insns_sz };
	if (gears & (1 << GEAR_LOOP))
		desc.loop = (struct lskel_loader){ loop.insns, loop.insns_sz, loop.btf, loop.btf_sz, loop.func_info,
						   loop.func_info_sz };
	memset(blob, 0, sizeof(blob));
	memcpy(blob, &hdr, sizeof(hdr));
	memcpy(blob + OPS, ops, sizeof(ops));
	memset(blob + CELL(0), 0xff, 8 * 16);
	put_map(A_COUNTS, 2 /* array */, 4, 16, 1, 1 << 10);
	put_map(A_RING, 27 /* ringbuf */, 0, 0, 5000, 0);
	put_map(A_EXTRA, 4 /* perf event array */, 4, 4, 0, 0);
	put_map(A_KCONFIG, 2, 4, 24, 1, 1 << 10 | 1 << 7);
	put(ATTR(A_FIRST), 17 /* raw tracepoint */);
	put(ATTR(A_FIRST) + 4, 2);
	put(ATTR(A_SECOND), 1 /* socket filter */);
	put(ATTR(A_SECOND) + 4, 2);
	strcpy((char *)blob + STR(0), "GPL");
	strcpy((char *)blob + STR(1), "task_struct");
	memcpy(blob + INSNS, good_insns, sizeof(good_insns));
	memcpy(blob + INSNS + 64, good_insns, sizeof(good_insns));
	put(VALUE(0), 41);
	put(VALUE(0) + 12, 43);
	inject_reset();
}

static void make_skel(struct skel *s)
{
	memset(s, 0, sizeof(*s));
	s->kconfig[0] = 250; /* CONFIG_HZ, which is strong */
	s->maps[KCONFIG].initial_value = lskel_ptr(s->kconfig);
	s->io = (struct lskel_io){ .desc = &desc, .ctx = &s->ctx, .maps = s->maps, .progs = s->progs,
				   .map_on = s->map_on, .prog_on = s->prog_on, .kconfig_set = s->kconfig_set,
				   .state = &s->state };
}

static int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static u32 map_entries(int fd)
{
	u32 info[32];
	struct {
		u32 fd, len;
		u64 info;
	} attr;

	memset(info, 0, sizeof(info));
	attr.fd = (u32)fd;
	attr.len = sizeof(info);
	attr.info = lskel_ptr(info);
	assert_int_equal(lskel_sys_bpf(15, &attr, sizeof(attr)), 0);
	return info[4];
}

static bool may_bpf(void)
{
	u32 attr[7] = { 2, 4, 8, 1 };
	long fd = lskel_sys_bpf(0, attr, sizeof(attr));

	if (fd < 0)
		return false;
	lskel_sys_close((int)fd);
	return true;
}

#define TOO_OLD (lskel_kernel_version() < (5 << 16) + (17 << 8))

#define NEED_BPF()                                                                                     \
	do {                                                                                           \
		if (!may_bpf() || TOO_OLD) {                                                           \
			print_message("%s\n", TOO_OLD ? "kernel too old" : "no permission for bpf(2)"); \
			skip();                                                                        \
		}                                                                                      \
	} while (0)

/* Without a JIT the kernel refuses the loop gear, so that it can't be there alone. */
static const int gear_sets[] = { 1 << GEAR_STEPPER, 1 << GEAR_STEPPER | 1 << GEAR_LOOP, 1 << GEAR_LOOP };

static u32 gear_set_cnt(void)
{
	char on[4] = "1";

	lskel_sys_read_file("/proc/sys/net/core/bpf_jit_enable", on, sizeof(on));
	return ARRAY_SIZE(gear_sets) - (on[0] == '0');
}

static void loads_in_every_gear(void **state)
{
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		int before = open_fds();
		struct skel s;
		u32 *p;

		make_desc(gear_sets[g]);
		make_skel(&s);
		assert_int_equal(lskel_load(&s.io), 0);
		assert_int_equal(s.state.err, 0);
		assert_string_equal(lskel_strerror(&s.state), "");
		assert_int_equal(inject.runs, 1);
		assert_true(s.maps[COUNTS].map_fd > 0);
		assert_true(s.maps[RING].map_fd > 0);
		assert_int_equal(s.maps[EXTRA].map_fd, 0); /* off by default */
		assert_true(s.maps[KCONFIG].map_fd > 0);
		assert_true(s.progs[FIRST].prog_fd > 0);
		assert_int_equal(s.progs[SECOND].prog_fd, 0);
		assert_int_equal(open_fds(), before + 4);
		p = mmap(NULL, 16, PROT_READ, MAP_SHARED, s.maps[COUNTS].map_fd, 0);
		assert_ptr_not_equal(p, MAP_FAILED);
		assert_int_equal(p[0], 41);
		assert_int_equal(p[3], 43);
		munmap(p, 16);
		lskel_unload(&s.io);
		assert_int_equal(s.progs[FIRST].prog_fd, 0);
		assert_int_equal(open_fds(), before);
		lskel_state_free(&s.state);
	}
}

static const char *subject_of(u32 op)
{
	static const char *const names[] = { "map 'counts'", "map 'ring'", "map 'extra'", "map '.kconfig'",
					     "ksym 'task_struct'", "prog 'first'", "prog 'second'", "loader" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		if (op >= spans[i].first_op && op < spans[i].first_op + spans[i].op_cnt)
			return names[i];
	}
	return "?";
}

/* Everything on, so that every operation runs; each one fails once. */
static void each_operation_fails_once(void **state)
{
	u32 g, op;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		for (op = 0; op <= END; op++) {
			int before = open_fds();
			char want[128];
			struct skel s;

			make_desc(gear_sets[g]);
			make_skel(&s);
			s.map_on[EXTRA] = LSKEL_ON;
			s.prog_on[SECOND] = LSKEL_ON;
			inject.fail_op = (int)op;
			assert_int_equal(lskel_load(&s.io), -EINVAL);
			assert_int_equal(s.state.err, -EINVAL);
			assert_int_equal(errno, EINVAL);
			assert_int_equal(s.state.op, op);
			snprintf(want, sizeof(want), "%s: unknown operation: -EINVAL", subject_of(op));
			assert_string_equal(lskel_strerror(&s.state), want);
			assert_string_equal(lskel_strerror(NULL), want);
			assert_null(lskel_log(&s.state));
			assert_int_equal(s.maps[COUNTS].map_fd, 0);
			assert_int_equal(s.progs[FIRST].prog_fd, 0);
			assert_int_equal(open_fds(), before);
			lskel_state_free(&s.state);
		}
	}
}

static const struct {
	const char *name;
	u32 at, val;
	bool map_extra, prog_second;
	int err;
	const char *msg;
} refusals[] = {
	{ "map", ATTR(A_COUNTS), 999, .err = -EINVAL, .msg = "map 'counts': BPF_MAP_CREATE: -EINVAL" },
	{ "freeze", OPS + 13 * 16 + 8, CELL(15), .err = -EBADF, .msg = "map '.kconfig': BPF_MAP_FREEZE: -EBADF" },
	{ "update", OPS + 1 * 16 + 8, CELL(15), .err = -EBADF, .msg = "map 'counts': BPF_MAP_UPDATE_ELEM: -EBADF" },
	{ "find", STR(1), 0x78787878, .prog_second = true, .err = -ENOENT,
	  .msg = "ksym 'task_struct': not in kernel BTF: -ENOENT" },
	{ "find_nobody_needs", STR(1), 0x78787878, .err = 0, .msg = "" },
	{ "find_broken", OPS + 15 * 16 + 4, 2, .prog_second = true, .err = -EINVAL,
	  .msg = "ksym 'task_struct': look-up in kernel BTF: -EINVAL" },
	{ "prog", ATTR(A_SECOND), 9999, .prog_second = true, .err = -EINVAL, .msg = "prog 'second': BPF_PROG_LOAD: -EINVAL" },
	{ "prog_nobody_needs", ATTR(A_SECOND), 9999, .err = 0, .msg = "" },
};

static void refusals_are_named(void **state)
{
	u32 g, i;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		for (i = 0; i < ARRAY_SIZE(refusals); i++) {
			int before = open_fds();
			struct skel s;

			make_desc(gear_sets[g]);
			make_skel(&s);
			s.prog_on[SECOND] = refusals[i].prog_second ? LSKEL_ON : LSKEL_DEFAULT;
			inject.put_at = refusals[i].at;
			inject.put = refusals[i].val;
			assert_int_equal(lskel_load(&s.io), refusals[i].err);
			assert_string_equal(lskel_strerror(&s.state), refusals[i].msg);
			lskel_unload(&s.io);
			lskel_state_free(&s.state);
			assert_int_equal(open_fds(), before);
		}
	}
}

/* "exit" alone: R0 was never set. */
static void verifier_log_by_a_second_run(void **state)
{
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		int before = open_fds();
		struct skel s;

		make_desc(gear_sets[g]);
		make_skel(&s);
		inject.put_at = INSNS;
		inject.put = 0x95;
		assert_int_equal(lskel_load(&s.io), -EINVAL);
		assert_int_equal(inject.runs, 2);
		assert_string_equal(lskel_strerror(&s.state), "prog 'first': rejected by the verifier, see hand__log(): -EINVAL");
		assert_non_null(lskel_log(&s.state));
		assert_non_null(strstr(lskel_log(&s.state), "unreachable insn 1"));
		assert_int_equal(open_fds(), before);

		/* The next load forgets it. */
		inject_reset();
		assert_int_equal(lskel_load(&s.io), 0);
		assert_null(lskel_log(&s.state));
		assert_string_equal(lskel_strerror(&s.state), "");
		lskel_unload(&s.io);
		lskel_state_free(&s.state);
		assert_int_equal(open_fds(), before);
	}
}

static void verifier_log_in_the_users_buffer(void **state)
{
	static char buf[65536];
	struct skel s;
	int level;

	(void)state;
	NEED_BPF();
	for (level = 0; level <= 2; level++) {
		make_desc(1 << GEAR_STEPPER);
		make_skel(&s);
		memset(buf, 0, sizeof(buf));
		s.ctx.log_level = (u32)level;
		s.ctx.log_buf = lskel_ptr(buf);
		s.ctx.log_size = sizeof(buf);
		inject.put_at = INSNS;
		inject.put = 0x95;
		assert_int_equal(lskel_load(&s.io), -EINVAL);
		/* With a level the log is on from the start. */
		assert_int_equal(inject.runs, level ? 1 : 2);
		assert_ptr_equal(lskel_log(&s.state), buf);
		assert_non_null(strstr(buf, "unreachable insn 1"));
		assert_int_equal(s.state.log_own, 0);
		lskel_state_free(&s.state);
	}

	/* As bpftool's skeletons do, a load that works leaves its log too. */
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	memset(buf, 0, sizeof(buf));
	s.ctx.log_level = 2;
	s.ctx.log_buf = lskel_ptr(buf);
	s.ctx.log_size = sizeof(buf);
	assert_int_equal(lskel_load(&s.io), 0);
	assert_non_null(strstr(buf, "exit"));
	lskel_unload(&s.io);
	lskel_state_free(&s.state);
}

/* The error is the first run's, if the log turns out to be too small for the second. */
static void small_log_hides_no_error(void **state)
{
	static char buf[256];
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.ctx.log_buf = lskel_ptr(buf);
	s.ctx.log_size = 8; /* EINVAL before 6.4, ENOSPC since */
	memcpy(blob + INSNS + 8, "\x61\x00\x00\x00\x00\x00\x00\x00", 8); /* r0 = *(u32 *)(r0 + 0): -EACCES */
	put(ATTR(A_FIRST) + 4, 3);
	memcpy(blob + INSNS + 16, good_insns + 1, 8);
	assert_int_equal(lskel_load(&s.io), -EACCES);
	/* kernels before 6.4 refuse so small a buffer and leave it empty */
	assert_string_equal(lskel_strerror(&s.state),
			    lskel_log(&s.state) ? "prog 'first': rejected by the verifier, see hand__log(): -EACCES" :
						  "prog 'first': BPF_PROG_LOAD: -EACCES");
	lskel_state_free(&s.state);
}

/* A failure that is gone in the second run was none. */
static void passing_failure_is_forgotten(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	inject.put_at = INSNS;
	inject.put = 0x95;
	inject.only_first = true;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(inject.runs, 2);
	assert_null(lskel_log(&s.state));
	assert_int_equal(s.state.err, 0);
	assert_true(s.progs[FIRST].prog_fd > 0);
	lskel_unload(&s.io);
	lskel_state_free(&s.state);
	assert_int_equal(open_fds(), before);
}

static void state_and_ctx_may_be_missing(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.io.state = NULL;
	s.io.ctx = NULL;
	s.io.map_on = s.io.prog_on = s.io.kconfig_set = NULL;
	assert_int_equal(lskel_load(&s.io), 0);
	lskel_unload(&s.io);
	inject.put_at = INSNS;
	inject.put = 0x95;
	assert_int_equal(lskel_load(&s.io), -EINVAL);
	assert_string_equal(lskel_strerror(NULL), "prog 'first': BPF_PROG_LOAD: -EINVAL");
	assert_int_equal(open_fds(), before);
}

static void switches(void **state)
{
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER | 1 << GEAR_LOOP);
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_ON;
	s.map_on[COUNTS] = LSKEL_OFF;
	s.prog_on[FIRST] = LSKEL_OFF;
	s.prog_on[SECOND] = LSKEL_ON;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(s.maps[COUNTS].map_fd, 0);
	assert_true(s.maps[EXTRA].map_fd > 0);
	assert_int_equal(s.progs[FIRST].prog_fd, 0);
	assert_true(s.progs[SECOND].prog_fd > 0);
	lskel_unload(&s.io);

	/* What is off by default may be said to be off. */
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_OFF;
	s.prog_on[SECOND] = LSKEL_OFF;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(s.maps[EXTRA].map_fd, 0);
	assert_int_equal(s.progs[SECOND].prog_fd, 0);
	lskel_unload(&s.io);
}

static void sizes_fit_the_machine(void **state)
{
	u32 page = (u32)sysconf(_SC_PAGESIZE), ring;
	struct skel s;

	(void)state;
	NEED_BPF();
	for (ring = page; ring < 5000;)
		ring *= 2;
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_ON;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(map_entries(s.maps[RING].map_fd), ring);
	assert_int_equal(map_entries(s.maps[EXTRA].map_fd), sysconf(_SC_NPROCESSORS_CONF));
	lskel_unload(&s.io);

	/* The user's number goes through the same rules. */
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_ON;
	s.maps[EXTRA].max_entries = 7;
	s.maps[RING].max_entries = 3 * page;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(map_entries(s.maps[RING].map_fd), 4 * page);
	assert_int_equal(map_entries(s.maps[EXTRA].map_fd), 7);
	lskel_unload(&s.io);
}

static void data_stays_where_it_is(void **state)
{
	int before = open_fds();
	struct skel s;
	u32 *data, *other, *conf, seen[4];
	struct lskel_attr_elem attr = { 0 };
	u32 key = 0;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	data = lskel_data_alloc(&desc, COUNTS, &s.maps[COUNTS]);
	conf = lskel_data_alloc(&desc, KCONFIG, &s.maps[KCONFIG]);
	assert_non_null(data);
	assert_non_null(conf);
	assert_int_equal(data[0], 41);
	assert_int_equal(data[1], 0);
	assert_int_equal(data[3], 43);
	data[1] = 77;
	conf[0] = 1000;
	other = data;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, COUNTS, data), 0);
	assert_int_equal(lskel_data_finalize(&s.io, KCONFIG, conf), 0);
	assert_ptr_equal(other, data);
	assert_int_equal(data[1], 77);
	assert_int_equal(conf[0], 1000);
	assert_int_not_equal(conf[2], 0); /* the kernel's version came from the machine */

	/* A write through the pointer is one into the map. */
	data[2] = 78;
	attr.map_fd = (u32)s.maps[COUNTS].map_fd;
	attr.key = lskel_ptr(&key);
	attr.value = lskel_ptr(seen);
	assert_int_equal(lskel_sys_bpf(1, &attr, sizeof(attr)), 0);
	assert_int_equal(seen[1], 77);
	assert_int_equal(seen[2], 78);

	/* .kconfig is frozen: mapped read-only, so that mprotect() back is refused. */
	assert_int_equal(mprotect(conf, 24, PROT_READ | PROT_WRITE), -1);
	lskel_data_free(&desc, COUNTS, data);
	lskel_data_free(&desc, KCONFIG, conf);
	lskel_data_free(&desc, KCONFIG, NULL);
	lskel_unload(&s.io);
	assert_int_equal(open_fds(), before);

	/* Without its map the data is still there. */
	make_skel(&s);
	s.map_on[COUNTS] = LSKEL_OFF;
	data = lskel_data_alloc(&desc, COUNTS, &s.maps[COUNTS]);
	data[0] = 5;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, COUNTS, data), 0);
	assert_int_equal(data[0], 5);
	lskel_data_free(&desc, COUNTS, data);
	lskel_unload(&s.io);
}

static void kconfig_values(void **state)
{
	struct skel s;
	u32 *conf;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.kconfig[0] = 0;
	assert_int_equal(lskel_load(&s.io), -ESRCH);
	assert_string_equal(lskel_strerror(&s.state), "kconfig 'CONFIG_HZ': no value; set it before load, or generate with "
						      "--kconfig FILE: -ESRCH");
	assert_int_equal(s.state.op, ~0u);

	/* 0 is a value, if it is said to be one. */
	s.kconfig_set[0] = 1;
	conf = lskel_data_alloc(&desc, KCONFIG, &s.maps[KCONFIG]);
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, KCONFIG, conf), 0);
	assert_int_equal(conf[0], 0);
	assert_int_equal(conf[1], 0);
	assert_int_equal(conf[2], lskel_kernel_version());
	assert_true(conf[2] >= (5 << 16) + (16 << 8));
	assert_int_equal(conf[3], 1);
	assert_int_equal(conf[4], lskel_has_syscall_wrapper(conf[2]));
	assert_int_equal(conf[5], 0);
	lskel_data_free(&desc, KCONFIG, conf);
	lskel_unload(&s.io);

	/* The user's word counts more than the machine's. */
	make_skel(&s);
	s.kconfig[2] = 0x50607;
	s.kconfig_set[3] = 1;
	conf = lskel_data_alloc(&desc, KCONFIG, &s.maps[KCONFIG]);
	memcpy(conf, s.kconfig, sizeof(s.kconfig));
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, KCONFIG, conf), 0);
	assert_int_equal(conf[0], 250);
	assert_int_equal(conf[2], 0x50607);
	assert_int_equal(conf[3], 0);
	lskel_data_free(&desc, KCONFIG, conf);
	lskel_unload(&s.io);
	lskel_state_free(&s.state);
}

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	(void)sig;
	ticks++;
}

static void timer_fails_no_load(void **state)
{
	static const struct itimerval off, every = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction sa = { .sa_handler = tick }, old;
	sigset_t before, after;
	u32 g;
	int i;

	(void)state;
	NEED_BPF();
	sigaction(SIGALRM, &sa, &old);
	sigprocmask(SIG_BLOCK, NULL, &before);
	for (g = 0; g < gear_set_cnt(); g++) {
		make_desc(gear_sets[g]);
		ticks = 0;
		setitimer(ITIMER_REAL, &every, NULL);
		for (i = 0; i < 50 || (ticks < 10 && i < 1000); i++) {
			struct skel s;
			int err;

			make_skel(&s);
			err = lskel_load(&s.io);
			if (err)
				setitimer(ITIMER_REAL, &off, NULL);
			assert_int_equal(err, 0);
			assert_int_equal(inject.runs, 1);
			inject.runs = 0;
			lskel_unload(&s.io);
		}
		setitimer(ITIMER_REAL, &off, NULL);
		assert_true(ticks >= 10); /* signals came, and come through after a load */
	}
	sigprocmask(SIG_BLOCK, NULL, &after);
	assert_memory_equal(&before, &after, 8); /* what the kernel has of it */
	sigaction(SIGALRM, &old, NULL);
}

static int attach_raw_tp(struct skel *s, const char *prog, const char *tp, int prog_fd)
{
	const struct lskel_attach_to to = { prog, tp, 0, 0 };
	int link = 0;

	return lskel_attach_one(lskel_attach_raw_tp, &s->state, &to, prog_fd, NULL, &link, NULL);
}

/* In a child, because the test's own output needs descriptors 1 and 2. Returns 0, or the line that went wrong. */
static int without_stdio(void)
{
	struct skel s;
	int i, fd;

	for (i = 0; i < 3; i++)
		close(i);
	make_skel(&s);
	if (lskel_load(&s.io))
		return __LINE__;
	for (i = 0; i < MAPS; i++) {
		if (i != EXTRA && s.maps[i].map_fd <= 0)
			return __LINE__;
	}
	if (s.progs[FIRST].prog_fd <= 0)
		return __LINE__;
	/* The link would be 0 by itself. */
	if (dup(s.progs[FIRST].prog_fd) != 0)
		return __LINE__;
	close(0);
	fd = attach_raw_tp(&s, "first", "sys_enter", s.progs[FIRST].prog_fd);
	if (fd <= 0)
		return __LINE__;
	if (dup(fd) != 0) /* and 0 is free again */
		return __LINE__;
	lskel_unload(&s.io);
	return 0;
}

static void works_without_stdio(void **state)
{
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		int status;
		pid_t pid;

		make_desc(gear_sets[g]);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			_exit(without_stdio() % 251);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* Returns 0, or the line that went wrong; in a child, which gives its privileges up. */
static int without_privileges(void)
{
	struct skel s;

	if (setgid(65534) || setuid(65534))
		return __LINE__;
	make_skel(&s);
	if (lskel_load(&s.io) != -EPERM)
		return __LINE__;
	if (strcmp(lskel_strerror(&s.state), "loader: BPF_MAP_CREATE: -EPERM") &&
	    strcmp(lskel_strerror(&s.state), "loader: BPF_PROG_LOAD: -EPERM"))
		return __LINE__;
	return 0;
}

static void unprivileged_is_told(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (getuid()) {
		print_message("not root\n");
		skip();
	}
	make_desc(1 << GEAR_STEPPER);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(without_privileges() % 251);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Where callbacks are refused, as without a JIT, the stepper takes over; alone, the loop is an error. */
static void stepper_replaces_a_refused_loop(void **state)
{
	static const u32 wrong_func_info[] = { 0, 2, 1, 2 };
	struct lskel_loader loop;
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER | 1 << GEAR_LOOP);
	desc.loop.func_info = wrong_func_info;
	make_skel(&s);
	assert_int_equal(lskel_load(&s.io), 0);
	lskel_unload(&s.io);
	loop = desc.loop;
	make_desc(1 << GEAR_LOOP);
	desc.loop = loop;
	assert_int_equal(lskel_load(&s.io), -EINVAL);
	assert_string_equal(lskel_strerror(&s.state), "loader: BPF_PROG_LOAD: -EINVAL");
	desc.loop.btf = wrong_func_info;
	assert_int_equal(lskel_load(&s.io), -EINVAL);
	assert_string_equal(lskel_strerror(&s.state), "loader: BPF_BTF_LOAD: -EINVAL");
	assert_int_equal(open_fds(), before);
}

/* Run on 5.10 in the kernel matrix; elsewhere only the condition is there to be tested. */
static void old_kernel_is_told(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	if (!may_bpf() || !TOO_OLD) {
		print_message("no permission for bpf(2), or the kernel is new enough\n");
		skip();
	}
	make_desc(1 << GEAR_STEPPER | 1 << GEAR_LOOP);
	make_skel(&s);
	assert_true(lskel_load(&s.io) < 0);
	assert_non_null(strstr(lskel_strerror(&s.state), "loader: this kernel can't run it: it takes Linux 6.1 or later, or LSKEL_DIRECT: -"));
	assert_int_equal(open_fds(), before);
}

static void foreign_blob_is_refused(void **state)
{
	int before = open_fds();
	struct skel s;
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		make_desc(gear_sets[g]);
		make_skel(&s);
		inject.put_magic = true;
		inject.put = __builtin_bswap32(LSKEL_MAGIC);
		assert_int_equal(lskel_load(&s.io), -EINVAL);
		assert_string_equal(lskel_strerror(&s.state), "loader: BPF_PROG_RUN: -EINVAL");
		assert_int_equal(open_fds(), before);
	}
}

/* A jump back would go round for ever, one step a run; what it has opened is closed from outside. */
static void endless_blob_is_stopped(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	put(CELL(30), OPS + 6 * sizeof(struct lskel_op)); /* back to where two maps are open */
	inject.put_at = OPS + END * sizeof(struct lskel_op) + 8;
	inject.put = CELL(30);
	memcpy(blob + OPS + END * sizeof(struct lskel_op) + 12, &(u32){ 4 }, 4);
	assert_int_equal(lskel_load(&s.io), -ELOOP);
	assert_string_equal(lskel_strerror(&s.state), "loader: BPF_PROG_RUN: -ELOOP");
	/* Two maps were opened twice and their first descriptors are gone; the rest is closed. */
	assert_true(open_fds() <= before + 2 + 2);
}

static void attach_messages(void **state)
{
	static const struct lskel_attach_to fentry = { "first", NULL, 24, 0 };
	int fd, link = 0;
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	assert_int_equal(lskel_load(&s.io), 0);
	fd = attach_raw_tp(&s, "first", "sys_enter", s.progs[FIRST].prog_fd);
	assert_true(fd > 0);
	lskel_close(&fd);
	assert_int_equal(fd, 0);
	lskel_close(&fd);
	assert_int_equal(attach_raw_tp(&s, "first", "no_such_tp", s.progs[FIRST].prog_fd), -ENOENT);
	assert_string_equal(lskel_strerror(&s.state), "prog 'first': BPF_RAW_TRACEPOINT_OPEN: -ENOENT");
	assert_int_equal(attach_raw_tp(&s, "second", "sys_enter", s.progs[SECOND].prog_fd), -EBADF);
	assert_string_equal(lskel_strerror(&s.state), "prog 'second': not loaded: -EBADF");
	fd = lskel_attach_one(lskel_attach_trace, &s.state, &fentry, s.progs[FIRST].prog_fd, NULL, &link, NULL);
	assert_int_equal(fd, -EINVAL);
	assert_string_equal(lskel_strerror(&s.state), "prog 'first': BPF_LINK_CREATE: -EINVAL");
	assert_int_equal(lskel_attach_none(NULL, "first"), -EOPNOTSUPP);
	assert_string_equal(lskel_strerror(NULL), "prog 'first': can't be attached without more arguments: -EOPNOTSUPP");
	lskel_state_clear(&s.state);
	assert_int_equal(lskel_attach_skip(&s.state, "first"), 0);
	assert_int_equal(lskel_attach_skip(&s.state, "second"), 0);
	assert_string_equal(lskel_strerror(&s.state), "prog 'first': not attached, it needs more arguments; "
						      "prog 'second': not attached, it needs more arguments");
	assert_int_equal(s.state.err, 0);
	lskel_unload(&s.io);
}

static void long_names_are_cut(void **state)
{
	struct lskel_state st;
	char name[1000];

	(void)state;
	memset(&st, 0x55, sizeof(st));
	st.log = NULL;
	st.log_own = 0;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	assert_int_equal(lskel_fail(&st, -12345, "map", name, "x"), -12345);
	assert_int_equal(strlen(lskel_strerror(&st)), LSKEL_MSG_SZ - 1);
	lskel_fail(&st, -12345, NULL, NULL, NULL);
	assert_string_equal(lskel_strerror(&st), "-12345");
	lskel_fail(&st, -524, "map", NULL, "x");
	assert_string_equal(lskel_strerror(&st), "map: x: -ENOTSUPP");
}

static void ringbuf_sizes(void **state)
{
	static const struct { u32 sz, page, want; } t[] = {
		{ 0, 4096, 0 }, { 1, 4096, 4096 }, { 4096, 4096, 4096 }, { 4097, 4096, 8192 }, { 4096, 65536, 65536 },
		{ 3 << 16, 65536, 4 << 16 }, { 1u << 31, 4096, 1u << 31 }, { (1u << 31) + 1, 4096, (1u << 31) + 1 },
		{ ~0u, 65536, ~0u },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(lskel_round_ringbuf(t[i].sz, t[i].page), t[i].want);
	assert_int_equal(lskel_sys_page_size(), sysconf(_SC_PAGESIZE));
}

static void cpu_lists(void **state)
{
	static const struct { const char *s; u32 want; } t[] = {
		{ "0\n", 1 }, { "0-1\n", 2 }, { "0-3,8-11\n", 12 }, { "8,0-3", 9 }, { "", 0 }, { "\n", 0 }, { "0-", 0 },
		{ "0-3,", 0 }, { "x", 0 }, { "0-3x", 0 }, { "0-127\n", 128 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(lskel_parse_cpus(t[i].s), t[i].want);
}

static void versions(void **state)
{
	static const struct { const char *s; u32 want; } t[] = {
		{ "6.1.192-1 (2026-01-01)", 6 << 16 | 1 << 8 | 192 }, { "6.18.44-fc-v782", 6 << 16 | 18 << 8 | 44 },
		{ "7.2", 7 << 16 | 2 << 8 }, { "7.2-rc1", 7 << 16 | 2 << 8 }, { "4.19.300", 4 << 16 | 19 << 8 | 255 },
		{ "6.1.x", 6 << 16 | 1 << 8 }, { "6", 0 }, { "6.", 0 }, { "", 0 }, { "x6.1", 0 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(lskel_parse_version(t[i].s), t[i].want);
	assert_string_equal(lskel_find("#1 SMP Debian 6.1.192-1", "Debian "), "6.1.192-1");
	assert_null(lskel_find("#1 SMP Debia", "Debian "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ringbuf_sizes),
		cmocka_unit_test(cpu_lists),
		cmocka_unit_test(versions),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(loads_in_every_gear),
		cmocka_unit_test(each_operation_fails_once),
		cmocka_unit_test(refusals_are_named),
		cmocka_unit_test(verifier_log_by_a_second_run),
		cmocka_unit_test(verifier_log_in_the_users_buffer),
		cmocka_unit_test(small_log_hides_no_error),
		cmocka_unit_test(passing_failure_is_forgotten),
		cmocka_unit_test(state_and_ctx_may_be_missing),
		cmocka_unit_test(switches),
		cmocka_unit_test(sizes_fit_the_machine),
		cmocka_unit_test(data_stays_where_it_is),
		cmocka_unit_test(kconfig_values),
		cmocka_unit_test(timer_fails_no_load),
		cmocka_unit_test(works_without_stdio),
		cmocka_unit_test(unprivileged_is_told),
		cmocka_unit_test(stepper_replaces_a_refused_loop),
		cmocka_unit_test(old_kernel_is_told),
		cmocka_unit_test(foreign_blob_is_refused),
		cmocka_unit_test(attach_messages),
		cmocka_unit_test(endless_blob_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
