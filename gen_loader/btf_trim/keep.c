// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Which types stay, and how much of each. */
#include "trim_priv.h"
#include "../core/core.h"

#include <string.h>

/* Not recursive: chains of types may be long. */
static void need(struct trim *trim, u32 id, enum level level)
{
	u32 *slot;

	if (!id || id >= trim->cnt || trim->levels[id] >= level)
		return;
	trim->levels[id] = level;
	slot = PUSH(trim->todo, trim->todo_cnt, trim->todo_cap);
	if (slot)
		*slot = id;
	else
		trim_fail(trim, -ENOMEM);
}

/* Pointers that the kernel looks for in values of maps: it wants to know what is behind them. */
static bool is_kptr_tag(const char *tag)
{
	static const char *const tags[] = { "kptr", "kptr_ref", "kptr_untrusted", "percpu_kptr", "uptr" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++)
		if (!strcmp(tag, tags[i]))
			return true;
	return false;
}

/*
 * A struct that is looked into, perhaps by other programs, through a pointer. If it is one of the kernel's,
 * then the kernel's BTF counts; and that it is shows by CO-RE.
 */
static void need_pointee(struct trim *trim, u32 id)
{
	u32 to = trim_skip_mods(trim, id);

	if (btf_is_composite(trim_type(trim, to)) && !trim->accessed[to])
		need(trim, id, LEVEL_WHOLE);
}

static void follow_ptr(struct trim *trim, const struct btf_type *ptr, enum level level)
{
	const struct btf_type *to = trim_type(trim, trim_skip_mods(trim, ptr->type));
	const struct btf_type *t = trim_type(trim, ptr->type);
	u32 i;

	if (level == LEVEL_VALUE)
		return;
	/* enumerators, and parameters passed by value, are compared through pointers too */
	need(trim, ptr->type, level == LEVEL_WHOLE && (btf_is_func_proto(to) || btf_is_any_enum(to)) ?
				      LEVEL_WHOLE : LEVEL_STUB);
	for (i = 0; level == LEVEL_WHOLE && btf_is_mod(t) && i < MAX_CHAIN; i++) {
		if (btf_is_type_tag(t) && is_kptr_tag(trim_name(trim, t->name_off)))
			need_pointee(trim, ptr->type);
		t = trim_type(trim, t->type);
	}
}

/* What a type needs of those that it refers to. */
static void follow(struct trim *trim, u32 id)
{
	const struct btf_type *t = trim_type(trim, id);
	const struct kind *kind = trim_kind(t);
	enum level level = trim->levels[id];
	const u32 *words = (const u32 *)(t + 1);
	u32 i, n = kind->elem ? btf_vlen(t) : 0;

	if (btf_is_ptr(t)) {
		follow_ptr(trim, t, level);
		return;
	}
	if (btf_is_array(t)) {
		i = btf_array(t)->type;
		need(trim, level == LEVEL_VALUE ? trim_skip_mods(trim, i) : i, level);
		need(trim, btf_array(t)->index_type, LEVEL_VALUE);
		return;
	}
	if (btf_is_composite(t) && level != LEVEL_WHOLE) {
		for (i = 0; i < n; i++)
			if (trim->used[trim->first[id] + i])
				need(trim, trim_skip_mods(trim, btf_members(t)[i].type), LEVEL_VALUE);
		return;
	}
	if (kind->ref)
		need(trim, t->type, level);
	for (i = 0; kind->elem_ref && i < n; i++)
		need(trim, words[i * kind->elem + kind->elem_ref - 1], level);
}

static void follow_all(struct trim *trim)
{
	while (trim->todo_cnt && !trim->ret)
		follow(trim, trim->todo[--trim->todo_cnt]);
}

static void keep_root(struct trim *trim, const struct root *root)
{
	const struct btf_type *proto, *arg;
	u32 i;

	need(trim, root->id, LEVEL_WHOLE);
	if (root->kind != ROOT_FUNC)
		return;
	proto = trim_type(trim, trim_type(trim, root->id)->type);
	for (i = 0; btf_is_func_proto(proto) && i < btf_vlen(proto); i++) {
		arg = trim_type(trim, trim_skip_mods(trim, btf_params(proto)[i].type));
		if (btf_is_ptr(arg))
			need_pointee(trim, arg->type);
	}
}

static void keep_core(struct trim *trim, const struct obj_core *relo, bool sensible)
{
	enum level level = LEVEL_STUB;

	if (!sensible || relo->kind == CORE_ID_LOCAL || relo->kind == CORE_TYPE_MATCHES)
		level = LEVEL_WHOLE;
	else if (relo->kind <= CORE_RSHIFT)
		level = LEVEL_VALUE;
	need(trim, relo->type_id, level);
}

/* "contains:NAME:FIELD": what a list or a tree consists of. */
static void keep_contained(struct trim *trim, const char *tag)
{
	const char *name = tag + strlen("contains:"), *end;
	u32 id;

	if (strncmp(tag, "contains:", strlen("contains:")))
		return;
	end = strchr(name, ':');
	for (id = 1; end && id < trim->cnt; id++) {
		const struct btf_type *t = trim_type(trim, id);
		const char *own = trim_name(trim, t->name_off);

		if (btf_is_composite(t) && !strncmp(own, name, end - name) && !own[end - name])
			need(trim, id, LEVEL_WHOLE);
	}
}

/* Tags of what is kept as it is; these may bring in more. */
static void keep_tags(struct trim *trim)
{
	const struct btf_type *t;
	bool more = true;
	u32 id;

	while (more && !trim->ret) {
		more = false;
		for (id = 1; id < trim->cnt; id++) {
			t = trim_type(trim, id);
			if (!btf_is_decl_tag(t) || trim->levels[id] || t->type >= trim->cnt ||
			    trim->levels[t->type] != LEVEL_WHOLE)
				continue;
			more = true;
			need(trim, id, LEVEL_WHOLE);
			keep_contained(trim, trim_name(trim, t->name_off));
			follow_all(trim);
		}
	}
}

/* The kernel takes no BTF without types, and some want one only to have one. */
static void keep_something(struct trim *trim)
{
	u32 id;

	for (id = 1; id < trim->cnt; id++)
		if (trim->levels[id])
			return;
	for (id = 1; id < trim->cnt; id++)
		if (btf_is_int(trim_type(trim, id)))
			break;
	need(trim, id < trim->cnt ? id : 1, LEVEL_WHOLE);
	follow_all(trim);
}

int keep_run(struct trim *trim)
{
	u32 i;

	/* all accesses first: what is the kernel's decides about other types, too */
	for (i = 0; i < trim->core_cnt; i++)
		keep_core(trim, &trim->cores[i], access_mark(trim, &trim->cores[i]));
	for (i = 0; i < trim->root_cnt; i++)
		keep_root(trim, &trim->roots[i]);
	follow_all(trim);
	keep_tags(trim);
	keep_something(trim);
	return trim->ret;
}
