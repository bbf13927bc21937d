/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Attaching: what BPF_RAW_TRACEPOINT_OPEN and BPF_LINK_CREATE do without more arguments. */
#ifndef LSKEL_ATTACH_H
#define LSKEL_ATTACH_H

/* An absent fd is 0 in public fields, so a link must not be 0; it can be if the program has closed its
 * stdin. */
static inline int lskel_attach_done(struct lskel_state *st, const char *prog, const char *cmd, long fd)
{
	if (fd == 0) {
		fd = lskel_sys_dup_nonzero(0);
		lskel_sys_close(0);
	}
	return fd < 0 ? lskel_fail(st, (int)fd, LSKEL_TEXT("prog"), prog, cmd) : (int)fd;
}

static inline int lskel_attach_raw_tp(struct lskel_state *st, const char *prog, const char *tp, int prog_fd)
{
	struct lskel_attr_raw_tp attr;

	if (prog_fd <= 0)
		return lskel_fail(st, -EBADF, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("not loaded"));
	lskel_zero(&attr, sizeof(attr));
	attr.name = lskel_ptr(tp);
	attr.prog_fd = (__u32)prog_fd;
	return lskel_attach_done(st, prog, LSKEL_TEXT("BPF_RAW_TRACEPOINT_OPEN"),
				 lskel_sys_bpf(LSKEL_BPF_RAW_TRACEPOINT_OPEN, &attr,
					       LSKEL_ATTR_END(lskel_attr_raw_tp, prog_fd)));
}

static inline int lskel_attach_link(struct lskel_state *st, const char *prog, int prog_fd,
				    unsigned int target, unsigned int attach_type)
{
	struct lskel_attr_link attr;

	if (prog_fd <= 0)
		return lskel_fail(st, -EBADF, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("not loaded"));
	lskel_zero(&attr, sizeof(attr));
	attr.prog_fd = (__u32)prog_fd;
	attr.target_fd = target;
	attr.attach_type = attach_type;
	return lskel_attach_done(st, prog, LSKEL_TEXT("BPF_LINK_CREATE"),
				 lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, &attr, sizeof(attr)));
}

static inline int lskel_attach_none(struct lskel_state *st, const char *prog)
{
	return lskel_fail(st, -EOPNOTSUPP, LSKEL_TEXT("prog"), prog,
			  LSKEL_TEXT("can't be attached without more arguments"));
}

static inline int lskel_attach_skip(struct lskel_state *st, const char *prog)
{
	lskel_remark(st, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("not attached, it needs more arguments"));
	return 0;
}

static inline void lskel_close(int *fd)
{
	if (*fd > 0)
		lskel_sys_close(*fd);
	*fd = 0;
}

#endif
