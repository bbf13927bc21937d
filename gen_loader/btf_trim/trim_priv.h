/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Shared by the files that trim BTF only. */
#ifndef LSK_TRIM_PRIV_H
#define LSK_TRIM_PRIV_H

#include "trim.h"

#include <bpf/btf.h>
#include <errno.h>

#define MAX_CHAIN 64 /* qualifiers and typedefs in a row */

/* How much of a type is needed. */
enum level {
	LEVEL_NONE,
	LEVEL_VALUE, /* kind, size, name; of structs and enums what CO-RE accesses; not what pointers point to */
	LEVEL_STUB,  /* and what pointers point to, in the same way */
	LEVEL_WHOLE, /* and all that lies in it */
};

/* A reference from outside of the BTF. */
enum root_kind { ROOT_TYPE, ROOT_ENTRY, ROOT_FUNC };

struct root {
	enum root_kind kind;
	u32 id;
};

struct trim {
	const struct btf *btf;
	bool big_endian;
	int ret; /* 0, or the first failure */
	u32 cnt; /* types, void included */
	u8 *levels;    /* by id */
	u8 *accessed;  /* by id: CO-RE looks for it in the kernel */
	u32 *new_ids;  /* by id; 0: dropped */
	/* members of structs and enumerators, those of type id from first[id] on: accessed? */
	u32 *first;
	u8 *used;
	u32 *todo; /* types whose level has risen */
	u32 todo_cnt;
	size_t todo_cap;
	struct root *roots;
	u32 root_cnt;
	size_t root_cap;
	struct obj_core *cores;
	u32 core_cnt;
	size_t core_cap;
	u32 void_ptr; /* new id of the pointer that stands for all of LEVEL_VALUE */
	/* the new BTF */
	u32 *words;
	u32 word_cnt;
	size_t word_cap;
	char *strs;
	u32 str_len;
	size_t str_cap;
	u32 *str_slots; /* offset in strs by hash; 0: free */
	u32 slot_cnt, str_cnt;
	u8 *data;
};

void trim_fail(struct trim *trim, int ret);

/* kinds.c: what a type consists of: a head (name, info, size or reference), fixed words, equal elements. */
struct kind {
	bool known;
	bool ref;       /* the head's third word is a type */
	u8 fixed;       /* words behind the head */
	u8 fixed_refs;  /* bit n: word n of these is a type */
	u8 elem;        /* words of an element; there are vlen of them */
	u8 elem_name;   /* the first word is a name */
	u8 elem_ref;    /* word that is a type, plus 1; 0: none */
};

const struct kind *trim_kind(const struct btf_type *t);
/* Never NULL. */
const struct btf_type *trim_type(const struct trim *trim, u32 id);
const char *trim_name(const struct trim *trim, u32 off);
u32 trim_skip_mods(const struct trim *trim, u32 id);
bool trim_has_parts(const struct btf_type *t); /* members or enumerators */

/* access.c */
/*
 * access_mark() - mark the members that @relo accesses, and the type that it starts from.
 * false: it makes no sense, which is for the kernel to say: the type must stay as it is.
 */
bool access_mark(struct trim *trim, const struct obj_core *relo);
/* access_print() - the access string for the new BTF; false as above. */
bool access_print(const struct trim *trim, const struct obj_core *relo, char *buf, size_t sz);

/* keep.c */
int keep_run(struct trim *trim);

/* write.c */
int write_types(struct trim *trim);
u32 write_str(struct trim *trim, const char *str);

#endif
