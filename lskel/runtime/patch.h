/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What the user and the machine decide, written into the runtime's own copy of the blob. */
#ifndef LSKEL_PATCH_H
#define LSKEL_PATCH_H

#define LSKEL_OP_AT(desc, blob, op) ((struct lskel_op *)(void *)((char *)(blob) + (desc)->ops_off) + (op))

static inline void lskel_put32(void *blob, unsigned int off, __u32 v)
{
	lskel_copy((char *)blob + off, &v, sizeof(v));
}

/* Switch a range of operations on or off, by the guard over its first one (see desc.h). */
static inline void lskel_switch_span(const struct lskel_desc *desc, void *blob,
				     const struct lskel_span *span, int on)
{
	const unsigned int zero = (unsigned int)offsetof(struct lskel_hdr, resv);
	struct lskel_op *op = LSKEL_OP_AT(desc, blob, span->first_op);

	if (on) {
		if (op->kind == LSKEL_OP_COPY && op->a == zero && op->c == zero + 4)
			op->skip = 0;
		return;
	}
	op->kind = LSKEL_OP_COPY;
	op->arg = 0;
	op->min = 1;
	op->len = 0;
	op->skip = (span->op_cnt - 1) * (unsigned int)sizeof(*op);
	op->a = zero;
	op->c = zero + 4;
}

static inline int lskel_prog_is_on(const struct lskel_io *io, unsigned int prog)
{
	if (io->prog_on && io->prog_on[prog])
		return io->prog_on[prog] == LSKEL_ON;
	return !(io->desc->progs[prog].flags & LSKEL_PROG_OFF);
}

static inline int lskel_map_is_on(const struct lskel_io *io, unsigned int map)
{
	if (io->map_on && io->map_on[map])
		return io->map_on[map] == LSKEL_ON;
	return !(io->desc->maps[map].flags & LSKEL_MAP_OFF);
}

/* Whether a program attaches to another program, and not to what its section says. */
static inline int lskel_prog_has_target(const struct lskel_io *io, unsigned int prog)
{
	unsigned int i;

	for (i = 0; io->attach_prog_fd && i < io->desc->target_cnt; i++) {
		if (io->desc->targets[i].prog == prog && io->attach_prog_fd[i] > 0)
			return 1;
	}
	return 0;
}

/* A name that nobody uses is always looked up. A program with a target does without the one that its section names. */
static inline int lskel_sym_is_on(const struct lskel_io *io, unsigned int sym)
{
	const struct lskel_sym_row *row = &io->desc->syms[sym];
	unsigned int i;

	for (i = 0; i < row->user_cnt; i++) {
		unsigned int prog = io->desc->users[row->first_user + i];

		if (lskel_prog_is_on(io, prog) && !lskel_prog_has_target(io, prog))
			return 1;
	}
	return row->user_cnt == 0;
}

/* Whether the operations of a span are executed: 1 or 0; -1: always, they can't be switched. */
static inline int lskel_span_is_on(const struct lskel_io *io, const struct lskel_span *span)
{
	if (!span->op_cnt)
		return -1;
	switch (span->kind) {
	case LSKEL_SUBJ_PROG:
		return lskel_prog_is_on(io, span->idx);
	case LSKEL_SUBJ_MAP:
		return lskel_map_is_on(io, span->idx);
	case LSKEL_SUBJ_SYM:
		return lskel_sym_is_on(io, span->idx);
	default:
		return -1;
	}
}

static inline void lskel_patch_spans(const struct lskel_io *io, void *blob)
{
	const struct lskel_desc *desc = io->desc;
	unsigned int i;

	for (i = 0; i < desc->span_cnt; i++) {
		const int on = lskel_span_is_on(io, &desc->spans[i]);

		if (on >= 0)
			lskel_switch_span(desc, blob, &desc->spans[i], on);
	}
}

static inline void lskel_patch_maps(const struct lskel_io *io, void *blob)
{
	unsigned int i;

	for (i = 0; i < io->desc->map_cnt; i++) {
		const struct lskel_map_row *row = &io->desc->maps[i];
		const struct bpf_map_desc *m = &io->maps[i];

		if (m->max_entries)
			lskel_put32(blob, row->attr + LSKEL_ATTR_OFF(lskel_attr_map_create, max_entries),
				    m->max_entries);
		if (m->initial_value && row->value)
			lskel_copy((char *)blob + row->value, (const void *)(unsigned long)m->initial_value,
				   row->value_sz);
	}
}

static inline int lskel_patch_sizes(const struct lskel_io *io, void *blob)
{
	unsigned int i;

	for (i = 0; i < io->desc->size_cnt; i++) {
		const struct lskel_size_row *row = &io->desc->sizes[i];
		const unsigned int off = row->attr + LSKEL_ATTR_OFF(lskel_attr_map_create, max_entries);
		unsigned int entries = lskel_get32(blob, off);
		int err = 0;

		if (row->map < io->desc->map_cnt && !lskel_map_is_on(io, row->map))
			continue;
		if (row->rule == LSKEL_SIZE_PAGES)
			entries = lskel_round_ringbuf(entries, lskel_sys_page_size());
		else if (row->rule == LSKEL_SIZE_CPUS && !entries)
			err = lskel_possible_cpus(&entries);
		if (err)
			return lskel_fail(io->state, err, LSKEL_TEXT("map"),
					  row->map < io->desc->map_cnt ? io->desc->maps[row->map].name : NULL,
					  LSKEL_TEXT("number of possible CPUs"));
		lskel_put32(blob, off, entries);
	}
	return 0;
}

static inline int lskel_is_zero(const unsigned char *p, unsigned int sz)
{
	while (sz--) {
		if (*p++)
			return 0;
	}
	return 1;
}

/* In the machine's byte order, which is the blob's. */
static inline void lskel_put_int(unsigned char *p, unsigned int sz, unsigned int v)
{
	__u8 v8 = (__u8)v;
	__u16 v16 = (__u16)v;
	__u64 v64 = v;

	if (sz == 1)
		lskel_copy(p, &v8, 1);
	else if (sz == 2)
		lskel_copy(p, &v16, 2);
	else if (sz == 4)
		lskel_copy(p, &v, 4);
	else if (sz == 8)
		lskel_copy(p, &v64, 8);
}

/* A value that the user has set (not zero, or marked) stays; the kernel's own are found here; the rest must
 * be weak. */
static inline int lskel_patch_kconfig(const struct lskel_io *io, void *blob)
{
	const unsigned int target = LSKEL_KCONFIG_VERSION | LSKEL_KCONFIG_COOKIE | LSKEL_KCONFIG_WRAPPER;
	const struct lskel_desc *desc = io->desc;
	unsigned int i, map, version = 0;

	for (map = 0; map < desc->map_cnt; map++) {
		if (desc->maps[map].flags & LSKEL_MAP_KCONFIG)
			break;
	}
	if (map == desc->map_cnt || !desc->maps[map].value)
		return 0;
	if (!lskel_map_is_on(io, map) || (io->reuse_fd && io->reuse_fd[map] > 0))
		return 0; /* not created, so not filled */
	for (i = 0; i < desc->kconfig_cnt; i++) {
		const struct lskel_kconfig_row *row = &desc->kconfigs[i];
		unsigned char *p = (unsigned char *)blob + desc->maps[map].value + row->off;

		if ((io->kconfig_set && io->kconfig_set[i]) || !lskel_is_zero(p, row->sz))
			continue;
		if (row->flags & target) {
			if (!version)
				version = lskel_kernel_version();
			if (row->flags & LSKEL_KCONFIG_VERSION)
				lskel_put_int(p, row->sz, version);
			else if (row->flags & LSKEL_KCONFIG_COOKIE)
				lskel_put_int(p, row->sz, version >= ((5u << 16) + (15u << 8)));
			else
				lskel_put_int(p, row->sz, (unsigned int)lskel_has_syscall_wrapper(version));
		} else if (!(row->flags & (LSKEL_KCONFIG_SET | LSKEL_KCONFIG_WEAK))) {
			return lskel_fail(io->state, -ESRCH, LSKEL_TEXT("kconfig"), row->name,
					  LSKEL_TEXT("no value; set it before load, "
						     "or generate with --kconfig FILE"));
		}
	}
	return 0;
}

static inline void lskel_patch_token(const struct lskel_io *io, void *blob);

static inline int lskel_patch(const struct lskel_io *io, void *blob)
{
	int err;

	/* before a guard hides an operation: it may be that of a map that the runtime makes */
	lskel_patch_token(io, blob);
	lskel_patch_spans(io, blob);
	lskel_patch_maps(io, blob);
	err = lskel_patch_sizes(io, blob);
	if (!err)
		err = lskel_patch_kconfig(io, blob);
	if (!err && io->patch_targets)
		err = io->patch_targets(io, blob);
	return !err && io->desc->ops ? io->desc->ops->patch(io, blob) : err;
}

#endif
