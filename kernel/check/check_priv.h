/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Shared by the files of check/ only. */
#ifndef LSK_CHECK_PRIV_H
#define LSK_CHECK_PRIV_H

#include "check.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "../../gen_loader/core/core.h"
#include "../../gen_loader/object/kernel_types.h"
#include "../../gen_loader/trace/link.h"
#include "../sys/objects.h"

#define KVER(major, minor) ((major) << 16 | (minor) << 8)

/* An instruction that must not be reached, or is not to be had. What the verifier makes of it decides. */
struct pending {
	enum check_kind kind;
	char *what, *text;
	u32 insn;
	struct insn instead[2]; /* to look at what comes after it */
	u32 instead_cnt;
	bool reached;
};

/* A program that is loaded by default, and what the kernel gets of it. */
struct check_prog {
	const struct obj_func *func;
	struct linked l; /* its instructions with all that is known of the target in them */
	const struct target_btf *attach_btf;
	u32 attach_id, attach_type;
	bool lost;    /* something that it can't do without is missing */
	bool untyped; /* nor is known what its context is: nothing is left for the verifier */
	struct pending *pending;
	u32 pending_cnt;
	size_t pending_cap;
};

struct check {
	struct object *obj;
	const struct target *t;
	const struct check_opts *opts;
	struct check_result *res;
	struct core *core; /* the target's BTFs; NULL: it has none */
	struct check_prog *progs;
	u32 prog_cnt;
	size_t prog_cap;
	int ret; /* -ENOMEM: out of memory, somewhere */
};

/* A place in a program, for items; NULL, 0: of none. */
struct check_item *item(struct check *c, enum check_kind kind, enum check_verdict verdict,
			const struct check_prog *p, u32 insn, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
/* @old: the instruction before CO-RE; NULL: a call */
void pend(struct check *c, struct check_prog *p, enum check_kind kind, u32 insn, const char *what, const char *text,
	  const struct insn *old);

const char *map_title(const struct check *c, u32 map, char *buf, size_t sz);
/* What numbers of the UAPI are called in the target's BTF; "type 99" if they have no name there. */
const char *uapi_name(const struct check *c, const char *enum_name, u32 value, char *buf, size_t sz);

/* The parts, each adds its items. Order matters: instructions are patched on the way. */
void check_loader(struct check *c);
void check_maps(struct check *c);
void check_kconfig(struct check *c);
void check_prog_type(struct check *c, struct check_prog *p);
void check_attach(struct check *c, struct check_prog *p);
/* attach_rules.c: @name is a function of the kernel's that is there. False: said, and @p is lost. */
bool check_attach_rules(struct check *c, struct check_prog *p, const char *name, const char *what);
/*
 * attach.c: the number of the member that program @prog of @ops has in the kernel's struct, or -ENOENT.
 * @name: set to what it is called, without ___flavour
 */
int ops_member(const struct check *c, const struct obj_struct_ops *ops, u32 prog, const struct target_btf *where, u32 id,
	       char *name, size_t sz);
void check_helpers(struct check *c, struct check_prog *p);
void check_symbols(struct check *c, struct check_prog *p);
void check_core(struct check *c, struct check_prog *p);
void check_verifier(struct check *c, struct check_prog *p);

/* Descriptors that instructions and fd_array stand for: maps from MAP_FD on, then BTFs. */
#define MAP_FD 1u
static inline int btf_fd(const struct check *c, const struct target_btf *where)
{
	return where == c->t->btfs ? 0 : (int)(MAP_FD + c->obj->map_cnt + (where - c->t->btfs));
}

#endif
