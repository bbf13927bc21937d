// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Names in BTF that kernels refuse. A section may be called ".data.a-b", which kernels before 6.12 don't
 * take; types of C++ and Rust have names like "a::b<c>", which none takes; and none takes more than 511
 * characters. One such name, and the kernel refuses the BTF as a whole. Here they become names that all
 * kernels accept. Nothing is lost: no kernel has a type of such a name, and of sections' names the kernel
 * makes no use.
 *
 * The last step: until here, sections are looked up by the names that they have in the file.
 */
#include "object_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 511 /* KSYM_NAME_LEN - 1, since 6.1 */

static bool char_ok(char c, bool first)
{
	return isascii((unsigned char)c) && (isalpha((unsigned char)c) || c == '_' || c == '.' ||
					     (!first && isdigit((unsigned char)c)));
}

/* Where an acceptable name is; @off itself, if that is one. Negative errno. */
static int good_name(struct reader *r, u32 off)
{
	const char *old = btf__str_by_offset(r->obj->btf, off);
	size_t i, len = old ? strlen(old) : 0;
	char *name;
	int ret;

	for (i = 0; i < len && i < NAME_MAX_LEN && char_ok(old[i], !i);)
		i++;
	if (i == len)
		return off;
	name = strndup(old, NAME_MAX_LEN);
	if (!name)
		return -ENOMEM;
	for (i = 0; name[i]; i++)
		if (!char_ok(name[i], !i))
			name[i] = '_';
	ret = btf__add_str(r->obj->btf, name);
	free(name);
	return ret;
}

/* The name of element @i of a type: its offset in the type, or 0. */
static u32 elem_name(const struct btf_type *t, u32 i)
{
	const u8 *base = (const u8 *)t;

	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (const u8 *)&btf_members(t)[i].name_off - base;
	case BTF_KIND_ENUM:
		return (const u8 *)&btf_enum(t)[i].name_off - base;
	case BTF_KIND_ENUM64:
		return (const u8 *)&btf_enum64(t)[i].name_off - base;
	case BTF_KIND_FUNC_PROTO:
		return (const u8 *)&btf_params(t)[i].name_off - base;
	}
	return 0;
}

static int fix_at(struct reader *r, u32 id, u32 at)
{
	u32 *off = (u32 *)((u8 *)btf_type_rw(r, id) + at), old = *off;
	int name = good_name(r, old);

	if (name < 0)
		return name;
	if ((u32)name != old) /* adding a string may have moved the types */
		*(u32 *)((u8 *)btf_type_rw(r, id) + at) = name;
	return 0;
}

int btf_names(struct reader *r)
{
	u32 id, i, vlen, at, cnt = r->obj->btf ? btf__type_cnt(r->obj->btf) : 0;
	int ret = 0;

	for (id = 1; id < cnt && !ret; id++) {
		const struct btf_type *t = btf_type_rw(r, id);

		if (btf_is_decl_tag(t) || btf_is_type_tag(t) || btf_is_int(t))
			continue; /* these may have any */
		ret = fix_at(r, id, offsetof(struct btf_type, name_off));
		t = btf_type_rw(r, id);
		vlen = btf_is_composite(t) || btf_is_any_enum(t) || btf_is_func_proto(t) ? btf_vlen(t) : 0;
		for (i = 0; i < vlen && !ret; i++) {
			at = elem_name(btf_type_rw(r, id), i);
			ret = at ? fix_at(r, id, at) : 0;
		}
	}
	return ret;
}
