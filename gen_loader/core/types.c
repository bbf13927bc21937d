// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Types and names of a BTF, whatever is in it; the types of a target by name. */
#include "core_priv.h"

#include <stdlib.h>

const struct btf_type *type_at(const struct btf *btf, u32 id)
{
	static const struct btf_type nothing; /* void */
	const struct btf_type *t = btf__type_by_id(btf, id);

	return t ? t : &nothing;
}

const char *name_at(const struct btf *btf, u32 off)
{
	const char *name = btf__str_by_offset(btf, off);

	return name ? name : "";
}

const struct btf_type *skip_mods(const struct btf *btf, u32 *id)
{
	const struct btf_type *t = type_at(btf, *id);
	u32 i;

	for (i = 0; (btf_is_mod(t) || btf_is_typedef(t)) && i < MAX_CHAIN; i++) {
		*id = t->type;
		t = type_at(btf, *id);
	}
	if (i == MAX_CHAIN) {
		*id = 0;
		t = type_at(btf, 0);
	}
	return t;
}

/* The last "___" that stands between other characters starts the flavour. */
size_t essential_len(const char *name)
{
	size_t len = strlen(name), i;

	for (i = len < 5 ? 0 : len - 4; i--;)
		if (name[i] != '_' && !strncmp(name + i + 1, "___", 3) && name[i + 4] != '_')
			return i + 1;
	return len;
}

bool same_essential(const char *a, const char *b)
{
	size_t len = essential_len(a);

	return len == essential_len(b) && !strncmp(a, b, len);
}

bool same_kind(const struct core *core, const struct btf_type *a, const struct btf_type *b)
{
	if (btf_kind(a) == btf_kind(b))
		return true;
	return !(core->flags & CORE_AS_KERNEL) && btf_is_any_enum(a) && btf_is_any_enum(b);
}

const char *enumerator_name(const struct btf *btf, const struct btf_type *t, u32 idx)
{
	return name_at(btf, btf_is_enum(t) ? btf_enum(t)[idx].name_off : btf_enum64(t)[idx].name_off);
}

u64 enumerator_value(const struct btf_type *t, u32 idx)
{
	if (btf_is_enum(t))
		return (u64)(s64)btf_enum(t)[idx].val;
	return btf_enum64_value(btf_enum64(t) + idx);
}

int core_new(const struct btf *local, unsigned int flags, struct core **core)
{
	*core = calloc(1, sizeof(**core));
	if (!*core)
		return -ENOMEM;
	(*core)->local = local;
	(*core)->flags = flags;
	return 0;
}

static u32 hash_name(const char *name)
{
	size_t len = essential_len(name), i;
	u32 h = 2166136261u; /* FNV-1a */

	for (i = 0; i < len; i++)
		h = (h ^ (u8)name[i]) * 16777619u;
	return h;
}

int core_add_target(struct core *core, const struct btf *btf)
{
	struct target *t = PUSH(core->targets, core->target_cnt, core->target_cap);
	u32 cnt = btf__type_cnt(btf), size = 64, id;

	if (!t)
		return -ENOMEM;
	memset(t, 0, sizeof(*t));
	t->btf = btf;
	t->start = btf__base_btf(btf) ? btf__type_cnt(btf__base_btf(btf)) : 1;
	while (size < cnt - t->start && size < 1u << 30)
		size *= 2;
	t->mask = size - 1;
	t->heads = calloc(size, sizeof(*t->heads));
	t->next = calloc((size_t)(cnt - t->start) + 1, sizeof(*t->next));
	if (!t->heads || !t->next)
		return -ENOMEM;
	for (id = cnt; id-- > t->start;) {
		const char *name = name_at(btf, type_at(btf, id)->name_off);
		u32 *head = &t->heads[hash_name(name) & t->mask];

		if (!*name)
			continue;
		t->next[id - t->start] = *head;
		*head = id;
	}
	return 0;
}

void core_free(struct core *core)
{
	u32 i;

	if (!core)
		return;
	for (i = 0; i < core->target_cnt; i++) {
		free(core->targets[i].heads);
		free(core->targets[i].next);
	}
	free(core->targets);
	free(core);
}

u32 target_next(const struct core *core, const struct target *t, u32 local_id, u32 prev)
{
	const struct btf_type *local = type_at(core->local, local_id), *type;
	const char *name = name_at(core->local, local->name_off);
	u32 id = prev ? t->next[prev - t->start] : t->heads[hash_name(name) & t->mask];

	for (; id; id = t->next[id - t->start]) {
		type = type_at(t->btf, id);
		if (same_kind(core, local, type) && same_essential(name, name_at(t->btf, type->name_off)))
			break;
	}
	return id;
}
