// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <string.h>

#include "check.h"

const char *report_target(const struct check_report *r, u32 target)
{
	const struct target *t = r->targets[target];
	u32 i;

	for (i = 0; i < r->target_cnt && t->release; i++)
		if (i != target && r->targets[i]->release && !strcmp(r->targets[i]->release, t->release))
			return t->name;
	return t->release ? t->release : t->name;
}

static void print_item(const struct check_item *i, FILE *f)
{
	fprintf(f, "  %-9s%-11s%s: %s", check_kind_name(i->kind), check_verdict_name(i->verdict), i->what,
		i->text);
	if (i->cnt > 1)
		fprintf(f, " [%u places]", i->cnt);
	fputc('\n', f);
	if (i->verdict < CHECK_DOUBTFUL || !i->prog)
		return;
	fprintf(f, "      in prog '%s', instruction %u", i->prog, i->insn);
	if (i->file)
		fprintf(f, ", %s:%u", i->file, i->line);
	if (i->source)
		fprintf(f, ": %s", i->source);
	fputc('\n', f);
}

static void count_items(const struct check_result *res, FILE *f)
{
	u32 cnt[CHECK_VERDICTS] = {}, i;
	const char *sep = "";

	for (i = 0; i < res->item_cnt; i++)
		cnt[res->items[i].verdict]++;
	for (i = 0; i < CHECK_VERDICTS; i++) {
		if (!cnt[i])
			continue;
		fprintf(f, "%s%u %s", sep, cnt[i], check_verdict_name(i));
		sep = ", ";
	}
}

static void print_pair(const struct check_report *r, u32 row, u32 target, enum check_show show, FILE *f)
{
	const struct check_result *res = r->rows[row].res[target];
	u32 i;

	fprintf(f, "%s on %s: %s (", r->rows[row].path, report_target(r, target),
		check_outcome_name(res->outcome));
	count_items(res, f);
	fprintf(f, ")\n");
	for (i = 0; i < res->item_cnt; i++)
		if (show == SHOW_ALL || (show == SHOW_REASONS && res->items[i].verdict >= CHECK_DOUBTFUL))
			print_item(&res->items[i], f);
}

static int path_width(const struct check_report *r)
{
	size_t w = 0;
	u32 i;

	for (i = 0; i < r->row_cnt; i++)
		w = strlen(r->rows[i].path) > w ? strlen(r->rows[i].path) : w;
	return w < 60 ? w : 60;
}

/* Columns are as wide as their heads; the last one has no end. */
static void cell(const struct check_report *r, u32 target, const char *text, FILE *f)
{
	int w = strlen(report_target(r, target));

	fprintf(f, "  %-*s", target + 1 == r->target_cnt ? 0 : w < 9 ? 9 : w, text);
}

static void print_matrix(const struct check_report *r, FILE *f)
{
	int w = path_width(r);
	u32 i, t, n;

	fprintf(f, "\n%*s", w, "");
	for (t = 0; t < r->target_cnt; t++)
		cell(r, t, report_target(r, t), f);
	fputc('\n', f);
	for (i = 0; i < r->row_cnt; i++) {
		fprintf(f, "%-*s", w, r->rows[i].path);
		for (t = 0; t < r->target_cnt; t++)
			cell(r, t, r->rows[i].error ? "-" : check_outcome_name(r->rows[i].res[t]->outcome),
			     f);
		fputc('\n', f);
	}
	for (n = CHECK_LOADS; n <= CHECK_FAILS; n++) {
		fprintf(f, "%*s", w, check_outcome_name(n));
		for (t = 0; t < r->target_cnt; t++) {
			char number[16];
			u32 cnt = 0;

			for (i = 0; i < r->row_cnt; i++)
				cnt += !r->rows[i].error && r->rows[i].res[t]->outcome == n;
			snprintf(number, sizeof(number), "%u", cnt);
			cell(r, t, number, f);
		}
		fputc('\n', f);
	}
}

void report_text(const struct check_report *r, enum check_show show, FILE *f)
{
	u32 i, t;

	for (i = 0; i < r->row_cnt; i++) {
		if (r->rows[i].error)
			continue; /* said on standard error */
		for (t = 0; t < r->target_cnt; t++)
			if (show != SHOW_VERDICTS || (r->row_cnt == 1 && r->target_cnt == 1))
				print_pair(r, i, t, show, f);
	}
	if (r->row_cnt > 1 || r->target_cnt > 1)
		print_matrix(r, f);
}
