// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The BTF of a kernel that nothing is known of: the object's types, and whatever is looked up. So that those
 * who take ids from the helper and those who read the file get the same.
 */
#include "model_priv.h"

#include <string.h>
#include <bpf/btf.h>

static int guess_init(struct model *m)
{
	int err = 0;

	if (m->guessed)
		return 0;
	m->guessed = btf__new_empty();
	if (!m->guessed)
		return -ENOMEM;
	/* the first of all, so ids stay */
	if (m->types && btf__type_cnt(m->types) > 1)
		err = btf__add_btf(m->guessed, m->types);
	return err < 0 ? err : 0;
}

static u32 add_proto(struct btf *btf)
{
	const int id = btf__add_func_proto(btf, 0);

	return id < 0 ? 0 : (u32)id;
}

/* The object's declaration of a struct may be called NAME___suffix, and so may its members: the kernel has
 * NAME. */
static int add_like(struct btf *btf, const char *name, u32 like)
{
	const struct btf_type *t = btf__type_by_id(btf, like);
	const int id = t && btf_is_struct(t) ? btf__add_struct(btf, name, t->size) : -EINVAL;
	u32 i;

	for (i = 0; id > 0; i++) {
		struct btf_member copy;
		char member[128], *suffix;

		t = btf__type_by_id(btf, like); /* moves when types are added */
		if (i == btf_vlen(t))
			break;
		copy = btf_members(t)[i];
		snprintf(member, sizeof(member), "%s", btf__name_by_offset(btf, copy.name_off));
		suffix = strstr(member, "___");
		if (suffix)
			*suffix = 0;
		if (btf__add_field(btf, member, (int)copy.type, btf_member_bit_offset(t, i),
				   btf_member_bitfield_size(t, i)))
			return -ENOMEM;
	}
	return id;
}

/* struct bpf_struct_ops_NAME: something of the kernel's, then struct NAME, aligned to a cache line. */
static int add_ops(struct model *m, const struct model_name *n)
{
	static const char prefix[] = "bpf_struct_ops_";
	struct btf *btf = m->guessed;
	int id, data;
	s64 sz;

	if (strncmp(n->name, prefix, strlen(prefix)))
		return -EINVAL;
	data = add_like(btf, n->name + strlen(prefix), n->like);
	sz = data < 0 ? data : btf__resolve_size(btf, (u32)data);
	if (sz < 0)
		return (int)sz;
	id = btf__add_struct(btf, n->name, 64 + (u32)((sz + 63) / 64 * 64));
	return id > 0 && btf__add_field(btf, "data", data, 64 * 8, 0) ? -ENOMEM : id;
}

s64 model_guess_type(struct model *m, const char *name, u32 kind)
{
	struct btf *btf;
	s64 id = guess_init(m);
	int to;

	if (id)
		return id;
	btf = m->guessed;
	id = btf__find_by_name_kind(btf, name, kind);
	if (id > 0)
		return id;
	switch (kind) {
	case BTF_KIND_STRUCT: return btf__add_struct(btf, name, 0);
	case BTF_KIND_UNION: return btf__add_union(btf, name, 0);
	case 0: /* the runtime would have found out what it is, in a module's BTF */
	case BTF_KIND_FUNC: return btf__add_func(btf, name, BTF_FUNC_GLOBAL, (int)add_proto(btf));
	case BTF_KIND_TYPEDEF:
		to = btf__add_ptr(btf, (int)add_proto(btf));
		return to < 0 ? to : btf__add_typedef(btf, name, to);
	case BTF_KIND_VAR:
		to = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
		return to < 0 ? to : btf__add_var(btf, name, BTF_VAR_GLOBAL_ALLOCATED, to);
	}
	return -ENOENT;
}

const struct btf *model_guess_all(struct model *m)
{
	u32 i;

	if (guess_init(m))
		return NULL;
	for (i = 0; i < m->name_cnt; i++) {
		if (m->names[i].kallsyms)
			continue;
		model_undecided(m, "'%s': whether the kernel's BTF has it", m->names[i].name);
		if (!m->names[i].like)
			model_guess_type(m, m->names[i].name, m->names[i].kind);
		else if (btf__find_by_name_kind(m->guessed, m->names[i].name, m->names[i].kind) < 0)
			add_ops(m, &m->names[i]);
	}
	return m->guessed;
}

const char *model_guess_name(const struct model *m, u32 id)
{
	const struct btf_type *t = m->guessed ? btf__type_by_id(m->guessed, id) : NULL;
	const char *name = t ? btf__name_by_offset(m->guessed, t->name_off) : NULL;

	return name && *name ? name : "?";
}
