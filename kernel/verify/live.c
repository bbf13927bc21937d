// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Which registers and stack slots are still needed where: states that differ in others are the same.
 * Slots whose address a function takes may be read by whoever loads through a pointer, and by all that it
 * calls.
 */
#include "priv.h"

#define IMM64 (BPF_LD | BPF_IMM | BPF_DW)

bool jump_target(const struct env *e, u32 i, s64 *to)
{
	const struct insn *in = &e->in->insns[i];
	u8 class = BPF_CLASS(in->code), op = BPF_OP(in->code);

	if ((class != BPF_JMP && class != BPF_JMP32) || op == BPF_CALL || op == BPF_EXIT)
		return false;
	*to = (s64)i + 1 + (class == BPF_JMP32 && op == BPF_JA ? in->imm : in->off);
	return true;
}

/* Registers that an instruction reads and writes. */
static void uses(const struct insn *in, u16 *reads, u16 *writes)
{
	u16 d = 1 << in->dst, s = 1 << in->src;

	*reads = *writes = 0;
	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
		if (in->code == IMM64) {
			*writes = d;
		} else {
			*reads = 1 << 6 | (BPF_MODE(in->code) == BPF_IND ? s : 0);
			*writes = 0x3f;
		}
		break;
	case BPF_LDX:
		*reads = s;
		*writes = d;
		break;
	case BPF_ST:
		*reads = d;
		break;
	case BPF_STX:
		*reads = d | s;
		if (BPF_MODE(in->code) == BPF_ATOMIC) {
			if (in->imm == BPF_CMPXCHG)
				*reads |= 1, *writes = 1;
			else if (in->imm == 0x100) /* load-acquire */
				*reads = s, *writes = d;
			else if (in->imm != 0x110 && in->imm & BPF_FETCH)
				*writes = s;
		}
		break;
	case BPF_ALU: case BPF_ALU64:
		*writes = d;
		if (BPF_OP(in->code) != BPF_MOV)
			*reads = d;
		if (BPF_SRC(in->code) == BPF_X && BPF_OP(in->code) != BPF_END && BPF_OP(in->code) != BPF_NEG)
			*reads |= s;
		break;
	default:
		switch (BPF_OP(in->code)) {
		case BPF_JA: break;
		case BPF_CALL:
			*reads = 0x3e;
			*writes = 0x3f;
			break;
		case BPF_EXIT: *reads = 1; break;
		default: *reads = d | (BPF_SRC(in->code) == BPF_X ? s : 0);
		}
	}
}

static u64 slots_of(s32 off, u32 size)
{
	u64 mask = 0;
	s32 i;

	for (i = off; i < off + (s32)size && i < 0; i++)
		if (i >= -512)
			mask |= 1ull << ((-i - 1) / 8);
	return mask;
}

static u32 access_size(u8 code)
{
	static const u8 sizes[] = { 4, 2, 1, 8 };

	return sizes[BPF_SIZE(code) >> 3];
}

static void slot_uses(const struct insn *in, u64 taken, u64 *reads, u64 *writes)
{
	u8 class = BPF_CLASS(in->code);
	u32 size = access_size(in->code);

	*reads = *writes = 0;
	if (class == BPF_LDX) {
		*reads = in->src == 10 ? slots_of(in->off, size) : taken;
	} else if (class == BPF_ST || class == BPF_STX) {
		if (class == BPF_STX && BPF_MODE(in->code) == BPF_ATOMIC)
			*reads = in->dst == 10 ? slots_of(in->off, size) : taken;
		else if (in->dst == 10 && size == 8 && !(in->off & 7))
			*writes = slots_of(in->off, size);
	} else if (in->code == (BPF_JMP | BPF_CALL)) {
		*reads = taken;
	}
}

/* Slots at and above an address that is taken: how far what lies there reaches, nobody says. */
static void find_taken(struct env *e)
{
	const struct insn *in = e->in->insns;
	u32 i, j, from, n = e->in->insn_cnt;

	for (from = 0; from < n; from = i) {
		s32 low = 0;

		for (i = from; i < n && (i == from || !e->aux[i].start); i++) {
			if (in[i].code == (BPF_ALU64 | BPF_MOV | BPF_X) && in[i].src == 10) {
				bool next = i + 1 < n && in[i + 1].code == (BPF_ALU64 | BPF_ADD | BPF_K) &&
					in[i + 1].dst == in[i].dst;
				s32 off = next ? in[i + 1].imm : -512;

				if (off < low)
					low = off;
			} else if (BPF_CLASS(in[i].code) == BPF_STX && in[i].src == 10) {
				low = -512;
			}
		}
		for (j = from; j < i; j++)
			e->aux[j].taken = low < 0 ? slots_of(low < -512 ? -512 : low, low < -512 ? 512 :
							     -low) : 0;
	}
}

/* Backwards until nothing changes. A call reads all arguments, for it's not known here which it takes. */
void liveness(struct env *e)
{
	u32 i, n = e->in->insn_cnt;
	u64 slots, sr, sw;
	bool again = true;
	u16 r, w, live;
	s64 to;

	find_taken(e);
	while (again) {
		again = false;
		for (i = n; i-- > 0;) {
			const struct insn *in = &e->in->insns[i];
			u32 next = i + 1 + (in->code == IMM64);
			bool falls = in->code != (BPF_JMP | BPF_EXIT) && next < n;

			if (jump_target(e, i, &to) && BPF_OP(in->code) == BPF_JA)
				falls = false;
			live = falls ? e->aux[next].live : 0;
			slots = falls ? e->aux[next].slots : 0;
			if (jump_target(e, i, &to)) {
				live |= e->aux[to].live;
				slots |= e->aux[to].slots;
			}
			uses(in, &r, &w);
			slot_uses(in, e->aux[i].taken, &sr, &sw);
			live = (live & ~w) | r;
			slots = (slots & ~sw) | sr;
			if (live != e->aux[i].live || slots != e->aux[i].slots) {
				e->aux[i].live = live;
				e->aux[i].slots = slots;
				again = true;
			}
		}
	}
}
