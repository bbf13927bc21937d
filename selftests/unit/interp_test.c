// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The interpreter: each instruction against what C says, and against the running kernel where it lets us. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <cmocka.h>

#include "kernel/interp/interp.h"

#define K(code, dst, src, off, imm) ((struct insn){ code, dst, src, off, imm })
#define EXIT K(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define MOV(dst, imm) K(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define MOVR(dst, src) K(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define CALL(id) K(BPF_JMP | BPF_CALL, 0, 0, 0, id)
#define LOAD(size, dst, src, off) K(BPF_LDX | BPF_MEM | size, dst, src, off, 0)
#define STORE(size, dst, src, off) K(BPF_STX | BPF_MEM | size, dst, src, off, 0)

static const u64 numbers[] = {
	0,
	1,
	2,
	7,
	31,
	32,
	33,
	63,
	64,
	0x7f,
	0x80,
	0xff,
	0x7fff,
	0x8000,
	0xffff,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x123456789abcdef0,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffffffff80000000,
	0xfffffffffffffffe,
	0xffffffffffffffff,
};

/* name, op bits, off, what C says for 64 bits, and for 32 bits */
#define ALU_OPS(X)                                                                                           \
	X(add, BPF_ADD, 0, a + b, c + d)                                                                     \
	X(sub, BPF_SUB, 0, a - b, c - d)                                                                     \
	X(mul, BPF_MUL, 0, a *b, c *d)                                                                       \
	X(div, BPF_DIV, 0, b ? a / b : 0, d ? c / d : 0)                                                     \
	X(mod, BPF_MOD, 0, b ? a % b : a, d ? c % d : c)                                                     \
	X(sdiv, BPF_DIV, 1,                                                                                  \
	  !b	       ? 0                                                                                   \
	  : b == ~0ull ? 0 - a                                                                               \
		       : (u64)((s64)a / (s64)b),                                                             \
	  !d	     ? 0                                                                                     \
	  : d == ~0u ? 0 - c                                                                                 \
		     : (u32)((s32)c / (s32)d))                                                               \
	X(smod, BPF_MOD, 1,                                                                                  \
	  !b	       ? a                                                                                   \
	  : b == ~0ull ? 0                                                                                   \
		       : (u64)((s64)a % (s64)b),                                                             \
	  !d	     ? c                                                                                     \
	  : d == ~0u ? 0                                                                                     \
		     : (u32)((s32)c % (s32)d))                                                               \
	X(or, BPF_OR, 0, a | b, c | d)                                                                       \
	X(and, BPF_AND, 0, a &b, c &d)                                                                       \
	X(xor, BPF_XOR, 0, a ^ b, c ^ d)                                                                     \
	X(lsh, BPF_LSH, 0, a << (b & 63), c << (d & 31))                                                     \
	X(rsh, BPF_RSH, 0, a >> (b & 63), c >> (d & 31))                                                     \
	X(arsh, BPF_ARSH, 0, (u64)((s64)a >> (b & 63)), (u32)((s32)c >> (d & 31)))                           \
	X(mov, BPF_MOV, 0, b, d)                                                                             \
	X(movsx8, BPF_MOV, 8, (u64)(s64)(s8)b, (u32)(s32)(s8)d)                                              \
	X(movsx16, BPF_MOV, 16, (u64)(s64)(s16)b, (u32)(s32)(s16)d)

#define X(name, op, off, wide, narrow)                                                                       \
	static u64 wide_##name(u64 a, u64 b)                                                                 \
	{                                                                                                    \
		(void)a;                                                                                     \
		(void)b;                                                                                     \
		return wide;                                                                                 \
	}                                                                                                    \
	static u32 narrow_##name(u32 c, u32 d)                                                               \
	{                                                                                                    \
		(void)c;                                                                                     \
		(void)d;                                                                                     \
		return narrow;                                                                               \
	}
ALU_OPS(X)
#undef X

static const struct alu_op {
	const char *name;
	u8 op;
	s16 off;
	u64 (*wide)(u64, u64);
	u32 (*narrow)(u32, u32);
} alu_ops[] = {
#define X(name, op, off, wide, narrow) { #name, op, off, wide_##name, narrow_##name },
	ALU_OPS(X)
#undef X
};

static void alu_is_as_in_c(void **state)
{
	u32 i, j, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(alu_ops); i++) {
		const struct alu_op *o = &alu_ops[i];

		for (j = 0; j < ARRAY_SIZE(numbers); j++) {
			for (k = 0; k < ARRAY_SIZE(numbers); k++) {
				const u64 a = numbers[j], b = numbers[k];
				const u64 imm = (u64)(s64)(s32)b;
				u64 v = a;

				assert_true(
					interp_alu(&K(BPF_ALU64 | BPF_X | o->op, 1, 2, o->off, 0), &v, b));
				if (v != o->wide(a, b))
					fail_msg("%s %llx, %llx: %llx", o->name, (long long)a, (long long)b,
						 (long long)v);
				v = a;
				assert_true(interp_alu(&K(BPF_ALU | BPF_X | o->op, 1, 2, o->off, 0), &v, b));
				if (v != o->narrow((u32)a, (u32)b))
					fail_msg("%s32 %llx, %llx: %llx", o->name, (long long)a, (long long)b,
						 (long long)v);
				v = a;
				/* movsx has no form with a constant */
				assert_int_equal(
					interp_alu(&K(BPF_ALU64 | BPF_K | o->op, 1, 0, o->off, (s32)b), &v,
						   77),
					o->off <= 1);
				if (o->off <= 1)
					assert_int_equal(v, o->wide(a, imm));
			}
		}
	}
}

static const struct {
	const char *name;
	struct insn insn;
	u64 in, out;
} unary[] = {
	{ "neg", K(BPF_ALU64 | BPF_NEG, 1, 0, 0, 0), 5, (u64)-5 },
	{ "neg32", K(BPF_ALU | BPF_NEG, 1, 0, 0, 0), 5, (u32)-5 },
	{ "bswap16", K(BPF_ALU64 | BPF_END, 1, 0, 0, 16), 0x1122334455667788, 0x8877 },
	{ "bswap32", K(BPF_ALU64 | BPF_END, 1, 0, 0, 32), 0x1122334455667788, 0x88776655 },
	{ "bswap64", K(BPF_ALU64 | BPF_END, 1, 0, 0, 64), 0x1122334455667788, 0x8877665544332211 },
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	{ "le16", K(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 16), 0x1122334455667788, 0x7788 },
	{ "le64", K(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 64), 0x1122334455667788, 0x1122334455667788 },
	{ "be16", K(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 16), 0x1122334455667788, 0x8877 },
	{ "be32", K(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 32), 0x1122334455667788, 0x88776655 },
	{ "be64", K(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 64), 0x1122334455667788, 0x8877665544332211 },
#endif
};

static void unary_operations(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(unary); i++) {
		u64 v = unary[i].in;

		assert_true(interp_alu(&unary[i].insn, &v, 99));
		if (v != unary[i].out)
			fail_msg("%s: %llx", unary[i].name, (long long)v);
	}
}

static void conditions_are_as_in_c(void **state)
{
	static const struct { u8 op; char cmp; bool is_signed; } conds[] = {
		{ BPF_JEQ, '=', false }, { BPF_JNE, '!', false }, { BPF_JGT, '>', false },
		  { BPF_JGE, 'g', false },
		{ BPF_JLT, '<', false }, { BPF_JLE, 'l', false }, { BPF_JSET, '&', false },
		  { BPF_JSGT, '>', true },
		{ BPF_JSGE, 'g', true }, { BPF_JSLT, '<', true }, { BPF_JSLE, 'l', true },
	};
	u32 i, j, k, wide;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(conds); i++)
	for (j = 0; j < ARRAY_SIZE(numbers); j++)
	for (k = 0; k < ARRAY_SIZE(numbers); k++)
	for (wide = 0; wide < 2; wide++) {
		const u64 a = wide ? numbers[j] : (u32)numbers[j], b = wide ? numbers[k] : (u32)numbers[k];
		const __int128 x = conds[i].is_signed ? (wide ? (s64)a : (s32)a) : (__int128)a;
		const __int128 y = conds[i].is_signed ? (wide ? (s64)b : (s32)b) : (__int128)b;
		const int want = conds[i].cmp == '='   ? x == y
				 : conds[i].cmp == '!' ? x != y
				 : conds[i].cmp == '>' ? x > y
				 : conds[i].cmp == 'g' ? x >= y
				 : conds[i].cmp == '<' ? x < y
				 : conds[i].cmp == 'l' ? x <= y
						       : (a & b) != 0;

		assert_int_equal(
			interp_cond(&K((wide ? BPF_JMP : BPF_JMP32) | BPF_X | conds[i].op, 1, 2, 3, 0),
				    numbers[j], numbers[k]),
			want);
	}
}

/* Helpers of these tests: 1 stores its argument, 2 calls back, 3 stops. */
static u64 seen;

static u64 helper_see(struct interp *in, const u64 arg[5])
{
	(void)in;
	seen = arg[0];
	return arg[0] + arg[4];
}

static u64 helper_back(struct interp *in, const u64 arg[5])
{
	const u64 args[5] = { 20, arg[1] };

	return interp_call(in, arg[0], args);
}

static u64 helper_stop(struct interp *in, const u64 arg[5])
{
	(void)arg;
	return interp_stop(in, -EPERM, "enough");
}

static interp_helper helpers(u32 id)
{
	static const interp_helper all[] = { NULL, helper_see, helper_back, helper_stop };

	return id < ARRAY_SIZE(all) ? all[id] : NULL;
}

static struct interp in;
static struct { u64 a, b, out; u8 more[40]; } ctx;

static int run(const struct insn *insns, u32 cnt, u64 *ret)
{
	memset(&in, 0, sizeof(in));
	in.insns = insns;
	in.insn_cnt = cnt;
	in.budget = 100000000;
	in.helper = helpers;
	interp_region(&in, &ctx, sizeof(ctx), true, "ctx");
	return interp_run(&in, (u64)(uintptr_t)&ctx, ret);
}

static const struct {
	const char *name;
	struct insn insns[16];
	u32 cnt;
	int err;
	u64 ret;
	const char *msg; /* its beginning */
} progs[] = {
	{ "exit", { MOV(0, -3), EXIT }, 2, 0, (u64)-3, "" },
	{ "ld_imm64",
	  { K(0x18, 0, 0, 0, 0x55667788), K(0, 0, 0, 0, 0x11223344), EXIT },
	  3,
	  0,
	  0x1122334455667788,
	  "" },
	{ "ja", { K(BPF_JMP | BPF_JA, 0, 0, 1, 0), EXIT, MOV(0, 4), EXIT }, 4, 0, 4, "" },
	{ "gotol",
	  { MOV(0, 1), K(BPF_JMP32 | BPF_JA, 0, 0, 0, 1), EXIT, MOV(0, 5),
	    K(BPF_JMP32 | BPF_JA, 0, 0, 0, -3) },
	  5,
	  0,
	  5,
	  "" },
	{ "may_goto",
	  { MOV(0, 0), K(BPF_JMP | 0xe0, 0, 0, 2, 0), K(BPF_ALU64 | BPF_ADD, 0, 0, 0, 1),
	    K(BPF_JMP | BPF_JA, 0, 0, -3, 0), EXIT },
	  5,
	  0,
	  INTERP_MAY_GOTO,
	  "" },
	{ "helper", { MOV(1, 7), MOV(5, 2), CALL(1), EXIT }, 4, 0, 9, "" },
	{ "call",
	  { MOV(1, 3), MOV(6, 100), K(BPF_JMP | BPF_CALL, 0, 1, 0, 2),
	    K(BPF_ALU64 | BPF_ADD | BPF_X, 0, 6, 0, 0), EXIT, MOVR(0, 1), MOV(6, 0), EXIT },
	  8,
	  0,
	  103,
	  "" },
	{ "stack_is_each_function's",
	  { K(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 5), K(BPF_JMP | BPF_CALL, 0, 1, 0, 2),
	    LOAD(BPF_DW, 0, 10, -8), EXIT, K(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 6), MOV(0, 0), EXIT },
	  7,
	  0,
	  5,
	  "" },
	{ "callback",
	  { K(0x18, 1, 4, 0, 3), K(0, 0, 0, 0, 0), CALL(2), EXIT, MOVR(0, 1),
	    K(BPF_ALU64 | BPF_ADD, 0, 0, 0, 2), EXIT },
	  7,
	  0,
	  22,
	  "" },
	{ "ldsx",
	  { K(BPF_ST | BPF_MEM | BPF_B, 10, 0, -1, 0x80), K(BPF_LDX | 0x80 | BPF_B, 0, 10, -1, 0), EXIT },
	  3,
	  0,
	  (u64)-128,
	  "" },
	{ "ldsx_w",
	  { K(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, -2), K(BPF_LDX | 0x80 | BPF_W, 0, 10, -4, 0), EXIT },
	  3,
	  0,
	  (u64)-2,
	  "" },
	{ "st_extends_its_sign",
	  { K(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, -2), LOAD(BPF_DW, 0, 10, -8), EXIT },
	  3,
	  0,
	  (u64)-2,
	  "" },
	{ "store_release_load_acquire",
	  { MOV(1, 77), K(BPF_STX | 0xc0 | BPF_H, 10, 1, -2, 0x110),
	    K(BPF_STX | 0xc0 | BPF_H, 0, 10, -2, 0x100), EXIT },
	  4,
	  0,
	  77,
	  "" },
	{ "through_a_pointer_in_memory",
	  { STORE(BPF_DW, 10, 1, -8), LOAD(BPF_DW, 2, 10, -8), LOAD(BPF_DW, 0, 2, 8), EXIT },
	  4,
	  0,
	  11,
	  "" },
	{ "read_beyond_ctx",
	  { LOAD(BPF_DW, 0, 1, 60), EXIT },
	  2,
	  -EFAULT,
	  0,
	  "insn 0: read of 8 bytes at 0x" },
	{ "write_below_ctx",
	  { MOV(2, 0), STORE(BPF_B, 1, 2, -1), EXIT },
	  3,
	  -EFAULT,
	  0,
	  "insn 1: write of 1 bytes at 0x" },
	{ "null",
	  { MOV(2, 0), LOAD(BPF_W, 0, 2, 8), EXIT },
	  3,
	  -EFAULT,
	  0,
	  "insn 1: read of 4 bytes at 0x8: in nothing that the program may touch" },
	{ "below_the_stack", { LOAD(BPF_DW, 0, 10, -520), EXIT }, 2, -EFAULT, 0, "insn 0: read of 8 bytes" },
	{ "above_the_stack", { LOAD(BPF_DW, 0, 10, 0), EXIT }, 2, -EFAULT, 0, "insn 0: read of 8 bytes" },
	{ "endless",
	  { MOV(0, 0), K(BPF_JMP | BPF_JA, 0, 0, -1, 0) },
	  2,
	  -ELOOP,
	  0,
	  "insn 1: the program does not end" },
	{ "no_exit",
	  { MOV(0, 0) },
	  1,
	  -EINVAL,
	  0,
	  "insn 0: jump or fall to instruction 1, which is not there" },
	{ "jump_out",
	  { K(BPF_JMP | BPF_JA, 0, 0, 100, 0), EXIT },
	  2,
	  -EINVAL,
	  0,
	  "insn 0: jump or fall to instruction 101" },
	{ "recursion",
	  { K(BPF_JMP | BPF_CALL, 0, 1, 0, -1), EXIT },
	  2,
	  -E2BIG,
	  0,
	  "insn 0: more than 8 calls deep" },
	{ "no_such_helper", { MOV(0, 0), CALL(9), EXIT }, 3, -EINVAL, 0, "insn 1: call of helper 9, which" },
	{ "kfunc",
	  { K(BPF_JMP | BPF_CALL, 0, 2, 0, 77), EXIT },
	  2,
	  -EINVAL,
	  0,
	  "insn 0: call of a kernel function (BTF id 77)" },
	{ "helper_stops", { CALL(3), EXIT }, 2, -EPERM, 0, "insn 0: enough" },
	{ "no_such_code",
	  { K(0xff, 0, 0, 0, 0), EXIT },
	  2,
	  -EINVAL,
	  0,
	  "insn 0: no such instruction: code 0xff" },
	{ "register_11",
	  { K(BPF_ALU64 | BPF_MOV | BPF_X, 0, 11, 0, 0), EXIT },
	  2,
	  -EINVAL,
	  0,
	  "insn 0: no such instruction" },
	{ "frame_pointer_is_read_only", { MOV(10, 0), EXIT }, 2, -EINVAL, 0, "insn 0: no such instruction" },
	{ "half_ld_imm64", { K(0x18, 0, 0, 0, 1) }, 1, -EINVAL, 0, "insn 0: no such instruction: code 0x18" },
	{ "unresolved_map",
	  { K(0x18, 0, 5, 0, 0), K(0, 0, 0, 0, 0), EXIT },
	  3,
	  -EINVAL,
	  0,
	  "insn 0: ld_imm64 of kind 5" },
	{ "callback_that_is_none",
	  { MOV(1, 3), CALL(2), EXIT },
	  3,
	  -EINVAL,
	  0,
	  "insn 1: call of 0x3, which is no function" },
	{ "unaligned_atomic",
	  { MOV(2, 1), K(BPF_STX | 0xc0 | BPF_W, 10, 2, -7, BPF_ADD), EXIT },
	  3,
	  -EFAULT,
	  0,
	  "insn 1: atomic access to an address that is not a multiple of 4" },
};

static void programs(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(progs); i++) {
		u64 ret = 0;
		int err;

		ctx.b = 11;
		err = run(progs[i].insns, progs[i].cnt, &ret);
		if (err != progs[i].err || (!err && ret != progs[i].ret) ||
		    strncmp(in.err.msg, progs[i].msg, strlen(progs[i].msg)))
			fail_msg("%s: %d, R0 %llx: %s", progs[i].name, err, (long long)ret, in.err.msg);
	}
}

static void read_only_is_not_written(void **state)
{
	static const u64 constant = 3;
	const struct insn insns[] = { LOAD(BPF_DW, 2, 1, 0), LOAD(BPF_DW, 0, 2, 0), STORE(BPF_W, 2, 0, 0),
				      EXIT };
	u64 ret;

	(void)state;
	memset(&in, 0, sizeof(in));
	in = (struct interp){ .insns = insns, .insn_cnt = 4, .budget = 10 };
	ctx.a = (u64)(uintptr_t)&constant;
	interp_region(&in, &ctx, sizeof(ctx), true, "ctx");
	interp_region(&in, &constant, sizeof(constant), false, "constant");
	assert_int_equal(interp_run(&in, (u64)(uintptr_t)&ctx, &ret), -EFAULT);
	assert_non_null(strstr(in.err.msg, "insn 2: write of 4 bytes at "));
	assert_non_null(strstr(in.err.msg, ": constant+0, which has 8 bytes and is read-only"));
}

/* The same program on the running kernel: out = a OP b, by way of the context. */
struct kinsn { u8 code, regs; s16 off; s32 imm; };

static int kernel_load(const struct insn *insns, u32 cnt)
{
	struct kinsn k[32];
	union bpf_attr attr;
	u32 i;

	for (i = 0; i < cnt; i++) {
		const u8 lo = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? insns[i].dst : insns[i].src;
		const u8 hi = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? insns[i].src : insns[i].dst;

		k[i] = (struct kinsn){ insns[i].code, (u8)(lo | hi << 4), insns[i].off, insns[i].imm };
	}
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.insns = (u64)(uintptr_t)k;
	attr.insn_cnt = cnt;
	attr.license = (u64)(uintptr_t)"GPL";
	return (int)syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int kernel_run(int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (u32)fd;
	attr.test.ctx_in = (u64)(uintptr_t)&ctx;
	attr.test.ctx_size_in = sizeof(ctx);
	return (int)syscall(__NR_bpf, BPF_PROG_RUN, &attr, sizeof(attr));
}

static u32 cases;

static void same_as_kernel(const char *name, const struct insn *insns, u32 cnt)
{
	const int fd = kernel_load(insns, cnt);
	u64 ret, out;
	u8 more[sizeof(ctx.more)];
	u32 j, k;

	if (fd < 0 && errno == EINVAL) /* older than the instruction: its own test */
		return;
	if (fd < 0)
		fail_msg("%s: the kernel does not load it: %d", name, errno);
	for (j = 0; j < ARRAY_SIZE(numbers); j++) {
		for (k = 0; k < ARRAY_SIZE(numbers); k++) {
			memset(&ctx, 0, sizeof(ctx));
			ctx.a = numbers[j];
			ctx.b = numbers[k];
			assert_int_equal(kernel_run(fd), 0);
			out = ctx.out;
			memcpy(more, ctx.more, sizeof(more));
			memset(&ctx.out, 0, sizeof(ctx) - 16);
			assert_int_equal(run(insns, cnt, &ret), 0);
			if (ctx.out != out || memcmp(more, ctx.more, sizeof(more)))
				fail_msg("%s %llx, %llx: kernel %llx, interpreter %llx", name,
					 (long long)numbers[j], (long long)numbers[k], (long long)out,
					 (long long)ctx.out);
			cases++;
		}
	}
	close(fd);
}

static bool may_bpf(void)
{
	const struct insn insns[] = { MOV(0, 0), EXIT };
	const int fd = kernel_load(insns, 2);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void alu_is_as_in_the_kernel(void **state)
{
	u32 i, wide;

	(void)state;
	if (!may_bpf())
		skip();
	cases = 0;
	for (i = 0; i < ARRAY_SIZE(alu_ops); i++) {
		for (wide = 0; wide < 2; wide++) {
			const u8 class = wide ? BPF_ALU64 : BPF_ALU;
			const struct insn insns[] = {
				MOVR(6, 1), LOAD(BPF_DW, 2, 6, 0), LOAD(BPF_DW, 3, 6, 8),
				K(class | BPF_X | alu_ops[i].op, 2, 3, alu_ops[i].off, 0),
				STORE(BPF_DW, 6, 2, 16), MOV(0, 0), EXIT,
			};

			same_as_kernel(alu_ops[i].name, insns, ARRAY_SIZE(insns));
		}
	}
	for (i = 0; i < ARRAY_SIZE(unary); i++) {
		struct insn op = unary[i].insn;
		struct insn insns[] = { MOVR(6, 1), LOAD(BPF_DW, 2, 6, 0),
					op,	    STORE(BPF_DW, 6, 2, 16),
					MOV(0, 0),  EXIT };

		insns[2].dst = 2;
		same_as_kernel(unary[i].name, insns, ARRAY_SIZE(insns));
	}
	print_message("# %u cases compared with the kernel\n", cases);
	assert_true(cases > 10000);
}

static void conditions_are_as_in_the_kernel(void **state)
{
	static const u8 ops[] = { BPF_JEQ,  BPF_JNE,  BPF_JGT,	BPF_JGE,  BPF_JLT, BPF_JLE,
				  BPF_JSET, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE };
	u32 i, wide;

	(void)state;
	if (!may_bpf())
		skip();
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (wide = 0; wide < 2; wide++) {
			const struct insn insns[] = {
				MOVR(6, 1), LOAD(BPF_DW, 2, 6, 0), LOAD(BPF_DW, 3, 6, 8), MOV(4, 1),
				K((wide ? BPF_JMP : BPF_JMP32) | BPF_X | ops[i], 2, 3, 1, 0), MOV(4, 2),
				STORE(BPF_DW, 6, 4, 16), MOV(0, 0), EXIT,
			};

			same_as_kernel("jump", insns, ARRAY_SIZE(insns));
		}
	}
}

static void atomics_are_as_in_the_kernel(void **state)
{
	static const s32 ops[] = { BPF_ADD,
				   BPF_OR,
				   BPF_AND,
				   BPF_XOR,
				   BPF_ADD | BPF_FETCH,
				   BPF_OR | BPF_FETCH,
				   BPF_AND | BPF_FETCH,
				   BPF_XOR | BPF_FETCH,
				   BPF_XCHG,
				   BPF_CMPXCHG };
	u32 i, wide;

	(void)state;
	if (!may_bpf())
		skip();
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (wide = 0; wide < 2; wide++) {
			const struct insn insns[] = {
				MOVR(6, 1),
				LOAD(BPF_DW, 2, 6, 0),
				LOAD(BPF_DW, 3, 6, 8),
				STORE(BPF_DW, 10, 2, -8),
				MOV(0, 1),
				K(BPF_STX | 0xc0 | (wide ? BPF_DW : BPF_W), 10, 3, -8, ops[i]),
				STORE(BPF_DW, 6, 0, 24),
				STORE(BPF_DW, 6, 3, 16),
				LOAD(BPF_DW, 2, 10, -8),
				STORE(BPF_DW, 6, 2, 32),
				MOV(0, 0),
				EXIT,
			};

			same_as_kernel("atomic", insns, ARRAY_SIZE(insns));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alu_is_as_in_c),
		cmocka_unit_test(unary_operations),
		cmocka_unit_test(conditions_are_as_in_c),
		cmocka_unit_test(programs),
		cmocka_unit_test(read_only_is_not_written),
		cmocka_unit_test(alu_is_as_in_the_kernel),
		cmocka_unit_test(conditions_are_as_in_the_kernel),
		cmocka_unit_test(atomics_are_as_in_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
