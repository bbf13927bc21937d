// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bpf.h>

struct linker {
	const struct object *obj;
	struct linked *l;
	u32 *place;       /* by object.funcs: index in l->funcs, or ~0u */
	size_t insn_cap, func_cap, relo_cap, line_cap, core_cap;
};

/* Queue a function once; where it starts is known when its turn comes. */
static int want(struct linker *k, u32 func)
{
	struct linked_func *lf;

	if (k->place[func] != ~0u)
		return 0;
	lf = PUSH(k->l->funcs, k->l->func_cnt, k->func_cap);
	if (!lf)
		return -ENOMEM;
	lf->func = func;
	k->place[func] = k->l->func_cnt - 1;
	return 0;
}

static int append_records(struct linker *k, const struct obj_func *f, u32 start)
{
	struct linked *l = k->l;
	struct obj_line *line;
	struct obj_core *core;
	u32 i;

	if (!f->btf_id)
		l->has_func_info = false;
	if (!f->line_cnt || f->lines[0].insn)
		l->has_line_info = false;
	for (i = 0; i < f->line_cnt; i++) {
		line = PUSH(l->lines, l->line_cnt, k->line_cap);
		if (!line)
			return -ENOMEM;
		*line = f->lines[i];
		line->insn += start;
	}
	for (i = 0; i < f->core_cnt; i++) {
		core = PUSH(l->cores, l->core_cnt, k->core_cap);
		if (!core)
			return -ENOMEM;
		*core = f->cores[i];
		core->insn += start;
	}
	return 0;
}

static int append_func(struct linker *k, u32 place)
{
	const struct obj_func *f = &k->obj->funcs[k->l->funcs[place].func];
	struct linked *l = k->l;
	u32 start = l->insn_cnt, i;
	struct obj_relo *relo;
	int ret;

	if (grow((void **)&l->insns, &k->insn_cap, (size_t)l->insn_cnt + f->insn_cnt, sizeof(*l->insns)))
		return -ENOMEM;
	if (f->insn_cnt)
		memcpy(l->insns + l->insn_cnt, f->insns, f->insn_cnt * sizeof(*f->insns));
	l->insn_cnt += f->insn_cnt;
	l->funcs[place].start = start;
	for (i = 0; i < f->relo_cnt; i++) {
		relo = PUSH(l->relos, l->relo_cnt, k->relo_cap);
		if (!relo)
			return -ENOMEM;
		*relo = f->relos[i];
		relo->insn += start;
		if (relo->kind == RELO_CALL || relo->kind == RELO_FUNC_ADDR) {
			ret = want(k, relo->ref);
			if (ret)
				return ret;
		}
	}
	return append_records(k, f, start);
}

/* All functions have their places: make calls and addresses relative, and keep the other relocations. */
static void resolve_calls(struct linker *k)
{
	struct linked *l = k->l;
	u32 i, kept = 0;

	for (i = 0; i < l->relo_cnt; i++) {
		const struct obj_relo *r = &l->relos[i];
		struct insn *insn = &l->insns[r->insn];

		if (r->kind != RELO_CALL && r->kind != RELO_FUNC_ADDR) {
			l->relos[kept++] = *r;
			continue;
		}
		insn->src = r->kind == RELO_CALL ? BPF_PSEUDO_CALL : BPF_PSEUDO_FUNC;
		insn->imm = (s32)(l->funcs[k->place[r->ref]].start - r->insn - 1);
		if (r->kind == RELO_FUNC_ADDR)
			insn[1].imm = 0;
	}
	l->relo_cnt = kept;
}

int link_prog(const struct object *obj, u32 func, struct linked *l, struct lsk_err *err)
{
	struct linker k = { .obj = obj, .l = l };
	u32 i;
	int ret = -ENOMEM;

	memset(l, 0, sizeof(*l));
	l->has_func_info = l->has_line_info = true;
	k.place = malloc(obj->func_cnt * sizeof(*k.place));
	if (!k.place)
		goto out;
	memset(k.place, 0xff, obj->func_cnt * sizeof(*k.place));
	ret = want(&k, func);
	for (i = 0; !ret && i < l->func_cnt; i++) {
		ret = append_func(&k, i);
		/* the handler of an exception is called by nobody: it must be there because the tag names it */
		if (!ret && i == 0 && obj->funcs[func].exception_cb >= 0)
			ret = want(&k, obj->funcs[func].exception_cb);
	}
	if (!ret)
		resolve_calls(&k);
out:
	free(k.place);
	if (ret) {
		link_free(l);
		return err_set(err, ret, "prog '%s': out of memory", obj->funcs[func].name);
	}
	return 0;
}

void link_free(struct linked *l)
{
	free(l->insns);
	free(l->funcs);
	free(l->relos);
	free(l->lines);
	free(l->cores);
	memset(l, 0, sizeof(*l));
}
