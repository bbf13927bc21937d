// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What clang leaves open in BTF, or writes as the kernel does not accept it, put right in place: type ids
 * never change, since func_info, CO-RE records and maps refer to them.
 */
#include "object_priv.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static int cmp_vsi(const void *va, const void *vb)
{
	const struct btf_var_secinfo *a = va, *b = vb;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->type < b->type ? -1 : a->type > b->type;
}

/*
 * A DATASEC of size 0 is refused by the kernel. It becomes a nameless struct: that takes the same room, and
 * nothing refers to a DATASEC.
 */
static int drop_datasec(struct reader *r, u32 id)
{
	struct btf_type *t = btf_type_rw(r, id);
	u32 i, vlen = btf_vlen(t);
	struct btf_member *m;
	int int_id = 0;

	if (vlen) {
		int_id = btf_int32(r);
		if (int_id < 0)
			return int_id;
		t = btf_type_rw(r, id);
	}
	t->name_off = 0;
	t->info = btf_type_info(BTF_KIND_STRUCT, vlen, 0);
	t->size = vlen ? 4 : 0;
	m = btf_members(t);
	for (i = 0; i < vlen; i++, m++) {
		m->name_off = 0;
		m->type = int_id;
		m->offset = 0;
	}
	return 0;
}

static bool hidden(const struct elf_sym *sym)
{
	return sym->vis == STV_HIDDEN || sym->vis == STV_INTERNAL;
}

static int fixup_var(struct reader *r, const char *sec, struct btf_var_secinfo *vsi)
{
	struct btf_type *t = btf_type_rw(r, vsi->type);
	const struct elf_sym *sym;

	if (!btf_is_var(t))
		return BAD(r, "BTF section '%s': '%s' is a function", sec, btf_name(r, t));
	if (btf_var(t)->linkage == BTF_VAR_STATIC) /* its offset is right as it is */
		return 0;
	if (btf_var(t)->linkage == BTF_VAR_GLOBAL_EXTERN) {
		/* Declared in this section, defined elsewhere. Uses of it fail where they are. */
		btf_var(t)->linkage = BTF_VAR_GLOBAL_ALLOCATED;
		return 0;
	}
	sym = elf_find_sym(r, btf_name(r, t));
	if (!sym || sym->undef || strcmp(r->secs[sym->sec].name, sec))
		return BAD(r, "BTF variable '%s' has no symbol in section '%s'", btf_name(r, t), sec);
	if (sym->value > INT32_MAX)
		return BAD(r, "BTF variable '%s' lies beyond its section '%s'", btf_name(r, t), sec);
	/* Also in linked objects: libbpf's linker gets it wrong for what was an extern in an earlier input. */
	vsi->offset = sym->value;
	if (hidden(sym))
		btf_var(t)->linkage = BTF_VAR_STATIC;
	return 0;
}

static int fixup_datasec(struct reader *r, u32 id)
{
	struct btf_type *t = btf_type_rw(r, id);
	const char *name = btf_name(r, t);
	bool is_extern = !strcmp(name, ".ksyms") || !strcmp(name, ".kconfig");
	u32 i, sec, vlen = btf_vlen(t);
	int ret;

	/* A linked object has sizes; what comes from the compiler has none. */
	if (!t->size && !is_extern) {
		sec = elf_find_sec(r, name);
		if (r->secs[sec].size > INT32_MAX)
			return BAD(r, "section '%s' is too large", name);
		t->size = r->secs[sec].size;
	}
	if (!t->size)
		return drop_datasec(r, id);
	for (i = 0; i < vlen && !is_extern; i++) {
		ret = fixup_var(r, name, &btf_var_secinfos(t)[i]);
		if (ret)
			return ret;
	}
	qsort(btf_var_secinfos(t), vlen, sizeof(struct btf_var_secinfo), cmp_vsi);
	return 0;
}

/* SEC("?.struct_ops") and the like: kernels before 6.9 accept no '?' in names. */
static int rename_datasec(struct reader *r, u32 id)
{
	char *name = strdup(btf_name(r, btf__type_by_id(r->obj->btf, id)));
	int off;

	if (!name)
		return -ENOMEM;
	name[0] = '_';
	off = btf__add_str(r->obj->btf, name);
	free(name);
	if (off < 0)
		return off;
	btf_type_rw(r, id)->name_off = off;
	return 0;
}

int btf_fixup(struct reader *r)
{
	u32 id, cnt;
	int ret = 0;

	if (!r->obj->btf)
		return 0;
	cnt = btf__type_cnt(r->obj->btf);
	for (id = 1; id < cnt && !ret; id++) {
		struct btf_type *t = btf_type_rw(r, id);

		if (btf_is_func(t)) {
			if (btf_vlen(t) /* linkage */ == BTF_FUNC_EXTERN)
				t->info = btf_type_info(BTF_KIND_FUNC, BTF_FUNC_GLOBAL, 0);
			ret = btf_name_params(r, id);
		} else if (btf_is_datasec(t)) {
			ret = fixup_datasec(r, id);
			if (!ret && btf_name(r, btf_type_rw(r, id))[0] == '?')
				ret = rename_datasec(r, id);
		}
	}
	return ret;
}
