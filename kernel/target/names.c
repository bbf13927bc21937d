// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The types of a target's BTFs, by name. What a BTF says is not trusted: ids and names may be out of range. */
#include "target_priv.h"

const struct btf_type *target_type(const struct btf *btf, u32 id)
{
	static const struct btf_type nothing; /* void */
	const struct btf_type *t = btf__type_by_id(btf, id);

	return t ? t : &nothing;
}

const char *target_name(const struct btf *btf, u32 off)
{
	const char *name = btf__str_by_offset(btf, off);

	return name ? name : "";
}

static int read_tags(struct btf_names *names, const struct target_btf *b, u32 cnt)
{
	u32 id, func;

	for (id = b->first_id; id < b->first_id + cnt; id++) {
		const struct btf_type *t = target_type(b->btf, id);

		if (!btf_is_decl_tag(t) || strcmp(target_name(b->btf, t->name_off), "bpf_kfunc"))
			continue;
		func = t->type - b->first_id;
		if (func >= cnt)
			continue;
		if (!names->kfuncs)
			names->kfuncs = calloc(cnt / 8 + 1, 1);
		if (!names->kfuncs)
			return -ENOMEM;
		names->kfuncs[func / 8] |= 1 << func % 8;
	}
	return 0;
}

int target_add_btf(struct target *t, const char *name, struct btf *btf)
{
	struct target_priv *p = t->priv;
	struct btf_names *names;
	struct target_btf *b;
	u32 cnt, n;

	if (grow((void **)&t->btfs, &p->btfs_cap, (size_t)t->btf_cnt + 1, sizeof(*t->btfs)) ||
	    grow((void **)&p->names, &p->names_cap, (size_t)t->btf_cnt + 1, sizeof(*p->names))) {
		btf__free(btf);
		return -ENOMEM;
	}
	b = &t->btfs[t->btf_cnt];
	names = &p->names[t->btf_cnt++];
	b->btf = btf;
	b->name = strdup(name);
	b->first_id = btf__base_btf(btf) ? btf__type_cnt(btf__base_btf(btf)) : 1;
	cnt = btf__type_cnt(btf) - b->first_id;
	if (!b->name || index_init(&names->types, cnt))
		return -ENOMEM;
	for (n = cnt; n; n--) {
		name = target_name(btf, target_type(btf, b->first_id + n - 1)->name_off);
		if (*name)
			index_add(&names->types, n, name);
	}
	return read_tags(names, b, cnt);
}

static int find_own(const struct target *t, u32 i, const char *name, u32 kind)
{
	const struct index *x = &t->priv->names[i].types;
	const struct target_btf *b = &t->btfs[i];
	u32 n;

	for (n = index_first(x, name); n; n = x->next[n]) {
		const struct btf_type *type = target_type(b->btf, b->first_id + n - 1);

		if (btf_kind(type) == kind && !strcmp(target_name(b->btf, type->name_off), name))
			return (int)(b->first_id + n - 1);
	}
	return -ENOENT;
}

int target_find(const struct target *t, const char *name, u32 kind, const struct target_btf **where)
{
	int id = -ENOENT;
	u32 i;

	for (i = 0; i < t->btf_cnt && id < 0; i++) {
		id = find_own(t, i, name, kind);
		*where = &t->btfs[i];
	}
	return id;
}

int target_find_in(const struct target *t, const char *btf_name, const char *name, u32 kind,
		   const struct target_btf **where)
{
	u32 i;

	for (i = 0; i < t->btf_cnt; i++) {
		if (strcmp(t->btfs[i].name, btf_name))
			continue;
		*where = &t->btfs[i];
		return find_own(t, i, name, kind);
	}
	return -ENOENT;
}

enum target_answer target_kfunc_tag(const struct target *t, const struct target_btf *where, u32 id)
{
	const struct btf_names *names = &t->priv->names[where - t->btfs];
	u32 n = id - where->first_id;

	if (names->kfuncs && n < names->types.cnt)
		return names->kfuncs[n / 8] >> n % 8 & 1 ? TARGET_YES : TARGET_NO;
	/* vmlinux and its modules are made by the same tools: some kfunc is in vmlinux of any kernel that has tags */
	return t->priv->names[0].kfuncs ? TARGET_NO : TARGET_UNKNOWN;
}
