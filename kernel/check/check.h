/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Would this object load on that kernel? One item for each thing that the object asks of it, and a verdict
 * over all.
 *
 * "Loads" is about the kernel's types, symbols and abilities, not about permission: it takes a task that may
 * load such programs. What can't be told from the target's files is undecided, never fine.
 */
#ifndef LSK_CHECK_H
#define LSK_CHECK_H

#include "../../gen_loader/object/object.h"
#include "../target/target.h"

enum check_verdict {
	CHECK_FINE,
	CHECK_GUARDED,	/* not there, and the object can do without */
	CHECK_DOUBTFUL, /* loads, but is not what it was taken for, or can't be attached */
	CHECK_UNDECIDED,
	CHECK_FATAL, /* is why it does not load */
	CHECK_VERDICTS,
};

enum check_kind {
	CHECK_LOADER, /* what the loader program itself needs */
	CHECK_CORE,   /* a CO-RE relocation */
	CHECK_KSYM,
	CHECK_KFUNC,
	CHECK_ATTACH, /* what a program attaches to */
	CHECK_HELPER,
	CHECK_MAP,	/* a map's type, a struct_ops struct */
	CHECK_PROG,	/* a type of programs, an attach type */
	CHECK_KCONFIG,	/* a CONFIG_* extern */
	CHECK_VERIFIER, /* a finding of the verifier's model */
	CHECK_LOAD,	 /* what came of a load on the model of bpf(2) */
	CHECK_KINDS,
};

struct check_item {
	enum check_kind kind;
	enum check_verdict verdict;
	char *what; /* "byte offset of 'struct task_struct.pid'" */
	char *text; /* "2336", "not in the kernel's BTF" */
	char *prog; /* the first program that it is in, or NULL */
	char *file; /* and the line of source there, or NULL */
	u32 line;
	char *source; /* its text, or NULL */
	u32 insn;     /* in that program; only where a program is named */
	u32 cnt;      /* of places */
};

enum check_outcome { CHECK_LOADS, CHECK_OPEN, CHECK_FAILS };

struct check_result {
	enum check_outcome outcome;
	const struct check_item
		*why; /* the item that decides: the first fatal one, else the first undecided one; or NULL */
	struct check_item *items; /* by kind */
	u32 item_cnt;
	size_t item_cap;
};

struct check_opts {
	bool no_verifier; /* leave out the verifier's model: what it would decide stays undecided */
};

/*
 * check_object() - judge @obj for @t.
 * @obj: its CONFIG_* externs get the target's values
 * @res: set on success only, whatever the outcome; free with check_free()
 * Returns 0; -ENOMEM, with a message.
 */
int check_object(struct object *obj, const struct target *t, const struct check_opts *opts,
		 struct check_result **res, struct lsk_err *err);
/* check_note() - add what somebody else has found, and decide again. -ENOMEM, or 0. */
int check_note(struct check_result *res, enum check_kind kind, enum check_verdict verdict, const char *what,
	       const char *text);
void check_free(struct check_result *res); /* NULL is fine */

/* "core", "guarded", "fails": for people and tables. */
const char *check_kind_name(enum check_kind kind);
const char *check_verdict_name(enum check_verdict verdict);
const char *check_outcome_name(enum check_outcome outcome);

#endif
