// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What instructions refer to: entries of the SHT_REL sections, and calls that the assembler resolved by
 * itself (within one section). Afterwards the fields that held a symbol's number or addend are 0.
 */
#include "object_priv.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define CODE_LD_IMM64 0x18
#define CODE_CALL 0x85
#define SRC_CALL 1 /* BPF_PSEUDO_CALL */
#define SRC_FUNC 4 /* BPF_PSEUDO_FUNC */

static const char *func_word(const struct obj_func *func)
{
	return func->is_prog ? "prog" : "function";
}

/* "prog 'x': insn 17: ...", for all messages about an instruction. */
#define INSN_BAD(r, fi, insn, fmt, ...)                                                                    \
	BAD(r, "%s '%s': insn %u: " fmt, func_word(&(r)->obj->funcs[fi]), (r)->obj->funcs[fi].name, insn,  \
	    ##__VA_ARGS__)

static const char *sym_label(const struct reader *r, const struct elf_sym *sym)
{
	return sym->name[0] ? sym->name : r->secs[sym->sec].name;
}

static int add_relo(struct reader *r, u32 fi, u32 insn, enum relo_kind kind, u32 ref, u32 off)
{
	struct obj_func *func = &r->obj->funcs[fi];
	struct obj_relo *relo = PUSH(func->relos, func->relo_cnt, r->pos[fi].relo_cap);

	if (!relo)
		return -ENOMEM;
	relo->insn = insn;
	relo->kind = kind;
	relo->ref = ref;
	relo->off = off;
	func->insns[insn].imm = 0;
	if (kind == RELO_CALL || kind == RELO_FUNC_ADDR)
		r->pos[ref].called = true;
	return 0;
}

/* A function is referred to by its first instruction only. */
static int find_callee(struct reader *r, u32 fi, u32 insn, u32 sec, u64 off, u32 *callee)
{
	int i = func_at(r, sec, off);

	if (i < 0)
		return INSN_BAD(r, fi, insn, "there is no function at offset 0x%llx of section '%s'",
				(unsigned long long)off, r->secs[sec].name);
	if (r->pos[i].off != off)
		return INSN_BAD(r, fi, insn, "call into the middle of function '%s'", r->obj->funcs[i].name);
	*callee = i;
	return 0;
}

static int no_extern(struct reader *r, u32 fi, u32 insn, const struct elf_sym *sym)
{
	if (!r->obj->btf)
		return INSN_BAD(r, fi, insn, "extern '%s': the object has no BTF; build with -g", sym->name);
	return INSN_BAD(r, fi, insn,
			"'%s' is not defined, and not declared with __ksym or __kconfig", sym->name);
}

static int relo_call(struct reader *r, u32 fi, u32 insn, const struct elf_sym *sym)
{
	const struct insn *in = &r->obj->funcs[fi].insns[insn];
	u32 callee = 0;
	u64 off;
	int ret;

	if (sym->undef) {
		if (sym->ext < 0)
			return no_extern(r, fi, insn, sym);
		if (r->obj->externs[sym->ext].kind != EXT_FUNC)
			return INSN_BAD(r, fi, insn, "call of '%s', which is no function", sym->name);
		return add_relo(r, fi, insn, RELO_KFUNC, sym->ext, 0);
	}
	if (in->src != SRC_CALL)
		return INSN_BAD(r, fi, insn, "relocated call of a helper");
	if (!sec_is_code(&r->secs[sym->sec]))
		return INSN_BAD(r, fi, insn, "call of '%s' in section '%s'", sym_label(r, sym),
				r->secs[sym->sec].name);
	/* The addend counts instructions, from the one behind the call. */
	off = sym->value + ((s64)in->imm + 1) * INSN_SZ;
	ret = find_callee(r, fi, insn, sym->sec, off, &callee);
	return ret ?: add_relo(r, fi, insn, RELO_CALL, callee, 0);
}

static int relo_extern_addr(struct reader *r, u32 fi, u32 insn, const struct elf_sym *sym)
{
	struct insn *in = r->obj->funcs[fi].insns + insn;
	const struct obj_extern *ext;

	if (sym->ext < 0)
		return no_extern(r, fi, insn, sym);
	ext = &r->obj->externs[sym->ext];
	if (ext->kind == EXT_KCONFIG)
		return add_relo(r, fi, insn, RELO_MAP_VALUE, r->kconfig_map, ext->off + (u32)in->imm);
	if (in->imm)
		return INSN_BAD(r, fi, insn, "address of '%s' plus %d", sym->name, in->imm);
	return add_relo(r, fi, insn, RELO_KSYM, sym->ext, 0);
}

static int relo_addr(struct reader *r, u32 fi, u32 insn, const struct elf_sym *sym)
{
	struct obj_func *func = &r->obj->funcs[fi];
	struct insn *in = &func->insns[insn];
	const struct elf_sec *sec = &r->secs[sym->sec];
	u64 off = sym->value + (s64)in->imm;
	u32 callee = 0;
	int ret, map;

	if (insn + 1 >= func->insn_cnt || in[1].code)
		return INSN_BAD(r, fi, insn, "ld_imm64 without its second half");
	in[1].imm = 0;
	if (sym->undef)
		return relo_extern_addr(r, fi, insn, sym);
	if (!sym->sec)
		return INSN_BAD(r, fi, insn, "address of '%s', which lies in no section", sym->name);
	if (sec_is_code(sec)) {
		ret = find_callee(r, fi, insn, sym->sec, off, &callee);
		return ret ?: add_relo(r, fi, insn, RELO_FUNC_ADDR, callee, 0);
	}
	if (sym->sec == r->arena_sec && off <= sec->size)
		return add_relo(r, fi, insn, RELO_MAP_VALUE, r->arena_map, (u32)off);
	map = map_by_pos(r, sym->sec, off);
	if (map < 0 && !strcmp(sec->name, ".maps"))
		return INSN_BAD(r, fi, insn, "'%s' is no map", sym_label(r, sym));
	if (map < 0)
		return INSN_BAD(r, fi, insn, "'%s' lies in section '%s', which is no map", sym_label(r, sym),
				sec->name);
	if (r->obj->maps[map].kind == MAP_BTF)
		return add_relo(r, fi, insn, RELO_MAP, map, 0);
	return add_relo(r, fi, insn, RELO_MAP_VALUE, map, (u32)off);
}

static int relo_func(struct reader *r, u32 fi, u32 insn, const struct elf_rel *rel)
{
	const struct insn *in = &r->obj->funcs[fi].insns[insn];
	const struct elf_sym *sym = &r->syms[rel->sym];

	if (in->code == CODE_CALL && rel->type == REL_64_32)
		return relo_call(r, fi, insn, sym);
	if (in->code == CODE_LD_IMM64 && rel->type == REL_64_64)
		return relo_addr(r, fi, insn, sym);
	return INSN_BAD(r, fi, insn, "relocation of type %u against '%s', but the code is 0x%02x", rel->type,
			sym_label(r, sym), in->code);
}

static int relo_code_sec(struct reader *r, u32 rel_sec)
{
	u32 target = r->secs[rel_sec].info, cnt = 0, i;
	struct elf_rel rel;
	int fi, ret;

	ret = elf_rel_check(r, rel_sec, &cnt);
	for (i = 0; i < cnt && !ret; i++) {
		elf_rel(r, rel_sec, i, &rel);
		if (rel.off % INSN_SZ)
			return BAD(r, "section '%s': relocation %u at odd offset 0x%llx",
				   r->secs[rel_sec].name, i, (unsigned long long)rel.off);
		/* None: code that a linker left behind when it chose another weak function. */
		fi = func_at(r, target, rel.off);
		for (; fi >= 0 && !ret; fi = func_alias(r, fi))
			ret = relo_func(r, fi, (rel.off - r->pos[fi].off) / INSN_SZ, &rel);
	}
	return ret;
}

static int cmp_relo(const void *va, const void *vb)
{
	const struct obj_relo *a = va, *b = vb;

	return a->insn < b->insn ? -1 : a->insn > b->insn;
}

static int sort_relos(struct reader *r, u32 fi)
{
	struct obj_func *func = &r->obj->funcs[fi];
	u32 i;

	if (func->relo_cnt)
		qsort(func->relos, func->relo_cnt, sizeof(*func->relos), cmp_relo);
	for (i = 1; i < func->relo_cnt; i++)
		if (func->relos[i].insn == func->relos[i - 1].insn)
			return INSN_BAD(r, fi, func->relos[i].insn, "two relocations");
	return 0;
}

/* Calls and callback addresses within one section need no relocation: they are relative already. */
static int relo_relative(struct reader *r, u32 fi)
{
	struct obj_func *func = &r->obj->funcs[fi];
	u32 i, next = 0, relo_cnt = func->relo_cnt, callee = 0;
	const struct func_pos *pos = &r->pos[fi];
	int ret;

	for (i = 0; i < func->insn_cnt; i++) {
		const struct insn *in = &func->insns[i];
		bool call = in->code == CODE_CALL && in->src == SRC_CALL;
		bool addr = in->code == CODE_LD_IMM64 && in->src == SRC_FUNC;

		if (next < relo_cnt && func->relos[next].insn == i) {
			next++;
		} else if (call || addr) {
			u64 off = pos->off + ((s64)i + in->imm + 1) * INSN_SZ;

			if (addr && (i + 1 >= func->insn_cnt || in[1].code))
				return INSN_BAD(r, fi, i, "ld_imm64 without its second half");
			ret = find_callee(r, fi, i, pos->sec, off, &callee);
			ret = ret ?: add_relo(r, fi, i, call ? RELO_CALL : RELO_FUNC_ADDR, callee, 0);
			if (ret)
				return ret;
		}
		if (func->insns[i].code == CODE_LD_IMM64)
			i++; /* the second half is no instruction */
	}
	return sort_relos(r, fi);
}

/* Pointers in data: only those of .maps (initial values of maps) can be filled in. */
static int check_data_rel(struct reader *r, u32 rel_sec)
{
	const struct elf_sec *target = &r->secs[r->secs[rel_sec].info];

	bool arena = r->arena_sec && target == &r->secs[r->arena_sec];

	if ((sec_data_kind(target) < 0 && !arena) || !target->size || !r->secs[rel_sec].size)
		return 0;
	return UNSUP(r, "section '%s': initialised pointers in global data are not supported", target->name);
}

int relocs_read(struct reader *r)
{
	int ret = 0;
	u32 i;

	for (i = 1; i < r->sec_cnt && !ret; i++) {
		const struct elf_sec *sec = &r->secs[i], *target;

		if (sec->type != SHT_REL && sec->type != SHT_RELA)
			continue;
		if (!sec->info || sec->info >= r->sec_cnt)
			return BAD(r, "section '%s': there is no section %u", sec->name, sec->info);
		target = &r->secs[sec->info];
		if (sec->type == SHT_RELA && (sec_is_code(target) || sec_data_kind(target) >= 0))
			return UNSUP(r, "section '%s': relocations with addends (RELA)", sec->name);
		ret = sec_is_code(target) ? relo_code_sec(r, i) : check_data_rel(r, i);
	}
	for (i = 0; i < r->obj->func_cnt && !ret; i++)
		ret = sort_relos(r, i) ?: relo_relative(r, i);
	return ret;
}
