/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The kernel's struct_ops structs. In those headers only that have struct_ops maps and were generated without --btf. */
#ifndef LSKEL_BTF_OPS_H
#define LSKEL_BTF_OPS_H

/* Behind typedefs and qualifiers. As many as a chain of the kernel's may have. */
static inline const struct lskel_btf_type *lskel_btf_skip(const struct lskel_btf *btf, unsigned int id)
{
	const struct lskel_btf_type *t = NULL;
	unsigned int i, kind;

	for (i = 0; i < 32; i++) {
		t = lskel_btf_by_id(btf, id);
		kind = t ? lskel_btf_kind(t) : 0;
		if ((kind < LSKEL_KIND_TYPEDEF || kind > LSKEL_KIND_RESTRICT) && kind != LSKEL_KIND_TYPE_TAG)
			return t;
		id = t->type;
	}
	return NULL;
}

/* What a member of type @id is; 0: nothing that has a size. */
static inline unsigned int lskel_btf_class(const struct lskel_btf *btf, unsigned int id, unsigned int *sz)
{
	const struct lskel_btf_type *t = lskel_btf_skip(btf, id), *to;
	unsigned int i, elems = 1;
	struct lskel_btf_array array;

	*sz = 0;
	for (i = 0; t && lskel_btf_kind(t) == LSKEL_KIND_ARRAY && i < 32; i++) {
		lskel_copy(&array, t + 1, sizeof(array));
		elems *= array.nelems;
		t = lskel_btf_skip(btf, array.type);
	}
	if (!t)
		return 0;
	*sz = elems * t->type;
	switch (lskel_btf_kind(t)) {
	case LSKEL_KIND_PTR:
		*sz = elems * 8; /* BPF runs struct_ops on 64-bit kernels */
		to = lskel_btf_skip(btf, t->type);
		if (i)
			return LSKEL_OPS_DATA;
		return to && lskel_btf_kind(to) == LSKEL_KIND_FUNC_PROTO ? LSKEL_OPS_FUNC : LSKEL_OPS_PTR;
	case LSKEL_KIND_STRUCT:
	case LSKEL_KIND_UNION:
		return LSKEL_OPS_DATA;
	case LSKEL_KIND_INT:
	case LSKEL_KIND_ENUM:
	case LSKEL_KIND_ENUM64:
	case LSKEL_KIND_FLOAT:
		return i ? LSKEL_OPS_DATA : LSKEL_OPS_NUM;
	}
	return 0;
}

/* The kernel's member called as @m is. */
static inline void lskel_btf_slot(const struct lskel_btf *btf, const struct lskel_btf_type *t,
				  const struct lskel_ops_member *m, struct lskel_ops_slot *slot)
{
	struct lskel_btf_member k;
	unsigned int i;

	slot->idx = -1;
	for (i = 0; i < lskel_btf_vlen(t) && m->name[0]; i++) {
		lskel_copy(&k, (const char *)(t + 1) + i * sizeof(k), sizeof(k));
		if (!lskel_same(lskel_btf_str(btf, k.name_off), m->name))
			continue;
		slot->idx = (int)i;
		slot->kind = lskel_btf_class(btf, k.type, &slot->sz);
		if (t->info >> 31 && k.offset >> 24)
			slot->kind = LSKEL_OPS_BITS;
		slot->off = (t->info >> 31 ? k.offset & 0xffffff : k.offset) / 8;
		return;
	}
}

/*
 * The row's struct in @btf, and the struct around it that is the map's value. -ENOENT: not here.
 * (A module may register a struct that vmlinux declares: the value's is what tells whose it is.)
 */
static inline int lskel_btf_find_row(const struct lskel_btf *btf, const struct lskel_ops_desc *d, unsigned int row,
				     struct lskel_ops_kern *kern, struct lskel_ops_slot *slots)
{
	const struct lskel_ops_row *r = &d->rows[row];
	const struct lskel_btf_type *v, *t;
	struct lskel_btf_member k;
	unsigned int i, value;

	value = lskel_btf_find(btf, LSKEL_KIND_STRUCT, "bpf_struct_ops_", r->type);
	v = value ? lskel_btf_by_id(btf, value) : NULL;
	for (i = 0; v && i < lskel_btf_vlen(v); i++) {
		lskel_copy(&k, (const char *)(v + 1) + i * sizeof(k), sizeof(k));
		t = lskel_btf_by_id(btf, k.type);
		if (!t || lskel_btf_kind(t) != LSKEL_KIND_STRUCT || !lskel_same(lskel_btf_str(btf, t->name_off), r->type))
			continue;
		kern->type_id = k.type;
		kern->value_id = value;
		kern->value_sz = v->type;
		kern->data_off = k.offset / 8;
		for (i = 0; i < r->member_cnt; i++)
			lskel_btf_slot(btf, t, &d->members[r->first_member + i], &slots[r->first_member + i]);
		return 0;
	}
	return -ENOENT;
}

/* Modules in the order of their ids. On success the descriptor is the caller's. */
static inline int lskel_btf_find_in_modules(const struct lskel_btf *vmlinux, const struct lskel_ops_desc *d, unsigned int row,
					    struct lskel_ops_kern *kern, struct lskel_ops_slot *slots)
{
	struct lskel_btf mod;
	__u32 id = 0;
	int fd, err;

	for (;;) {
		fd = lskel_btf_next(&id);
		if (fd < 0)
			return fd;
		err = lskel_btf_open_module(&mod, fd, vmlinux);
		if (!err) {
			err = lskel_btf_find_row(&mod, d, row, kern, slots);
			lskel_btf_close(&mod);
			if (!err) {
				kern->btf_fd = fd;
				return 0;
			}
		}
		lskel_sys_close(fd);
	}
}

static inline int lskel_btf_find_ops(const struct lskel_io *io, struct lskel_ops_kern *kern, struct lskel_ops_slot *slots)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	struct lskel_btf vmlinux;
	unsigned int i;
	int err = lskel_btf_open_vmlinux(&vmlinux);

	if (err)
		return lskel_fail(io->state, err, LSKEL_TEXT("kernel BTF"), NULL, LSKEL_TEXT("/sys/kernel/btf/vmlinux"));
	for (i = 0; i < d->cnt && !err; i++) {
		if (!lskel_map_is_on(io, d->rows[i].map))
			continue;
		err = lskel_btf_find_row(&vmlinux, d, i, &kern[i], slots);
		if (err == -ENOENT)
			err = lskel_btf_find_in_modules(&vmlinux, d, i, &kern[i], slots);
		if (err)
			lskel_ops_fail(io, i, err, LSKEL_TEXT("the kernel has no struct_ops type called"), NULL, d->rows[i].type);
	}
	lskel_btf_close(&vmlinux);
	return err;
}

#endif
