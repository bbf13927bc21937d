/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Programs that attach to a function of another program: freplace always, fentry, fexit and fsession if the
 *user says so. Set before load skel->opts.attach_prog_fd.P = fd;     the other program
 *	skel->opts.attach_func.P = "name";    its function, if it is not the one in the section's name
 * Extra commands: BPF_OBJ_GET_INFO_BY_FD, BPF_BTF_GET_FD_BY_ID.
 */
#ifndef LSKEL_ATTACH_PROG_H
#define LSKEL_ATTACH_PROG_H

/* The BTF id of function @func in the BTF of program @prog_fd, or a negative errno and in *@what the reason.
 */
static inline int lskel_prog_func_id(int prog_fd, const char *func, const char **what)
{
	struct lskel_prog_btf_info {
		char before[128];
		__u32 btf_id, pad;
	} info; /* struct bpf_prog_info, its start */
	struct {
		__u32 fd, info_len;
		__aligned_u64 info;
	} attr;
	struct lskel_btf btf;
	int fd, err;

	lskel_zero(&info, sizeof(info));
	attr.fd = (__u32)prog_fd;
	attr.info_len = sizeof(info);
	attr.info = lskel_ptr(&info);
	*what = LSKEL_TEXT("the target program's descriptor");
	err = (int)lskel_sys_bpf(LSKEL_BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	if (err)
		return err;
	*what = LSKEL_TEXT("the target program has no BTF");
	if (!info.btf_id)
		return -EINVAL;
	*what = LSKEL_TEXT("the target program's BTF");
	fd = lskel_btf_open_id(info.btf_id);
	if (fd < 0)
		return fd;
	err = lskel_btf_fetch(&btf, fd, NULL);
	lskel_sys_close(fd);
	if (err)
		return err;
	err = (int)lskel_btf_find(&btf, LSKEL_KIND_FUNC, "", func);
	lskel_btf_close(&btf);
	*what = LSKEL_TEXT("the target program has no such function");
	return err ? err : -ENOENT;
}

/* What the trace would copy into the two attach fields of @attr: a program's target in the kernel is not
 * looked up any more. */
static inline void lskel_keep_target(const struct lskel_desc *desc, void *blob, unsigned int attr)
{
	const unsigned int id = attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_btf_id);
	const unsigned int fd = attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_prog_fd);
	unsigned int i;

	for (i = 0; i < desc->op_cnt; i++) {
		struct lskel_op *op = LSKEL_OP_AT(desc, blob, i);

		if (op->kind == LSKEL_OP_COPY && (op->c == id || op->c == fd))
			op->c = (unsigned int)offsetof(struct lskel_hdr, resv) + 4;
	}
}

static inline int lskel_patch_targets(const struct lskel_io *io, void *blob)
{
	const struct lskel_desc *desc = io->desc;
	unsigned int i;

	for (i = 0; i < desc->target_cnt; i++) {
		const struct lskel_target_row *row = &desc->targets[i];
		const struct lskel_prog_row *prog = &desc->progs[row->prog];
		const char *func = io->attach_func && io->attach_func[i] ? io->attach_func[i] : row->func;
		const int fd = io->attach_prog_fd ? io->attach_prog_fd[i] : 0;
		const char *what;
		int id;

		if (!lskel_prog_is_on(io, row->prog))
			continue;
		if (fd <= 0) {
			if (row->flags & LSKEL_TARGET_MUST)
				return lskel_fail(io->state, -EINVAL, LSKEL_TEXT("prog"), prog->name,
						  LSKEL_TEXT("needs a target program; set it before load"));
			if (row->module)
				lskel_patch_module(io, blob, row);
			continue;
		}
		if (!func)
			return lskel_fail(io->state, -EINVAL, LSKEL_TEXT("prog"), prog->name,
					  LSKEL_TEXT("needs the name of a function; set it before load"));
		id = lskel_prog_func_id(fd, func, &what);
		if (id < 0)
			return lskel_fail(io->state, id, LSKEL_TEXT("prog"), prog->name, what);
		lskel_keep_target(desc, blob, prog->attr);
		lskel_put32(blob, prog->attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_btf_id),
			    (__u32)id);
		lskel_put32(blob, prog->attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, attach_prog_fd),
			    (__u32)fd);
	}
	return 0;
}

#endif
