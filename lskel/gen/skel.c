// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* struct NAME and its functions: what a program that includes the header works with. */
#include "../attach.h"
#include "priv.h"

#include <stdio.h>
#include <string.h>

/* Members of a struct inside the skeleton's, one for each name. */
static void print_members(struct gen *g, const char *indent, const char *type, const struct gen_name *names,
			  u32 cnt, const char *member)
{
	u32 i;

	text_printf(&g->text, "%sstruct {\n", indent);
	for (i = 0; i < cnt; i++)
		text_printf(&g->text, "%s\t%s %s;\n", indent, type, names[i].member);
	text_printf(&g->text, "%s} %s;\n", indent, member);
}

static void print_options(struct gen *g)
{
	const struct lskel_desc *d = g->desc;

	if (!d->map_cnt && !d->prog_cnt)
		return;
	text_puts(&g->text,
		  "\n\t/* More than bpftool's, to be set before load: LSKEL_ON, LSKEL_OFF; 0: as in the object. */\n"
		  "\tstruct {\n");
	if (d->map_cnt)
		print_members(g, "\t\t", "unsigned char", g->maps, d->map_cnt, "autocreate");
	if (d->prog_cnt)
		print_members(g, "\t\t", "unsigned char", g->progs, d->prog_cnt, "autoload");
	if (d->kconfig_cnt) {
		text_puts(&g->text, "\t\t/* non-zero: the value in kconfig is meant, even if it is 0 */\n");
		print_members(g, "\t\t", "unsigned char", g->kconfigs, d->kconfig_cnt, "kconfig_set");
	}
	text_puts(&g->text, "\t} opts;\n");
}

int gen_print_struct(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i;
	int ret;

	text_printf(&g->text, "struct %s {\n\tstruct bpf_loader_ctx ctx;\n", g->name);
	if (d->map_cnt)
		print_members(g, "\t", "struct bpf_map_desc", g->maps, d->map_cnt, "maps");
	if (d->prog_cnt) {
		print_members(g, "\t", "struct bpf_prog_desc", g->progs, d->prog_cnt, "progs");
		text_puts(&g->text, "\tstruct {\n");
		for (i = 0; i < d->prog_cnt; i++)
			text_printf(&g->text, "\t\tint %s_fd;\n", g->progs[i].ident);
		text_puts(&g->text, "\t} links;\n");
	}
	ret = gen_print_sections(g);
	if (ret)
		return ret;
	print_options(g);
	text_puts(&g->text, "\tstruct lskel_state state; /* read it with the functions below */\n};\n\n");
	return 0;
}

static const struct obj_func *prog_func(const struct gen *g, u32 prog)
{
	return &g->obj->funcs[g->tr->progs[prog].func];
}

static void print_prog_attach(struct gen *g, u32 i)
{
	const struct obj_func *func = prog_func(g, i);
	const char *ident = g->progs[i].ident, *member = g->progs[i].member;
	struct attach_how how = attach_how(func);
	struct text *t = &g->text;

	text_printf(t, "static inline int\n%s__%s__attach(struct %s *skel)\n{\n", g->name, ident, g->name);
	if (how.kind == ATTACH_NONE) {
		text_puts(t, "\t/* not without more arguments than a section's name gives */\n"
			     "\treturn lskel_attach_none(&skel->state, ");
		text_string(t, func->name);
		text_puts(t, ");\n}\n\n");
		return;
	}
	text_printf(t, "\tint fd = lskel_attach_%s(&skel->state, ",
		    how.kind == ATTACH_LINK ? "link" : "raw_tp");
	text_string(t, func->name);
	text_puts(t, ", ");
	if (how.kind == ATTACH_LINK) {
		text_printf(t, "skel->progs.%s.prog_fd, 0, %u /* %s */", member, how.type, how.type_name);
	} else {
		text_string(t, how.tp);
		text_printf(t, ", skel->progs.%s.prog_fd", member);
	}
	text_printf(t, ");\n\n\tif (fd > 0)\n\t\tskel->links.%s_fd = fd;\n\treturn fd;\n}\n\n", ident);
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
	"		if (links[i] > 0 || (progs[i].prog_fd <= 0 && !on))\n"
	"			continue;\n"
	"		fd = attach[i] ? attach[i](skel) : lskel_attach_skip(&skel->state, rows[i].name);\n"
	"		made[i] = fd > 0;\n"
	"	}\n"
	"	if (fd >= 0)\n"
	"		return 0;\n"
	"	while (i--)\n"
	"		if (made[i])\n"
	"			lskel_close(&links[i]);\n"
	"	return fd;\n"
	"}\n"
	"\n"
	"static inline void\n"
	"@N@__detach(struct @N@ *skel)\n"
	"{\n"
	"	int *links = (int *)(void *)&skel->links;\n"
	"	unsigned int i;\n"
	"\n"
	"	for (i = 0; i < @P@; i++)\n"
	"		lskel_close(&links[i]);\n"
	"}\n"
	"\n";

static const char no_attach_tmpl[] =
	"static inline int\n"
	"@N@__attach(struct @N@ *skel)\n"
	"{\n"
	"	lskel_state_clear(&skel->state);\n"
	"	return 0;\n"
	"}\n"
	"\n"
	"static inline void\n"
	"@N@__detach(struct @N@ *skel)\n"
	"{\n"
	"	(void)skel;\n"
	"}\n"
	"\n";

static const char life_tmpl[] =
	"static inline void\n"
	"@N@__lskel_io(struct @N@ *skel, struct lskel_io *io)\n"
	"{\n"
	"	io->desc = @N@__lskel_desc();\n"
	"	io->ctx = &skel->ctx;\n"
	"	io->maps = (struct bpf_map_desc *)@MAPS@;\n"
	"	io->progs = (struct bpf_prog_desc *)@PROGS@;\n"
	"	io->map_on = (unsigned char *)@AUTOCREATE@;\n"
	"	io->prog_on = (unsigned char *)@AUTOLOAD@;\n"
	"	io->kconfig_set = (unsigned char *)@KCONFIG_SET@;\n"
	"	io->state = &skel->state;\n"
	"}\n"
	"\n"
	"/* Detach and close everything, and free the skeleton. NULL is fine. */\n"
	"static inline void\n"
	"@N@__destroy(struct @N@ *skel)\n"
	"{\n"
	"	struct lskel_io io;\n"
	"\n"
	"	if (!skel)\n"
	"		return;\n"
	"	@N@__detach(skel);\n"
	"	@N@__lskel_io(skel, &io);\n"
	"@FREE_DATA@"
	"	lskel_unload(&io);\n"
	"	lskel_state_free(&skel->state);\n"
	"	lskel_free(skel, sizeof(*skel));\n"
	"}\n"
	"\n"
	"/* A skeleton whose global data can be set, before it is loaded. NULL: out of memory. */\n"
	"static inline struct @N@ *\n"
	"@N@__open(void)\n"
	"{\n"
	"	struct @N@ *skel;\n"
	"\n"
	"	skel = (struct @N@ *)lskel_alloc(sizeof(*skel));\n"
	"	if (!skel)\n"
	"		goto nomem;\n"
	"	skel->ctx.sz = sizeof(skel->ctx)@CTX_SZ@;\n"
	"@ALLOC_DATA@"
	"	return skel;\n"
	"nomem:\n"
	"	@N@__destroy(skel);\n"
	"	lskel_fail((struct lskel_state *)0, -ENOMEM, \"skeleton\", \"@N@\", \"open\");\n"
	"	return (struct @N@ *)0;\n"
	"}\n"
	"\n"
	"/* 0, or a negative errno: then nothing is left open, and @N@__strerror() tells what failed. */\n"
	"static inline int\n"
	"@N@__load(struct @N@ *skel)\n"
	"{\n"
	"	struct lskel_io io;\n"
	"	int err;\n"
	"\n"
	"	@N@__lskel_io(skel, &io);\n"
	"	err = lskel_not_loaded(&io);\n"
	"	if (err)\n"
	"		return err;\n"
	"	err = lskel_load(&io);\n"
	"@FINALIZE_DATA@"
	"	return err;\n"
	"}\n"
	"\n"
	"/* NULL: failed, and @N@__strerror(NULL) tells why. */\n"
	"static inline struct @N@ *\n"
	"@N@__open_and_load(void)\n"
	"{\n"
	"	struct @N@ *skel;\n"
	"\n"
	"	skel = @N@__open();\n"
	"	if (skel && @N@__load(skel)) {\n"
	"		@N@__destroy(skel);\n"
	"		return (struct @N@ *)0;\n"
	"	}\n"
	"	return skel;\n"
	"}\n"
	"\n"
	"/* The last failure in words (or what attach skipped), or \"\". NULL: this thread's last failure. */\n"
	"static inline const char *\n"
	"@N@__strerror(const struct @N@ *skel)\n"
	"{\n"
	"	return lskel_strerror(skel ? &skel->state : (const struct lskel_state *)0);\n"
	"}\n"
	"\n"
	"/* The verifier's log of the program that failed to load, or NULL. */\n"
	"static inline const char *\n"
	"@N@__log(const struct @N@ *skel)\n"
	"{\n"
	"	return lskel_log(&skel->state);\n"
	"}\n"
	"\n";

/* The statements of destroy, open and load that deal with global data. */
static void print_data_steps(const struct gen *g, struct text *release, struct text *alloc,
			     struct text *finalize)
{
	u32 i;

	for (i = 0; i < g->sec_cnt; i++) {
		const char *m = g->maps[g->secs[i].map].member;
		u32 map = g->secs[i].map;

		text_printf(release, "\tlskel_data_free(io.desc, %u, skel->%s);\n", map, m);
		text_printf(alloc,
			    "\tskel->%s = (__typeof__(skel->%s))\n"
			    "\t\tlskel_data_alloc(%s__lskel_desc(), %u, &skel->maps.%s);\n"
			    "\tif (!skel->%s)\n\t\tgoto nomem;\n",
			    m, m, g->name, map, m, m);
		text_printf(finalize, "\tif (!err)\n\t\terr = lskel_data_finalize(&io, %u, skel->%s);\n",
			    map, m);
	}
	if (g->sec_cnt)
		text_puts(finalize, "\tif (err)\n\t\tlskel_unload(&io);\n");
}

void gen_print_funcs(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	struct text rows = { 0 }, ctx_sz = { 0 }, release = { 0 }, alloc = { 0 }, finalize = { 0 };
	struct text *const parts[] = { &rows, &ctx_sz, &release, &alloc, &finalize };
	char prog_cnt[16];
	u32 i;

	text_printf(&g->text, "static inline const struct lskel_desc *%s__lskel_desc(void);\n\n", g->name);
	for (i = 0; i < d->prog_cnt; i++) {
		print_prog_attach(g, i);
		if (attach_how(prog_func(g, i)).kind == ATTACH_NONE)
			text_printf(&rows, "\t\t0, /* %s */\n", g->progs[i].ident);
		else
			text_printf(&rows, "\t\t%s__%s__attach,\n", g->name, g->progs[i].ident);
	}
	if (d->map_cnt)
		text_puts(&ctx_sz, " + sizeof(skel->maps)");
	if (d->prog_cnt)
		text_puts(&ctx_sz, " + sizeof(skel->progs)");
	print_data_steps(g, &release, &alloc, &finalize);
	snprintf(prog_cnt, sizeof(prog_cnt), "%u", d->prog_cnt);
	{
		const char *const keys[] = { "N", "P", "ROWS", "MAPS", "PROGS", "AUTOCREATE", "AUTOLOAD",
					     "KCONFIG_SET", "FREE_DATA", "CTX_SZ", "ALLOC_DATA",
					     "FINALIZE_DATA" };
		const char *const values[] = {
			g->name, prog_cnt, rows.buf ? rows.buf : "",
			d->map_cnt ? "(void *)&skel->maps" : "0",
			d->prog_cnt ? "(void *)&skel->progs" : "0",
			d->map_cnt ? "(void *)&skel->opts.autocreate" : "0",
			d->prog_cnt ? "(void *)&skel->opts.autoload" : "0",
			d->kconfig_cnt ? "(void *)&skel->opts.kconfig_set" : "0",
			release.buf ? release.buf : "",
			ctx_sz.buf ? ctx_sz.buf : "",
			alloc.buf ? alloc.buf : "", finalize.buf ? finalize.buf : "",
		};

		text_template(&g->text, d->prog_cnt ? attach_tmpl : no_attach_tmpl, keys, values,
			      ARRAY_SIZE(keys));
		text_template(&g->text, life_tmpl, keys, values, ARRAY_SIZE(keys));
	}
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i]->err)
			g->text.err = parts[i]->err;
		text_free(parts[i]);
	}
}
