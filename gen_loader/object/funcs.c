// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Functions: FUNC symbols of code sections. Which are programs and which subprograms is known after their
 * relocations.
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static bool hidden(const struct elf_sym *sym)
{
	return sym->vis == STV_HIDDEN || sym->vis == STV_INTERNAL;
}

static int cmp_pos(const void *va, const void *vb)
{
	const struct func_pos *a = va, *b = vb;

	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	if (a->off != b->off)
		return a->off < b->off ? -1 : 1;
	return a->sym < b->sym ? -1 : a->sym > b->sym;
}

static int find_funcs(struct reader *r, u32 *cnt)
{
	size_t cap = 0;
	u32 i;

	for (i = 0; i < r->sym_cnt; i++) {
		const struct elf_sym *sym = &r->syms[i];
		const struct elf_sec *sec = &r->secs[sym->sec];
		struct func_pos *pos;

		if (sym->type != STT_FUNC || !sym->sec || !sec_is_code(sec))
			continue;
		if (!sym->name[0])
			return BAD(r, "section '%s': a function without a name", sec->name);
		if (sym->value > sec->size || sym->size > sec->size - sym->value)
			return BAD(r, "function '%s' lies beyond its section '%s'", sym->name, sec->name);
		if (!sym->size || sym->size % INSN_SZ || sym->value % INSN_SZ ||
		    sym->size / INSN_SZ > INT32_MAX)
			return BAD(r, "function '%s': broken size or position", sym->name);
		pos = PUSH(r->pos, *cnt, cap);
		if (!pos)
			return -ENOMEM;
		pos->sym = i;
		pos->sec = sym->sec;
		pos->off = sym->value;
		pos->sz = sym->size;
	}
	if (*cnt)
		qsort(r->pos, *cnt, sizeof(*r->pos), cmp_pos);
	return 0;
}

/* Several names for the same code (aliases) are fine: each is a function of its own. */
static int check_overlap(struct reader *r, u32 cnt)
{
	u32 i;

	for (i = 1; i < cnt; i++) {
		const struct func_pos *a = &r->pos[i - 1], *b = &r->pos[i];

		if (a->sec != b->sec || a->off + a->sz <= b->off || (a->off == b->off && a->sz == b->sz))
			continue;
		return BAD(r, "function '%s' overlaps '%s'", r->syms[b->sym].name, r->syms[a->sym].name);
	}
	return 0;
}

static int read_insns(struct reader *r, const struct func_pos *pos, struct obj_func *func)
{
	const u8 *p = r->secs[pos->sec].data + pos->off;
	bool be = r->obj->big_endian;
	u32 i;

	func->insn_cnt = pos->sz / INSN_SZ;
	func->insns = calloc(func->insn_cnt, sizeof(*func->insns));
	if (!func->insns)
		return -ENOMEM;
	for (i = 0; i < func->insn_cnt; i++, p += INSN_SZ) {
		struct insn *insn = &func->insns[i];

		insn->code = p[0];
		insn->dst = be ? p[1] >> 4 : p[1] & 0xf; /* bitfields: the first has the byte's other end */
		insn->src = be ? p[1] & 0xf : p[1] >> 4;
		insn->off = get16(p + 2, be);
		insn->imm = get32(p + 4, be);
	}
	return 0;
}

static int read_func(struct reader *r, u32 i)
{
	const struct func_pos *pos = &r->pos[i];
	const struct elf_sym *sym = &r->syms[pos->sym];
	struct obj_func *func = &r->obj->funcs[i];
	const char *sec = r->secs[pos->sec].name, *target = NULL;

	func->exception_cb = -1;
	func->name = strdup(sym->name);
	func->sec_name = strdup(sec);
	if (!func->name || !func->sec_name)
		return -ENOMEM;
	func->is_static = sym->bind == STB_LOCAL || hidden(sym);
	func->autoload = sec[0] != '?';
	if (sym->bind != STB_LOCAL && strcmp(sec, ".text")) {
		func->is_prog = true;
		func->def = sec_def_find(sec + (sec[0] == '?'), &target);
		if (target) {
			func->attach_target = strdup(target);
			if (!func->attach_target)
				return -ENOMEM;
		}
	}
	return read_insns(r, pos, func);
}

static int cmp_name(const void *va, const void *vb, void *arg)
{
	const struct object *obj = arg;

	return strcmp(obj->funcs[*(const u32 *)va].name, obj->funcs[*(const u32 *)vb].name);
}

/* Programs become members of a struct, so their names must differ. */
static int check_names(struct reader *r)
{
	u32 *idx = calloc((size_t)r->obj->func_cnt + 1, sizeof(*idx)), cnt = 0, i;
	int ret = 0;

	if (!idx)
		return -ENOMEM;
	for (i = 0; i < r->obj->func_cnt; i++)
		if (r->obj->funcs[i].is_prog)
			idx[cnt++] = i;
	qsort_r(idx, cnt, sizeof(*idx), cmp_name, r->obj);
	for (i = 1; i < cnt && !ret; i++)
		if (!cmp_name(&idx[i - 1], &idx[i], r->obj))
			ret = BAD(r, "two programs are named '%s'", r->obj->funcs[idx[i]].name);
	free(idx);
	return ret;
}

int funcs_read(struct reader *r)
{
	u32 cnt = 0, i;
	int ret;

	ret = find_funcs(r, &cnt);
	ret = ret ?: check_overlap(r, cnt);
	if (ret || !cnt)
		return ret;
	r->obj->funcs = calloc(cnt, sizeof(*r->obj->funcs));
	if (!r->obj->funcs)
		return -ENOMEM;
	r->obj->func_cnt = cnt;
	for (i = 0; i < cnt && !ret; i++)
		ret = read_func(r, i);
	return ret ?: check_names(r);
}

int func_alias(const struct reader *r, int fi)
{
	const struct func_pos *a = &r->pos[fi], *b = a + 1;

	if (fi + 1 >= (int)r->obj->func_cnt || a->sec != b->sec || a->off != b->off)
		return -1;
	return fi + 1;
}

void func_clear(struct obj_func *func)
{
	free(func->name);
	free(func->sec_name);
	free(func->attach_target);
	free(func->insns);
	free(func->relos);
	free(func->lines);
	free(func->cores);
	free(func->ctx_ids);
}

int func_at(const struct reader *r, u32 sec, u64 off)
{
	u32 lo = 0, hi = r->obj->func_cnt;

	/* the first function that ends beyond off: they don't overlap, but for aliases */
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct func_pos *pos = &r->pos[mid];

		if (pos->sec < sec || (pos->sec == sec && pos->off + pos->sz <= off))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == r->obj->func_cnt || r->pos[lo].sec != sec || r->pos[lo].off > off)
		return -1;
	return lo;
}

int funcs_classify(struct reader *r)
{
	u32 i;

	for (i = 0; i < r->obj->func_cnt; i++) {
		struct obj_func *func = &r->obj->funcs[i];
		struct btf_type *t;

		/* A global function in a section of no meaning: a subprogram if somebody calls it. */
		if (func->is_prog && !func->def && r->pos[i].called)
			func->is_prog = false;
		/*
		 * Hidden subprograms are static for the kernel: verified where they are called, not on their
		 * own.
		 */
		if (func->is_prog || !func->is_static || !func->btf_id)
			continue;
		t = btf_type_rw(r, func->btf_id);
		if (btf_vlen(t) /* linkage */ == BTF_FUNC_GLOBAL)
			t->info = btf_type_info(BTF_KIND_FUNC, BTF_FUNC_STATIC, 0);
	}
	return 0;
}
