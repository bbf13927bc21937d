// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Kernel symbols. Each is looked up once per object, whatever the number of programs and instructions that use it: on
 * kernels with unsorted BTF one look-up costs as much as a program load. What is found goes straight to all its users.
 *
 * A BTF look-up leaves {id, fd} in the fd_array, so that the fd of a module's BTF is in place for kfunc calls. The fd of
 * vmlinux is 0.
 */
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#define ATTR(field) offsetof(union bpf_attr, field)

static int oom(struct build *b)
{
	if (!b->ret)
		b->ret = err_set(b->err, -ENOMEM, "out of memory");
	return b->ret;
}

/* "module:name", or "name" where no module is named: in the kernel these are two. */
static bool is_called(const struct rec *r, u32 sym, const char *name)
{
	const char *module = r->syms[sym].module, *s = r->b.tr->syms[sym].name;
	size_t len = module ? strlen(module) : 0;

	if (!module)
		return !strcmp(s, name);
	return !strncmp(name, module, len) && name[len] == ':' && !strcmp(s, name + len + 1);
}

static u32 sym_find(struct rec *r, enum obj_ext_kind kind, const char *name, u8 find_kind, bool weak)
{
	u32 i;

	for (i = 0; i < r->b.tr->sym_cnt; i++) {
		const struct trace_sym *s = &r->b.tr->syms[i];

		if (r->syms[i].kind == kind && s->weak == weak && is_called(r, i, name) &&
		    (s->kallsyms || s->btf_kind == find_kind))
			break;
	}
	return i;
}

static int sym_new(struct rec *r, enum obj_ext_kind kind, const char *what, const char *name, u8 find_kind, bool weak)
{
	struct build *b = &r->b;
	struct rec_sym *rs = PUSH(r->syms, (u32){ b->tr->sym_cnt }, r->sym_cap);
	struct trace_sym *s = PUSH(b->tr->syms, b->tr->sym_cnt, b->sym_cap);
	const char *colon = kind == EXT_FUNC ? strchr(name, ':') : NULL;

	if (!rs || !s)
		return oom(b);
	memset(rs, 0, sizeof(*rs));
	memset(s, 0, sizeof(*s));
	rs->kind = kind;
	s->kallsyms = kind == EXT_KSYM;
	s->btf_kind = find_kind;
	s->weak = weak;
	if (colon) {
		rs->module = strndup(name, colon - name);
		s->name = strdup(colon + 1);
	} else {
		s->name = strdup(name);
	}
	if (!s->name || (colon && !rs->module) || asprintf(&s->what, "%s '%s'", what, name) < 0) {
		s->what = NULL;
		return oom(b);
	}
	if (s->kallsyms) {
		rs->cell = cell_new(b, 8, 0, "%s", s->what);
		return b->ret;
	}
	rs->cell = chunk_extend(b, CHUNK_ID_FD_ARRAY, 8);
	if (b->ret)
		return b->ret;
	cell_name(b, cell_lo(b, rs->cell), 4, "%s.id", s->what);
	cell_name(b, cell_hi(b, rs->cell), 4, "%s.btf_fd", s->what);
	if (cell_hi(b, rs->cell).off / 4 > 32767)
		return b->ret = err_set(b->err, -E2BIG, "%s: more maps and symbols than a kfunc call can index", s->what);
	return 0;
}

void syms_use(struct rec *r, enum obj_ext_kind kind, const char *what, const char *name, u8 find_kind, bool weak,
	      struct sym_use use)
{
	struct build *b = &r->b;
	u32 i = b->ret ? 0 : sym_find(r, kind, name, find_kind, weak);
	struct trace_sym *s;
	struct sym_use *u;
	u32 *user;

	if (b->ret || (i == b->tr->sym_cnt && sym_new(r, kind, what, name, find_kind, weak)))
		return;
	s = &b->tr->syms[i];
	u = PUSH(r->syms[i].uses, r->syms[i].use_cnt, r->syms[i].use_cap);
	if (!u) {
		oom(b);
		return;
	}
	*u = use;
	if (s->user_cnt && s->users[s->user_cnt - 1] == use.prog)
		return; /* programs come in order */
	user = PUSH(s->users, s->user_cnt, r->syms[i].user_cap);
	if (!user)
		oom(b);
	else
		*user = use.prog;
}

static struct trace_ref insn_word(const struct rec *r, const struct sym_use *u, u32 word)
{
	return ref(r->progs[u->prog].insns, 8 * u->insn + 4 * word);
}

/* The first word of a use's instruction, with another src_reg or off: a constant for COPY. */
static struct trace_ref changed_word(struct rec *r, const struct sym_use *u, u8 src, s16 off)
{
	struct insn insn = r->progs[u->prog].l.insns[u->insn];
	u8 bytes[8];

	insn.src = src;
	insn.off = off;
	insn_encode(&insn, r->b.tr->big_endian, bytes);
	return konst(&r->b, get32(bytes, r->b.tr->big_endian));
}

/* Write the address in @cell into all ld_imm64 of the symbol. */
static void patch_addresses(struct rec *r, const struct rec_sym *rs, struct trace_ref cell)
{
	u32 i;

	for (i = 0; i < rs->use_cnt; i++) {
		if (rs->uses[i].kind != USE_ADDR)
			continue;
		op_copy(&r->b, cell_lo(&r->b, cell), insn_word(r, &rs->uses[i], 1));
		op_copy(&r->b, cell_hi(&r->b, cell), insn_word(r, &rs->uses[i], 3));
	}
}

/* Write BTF id and fd into all ld_imm64 of the symbol. A weak one's are plain constants until now. */
static void patch_btf_ids(struct rec *r, const struct rec_sym *rs, bool weak)
{
	struct build *b = &r->b;
	u32 i;

	for (i = 0; i < rs->use_cnt; i++) {
		const struct sym_use *u = &rs->uses[i];

		if (u->kind != USE_ADDR)
			continue;
		if (weak)
			op_copy(b, changed_word(r, u, BPF_PSEUDO_BTF_ID, 0), insn_word(r, u, 0));
		op_copy(b, cell_lo(b, rs->cell), insn_word(r, u, 1));
		op_copy(b, cell_hi(b, rs->cell), insn_word(r, u, 3));
	}
}

static void patch_calls(struct rec *r, const struct rec_sym *rs)
{
	struct build *b = &r->b;
	s16 fd_idx = cell_hi(b, rs->cell).off / 4;
	u32 i, calls = 0, vmlinux;

	for (i = 0; i < rs->use_cnt; i++) {
		if (rs->uses[i].kind != USE_CALL)
			continue;
		op_copy(b, cell_lo(b, rs->cell), insn_word(r, &rs->uses[i], 1));
		calls++;
	}
	if (!calls)
		return;
	/* off 0 is vmlinux; a module's is the index of its BTF fd */
	vmlinux = op_if_ge(b, cell_hi(b, rs->cell), 1, b->scratch);
	for (i = 0; i < rs->use_cnt; i++)
		if (rs->uses[i].kind == USE_CALL)
			op_copy(b, changed_word(r, &rs->uses[i], BPF_PSEUDO_KFUNC_CALL, fd_idx),
				insn_word(r, &rs->uses[i], 0));
	op_land(b, vmlinux);
}

static void patch_attach(struct rec *r, const struct rec_sym *rs)
{
	struct build *b = &r->b;
	u32 i;

	for (i = 0; i < rs->use_cnt; i++) {
		u32 attr = b->tr->progs[rs->uses[i].prog].attr;

		if (rs->uses[i].kind != USE_ATTACH)
			continue;
		attr_copy(b, attr, ATTR(attach_btf_id), cell_lo(b, rs->cell));
		attr_copy(b, attr, ATTR(attach_btf_obj_fd), cell_hi(b, rs->cell));
	}
}

/* "module:name": the look-up takes no module, and vmlinux comes first. Never settle for vmlinux's. */
static void insist_on_module(struct rec *r, const struct rec_sym *rs, const char *what)
{
	struct build *b = &r->b;
	u32 in_vmlinux = op_if_ge(b, cell_hi(b, rs->cell), 1, b->scratch);
	u32 fine = op_jump(b);

	op_land(b, in_vmlinux);
	op_find(b, what, BTF_KIND_UNKN, cell_new(b, 8, 0, "%s", what), false); /* finds nothing: ENOENT */
	op_land(b, fine);
}

/*
 * A weak function's address: tested for being there, mostly. It stays a plain constant, since kernels before 6.4 refuse
 * BTF ids of functions. Where addresses are not to be had (kptr_restrict), 1 says that it is there.
 */
static void weak_func_address(struct rec *r, const struct rec_sym *rs, const struct trace_sym *s)
{
	struct build *b = &r->b;
	struct trace_ref addr;
	u32 i, known, unknown;

	for (i = 0; i < rs->use_cnt && rs->uses[i].kind != USE_ADDR;)
		i++;
	if (i == rs->use_cnt)
		return;
	addr = cell_new(b, 8, 0, "%s.addr", s->what);
	unknown = op_ksym(b, s->name, addr, true);
	known = op_jump(b);
	op_land(b, unknown);
	op_copy(b, konst(b, 1), cell_lo(b, addr));
	op_land(b, known);
	patch_addresses(r, rs, addr);
}

static void find_record(struct rec *r, const struct rec_sym *rs, const struct trace_sym *s)
{
	struct build *b = &r->b;
	u32 missing = op_find(b, s->name, s->btf_kind, rs->cell, s->weak), unaddressed = 0;

	if (rs->module)
		insist_on_module(r, rs, s->what);
	if (s->weak && rs->kind == EXT_VAR) {
		/* BTF may know variables that kallsyms doesn't (no KALLSYMS_ALL): as good as missing */
		unaddressed = op_ksym(b, s->name, cell_new(b, 8, 0, "%s.addr", s->what), true);
	}
	patch_attach(r, rs);
	patch_calls(r, rs);
	if (s->weak && rs->kind == EXT_FUNC)
		weak_func_address(r, rs, s);
	else
		patch_btf_ids(r, rs, s->weak);
	if (unaddressed)
		op_land(b, unaddressed);
	if (s->weak)
		op_land(b, missing);
}

/*
 * Symbols whose address is 0 where per-CPU addresses start from there (x86-64 before 6.15). The helper calls that a missing
 * name (ENOENT), so for these names it must not be an error. All kernels have them.
 */
static bool may_be_zero(const char *name)
{
	return !strcmp(name, "__per_cpu_start") || !strcmp(name, "fixed_percpu_data");
}

static bool all_users_off(const struct rec *r, const struct trace_sym *s)
{
	u32 i;

	for (i = 0; i < s->user_cnt; i++)
		if (r->b.obj->funcs[r->b.tr->progs[s->users[i]].func].autoload)
			return false;
	return true;
}

void syms_record(struct rec *r)
{
	struct build *b = &r->b;
	u32 i, guard = 0;

	for (i = 0; i < b->tr->sym_cnt && !b->ret; i++) {
		const struct trace_sym *s = &b->tr->syms[i];
		bool off = all_users_off(r, s);

		span_begin(b, SUBJ_SYM, i);
		if (off)
			guard = op_jump(b);
		if (s->kallsyms) {
			op_ksym(b, s->name, r->syms[i].cell, s->weak || may_be_zero(s->name));
			patch_addresses(r, &r->syms[i], r->syms[i].cell);
		} else {
			find_record(r, &r->syms[i], s);
		}
		if (off)
			op_land(b, guard);
		span_end(b);
	}
}
