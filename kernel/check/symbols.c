// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Maps, ksyms and kfuncs that instructions refer to: looked up as the loader does, and written into the
 * instructions.
 */
#include "check_priv.h"

/* "bpf_task_acquire___one" is another local prototype of bpf_task_acquire. */
static void essential_name(const char *name, char *buf, size_t sz)
{
	const char *flavour = strstr(name, "___");

	snprintf(buf, sz, "%.*s", flavour && flavour != name ? (int)(flavour - name) : (int)strlen(name),
		 name);
}

static void set_const(struct insn *insn, u64 v)
{
	insn[0].src = 0;
	insn[0].imm = (s32)v;
	insn[1].imm = (s32)(v >> 32);
}

/*
 * Is the extern declared as what the kernel has? The kernel does not ask: it takes its own type. libbpf does,
 * and refuses.
 */
static bool compatible(struct check *c, const struct obj_extern *e, const struct target_btf *where, u32 id)
{
	const struct btf_type *kern = btf__type_by_id(where->btf, id);
	struct core *core;
	int ret;

	if (!kern || core_new(c->obj->btf, 0, &core))
		return true;
	ret = core_types_compat(core, e->type_id, where->btf, kern->type);
	core_free(core);
	return ret > 0;
}

static void missing(struct check *c, struct check_prog *p, u32 insn, enum check_kind kind, bool weak,
		    const char *what, const char *text)
{
	item(c, kind, weak ? CHECK_GUARDED : CHECK_FATAL, p, insn, what, "%s%s", text, weak ? ": 0" : "");
	if (!weak)
		p->lost = true;
}

static void unknown(struct check *c, struct check_prog *p, u32 insn, enum check_kind kind, const char *what)
{
	item(c, kind, CHECK_UNDECIDED, p, insn, what, "whether the kernel has its address is not known");
	p->lost = true;
}

static void typeless(struct check *c, struct check_prog *p, u32 at, const struct obj_extern *e,
		     const char *what)
{
	struct insn *insn = &p->l.insns[at];
	u64 addr = 0;
	enum target_answer answer = target_symbol(c->t, e->name, &addr);

	set_const(insn, addr);
	/* where per-CPU addresses start from 0 these two are there, as 0 */
	if (answer == TARGET_NO &&
	    (!strcmp(e->name, "__per_cpu_start") || !strcmp(e->name, "fixed_percpu_data")))
		answer = TARGET_YES;
	if (answer == TARGET_NO)
		missing(c, p, at, CHECK_KSYM, e->weak, what, "no such symbol");
	else if (answer == TARGET_UNKNOWN)
		unknown(c, p, at, CHECK_KSYM, what);
	else
		item(c, CHECK_KSYM, CHECK_FINE, p, at, what, "has an address");
}

static void found(struct check *c, struct check_prog *p, u32 at, enum check_kind kind,
		  const struct obj_extern *e, const struct target_btf *where, u32 id, const char *what)
{
	if (compatible(c, e, where, id))
		item(c, kind, CHECK_FINE, p, at, what, "in %s", where->name);
	else
		item(c, kind, CHECK_DOUBTFUL, p, at, what,
		     "in %s, but not of the type that it is declared with: libbpf would refuse it",
		     where->name);
}

/* A variable, or a function whose address is taken. */
static void typed(struct check *c, struct check_prog *p, u32 at, const struct obj_extern *e, const char *name,
		  const char *what)
{
	const struct target_btf *where = NULL;
	struct insn *insn = &p->l.insns[at];
	bool func = e->kind == EXT_FUNC;
	int id = target_find(c->t, name, func ? BTF_KIND_FUNC : BTF_KIND_VAR, &where);
	enum target_answer answer;
	u64 addr = 1;

	set_const(insn, 0);
	if (id < 0) {
		missing(c, p, at, CHECK_KSYM, e->weak, what,
			c->t->btf_cnt ? "not in the kernel's BTF" : "the kernel has no BTF");
		return;
	}
	answer = target_symbol(c->t, name, &addr);
	if (answer == TARGET_NO && !(func && e->weak)) {
		missing(c, p, at, CHECK_KSYM, e->weak, what,
			"in the kernel's BTF, but kallsyms has no address");
		return;
	}
	if (answer == TARGET_UNKNOWN && !(func && e->weak)) {
		unknown(c, p, at, CHECK_KSYM, what);
		return;
	}
	if (func && e->weak) {
		set_const(insn, answer == TARGET_YES ? addr : 1);
	} else {
		insn[0].src = BPF_PSEUDO_BTF_ID;
		insn[0].imm = id;
		insn[1].imm = btf_fd(c, where);
	}
	if (func && !e->weak && target_since(c->t, KVER(6, 4)) != TARGET_YES) {
		item(c, CHECK_KSYM,
		     target_since(c->t, KVER(6, 4)) == TARGET_NO ? CHECK_FATAL : CHECK_UNDECIDED, p, at, what,
		     "ids of functions came with 6.4");
		p->lost = true;
		return;
	}
	found(c, p, at, CHECK_KSYM, e, where, id, what);
}

/* Kernels that have no JIT, or none for this machine, refuse all programs with kfuncs. */
static enum target_answer has_jit(const struct check *c)
{
	const struct target_btf *where;

	if (c->t->has_config)
		return target_config(c->t, "CONFIG_BPF_JIT") ? TARGET_YES : TARGET_NO;
	return target_find(c->t, "bpf_jit_charge_modmem", BTF_KIND_FUNC, &where) > 0 ? TARGET_YES
										     : TARGET_UNKNOWN;
}

static void kfunc(struct check *c, struct check_prog *p, u32 at, const struct obj_extern *e, const char *name,
		  const char *what)
{
	const struct target_btf *where = NULL;
	int id = target_find(c->t, name, BTF_KIND_FUNC, &where);
	struct insn *insn = &p->l.insns[at];
	struct target_kfunc kf;

	insn->src = BPF_PSEUDO_KFUNC_CALL;
	insn->imm = 0;
	insn->off = 0;
	if (!c->t->btf_cnt && e->weak) {
		core_poison(p->l.insns, p->l.insn_cnt, at);
		pend(c, p, CHECK_KFUNC, at, what, "the kernel has no BTF", NULL);
		return;
	}
	if (id < 0 && e->weak) {
		pend(c, p, CHECK_KFUNC, at, what, "not in the kernel's BTF", NULL);
		return;
	}
	if (id < 0) {
		/* for a look at the rest of the program */
		*insn = (struct insn){ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_prandom_u32 };
		missing(c, p, at, CHECK_KFUNC, false, what,
			c->t->btf_cnt ? "not in the kernel's BTF" : "the kernel has no BTF");
		return;
	}
	insn->imm = id;
	insn->off = where == c->t->btfs ? 0 : (s16)(c->obj->map_cnt + (where - c->t->btfs));
	if (has_jit(c) != TARGET_YES) {
		item(c, CHECK_KFUNC, has_jit(c) == TARGET_NO ? CHECK_FATAL : CHECK_UNDECIDED, p, at, what,
		     "kfuncs need a JIT: CONFIG_BPF_JIT is %s",
		     has_jit(c) == TARGET_NO ? "not set" : "not known");
		p->lost = true;
		return;
	}
	target_kfunc(c->t, where, id, p->func->def->prog_type, &kf);
	if (kf.exists == TARGET_NO)
		pend(c, p, CHECK_KFUNC, at, what, "a function of the kernel, but no kfunc", NULL);
	else if (kf.allowed == TARGET_NO)
		pend(c, p, CHECK_KFUNC, at, what, "not for programs of this type", NULL);
	else if (kf.exists == TARGET_UNKNOWN)
		item(c, CHECK_KFUNC, CHECK_UNDECIDED, p, at, what,
		     "a function in %s; whether it is a kfunc is not known", where->name);
	else if (kf.allowed == TARGET_UNKNOWN)
		item(c, CHECK_KFUNC, CHECK_UNDECIDED, p, at, what,
		     "in %s; whether programs of this type may call it is not known", where->name);
	else
		found(c, p, at, CHECK_KFUNC, e, where, id, what);
}

static void extern_use(struct check *c, struct check_prog *p, const struct obj_relo *r)
{
	const struct obj_extern *e = &c->obj->externs[r->ref];
	char name[256], what[300];

	essential_name(e->name, name, sizeof(name));
	snprintf(what, sizeof(what), "%s%s '%s'", e->weak ? "weak " : "",
		 r->kind == RELO_KFUNC ? "kfunc"
		 : e->kind == EXT_KSYM ? "typeless ksym"
		 : e->kind == EXT_FUNC ? "function"
				       : "ksym",
		 e->name);
	if (r->kind == RELO_KFUNC)
		kfunc(c, p, r->insn, e, name, what);
	else if (e->kind == EXT_KSYM)
		typeless(c, p, r->insn, e, what);
	else
		typed(c, p, r->insn, e, e->kind == EXT_FUNC ? name : e->name, what);
}

void check_symbols(struct check *c, struct check_prog *p)
{
	u32 i;

	for (i = 0; i < p->l.relo_cnt; i++) {
		const struct obj_relo *r = &p->l.relos[i];
		struct insn *insn = &p->l.insns[r->insn];

		switch (r->kind) {
		case RELO_MAP:
			insn[0].src = BPF_PSEUDO_MAP_IDX;
			insn[0].imm = r->ref;
			insn[1].imm = 0;
			break;
		case RELO_MAP_VALUE:
			insn[0].src = BPF_PSEUDO_MAP_IDX_VALUE;
			insn[0].imm = r->ref;
			insn[1].imm = r->off;
			break;
		case RELO_KFUNC:
		case RELO_KSYM: extern_use(c, p, r); break;
		default: break;
		}
	}
}
