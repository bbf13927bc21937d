/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Shared by the files of the CO-RE engine only. */
#ifndef LSK_CORE_PRIV_H
#define LSK_CORE_PRIV_H

#include "core.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#define SPEC_DEPTH 64  /* members and array indices in one access, as in the kernel */
#define TYPE_DEPTH 32  /* types inside of types that are compared */
#define KERNEL_DEPTH 2 /* the kernel's TYPE_DEPTH */
#define MAX_CHAIN 64   /* qualifiers and typedefs in a row */

/* One step of an access: a member, an array element (name NULL), or an enumerator. */
struct step {
	u32 type_id; /* member: the struct; element: its type; both without qualifiers */
	u32 idx;
	const char *name;
};

/* An access, in one BTF. The first step is the index behind a pointer to the root type. */
struct spec {
	const struct btf *btf;
	u32 root_id;
	struct step steps[SPEC_DEPTH];
	u32 cnt;
	u32 depth; /* steps, through anonymous members too */
	u64 bits;  /* offset from the root */
};

struct target {
	const struct btf *btf;
	u32 start; /* first id; a split BTF's own */
	u32 *heads, *next; /* types by hash of their names, ascending ids; 0 ends */
	u32 mask;
};

struct core {
	const struct btf *local;
	unsigned int flags;
	struct target *targets;
	u32 target_cnt;
	size_t target_cap;
};

/* types.c */
/* Never NULL, both. */
const struct btf_type *type_at(const struct btf *btf, u32 id);
const char *name_at(const struct btf *btf, u32 off);
/* Behind qualifiers and typedefs; *@id follows. */
const struct btf_type *skip_mods(const struct btf *btf, u32 *id);
/* Without "___flavour". */
size_t essential_len(const char *name);
bool same_essential(const char *a, const char *b);
bool same_kind(const struct core *core, const struct btf_type *a, const struct btf_type *b);
const char *enumerator_name(const struct btf *btf, const struct btf_type *t, u32 idx);
u64 enumerator_value(const struct btf_type *t, u32 idx);

/*
 * target_next() - the next candidate for local type @local_id behind @prev (0: the first): same kind and
 * name. 0: no more.
 */
u32 target_next(const struct core *core, const struct target *t, u32 local_id, u32 prev);

static inline bool is_field_kind(u32 kind)
{
	return kind <= CORE_RSHIFT;
}

static inline bool is_enum_kind(u32 kind)
{
	return kind == CORE_ENUMVAL_EXISTS || kind == CORE_ENUMVAL_VALUE;
}

/* compat.c: 1, 0, or a negative errno. */
int fields_compat(const struct core *core, const struct btf *local, u32 local_id, const struct btf *target,
		  u32 target_id);
int types_compat(const struct core *core, u32 local_id, const struct btf *target, u32 target_id);
int types_match(const struct core *core, u32 local_id, const struct btf *target, u32 target_id);

/* spec.c */
int spec_parse(const struct core *core, const struct obj_core *relo, struct spec *spec, struct lsk_err *err);
/* spec_match() - the same access by names, from type @id of @btf. 1, 0, or a negative errno. */
int spec_match(const struct core *core, const struct obj_core *relo, const struct spec *local,
	       const struct btf *btf, u32 id, struct spec *spec);

#endif
