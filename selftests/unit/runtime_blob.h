/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A skeleton made by hand, for tests of the runtime: four maps, two programs, a look-up, in both gears. A hook may spoil
 * its blob.
 */
#ifndef RUNTIME_BLOB_H
#define RUNTIME_BLOB_H

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

#define HARD 1 /* as skip: to the end of the run, see make_desc() */
#define SYS(cmd, attr_sz, at, to) { LSKEL_OP_SYS, cmd, 0, (attr_sz) - 1, HARD, at, to }
#define ADDR(of, to) { LSKEL_OP_ADDR, 0, 0, 0, 0, of, to }
#define COPY(from, to) { LSKEL_OP_COPY, 0, 0, 0, 0, from, to }
#define GUARD(n) { LSKEL_OP_COPY, 0, 1, 0, (n) * sizeof(struct lskel_op), RESV, RESV + 4 }
#define CLOSE(at, failed) { LSKEL_OP_CLOSE, failed, 0, 0, 0, at, 0 }

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
	/* 15 */ { LSKEL_OP_FIND, 4, 0, sizeof("task_struct") - 1, HARD, STR(1), FOUND },
	/* 16 */ ADDR(INSNS, ATTR(A_FIRST) + 8),
	/* 17 */ ADDR(STR(0), ATTR(A_FIRST) + 16),
	/* 18 */ SYS(5, 72, ATTR(A_FIRST), PROG_FD(FIRST)),
	/* 19 */ GUARD(3),
	/* 20 */ ADDR(INSNS + 64, ATTR(A_SECOND) + 8),
	/* 21 */ ADDR(STR(0), ATTR(A_SECOND) + 16),
	/* 22 */ SYS(5, 72, ATTR(A_SECOND), PROG_FD(SECOND)),
	/* 23 */ COPY(RESV, offsetof(struct lskel_hdr, err)),
	/* 24 */ COPY(RESV, 0),
	CLOSE(MAP_FD(COUNTS), 1), CLOSE(MAP_FD(RING), 1), CLOSE(MAP_FD(EXTRA), 1), CLOSE(MAP_FD(KCONFIG), 1),
	CLOSE(PROG_FD(FIRST), 1), CLOSE(PROG_FD(SECOND), 1), CLOSE(FOUND + 4, 0),
};

#define OP_CNT ARRAY_SIZE(ops)
#define UNWIND 24u
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
	int fail_op;       /* this operation becomes a command that there is not; -1: none */
	u32 put_at, put;   /* stored there if put_at is not 0, or put_magic */
	bool put_magic;
	int runs;          /* counts */
	bool only_first;   /* act in the first run only */
} inject;

static inline void inject_reset(void)
{
	memset(&inject, 0, sizeof(inject));
	inject.fail_op = -1;
}

static void hook(struct lskel_io *io, unsigned char *b)
{
	(void)io;
	if (inject.runs++ && inject.only_first)
		return;
	if (inject.fail_op >= 0) {
		const u32 op = (u32)inject.fail_op, sz = sizeof(struct lskel_op);
		const struct lskel_op bad = { LSKEL_OP_SYS, 255, 0, 0, (UNWIND - op - 1) * sz, 0, SCRATCH };

		memcpy(b + OPS + op * sz, &bad, sz);
	}
	if (inject.put_at || inject.put_magic)
		memcpy(b + inject.put_at, &inject.put, 4);
}

static inline void put(u32 off, u32 v)
{
	memcpy(blob + off, &v, 4);
}

static inline void put_map(u32 attr, u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	put(ATTR(attr), type);
	put(ATTR(attr) + 4, key);
	put(ATTR(attr) + 8, value);
	put(ATTR(attr) + 12, entries);
	put(ATTR(attr) + 16, flags);
}

static const u64 good_insns[] = { 0x00000000000000b7ull, 0x95 }; /* r0 = 0; exit */

static inline void make_desc(int gears)
{
	static struct loader stepper, loop;
	u32 i;
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
	for (i = 0; i < OP_CNT; i++)
		if (ops[i].skip == HARD)
			put(OPS + i * sizeof(*ops) + offsetof(struct lskel_op, skip), (UNWIND - i - 1) * sizeof(*ops));
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

static inline void make_skel(struct skel *s)
{
	memset(s, 0, sizeof(*s));
	s->kconfig[0] = 250; /* CONFIG_HZ, which is strong */
	s->maps[KCONFIG].initial_value = lskel_ptr(s->kconfig);
	s->io = (struct lskel_io){ .desc = &desc, .ctx = &s->ctx, .maps = s->maps, .progs = s->progs,
				   .map_on = s->map_on, .prog_on = s->prog_on, .kconfig_set = s->kconfig_set,
				   .state = &s->state };
}

static inline int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static inline u32 map_entries(int fd)
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

static inline bool may_bpf(void)
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

static inline u32 gear_set_cnt(void)
{
	char on[4] = "1";

	lskel_sys_read_file("/proc/sys/net/core/bpf_jit_enable", on, sizeof(on));
	return ARRAY_SIZE(gear_sets) - (on[0] == '0');
}

static inline int attach_raw_tp(struct skel *s, const char *prog, const char *tp, int prog_fd)
{
	const struct lskel_attach_to to = { prog, tp, 0, 0 };
	int link = 0;

	return lskel_attach_one(lskel_attach_raw_tp, &s->state, &to, prog_fd, NULL, &link, NULL);
}

#endif
