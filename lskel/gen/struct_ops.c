// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * struct_ops maps in the header. A shadow has a field for each member that can be set: functions as pointers to the skeleton's
 * programs, numbers, and arrays of numbers. Other members are bytes under the names that bpftool gives those.
 */
#include "priv.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IDENT_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

extern const char gen_src_struct_ops[], gen_src_struct_ops_end[], gen_src_btf_ops[], gen_src_btf_ops_end[];

int gen_ops_build(struct gen *g)
{
	const struct lskel_ops_desc *d = g->desc->ops;
	u32 i, j;
	int ret = 0;

	if (!d)
		return 0;
	g->ops = calloc(d->member_cnt + 1, sizeof(*g->ops));
	if (!g->ops)
		return -ENOMEM;
	for (i = 0; i < d->cnt && !ret; i++) {
		const struct obj_struct_ops *ops = g->obj->maps[d->rows[i].map].ops;
		const struct btf_type *t = btf__type_by_id(g->obj->btf, ops->struct_id);

		/* it becomes part of the shadow's name */
		if (strspn(ops->type, IDENT_CHARS) != strlen(ops->type))
			return err_set(g->err, -EINVAL, "map '%s': C has no name for its struct '%s'", g->desc->maps[d->rows[i].map].name,
				       ops->type);
		for (j = 0; j < d->rows[i].member_cnt && !ret; j++) {
			const char *name = btf__name_by_offset(g->obj->btf, btf_members(t)[j].name_off);

			if (name && *name)
				ret = gen_name_make(g, "member", name, &g->ops[d->rows[i].first_member + j]);
		}
	}
	return ret;
}

void gen_ops_free(struct gen *g)
{
	u32 i;

	for (i = 0; g->ops && i < g->desc->ops->member_cnt; i++)
		gen_name_free(&g->ops[i]);
	free(g->ops);
}

void gen_print_ops_runtime(struct gen *g)
{
	struct text *t = &g->text;

	if (!g->desc->ops)
		return;
	text_add(t, gen_src_struct_ops, (size_t)(gen_src_struct_ops_end - gen_src_struct_ops));
	text_puts(t, "\n");
	if (g->desc->ops->kern)
		return;
	text_add(t, gen_src_btf_ops, (size_t)(gen_src_btf_ops_end - gen_src_btf_ops));
	text_puts(t, "\n");
}

static const struct gen_name *map_name(const struct gen *g, u32 row)
{
	return &g->maps[g->desc->ops->rows[row].map];
}

void gen_print_ops_links(struct gen *g)
{
	u32 i;

	for (i = 0; g->desc->ops && i < g->desc->ops->cnt; i++)
		text_printf(&g->text, "\t\tint %s_fd;\n", map_name(g, i)->ident);
}

/* C's word for an integer or enum of that size; NULL: none. */
static const char *number(const struct btf *btf, u32 id, u32 *sz)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int depth;
	bool sign;

	for (depth = 0; t && depth < 64 && (btf_is_mod(t) || btf_is_typedef(t)); depth++)
		t = t->type ? btf__type_by_id(btf, t->type) : NULL;
	if (!t || (!btf_is_int(t) && !btf_is_any_enum(t)))
		return NULL;
	*sz = t->size;
	sign = btf_is_int(t) ? btf_int_encoding(t) & BTF_INT_SIGNED : btf_kflag(t);
	switch (t->size) {
	case 1:
		if (btf_is_int(t) && btf_int_encoding(t) & BTF_INT_BOOL)
			return "lskel_bool";
		if (!strcmp(btf__name_by_offset(btf, t->name_off), "char"))
			return "char"; /* whatever its encoding says */
		return sign ? "signed char" : "unsigned char";
	case 2:
		return sign ? "short" : "unsigned short";
	case 4:
		return sign ? "int" : "unsigned int";
	case 8:
		return sign ? "__s64" : "__u64";
	}
	return NULL;
}

static void print_member(struct gen *g, u32 idx, u32 nr, u32 type)
{
	const struct lskel_ops_member *m = &g->desc->ops->members[idx];
	const char *name = g->ops[idx].member, *word = NULL;
	const struct btf *btf = g->obj->btf;
	const struct btf_type *t;
	u32 sz = 0, cnt = 0;
	int depth;

	if (name && m->kind == LSKEL_OPS_FUNC) {
		text_printf(&g->text, "\t\t\tstruct bpf_prog_desc *%s; LSKEL_OPS_PAD(%u)\n", name, nr);
		return;
	}
	if (name && m->kind == LSKEL_OPS_NUM) {
		word = number(btf, type, &sz);
	} else if (name && m->kind == LSKEL_OPS_DATA) {
		t = btf__type_by_id(btf, type);
		for (depth = 0; depth < 64 && (btf_is_mod(t) || btf_is_typedef(t)); depth++)
			t = btf__type_by_id(btf, t->type);
		if (btf_is_array(t)) {
			word = number(btf, btf_array(t)->type, &sz);
			cnt = btf_array(t)->nelems;
		}
	}
	if (word && m->off % sz == 0 && (m->kind == LSKEL_OPS_NUM || cnt)) {
		text_printf(&g->text, "\t\t\t%s %s", word, name);
		if (cnt)
			text_printf(&g->text, "[%u]", cnt);
		text_puts(&g->text, ";\n");
	} else if (m->sz) {
		text_printf(&g->text, "\t\t\tunsigned char __unsupported_%u[%u];\n", nr, m->sz);
	}
}

static void print_shadow(struct gen *g, u32 row)
{
	const struct lskel_ops_row *r = &g->desc->ops->rows[row];
	const struct obj_struct_ops *ops = g->obj->maps[r->map].ops;
	const struct btf_type *t = btf__type_by_id(g->obj->btf, ops->struct_id);
	u32 j, end = 0;

	text_printf(&g->text, "\t\tstruct %s__%s__%s {\n", g->name, map_name(g, row)->ident, ops->type);
	for (j = 0; j < r->member_cnt; j++) {
		const struct lskel_ops_member *m = &g->desc->ops->members[r->first_member + j];

		if (m->off < end)
			continue; /* overlapping members: no compiler makes them */
		/* spelled out, since not every machine aligns as BPF does, and bytes are not aligned at all */
		if (m->off > end)
			text_printf(&g->text, "\t\t\tchar __padding_%u[%u];\n", j, m->off - end);
		print_member(g, r->first_member + j, j, btf_members(t)[j].type);
		end = m->off + m->sz;
	}
	if (end < r->sz)
		text_printf(&g->text, "\t\t\tchar __padding_end[%u];\n", r->sz - end);
	text_printf(&g->text, "\t\t} *%s;\n", map_name(g, row)->member);
}

void gen_print_ops_struct(struct gen *g)
{
	const struct lskel_ops_desc *d = g->desc->ops;
	u32 i;

	if (!d)
		return;
	text_puts(&g->text, "\t/* What the maps of struct_ops will hold, to be changed before load: see LSKEL_STRUCT_OPS_H above. */\n"
			    "\tstruct {\n");
	for (i = 0; i < d->cnt; i++)
		print_shadow(g, i);
	text_printf(&g->text, "\t} struct_ops;\n\tstruct lskel_ops lskel_ops[%u];\n", d->cnt);
}

void gen_print_ops_checks(struct gen *g)
{
	const struct lskel_ops_desc *d = g->desc->ops;
	u32 i, j;

	for (i = 0; d && i < d->cnt; i++)
		for (j = d->rows[i].first_member; j < d->rows[i].first_member + d->rows[i].member_cnt; j++)
			if (g->ops[j].member && d->members[j].kind == LSKEL_OPS_FUNC)
				text_printf(&g->text, "LSKEL_OPS_FIELD(%s, %s, %s, %u);\n", g->name, map_name(g, i)->member,
					    g->ops[j].member, d->members[j].off);
}

static const char funcs_tmpl[] =
	"static inline int\n"
	"@N@__lskel_ops_attach(struct @N@ *skel)\n"
	"{\n"
	"	struct lskel_io io;\n"
	"\n"
	"	@N@__lskel_io(skel, &io);\n"
	"	return lskel_ops_attach_all(&io, &skel->links.@FIRST@_fd);\n"
	"}\n"
	"\n"
	"static inline void\n"
	"@N@__lskel_ops_detach(struct @N@ *skel)\n"
	"{\n"
	"	struct lskel_io io;\n"
	"\n"
	"	@N@__lskel_io(skel, &io);\n"
	"	lskel_ops_detach_all(&io, &skel->links.@FIRST@_fd);\n"
	"}\n"
	"\n"
	"static inline int\n"
	"@N@__lskel_ops_open(struct @N@ *skel)\n"
	"{\n"
	"	struct lskel_io io;\n"
	"	int err;\n"
	"\n"
	"	@N@__lskel_io(skel, &io);\n"
	"	err = lskel_ops_open(&io);\n"
	"@SHADOWS@"
	"	return err;\n"
	"}\n"
	"\n";

static const char attach_tmpl[] =
	"/* Register the struct_ops map. Returns links.@MAP@_fd, or a negative errno. */\n"
	"static inline int\n"
	"@N@__@MAP@__attach(struct @N@ *skel)\n"
	"{\n"
	"	struct lskel_io io;\n"
	"\n"
	"	@N@__lskel_io(skel, &io);\n"
	"	return lskel_ops_attach(&io, @I@, &skel->links.@MAP@_fd);\n"
	"}\n"
	"\n";

void gen_print_ops_funcs(struct gen *g)
{
	static const char *const keys[] = { "N", "FIRST", "SHADOWS" }, *const map_keys[] = { "N", "MAP", "I" };
	const struct lskel_ops_desc *d = g->desc->ops;
	struct text shadows = { 0 }, number = { 0 };
	u32 i;

	if (!d)
		return;
	text_printf(&g->text, "static inline void %s__lskel_io(struct %s *skel, struct lskel_io *io);\n\n", g->name, g->name);
	for (i = 0; i < d->cnt; i++) {
		const struct gen_name *n = map_name(g, i);

		text_printf(&shadows, "\tskel->struct_ops.%s = (__typeof__(skel->struct_ops.%s))skel->lskel_ops[%u].shadow;\n",
			    n->member, n->member, i);
		number.len = 0;
		text_printf(&number, "%u", i);
		text_template(&g->text, attach_tmpl, map_keys,
			      (const char *const[]){ g->name, n->ident, number.buf ? number.buf : "" }, ARRAY_SIZE(map_keys));
	}
	text_template(&g->text, funcs_tmpl, keys,
		      (const char *const[]){ g->name, map_name(g, 0)->ident, shadows.buf ? shadows.buf : "" }, ARRAY_SIZE(keys));
	if (shadows.err || number.err)
		g->text.err = -ENOMEM;
	text_free(&shadows);
	text_free(&number);
}

static void print_kern(struct gen *g)
{
	const struct lskel_ops_desc *d = g->desc->ops;
	u32 i;

	text_puts(&g->text, "\tstatic const struct lskel_ops_kern ops_kern[] = {\n");
	for (i = 0; i < d->cnt; i++)
		text_printf(&g->text, "\t\t{ %u, %u, %u, %u, 0 },\n", d->kern[i].type_id, d->kern[i].value_id,
			    d->kern[i].value_sz, d->kern[i].data_off);
	text_puts(&g->text, "\t};\n\tstatic const struct lskel_ops_slot ops_slots[] = {\n");
	for (i = 0; i < d->member_cnt; i++)
		text_printf(&g->text, "\t\t{ %d, %u, %u, %u },\n", d->slots[i].idx, d->slots[i].off, d->slots[i].sz,
			    d->slots[i].kind);
	text_puts(&g->text, d->member_cnt ? "\t};\n" : "\t\t{ 0, 0, 0, 0 }\n\t};\n");
}

void gen_print_ops_tables(struct gen *g)
{
	const struct lskel_ops_desc *d = g->desc->ops;
	struct text *t = &g->text;
	u32 i;

	if (!d)
		return;
	for (i = 0; i < d->cnt; i++) {
		text_printf(t, "\tstatic const unsigned char ops_data_%u[%u] __attribute__((__aligned__(8))) = {\n", i, d->rows[i].sz);
		text_bytes(t, d->rows[i].data, d->rows[i].sz);
		text_puts(t, "\t};\n");
	}
	text_puts(t, "\tstatic const struct lskel_ops_member ops_members[] = {\n");
	for (i = 0; i < d->member_cnt; i++) {
		text_puts(t, "\t\t{ ");
		text_string(t, d->members[i].name);
		text_printf(t, ", %u, %u, %u, %d },\n", d->members[i].off, d->members[i].sz, d->members[i].kind, d->members[i].prog);
	}
	text_puts(t, d->member_cnt ? "\t};\n" : "\t\t{ 0, 0, 0, 0, 0 }\n\t};\n");
	text_puts(t, "\tstatic const struct lskel_ops_row ops_rows[] = {\n");
	for (i = 0; i < d->cnt; i++) {
		text_puts(t, "\t\t{ ");
		text_string(t, d->rows[i].type);
		text_printf(t, ", ops_data_%u, %u, %u, %u, %u, %u },\n", i, d->rows[i].sz, d->rows[i].map, d->rows[i].flags,
			    d->rows[i].first_member, d->rows[i].member_cnt);
	}
	text_puts(t, "\t};\n");
	if (d->kern)
		print_kern(g);
	text_printf(t, "\tstatic const struct lskel_ops_desc ops = {\n\t\tops_rows, %u,\n\t\tops_members, %u,\n\t\t%s,\n"
		    "\t\tlskel_ops_patch, %s,\n\t};\n", d->cnt, d->member_cnt, d->kern ? "ops_kern, ops_slots" : "0, 0",
		    d->kern ? "0" : "lskel_btf_find_ops");
}

void gen_print_ops_ref(struct gen *g)
{
	text_puts(&g->text, g->desc->ops ? "\t\t&ops,\n" : "\t\t0,\n");
}
