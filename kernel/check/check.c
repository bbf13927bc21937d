// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "check_priv.h"

#include <stdarg.h>

const char *check_kind_name(enum check_kind kind)
{
	static const char *const names[] = {
		[CHECK_LOADER] = "loader",     [CHECK_CORE] = "core",	  [CHECK_KSYM] = "ksym",
		[CHECK_KFUNC] = "kfunc",       [CHECK_ATTACH] = "attach", [CHECK_HELPER] = "helper",
		[CHECK_MAP] = "map",	       [CHECK_PROG] = "prog",	  [CHECK_KCONFIG] = "kconfig",
		[CHECK_VERIFIER] = "verifier", [CHECK_LOAD] = "load",
	};

	return names[kind];
}

const char *check_verdict_name(enum check_verdict verdict)
{
	static const char *const names[] = { "fine", "guarded", "doubtful", "undecided", "fatal" };

	return names[verdict];
}

const char *check_outcome_name(enum check_outcome outcome)
{
	static const char *const names[] = { "loads", "undecided", "fails" };

	return names[outcome];
}

static void free_item(struct check_item *i)
{
	free(i->what);
	free(i->text);
	free(i->prog);
	free(i->file);
	free(i->source);
}

void check_free(struct check_result *res)
{
	u32 i;

	if (!res)
		return;
	for (i = 0; i < res->item_cnt; i++)
		free_item(&res->items[i]);
	free(res->items);
	free(res);
}

/* The line of source that an instruction comes from. */
static void locate(struct check *c, struct check_item *i, const struct check_prog *p, u32 insn)
{
	const struct obj_line *line = NULL;
	const char *s;
	u32 n;

	i->prog = strdup(p->func->name);
	i->insn = insn;
	if (!i->prog)
		c->ret = -ENOMEM;
	for (n = 0; n < p->l.line_cnt && p->l.lines[n].insn <= insn; n++)
		line = &p->l.lines[n];
	if (!line || !c->obj->btf)
		return;
	i->line = line->line_col >> 10;
	s = btf__str_by_offset(c->obj->btf, line->file_off);
	i->file = s && *s ? strdup(s) : NULL;
	s = btf__str_by_offset(c->obj->btf, line->line_off);
	for (; s && (*s == ' ' || *s == '\t'); s++)
		;
	i->source = s && *s ? strdup(s) : NULL;
}

/* The same said of another place is one item. */
static struct check_item *known(struct check *c, const struct check_item *it)
{
	u32 i;

	for (i = 0; i < c->res->item_cnt; i++) {
		struct check_item *old = &c->res->items[i];

		if (old->kind == it->kind && old->verdict == it->verdict && !strcmp(old->what, it->what) &&
		    !strcmp(old->text, it->text))
			return old;
	}
	return NULL;
}

struct check_item *item(struct check *c, enum check_kind kind, enum check_verdict verdict,
			const struct check_prog *p, u32 insn, const char *what, const char *fmt, ...)
{
	struct check_item it = { .kind = kind, .verdict = verdict, .what = strdup(what), .cnt = 1 },
			  *i = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&it.text, fmt, ap) < 0)
		it.text = NULL;
	va_end(ap);
	if (it.what && it.text)
		i = known(c, &it);
	if (i) {
		i->cnt++;
		free_item(&it);
		return i;
	}
	if (it.what && it.text)
		i = PUSH(c->res->items, c->res->item_cnt, c->res->item_cap);
	if (!i) {
		free_item(&it);
		c->ret = -ENOMEM;
		return NULL;
	}
	*i = it;
	if (p)
		locate(c, i, p, insn);
	return i;
}

/*
 * What stands in for an instruction that is not to be had: the object's own value, the start of the struct,
 * any number.
 */
static void set_instead(struct pending *pending, const struct insn *old)
{
	const struct insn random = { .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_prandom_u32 };

	pending->instead[0] = old ? old[0] : random;
	pending->instead_cnt = 1;
	if (!old)
		return;
	if (old->code == (BPF_LD | BPF_IMM | BPF_DW)) {
		pending->instead[1] = old[1];
		pending->instead_cnt = 2;
	} else if (BPF_CLASS(old->code) == BPF_LDX || BPF_CLASS(old->code) == BPF_ST ||
		   BPF_CLASS(old->code) == BPF_STX) {
		pending->instead[0].off = 0;
	}
}

void pend(struct check *c, struct check_prog *p, enum check_kind kind, u32 insn, const char *what,
	  const char *text, const struct insn *old)
{
	struct pending *pending = PUSH(p->pending, p->pending_cnt, p->pending_cap);

	if (!pending) {
		c->ret = -ENOMEM;
		return;
	}
	*pending = (struct pending){ kind, strdup(what), strdup(text), insn, {}, 0, false };
	set_instead(pending, old);
	if (!pending->what || !pending->text)
		c->ret = -ENOMEM;
}

const char *map_title(const struct check *c, u32 map, char *buf, size_t sz)
{
	snprintf(buf, sz, "map '%s'", c->obj->maps[map].name);
	return buf;
}

const char *uapi_name(const struct check *c, const char *enum_name, u32 value, char *buf, size_t sz)
{
	const char *name = target_uapi_name(c->t, enum_name, value);

	if (name)
		snprintf(buf, sz, "%s", name);
	else
		snprintf(buf, sz, "%s %u", enum_name, value);
	return buf;
}

static int open_core(struct check *c)
{
	u32 i;
	int ret;

	if (!c->obj->btf || !c->t->btf_cnt)
		return 0;
	ret = core_new(c->obj->btf, CORE_AS_KERNEL | (c->obj->big_endian ? CORE_BIG_ENDIAN : 0), &c->core);
	for (i = 0; i < c->t->btf_cnt && !ret; i++)
		ret = core_add_target(c->core, c->t->btfs[i].btf);
	return ret;
}

/* Programs as they are loaded by default; what is wrong with the others keeps nobody from loading these. */
static int link_progs(struct check *c)
{
	struct lsk_err why = {};
	struct check_prog *p;
	u32 i;

	for (i = 0; i < c->obj->func_cnt; i++) {
		const struct obj_func *f = &c->obj->funcs[i];

		if (!f->is_prog || !f->autoload || !f->def)
			continue;
		p = PUSH(c->progs, c->prog_cnt, c->prog_cap);
		if (!p)
			return -ENOMEM;
		memset(p, 0, sizeof(*p));
		p->func = f;
		p->attach_type = f->def->expected_attach_type;
		memset(&why, 0, sizeof(why));
		if (link_prog(c->obj, i, &p->l, &why)) {
			memset(&p->l, 0, sizeof(p->l));
			p->lost = true;
			item(c, CHECK_LOADER, CHECK_FATAL, NULL, 0, f->name, "%s", why.msg);
		}
	}
	return c->ret;
}

/* By kind, and in the order of finding for each. */
static int cmp_order(const void *va, const void *vb)
{
	const struct check_item *a = *(struct check_item *const *)va, *b = *(struct check_item *const *)vb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int sort_items(struct check_result *res)
{
	struct check_item **order = calloc(res->item_cnt + 1, sizeof(*order)), *sorted;
	u32 i;

	sorted = calloc(res->item_cnt + 1, sizeof(*sorted));
	if (!order || !sorted) {
		free(order);
		free(sorted);
		return -ENOMEM;
	}
	for (i = 0; i < res->item_cnt; i++)
		order[i] = &res->items[i];
	qsort(order, res->item_cnt, sizeof(*order), cmp_order);
	for (i = 0; i < res->item_cnt; i++)
		sorted[i] = *order[i];
	free(res->items);
	free(order);
	res->items = sorted;
	res->item_cap = res->item_cnt + 1;
	return 0;
}

static void decide(struct check_result *res)
{
	const struct check_item *fatal = NULL, *open = NULL;
	u32 i;

	for (i = 0; i < res->item_cnt; i++) {
		const struct check_item *it = &res->items[i];

		if (it->verdict == CHECK_FATAL && !fatal)
			fatal = it;
		if (it->verdict == CHECK_UNDECIDED && !open)
			open = it;
	}
	res->why = fatal ? fatal : open;
	res->outcome = fatal ? CHECK_FAILS : open ? CHECK_OPEN : CHECK_LOADS;
}

int check_note(struct check_result *res, enum check_kind kind, enum check_verdict verdict, const char *what,
	       const char *text)
{
	struct check_item *i = PUSH(res->items, res->item_cnt, res->item_cap);

	if (!i)
		return -ENOMEM;
	*i = (struct check_item){
		.kind = kind, .verdict = verdict, .what = strdup(what), .text = strdup(text), .cnt = 1
	};
	if (!i->what || !i->text) {
		free_item(i);
		res->item_cnt--;
		return -ENOMEM;
	}
	decide(res);
	return 0;
}

static void run(struct check *c)
{
	u32 i;

	check_loader(c);
	check_maps(c);
	check_kconfig(c);
	for (i = 0; i < c->prog_cnt && !c->ret; i++) {
		struct check_prog *p = &c->progs[i];

		check_prog_type(c, p);
		check_attach(c, p);
		check_symbols(c, p);
		check_core(c, p);
		check_helpers(c, p);
		check_verifier(c, p);
	}
}

static void cleanup(struct check *c)
{
	u32 i, j;

	for (i = 0; i < c->prog_cnt; i++) {
		for (j = 0; j < c->progs[i].pending_cnt; j++) {
			free(c->progs[i].pending[j].what);
			free(c->progs[i].pending[j].text);
		}
		free(c->progs[i].pending);
		link_free(&c->progs[i].l);
	}
	free(c->progs);
	core_free(c->core);
}

int check_object(struct object *obj, const struct target *t, const struct check_opts *opts,
		 struct check_result **res, struct lsk_err *err)
{
	static const struct check_opts none;
	struct check c = { .obj = obj, .t = t, .opts = opts ? opts : &none, .res = calloc(1, sizeof(**res)) };

	c.ret = c.res ? open_core(&c) : -ENOMEM;
	if (!c.ret)
		c.ret = link_progs(&c);
	if (!c.ret)
		run(&c);
	if (!c.ret)
		c.ret = sort_items(c.res);
	cleanup(&c);
	if (c.ret) {
		check_free(c.res);
		return err_set(err, c.ret, "out of memory");
	}
	decide(c.res);
	*res = c.res;
	return 0;
}
