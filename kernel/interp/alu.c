// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What instructions do to numbers. Signed overflow is as in two's complement, division by zero gives zero. */
#include "interp.h"

#include <linux/bpf.h>

enum { DIV_SIGNED = 1 }; /* in `off` */

static u64 sext(u64 v, u32 bits)
{
	return (u64)((s64)(v << (64 - bits)) >> (64 - bits));
}

static u64 div64(u64 a, u64 b, bool is_signed)
{
	if (!b)
		return 0;
	if (!is_signed)
		return a / b;
	return b == ~0ull ? -a : (u64)((s64)a / (s64)b);
}

static u64 mod64(u64 a, u64 b, bool is_signed)
{
	if (!b)
		return a;
	if (!is_signed)
		return a % b;
	return b == ~0ull ? 0 : (u64)((s64)a % (s64)b);
}

/* BPF_END: class ALU: to little (K) or big (X) endian; class ALU64: swap whatever the machine is. */
static bool alu_end(const struct insn *insn, u64 *dst)
{
	const bool is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	bool swap = true;

	if (BPF_CLASS(insn->code) == BPF_ALU)
		swap = (BPF_SRC(insn->code) == BPF_TO_BE) != is_big;
	else if (BPF_SRC(insn->code))
		return false;
	if (insn->off || insn->src)
		return false;
	switch (insn->imm) {
	case 16: *dst = swap ? __builtin_bswap16((u16)*dst) : (u16)*dst; return true;
	case 32: *dst = swap ? __builtin_bswap32((u32)*dst) : (u32)*dst; return true;
	case 64: *dst = swap ? __builtin_bswap64(*dst) : *dst; return true;
	}
	return false;
}

bool interp_alu(const struct insn *insn, u64 *dst, u64 src)
{
	const bool wide = BPF_CLASS(insn->code) == BPF_ALU64, by_reg = BPF_SRC(insn->code) == BPF_X;
	const u32 op = BPF_OP(insn->code), mask = wide ? 63 : 31;
	const bool is_div = op == BPF_DIV || op == BPF_MOD;
	u64 a = *dst, b = by_reg ? src : (u64)(s64)insn->imm;

	if (op == BPF_END)
		return alu_end(insn, dst);
	if (by_reg ? insn->imm != 0 : insn->src != 0)
		return false;
	if (insn->off && !(is_div && insn->off == DIV_SIGNED) && !(op == BPF_MOV && by_reg))
		return false;
	if (!wide) {
		a = (u32)a;
		b = (u32)b;
		if (is_div && insn->off) {
			a = sext(a, 32);
			b = sext(b, 32);
		}
	}
	switch (op) {
	case BPF_ADD: a += b; break;
	case BPF_SUB: a -= b; break;
	case BPF_MUL: a *= b; break;
	case BPF_OR: a |= b; break;
	case BPF_AND: a &= b; break;
	case BPF_XOR: a ^= b; break;
	case BPF_LSH: a <<= b & mask; break;
	case BPF_RSH: a >>= b & mask; break;
	case BPF_ARSH: a = (u64)((s64)(wide ? a : sext(a, 32)) >> (b & mask)); break;
	case BPF_DIV: a = div64(a, b, insn->off); break;
	case BPF_MOD: a = mod64(a, b, insn->off); break;
	case BPF_NEG:
		if (by_reg || insn->imm)
			return false;
		a = -a;
		break;
	case BPF_MOV:
		if (insn->off && insn->off != 8 && insn->off != 16 && (insn->off != 32 || !wide))
			return false;
		a = insn->off ? sext(b, (u32)insn->off) : b;
		break;
	default:
		return false;
	}
	*dst = wide ? a : (u32)a;
	return true;
}

int interp_cond(const struct insn *insn, u64 dst, u64 src)
{
	const bool wide = BPF_CLASS(insn->code) == BPF_JMP, by_reg = BPF_SRC(insn->code) == BPF_X;
	u64 a = dst, b = by_reg ? src : (u64)(s64)insn->imm;
	s64 sa, sb;

	if (by_reg ? insn->imm != 0 : insn->src != 0)
		return -1;
	if (!wide) {
		a = (u32)a;
		b = (u32)b;
	}
	sa = wide ? (s64)a : (s32)a;
	sb = wide ? (s64)b : (s32)b;
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ: return a == b;
	case BPF_JNE: return a != b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	case BPF_JLT: return a < b;
	case BPF_JLE: return a <= b;
	case BPF_JSET: return (a & b) != 0;
	case BPF_JSGT: return sa > sb;
	case BPF_JSGE: return sa >= sb;
	case BPF_JSLT: return sa < sb;
	case BPF_JSLE: return sa <= sb;
	}
	return -1;
}

/* Nobody else runs here, so nothing needs to be atomic. */
bool interp_atomic(const struct insn *insn, void *p, u64 *reg, u64 *r0)
{
	const bool wide = BPF_SIZE(insn->code) == BPF_DW;
	const u64 old = wide ? *(u64 *)p : *(u32 *)p, src = wide ? *reg : (u32)*reg;
	u64 val;

	switch (insn->imm & ~BPF_FETCH) {
	case BPF_ADD: val = old + src; break;
	case BPF_OR: val = old | src; break;
	case BPF_AND: val = old & src; break;
	case BPF_XOR: val = old ^ src; break;
	case BPF_XCHG & ~BPF_FETCH:
		if (!(insn->imm & BPF_FETCH))
			return false;
		val = src;
		break;
	case BPF_CMPXCHG & ~BPF_FETCH:
		if (!(insn->imm & BPF_FETCH))
			return false;
		val = old == (wide ? *r0 : (u32)*r0) ? src : old;
		break;
	default:
		return false;
	}
	if (wide)
		*(u64 *)p = val;
	else
		*(u32 *)p = (u32)val;
	if (insn->imm == BPF_CMPXCHG)
		*r0 = old;
	else if (insn->imm & BPF_FETCH)
		*reg = old;
	return true;
}
