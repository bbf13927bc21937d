// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What comes with the instructions: subprograms, func_info, line_info, CO-RE. */
#include "model_priv.h"

#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#include "../../gen_loader/core/core.h"

#define BAD(...) model_fail(l->m, -EINVAL, __VA_ARGS__)

enum { SUBPROGS_MAX = 256, INFO_REC_MAX = 252 };

static bool is_ld_imm64(const struct insn *i)
{
	return i->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static int by_number(const void *a, const void *b)
{
	const u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int add_start(struct load *l, u32 insn)
{
	u32 *at, i;

	for (i = 0; i < l->start_cnt; i++)
		if (l->starts[i] == insn)
			return 0;
	if (l->start_cnt == SUBPROGS_MAX)
		return model_fail(l->m, -E2BIG, "more than %d subprograms", SUBPROGS_MAX);
	at = PUSH(l->starts, l->start_cnt, l->start_cap);
	if (!at)
		return model_fail(l->m, -ENOMEM, "out of memory");
	*at = insn;
	return 0;
}

int prog_find_subprogs(struct load *l)
{
	const struct kprog *p = l->prog;
	u32 i;
	int err = add_start(l, 0);

	for (i = 0; i < p->insn_cnt && !err; i++) {
		const struct insn *insn = &p->insns[i];
		const bool is_call = insn->code == (BPF_JMP | BPF_CALL) && insn->src == SRC_CALL;
		const bool is_func = is_ld_imm64(insn) && insn->src == SRC_FUNC;
		const u64 to = (u64)i + 1 + (u64)(s64)insn->imm;

		if (is_call || is_func)
			err = to >= p->insn_cnt ? BAD("insn %u: calls instruction %lld, which is not there",
						      i, (long long)to)
						: add_start(l, (u32)to);
		if (is_ld_imm64(insn))
			i++;
	}
	if (!err)
		qsort(l->starts, l->start_cnt, sizeof(*l->starts), by_number);
	return err;
}

/* Records of a newer kernel: what we don't know must be zero. */
static int take_recs(struct load *l, u64 at, u32 cnt, u32 rec, u32 known, const char *what, u8 **out)
{
	u32 i, j;
	int err;

	if (rec < known || rec > INFO_REC_MAX || rec % 4)
		return BAD("%s: records of %u bytes", what, rec);
	if (cnt > ~0u / rec || cnt > 1 << 24)
		return BAD("%s: %u records", what, cnt);
	*out = malloc((size_t)cnt * rec);
	if (!*out)
		return model_fail(l->m, -ENOMEM, "out of memory");
	err = model_copy_in(l->c, *out, at, (u64)cnt * rec);
	for (i = 0; !err && i < cnt; i++)
		for (j = known; j < rec; j++)
			if ((*out)[(size_t)i * rec + j])
				return model_fail(
					l->m, -E2BIG,
					"%s: record %u has something at %u that the kernel does not know",
					what, i, j);
	return err;
}

static u32 rec32(const u8 *recs, u32 rec, u32 i, u32 word)
{
	return get32(recs + (size_t)i * rec + 4 * word, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* The function that a tag of the main one names is one of the program's, though nothing calls it (6.7). */
static int add_exception_cb(struct load *l)
{
	static const char prefix[] = "exception_callback:";
	const struct btf *btf = l->btf->btf;
	const struct kprog *p = l->prog;
	const struct btf_type *t;
	const char *name;
	u32 i, f;
	s64 id;
	int err = 0;

	for (i = 1; i < btf__type_cnt(btf) && model_maybe_since(l->m, KVER(6, 7, 0)) && !err; i++) {
		t = btf__type_by_id(btf, i);
		if (!btf_is_decl_tag(t) || t->type != p->funcs[0].type_id ||
		    btf_decl_tag(t)->component_idx != -1)
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (strncmp(name, prefix, strlen(prefix)))
			continue;
		id = btf__find_by_name_kind(btf, name + strlen(prefix), BTF_KIND_FUNC);
		for (f = 0; f < p->func_cnt && p->funcs[f].type_id != id; f++)
			;
		if (id < 0 || f == p->func_cnt || !f)
			return BAD("exception callback '%s' is none of the program's functions",
				   name + strlen(prefix));
		err = add_start(l, p->funcs[f].insn);
	}
	if (!err)
		qsort(l->starts, l->start_cnt, sizeof(*l->starts), by_number);
	return err;
}

static int check_funcs(struct load *l)
{
	const u32 cnt = a32(l->c, PL_FUNC_CNT), rec = a32(l->c, PL_FUNC_REC);
	struct kprog *p = l->prog;
	const struct btf_type *t;
	u32 i, at, id;
	int err;

	if (!cnt) {
		for (i = 0; i < p->insn_cnt; i++)
			if (is_ld_imm64(&p->insns[i]) && p->insns[i++].src == SRC_FUNC)
				return BAD("insn %u: the address of a function, without func_info", i - 1);
		return 0;
	}
	err = take_recs(l, a64(l->c, PL_FUNCS), cnt, rec, 8, "func_info", &l->funcs);
	if (err)
		return err;
	p->funcs = calloc(cnt, sizeof(*p->funcs));
	if (!p->funcs)
		return model_fail(l->m, -ENOMEM, "out of memory");
	p->func_cnt = cnt;
	for (i = 0; i < cnt; i++) {
		at = rec32(l->funcs, rec, i, 0);
		id = rec32(l->funcs, rec, i, 1);
		if (i ? at <= p->funcs[i - 1].insn : at)
			return BAD("func_info: record %u is at instruction %u", i, at);
		t = btf__type_by_id(l->btf->btf, id);
		if (!t || !btf_is_func(t))
			return BAD("func_info: record %u: type %u is no function", i, id);
		p->funcs[i].insn = at;
		p->funcs[i].type_id = id;
	}
	err = add_exception_cb(l);
	if (err)
		return err;
	if (cnt != l->start_cnt)
		return BAD("func_info: %u functions, the program has %u", cnt, l->start_cnt);
	for (i = 0; i < cnt; i++)
		if (p->funcs[i].insn != l->starts[i])
			return BAD("func_info: a function at instruction %u, the program has one at %u",
				   p->funcs[i].insn, l->starts[i]);
	return 0;
}

/* Functions whose address is taken are static. */
static int check_callbacks(struct load *l)
{
	const struct kprog *p = l->prog;
	const struct btf_type *t;
	u32 i, f, to;

	for (i = 0; i < p->insn_cnt; i++) {
		if (!is_ld_imm64(&p->insns[i]))
			continue;
		to = i + 1 + (u32)p->insns[i].imm;
		for (f = 0; p->insns[i].src == SRC_FUNC && f < p->func_cnt; f++) {
			t = btf__type_by_id(l->btf->btf, p->funcs[f].type_id);
			if (p->funcs[f].insn != to)
				continue;
			if (!f)
				return BAD("insn %u: the main program as a callback", i);
			if (btf_vlen(t) != BTF_FUNC_STATIC)
				return BAD("insn %u: callback function '%s' is not static", i,
					   btf__name_by_offset(l->btf->btf, t->name_off));
		}
		i++;
	}
	return 0;
}

static int check_lines(struct load *l)
{
	const u32 cnt = a32(l->c, PL_LINE_CNT), rec = a32(l->c, PL_LINE_REC);
	const struct kprog *p = l->prog;
	u32 i, at, last = 0, next_start = 0;
	u8 *recs = NULL;
	int err;

	if (!cnt)
		return 0;
	err = take_recs(l, a64(l->c, PL_LINES), cnt, rec, 16, "line_info", &recs);
	for (i = 0; i < cnt && !err; i++) {
		at = rec32(recs, rec, i, 0);
		if ((i && at <= last) || at >= p->insn_cnt)
			err = BAD("line_info: record %u is at instruction %u", i, at);
		else if (!p->insns[at].code)
			err = BAD("line_info: record %u is in the middle of instruction %u", i, at - 1);
		else if (!btf__str_by_offset(l->btf->btf, rec32(recs, rec, i, 1)) ||
			 !btf__str_by_offset(l->btf->btf, rec32(recs, rec, i, 2)))
			err = BAD("line_info: record %u: no such string", i);
		last = at;
		if (!err && next_start < l->start_cnt) {
			if (at == l->starts[next_start])
				next_start++;
			else if (at > l->starts[next_start])
				err = BAD("line_info: none for the function at instruction %u",
					  l->starts[next_start]);
		}
	}
	if (!err && next_start < l->start_cnt)
		err = BAD("line_info: none for the function at instruction %u", l->starts[next_start]);
	free(recs);
	return err;
}

int prog_check_info(struct load *l)
{
	int err = 0;

	if (a32(l->c, PL_FUNC_CNT) || a32(l->c, PL_LINE_CNT)) {
		l->btf = fd_get(l->m, (int)a32(l->c, PL_BTF), KFD_BTF, &err);
		if (!l->btf)
			return err;
		if (l->btf->kernel) {
			l->btf = NULL;
			return model_fail(l->m, -EACCES, "the kernel's BTF is no program's");
		}
		l->prog->btf = l->btf;
		l->btf->refs++;
	}
	err = check_funcs(l);
	if (!err)
		err = check_lines(l);
	return err ? err : check_callbacks(l);
}

static int core_of(struct load *l, struct core **core)
{
	const struct target *t = l->m->target;
	const u32 flags = CORE_AS_KERNEL | (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? CORE_BIG_ENDIAN : 0);
	u32 i;
	int err = 0;

	if (!l->btf->core) {
		err = core_new(l->btf->btf, flags, &l->btf->core);
		for (i = 0; !err && i < t->btf_cnt; i++)
			err = core_add_target(l->btf->core, t->btfs[i].btf);
		if (err) {
			core_free(l->btf->core);
			l->btf->core = NULL;
		}
	}
	*core = l->btf->core;
	return err ? model_fail(l->m, err, "CO-RE: %s", err_name(err)) : 0;
}

/* Up to 7.2 relocations are not looked at if there is neither func_info nor line_info. */
int prog_apply_core(struct load *l)
{
	const u32 cnt = a32(l->c, PL_CORE_CNT), rec = a32(l->c, PL_CORE_REC);
	struct kprog *p = l->prog;
	struct obj_core *relos = NULL;
	struct lsk_err why = {};
	struct core *core;
	u8 *recs = NULL;
	u32 i;
	int err;

	if (!cnt || model_since(l->m, KVER(5, 17, 0)) == TARGET_NO)
		return 0;
	if (!l->btf && model_since(l->m, KVER(7, 3, 0)) == TARGET_NO)
		return 0; /* they are there, and nobody looks at them */
	if (!l->btf) {
		model_undecided(l->m, "prog '%s': its CO-RE relocations, which come without func_info",
				prog_label(p));
		return 0;
	}
	err = take_recs(l, a64(l->c, PL_CORES), cnt, rec, 16, "core_relo", &recs);
	relos = calloc(cnt, sizeof(*relos));
	if (!err && !relos)
		err = model_fail(l->m, -ENOMEM, "out of memory");
	for (i = 0; i < cnt && !err; i++) {
		const u32 off = rec32(recs, rec, i, 0);

		relos[i] = (struct obj_core){ off / 8, rec32(recs, rec, i, 1), rec32(recs, rec, i, 2),
					      rec32(recs, rec, i, 3) };
		if (off % 8 || off / 8 >= p->insn_cnt)
			err = BAD("core_relo: record %u is at byte %u", i, off);
	}
	if (!err && !l->m->target) {
		model_undecided(l->m, "prog '%s': its CO-RE relocations", prog_label(p));
	} else if (!err) {
		err = model_has_kernel_btf(l->m) ? core_of(l, &core) : BAD("CO-RE: the kernel has no BTF");
		if (!err)
			err = core_apply(core, relos, cnt, p->insns, p->insn_cnt, false, &why);
		if (err && why.msg[0])
			model_fail(l->m, err, "%s", why.msg);
	}
	free(relos);
	free(recs);
	return err;
}
