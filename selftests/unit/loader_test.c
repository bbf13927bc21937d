// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The loader program on the running kernel: every kind of operation over hand-made blobs, in both gears. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <cmocka.h>

#include <linux/bpf.h>

#include "../../gen_loader/emit/emit.h"
#include "../../gen_loader/format.h"

#define AREA 4096u
#define OPS 64u         /* offset of the first operation */
#define CELLS 2048u     /* offset of the cells; all hold -1 at first */
#define CELL(n) (CELLS + 8u * (n))
#define ATTR 3072u
#define NAME 3584u
#define ZERO ((u32)offsetof(struct lskel_hdr, resv))
#define REFUSED 0xffffffffu

static const char *const gear_names[] = { [GEAR_STEPPER] = "stepper", [GEAR_LOOP] = "loop" };

static int bpf(int cmd, union bpf_attr *attr, unsigned int sz)
{
	int ret = (int)syscall(__NR_bpf, cmd, attr, sz);

	return ret < 0 ? -errno : ret;
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

/* What a run leaves behind. */
struct result {
	u32 ret;              /* of the last BPF_PROG_RUN */
	u32 steps;            /* number of BPF_PROG_RUNs */
	struct lskel_hdr hdr;
	u8 *blob;             /* AREA + LSKEL_SLACK bytes; the caller munmaps */
	u32 again;            /* what one more run returned */
};

/* The verifier's complaint is the point of a failing test, so print it. */
static int load(enum gear gear, u32 area, int map_fd, u32 prog_flags)
{
	static char log[1 << 16];
	struct loader ld;
	union bpf_attr attr;
	int btf_fd = -1, fd;

	assert_int_equal(loader_make(gear, false, area, &ld), 0);
	if (ld.btf) {
		memset(&attr, 0, sizeof(attr));
		attr.btf = (u64)(uintptr_t)ld.btf;
		attr.btf_size = ld.btf_sz;
		btf_fd = bpf(BPF_BTF_LOAD, &attr, 28);
		assert_true(btf_fd >= 0);
	}
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.insns = (u64)(uintptr_t)ld.insns;
	attr.insn_cnt = ld.insns_sz / 8;
	attr.license = (u64)(uintptr_t)"Dual BSD/GPL";
	attr.prog_flags = BPF_F_SLEEPABLE | prog_flags;
	attr.fd_array = (u64)(uintptr_t)&map_fd;
	if (ld.btf) {
		attr.prog_btf_fd = (u32)btf_fd;
		attr.func_info = (u64)(uintptr_t)ld.func_info;
		attr.func_info_rec_size = 8;
		attr.func_info_cnt = ld.func_info_sz / 8;
	}
	fd = bpf(BPF_PROG_LOAD, &attr, 128);
	if (fd < 0) {
		attr.log_level = 1;
		attr.log_buf = (u64)(uintptr_t)log;
		attr.log_size = sizeof(log);
		bpf(BPF_PROG_LOAD, &attr, 128);
		print_error("%s: %d\n%s\n", gear_names[gear], fd, log);
	}
	if (btf_fd >= 0)
		close(btf_fd);
	loader_free(&ld);
	return fd;
}

static int prog_run(int prog_fd, u32 *retval)
{
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (u32)prog_fd;
	err = bpf(BPF_PROG_RUN, &attr, sizeof(attr.test));
	*retval = attr.test.retval;
	return err;
}

static int make_map(u32 value_sz)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = value_sz;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	return bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

static void run(enum gear gear, const u8 *blob, struct result *r)
{
	int map_fd = make_map(AREA + LSKEL_SLACK), prog_fd;

	memset(r, 0, sizeof(*r));
	assert_true(map_fd >= 0);
	r->blob = mmap(NULL, AREA + LSKEL_SLACK, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	assert_ptr_not_equal(r->blob, MAP_FAILED);
	memcpy(r->blob, blob, AREA);
	/* The slack must stay as it is: operands out of range wrap around, they don't reach further. */
	memset(r->blob + AREA, 0x5a, LSKEL_SLACK);
	prog_fd = load(gear, AREA, map_fd, BPF_F_STRICT_ALIGNMENT);
	assert_true(prog_fd >= 0);
	do {
		assert_int_equal(prog_run(prog_fd, &r->ret), 0);
	} while (++r->steps < 1000 && r->ret && r->ret != REFUSED && gear == GEAR_STEPPER);
	memcpy(&r->hdr, r->blob, sizeof(r->hdr));
	assert_int_equal(prog_run(prog_fd, &r->again), 0);
	close(prog_fd);
	close(map_fd);
}

static u32 cell(const struct result *r, u32 off)
{
	u32 v;

	memcpy(&v, r->blob + off, 4);
	return v;
}

static u64 cell64(const struct result *r, u32 off)
{
	u64 v;

	memcpy(&v, r->blob + off, 8);
	return v;
}

#define HARD 1 /* as skip: to the end of the run, whatever the length of the case */
#define OPS_OF(n) ((n) * (u32)sizeof(struct lskel_op))
#define SYS(cmd, attr_sz, off, cell, skip) { LSKEL_OP_SYS, cmd, 0, attr_sz - 1, skip, off, cell }
#define FIND(name_sz, off, cell, skip) { LSKEL_OP_FIND, 4, 0, name_sz - 1, skip, off, cell }
#define KSYM(name_sz, off, cell, skip) { LSKEL_OP_KSYM, 0, 0, name_sz - 1, skip, off, cell }
#define ADDR(of, to, skip) { LSKEL_OP_ADDR, 0, 0, 0, skip, of, to }
#define COPY(from, to) { LSKEL_OP_COPY, 0, 0, 0, 0, from, to }
#define COPY_MIN(from, to, min, n) { LSKEL_OP_COPY, 0, min, 0, OPS_OF(n), from, to }
#define MAP_CREATE(cell, skip) SYS(BPF_MAP_CREATE, 28, ATTR, cell, skip)
#define BAD_CREATE(cell, skip) SYS(BPF_MAP_CREATE, 28, ATTR + 64, cell, skip) /* an attr of zeros: -EINVAL */
#define ONE CELL(20)   /* holds 1 */
#define NEG CELL(21)   /* holds -7 */
#define ZEROFD CELL(22) /* holds 0 */

#define MAX_OPS 16

struct want_cell {
	u32 off;
	enum { FD = 1, U32, U64, ADDR_OF, NONZERO } is;
	u64 val;
};

static const struct {
	const char *name;
	struct lskel_op ops[MAX_OPS];
	int err;               /* expected hdr.err */
	u32 at;                /* and the operation that failed */
	struct want_cell want[6];
	u32 steps;             /* of the stepper, 0: not looked at */
} cases[] = {
	{ "nothing_to_do", { { 0 } }, .steps = 2 },
	{ "sys_creates_a_map", { MAP_CREATE(CELL(0), HARD) }, .want = { { CELL(0), FD } } },
	{ "sys_failure_ends_the_run",
	  { MAP_CREATE(CELL(0), HARD), MAP_CREATE(CELL(1), HARD), BAD_CREATE(CELL(2), HARD), COPY(ONE, CELL(3)),
	    MAP_CREATE(CELL(6), HARD) }, .err = -EINVAL, .at = 2, .steps = 4,
	  .want = { { CELL(0), FD }, { CELL(1), FD }, { CELL(2), U32, (u32)-EINVAL }, { CELL(3), U32, ~0u },
		    { CELL(6), U32, ~0u } } },
	{ "sys_unknown_command", { SYS(200, 8, ATTR, CELL(9), HARD) }, .err = -EINVAL, .at = 0 },
	{ "sys_result_at_odd_word", { MAP_CREATE(CELL(0) + 4, HARD) }, .want = { { CELL(0) + 4, FD }, { CELL(0), U32, ~0u } } },
	{ "soft_failure_goes_on", { BAD_CREATE(CELL(9), 0), COPY(ONE, CELL(3)) },
	  .want = { { CELL(9), U32, (u32)-EINVAL }, { CELL(3), U32, 1 } } },
	{ "soft_failure_skips_to_the_fallback",
	  { BAD_CREATE(CELL(9), OPS_OF(2)), COPY(ONE, CELL(3)), COPY(ONE, CELL(4)), COPY(ONE, CELL(5)) },
	  .want = { { CELL(3), U32, ~0u }, { CELL(4), U32, ~0u }, { CELL(5), U32, 1 } } },
	{ "success_does_not_skip", { MAP_CREATE(CELL(0), OPS_OF(1)), COPY(ONE, CELL(3)) }, .want = { { CELL(3), U32, 1 } } },
	{ "failure_behind_a_soft_one", { BAD_CREATE(CELL(9), 0), COPY(ONE, CELL(3)), FIND(3, NAME, CELL(10), HARD) },
	  .err = -EINVAL, .at = 2 },
	{ "find_in_vmlinux", { FIND(sizeof("task_struct"), NAME, CELL(10), HARD) },
	  .want = { { CELL(10), NONZERO }, { CELL(10) + 4, U32, 0 } } },
	{ "find_missing", { FIND(sizeof("no_such_type"), NAME + 64, CELL(10), HARD) }, .err = -ENOENT,
	  .want = { { CELL(10), U64, (u64)-ENOENT } } },
	{ "find_missing_softly", { FIND(sizeof("no_such_type"), NAME + 64, CELL(10), OPS_OF(1)), COPY(ONE, CELL(3)),
	    COPY(ONE, CELL(4)) },
	  .want = { { CELL(10), U64, (u64)-ENOENT }, { CELL(3), U32, ~0u }, { CELL(4), U32, 1 } } },
	{ "find_without_nul", { FIND(4, NAME, CELL(10), HARD) }, .err = -EINVAL },
	{ "ksym_found", { KSYM(sizeof("bpf_prog_put"), NAME + 128, CELL(10), HARD), COPY(ONE, CELL(3)) },
	  .want = { { CELL(10), NONZERO }, { CELL(10) + 4, NONZERO }, { CELL(3), U32, 1 } } },
	{ "ksym_missing", { KSYM(sizeof("no_such_type"), NAME + 64, CELL(10), HARD) }, .err = -ENOENT,
	  .want = { { CELL(10), U64, 0 } } },
	{ "ksym_missing_softly", { KSYM(sizeof("no_such_type"), NAME + 64, CELL(10), OPS_OF(1)), COPY(ONE, CELL(3)) },
	  .want = { { CELL(10), U64, 0 }, { CELL(3), U32, ~0u } } },
	{ "addr_is_used_by_a_command", /* MAP_UPDATE_ELEM with key and value in the blob */
	  { MAP_CREATE(CELL(0), HARD), COPY(CELL(0), ATTR + 128), ADDR(ZEROFD, ATTR + 136, 0), ADDR(ONE, ATTR + 144, 0),
	    SYS(BPF_MAP_UPDATE_ELEM, 32, ATTR + 128, CELL(9), HARD) },
	  .want = { { CELL(9), U32, 0 } } },
	{ "addr_does_not_skip", { ADDR(ONE, CELL(10), OPS_OF(1)), COPY(ONE, CELL(3)) },
	  .want = { { CELL(10), ADDR_OF }, { CELL(3), U32, 1 } } },
	{ "copy", { COPY(NEG, CELL(3)) }, .want = { { CELL(3), U32, (u32)-7 }, { CELL(3) + 4, U32, ~0u } } },
	{ "copy_of_odd_words", { COPY(CELL(21) + 4, CELL(3) + 4), COPY(ONE, CELL(4) + 4) },
	  .want = { { CELL(3), U32, ~0u }, { CELL(4), U32, ~0u }, { CELL(4) + 4, U32, 1 } } },
	{ "copy_skips_below_min", { COPY_MIN(ZERO, CELL(3), 1, 1), COPY(ONE, CELL(4)), COPY(ONE, CELL(5)) },
	  .want = { { CELL(3), U32, 0 }, { CELL(4), U32, ~0u }, { CELL(5), U32, 1 } } },
	{ "copy_goes_on_at_min", { COPY_MIN(ONE, CELL(3), 1, 1), COPY(ONE, CELL(4)), COPY(ONE, CELL(5)) },
	  .want = { { CELL(4), U32, 1 } } },
	{ "copy_min_is_unsigned", { COPY_MIN(ONE, CELL(3), 255, 1), COPY(ONE, CELL(4)) }, .want = { { CELL(4), U32, ~0u } } },
	{ "copy_value_is_signed", { COPY_MIN(NEG, CELL(3), 0, 1), COPY(ONE, CELL(4)) }, .want = { { CELL(4), U32, ~0u } } },
	{ "copy_extremes", /* the second is a difference that does not fit in 32 bits */
	  { COPY_MIN(CELL(23), CELL(3), 0, 1), COPY(ONE, CELL(4)), COPY_MIN(CELL(23), CELL(3), 1, 1), COPY(ONE, CELL(5)),
	    COPY_MIN(CELL(23) + 4, CELL(3), 1, 1), COPY(ONE, CELL(6)) },
	  .want = { { CELL(4), U32, ~0u }, { CELL(5), U32, 1 }, { CELL(6), U32, 1 } } },
	{ "unknown_kinds_are_addr", { { .a = ONE, .c = CELL(3) }, { .kind = 6, .a = ONE, .c = CELL(4) },
	    { .kind = 255, .a = ONE, .c = CELL(5) }, COPY(ONE, CELL(6)) },
	  .want = { { CELL(3), ADDR_OF }, { CELL(4), ADDR_OF }, { CELL(5), ADDR_OF }, { CELL(6), U32, 1 } } },
	{ "operands_out_of_range_wrap", { COPY(AREA + ONE, (AREA << 4) + CELL(3)), COPY(ONE, CELL(4)) },
	  .want = { { CELL(3), U32, 1 } } },
	{ "operands_are_cut_to_their_alignment", { COPY(ONE + 3, CELL(3) + 2) }, .want = { { CELL(3), U32, 1 } } },
	{ "operand_at_the_end_of_the_area",
	  { SYS(BPF_MAP_CREATE, 256, AREA - 8, CELL(9), 0), KSYM(256, AREA - 8, AREA - 8, 0),
	    FIND(256, AREA - 8, AREA - 8, 0), ADDR(AREA - 8, AREA - 8, 0) },
	  .want = { { AREA - 8, ADDR_OF } } },
	{ "steps_one_by_one", { COPY(ONE, CELL(3)), COPY(ONE, CELL(4)), COPY(ONE, CELL(5)) }, .steps = 5 },
};

/* A case ends where the rest of the table is zero. */
static u32 case_len(const struct lskel_op *ops)
{
	static const struct lskel_op none;
	u32 n = MAX_OPS;

	while (n && !memcmp(&ops[n - 1], &none, sizeof(none)))
		n--;
	return n;
}

static void put(u8 *blob, u32 off, u32 v)
{
	memcpy(blob + off, &v, 4);
}

/* The operations, then the end of the run. */
static void build(u8 *blob, const struct lskel_op *ops, u32 cnt)
{
	static const struct lskel_op end[] = { COPY(ZERO, offsetof(struct lskel_hdr, err)), COPY(ZERO, 0) };
	struct lskel_hdr hdr = { .magic = LSKEL_MAGIC, .pc = OPS, .unwind = OPS + OPS_OF(cnt + 1) };
	u32 i;

	memset(blob, 0, AREA);
	memset(blob + CELLS, 0xff, 256);
	put(blob, ONE, 1);
	put(blob, NEG, (u32)-7);
	put(blob, ZEROFD, 0);
	put(blob, ZEROFD + 4, 0);
	put(blob, CELL(23), 0x80000000u);
	put(blob, CELL(23) + 4, 0x7fffffffu);
	put(blob, ATTR, BPF_MAP_TYPE_ARRAY);
	put(blob, ATTR + 4, 4);
	put(blob, ATTR + 8, 8);
	put(blob, ATTR + 12, 1);
	strcpy((char *)blob + NAME, "task_struct");
	strcpy((char *)blob + NAME + 64, "no_such_type");
	strcpy((char *)blob + NAME + 128, "bpf_prog_put");
	for (i = 0; i < cnt; i++) {
		struct lskel_op op = ops[i];

		if (op.skip == HARD)
			op.skip = OPS_OF(cnt - i);
		memcpy(blob + OPS + OPS_OF(i), &op, sizeof(op));
	}
	memcpy(blob + OPS + OPS_OF(cnt), end, sizeof(end));
	memcpy(blob, &hdr, sizeof(hdr));
}

/* The cells that cases leave descriptors in. */
static void close_fds(const struct result *r)
{
	u32 i;

	for (i = 0; i < 6; i++)
		if ((int)cell(r, CELL(0) + 4 * i) > 2)
			close((int)cell(r, CELL(0) + 4 * i));
}

static void check_case(u32 n, enum gear gear)
{
	static u8 blob[AREA];
	int before = open_fds();
	struct result r;
	u32 i, cnt = case_len(cases[n].ops);

	build(blob, cases[n].ops, cnt);
	run(gear, blob, &r);

	if (r.hdr.err != cases[n].err || r.ret)
		print_error("%s, %s: err %d at %u, ret %#x\n", cases[n].name, gear_names[gear], r.hdr.err, r.hdr.at, r.ret);
	assert_int_equal(r.ret, 0);
	assert_int_equal(r.hdr.err, cases[n].err);
	if (cases[n].err)
		assert_int_equal(r.hdr.at, OPS + OPS_OF(cases[n].at));
	assert_int_equal(r.hdr.magic, 0);
	assert_int_equal(r.again, REFUSED);
	if (gear == GEAR_STEPPER && cases[n].steps)
		assert_int_equal(r.steps, cases[n].steps);
	for (i = 0; i < ARRAY_SIZE(cases[n].want) && cases[n].want[i].is; i++) {
		const struct want_cell *w = &cases[n].want[i];

		switch (w->is) {
		case FD:
			assert_true((int)cell(&r, w->off) > 2);
			assert_int_equal(fcntl((int)cell(&r, w->off), F_GETFD), FD_CLOEXEC);
			break;
		case U32:
			if (cell(&r, w->off) != w->val)
				print_error("%s, %s: cell %u\n", cases[n].name, gear_names[gear], (w->off - CELLS) / 8);
			assert_int_equal(cell(&r, w->off), w->val);
			break;
		case U64:
			assert_true(cell64(&r, w->off) == w->val);
			break;
		case ADDR_OF: /* a kernel address with the page offset of the operand */
			assert_true(cell64(&r, w->off) >> 63);
			assert_int_equal(cell64(&r, w->off) & 4095, (w->off < AREA - 8 ? ONE : w->off) & 4095);
			break;
		case NONZERO:
			assert_int_not_equal(cell(&r, w->off), 0);
			break;
		}
	}
	for (i = AREA; i < AREA + LSKEL_SLACK; i++)
		assert_int_equal(r.blob[i], 0x5a);
	close_fds(&r);
	munmap(r.blob, AREA + LSKEL_SLACK);
	assert_int_equal(open_fds(), before);
}

static bool may_bpf(void)
{
	int fd = make_map(64);
	struct utsname uts;
	int major, minor;

	if (fd < 0)
		return false;
	close(fd);
	return !uname(&uts) && sscanf(uts.release, "%d.%d", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 17));
}

/* Without a JIT the kernel refuses programs with callbacks, such as the loop. */
static enum gear last_gear(void)
{
	FILE *f = fopen("/proc/sys/net/core/bpf_jit_enable", "r");
	int on = f ? fgetc(f) : '1';

	if (f)
		fclose(f);
	return on == '0' ? GEAR_STEPPER : GEAR_LOOP;
}

#define NEED_BPF()                                                        \
	do {                                                              \
		if (!may_bpf()) {                                         \
			print_message("no permission for bpf(2), or Linux before 5.17\n");      \
			skip();                                           \
		}                                                         \
	} while (0)

static void stepper_executes(void **state)
{
	u32 n;

	(void)state;
	NEED_BPF();
	for (n = 0; n < ARRAY_SIZE(cases); n++)
		check_case(n, GEAR_STEPPER);
}

static void loop_executes(void **state)
{
	u32 n;

	(void)state;
	NEED_BPF();
	if (last_gear() != GEAR_LOOP) {
		print_message("no JIT\n");
		skip();
	}
	for (n = 0; n < ARRAY_SIZE(cases); n++)
		check_case(n, GEAR_LOOP);
}

/* Nothing may happen, whichever way the magic is wrong; the first operation would make a map. */
static void wrong_magic_is_refused(void **state)
{
	static const u32 magics[] = { 0, __builtin_bswap32(LSKEL_MAGIC), LSKEL_MAGIC + 1, LSKEL_MAGIC ^ 0x80000000u };
	static const struct lskel_op ops[] = { MAP_CREATE(CELL(0), HARD) };
	static u8 blob[AREA];
	int before = open_fds();
	enum gear gear;
	u32 i;

	(void)state;
	NEED_BPF();
	for (gear = GEAR_STEPPER; gear <= last_gear(); gear++) {
		for (i = 0; i < ARRAY_SIZE(magics); i++) {
			struct result r;

			build(blob, ops, 1);
			put(blob, 0, magics[i]);
			run(gear, blob, &r);
			assert_int_equal(r.ret, REFUSED);
			assert_int_equal(r.steps, 1);
			assert_int_equal(cell(&r, CELL(0)), ~0u);
			assert_int_equal(r.hdr.pc, OPS);
			munmap(r.blob, AREA + LSKEL_SLACK);
			assert_int_equal(open_fds(), before);
		}
	}
}

/* A pc outside of the area wraps into it as operands do: an operation is read there, nothing else happens. */
static void pc_out_of_range_stays_inside(void **state)
{
	static const u32 pcs[] = { AREA + OPS, 0x80000000u + OPS, OPS + 7 };
	static const struct lskel_op ops[] = { COPY(ONE, CELL(3)) };
	static u8 blob[AREA];
	enum gear gear;
	u32 i;

	(void)state;
	NEED_BPF();
	for (gear = GEAR_STEPPER; gear <= last_gear(); gear++) {
		for (i = 0; i < ARRAY_SIZE(pcs); i++) {
			struct result r;

			build(blob, ops, 1);
			put(blob, 4, pcs[i]);
			run(gear, blob, &r);
			assert_int_equal(r.ret, 0);
			assert_int_equal(cell(&r, CELL(3)), 1);
			munmap(r.blob, AREA + LSKEL_SLACK);
		}
	}
}

/* The verifier takes the program for every area, the largest mask included. */
static void every_area_loads(void **state)
{
	u32 area;

	(void)state;
	NEED_BPF();
	for (area = 64; area <= 1u << 29; area <<= 1) {
		enum gear gear;
		/* a map of half a GiB is more than a test should take */
		int map_fd = area <= 1u << 24 ? make_map(area + LSKEL_SLACK) : -1;

		for (gear = GEAR_STEPPER; map_fd >= 0 && gear <= last_gear(); gear++) {
			int fd = load(gear, area, map_fd, BPF_F_STRICT_ALIGNMENT);

			assert_true(fd >= 0);
			close(fd);
		}
		if (map_fd >= 0)
			close(map_fd);
	}
}

/*
 * What loading it costs: the verifier says how many instructions it has walked. It should walk few twice; the first
 * version walked 188 for 109.
 */
static void verifier_walks_it_once(void **state)
{
	static char log[4096];
	union bpf_attr attr;
	struct loader ld;
	unsigned int walked;
	const char *s;
	int map_fd, fd;

	(void)state;
	NEED_BPF();
	map_fd = make_map(AREA + LSKEL_SLACK);
	assert_true(map_fd >= 0);
	assert_int_equal(loader_make(GEAR_STEPPER, false, AREA, &ld), 0);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.insns = (u64)(uintptr_t)ld.insns;
	attr.insn_cnt = ld.insns_sz / 8;
	attr.license = (u64)(uintptr_t)"Dual BSD/GPL";
	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.fd_array = (u64)(uintptr_t)&map_fd;
	attr.log_level = 4; /* statistics */
	attr.log_buf = (u64)(uintptr_t)log;
	attr.log_size = sizeof(log);
	fd = bpf(BPF_PROG_LOAD, &attr, 128);
	assert_true(fd >= 0);
	s = strstr(log, "processed ");
	assert_non_null(s);
	assert_int_equal(sscanf(s, "processed %u insns", &walked), 1);
	if (walked > attr.insn_cnt * 5 / 4)
		print_error("%u instructions, %u walked\n", attr.insn_cnt, walked);
	assert_true(walked >= attr.insn_cnt - 1 && walked <= attr.insn_cnt * 5 / 4);
	loader_free(&ld);
	close(fd);
	close(map_fd);
}

/* A mask one size too large is what the verifier must not let through: the masks are what bounds the accesses. */
static void mask_too_large_is_rejected(void **state)
{
	int map_fd;
	union bpf_attr attr;
	struct loader ld;

	(void)state;
	NEED_BPF();
	map_fd = make_map(AREA + LSKEL_SLACK);
	assert_true(map_fd >= 0);
	assert_int_equal(loader_make(GEAR_STEPPER, false, 2 * AREA, &ld), 0);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.insns = (u64)(uintptr_t)ld.insns;
	attr.insn_cnt = ld.insns_sz / 8;
	attr.license = (u64)(uintptr_t)"Dual BSD/GPL";
	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.fd_array = (u64)(uintptr_t)&map_fd;
	assert_int_equal(bpf(BPF_PROG_LOAD, &attr, 128), -EACCES);
	loader_free(&ld);
	close(map_fd);
}

static void make_rejects_bad_areas(void **state)
{
	static const u32 bad[] = { 0, 1, 32, 63, 65, 4095, 4097, 3 << 20, (1u << 29) + 1, 1u << 30, 1u << 31, ~0u };
	struct loader ld = { .insns_sz = 77 };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(loader_make(GEAR_STEPPER, false, bad[i], &ld), -EINVAL);
		assert_int_equal(ld.insns_sz, 77);
	}
	assert_int_equal(loader_make((enum gear)2, false, AREA, &ld), -EINVAL);
	loader_free(NULL);
}

/* Two areas give the same program but for the masks, and no placeholder is left; in either byte order. */
static void only_the_masks_differ(void **state)
{
	int gear, big;

	(void)state;
	for (gear = GEAR_STEPPER; gear <= GEAR_LOOP; gear++) {
		for (big = 0; big < 2; big++) {
			struct loader x, y;
			u32 off, masks = 0;

			assert_int_equal(loader_make(gear, big, 4096, &x), 0);
			assert_int_equal(loader_make(gear, big, 1 << 20, &y), 0);
			assert_int_equal(x.insns_sz, y.insns_sz);
			assert_true(x.insns_sz % 8 == 0 && x.insns_sz <= 128 * 8);
			for (off = 0; off < x.insns_sz; off += 8) {
				u32 imm = get32(x.insns + off + 4, big);

				assert_memory_equal(x.insns + off, y.insns + off, 4);
				assert_int_not_equal(imm >> 16, 0x7ead);
				if (imm == get32(y.insns + off + 4, big))
					continue;
				assert_true(x.insns[off] == 0x57); /* r &= imm */
				assert_true(imm == 4096 - 8 || imm == 4096 - 4);
				assert_int_equal(get32(y.insns + off + 4, big) - imm, (1 << 20) - 4096);
				masks++;
			}
			assert_int_equal(masks, 4); /* pc, a, and c in two ways */
			assert_int_equal(!!x.btf, gear == GEAR_LOOP);
			assert_int_equal(!!x.func_info_sz, gear == GEAR_LOOP);
			loader_free(&x);
			loader_free(&y);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make_rejects_bad_areas),
		cmocka_unit_test(only_the_masks_differ),
		cmocka_unit_test(stepper_executes),
		cmocka_unit_test(loop_executes),
		cmocka_unit_test(wrong_magic_is_refused),
		cmocka_unit_test(pc_out_of_range_stays_inside),
		cmocka_unit_test(every_area_loads),
		cmocka_unit_test(mask_too_large_is_rejected),
		cmocka_unit_test(verifier_walks_it_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
