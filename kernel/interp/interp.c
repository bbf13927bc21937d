// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "interp.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <linux/bpf.h>

/* Newer than the build host's header may be. */
enum {
	MODE_MEMSX = 0x80, MODE_ATOMIC = 0xc0,
	OP_JCOND = 0xe0,
	ATOMIC_LOAD_ACQ = 0x100, ATOMIC_STORE_REL = 0x110,
	SRC_FUNC = 4, SRC_CALL = 1,
};

/* What a BPF_PSEUDO_FUNC gives: no address of anything. */
#define FUNC_TAG 0xbf0c000000000000ull

u64 interp_stop(struct interp *in, int code, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!in->stopped)
		in->stopped = err_set(&in->err, code, "insn %u: %s", in->pc, text);
	return 0;
}

int interp_region(struct interp *in, const void *addr, u64 sz, bool writable, const char *name)
{
	if (in->region_cnt == INTERP_REGIONS)
		return -E2BIG;
	in->regions[in->region_cnt++] = (struct interp_region){ (u64)(uintptr_t)addr, sz, writable, name };
	return 0;
}

static bool inside(const struct interp_region *r, u64 addr, u64 sz, bool write)
{
	return addr >= r->addr && addr - r->addr <= r->sz && r->sz - (addr - r->addr) >= sz &&
	       (!write || r->writable);
}

void *interp_mem(struct interp *in, u64 addr, u64 sz, bool write)
{
	const struct interp_region stack = { (u64)(uintptr_t)in->stack, (u64)in->depth * INTERP_STACK, true,
					     "stack" };
	u32 i;

	if (in->last_region < in->region_cnt && inside(&in->regions[in->last_region], addr, sz, write))
		return (void *)(uintptr_t)addr;
	if (inside(&stack, addr, sz, write))
		return (void *)(uintptr_t)addr;
	for (i = 0; i < in->region_cnt; i++) {
		if (inside(&in->regions[i], addr, sz, write)) {
			in->last_region = i;
			return (void *)(uintptr_t)addr;
		}
	}
	return NULL;
}

/* Where the address lies, for people. */
static void describe(const struct interp *in, u64 addr, char *buf, size_t sz)
{
	u32 i;

	for (i = 0; i < in->region_cnt; i++) {
		const struct interp_region *r = &in->regions[i];

		/* a bit beside it, too */
		if (addr - r->addr + 4096 <= r->sz + 8192) {
			snprintf(buf, sz, "%s%+lld, which has %llu bytes%s", r->name,
				 (long long)(addr - r->addr), (unsigned long long)r->sz,
				 r->writable ? "" : " and is read-only");
			return;
		}
	}
	if (addr - (u64)(uintptr_t)in->stack + 4096 <= sizeof(in->stack) + 4096)
		snprintf(buf, sz, "beside the stack");
	else
		snprintf(buf, sz, "in nothing that the program may touch");
}

static void *access_mem(struct interp *in, u64 addr, u32 sz, bool write)
{
	void *p = interp_mem(in, addr, sz, write);
	char where[160];

	if (!p) {
		describe(in, addr, where, sizeof(where));
		interp_stop(in, -EFAULT, "%s of %u bytes at 0x%llx: %s", write ? "write" : "read", sz,
			    (unsigned long long)addr, where);
	}
	return p;
}

static u32 access_sz(u8 code)
{
	static const u8 sizes[] = { [BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8 };

	return sizes[BPF_SIZE(code) >> 3];
}

static u64 load(const void *p, u32 sz, bool is_signed)
{
	u64 v = 0;
	u16 h;
	u32 w;

	switch (sz) {
	case 1: v = *(const u8 *)p; break;
	case 2: memcpy(&h, p, 2); v = h; break;
	case 4: memcpy(&w, p, 4); v = w; break;
	default: memcpy(&v, p, 8); break;
	}
	return is_signed ? (u64)((s64)(v << (64 - 8 * sz)) >> (64 - 8 * sz)) : v;
}

static void store(void *p, u32 sz, u64 v)
{
	const u16 h = (u16)v;
	const u32 w = (u32)v;

	switch (sz) {
	case 1: *(u8 *)p = (u8)v; break;
	case 2: memcpy(p, &h, 2); break;
	case 4: memcpy(p, &w, 4); break;
	default: memcpy(p, &v, 8); break;
	}
}

static void bad(struct interp *in, const struct insn *insn)
{
	interp_stop(in, -EINVAL, "no such instruction: code 0x%02x src %u off %d imm %d", insn->code,
		    insn->src, insn->off, insn->imm);
}

static void do_atomic(struct interp *in, const struct insn *insn, u64 *regs)
{
	const u32 sz = access_sz(insn->code);
	void *p;

	if (insn->imm == ATOMIC_LOAD_ACQ) {
		p = access_mem(in, regs[insn->src] + insn->off, sz, false);
		if (p)
			regs[insn->dst] = load(p, sz, false);
		return;
	}
	p = access_mem(in, regs[insn->dst] + insn->off, sz, true);
	if (!p)
		return;
	if (insn->imm == ATOMIC_STORE_REL)
		store(p, sz, regs[insn->src]);
	else if (sz < 4)
		bad(in, insn);
	else if ((uintptr_t)p % sz)
		interp_stop(in, -EFAULT, "atomic access to an address that is not a multiple of %u", sz);
	else if (!interp_atomic(insn, p, &regs[insn->src], &regs[0]))
		bad(in, insn);
}

static void do_mem(struct interp *in, const struct insn *insn, u64 *regs)
{
	const u32 sz = access_sz(insn->code), mode = BPF_MODE(insn->code);
	const u32 class = BPF_CLASS(insn->code);
	const u64 addr = regs[class == BPF_LDX ? insn->src : insn->dst] + insn->off;
	void *p;

	if (class == BPF_STX && mode == MODE_ATOMIC) {
		do_atomic(in, insn, regs);
		return;
	}
	if (mode != BPF_MEM && !(class == BPF_LDX && mode == MODE_MEMSX && sz < 8)) {
		bad(in, insn);
		return;
	}
	p = access_mem(in, addr, sz, class != BPF_LDX);
	if (!p)
		return;
	if (class == BPF_LDX)
		regs[insn->dst] = load(p, sz, mode == MODE_MEMSX);
	else
		store(p, sz, class == BPF_STX ? regs[insn->src] : (u64)(s64)insn->imm);
}

static u64 exec(struct interp *in, u32 pc, const u64 arg[5]);

static void do_call(struct interp *in, const struct insn *insn, u64 *regs)
{
	const u32 at = in->pc;
	interp_helper fn;

	if (insn->src == SRC_CALL) {
		regs[0] = exec(in, at + 1 + (u32)insn->imm, &regs[1]);
	} else if (insn->src) {
		interp_stop(in, -EINVAL, "call of a kernel function (BTF id %d)", insn->imm);
	} else {
		fn = in->helper ? in->helper((u32)insn->imm) : NULL;
		if (fn)
			regs[0] = fn(in, &regs[1]);
		else
			interp_stop(in, -EINVAL, "call of helper %d, which such programs do not have",
				    insn->imm);
	}
	in->pc = at;
}

static void do_ld_imm64(struct interp *in, const struct insn *insn, u64 *regs)
{
	if (in->pc + 1 >= in->insn_cnt || insn[1].code)
		bad(in, insn);
	else if (insn->src == SRC_FUNC)
		regs[insn->dst] = FUNC_TAG | (in->pc + 1 + (u32)insn->imm);
	else if (insn->src)
		interp_stop(in, -EINVAL, "ld_imm64 of kind %u is not resolved", insn->src);
	else
		regs[insn->dst] = (u32)insn->imm | (u64)(u32)insn[1].imm << 32;
}

/* The jump's distance; 0: not taken. */
static s64 do_jump(struct interp *in, const struct insn *insn, const u64 *regs, u32 *may_goto)
{
	int taken;

	if (insn->code == (BPF_JMP | BPF_JA))
		return insn->off;
	if (insn->code == (BPF_JMP32 | BPF_JA)) /* gotol */
		return insn->imm;
	if (insn->code == (BPF_JMP | OP_JCOND)) {
		if (insn->src || insn->imm)
			bad(in, insn);
		if (*may_goto) {
			--*may_goto;
			return 0;
		}
		return insn->off;
	}
	taken = interp_cond(insn, regs[insn->dst], regs[insn->src]);
	if (taken < 0)
		bad(in, insn);
	return taken > 0 ? insn->off : 0;
}

/* One function, up to its exit. */
static u64 exec(struct interp *in, u32 pc, const u64 arg[5])
{
	u32 may_goto = INTERP_MAY_GOTO;
	u64 regs[16] = {};

	if (in->depth == INTERP_FRAMES)
		return interp_stop(in, -E2BIG, "more than %d calls deep", INTERP_FRAMES);
	memset(in->stack[in->depth], 0, INTERP_STACK);
	regs[BPF_REG_10] = (u64)(uintptr_t)in->stack[in->depth++] + INTERP_STACK;
	memcpy(&regs[1], arg, 5 * sizeof(*arg));
	for (; !in->stopped; pc++) {
		const struct insn *insn = &in->insns[pc];

		if (pc >= in->insn_cnt) {
			interp_stop(in, -EINVAL, "jump or fall to instruction %u, which is not there", pc);
			break;
		}
		in->pc = pc;
		if (!in->budget--) {
			in->budget = 0;
			interp_stop(in, -ELOOP, "the program does not end");
			break;
		}
		if (insn->dst > BPF_REG_10 || insn->src > BPF_REG_10) {
			bad(in, insn);
			break;
		}
		switch (BPF_CLASS(insn->code)) {
		case BPF_ALU:
		case BPF_ALU64:
			if (insn->dst == BPF_REG_10 || !interp_alu(insn, &regs[insn->dst], regs[insn->src]))
				bad(in, insn);
			break;
		case BPF_LDX:
			if (insn->dst == BPF_REG_10)
				bad(in, insn);
			do_mem(in, insn, regs);
			break;
		case BPF_ST:
		case BPF_STX:
			do_mem(in, insn, regs);
			break;
		case BPF_LD:
			if (insn->code != (BPF_LD | BPF_IMM | BPF_DW) || insn->dst == BPF_REG_10)
				bad(in, insn);
			else
				do_ld_imm64(in, insn, regs);
			pc++;
			break;
		case BPF_JMP:
		case BPF_JMP32:
			if (insn->code == (BPF_JMP | BPF_CALL)) {
				do_call(in, insn, regs);
			} else if (insn->code == (BPF_JMP | BPF_EXIT)) {
				in->depth--;
				return regs[0];
			} else {
				pc += (u32)do_jump(in, insn, regs, &may_goto);
			}
			break;
		}
	}
	in->depth--;
	return 0;
}

u64 interp_call(struct interp *in, u64 func, const u64 arg[5])
{
	if ((func & ~0xffffffffull) != FUNC_TAG)
		return interp_stop(in, -EINVAL, "call of 0x%llx, which is no function",
				   (unsigned long long)func);
	return exec(in, (u32)func, arg);
}

int interp_run(struct interp *in, u64 r1, u64 *ret)
{
	const u64 arg[5] = { r1 };
	u64 r0;

	in->stopped = 0;
	in->depth = 0;
	in->err.msg[0] = 0;
	r0 = exec(in, 0, arg);
	if (!in->stopped)
		*ret = r0;
	return in->stopped;
}
