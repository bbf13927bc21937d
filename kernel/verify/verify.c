// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The entry, and findings. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

const char *verify_cause_name(enum verify_cause cause)
{
	static const char *const names[VERIFY_CAUSES] = {
		[VERIFY_PROG] = "prog", [VERIFY_CORE] = "core", [VERIFY_KSYM] = "ksym",
		  [VERIFY_KFUNC] = "kfunc",
		[VERIFY_HELPER] = "helper", [VERIFY_ACCESS] = "access", [VERIFY_WRITE] = "write",
		  [VERIFY_NULL] = "null",
		[VERIFY_PERCPU] = "percpu", [VERIFY_USER] = "user", [VERIFY_KPTR] = "kptr",
		  [VERIFY_REF] = "ref",
		[VERIFY_MAP] = "map", [VERIFY_CTX] = "ctx", [VERIFY_OTHER] = "other",
	};

	return cause < VERIFY_CAUSES && names[cause] ? names[cause] : "?";
}

static void add(struct env *e, enum verify_outcome outcome, enum verify_cause cause, int err, const char *fmt,
		va_list ap)
{
	struct verify_result *res = e->res;
	struct verify_finding *f = NULL;
	u32 i;

	for (i = 0; i < res->finding_cnt && !f; i++)
		if (res->findings[i].insn == e->at && res->findings[i].cause == cause)
			f = &res->findings[i];
	if (f && f->outcome >= outcome)
		return;
	if (!f)
		f = PUSH(res->findings, res->finding_cnt, e->res_cap);
	if (!f) {
		e->ret = -ENOMEM;
		return;
	}
	*f = (struct verify_finding){ .outcome = outcome, .cause = cause, .insn = e->at, .err = err };
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	if (res->outcome < outcome)
		res->outcome = outcome;
}

int refuse(struct env *e, enum verify_cause cause, int err, const char *fmt, ...)
{
	bool sure = !e->st || !e->st->inexact;
	va_list ap;

	va_start(ap, fmt);
	add(e, sure ? VERIFY_REFUSED : VERIFY_UNDECIDED, cause, sure ? err : 0, fmt, ap);
	va_end(ap);
	if (sure)
		e->refused = true;
	return STOP;
}

void unsure(struct env *e, enum verify_cause cause, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(e, VERIFY_UNDECIDED, cause, 0, fmt, ap);
	va_end(ap);
	if (e->st)
		e->st->inexact = true; /* what follows from a guess is one */
}

const char *val_str(struct env *e, const struct val *v)
{
	static const char *const names[] = { [V_NONE] = "nothing", [V_NUM] = "scalar", [V_ANY] = "unknown",
		[V_CTX] = "ctx",
		[V_MAP] = "map", [V_MAPVAL] = "map_value", [V_MAPKEY] = "map_key", [V_STACK] = "fp",
		  [V_MEM] = "mem",
		[V_FUNC] = "func", [V_PKT] = "packet", [V_SOCK] = "sock", [V_DYNPTR] = "dynptr",
		  [V_ARENA] = "arena" };
	static __thread char buf[2][120];
	static __thread int turn;
	char *b = buf[turn ^= 1];

	(void)e;
	if (v->kind != V_BTF) {
		snprintf(b, sizeof(buf[0]), "%s%s%s", v->flags & F_RDONLY ? "rdonly_" : "", names[v->kind],
			 v->flags & F_NULL ? "_or_null" : "");
		return b;
	}
	snprintf(b, sizeof(buf[0]), "%s%s%s%s%sptr_%.60s%s", v->flags & F_USER ? "user_" : "",
		 v->flags & F_PERCPU ? "percpu_" : "", v->flags & F_RCU ? "rcu_" : "",
		 v->flags & F_UNTRUSTED ? "untrusted_" : "", v->flags & F_TRUSTED ? "trusted_" : "",
		 btf_nm(v->btf, v->type), v->flags & F_NULL ? "_or_null" : "");
	return b;
}

static int by_insn(const void *a, const void *b)
{
	const struct verify_finding *x = a, *y = b;

	if (x->insn != y->insn)
		return x->insn < y->insn ? -1 : 1;
	return (int)x->cause - (int)y->cause;
}

int verify_prog(const struct verify_input *in, struct verify_result *res)
{
	struct env e = { .in = in, .res = res, .budget = 1000000 };
	struct fields *f;

	memset(res, 0, sizeof(*res));
	e.vmlinux = in->target->btf_cnt ? in->target->btfs[0].btf : NULL;
	e.type = in->prog_type;
	if (in->prog_type == BPF_PROG_TYPE_EXT && in->attach_prog)
		e.type = in->attach_prog->type;
	e.sleepable = in->flags & BPF_F_SLEEPABLE;
	e.aux = calloc(in->insn_cnt + 1, sizeof(*e.aux));
	if (!e.aux)
		return -ENOMEM;
	kernel_since_init(&e);
	if (!prepare_prog(&e))
		walk_prog(&e);
	if (e.guessed && res->outcome == VERIFY_FINE) {
		e.at = 0;
		unsure(&e, VERIFY_OTHER, "the target's release is not known (%u.%u or later), and rules that matter here changed",
		       e.since >> 16, e.since >> 8 & 0xff);
	}
	if (res->finding_cnt)
		qsort(res->findings, res->finding_cnt, sizeof(*res->findings), by_insn);
	while ((f = e.fields)) {
		e.fields = f->next;
		free(f);
	}
	pools_free(&e);
	free(e.aux);
	free(e.globals);
	if (e.ret)
		verify_free(res);
	return e.ret;
}

void verify_free(struct verify_result *res)
{
	free(res->findings);
	memset(res, 0, sizeof(*res));
}
