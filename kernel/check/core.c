// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* CO-RE, as the kernel does it. */
#include "check_priv.h"

static void value_text(const struct obj_core *relo, const struct core_value *v, char *buf, size_t sz)
{
	switch (relo->kind) {
	case CORE_FIELD_EXISTS:
	case CORE_TYPE_EXISTS:
	case CORE_ENUMVAL_EXISTS:
	case CORE_TYPE_MATCHES: snprintf(buf, sz, "%s", v->target ? "yes" : "no"); break;
	default:
		if (v->check && v->found && v->target != v->local)
			snprintf(buf, sz, "%lld, %lld in the object", (long long)v->target,
				 (long long)v->local);
		else
			snprintf(buf, sz, "%lld", (long long)v->target);
	}
}

static bool is_poisoned(const struct insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->imm == CORE_POISON_IMM;
}

static void resolve(struct check *c, struct check_prog *p, const struct obj_core *relo)
{
	struct lsk_err why = {}, bad = {};
	char what[512], text[100];
	struct core_value v;
	struct insn old[2] = {};
	u32 i;

	for (i = 0; i < 2 && relo->insn + i < p->l.insn_cnt; i++)
		old[i] = p->l.insns[relo->insn + i];
	core_describe(c->core, relo, what, sizeof(what));
	if (core_resolve(c->core, relo, &v, &why) ||
	    core_patch(&v, p->l.insns, p->l.insn_cnt, relo->insn, &bad)) {
		const char *msg = why.msg[0] ? why.msg : bad.msg;
		size_t len = strlen(what);

		if (!strncmp(msg, what, len) && !strncmp(msg + len, ": ", 2))
			msg += len + 2;
		item(c, CHECK_CORE, CHECK_FATAL, p, relo->insn, what, "%s", msg);
		p->lost = true;
		return;
	}
	if (relo->insn < p->l.insn_cnt && is_poisoned(&p->l.insns[relo->insn])) {
		pend(c, p, CHECK_CORE, relo->insn, what,
		     v.poison ? "not in the kernel" : "has another size there, and a sign", old);
		return;
	}
	value_text(relo, &v, text, sizeof(text));
	item(c, CHECK_CORE, v.found ? CHECK_FINE : CHECK_GUARDED, p, relo->insn, what, "%s", text);
}

void check_core(struct check *c, struct check_prog *p)
{
	u32 i;

	if (p->l.core_cnt && !c->core) {
		item(c, CHECK_CORE, CHECK_FATAL, p, p->l.cores[0].insn, "all relocations",
		     "the kernel has no BTF: gen --btf resolves them before");
		p->lost = true;
		return;
	}
	for (i = 0; i < p->l.core_cnt; i++)
		resolve(c, p, &p->l.cores[i]);
}
