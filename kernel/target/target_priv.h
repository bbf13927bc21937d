/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Shared by the files of target/ only. */
#ifndef LSK_TARGET_PRIV_H
#define LSK_TARGET_PRIV_H

#include "target.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Numbers from 1 on, by the hash of a name; those of one hash ascend. 0 ends. */
struct index {
	u32 *heads, *next;
	u32 mask, cnt;
};

int index_init(struct index *x, u32 cnt);
/* To be called with descending numbers. */
void index_add(struct index *x, u32 n, const char *name);
u32 index_first(const struct index *x, const char *name);
void index_free(struct index *x);

struct symbol {
	u32 name, module; /* offsets in the text; module 0: of vmlinux */
	char type;	  /* as in kallsyms */
	bool zero;	  /* its address is 0: the kernel takes it for not found */
};

struct option {
	const char *name, *value;
};

/* What is known of one BTF. */
struct btf_names {
	struct index types; /* n stands for id first_id + n - 1 */
	u8 *kfuncs; /* a bit for each of these: it has the tag "bpf_kfunc"; NULL: this BTF has no such tags */
};

struct target_priv {
	struct btf_names *names;
	size_t names_cap, btfs_cap;

	char *text; /* of the symbols, starts with "" */
	size_t text_sz, text_cap;
	struct symbol *symbols;
	u32 symbol_cnt;
	size_t symbols_cap;
	struct index by_name;
	bool system_map;     /* the symbols are the linker's: more than kallsyms has, and none of modules */
	bool id_sets;	     /* they include those that name the members of BTF id sets */
	u8 *in_set;	     /* a bit for each symbol: it names a kfunc in a set (id_sets) */
	struct index by_set; /* those, by the function's name */

	char *config; /* NUL-terminated pieces */
	size_t config_sz;
	struct option *options;
	u32 option_cnt;
	size_t options_cap;
	struct index by_option;
};

static inline const char *symbol_name(const struct target *t, const struct symbol *s)
{
	return t->priv->text + s->name;
}

static inline const char *symbol_module(const struct target *t, const struct symbol *s)
{
	return s->module ? t->priv->text + s->module : NULL;
}

/* Never NULL, both. */
const struct btf_type *target_type(const struct btf *btf, u32 id);
const char *target_name(const struct btf *btf, u32 off);

/* names.c: takes @btf, also on failure. vmlinux's comes first. */
int target_add_btf(struct target *t, const char *name, struct btf *btf);
/* The tag "bpf_kfunc". */
enum target_answer target_kfunc_tag(const struct target *t, const struct target_btf *where, u32 id);

/* symbols.c */
int symbols_parse(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err);
int symbols_parse_saved(struct target *t, const char *data, size_t sz);
int symbols_print_saved(const struct target *t, FILE *f);
int symbols_finish(struct target *t);
/* symbols_kfunc() - the name is a member of an id set with flags. TARGET_UNKNOWN: the symbols don't tell. */
enum target_answer symbols_kfunc(const struct target *t, const char *name);

/* config.c: @data is changed and kept on success. */
int config_parse(struct target *t, char *data, size_t sz, struct lsk_err *err);

/* machine.c */
int target_set_release(struct target *t, const char *release);
int machine_parse(struct target *t, const char *path, const char *text, struct lsk_err *err);
void machine_print(const struct target *t, FILE *f);
/* What nobody has said follows from the configuration, the BTF and the machine's name. */
int machine_finish(struct target *t);

/* dir.c */
int dir_read(struct target *t, const char *dir, struct lsk_err *err);

/* deb.c */
bool deb_is(const char *data, size_t sz);
int deb_read(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err);

/* save.c */
bool save_is(const char *data, size_t sz);
int save_read(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err);

#endif
