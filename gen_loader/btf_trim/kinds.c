// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "trim_priv.h"

static const struct kind kinds[] = {
	[BTF_KIND_INT] = { .known = true, .fixed = 1 },
	[BTF_KIND_PTR] = { .known = true, .ref = true },
	[BTF_KIND_ARRAY] = { .known = true, .fixed = 3, .fixed_refs = 3 },
	[BTF_KIND_STRUCT] = { .known = true, .elem = 3, .elem_name = 1, .elem_ref = 2 },
	[BTF_KIND_UNION] = { .known = true, .elem = 3, .elem_name = 1, .elem_ref = 2 },
	[BTF_KIND_ENUM] = { .known = true, .elem = 2, .elem_name = 1 },
	[BTF_KIND_FWD] = { .known = true },
	[BTF_KIND_TYPEDEF] = { .known = true, .ref = true },
	[BTF_KIND_VOLATILE] = { .known = true, .ref = true },
	[BTF_KIND_CONST] = { .known = true, .ref = true },
	[BTF_KIND_RESTRICT] = { .known = true, .ref = true },
	[BTF_KIND_FUNC] = { .known = true, .ref = true }, /* vlen is the linkage */
	[BTF_KIND_FUNC_PROTO] = { .known = true, .ref = true, .elem = 2, .elem_name = 1, .elem_ref = 2 },
	[BTF_KIND_VAR] = { .known = true, .ref = true, .fixed = 1 },
	[BTF_KIND_DATASEC] = { .known = true, .elem = 3, .elem_ref = 1 },
	[BTF_KIND_FLOAT] = { .known = true },
	[BTF_KIND_DECL_TAG] = { .known = true, .ref = true, .fixed = 1 },
	[BTF_KIND_TYPE_TAG] = { .known = true, .ref = true },
	[BTF_KIND_ENUM64] = { .known = true, .elem = 3, .elem_name = 1 },
};

const struct kind *trim_kind(const struct btf_type *t)
{
	return &kinds[btf_kind(t) < ARRAY_SIZE(kinds) ? btf_kind(t) : BTF_KIND_UNKN];
}

const struct btf_type *trim_type(const struct trim *trim, u32 id)
{
	static const struct btf_type nothing; /* void */
	const struct btf_type *t = btf__type_by_id(trim->btf, id);

	return t ? t : &nothing;
}

const char *trim_name(const struct trim *trim, u32 off)
{
	const char *name = btf__str_by_offset(trim->btf, off);

	return name ? name : "";
}

u32 trim_skip_mods(const struct trim *trim, u32 id)
{
	const struct btf_type *t = trim_type(trim, id);
	u32 i, at = id;

	for (i = 0; (btf_is_mod(t) || btf_is_typedef(t)) && i < MAX_CHAIN; i++) {
		at = t->type;
		t = trim_type(trim, at);
	}
	return i == MAX_CHAIN ? id : at;
}

bool trim_has_parts(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t);
}
