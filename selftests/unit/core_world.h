/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Types made for the tests of the CO-RE engine: an object's and a kernel's. */
#ifndef LSK_CORE_WORLD_H
#define LSK_CORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/core/core.h"

#include <bpf/btf.h>

/* Ids of types that both sides have. */
struct basics {
	int s32, u32, u64, s64, u8, ptr, four, eight, none;
};

static inline struct basics add_basics(struct btf *b)
{
	struct basics t;

	btf__set_pointer_size(b, 8);
	t.s32 = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	t.u32 = btf__add_int(b, "unsigned int", 4, 0);
	t.u64 = btf__add_int(b, "unsigned long", 8, 0);
	t.s64 = btf__add_int(b, "long", 8, BTF_INT_SIGNED);
	t.u8 = btf__add_int(b, "unsigned char", 1, 0);
	t.ptr = btf__add_ptr(b, 0);
	t.four = btf__add_array(b, t.u32, t.s32, 4);
	t.eight = btf__add_array(b, t.u32, t.s32, 8);
	t.none = btf__add_array(b, t.u32, t.s32, 0);
	return t;
}

#define STRUCT(b, name, sz) assert_true(btf__add_struct(b, name, sz) > 0)
#define FIELD(b, name, type, bits) assert_int_equal(btf__add_field(b, name, type, bits, 0), 0)
#define BITS(b, name, type, bits, sz) assert_int_equal(btf__add_field(b, name, type, bits, sz), 0)
#define ENUM(b, name) assert_true(btf__add_enum(b, name, 4) > 0)
#define VALUE(b, name, v) assert_int_equal(btf__add_enum_value(b, name, v), 0)

#define S BTF_KIND_STRUCT

struct world {
	struct btf *local, *target;
	struct core *core;
};

static inline void close_world(struct world *w)
{
	core_free(w->core);
	btf__free(w->local);
	btf__free(w->target);
}

/* A relocation of instruction 0. */
static inline struct obj_core record(struct btf *local, const char *type, u32 type_kind, const char *access, u32 kind)
{
	s32 id = btf__find_by_name_kind(local, type, type_kind);

	assert_true(id > 0);
	return (struct obj_core){ .type_id = (u32)id, .kind = kind,
				  .access_str_off = (u32)btf__add_str(local, access) };
}

/* What a relocation comes to. */
static inline u64 value(const struct world *w, const char *type, u32 type_kind, const char *access, u32 kind, bool *found)
{
	struct obj_core relo = record(w->local, type, type_kind, access, kind);
	struct core_value v;
	struct lsk_err err = {};

	if (core_resolve(w->core, &relo, &v, &err))
		fail_msg("%s", err.msg);
	*found = v.found;
	assert_true(v.poison <= !v.found);
	return v.target;
}

#endif
