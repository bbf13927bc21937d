/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What `lskel check` found, for those that print it. */
#ifndef LSK_TOOL_CHECK_H
#define LSK_TOOL_CHECK_H

#include "../../kernel/check/check.h"

struct check_row {
	const char *path;
	char *error;		   /* it can't be read: why; then there are no results */
	struct check_result **res; /* by target */
};

struct check_report {
	struct target **targets;
	u32 target_cnt;
	struct check_row *rows; /* the objects */
	u32 row_cnt;
};

/* What a target is called in tables: its release, if no other one has the same, else how it was named. */
const char *report_target(const struct check_report *r, u32 target);

enum check_show { SHOW_VERDICTS, SHOW_REASONS, SHOW_ALL };

void report_text(const struct check_report *r, enum check_show show, FILE *f);
void report_json(const struct check_report *r, FILE *f);
void report_html(const struct check_report *r, FILE *f);

/*
 * dry_load() - load the object on the model of bpf(2), as it is loaded by default, and note in @res what came of it. Not if
 * it is known already that it fails.
 * @obj: with the target's configuration
 * Returns 0, or -ENOMEM with a message.
 */
int dry_load(const struct object *obj, const struct target *t, struct check_result *res, struct lsk_err *err);

#endif
