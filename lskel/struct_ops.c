// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "struct_ops.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CHAIN 32

struct ops_mem {
	struct lskel_ops_desc desc; /* first: callers have its address */
	struct lskel_ops_row *rows;
	struct lskel_ops_member *members;
	struct lskel_ops_kern *kern;
	struct lskel_ops_slot *slots;
};

static const struct btf_type *skip_mods(const struct btf *btf, u32 id)
{
	const struct btf_type *t;
	int i;

	for (i = 0; id && i < MAX_CHAIN; i++) {
		t = btf__type_by_id(btf, id);
		if (!t || (!btf_is_mod(t) && !btf_is_typedef(t)))
			return t;
		id = t->type;
	}
	return NULL;
}

/* LSKEL_OPS_* of a member of type @id: what lskel_btf_class() of the runtime says. */
static u32 member_kind(const struct btf *btf, u32 id)
{
	const struct btf_type *t = skip_mods(btf, id);

	if (!t)
		return 0;
	if (btf_is_ptr(t)) {
		t = skip_mods(btf, t->type);
		return t && btf_is_func_proto(t) ? LSKEL_OPS_FUNC : LSKEL_OPS_PTR;
	}
	if (btf_is_int(t) || btf_is_any_enum(t) || btf_is_float(t))
		return LSKEL_OPS_NUM;
	return btf_is_composite(t) || btf_is_array(t) ? LSKEL_OPS_DATA : 0;
}

/* "x___old" is another declaration of x. The name lives in the BTF, so the suffix is cut off in a copy. */
static char *member_name(const struct btf *btf, u32 off)
{
	const char *name = btf__str_by_offset(btf, off) ?: "", *flavour = strstr(name, "___");

	return flavour && flavour != name ? strndup(name, flavour - name) : strdup(name);
}

static int prog_row(const struct obj_struct_ops *ops, const struct trace *tr, u32 member)
{
	u32 i, p;

	for (i = 0; i < ops->prog_cnt; i++)
		for (p = 0; ops->progs[i].member == member && p < tr->prog_cnt; p++)
			if (tr->progs[p].func == ops->progs[i].func)
				return (int)p;
	return -1;
}

static int fill_row(struct ops_mem *m, const struct object *obj, const struct trace *tr, u32 map)
{
	const struct obj_struct_ops *ops = obj->maps[map].ops;
	const struct btf_type *t = btf__type_by_id(obj->btf, ops->struct_id);
	struct lskel_ops_row *row = &m->rows[m->desc.cnt++];
	u32 i;

	row->type = ops->type;
	row->data = obj->maps[map].data;
	row->sz = t->size;
	row->map = map;
	row->flags = ops->link ? LSKEL_OPS_LINK : 0;
	row->first_member = m->desc.member_cnt;
	row->member_cnt = btf_vlen(t);
	for (i = 0; i < btf_vlen(t); i++) {
		struct lskel_ops_member *member = &m->members[m->desc.member_cnt++];
		s64 sz = btf__resolve_size(obj->btf, btf_members(t)[i].type);

		member->name = member_name(obj->btf, btf_members(t)[i].name_off);
		if (!member->name)
			return -ENOMEM;
		member->off = btf_member_bit_offset(t, i) / 8;
		member->sz = sz > 0 ? (u32)sz : 0;
		member->kind = member_kind(obj->btf, btf_members(t)[i].type);
		member->prog = prog_row(ops, tr, i);
	}
	return 0;
}

int struct_ops_build(const struct object *obj, const struct trace *tr, struct lskel_ops_desc **ops)
{
	u32 i, cnt = 0, members = 0;
	struct ops_mem *m;

	*ops = NULL;
	for (i = 0; i < obj->map_cnt; i++) {
		if (!obj->maps[i].ops)
			continue;
		cnt++;
		members += btf_vlen(btf__type_by_id(obj->btf, obj->maps[i].ops->struct_id));
	}
	if (!cnt)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->desc.rows = m->rows = calloc(cnt, sizeof(*m->rows));
	m->desc.members = m->members = calloc(members + 1, sizeof(*m->members));
	if (!m->rows || !m->members)
		goto nomem;
	for (i = 0; i < obj->map_cnt; i++)
		if (obj->maps[i].ops && fill_row(m, obj, tr, i))
			goto nomem;
	*ops = &m->desc;
	return 0;
nomem:
	struct_ops_drop(&m->desc);
	return -ENOMEM;
}

void struct_ops_drop(struct lskel_ops_desc *ops)
{
	struct ops_mem *m = (struct ops_mem *)ops;
	u32 i;

	if (!m)
		return;
	for (i = 0; i < m->desc.member_cnt; i++)
		free((char *)m->members[i].name);
	free(m->rows);
	free(m->members);
	free(m->kern);
	free(m->slots);
	free(m);
}

static int resolve_kern(const struct lskel_ops_row *row, const struct btf *btf, struct lskel_ops_kern *kern)
{
	const struct btf_type *v, *t;
	char name[256];
	int id;
	u32 i;

	if ((size_t)snprintf(name, sizeof(name), "bpf_struct_ops_%s", row->type) >= sizeof(name))
		return -ENOENT;
	id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	if (id <= 0)
		return -ENOENT;
	v = btf__type_by_id(btf, id);
	for (i = 0; i < btf_vlen(v); i++) {
		t = btf__type_by_id(btf, btf_members(v)[i].type);
		if (!t || !btf_is_struct(t) || strcmp(btf__name_by_offset(btf, t->name_off) ?: "", row->type))
			continue;
		kern->type_id = btf_members(v)[i].type;
		kern->value_id = id;
		kern->value_sz = v->size;
		kern->data_off = btf_member_bit_offset(v, i) / 8;
		return 0;
	}
	return -ENOENT;
}

static void resolve_slot(const struct btf *btf, const struct btf_type *t, const struct lskel_ops_member *member,
			 struct lskel_ops_slot *slot)
{
	u32 i;
	s64 sz;

	slot->idx = -1;
	for (i = 0; i < btf_vlen(t) && *member->name; i++) {
		if (strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off) ?: "", member->name))
			continue;
		sz = btf__resolve_size(btf, btf_members(t)[i].type);
		slot->idx = (int)i;
		slot->off = btf_member_bit_offset(t, i) / 8;
		slot->sz = sz > 0 ? (u32)sz : 0;
		slot->kind = btf_member_bitfield_size(t, i) ? LSKEL_OPS_BITS : member_kind(btf, btf_members(t)[i].type);
		return;
	}
}

int struct_ops_resolve(const struct lskel_desc *desc, const struct btf *kernel, struct lsk_err *err)
{
	struct ops_mem *m = (struct ops_mem *)desc->ops;
	u32 i, j;
	int ret;

	if (!m)
		return 0;
	m->kern = calloc(m->desc.cnt, sizeof(*m->kern));
	m->slots = calloc(m->desc.member_cnt + 1, sizeof(*m->slots));
	if (!m->kern || !m->slots)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < m->desc.cnt; i++) {
		const struct lskel_ops_row *row = &m->rows[i];

		ret = resolve_kern(row, kernel, &m->kern[i]);
		/* a map for other kernels than this one: the runtime says so if it is switched on */
		if (ret && desc->maps[row->map].flags & LSKEL_MAP_OFF)
			continue;
		if (ret)
			return err_set(err, ret, "map '%s': the kernel's BTF has no struct_ops type '%s' "
				       "(modules' types are found on the target only, without --btf): %s",
				       desc->maps[row->map].name, row->type, err_name(ret));
		for (j = row->first_member; j < row->first_member + row->member_cnt; j++)
			resolve_slot(kernel, btf__type_by_id(kernel, m->kern[i].type_id), &m->members[j], &m->slots[j]);
	}
	m->desc.kern = m->kern;
	m->desc.slots = m->slots;
	return 0;
}
