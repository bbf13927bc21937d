// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The functions that attach, detach and run programs. */
#include "../attach.h"
#include "priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct attach_how how(const struct gen *g, u32 prog)
{
	return attach_how(&g->obj->funcs[g->tr->progs[prog].func]);
}

u32 gen_attach_parts(const struct gen *g)
{
	u32 i, parts = 0;

	for (i = 0; i < g->desc->prog_cnt; i++)
		parts |= how(g, i).part;
	return parts;
}

static bool has_holds(const struct gen *g)
{
	u32 i;

	for (i = 0; i < g->desc->prog_cnt; i++)
		if (how(g, i).holds)
			return true;
	return false;
}

void gen_print_holds(struct gen *g)
{
	if (has_holds(g))
		text_printf(&g->text, "\tstruct lskel_hold holds[%u]; /* by program: what detaching has to undo */\n",
			    g->desc->prog_cnt);
}

void gen_print_targets(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i;

	if (d->links) {
		text_puts(&g->text, "\tstatic const unsigned int links[] = {\n");
		for (i = 0; i < d->prog_cnt; i++)
			text_printf(&g->text, "\t\t0x%x,\n", d->links[i]);
		text_puts(&g->text, "\t};\n");
	}
	if (!d->target_cnt)
		return;
	text_puts(&g->text, "\tstatic const struct lskel_target_row targets[] = {\n");
	for (i = 0; i < d->target_cnt; i++) {
		text_printf(&g->text, "\t\t{ %u, ", d->targets[i].prog);
		if (d->targets[i].func)
			text_string(&g->text, d->targets[i].func);
		else
			text_puts(&g->text, "0");
		text_puts(&g->text, ", ");
		if (d->targets[i].module)
			text_string(&g->text, d->targets[i].module);
		else
			text_puts(&g->text, "0");
		text_printf(&g->text, ", %u },\n", d->targets[i].flags);
	}
	text_puts(&g->text, "\t};\n");
}

void gen_print_target_options(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i;

	if (!d->target_cnt)
		return;
	text_puts(&g->text, "\t\t/* > 0: attach to a function of that program */\n\t\tstruct {\n");
	for (i = 0; i < d->target_cnt; i++)
		text_printf(&g->text, "\t\t\tint %s;\n", g->progs[d->targets[i].prog].member);
	text_puts(&g->text, "\t\t} attach_prog_fd;\n"
			    "\t\t/* the function; NULL: the one that the section names */\n\t\tstruct {\n");
	for (i = 0; i < d->target_cnt; i++)
		text_printf(&g->text, "\t\t\tconst char *%s;\n", g->progs[d->targets[i].prog].member);
	text_puts(&g->text, "\t\t} attach_func;\n");
}

static void print_run(struct gen *g, u32 prog)
{
	struct text *t = &g->text;

	text_printf(t,
		    "/* Run it over a context of its own, which it may change. What it returns, or a negative errno. */\n"
		    "static inline int\n%s__%s__run(struct %s *skel, void *ctx, size_t ctx_sz)\n{\n"
		    "\treturn lskel_run_prog(&skel->state, ",
		    g->name, g->progs[prog].ident, g->name);
	text_string(t, g->desc->progs[prog].name);
	text_printf(t, ", skel->progs.%s.prog_fd, ctx, ctx_sz);\n}\n\n", g->progs[prog].member);
}

static void print_attach_opts(struct gen *g, u32 prog, const struct attach_how *h)
{
	const char *ident = g->progs[prog].ident;
	struct text *t = &g->text;

	text_printf(t,
		    "static inline int\n%s__%s__attach_opts(struct %s *skel, const struct lskel_attach_opts *opts)\n{\n"
		    "\tstatic const struct lskel_attach_to to = { ",
		    g->name, ident, g->name);
	text_string(t, g->desc->progs[prog].name);
	text_puts(t, ", ");
	if (h->target)
		text_string(t, h->target);
	else
		text_puts(t, "0");
	text_printf(t,
		    ", %u, %u };\n\n"
		    "\treturn lskel_attach_one(lskel_attach_%s, &skel->state, &to, skel->progs.%s.prog_fd, opts,\n"
		    "\t\t\t\t&skel->links.%s_fd, ",
		    h->type, h->flags, h->func, g->progs[prog].member, ident);
	if (h->holds)
		text_printf(t, "&skel->holds[%u]", prog);
	else
		text_puts(t, "0");
	text_puts(t, ");\n}\n\n");
}

static void print_prog(struct gen *g, u32 prog)
{
	struct attach_how h = how(g, prog);
	struct text *t = &g->text;

	if (h.runs)
		print_run(g, prog);
	if (h.kind != AT_NONE)
		print_attach_opts(g, prog, &h);
	text_printf(t, "static inline int\n%s__%s__attach(struct %s *skel)\n{\n", g->name, g->progs[prog].ident,
		    g->name);
	if (h.alone) {
		text_printf(t, "\treturn %s__%s__attach_opts(skel, 0);\n}\n\n", g->name, g->progs[prog].ident);
		return;
	}
	text_puts(t, "\t/* not without more arguments than a section's name gives */\n"
		     "\treturn lskel_attach_none(&skel->state, ");
	text_string(t, g->desc->progs[prog].name);
	text_puts(t, ");\n}\n\n");
}

static const char attach_tmpl[] =
	"/*\n"
	" * Attach every program that can be attached alone and isn't yet. Others are skipped: the result is 0,\n"
	" * and @N@__strerror() names them. After a failure nothing is attached that was not before.\n"
	" */\n"
	"static inline int\n"
	"@N@__attach(struct @N@ *skel)\n"
	"{\n"
	"	static int (*const attach[])(struct @N@ *) = {\n"
	"@ROWS@"
	"	};\n"
	"	const struct lskel_prog_row *rows = @N@__lskel_desc()->progs;\n"
	"	const struct bpf_prog_desc *progs = (struct bpf_prog_desc *)(void *)&skel->progs;\n"
	"	const unsigned char *autoload = (const unsigned char *)(const void *)&skel->opts.autoload;\n"
	"	volatile unsigned char made[@P@]; /* volatile: so that no memset() is called for it */\n"
	"	int *links = (int *)(void *)&skel->links, fd = 0;\n"
	"	unsigned int i, on;\n"
	"\n"
	"	lskel_state_clear(&skel->state);\n"
	"	for (i = 0; i < @P@ && fd >= 0; i++) {\n"
	"		made[i] = 0;\n"
	"		on = autoload[i] == LSKEL_ON;\n"
	"		if (autoload[i] == LSKEL_DEFAULT)\n"
	"			on = !(rows[i].flags & LSKEL_PROG_OFF);\n"
	"		if (links[i] > 0 || (rows[i].flags & LSKEL_PROG_APART) || (progs[i].prog_fd <= 0 && !on))\n"
	"			continue;\n"
	"		fd = attach[i] ? attach[i](skel) : lskel_attach_skip(&skel->state, rows[i].name);\n"
	"		made[i] = fd > 0;\n"
	"	}\n"
	"@ATTACH_OPS@"
	"	if (fd >= 0)\n"
	"		return 0;\n"
	"	while (i--)\n"
	"		if (made[i])\n"
	"			lskel_detach_one(progs[i].prog_fd, &links[i], @HOLD@);\n"
	"	return fd;\n"
	"}\n"
	"\n"
	"static inline void\n"
	"@N@__detach(struct @N@ *skel)\n"
	"{\n"
	"	const struct bpf_prog_desc *progs = (struct bpf_prog_desc *)(void *)&skel->progs;\n"
	"	int *links = (int *)(void *)&skel->links;\n"
	"	unsigned int i;\n"
	"\n"
	"@DETACH_OPS@"
	"	for (i = 0; i < @P@; i++)\n"
	"		lskel_detach_one(progs[i].prog_fd, &links[i], @HOLD@);\n"
	"}\n"
	"\n";

static const char no_attach_tmpl[] =
	"static inline int\n"
	"@N@__attach(struct @N@ *skel)\n"
	"{\n"
	"	int fd = 0;\n"
	"\n"
	"	lskel_state_clear(&skel->state);\n"
	"@ATTACH_OPS@"
	"	return fd;\n"
	"}\n"
	"\n"
	"static inline void\n"
	"@N@__detach(struct @N@ *skel)\n"
	"{\n"
	"	(void)skel;\n"
	"@DETACH_OPS@"
	"}\n"
	"\n";

void gen_print_attach(struct gen *g)
{
	struct text rows = { 0 }, attach_ops = { 0 }, detach_ops = { 0 };
	char prog_cnt[16];
	u32 i;

	for (i = 0; i < g->desc->prog_cnt; i++) {
		print_prog(g, i);
		if (how(g, i).alone)
			text_printf(&rows, "\t\t%s__%s__attach,\n", g->name, g->progs[i].ident);
		else
			text_printf(&rows, "\t\t0, /* %s */\n", g->progs[i].ident);
	}
	snprintf(prog_cnt, sizeof(prog_cnt), "%u", g->desc->prog_cnt);
	if (g->desc->ops) {
		text_printf(&attach_ops, "\tif (fd >= 0)\n\t\tfd = %s__lskel_ops_attach(skel);\n", g->name);
		text_printf(&detach_ops, "\t%s__lskel_ops_detach(skel);\n", g->name);
	}
	{
		const char *const keys[] = { "N", "P", "ROWS", "HOLD", "ATTACH_OPS", "DETACH_OPS" };
		const char *const values[] = { g->name, prog_cnt, rows.buf ? rows.buf : "",
					       has_holds(g) ? "&skel->holds[i]" : "0",
					       attach_ops.buf ? attach_ops.buf : "",
					       detach_ops.buf ? detach_ops.buf : "" };

		text_template(&g->text, g->desc->prog_cnt ? attach_tmpl : no_attach_tmpl, keys, values,
			      ARRAY_SIZE(keys));
	}
	if (rows.err || attach_ops.err || detach_ops.err)
		g->text.err = -ENOMEM;
	text_free(&rows);
	text_free(&attach_ops);
	text_free(&detach_ops);
}
