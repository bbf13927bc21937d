/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * struct_ops: the object's struct becomes the kernel's. Carried by headers that have struct_ops maps only.
 *
 * NAME__open() gives skel->struct_ops.MAP, a copy of the struct as the object has it ("shadow"), to be changed before load. A
 * function member is a pointer to one of skel->progs, so that
 *	skel->struct_ops.MAP->init = &skel->progs.my_init;
 * puts another program there, and NULL leaves the member out. Programs that are in no map are not loaded.
 *
 * NAME__load() finds the kernel's struct of that name and brings each member to where the kernel has it. A member that the kernel
 * lacks must be 0. NAME__attach() or NAME__MAP__attach() registers it: for ".struct_ops.link" with a link, which ends with its
 * descriptor; for ".struct_ops" at once, until NAME__detach() or NAME__destroy() takes it back. (If the process dies it stays. And
 * the kernel registers such a map once only.) links.MAP_fd is that link, or for ".struct_ops" one more descriptor of the map.
 */
#ifndef LSKEL_STRUCT_OPS_H
#define LSKEL_STRUCT_OPS_H

#ifndef EBUSY /* no libc; the same number everywhere */
#define EBUSY 16
#endif

/* Behind a pointer in a shadow: pointers of BPF have 8 bytes. */
#if defined(__SIZEOF_POINTER__) && __SIZEOF_POINTER__ == 4
#define LSKEL_OPS_PAD(n) unsigned int __ptr##n;
#else
#define LSKEL_OPS_PAD(n)
#endif

/* The compiler's word that a shadow is laid out as the object's struct is. */
#define LSKEL_OPS_FIELD(skel, map, member, off)                                                            \
	extern char skel##__##map##__##member##__is_misplaced                                              \
		[__builtin_offsetof(__typeof__(*((struct skel *)0)->struct_ops.map), member) == (off) ? 1 : -1]

enum {
	LSKEL_BPF_STRUCT_OPS = 44, /* attach type */
	LSKEL_BPF_F_VTYPE_BTF_OBJ_FD = 1 << 15,
};

/* Behind the value in lskel_ops.image: where a program's descriptor goes. */
struct lskel_ops_func {
	unsigned int off; /* in the value; 0: end of the list */
	unsigned int prog;
};

static inline const char *lskel_ops_name(const struct lskel_io *io, unsigned int row)
{
	return io->desc->maps[io->desc->ops->rows[row].map].name;
}

/* "map 'ca': BEFORE 'MEMBER' AFTER: -ENAME"; before, member and after may be NULL, then after is quoted instead. */
static inline int lskel_ops_fail(const struct lskel_io *io, unsigned int row, int code, const char *before, const char *member,
				 const char *after)
{
#ifdef LSKEL_NO_STRERROR
	(void)before;
	(void)member;
	(void)after;
	return lskel_fail(io->state, code, NULL, lskel_ops_name(io, row), NULL);
#else
	char text[LSKEL_MSG_SZ];
	struct lskel_msg m;

	m.buf = text;
	m.len = 0;
	lskel_put(&m, before);
	lskel_put(&m, " '");
	lskel_put(&m, member ? member : after);
	lskel_put(&m, "'");
	if (member) {
		lskel_put(&m, " ");
		lskel_put(&m, after);
	}
	return lskel_fail(io->state, code, "map", lskel_ops_name(io, row), text);
#endif
}

/* The row of the program in a function member of the shadow; -1: none, -2: what is there is no pointer to a program. */
static inline int lskel_ops_prog(const struct lskel_io *io, const struct lskel_ops_member *m, const void *shadow)
{
	const struct bpf_prog_desc *prog;
	unsigned int i;

	lskel_copy(&prog, (const char *)shadow + m->off, sizeof(prog));
	if (!prog)
		return -1;
	for (i = 0; i < io->desc->prog_cnt; i++) {
		if (prog == &io->progs[i])
			return io->desc->progs[i].flags & LSKEL_PROG_OPS ? (int)i : -2;
	}
	return -2;
}

static inline void lskel_ops_set_prog(const struct lskel_io *io, const struct lskel_ops_member *m, void *shadow)
{
	struct bpf_prog_desc *prog = &io->progs[m->prog];

	lskel_copy((char *)shadow + m->off, &prog, sizeof(prog));
}

static inline void lskel_ops_free_image(struct lskel_ops *ops)
{
	if (ops->image)
		lskel_free(ops->image, ops->alloc_sz);
	ops->image = NULL;
}

static inline void lskel_ops_free(struct lskel_io *io)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	unsigned int i;

	for (i = 0; i < d->cnt; i++) {
		lskel_ops_free_image(&io->ops[i]);
		if (io->ops[i].shadow)
			lskel_free(io->ops[i].shadow, d->rows[i].sz);
		io->ops[i].shadow = NULL;
	}
}

/* Make the shadows. On failure lskel_ops_free() cleans up. */
static inline int lskel_ops_open(struct lskel_io *io)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	unsigned int i, j;

	for (i = 0; i < d->cnt; i++) {
		const struct lskel_ops_row *row = &d->rows[i];

		io->ops[i].shadow = lskel_alloc(row->sz);
		if (!io->ops[i].shadow)
			return -ENOMEM;
		lskel_copy(io->ops[i].shadow, row->data, row->sz);
		for (j = 0; j < row->member_cnt; j++) {
			const struct lskel_ops_member *m = &d->members[row->first_member + j];

			if (m->kind == LSKEL_OPS_FUNC && m->prog >= 0)
				lskel_ops_set_prog(io, m, io->ops[i].shadow);
		}
	}
	return 0;
}

/* A member that is set must be one of the kernel's, of the same kind and size. */
static inline int lskel_ops_check(const struct lskel_io *io, unsigned int row, const struct lskel_ops_member *m,
				  const struct lskel_ops_slot *k, const struct lskel_ops_kern *kern)
{
	const char *type = io->desc->ops->rows[row].type;
	const char *member = m->name[0] ? m->name : "(unnamed)";

	if (m->kind == LSKEL_OPS_PTR)
		return lskel_ops_fail(io, row, -EOPNOTSUPP, LSKEL_TEXT("member"), member,
				      LSKEL_TEXT("is a pointer to data, which must be 0"));
	if (k->idx < 0) {
#ifndef LSKEL_NO_STRERROR
		char text[LSKEL_MSG_SZ];
		struct lskel_msg msg;

		msg.buf = text;
		msg.len = 0;
		lskel_put(&msg, "is not in the kernel's ");
		lskel_put(&msg, type);
		return lskel_ops_fail(io, row, -EOPNOTSUPP, "member", member, text);
#else
		(void)type;
		return lskel_ops_fail(io, row, -EOPNOTSUPP, NULL, NULL, NULL);
#endif
	}
	if (k->kind != m->kind)
		return lskel_ops_fail(io, row, -EOPNOTSUPP, LSKEL_TEXT("member"), member,
				      m->kind == LSKEL_OPS_FUNC ?
					      LSKEL_TEXT("is no function pointer in the kernel") :
					      LSKEL_TEXT("is of another kind in the kernel"));
	if (k->sz != m->sz)
		return lskel_ops_fail(io, row, -EOPNOTSUPP, LSKEL_TEXT("member"), member,
				      LSKEL_TEXT("has another size in the kernel"));
	if (k->off > kern->value_sz || kern->data_off > kern->value_sz - k->off ||
	    k->sz > kern->value_sz - k->off - kern->data_off)
		return lskel_ops_fail(io, row, -EINVAL, LSKEL_TEXT("member"), member,
				      LSKEL_TEXT("lies beyond the kernel's struct"));
	return 0;
}

/* The verifier sees a program as one member of one struct, so it can be in several maps, but in one place only. */
static inline int lskel_ops_patch_prog(const struct lskel_io *io, void *blob, unsigned int prog,
				       const struct lskel_ops_slot *k, const struct lskel_ops_kern *kern)
{
	const struct lskel_prog_row *row = &io->desc->progs[prog];
	const unsigned int id = row->attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_btf_id);
	const unsigned int fd = row->attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_prog_fd);
	const unsigned int idx = row->attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, expected_attach_type);

	if (lskel_get32(blob, id) &&
	    (lskel_get32(blob, id) != kern->type_id || lskel_get32(blob, idx) != (__u32)k->idx))
		return lskel_fail(io->state, -EINVAL, LSKEL_TEXT("prog"), row->name,
				  LSKEL_TEXT("it can't be two different members of struct_ops"));
	lskel_put32(blob, id, kern->type_id);
	lskel_put32(blob, idx, (__u32)k->idx);
	lskel_put32(blob, fd, (__u32)kern->btf_fd); /* attach_btf_obj_fd */
	return 0;
}

static inline int lskel_ops_patch_map(const struct lskel_io *io, void *blob, unsigned int i, const struct lskel_ops_kern *kern,
				      const struct lskel_ops_slot *slots)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	const struct lskel_ops_row *row = &d->rows[i];
	const unsigned int funcs_off = (kern->value_sz + 7u) & ~7u;
	struct lskel_ops *ops = &io->ops[i];
	const unsigned char *shadow = (const unsigned char *)ops->shadow;
	struct lskel_ops_func *func;
	unsigned int j;
	int prog, err;

	lskel_ops_free_image(ops);
	if (!kern->type_id) /* nor had the kernel of --btf */
		return lskel_ops_fail(io, i, -ENOENT, LSKEL_TEXT("the kernel has no struct_ops type called"), NULL, row->type);
	ops->image_sz = kern->value_sz;
	ops->alloc_sz = funcs_off + (row->member_cnt + 1u) * (unsigned int)sizeof(*func);
	ops->image = lskel_alloc(ops->alloc_sz);
	if (!ops->image)
		return lskel_ops_fail(io, i, -ENOMEM, LSKEL_TEXT("no memory for"), NULL, row->type);
	func = (struct lskel_ops_func *)(void *)((char *)ops->image + funcs_off);
	for (j = 0; j < row->member_cnt; j++) {
		const struct lskel_ops_member *m = &d->members[row->first_member + j];
		const struct lskel_ops_slot *k = &slots[row->first_member + j];

		if (m->kind != LSKEL_OPS_FUNC) {
			if (lskel_is_zero(shadow + m->off, m->sz))
				continue;
			err = lskel_ops_check(io, i, m, k, kern);
			if (err)
				return err;
			lskel_copy((char *)ops->image + kern->data_off + k->off, shadow + m->off, m->sz);
			continue;
		}
		prog = lskel_ops_prog(io, m, shadow);
		if (prog == -1)
			continue;
		if (prog < 0)
			return lskel_ops_fail(io, i, -EINVAL, LSKEL_TEXT("member"), m->name,
					      LSKEL_TEXT("points to no struct_ops program of this skeleton"));
		err = lskel_ops_check(io, i, m, k, kern);
		if (!err)
			err = lskel_ops_patch_prog(io, blob, (unsigned int)prog, k, kern);
		if (err)
			return err;
		func->off = kern->data_off + k->off;
		func->prog = (unsigned int)prog;
		func++;
	}
	return 0;
}

static inline void lskel_ops_patch_attr(const struct lskel_io *io, void *blob, unsigned int i, const struct lskel_ops_kern *kern)
{
	const unsigned int attr = io->desc->maps[io->desc->ops->rows[i].map].attr;
	const unsigned int flags = attr + LSKEL_ATTR_OFF(lskel_attr_map_create, map_flags);

	lskel_put32(blob, attr + LSKEL_ATTR_OFF(lskel_attr_map_create, value_size), kern->value_sz);
	lskel_put32(blob, attr + LSKEL_ATTR_OFF(lskel_attr_map_create, btf_vmlinux_value_type_id), kern->value_id);
	if (kern->btf_fd <= 0)
		return;
	/* from here on the descriptor is the blob's: the trace closes it */
	lskel_put32(blob, attr + LSKEL_ATTR_OFF(lskel_attr_map_create, value_type_btf_obj_fd), (__u32)kern->btf_fd);
	lskel_put32(blob, flags, lskel_get32(blob, flags) | LSKEL_BPF_F_VTYPE_BTF_OBJ_FD);
}

/* lskel_ops_desc.patch */
static inline int lskel_ops_patch(const struct lskel_io *io, void *blob)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	const size_t sz = d->cnt * sizeof(struct lskel_ops_kern) + d->member_cnt * sizeof(struct lskel_ops_slot);
	const struct lskel_ops_kern *kern = d->kern;
	const struct lskel_ops_slot *slots = d->slots;
	void *found = NULL;
	unsigned int i;
	int err = 0;

	if (!kern) {
		struct lskel_ops_kern *k = (struct lskel_ops_kern *)lskel_alloc(sz);

		if (!k)
			return lskel_ops_fail(io, 0, -ENOMEM, LSKEL_TEXT("no memory for"), NULL, d->rows[0].type);
		found = k;
		kern = k;
		slots = (const struct lskel_ops_slot *)(const void *)(k + d->cnt);
		err = d->find(io, k, (struct lskel_ops_slot *)(void *)(k + d->cnt));
	}
	/* also after a failure, so that what find() has opened gets closed */
	for (i = 0; i < d->cnt; i++)
		lskel_ops_patch_attr(io, blob, i, &kern[i]);
	for (i = 0; i < d->cnt && !err; i++) {
		if (lskel_map_is_on(io, d->rows[i].map))
			err = lskel_ops_patch_map(io, blob, i, &kern[i], slots);
	}
	if (found)
		lskel_free(found, sz);
	return err;
}

/* Whether a map that will be created has program @prog. */
static inline int lskel_ops_uses(const struct lskel_io *io, unsigned int prog)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	unsigned int i, j;

	for (i = 0; i < d->cnt; i++) {
		const struct lskel_ops_row *row = &d->rows[i];

		if (!lskel_map_is_on(io, row->map))
			continue;
		for (j = 0; j < row->member_cnt; j++) {
			const struct lskel_ops_member *m = &d->members[row->first_member + j];

			if (m->kind == LSKEL_OPS_FUNC && lskel_ops_prog(io, m, io->ops[i].shadow) == (int)prog)
				return 1;
		}
	}
	return 0;
}

/* The descriptors into the values. Of a program that the user has switched off there is none, as if the member was NULL. */
static inline void lskel_ops_fill(struct lskel_io *io)
{
	const struct lskel_ops_func *func;
	unsigned int i;
	__u64 fd;

	for (i = 0; i < io->desc->ops->cnt; i++) {
		struct lskel_ops *ops = &io->ops[i];

		if (!ops->image)
			continue;
		func = (const struct lskel_ops_func *)(const void *)((char *)ops->image + ((ops->image_sz + 7u) & ~7u));
		for (; func->off; func++) {
			fd = (__u64)io->progs[func->prog].prog_fd;
			lskel_copy((char *)ops->image + func->off, &fd, sizeof(fd));
		}
	}
}

/* For signed skeletons: whether a shadow is as it was made. */
static inline int lskel_ops_unchanged(struct lskel_io *io)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	unsigned int i, j, k;

	for (i = 0; i < d->cnt; i++) {
		const struct lskel_ops_row *row = &d->rows[i];
		const unsigned char *shadow = (const unsigned char *)io->ops[i].shadow, *data = (const unsigned char *)row->data;

		for (j = 0; j < row->member_cnt; j++) {
			const struct lskel_ops_member *m = &d->members[row->first_member + j];
			int same = m->kind == LSKEL_OPS_FUNC ? lskel_ops_prog(io, m, shadow) == m->prog : 1;

			for (k = 0; m->kind != LSKEL_OPS_FUNC && k < m->sz; k++)
				same &= shadow[m->off + k] == data[m->off + k];
			if (!same)
				return lskel_ops_fail(io, i, -EPERM, LSKEL_TEXT("member"), m->name,
						      LSKEL_TEXT("is set, but what is loaded is what was signed"));
		}
	}
	return 0;
}

/* lskel_load() of a skeleton with struct_ops maps: a program of struct_ops is loaded if a map uses it, unless the user says. */
static inline int lskel_ops_load(struct lskel_io *io)
{
	const struct lskel_desc *desc = io->desc;
	unsigned char *user = io->prog_on, *on;
	unsigned int i;
	int err = 0, used;

	on = (unsigned char *)lskel_alloc(desc->prog_cnt + 1u);
	if (!on)
		return lskel_fail(io->state, -ENOMEM, LSKEL_TEXT("skeleton"), desc->name, NULL);
	for (i = 0; i < desc->ops->cnt; i++)
		lskel_ops_free_image(&io->ops[i]);
	if (io->try_signed)
		err = lskel_ops_unchanged(io);
	for (i = 0; i < desc->prog_cnt && !err; i++) {
		on[i] = user ? user[i] : (unsigned char)LSKEL_DEFAULT;
		if (!(desc->progs[i].flags & LSKEL_PROG_OPS))
			continue;
		used = lskel_ops_uses(io, i);
		if (on[i] == LSKEL_ON && !used)
			err = lskel_fail(io->state, -EINVAL, LSKEL_TEXT("prog"), desc->progs[i].name,
					 LSKEL_TEXT("no struct_ops map that is created uses it"));
		else if (on[i] == LSKEL_DEFAULT)
			on[i] = used ? LSKEL_ON : LSKEL_OFF;
	}
	if (!err) {
		io->prog_on = on;
		err = lskel_load(io);
		io->prog_on = user;
	}
	lskel_free(on, desc->prog_cnt + 1u);
	if (!err)
		lskel_ops_fill(io);
	return err;
}

static inline int lskel_ops_delete(int map_fd)
{
	struct lskel_attr_elem attr;
	__u32 key = 0;

	lskel_zero(&attr, sizeof(attr));
	attr.map_fd = (__u32)map_fd;
	attr.key = lskel_ptr(&key);
	return (int)lskel_sys_bpf(LSKEL_BPF_MAP_DELETE_ELEM, &attr, LSKEL_ATTR_END(lskel_attr_elem, key));
}

static inline int lskel_ops_link(const struct lskel_io *io, unsigned int i, int map_fd)
{
	__u32 attr[4]; /* map_fd, target_fd, attach_type, flags */
	int fd;

	if (io->desc->ops->rows[i].flags & LSKEL_OPS_LINK) {
		lskel_zero(attr, sizeof(attr));
		attr[0] = (__u32)map_fd;
		attr[2] = LSKEL_BPF_STRUCT_OPS;
		fd = (int)lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, attr, sizeof(attr));
		if (fd == 0) {
			fd = lskel_sys_dup_nonzero(0);
			lskel_sys_close(0);
		}
		return fd < 0 ? lskel_fail(io->state, fd, LSKEL_TEXT("map"), lskel_ops_name(io, i),
					   LSKEL_TEXT("BPF_LINK_CREATE")) : fd;
	}
	fd = lskel_sys_dup_nonzero(map_fd);
	if (fd > 0)
		return fd;
	lskel_ops_delete(map_fd);
	return lskel_fail(io->state, fd, LSKEL_TEXT("map"), lskel_ops_name(io, i), LSKEL_TEXT("fcntl"));
}

/* Register map @i of the struct_ops ones. Returns what is put into *@link, > 0. */
static inline int lskel_ops_attach(const struct lskel_io *io, unsigned int i, int *link)
{
	const struct lskel_ops_row *row = &io->desc->ops->rows[i];
	int map_fd = io->maps[row->map].map_fd, err;
	struct lskel_attr_elem attr;
	__u32 key = 0;

	if (map_fd <= 0 || !io->ops[i].image)
		return lskel_fail(io->state, -EBADF, LSKEL_TEXT("map"), lskel_ops_name(io, i), LSKEL_TEXT("not loaded"));
	if (*link > 0)
		return lskel_fail(io->state, -EBUSY, LSKEL_TEXT("map"), lskel_ops_name(io, i), LSKEL_TEXT("already attached"));
	lskel_zero(&attr, sizeof(attr));
	attr.map_fd = (__u32)map_fd;
	attr.key = lskel_ptr(&key);
	attr.value = lskel_ptr(io->ops[i].image);
	err = (int)lskel_sys_bpf(LSKEL_BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
	/* the value is set once, the link may be made again */
	if (err && !(err == -EBUSY && (row->flags & LSKEL_OPS_LINK)))
		return lskel_fail(io->state, err, LSKEL_TEXT("map"), lskel_ops_name(io, i), LSKEL_TEXT("BPF_MAP_UPDATE_ELEM"));
	err = lskel_ops_link(io, i, map_fd);
	if (err > 0)
		*link = err;
	return err;
}

static inline void lskel_ops_detach(const struct lskel_io *io, unsigned int i, int *link)
{
	if (*link > 0 && !(io->desc->ops->rows[i].flags & LSKEL_OPS_LINK))
		lskel_ops_delete(*link);
	lskel_close(link);
}

static inline void lskel_ops_detach_all(const struct lskel_io *io, int *links)
{
	unsigned int i;

	for (i = 0; i < io->desc->ops->cnt; i++)
		lskel_ops_detach(io, i, &links[i]);
}

/* All maps that exist and aren't attached yet; after a failure none is that was not before. 0, or a negative errno. */
static inline int lskel_ops_attach_all(const struct lskel_io *io, int *links)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	unsigned char *made;
	unsigned int i;
	int err = 0;

	made = (unsigned char *)lskel_alloc(d->cnt);
	if (!made)
		return lskel_fail(io->state, -ENOMEM, LSKEL_TEXT("skeleton"), io->desc->name, NULL);
	for (i = 0; i < d->cnt && err >= 0; i++) {
		if (links[i] > 0 || io->maps[d->rows[i].map].map_fd <= 0)
			continue;
		err = lskel_ops_attach(io, i, &links[i]);
		made[i] = err > 0;
	}
	while (err < 0 && i--) {
		if (made[i])
			lskel_ops_detach(io, i, &links[i]);
	}
	lskel_free(made, d->cnt);
	return err < 0 ? err : 0;
}

#endif
