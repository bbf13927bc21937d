// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The new BTF: what is left of the types, in their old order, then strings, as they are asked for. */
#include "trim_priv.h"

#include <stdlib.h>
#include <string.h>

static u32 hash(const char *s)
{
	u32 h = 2166136261u; /* FNV-1a */

	while (*s)
		h = (h ^ (u8)*s++) * 16777619u;
	return h;
}

static u32 *str_slot(const struct trim *trim, const char *str)
{
	u32 i = hash(str) & (trim->slot_cnt - 1);

	while (trim->str_slots[i] && strcmp(trim->strs + trim->str_slots[i], str))
		i = (i + 1) & (trim->slot_cnt - 1);
	return &trim->str_slots[i];
}

/* At most half of the slots are taken. */
static int grow_slots(struct trim *trim)
{
	u32 cnt = trim->slot_cnt ? 2 * trim->slot_cnt : 256, old_cnt = trim->slot_cnt, i;
	u32 *old = trim->str_slots;

	if (2 * (trim->str_cnt + 1) <= trim->slot_cnt)
		return 0;
	trim->str_slots = calloc(cnt, sizeof(*trim->str_slots));
	if (!trim->str_slots) {
		trim->str_slots = old;
		return -ENOMEM;
	}
	trim->slot_cnt = cnt;
	for (i = 0; i < old_cnt; i++)
		if (old[i])
			*str_slot(trim, trim->strs + old[i]) = old[i];
	free(old);
	return 0;
}

u32 write_str(struct trim *trim, const char *str)
{
	size_t len = strlen(str) + 1;
	u32 *slot;

	if (trim->ret || !*str)
		return 0;
	if (grow_slots(trim) ||
	    grow((void **)&trim->strs, &trim->str_cap, trim->str_len + 1 + len, sizeof(*trim->strs))) {
		trim_fail(trim, -ENOMEM);
		return 0;
	}
	if (!trim->str_len)
		trim->str_len = 1; /* the empty one */
	slot = str_slot(trim, str);
	if (!*slot) {
		memcpy(trim->strs + trim->str_len, str, len);
		*slot = trim->str_len;
		trim->str_len += len;
		trim->str_cnt++;
	}
	return *slot;
}

static void word(struct trim *trim, u32 v)
{
	u32 *w = PUSH(trim->words, trim->word_cnt, trim->word_cap);

	if (w)
		*w = v;
	else
		trim_fail(trim, -ENOMEM);
}

static bool part_is_left(const struct trim *trim, const struct btf_type *t, u32 id, u32 i)
{
	return !trim_has_parts(t) || trim->levels[id] == LEVEL_WHOLE || trim->used[trim->first[id] + i];
}

/* A member's or element's type: where only values count, names and qualifiers on the way there don't. */
static u32 inner(const struct trim *trim, const struct btf_type *t, u32 id, u32 ref)
{
	bool cut = btf_is_composite(t) ? trim->levels[id] != LEVEL_WHOLE :
					 btf_is_array(t) && trim->levels[id] == LEVEL_VALUE;

	return trim->new_ids[cut ? trim_skip_mods(trim, ref) : ref];
}

static void write_type(struct trim *trim, u32 id)
{
	const struct btf_type *t = trim_type(trim, id);
	const struct kind *kind = trim_kind(t);
	const u32 *w = (const u32 *)(t + 1);
	u32 i, j, n = kind->elem ? btf_vlen(t) : 0, left = 0;

	for (i = 0; i < n; i++)
		left += part_is_left(trim, t, id, i);
	word(trim, write_str(trim, trim_name(trim, t->name_off)));
	word(trim, kind->elem ? (t->info & ~0xffffu) | left : t->info);
	if (btf_is_ptr(t) && trim->levels[id] == LEVEL_VALUE)
		word(trim, 0);
	else
		word(trim, kind->ref ? trim->new_ids[t->type] : t->size);
	for (i = 0; i < kind->fixed; i++)
		word(trim, kind->fixed_refs & 1 << i ? inner(trim, t, id, w[i]) : w[i]);
	for (i = 0; i < n; i++, w += kind->elem) {
		if (!part_is_left(trim, t, id, i))
			continue;
		for (j = 0; j < kind->elem; j++) {
			if (!j && kind->elem_name)
				word(trim, write_str(trim, trim_name(trim, w[0])));
			else
				word(trim, j + 1 == kind->elem_ref ? inner(trim, t, id, w[j]) : w[j]);
		}
	}
}

static bool is_void_ptr(const struct trim *trim, u32 id)
{
	return btf_is_ptr(trim_type(trim, id)) && trim->levels[id] == LEVEL_VALUE;
}

int write_types(struct trim *trim)
{
	u32 id, cnt = 0;

	for (id = 1; id < trim->cnt; id++) {
		if (!trim->levels[id])
			continue;
		if (is_void_ptr(trim, id) && trim->void_ptr) {
			trim->new_ids[id] = trim->void_ptr;
			continue;
		}
		trim->new_ids[id] = ++cnt;
		if (is_void_ptr(trim, id))
			trim->void_ptr = cnt;
	}
	for (id = 1, cnt = 0; id < trim->cnt && !trim->ret; id++) {
		if (!trim->levels[id] || trim->new_ids[id] != cnt + 1)
			continue;
		write_type(trim, id);
		cnt++;
	}
	return trim->ret;
}
