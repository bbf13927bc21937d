/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * "module:function" targets. The loader's look-up goes through vmlinux first, and then through all modules:
 * it would find another function of that name. So the runtime looks it up in the module's own BTF, before
 * the loader runs, and takes the loader's look-up out of the list. Where it can't (that takes
 * CAP_SYS_ADMIN), the loader tries; its list has a check that what it finds is no function of vmlinux.
 */
#ifndef LSKEL_ATTACH_MODULE_H
#define LSKEL_ATTACH_MODULE_H

/* The BTF of module @name: a descriptor, or a negative errno. */
static inline int lskel_module_fd(const char *name)
{
	struct lskel_btf_info info;
	char its_name[64];
	__u32 id = 0;
	int fd;

	for (;;) {
		fd = lskel_btf_next(&id);
		if (fd < 0)
			return fd;
		lskel_zero(&info, sizeof(info));
		lskel_zero(its_name, sizeof(its_name));
		info.name = lskel_ptr(its_name);
		info.name_len = sizeof(its_name);
		if (!lskel_btf_get_info(fd, &info) && info.kernel_btf && lskel_same(its_name, name))
			return fd;
		lskel_sys_close(fd);
	}
}

/*
 * The operation that looks up what is copied into the attach_btf_id of @attr, and where that is copied
 * from.
 */
static inline struct lskel_op *lskel_target_find(const struct lskel_desc *desc, void *blob, unsigned int attr,
						 unsigned int *cell)
{
	const unsigned int id = attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_btf_id);
	unsigned int i, from = 0;

	for (i = 0; i < desc->op_cnt; i++) {
		const struct lskel_op *op = LSKEL_OP_AT(desc, blob, i);

		if (op->kind == LSKEL_OP_COPY && op->c == id)
			from = op->a;
	}
	*cell = from & ~7u;
	for (i = 0; from && i < desc->op_cnt; i++) {
		struct lskel_op *op = LSKEL_OP_AT(desc, blob, i);

		if (op->kind == LSKEL_OP_FIND && op->c == *cell)
			return op;
	}
	return NULL; /* done already, for another program */
}

/* Best effort: what fails here is told by the loader. */
LSKEL_ONCE void lskel_patch_module(const struct lskel_io *io, void *blob, const struct lskel_target_row *row)
{
	struct lskel_btf vmlinux, mod;
	unsigned int cell, id = 0;
	struct lskel_op *op = lskel_target_find(io->desc, blob, io->desc->progs[row->prog].attr, &cell);
	__u64 found;
	int fd;

	if (!op || op->arg != LSKEL_KIND_FUNC)
		return;
	fd = lskel_module_fd(row->module);
	if (fd < 0)
		return;
	if (!lskel_btf_open_vmlinux(&vmlinux)) {
		if (!lskel_btf_fetch(&mod, fd, &vmlinux)) {
			id = lskel_btf_find(&mod, LSKEL_KIND_FUNC, "", row->func);
			lskel_btf_close(&mod);
		}
		lskel_btf_close(&vmlinux);
	}
	if (!id) {
		lskel_sys_close(fd);
		return;
	}
	/* As the look-up leaves it; the list closes the descriptor at its end. */
	found = (__u64)(__u32)fd << 32 | id;
	lskel_copy((char *)blob + cell, &found, sizeof(found));
	op->kind = LSKEL_OP_COPY;
	op->arg = 0;
	op->min = 0;
	op->len = 0;
	op->skip = 0;
	op->a = (unsigned int)offsetof(struct lskel_hdr, resv);
	op->c = op->a + 4;
}

#endif
