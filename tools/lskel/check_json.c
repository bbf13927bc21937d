// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * {"targets": [...], "objects": [{"path", "error" | "results": [{"target", "outcome", "why", "items":
 * [...]}]}]}
 */
#include "check.h"

static void field(FILE *f, const char *name, const char *value)
{
	fprintf(f, ", \"%s\": ", name);
	json_str(f, value);
}

static void print_item(const struct check_item *i, FILE *f)
{
	fprintf(f, "{\"kind\": \"%s\", \"verdict\": \"%s\"", check_kind_name(i->kind),
		check_verdict_name(i->verdict));
	field(f, "what", i->what);
	field(f, "text", i->text);
	fprintf(f, ", \"places\": %u", i->cnt);
	if (i->prog) {
		field(f, "prog", i->prog);
		fprintf(f, ", \"insn\": %u", i->insn);
	}
	if (i->file) {
		field(f, "file", i->file);
		fprintf(f, ", \"line\": %u", i->line);
	}
	if (i->source)
		field(f, "source", i->source);
	fputc('}', f);
}

static void print_result(const struct check_report *r, u32 target, const struct check_result *res, FILE *f)
{
	u32 i;

	fprintf(f, "{\"target\": ");
	json_str(f, r->targets[target]->name);
	field(f, "outcome", check_outcome_name(res->outcome));
	if (res->why)
		fprintf(f, ", \"why\": %u", (u32)(res->why - res->items));
	fprintf(f, ", \"items\": [");
	for (i = 0; i < res->item_cnt; i++) {
		fputs(i ? ",\n    " : "\n    ", f);
		print_item(&res->items[i], f);
	}
	fprintf(f, "]}");
}

void report_json(const struct check_report *r, FILE *f)
{
	u32 i, t;

	fprintf(f, "{\"targets\": [");
	for (t = 0; t < r->target_cnt; t++) {
		fprintf(f, "%s{\"name\": ", t ? ", " : "");
		json_str(f, r->targets[t]->name);
		field(f, "release", r->targets[t]->release);
		field(f, "arch", r->targets[t]->arch);
		fputc('}', f);
	}
	fprintf(f, "],\n\"objects\": [");
	for (i = 0; i < r->row_cnt; i++) {
		fprintf(f, "%s{\"path\": ", i ? ",\n" : "\n");
		json_str(f, r->rows[i].path);
		if (r->rows[i].error) {
			field(f, "error", r->rows[i].error);
			fputc('}', f);
			continue;
		}
		fprintf(f, ", \"results\": [");
		for (t = 0; t < r->target_cnt; t++) {
			fputs(t ? ",\n  " : "\n  ", f);
			print_result(r, t, r->rows[i].res[t], f);
		}
		fprintf(f, "]}");
	}
	fprintf(f, "]}\n");
}
