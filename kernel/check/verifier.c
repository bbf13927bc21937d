// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The verifier's model on each program: its findings, and what it makes of instructions that must not be
 * reached.
 */
#include "../verify/verify.h"
#include "check_priv.h"

#define MAX_ROUNDS 40

/* What descriptors stand for, see btf_fd(). */
struct fds {
	struct check *c;
	struct kmap *maps, *inner;
	struct kbtf own, *kernel;
};

static struct kmap *map_by_fd(void *fds, int fd)
{
	const struct fds *f = fds;

	return (u32)fd - MAP_FD < f->c->obj->map_cnt ? &f->maps[fd - MAP_FD] : NULL;
}

static struct kbtf *btf_by_fd(void *fds, int fd)
{
	const struct fds *f = fds;
	u32 i = (u32)fd - MAP_FD - f->c->obj->map_cnt;

	return fd > 0 && i && i < f->c->t->btf_cnt ? &f->kernel[i] : NULL;
}

static int fd_array(void *fds, u32 idx, int *fd)
{
	const struct fds *f = fds;

	if (idx >= f->c->obj->map_cnt + f->c->t->btf_cnt)
		return -EFAULT;
	*fd = (int)(MAP_FD + idx);
	return 0;
}

static int fill_map(struct fds *f, const struct obj_map *m, struct kmap *k)
{
	struct check *c = f->c;
	char name[256];
	int id;

	k->type = m->type;
	k->key_size = m->key_size;
	k->value_size = m->value_size;
	k->max_entries = m->max_entries;
	k->flags = m->flags;
	k->extra = m->map_extra;
	memcpy(k->name, m->kernel_name, sizeof(k->name));
	k->refs = 1;
	if (c->obj->btf) {
		k->btf = &f->own;
		k->key_id = m->btf_key_id;
		k->value_id = m->btf_sec_id ? m->btf_sec_id : m->btf_value_id;
	}
	if (m->kind == MAP_RODATA || m->kind == MAP_KCONFIG) {
		k->frozen = true;
		k->value = calloc(1, (m->value_size + 7) / 8 * 8);
		if (!k->value)
			return -ENOMEM;
		if (m->data)
			memcpy(k->value, m->data, m->value_size);
	}
	if (m->ops) {
		snprintf(name, sizeof(name), "bpf_struct_ops_%s", m->ops->type);
		id = target_find(c->t, name, BTF_KIND_STRUCT, &k->ops_btf);
		k->ops_id = id > 0 ? id : 0;
	}
	return 0;
}

static void free_fds(struct fds *f)
{
	u32 i;

	for (i = 0; i < f->c->obj->map_cnt && f->maps; i++)
		free(f->maps[i].value);
	for (i = 0; i < f->c->obj->map_cnt && f->inner; i++)
		free(f->inner[i].value);
	free(f->maps);
	free(f->inner);
	free(f->kernel);
}

static int make_fds(struct check *c, struct fds *f)
{
	u32 i;
	int ret = 0;

	*f = (struct fds){ .c = c, .own = { .btf = c->obj->btf, .refs = 1 } };
	f->maps = calloc(c->obj->map_cnt + 1, sizeof(*f->maps));
	f->inner = calloc(c->obj->map_cnt + 1, sizeof(*f->inner));
	f->kernel = calloc(c->t->btf_cnt + 1, sizeof(*f->kernel));
	if (!f->maps || !f->inner || !f->kernel)
		return -ENOMEM;
	for (i = 0; i < c->obj->map_cnt && !ret; i++) {
		const struct obj_map *m = &c->obj->maps[i];

		ret = fill_map(f, m, &f->maps[i]);
		if (!ret && m->inner) {
			ret = fill_map(f, m->inner, &f->inner[i]);
			f->maps[i].inner = &f->inner[i];
		}
	}
	for (i = 0; i < c->t->btf_cnt; i++)
		f->kernel[i] = (struct kbtf){ .kernel = &c->t->btfs[i], .refs = 1 };
	return ret;
}

static bool is_gpl(const char *license)
{
	static const char *const names[] = { "GPL",	     "GPL v2",	     "GPL and additional rights",
					     "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL" };
	u32 i;

	for (i = 0; license && i < ARRAY_SIZE(names); i++)
		if (!strcmp(license, names[i]))
			return true;
	return false;
}

static struct kprog_func *make_funcs(const struct check *c, const struct check_prog *p)
{
	struct kprog_func *funcs = p->l.has_func_info ? calloc(p->l.func_cnt + 1, sizeof(*funcs)) : NULL;
	u32 i;

	for (i = 0; funcs && i < p->l.func_cnt; i++) {
		const struct obj_func *f = &c->obj->funcs[p->l.funcs[i].func];

		funcs[i].insn = p->l.funcs[i].start;
		funcs[i].type_id = i ? obj_func_btf_id(f, p->func->def->prog_type) : f->btf_id;
	}
	return funcs;
}

static int verify(struct check *c, struct check_prog *p, struct verify_result *res)
{
	struct verify_input in = {
		.target = c->t,
		.prog_type = p->func->def->prog_type,
		.attach_type = p->attach_type,
		.flags = (p->func->def->flags & SEC_SLEEPABLE ? BPF_F_SLEEPABLE : 0) |
			 (p->func->def->flags & SEC_XDP_FRAGS ? BPF_F_XDP_HAS_FRAGS : 0),
		.gpl = is_gpl(c->obj->license),
		.insns = p->l.insns,
		.insn_cnt = p->l.insn_cnt,
		.btf = c->obj->btf,
		.attach_btf = p->attach_btf,
		.attach_btf_id = p->attach_id,
		.map_by_fd = map_by_fd,
		.btf_by_fd = btf_by_fd,
		.fd_array = fd_array,
	};
	struct kprog_func *funcs = make_funcs(c, p);
	struct fds fds;
	int ret;

	in.fds = &fds;
	in.funcs = funcs;
	in.func_cnt = funcs ? p->l.func_cnt : 0;
	ret = p->l.has_func_info && !funcs ? -ENOMEM : make_fds(c, &fds);
	if (!ret)
		ret = verify_prog(&in, res);
	if (!(p->l.has_func_info && !funcs))
		free_fds(&fds);
	free(funcs);
	return ret;
}

static const struct verify_finding *at(const struct verify_result *res, u32 insn)
{
	u32 i;

	for (i = 0; i < res->finding_cnt; i++)
		if (res->findings[i].insn == insn)
			return &res->findings[i];
	return NULL;
}

/* Some path was given up, so that what was not reached may be reached by it. */
static bool incomplete(const struct verify_result *res)
{
	u32 i;

	for (i = 0; i < res->finding_cnt; i++)
		if (res->findings[i].outcome == VERIFY_REFUSED || res->findings[i].cause == VERIFY_PROG ||
		    res->findings[i].cause == VERIFY_OTHER)
			return true;
	return false;
}

/* @res: of the last walk; NULL: nobody has looked */
static void settle(struct check *c, struct check_prog *p, const struct verify_result *res)
{
	u32 i;

	for (i = 0; i < p->pending_cnt; i++) {
		const struct pending *pend = &p->pending[i];

		if (pend->reached)
			item(c, pend->kind, CHECK_FATAL, p, pend->insn, pend->what,
			     "%s, and the program gets there", pend->text);
		else if (!res || incomplete(res) || at(res, pend->insn))
			item(c, pend->kind, CHECK_UNDECIDED, p, pend->insn, pend->what,
			     "%s; perhaps the program gets there", pend->text);
		else
			item(c, pend->kind, CHECK_GUARDED, p, pend->insn, pend->what,
			     "%s, and the program does not get there", pend->text);
	}
}

/* The walk ends at the first that is reached. False: none was. */
static bool step_over(struct check_prog *p, const struct verify_result *res)
{
	bool any = false;
	u32 i, j;

	for (i = 0; i < p->pending_cnt; i++) {
		struct pending *pend = &p->pending[i];
		const struct verify_finding *f = at(res, pend->insn);

		if (pend->reached || !f || f->outcome != VERIFY_REFUSED)
			continue;
		pend->reached = any = true;
		for (j = 0; j < pend->instead_cnt; j++)
			p->l.insns[pend->insn + j] = pend->instead[j];
	}
	return any;
}

/* With something else in the places of those that are reached: are the others, too? */
static int settle_all(struct check *c, struct check_prog *p, const struct verify_result *first)
{
	struct verify_result res = {};
	bool more = step_over(p, first);
	u32 round;
	int ret = 0;

	if (!more) {
		settle(c, p, first);
		return 0;
	}
	for (round = 0; more && round < MAX_ROUNDS && !ret; round++) {
		verify_free(&res);
		ret = verify(c, p, &res);
		more = !ret && step_over(p, &res);
	}
	if (!ret)
		settle(c, p, more ? NULL : &res);
	verify_free(&res);
	return ret;
}

static bool is_pending(const struct check_prog *p, u32 insn)
{
	u32 i;

	for (i = 0; i < p->pending_cnt; i++)
		if (p->pending[i].insn == insn)
			return true;
	return false;
}

void check_verifier(struct check *c, struct check_prog *p)
{
	struct verify_result res = {};
	char what[100];
	u32 i;

	if (p->untyped) {
		settle(c, p, NULL);
		return;
	}
	if (c->opts->no_verifier) {
		settle(c, p, NULL);
		if (!p->lost)
			item(c, CHECK_VERIFIER, CHECK_UNDECIDED, p, 0, "programs", "not looked at");
		return;
	}
	if (verify(c, p, &res)) {
		c->ret = -ENOMEM;
		return;
	}
	if (settle_all(c, p, &res))
		c->ret = -ENOMEM;
	/* what is not loaded like this is said already */
	for (i = 0; i < res.finding_cnt && !p->lost; i++) {
		const struct verify_finding *f = &res.findings[i];

		if (is_pending(p, f->insn))
			continue;
		snprintf(what, sizeof(what), "%s, in prog '%.60s'", verify_cause_name(f->cause),
			 p->func->name);
		item(c, CHECK_VERIFIER, f->outcome == VERIFY_REFUSED ? CHECK_FATAL : CHECK_UNDECIDED, p,
		     f->insn, what, "%s%s%s", f->text, f->err ? ": " : "", f->err ? err_name(f->err) : "");
	}
	verify_free(&res);
}
