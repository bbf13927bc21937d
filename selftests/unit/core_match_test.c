// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Which types match (TYPE_MATCHES) and which are compatible (TYPE_EXISTS). */
#include "core_world.h"

/* Matching types. Each pair is a struct of the same name with one member, whose types are made by these. */
enum shape {
	INT, UINT, LONG, CONST_INT, PTR_A, PTR_FWD_A, PTR_FWD_UNION, A, FEWER, ENUM_ONE, ENUM_TWO, FN_INT, FN_LONG, FN_NONE,
	ARR4, ARR8,
};

static int add_shape(struct btf *b, enum shape shape)
{
	struct basics t = add_basics(b);
	int id = 0;

	switch (shape) {
	case INT: return t.s32;
	case UINT: return t.u32;
	case LONG: return t.s64;
	case CONST_INT: return btf__add_const(b, t.s32);
	case ARR4: return t.four;
	case ARR8: return t.eight;
	case PTR_A:
	case A:
		id = btf__add_struct(b, "a", 8);
		FIELD(b, "one", t.s32, 0);
		FIELD(b, "two", t.s32, 32);
		return shape == A ? id : btf__add_ptr(b, id);
	case FEWER:
		id = btf__add_struct(b, "a___less", 4);
		FIELD(b, "two", t.s32, 0);
		return id;
	case PTR_FWD_A: return btf__add_ptr(b, btf__add_fwd(b, "a", BTF_FWD_STRUCT));
	case PTR_FWD_UNION: return btf__add_ptr(b, btf__add_fwd(b, "a", BTF_FWD_UNION));
	case ENUM_ONE:
	case ENUM_TWO:
		id = btf__add_enum(b, "e", 4);
		VALUE(b, "E_ONE", shape == ENUM_ONE ? 1 : 7);
		if (shape == ENUM_TWO)
			VALUE(b, "E_TWO", 2);
		return id;
	default:
		id = btf__add_func_proto(b, t.s32);
		if (shape != FN_NONE)
			btf__add_func_param(b, "x", shape == FN_INT ? t.s32 : t.s64);
		return btf__add_ptr(b, id);
	}
}

static const struct {
	enum shape local, target;
	bool match;
	bool compat; /* as the type of a typedef: TYPE_EXISTS of that */
} shapes[] = {
	{ INT, INT, true, true },
	{ INT, UINT, false, true }, /* another name, too */
	{ INT, LONG, false, true },
	{ CONST_INT, INT, true, true },
	{ INT, CONST_INT, true, true },
	{ PTR_A, PTR_A, true, true },
	{ PTR_FWD_A, PTR_A, true, false },
	{ PTR_A, PTR_FWD_A, true, false },
	{ PTR_FWD_UNION, PTR_A, false, false },
	{ PTR_FWD_UNION, PTR_FWD_A, false, true },
	{ A, A, true, true },
	{ FEWER, A, true, true },
	{ A, FEWER, false, true },
	{ ENUM_ONE, ENUM_TWO, true, true },
	{ ENUM_TWO, ENUM_ONE, false, true },
	{ FN_INT, FN_INT, true, true },
	{ FN_INT, FN_LONG, false, true },
	{ FN_INT, FN_NONE, false, false },
	{ ARR4, ARR4, true, true },
	{ ARR4, ARR8, false, true },
	{ INT, A, false, false },
	{ INT, PTR_A, false, false },
};

static void types_match_and_are_compatible(void **state)
{
	struct world w;
	bool found;
	u32 i, side;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		w = (struct world){ btf__new_empty(), btf__new_empty(), NULL };
		for (side = 0; side < 2; side++) {
			struct btf *b = side ? w.target : w.local;
			int id = add_shape(b, side ? shapes[i].target : shapes[i].local);

			STRUCT(b, side ? "holder" : "holder___mine", 64);
			if (side)
				FIELD(b, "before", btf__find_by_name(b, "int"), 0);
			FIELD(b, "m", id, side ? 64 : 0);
			btf__add_typedef(b, "t", id);
		}
		assert_int_equal(core_new(w.local, 0, &w.core), 0);
		assert_int_equal(core_add_target(w.core, w.target), 0);
		if (value(&w, "holder___mine", S, "0", CORE_TYPE_MATCHES, &found) != shapes[i].match)
			fail_msg("shapes %u: match is not %d", i, shapes[i].match);
		if (value(&w, "t", BTF_KIND_TYPEDEF, "0", CORE_TYPE_EXISTS, &found) != shapes[i].compat)
			fail_msg("shapes %u: compatible is not %d", i, shapes[i].compat);
		close_world(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_match_and_are_compatible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
