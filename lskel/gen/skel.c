// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* struct NAME and its functions: what a program that includes the header works with. */
#include "priv.h"

#include <stdio.h>
#include <string.h>

/* Members of a struct inside the skeleton's, one for each name. */
void gen_print_members(struct gen *g, const char *indent, const char *type, const struct gen_name *names,
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

	if (!d->map_cnt && !d->prog_cnt && !g->opts->sign)
		return;
	text_puts(&g->text,
		  "\n\t/* More than bpftool's, to be set before load: LSKEL_ON, LSKEL_OFF; 0: as in the object. */\n"
		  "\tstruct {\n");
	if (d->map_cnt)
		gen_print_members(g, "\t\t", "unsigned char", g->maps, d->map_cnt, "autocreate");
	if (d->prog_cnt)
		gen_print_members(g, "\t\t", "unsigned char", g->progs, d->prog_cnt, "autoload");
	if (d->kconfig_cnt) {
		text_puts(&g->text, "\t\t/* non-zero: the value in kconfig is meant, even if it is 0 */\n");
		gen_print_members(g, "\t\t", "unsigned char", g->kconfigs, d->kconfig_cnt, "kconfig_set");
	}
	if (d->map_cnt) {
		text_puts(&g->text, "\t\t/* > 0: a map to be used instead of a new one; the descriptor stays yours */\n");
		gen_print_members(g, "\t\t", "int", g->maps, d->map_cnt, "reuse_fd");
	}
	if (g->opts->sign)
		text_puts(&g->text, "\t\tint allow_unsigned; /* non-zero: load, unchecked, where the kernel can't check signatures */\n");
	text_puts(&g->text, "\t\tint token_fd; /* > 0: a BPF token, the permission of a user namespace */\n");
	gen_print_target_options(g);
	if (gen_has_pins(g))
		gen_print_pin_options(g);
	text_puts(&g->text, "\t} opts;\n");
}

int gen_print_struct(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i;
	int ret;

	text_printf(&g->text, "struct %s {\n\tstruct bpf_loader_ctx ctx;\n", g->name);
	if (d->map_cnt)
		gen_print_members(g, "\t", "struct bpf_map_desc", g->maps, d->map_cnt, "maps");
	if (d->prog_cnt) {
		gen_print_members(g, "\t", "struct bpf_prog_desc", g->progs, d->prog_cnt, "progs");
		text_puts(&g->text, "\tstruct {\n");
		for (i = 0; i < d->prog_cnt; i++)
			text_printf(&g->text, "\t\tint %s_fd;\n", g->progs[i].ident);
		gen_print_ops_links(g);
		text_puts(&g->text, "\t} links;\n");
	} else if (d->ops) {
		text_puts(&g->text, "\tstruct {\n");
		gen_print_ops_links(g);
		text_puts(&g->text, "\t} links;\n");
	}
	ret = gen_print_sections(g);
	if (ret)
		return ret;
	gen_print_ops_struct(g);
	if (g->opts->sign)
		text_puts(&g->text, "\n\tint keyring_id; /* whose keys count: 0 the kernel's own, KEY_SPEC_* or a serial number */\n");
	print_options(g);
	gen_print_holds(g);
	gen_print_arena_struct(g);
	text_puts(&g->text, "\tstruct lskel_state state; /* read it with the functions below */\n};\n\n");
	return 0;
}

static const char target_io[] =
	"	io->attach_prog_fd = (const int *)(const void *)&skel->opts.attach_prog_fd;\n"
	"	io->attach_func = (const char *const *)(const void *)&skel->opts.attach_func;\n"
	"	io->patch_targets = lskel_patch_targets;\n";

static const char names_io[] =
	"#ifndef __KERNEL__\n"
	"	io->find_names = lskel_find_names;\n"
	"#endif\n";

/* Fewer are found sooner by the kernel. */
#define NAMES_MIN 17

bool gen_finds_names(const struct gen *g)
{
	u32 i, cnt = 0;

	for (i = 0; i < g->tr->sym_cnt; i++)
		cnt += !g->tr->syms[i].kallsyms;
	return cnt >= NAMES_MIN && !g->opts->sign;
}

static const char life_tmpl[] =
	"static inline void\n"
	"@N@__lskel_io(struct @N@ *skel, struct lskel_io *io)\n"
	"{\n"
	"	lskel_zero(io, sizeof(*io));\n"
	"	io->desc = @N@__lskel_desc();\n"
	"	io->ctx = &skel->ctx;\n"
	"	io->maps = (struct bpf_map_desc *)@MAPS@;\n"
	"	io->progs = (struct bpf_prog_desc *)@PROGS@;\n"
	"	io->map_on = (unsigned char *)@AUTOCREATE@;\n"
	"	io->prog_on = (unsigned char *)@AUTOLOAD@;\n"
	"	io->kconfig_set = (unsigned char *)@KCONFIG_SET@;\n"
	"	io->state = &skel->state;\n"
	"	io->ops = @OPS@;\n"
	"	io->reuse_fd = (int *)@REUSE_FD@;\n"
	"	io->links = (int *)@LINKS@;\n"
	"@TOKEN@"
	"@TARGETS@"
	"@PINS@"
	"@ARENAS@"
	"@SIGN@@NAMES@"
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
	"	@N@__lskel_io(skel, &io);\n"
	"	lskel_disown(&io);\n"
	"	@N@__detach(skel);\n"
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
	"	err = @LOAD@;\n"
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
		const char *m = gen_sec_member(g, &g->secs[i]);
		u32 map = g->secs[i].map;
		bool arena = gen_is_arena(g, &g->secs[i]);

		if (!arena)
			text_printf(release, "\tlskel_data_free(io.desc, %u, skel->%s);\n", map, m);
		text_printf(alloc,
			    "\tskel->%s = (__typeof__(skel->%s))\n"
			    "\t\tlskel_data_alloc(%s__lskel_desc(), %u, &skel->maps.%s);\n"
			    "\tif (!skel->%s)\n\t\tgoto nomem;\n",
			    m, m, g->name, map, g->maps[map].member, m);
		if (!arena)
			text_printf(finalize,
				    "\tskel->%s = (__typeof__(skel->%s))\n"
				    "\t\tlskel_data_take(&io, %u, skel->%s, &err);\n",
				    m, m, map, m);
	}
	if (g->sec_cnt)
		text_puts(finalize, gen_has_pins(g) ? gen_pin_undo : "\tif (err)\n\t\tlskel_unload(&io);\n");
	if (gen_has_arenas(g)) {
		gen_print_arena_finalize(g, finalize);
		gen_print_arena_release(g, release);
	}
	if (g->desc->ops) {
		text_puts(release, "\tlskel_ops_free(&io);\n");
		text_printf(alloc, "\tif (%s__lskel_ops_open(skel))\n\t\tgoto nomem;\n", g->name);
	}
}

void gen_print_funcs(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	struct text ctx_sz = { 0 }, release = { 0 }, alloc = { 0 }, finalize = { 0 };
	struct text *const parts[] = { &ctx_sz, &release, &alloc, &finalize };
	u32 i;

	text_printf(&g->text, "static inline const struct lskel_desc *%s__lskel_desc(void);\n\n", g->name);
	gen_print_ops_funcs(g);
	gen_print_attach(g);
	if (d->map_cnt)
		text_puts(&ctx_sz, " + sizeof(skel->maps)");
	if (d->prog_cnt)
		text_puts(&ctx_sz, " + sizeof(skel->progs)");
	print_data_steps(g, &release, &alloc, &finalize);
	{
		const char *const keys[] = { "N", "MAPS", "PROGS", "AUTOCREATE", "AUTOLOAD",
					     "KCONFIG_SET", "FREE_DATA", "CTX_SZ", "ALLOC_DATA",
					     "FINALIZE_DATA", "OPS", "REUSE_FD", "LINKS", "TARGETS", "PINS",
					     "ARENAS", "SIGN", "NAMES", "TOKEN", "LOAD" };
		const char *const values[] = {
			g->name,
			d->map_cnt ? "(void *)&skel->maps" : "0",
			d->prog_cnt ? "(void *)&skel->progs" : "0",
			d->map_cnt ? "(void *)&skel->opts.autocreate" : "0",
			d->prog_cnt ? "(void *)&skel->opts.autoload" : "0",
			d->kconfig_cnt ? "(void *)&skel->opts.kconfig_set" : "0",
			release.buf ? release.buf : "",
			ctx_sz.buf ? ctx_sz.buf : "",
			alloc.buf ? alloc.buf : "", finalize.buf ? finalize.buf : "",
			d->ops ? "skel->lskel_ops" : "0",
			d->map_cnt ? "(void *)&skel->opts.reuse_fd" : "0",
			d->prog_cnt ? "(void *)&skel->links" : "0",
			d->target_cnt ? target_io : "",
			gen_has_pins(g) ? gen_pin_io : "",
			gen_has_arenas(g) ? gen_arena_io : "",
			g->opts->sign ? gen_sign_io : "",
			gen_finds_names(g) ? names_io : "",
			d->map_cnt || d->prog_cnt ? "\tio->token_fd = skel->opts.token_fd;\n" : "",
			!gen_has_pins(g) ? d->ops ? "lskel_ops_load(&io)" : "lskel_load(&io)" :
			d->ops ? "lskel_pin_load(&io, lskel_ops_load)" : "lskel_pin_load(&io, lskel_load)",
		};

		text_template(&g->text, life_tmpl, keys, values, ARRAY_SIZE(keys));
		if (gen_has_pins(g))
			gen_print_pin_funcs(g);
	}
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i]->err)
			g->text.err = parts[i]->err;
		text_free(parts[i]);
	}
}
