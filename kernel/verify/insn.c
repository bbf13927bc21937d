// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Arithmetic and conditions: constants exactly, else bounds where they are easy to tell. */
#include <errno.h>

#include "priv.h"

static u64 bytes_swapped(u64 v, u32 bits)
{
	return bits == 16 ? __builtin_bswap16(v) : bits == 32 ? __builtin_bswap32(v) : __builtin_bswap64(v);
}

static bool fold(u8 op, bool w, u64 a, u64 b, s16 off, u64 *out)
{
	u32 sh = b & (w ? 63 : 31);

	if (!w) {
		a = (u32)a;
		b = (u32)b;
	}
	switch (op) {
	case BPF_ADD: *out = a + b; break;
	case BPF_SUB: *out = a - b; break;
	case BPF_MUL: *out = a * b; break;
	case BPF_OR:  *out = a | b; break;
	case BPF_AND: *out = a & b; break;
	case BPF_XOR: *out = a ^ b; break;
	case BPF_LSH: *out = a << sh; break;
	case BPF_RSH: *out = a >> sh; break;
	case BPF_ARSH: *out = w ? (u64)((s64)a >> sh) : (u64)((s32)a >> sh); break;
	case BPF_DIV:
	case BPF_MOD:
		if (off)
			return false;
		*out = op == BPF_DIV ? (b ? a / b : 0) : (b ? a % b : a);
		break;
	default: return false;
	}
	if (!w)
		*out = (u32)*out;
	return true;
}

/* The smallest 2^n - 1 that is not below. */
static u64 ones(u64 v)
{
	return v ? ~0ull >> __builtin_clzll(v) : 0;
}

static void arith(u8 op, bool w, s16 off, struct val *d, const struct val *s)
{
	u64 a0 = d->lo, a1 = d->hi, b0 = s->lo, b1 = s->hi, lo = 0, hi = w ? ~0ull : 0xffffffffull, v;
	u32 lossy = (d->flags | s->flags) & F_LOSSY;

	if (a0 == a1 && b0 == b1 && fold(op, w, a0, b0, off, &v)) {
		val_num(d, v, v);
		d->flags = lossy;
		return;
	}
	if (!w && (a1 > hi || b1 > hi)) {
		/* bounds of 64 bits say nothing about the lower half */
		if (a1 > hi)
			a0 = 0, a1 = hi;
		if (b1 > hi)
			b0 = 0, b1 = hi;
	}
	switch (op) {
	case BPF_ADD:
		if (a1 + b1 >= a1 && a1 + b1 <= hi)
			lo = a0 + b0, hi = a1 + b1;
		break;
	case BPF_SUB:
		if (a0 >= b1)
			lo = a0 - b1, hi = a1 - b0;
		break;
	case BPF_MUL:
		if (a1 < 0x80000000ull && b1 < 0x80000000ull && a1 * b1 <= hi)
			lo = a0 * b0, hi = a1 * b1;
		break;
	case BPF_AND: hi = a1 < b1 ? a1 : b1; break;
	case BPF_OR:
		lo = a0 > b0 ? a0 : b0;
		hi = ones(a1 | b1);
		break;
	case BPF_XOR: hi = ones(a1 | b1); break;
	case BPF_LSH:
		if (b0 == b1 && b0 < 63 && a1 <= hi >> b0)
			lo = a0 << b0, hi = a1 << b0;
		break;
	case BPF_RSH:
		if (b0 == b1)
			lo = a0 >> (b0 & 63), hi = a1 >> (b0 & 63);
		else
			hi = a1;
		break;
	case BPF_ARSH:
		if (b0 == b1 && a1 <= (w ? 0x7fffffffffffffffull : 0x7fffffffull))
			lo = a0 >> (b0 & 63), hi = a1 >> (b0 & 63);
		break;
	case BPF_DIV:
		hi = off ? hi : a1;
		break;
	case BPF_MOD:
		if (!off && b0 == b1 && b0)
			hi = b0 - 1 < a1 ? b0 - 1 : a1;
		break;
	default: break;
	}
	val_num(d, lo, hi);
	d->flags = lossy;
}

static int ptr_arith(struct env *e, const struct insn *in, struct val *d, const struct val *s)
{
	u8 op = BPF_OP(in->code);
	struct val p = *d, n = *s;
	s64 off;

	if (d->kind == V_ANY || s->kind == V_ANY) {
		any(d);
		return GO;
	}
	if (is_ptr(d) && is_ptr(s)) {
		if (op == BPF_SUB) {
			val_num_any(d); /* of two pointers into the same, one hopes */
			return GO;
		}
		if (d->kind == V_ARENA || s->kind == V_ARENA) {
			d->kind = V_ARENA;
			return GO;
		}
		return refuse(e, VERIFY_OTHER, -EACCES, "R%u: pointer %s pointer", in->dst,
			      op == BPF_ADD ? "+=" : "op");
	}
	if (!is_ptr(&p))
		p = *s, n = *d;
	if (p.kind == V_ARENA) {
		*d = p;
		return GO;
	}
	if (BPF_CLASS(in->code) != BPF_ALU64 && op == BPF_SUB) {
		val_num(d, 0, 0xffffffff); /* meaningless, and allowed to those that may see addresses */
		return GO;
	}
	if (BPF_CLASS(in->code) != BPF_ALU64)
		return refuse(e, VERIFY_OTHER, -EACCES, "R%u: 32-bit arithmetic on a pointer", in->dst);
	if ((op != BPF_ADD && op != BPF_SUB) || (op == BPF_SUB && !is_ptr(d))) {
		/* operators that make numbers of pointers */
		return refuse(e, VERIFY_OTHER, -EACCES,
			      "R%u: instruction %02x on a pointer", in->dst, op);
	}
	if (p.flags & F_NULL)
		return refuse(e, VERIFY_NULL, -EACCES,
			      "R%u: arithmetic on %s, which may be NULL",
			      in->dst, val_str(e, &p));
	if (p.kind == V_FUNC || p.kind == V_SOCK || (p.kind == V_MAP && !(is_const(&n) && !n.lo)))
		return refuse(e, VERIFY_OTHER, -EACCES, "R%u: arithmetic on %s", in->dst,
			      val_str(e, &p));
	off = is_const(&n) ? (s64)n.lo : 0;
	if (op == BPF_SUB)
		off = -off;
	if (!is_const(&n) || off != (s32)off || p.off + off != (s32)(p.off + off))
		p.flags |= F_VAROFF | (n.flags & F_LOSSY);
	else
		p.off += off;
	*d = p;
	return GO;
}

int do_alu(struct env *e, const struct insn *in)
{
	bool w = BPF_CLASS(in->code) == BPF_ALU64, x = BPF_SRC(in->code) == BPF_X;
	u8 op = BPF_OP(in->code);
	struct val *d = &cur(e)->r[in->dst], s;

	if (op == BPF_END || op == BPF_NEG) {
		if (check_reg(e, in->dst))
			return STOP;
		if (d->kind == V_NUM && is_const(d) && op == BPF_NEG) {
			u64 v = w ? -d->lo : (u32)-d->lo;

			val_num(d, v, v);
		} else if (op == BPF_END && d->kind == V_NUM && is_const(d) &&
			   (w || BPF_SRC(in->code) == BPF_TO_BE)) {
			u64 v = w || !e->in->target->big_endian ? bytes_swapped(d->lo, in->imm) : d->lo;

			val_num(d, v, v);
		} else if (d->kind == V_ARENA) {
			any(d);
		} else {
			u32 lossy = d->flags & F_LOSSY;

			val_num(d, 0, op == BPF_END && in->imm < 64 ? (1ull << in->imm) - 1 : w ||
				op == BPF_END ? ~0ull : 0xffffffffull);
			d->flags = lossy;
		}
		return GO;
	}
	if (op > BPF_END)
		return refuse(e, VERIFY_PROG, -EINVAL, "no arithmetic instruction: %x", op);
	if (x) {
		if (check_reg(e, in->src))
			return STOP;
		s = cur(e)->r[in->src];
	} else {
		u64 v = w ? (u64)(s64)in->imm : (u64)(u32)in->imm;

		val_num(&s, v, v);
	}
	if (op == BPF_MOV) {
		if (in->dst == 10)
			return refuse(e, VERIFY_PROG, -EACCES, "R10 is written to");
		if (w && in->off == 1 && x) { /* cast between address spaces */
			*d = in->imm == 1 ? (struct val){ .kind = V_ARENA } : s;
			if (in->imm == (1 << 16) && s.kind == V_ARENA)
				val_num_any(d);
			return GO;
		}
		if (w && !in->off) {
			if (x && s.kind == V_NUM && s.lo != s.hi && !s.id)
				s.id = cur(e)->r[in->src].id = ++e->ids; /* what is learned of one is known of the other */
			*d = s;
			return GO;
		}
		if (s.kind == V_NUM && is_const(&s)) {
			u64 v = s.lo;

			if (in->off)
				v = in->off == 8 ? (u64)(s8)v : in->off == 16 ? (u64)(s16)v : (u64)(s32)v;
			if (!w)
				v = (u32)v;
			val_num(d, v, v);
		} else if (s.kind == V_NUM && s.hi <= 0xffffffffull && !in->off) {
			val_num(d, s.lo, s.hi);
		} else {
			val_num(d, 0, w ? ~0ull : 0xffffffffull);
		}
		d->flags = s.kind == V_NUM ? s.flags & F_LOSSY : 0;
		return GO;
	}
	if (check_reg(e, in->dst))
		return STOP;
	if (in->dst == 10)
		return refuse(e, VERIFY_PROG, -EACCES, "R10 is written to");
	if (d->kind != V_NUM || s.kind != V_NUM)
		return ptr_arith(e, in, d, &s);
	if (x && in->src == in->dst && (op == BPF_XOR || op == BPF_SUB))
		val_num(d, 0, 0);
	else
		arith(op, w, in->off, d, &s);
	return GO;
}

static int compare(u8 op, bool w, const struct val *a, const struct val *b)
{
	u64 a0 = a->lo, a1 = a->hi, b0 = b->lo, b1 = b->hi, top = w ? 1ull << 63 : 1ull << 31;

	if (!w) {
		if (a0 == a1)
			a0 = a1 = (u32)a0;
		else if (a1 > 0xffffffffull)
			a0 = 0, a1 = 0xffffffffull;
		if (b0 == b1)
			b0 = b1 = (u32)b0;
		else if (b1 > 0xffffffffull)
			b0 = 0, b1 = 0xffffffffull;
	}
	if (op == BPF_JSGT || op == BPF_JSGE || op == BPF_JSLT || op == BPF_JSLE) {
		/*
		 * shifted by half of the range, signed order is unsigned order, if no bounds span the
		 * middle
		 */
		if ((a0 < top) != (a1 < top) || (b0 < top) != (b1 < top))
			return -1;
		a0 ^= top, a1 ^= top, b0 ^= top, b1 ^= top;
	}
	switch (op) {
	case BPF_JEQ: return a0 == a1 && b0 == b1 ? a0 == b0 : a1 < b0 || b1 < a0 ? 0 : -1;
	case BPF_JNE: return a0 == a1 && b0 == b1 ? a0 != b0 : a1 < b0 || b1 < a0 ? 1 : -1;
	case BPF_JSET: return a0 == a1 && b0 == b1 ? !!(a0 & b0) : !a1 || !b1 ? 0 : -1;
	case BPF_JGT: case BPF_JSGT: return a0 > b1 ? 1 : a1 <= b0 ? 0 : -1;
	case BPF_JGE: case BPF_JSGE: return a0 >= b1 ? 1 : a1 < b0 ? 0 : -1;
	case BPF_JLT: case BPF_JSLT: return a1 < b0 ? 1 : a0 >= b1 ? 0 : -1;
	case BPF_JLE: case BPF_JSLE: return a1 <= b0 ? 1 : a0 > b1 ? 0 : -1;
	default: return -1;
	}
}

/* Pointers of which the kernel takes for granted that they are not NULL. Others' tests go both ways. */
static bool never_null(struct env *e, const struct val *v)
{
	if (v->flags & F_NULL)
		return false;
	switch (v->kind) {
	case V_MAPVAL: case V_MAPKEY: case V_SOCK:
		return true;
	case V_MEM:
		return kernel_since(e, KV(6, 2)) && !(v->flags & F_UNTRUSTED);
	case V_MAP:
		return kernel_since(e, KV(6, 12));
	case V_BTF:
		return kernel_since(e, KV(6, 2)) && is_trusted(v);
	default:
		return false;
	}
}

int cond_known(struct env *e, const struct insn *in, const struct val *a, const struct val *b)
{
	bool w = BPF_CLASS(in->code) == BPF_JMP;
	u8 op = BPF_OP(in->code);

	if (a->kind == V_NUM && b->kind == V_NUM)
		return compare(op, w, a, b);
	if (w && (op == BPF_JEQ || op == BPF_JNE)) {
		if (is_const(b) && !b->lo && never_null(e, a))
			return op == BPF_JNE;
		if (is_const(a) && !a->lo && never_null(e, b))
			return op == BPF_JNE;
	}
	return -1;
}

static void narrow(struct val *v, u8 op, bool taken, const struct val *k)
{
	static const struct { u8 op, not; } inverse[] = {
		{ BPF_JEQ, BPF_JNE }, { BPF_JNE, BPF_JEQ }, { BPF_JGT, BPF_JLE }, { BPF_JLE, BPF_JGT },
		  { BPF_JGE, BPF_JLT },
		{ BPF_JLT, BPF_JGE }, { BPF_JSGT, BPF_JSLE }, { BPF_JSLE, BPF_JSGT }, { BPF_JSGE, BPF_JSLT },
		  { BPF_JSLT, BPF_JSGE },
	};
	const u64 top = 1ull << 63;
	u32 i;

	for (i = 0; !taken && i < ARRAY_SIZE(inverse); i++) {
		if (inverse[i].op == op) {
			op = inverse[i].not;
			taken = true;
		}
	}
	if (!taken)
		return;
	/* what is said of signed numbers is of use where it says that they are not negative */
	if (op == BPF_JSGT && k->lo < top - 1 && v->hi < top)
		op = BPF_JGT;
	if (op == BPF_JSGE && k->lo < top && v->hi < top)
		op = BPF_JGE;
	if ((op == BPF_JSLT || op == BPF_JSLE) && k->hi < top && v->hi < top)
		op = op == BPF_JSLT ? BPF_JLT : BPF_JLE;
	switch (op) {
	case BPF_JEQ:
		if (k->lo > v->lo)
			v->lo = k->lo;
		if (k->hi < v->hi)
			v->hi = k->hi;
		break;
	case BPF_JNE:
		if (k->lo == k->hi && k->lo == v->lo)
			v->lo++;
		else if (k->lo == k->hi && k->lo == v->hi)
			v->hi--;
		break;
	case BPF_JGT:
		if (k->lo != ~0ull && k->lo + 1 > v->lo)
			v->lo = k->lo + 1;
		break;
	case BPF_JGE:
		if (k->lo > v->lo)
			v->lo = k->lo;
		break;
	case BPF_JLT:
		if (k->hi && k->hi - 1 < v->hi)
			v->hi = k->hi - 1;
		break;
	case BPF_JLE:
		if (k->hi < v->hi)
			v->hi = k->hi;
		break;
	case BPF_JSLT:
		if (k->lo == k->hi && !k->lo && v->lo < top)
			v->lo = top;
		break;
	case BPF_JSGE:
	case BPF_JSGT:
		if (k->lo == k->hi && (k->lo < top || (op == BPF_JSGT && k->lo == ~0ull)) && v->lo <= top &&
		    v->hi >= top) {
			v->hi = top - 1;
			if (k->lo < top && k->lo > v->lo)
				v->lo = k->lo;
		}
		break;
	default: break;
	}
	if (v->lo > v->hi) /* this way is not taken; the other bounds were too loose to tell */
		v->hi = v->lo;
}

static void spread(struct state *s, const struct val *v)
{
	u32 i, j;

	if (!v->id)
		return;
	for (i = 0; i < s->frame_cnt; i++) {
		struct frame *f = s->f[i];

		for (j = 0; j < 10; j++)
			if (f->r[j].kind == V_NUM && f->r[j].id == v->id)
				f->r[j].lo = v->lo, f->r[j].hi = v->hi;
		for (j = 0; j < f->used; j++)
			if (f->slots[j].kind == S_VAL && f->slots[j].v.kind == V_NUM &&
			    f->slots[j].v.id == v->id)
				f->slots[j].v.lo = v->lo, f->slots[j].v.hi = v->hi;
	}
}

static void null_tests(struct env *e, struct state *s, const struct val *p, bool null)
{
	if (p->flags & F_NULL && p->id) {
		if (null && p->ref && p->ref == p->id) {
			/* nothing was acquired */
			u32 i, j;

			for (i = j = 0; i < s->ref_cnt; i++)
				if (s->refs[i].id != p->ref)
					s->refs[j++] = s->refs[i];
			s->ref_cnt = j;
		}
		null_resolved(e, s, p->id, null);
	}
}

void cond_refine(struct env *e, struct state *s, const struct insn *in, bool taken)
{
	struct frame *f = s->f[s->frame_cnt - 1];
	bool w = BPF_CLASS(in->code) == BPF_JMP;
	u8 op = BPF_OP(in->code);
	struct val *a = &f->r[in->dst], k;

	if (BPF_SRC(in->code) == BPF_X)
		k = f->r[in->src];
	else
		val_num(&k, (u64)(s64)in->imm, (u64)(s64)in->imm);
	if (w && (op == BPF_JEQ || op == BPF_JNE) && is_ptr(a) && is_const(&k) && !k.lo) {
		struct val p = *a;

		null_tests(e, s, &p, (op == BPF_JEQ) == taken);
		return;
	}
	if (w && (op == BPF_JEQ || op == BPF_JNE) && (op == BPF_JEQ) == taken && is_ptr(a) && is_ptr(&k)) {
		/* equal to what is not NULL: not NULL either (since 6.2) */
		struct val p = *a;

		if (p.kind == V_BTF || k.kind == V_BTF || kernel_since(e, KV(6, 2)) != 1)
			return;
		if (never_null(e, &k))
			null_tests(e, s, &p, false);
		else if (never_null(e, &p))
			null_tests(e, s, &k, false);
		return;
	}
	if (a->kind != V_NUM || k.kind != V_NUM)
		return;
	if (!w && (a->hi > 0xffffffffull || k.hi > 0xffffffffull)) {
		if (k.lo == k.hi)
			val_num(&k, (u32)k.lo, (u32)k.lo);
		if (a->hi > 0xffffffffull)
			return;
	}
	if (!w && op >= BPF_JSGT && op != BPF_JLT && op != BPF_JLE)
		return;
	if (BPF_SRC(in->code) == BPF_X && k.lo != k.hi) {
		struct val *b = &f->r[in->src], was = *a;
		static const u8 swap[16] = { [BPF_JEQ >> 4] = BPF_JEQ, [BPF_JNE >> 4] = BPF_JNE,
			[BPF_JGT >> 4] = BPF_JLT,
			[BPF_JGE >> 4] = BPF_JLE, [BPF_JLT >> 4] = BPF_JGT, [BPF_JLE >> 4] = BPF_JGE };

		if (w && swap[op >> 4])
			narrow(b, swap[op >> 4], taken, &was);
	} else if (BPF_SRC(in->code) == BPF_X && a->lo == a->hi && k.lo == k.hi) {
		return;
	}
	narrow(a, op, taken, &k);
	spread(s, a);
}
