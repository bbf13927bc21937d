// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The BTF of a kernel that nothing is known of: the object's types, and whatever is looked up. So that those who take ids
 * from the helper and those who read the file get the same.
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

/* A struct of the object's may be called NAME___suffix: the kernel's has the same members. */
static int add_struct(struct btf *btf, const char *name)
{
	const u32 cnt = btf__type_cnt(btf);
	const size_t len = strlen(name);
	const struct btf_type *t = NULL;
	u32 i;
	int id;

	for (i = 1; i < cnt; i++) {
		const char *s;

		t = btf__type_by_id(btf, i);
		s = btf__name_by_offset(btf, t->name_off);
		if (btf_is_struct(t) && !strncmp(s, name, len) && !strncmp(s + len, "___", 3))
			break;
	}
	id = btf__add_struct(btf, name, i < cnt ? t->size : 0);
	for (u32 mem = 0; i < cnt && id > 0; mem++) {
		struct btf_member copy;

		t = btf__type_by_id(btf, i); /* moves when types are added */
		if (mem == btf_vlen(t))
			break;
		copy = btf_members(t)[mem];
		btf__add_field(btf, btf__name_by_offset(btf, copy.name_off), (int)copy.type, btf_member_bit_offset(t, mem),
			       btf_member_bitfield_size(t, mem));
	}
	return id;
}

/* struct bpf_struct_ops_NAME: something of the kernel's, then struct NAME, which is aligned to a cache line. */
static int add_ops(struct model *m, const char *name, const char *ops)
{
	struct btf *btf = m->guessed;
	const s64 data = model_guess_type(m, ops, BTF_KIND_STRUCT);
	const s64 sz = data < 0 ? data : btf__resolve_size(btf, (u32)data);
	int id;

	if (sz < 0)
		return (int)sz;
	id = btf__add_struct(btf, name, 64 + (u32)((sz + 63) / 64 * 64));
	if (id > 0 && btf__add_field(btf, "data", (int)data, 64 * 8, 0))
		return -ENOMEM;
	return id;
}

s64 model_guess_type(struct model *m, const char *name, u32 kind)
{
	static const char prefix[] = "bpf_struct_ops_";
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
	case BTF_KIND_STRUCT:
		return strncmp(name, prefix, strlen(prefix)) ? add_struct(btf, name) : add_ops(m, name, name + strlen(prefix));
	case BTF_KIND_UNION: return btf__add_union(btf, name, 0);
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
		if (model_guess_type(m, m->names[i].name, m->names[i].kind) < 0)
			return NULL;
	}
	return m->guessed;
}

const char *model_guess_name(const struct model *m, u32 id)
{
	const struct btf_type *t = m->guessed ? btf__type_by_id(m->guessed, id) : NULL;
	const char *name = t ? btf__name_by_offset(m->guessed, t->name_off) : NULL;

	return name && *name ? name : "?";
}
