/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What the parts of the header generator share. */
#ifndef LSK_GEN_PRIV_H
#define LSK_GEN_PRIV_H

#include "../desc.h"
#include "gen.h"
#include "text.h"

/*
 * How a map, program or variable is called in the header. `ident` is part of longer names
 * (NAME__ident__attach); `member` is what stands alone: the same, or a macro where the word can't be a member
 * everywhere (names.c).
 */
struct gen_name {
	char *ident;
	char *member;
};

/* A global variable, a field of its section's struct. */
struct gen_var {
	struct gen_name name;
	const char *btf_name; /* borrowed from the object's BTF */
	u32 type_id;           /* 0: an unsigned int, or bytes */
	bool bytes;
	u32 off, sz;           /* in the section */
	u32 type_sz;           /* C's sizeof: less than sz where an array at the end has no length */
};

/* The fields of one data section, by offset. */
struct gen_sec {
	u32 map; /* object.maps */
	struct gen_var *vars;
	u32 cnt;
	size_t cap;
};

struct btf;
struct gen_types;

struct gen {
	const struct object *obj;
	const struct trace *tr;
	const struct blob *blob;
	const struct gen_opts *opts;
	const char *name; /* opts->name */
	const struct lskel_desc *desc;
	struct gen_name *maps;  /* object.map_cnt */
	struct gen_name *progs; /* trace.prog_cnt */
	struct gen_name *kconfigs; /* desc.kconfig_cnt */
	struct gen_sec *secs;   /* one for each map with a data pointer */
	u32 sec_cnt;
	size_t sec_cap;
	char **macros;          /* words that need a macro, each once */
	u32 macro_cnt;
	size_t macro_cap;
	struct gen_types *types; /* types.c */
	struct gen_name *ops;    /* struct_ops.c: names of desc.ops->members; those without a name have none */
	struct text text;
	struct lsk_err *err;
};

/*
 * names.c
 *
 * gen_name_make() - make an identifier of @word; @what ("map") is for messages.
 * gen_name_member() - @word, or the name of the macro that stands for it; NULL: out of memory. Free it.
 * gen_names_build() - fill maps, progs and kconfigs; two that would be the same member are an error.
 * gen_names_differ() - -EINVAL if two of the @cnt names, @stride bytes apart, are the same @what.
 * gen_print_macros() - the macros of the words that need one.
 */
int gen_name_make(struct gen *g, const char *what, const char *word, struct gen_name *name);
char *gen_name_member(struct gen *g, const char *word);
int gen_names_build(struct gen *g);
int gen_names_differ(struct gen *g, const char *what, const struct gen_name *names, size_t stride, u32 cnt);
int gen_check_skeleton_name(struct gen *g);
void gen_print_macros(struct gen *g);
void gen_name_free(struct gen_name *name);

/*
 * types.c: C declarations out of BTF.
 *
 * gen_types_open() - prepare the BTF that variables are printed from.
 * gen_types_use() - note what a variable of type @id needs to have declared before it, and find its size.
 *   1: C has no name for that type. -EINVAL: malformed.
 * gen_print_types() - print that: forward declarations, and with emit_types definitions.
 * gen_print_decl() - print a declaration of @member (inside two levels of braces), without the semicolon.
 * gen_type_align() - the alignment that a type has on 64-bit machines; -EINVAL if it can't be told.
 */
int gen_types_open(struct gen *g);
int gen_types_use(struct gen *g, u32 id, u32 *size);
void gen_print_types(struct gen *g);
int gen_print_decl(struct gen *g, u32 id, const char *member);
int gen_type_align(struct gen *g, u32 id);
void gen_types_free(struct gen *g);

/* check.c: may btf_dump have this type? 0 and its @size, 1 if it has names that C has not, or -EINVAL. */
int gen_type_check(const struct btf *btf, u32 id, u32 *size);

/*
 * vars.c: the structs of the data sections.
 *
 * gen_vars_build() - find the fields of all data sections.
 * gen_print_sections() - the data pointers, as members of struct NAME.
 * gen_print_field_checks() - asserts on offset and size of each field.
 */
int gen_vars_build(struct gen *g);
int gen_print_sections(struct gen *g);
void gen_print_field_checks(struct gen *g);
void gen_vars_free(struct gen *g);

/* arena.c: arenas, and their variables if they have some. */
bool gen_has_arenas(const struct gen *g);
bool gen_is_arena(const struct gen *g, const struct gen_sec *sec);
const char *gen_sec_ident(const struct gen *g, const struct gen_sec *sec);
const char *gen_sec_member(const struct gen *g, const struct gen_sec *sec);
void gen_print_arena_struct(struct gen *g);
void gen_print_arena_finalize(const struct gen *g, struct text *t);
void gen_print_arena_release(const struct gen *g, struct text *t);
extern const char gen_arena_io[]; /* statements that fill in an lskel_io */

/* pin.c: pinned maps. */
bool gen_has_pins(const struct gen *g);
void gen_print_pin_options(struct gen *g);
void gen_print_pin_funcs(struct gen *g);
extern const char gen_pin_io[];   /* statements that fill in an lskel_io */
extern const char gen_pin_undo[]; /* ... that undo a load if err is set */

/*
 * skel.c: struct NAME and its functions.
 *
 * gen_print_members() - print a struct of @cnt @names, each of C type @type, as @member.
 */
void gen_print_members(struct gen *g, const char *indent, const char *type, const struct gen_name *names, u32 cnt,
		       const char *member);
int gen_print_struct(struct gen *g);
void gen_print_funcs(struct gen *g);

/*
 * struct_ops.c: all print nothing for objects without struct_ops maps.
 *
 * gen_ops_build() - find the names of members.
 * gen_print_ops_runtime() - the parts of the runtime that only such skeletons have.
 * gen_print_ops_links() - members of `links`; gen_print_ops_struct() - members of struct NAME.
 * gen_print_ops_checks() - asserts on the shadows' layout.
 * gen_print_ops_funcs() - NAME__MAP__attach(), and what the functions of skel.c call.
 * gen_print_ops_tables() - static data for gen_print_ops_ref(), the last field of the desc.
 */
int gen_ops_build(struct gen *g);
void gen_ops_free(struct gen *g);
void gen_print_ops_runtime(struct gen *g);
void gen_print_ops_links(struct gen *g);
void gen_print_ops_struct(struct gen *g);
void gen_print_ops_checks(struct gen *g);
void gen_print_ops_funcs(struct gen *g);
void gen_print_ops_tables(struct gen *g);
void gen_print_ops_ref(struct gen *g);

/*
 * attach.c: what attaches, detaches and runs programs.
 *
 * gen_attach_parts() - the parts of the runtime (enum attach_part) that the programs need.
 * gen_print_holds() - a member of struct NAME, if one is needed.
 * gen_print_attach() - the functions.
 */
u32 gen_attach_parts(const struct gen *g);
void gen_print_holds(struct gen *g);
void gen_print_targets(struct gen *g);        /* the desc's tables of targets and links */
void gen_print_target_options(struct gen *g); /* members of opts */
void gen_print_attach(struct gen *g);

/*
 * sign.c: signed headers.
 *
 * gen_print_signed() - blob, instructions and places for signatures, between the lines that mark them.
 * gen_print_sign_table() - what the desc refers to.
 * gen_sign_bind() - put the hash of the finished text (all but what is marked) into the blob, and give that one's digest.
 */
void gen_print_signed(struct gen *g, void (*print_blob)(struct gen *g));
void gen_print_sign_table(struct gen *g);
int gen_sign_bind(const struct trace *tr, struct blob *blob, const char *text, size_t len, u8 *digest);
bool gen_finds_names(const struct gen *g); /* the runtime does, not the loader (runtime/names.h) */
extern const char gen_sign_io[]; /* statements that fill in an lskel_io */

/* data.c: blob, loaders and tables. */
void gen_print_data(struct gen *g);

#endif
