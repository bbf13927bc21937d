// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* One page, without scripts and without anything from elsewhere: the matrix, and each cell's items to unfold.
 */
#include "check.h"

static const char style[] =
	"body{font:14px/1.4 sans-serif;margin:2em;color:#222}table{border-collapse:collapse}"
	"th,td{border:1px solid #ccc;padding:.25em .6em;text-align:left;vertical-align:top}"
	"thead "
	"th{position:sticky;top:0;background:#f4f4f4}.loads{background:#dff2df}.fails{background:#f8d7d7}"
	".undecided{background:#fff3cd}.error{background:#eee}summary{cursor:pointer}"
	"table table{font-size:12px;margin:.4em 0;background:#fff}code{font-size:12px}"
	"tr.fatal td:nth-child(2){color:#b00020;font-weight:bold}tr.undecided "
	"td:nth-child(2){color:#8a6d00;font-weight:bold}"
	"tr.doubtful td:nth-child(2){color:#8a6d00}tr.undecided{background:none}";

static void text(const char *s, FILE *f)
{
	for (; *s; s++) {
		switch (*s) {
		case '<': fputs("&lt;", f); break;
		case '>': fputs("&gt;", f); break;
		case '&': fputs("&amp;", f); break;
		case '"': fputs("&quot;", f); break;
		default: fputc(*s, f);
		}
	}
}

static void print_item(const struct check_item *i, FILE *f)
{
	fprintf(f, "<tr class=\"%s\"><td>%s<td>%s<td>", check_verdict_name(i->verdict),
		check_kind_name(i->kind), check_verdict_name(i->verdict));
	text(i->what, f);
	fputs("<td>", f);
	text(i->text, f);
	fputs("<td>", f);
	if (i->file) {
		text(i->file, f);
		fprintf(f, ":%u", i->line);
	} else if (i->prog) {
		text(i->prog, f);
	}
	if (i->source) {
		fputs("<br><code>", f);
		text(i->source, f);
		fputs("</code>", f);
	}
	fputs("</tr>\n", f);
}

static void print_cell(const struct check_result *res, FILE *f)
{
	const char *outcome = check_outcome_name(res->outcome);
	u32 i;

	fprintf(f, "<td class=\"%s\"><details><summary>%s</summary>", outcome, outcome);
	if (res->why) {
		text(res->why->what, f);
		fputs(": ", f);
		text(res->why->text, f);
	}
	fputs("<table>\n", f);
	for (i = 0; i < res->item_cnt; i++)
		print_item(&res->items[i], f);
	fputs("</table></details>", f);
}

void report_html(const struct check_report *r, FILE *f)
{
	u32 i, t;

	fprintf(f,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>lskel "
		"check</title>\n"
		"<style>%s</style></head><body>\n<h1>lskel check</h1>\n<table><thead><tr><th>object",
		style);
	for (t = 0; t < r->target_cnt; t++) {
		fputs("<th>", f);
		text(report_target(r, t), f);
	}
	fputs("</thead>\n<tbody>\n", f);
	for (i = 0; i < r->row_cnt; i++) {
		fputs("<tr><th>", f);
		text(r->rows[i].path, f);
		if (r->rows[i].error) {
			fprintf(f, "<td class=\"error\" colspan=\"%u\">", r->target_cnt);
			text(r->rows[i].error, f);
		}
		for (t = 0; t < r->target_cnt && !r->rows[i].error; t++)
			print_cell(r->rows[i].res[t], f);
		fputs("</tr>\n", f);
	}
	fputs("</tbody></table></body></html>\n", f);
}
