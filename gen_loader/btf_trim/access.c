// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Access strings, "0:3:1": an index behind the pointer, then members by number, also unnamed ones, and
 * elements of arrays. Of an enum, the enumerator's number. Here they are walked through the object's own types.
 */
#include "trim_priv.h"
#include "../core/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct trim *trim;
	const char *s; /* what is left of the string */
	u32 id;        /* where it has come to */
	/* the step just made */
	u32 idx;
	u32 parent;    /* whose member or enumerator; 0: an element of an array, or the first index */
	u32 last;      /* parent of the step before */
	bool started;
};

static bool is_enumerator(u32 kind)
{
	return kind == CORE_ENUMVAL_EXISTS || kind == CORE_ENUMVAL_VALUE;
}

static bool is_field(u32 kind)
{
	return kind <= CORE_RSHIFT;
}

static void walk_start(struct walk *w, const struct trim *trim, const struct obj_core *relo)
{
	*w = (struct walk){ .trim = trim, .s = trim_name(trim, relo->access_str_off), .id = relo->type_id };
}

static bool next_index(struct walk *w)
{
	unsigned long v;
	char *end;

	if (*w->s < '0' || *w->s > '9')
		return false;
	v = strtoul(w->s, &end, 10);
	if (v > INT32_MAX || (*end && *end != ':') || (*end == ':' && !end[1]))
		return false;
	w->s = *end ? end + 1 : end;
	w->idx = v;
	return true;
}

/* 1: a step was made, 0: the end, -1: no such place. */
static int walk_step(struct walk *w)
{
	const struct btf_type *t;

	if (w->started && !*w->s)
		return 0;
	w->last = w->parent;
	if (!next_index(w))
		return -1;
	w->parent = 0;
	if (!w->started) {
		w->started = true;
		return 1;
	}
	w->id = trim_skip_mods(w->trim, w->id);
	t = trim_type(w->trim, w->id);
	if (btf_is_composite(t) && w->idx < btf_vlen(t)) {
		w->parent = w->id;
		w->id = btf_members(t)[w->idx].type;
		return 1;
	}
	if (!btf_is_array(t))
		return -1;
	w->id = btf_array(t)->type;
	return 1;
}

/* The one step of an access to an enumerator. */
static int enum_step(struct walk *w)
{
	const struct btf_type *t;

	if (!next_index(w) || *w->s)
		return -1;
	w->id = trim_skip_mods(w->trim, w->id);
	t = trim_type(w->trim, w->id);
	if (!btf_is_any_enum(t) || w->idx >= btf_vlen(t))
		return -1;
	w->parent = w->id;
	return 1;
}

/*
 * An array without a length has any element if it is a struct's last member, and none if it isn't: it must
 * not become the last.
 */
static void mark_last(struct trim *trim, const struct walk *w, u32 array)
{
	const struct btf_type *t = trim_type(trim, array), *parent;

	if (!w->last || !btf_is_array(t) || btf_array(t)->nelems)
		return;
	parent = trim_type(trim, w->last);
	trim->used[trim->first[w->last] + btf_vlen(parent) - 1] = 1;
}

static bool mark_fields(struct trim *trim, const struct obj_core *relo)
{
	struct walk w;
	u32 from;
	int ret;

	/* nothing is marked for what makes no sense */
	walk_start(&w, trim, relo);
	while ((ret = walk_step(&w)) > 0)
		;
	if (ret)
		return false;
	walk_start(&w, trim, relo);
	while (from = trim_skip_mods(trim, w.id), walk_step(&w) > 0) {
		if (w.parent) {
			trim->used[trim->first[w.parent] + w.idx] = 1;
			trim->accessed[w.parent] = 1;
		} else {
			mark_last(trim, &w, from);
		}
	}
	return true;
}

bool access_mark(struct trim *trim, const struct obj_core *relo)
{
	struct walk w;

	if (relo->kind == CORE_ID_LOCAL) /* a type of the object's own */
		return true;
	if (is_field(relo->kind) && !mark_fields(trim, relo))
		return false;
	if (is_enumerator(relo->kind)) {
		walk_start(&w, trim, relo);
		if (enum_step(&w) < 0)
			return false;
		trim->used[trim->first[w.parent] + w.idx] = 1;
	}
	trim->accessed[trim_skip_mods(trim, relo->type_id)] = 1;
	return true;
}

/* What number @idx of @id is among those that are left. */
static u32 new_index(const struct trim *trim, u32 id, u32 idx)
{
	u32 i, n = 0;

	if (trim->levels[id] == LEVEL_WHOLE)
		return idx;
	for (i = 0; i < idx; i++)
		n += trim->used[trim->first[id] + i];
	return n;
}

bool access_print(const struct trim *trim, const struct obj_core *relo, char *buf, size_t sz)
{
	struct walk w;
	size_t len = 0;
	int ret, n;

	walk_start(&w, trim, relo);
	if (is_enumerator(relo->kind)) {
		if (enum_step(&w) < 0)
			return false;
		return snprintf(buf, sz, "%u", new_index(trim, w.parent, w.idx)) < (int)sz;
	}
	if (!is_field(relo->kind))
		return false;
	while ((ret = walk_step(&w)) > 0) {
		n = snprintf(buf + len, sz - len, "%s%u", len ? ":" : "",
			     w.parent ? new_index(trim, w.parent, w.idx) : w.idx);
		if (n < 0 || (size_t)n >= sz - len)
			return false;
		len += n;
	}
	return !ret;
}
