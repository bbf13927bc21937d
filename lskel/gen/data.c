// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Blob, loaders and tables, as static data of the function that gives them out: what isn't used doesn't get
 * into the program. The blob is printed piece by piece, each under a line that says whose it is, in rows of
 * fixed length.
 */
#include "priv.h"

#include <errno.h>
#include <stdlib.h>

/* A place in the blob where a piece starts. */
struct mark {
	u32 off;
	u32 order; /* keeps qsort() from changing the order of marks at one place */
	enum { MARK_CHUNK, MARK_SPAN } kind;
	u32 idx;
};

static int cmp_mark(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static const char *const chunk_names[] = {
	[CHUNK_HDR] = "header",
	[CHUNK_CELLS] = "results",
	[CHUNK_FD_ARRAY] = "fd_array",
	[CHUNK_CONST] = "constant",
	[CHUNK_STR] = "string",
	[CHUNK_ATTR] = "attr",
	[CHUNK_BTF] = "BTF",
	[CHUNK_INSNS] = "instructions",
	[CHUNK_FUNC_INFO] = "func_info",
	[CHUNK_LINE_INFO] = "line_info",
	[CHUNK_CORE_RELO] = "CO-RE relocations",
	[CHUNK_KEY] = "key",
	[CHUNK_VALUE] = "value",
};
_Static_assert(ARRAY_SIZE(chunk_names) == CHUNK_VALUE + 1, "each kind of chunk has a name");

static void print_span_subject(struct gen *g, const struct trace_span *span)
{
	const char *kind = NULL, *name = NULL;

	switch (span->kind) {
	case SUBJ_BTF:
		text_puts(&g->text, "BTF");
		return;
	case SUBJ_SYM:
		text_comment(&g->text, g->desc->syms[span->idx].what);
		return;
	case SUBJ_MAP:
		kind = "map";
		name = g->desc->maps[span->idx].name;
		break;
	case SUBJ_PROG:
		kind = "prog";
		name = g->desc->progs[span->idx].name;
		break;
	case SUBJ_END:
		text_puts(&g->text, "end");
		return;
	}
	text_printf(&g->text, "%s '", kind ? kind : "?");
	text_comment(&g->text, name ? name : "?");
	text_puts(&g->text, "'");
}

static void print_mark(struct gen *g, const struct mark *m)
{
	text_printf(&g->text, "\t/* 0x%06x: ", m->off);
	if (m->kind == MARK_SPAN) {
		const struct trace_span *span = &g->tr->spans[m->idx];

		text_printf(&g->text, "operations %u-%u, ", span->first_op,
			    span->first_op + span->op_cnt - 1);
		print_span_subject(g, span);
	} else {
		const struct trace_chunk *chunk = &g->tr->chunks[m->idx];

		text_puts(&g->text, chunk_names[chunk->kind]);
		/* of some there is only one */
		if (chunk->name && chunk->kind > CHUNK_FD_ARRAY && chunk->kind != CHUNK_BTF) {
			text_puts(&g->text, ", ");
			text_comment(&g->text, chunk->name);
		}
	}
	text_puts(&g->text, " */\n");
}

static void print_blob(struct gen *g)
{
	const struct trace *tr = g->tr;
	const struct blob *blob = g->blob;
	struct mark *marks;
	u32 i, end, cnt = 0;

	if (g->opts->sign) {
		/* nothing but bytes: lskel/sign/header.c reads them again, and no signature would cover the words */
		text_printf(&g->text,
			    "\tstatic const unsigned char %s__blob[%u] __attribute__((__aligned__(8))) = {\n",
			    g->name, blob->data_sz);
		text_bytes(&g->text, blob->data, blob->data_sz);
		text_puts(&g->text, "\t};\n");
		return;
	}
	marks = calloc((size_t)tr->chunk_cnt + tr->span_cnt + 1, sizeof(*marks));
	if (!marks) {
		g->text.err = -ENOMEM;
		return;
	}
	for (i = 0; i < tr->chunk_cnt; i++)
		if (tr->chunks[i].sz && blob->chunk_off[i] < blob->data_sz)
			marks[cnt++] = (struct mark){ blob->chunk_off[i], i, MARK_CHUNK, i };
	for (i = 0; i < tr->span_cnt; i++)
		if (tr->spans[i].op_cnt)
			marks[cnt++] = (struct mark){ blob->ops_off + tr->spans[i].first_op *
									      (u32)sizeof(struct lskel_op),
						      tr->chunk_cnt + i, MARK_SPAN, i };
	qsort(marks, cnt, sizeof(*marks), cmp_mark);

	text_printf(&g->text,
		    "\tstatic const unsigned char %s__blob[%u] __attribute__((__aligned__(8))) = {\n",
		    g->name, blob->data_sz);
	if (!cnt || marks[0].off)
		text_bytes(&g->text, blob->data, cnt ? marks[0].off : blob->data_sz);
	for (i = 0; i < cnt; i++) {
		/* equal chunks are stored once: the first of them names the place */
		if (!i || marks[i].off != marks[i - 1].off)
			print_mark(g, &marks[i]);
		end = i + 1 < cnt ? marks[i + 1].off : blob->data_sz;
		text_bytes(&g->text, blob->data + marks[i].off, end - marks[i].off);
	}
	text_puts(&g->text, "\t};\n");
	free(marks);
}

static void print_array(struct gen *g, const char *gear, const char *what, const void *data, u32 sz)
{
	if (!sz)
		return;
	text_printf(&g->text, "\tstatic const unsigned char %s_%s[%u] __attribute__((__aligned__(8))) = {\n",
		    gear, what, sz);
	text_bytes(&g->text, data, sz);
	text_puts(&g->text, "\t};\n");
}

static void print_loader(struct gen *g, const char *gear, const struct lskel_loader *ld)
{
	if (!g->opts->sign)
		print_array(g, gear, "insns", ld->insns, ld->insns_sz);
	print_array(g, gear, "btf", ld->btf, ld->btf_sz);
	print_array(g, gear, "func_info", ld->func_info, ld->func_info_sz);
}

static void print_maps_and_progs(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i;

	if (d->map_cnt) {
		text_puts(&g->text, "\tstatic const struct lskel_map_row maps[] = {\n");
		for (i = 0; i < d->map_cnt; i++) {
			const struct lskel_map_row *row = &d->maps[i];

			text_puts(&g->text, "\t\t{ ");
			text_string(&g->text, row->name);
			text_printf(&g->text, ", 0x%x, 0x%x, 0x%x, %u, %u },\n", row->attr, row->fd,
				    row->value, row->value_sz, row->flags);
		}
		text_puts(&g->text, "\t};\n");
	}
	if (d->prog_cnt) {
		text_puts(&g->text, "\tstatic const struct lskel_prog_row progs[] = {\n");
		for (i = 0; i < d->prog_cnt; i++) {
			text_puts(&g->text, "\t\t{ ");
			text_string(&g->text, d->progs[i].name);
			text_printf(&g->text, ", 0x%x, 0x%x, %u },\n", d->progs[i].attr, d->progs[i].fd,
				    d->progs[i].flags);
		}
		text_puts(&g->text, "\t};\n");
	}
}

static void print_syms(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i, j, user_cnt = 0;

	if (!d->sym_cnt)
		return;
	text_puts(&g->text, "\tstatic const struct lskel_sym_row syms[] = {\n");
	for (i = 0; i < d->sym_cnt; i++) {
		text_puts(&g->text, "\t\t{ ");
		text_string(&g->text, d->syms[i].what);
		text_printf(&g->text, ", %u, %u },\n", d->syms[i].first_user, d->syms[i].user_cnt);
		user_cnt += d->syms[i].user_cnt;
	}
	text_puts(&g->text, "\t};\n\tstatic const unsigned short users[] = {\n");
	for (i = 0; i < d->sym_cnt; i++) {
		const struct lskel_sym_row *row = &d->syms[i];

		/* a row for each symbol, so that one more user changes one line */
		text_puts(&g->text, "\t\t");
		for (j = 0; j < row->user_cnt; j++)
			text_printf(&g->text, "%u, ", d->users[row->first_user + j]);
		text_puts(&g->text, "/* ");
		text_comment(&g->text, row->what);
		text_puts(&g->text, " */\n");
	}
	text_printf(&g->text, "%s\t};\n", user_cnt ? "" : "\t\t0\n");
}

static void print_spans_and_rest(struct gen *g)
{
	const struct lskel_desc *d = g->desc;
	u32 i;

	if (d->span_cnt)
		text_puts(&g->text, "\tstatic const struct lskel_span spans[] = {\n");
	for (i = 0; i < d->span_cnt; i++) {
		const struct lskel_span *s = &d->spans[i];

		text_printf(&g->text, "\t\t{ %u, %u, %u, %u }, /* ", s->kind, s->idx, s->first_op, s->op_cnt);
		print_span_subject(g, &g->tr->spans[i]);
		text_puts(&g->text, " */\n");
	}
	if (d->span_cnt)
		text_puts(&g->text, "\t};\n");
	if (d->size_cnt)
		text_puts(&g->text, "\tstatic const struct lskel_size_row sizes[] = {\n");
	for (i = 0; i < d->size_cnt; i++)
		text_printf(&g->text, "\t\t{ 0x%x, %u, %uu },\n", d->sizes[i].attr, d->sizes[i].rule,
			    d->sizes[i].map);
	if (d->size_cnt)
		text_puts(&g->text, "\t};\n");
	if (d->kconfig_cnt)
		text_puts(&g->text, "\tstatic const struct lskel_kconfig_row kconfigs[] = {\n");
	for (i = 0; i < d->kconfig_cnt; i++) {
		const struct lskel_kconfig_row *k = &d->kconfigs[i];

		text_puts(&g->text, "\t\t{ ");
		text_string(&g->text, k->name);
		text_printf(&g->text, ", %u, %u, %u },\n", k->off, k->sz, k->flags);
	}
	if (d->kconfig_cnt)
		text_puts(&g->text, "\t};\n");
}

/* The initialiser of a struct lskel_loader. */
static void print_loader_row(struct gen *g, const char *gear, const struct lskel_loader *ld)
{
	const struct {
		const char *what;
		u32 sz;
	} parts[] = { { "insns", ld->insns_sz }, { "btf", ld->btf_sz }, { "func_info", ld->func_info_sz } };
	size_t i;

	text_puts(&g->text, "\t\t{");
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].sz)
			text_printf(&g->text, " %s_%s, %u,", gear, parts[i].what, parts[i].sz);
		else
			text_puts(&g->text, " 0, 0,");
	}
	g->text.len--; /* the last comma */
	text_puts(&g->text, " },\n");
}

static void print_table_ref(struct gen *g, const char *table, u32 cnt)
{
	text_printf(&g->text, "\t\t%s, %u,\n", cnt ? table : "0", cnt);
}

void gen_print_data(struct gen *g)
{
	const struct lskel_desc *d = g->desc;

	text_printf(&g->text,
		    "/* The blob, the loader programs that run it, and what the runtime has to know about it. */\n"
		    "static inline const struct lskel_desc *\n%s__lskel_desc(void)\n{\n",
		    g->name);
	if (g->opts->sign)
		gen_print_signed(g, print_blob);
	else
		print_blob(g);
	print_loader(g, "loop", &d->loop);
	print_loader(g, "stepper", &d->stepper);
	print_maps_and_progs(g);
	print_syms(g);
	print_spans_and_rest(g);
	gen_print_targets(g);
	gen_print_ops_tables(g);
	if (g->opts->sign)
		gen_print_sign_table(g);
	text_puts(&g->text, "\tstatic const struct lskel_desc desc = {\n\t\t");
	text_string(&g->text, g->name);
	text_printf(&g->text, ",\n\t\t%s__blob, %u, %u,\n\t\t0x%x, %u,\n", g->name, d->blob_sz, d->value_sz,
		    d->ops_off, d->op_cnt);
	print_table_ref(g, "maps", d->map_cnt);
	print_table_ref(g, "progs", d->prog_cnt);
	print_table_ref(g, "syms", d->sym_cnt);
	text_printf(&g->text, "\t\t%s,\n", d->sym_cnt ? "users" : "0");
	print_table_ref(g, "spans", d->span_cnt);
	print_table_ref(g, "sizes", d->size_cnt);
	print_table_ref(g, "kconfigs", d->kconfig_cnt);
	print_loader_row(g, "loop", &d->loop);
	print_loader_row(g, "stepper", &d->stepper);
	gen_print_ops_ref(g);
	print_table_ref(g, "targets", d->target_cnt);
	text_printf(&g->text, "\t\t%s,\n", d->links ? "links" : "0");
	text_printf(&g->text, "\t\t%s,\n", g->opts->sign ? "&sign" : "0");
	text_puts(&g->text, "\t};\n\n\treturn &desc;\n}\n");
}
