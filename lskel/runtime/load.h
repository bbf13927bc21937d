/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Loading: the blob into a map, the loader over the blob, the descriptors out of it. */
#ifndef LSKEL_LOAD_H
#define LSKEL_LOAD_H

/* One attempt. */
struct lskel_run {
	int map_fd, prog_fd; /* -1: not open */
	int steps;           /* the loader is the stepper */
	unsigned char *blob; /* the map's value, mapped */
	size_t blob_sz;      /* as mapped */
	int err;             /* of the operation that failed; then op and its copy are set */
	unsigned int op;     /* ~0u: no operation, err is the runtime's own */
	struct lskel_op failed;
	const char *why; /* more about it, or NULL */
	/* The verifier's log for all programs, or (log_op) for that one operation */
	unsigned int log_level, log_sz, log_op;
	char *log_buf;
};

static inline int lskel_fail_loader(const struct lskel_io *io, int err, const char *what)
{
	return lskel_fail(io->state, err, LSKEL_TEXT("loader"), NULL, what);
}

static inline void lskel_put_log(void *blob, unsigned int attr, const struct lskel_run *r)
{
	__u64 buf = lskel_ptr(r->log_buf);

	lskel_put32(blob, attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, log_level), r->log_level);
	lskel_put32(blob, attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, log_size), r->log_sz);
	/* log_buf stays a user address, even for commands given from inside the kernel */
	lskel_copy((char *)blob + attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, log_buf), &buf, sizeof(buf));
}

/* Memory for the blob: the value of a map, or (direct gear) the process's own. */
static inline int lskel_make_area(struct lskel_io *io, struct lskel_run *r)
{
	const struct lskel_desc *desc = io->desc;
	const size_t page = lskel_sys_page_size();
	struct lskel_attr_map_create attr;
	unsigned int sz = LSKEL_ATTR_END(lskel_attr_map_create, map_name);

	r->blob_sz = (desc->value_sz + page - 1) & ~(page - 1);
	if (LSKEL_DIRECT_WANTED(io)) {
		r->blob = (unsigned char *)lskel_sys_mmap(NULL, r->blob_sz, PROT_READ | PROT_WRITE,
							  MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
		return r->blob ? 0 : lskel_fail_loader(io, -ENOMEM, LSKEL_TEXT("mmap"));
	}
	lskel_zero(&attr, sizeof(attr));
	attr.map_type = LSKEL_BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = desc->value_sz;
	attr.max_entries = 1;
	attr.map_flags = LSKEL_BPF_F_MMAPABLE;
	lskel_copy(attr.map_name, "lskel.blob", sizeof("lskel.blob"));
	if (io->token_fd > 0) {
		attr.map_flags |= LSKEL_BPF_F_TOKEN_FD;
		attr.map_token_fd = (__u32)io->token_fd;
		sz = LSKEL_ATTR_END(lskel_attr_map_create, map_token_fd);
	}
	r->map_fd = (int)lskel_sys_bpf(LSKEL_BPF_MAP_CREATE, &attr, sz);
	if (r->map_fd < 0)
		return lskel_fail_loader(io, r->map_fd, LSKEL_TEXT("BPF_MAP_CREATE"));
	r->blob = (unsigned char *)lskel_sys_mmap(NULL, r->blob_sz, PROT_READ | PROT_WRITE, MAP_SHARED,
						  r->map_fd);
	return r->blob ? 0 : lskel_fail_loader(io, -ENOMEM, LSKEL_TEXT("mmap"));
}

/* This target's copy of the blob. */
static inline int lskel_make_blob(struct lskel_io *io, struct lskel_run *r)
{
	const struct lskel_desc *desc = io->desc;
	unsigned int i;
	int err = lskel_make_area(io, r);

	if (err)
		return err;
	lskel_copy(r->blob, desc->blob, desc->blob_sz);
	err = lskel_patch(io, r->blob);
	if (!err)
		err = lskel_patch_given(io, r->blob);
	if (err)
		return err;
	if (r->log_buf && r->log_op != ~0u)
		lskel_put_log(r->blob, LSKEL_OP_AT(desc, r->blob, r->log_op)->a, r);
	for (i = 0; r->log_buf && r->log_op == ~0u && i < desc->prog_cnt; i++)
		lskel_put_log(r->blob, desc->progs[i].attr, r);
#ifdef LSKEL_TEST_HOOK
	LSKEL_TEST_HOOK(io, r->blob);
#endif
	return 0;
}

/*
 * What a loader program is loaded with: fills in @attr, and loads the loader's BTF, if it has any, to *@btf_fd (else
 * -1). @map_fd: the blob's map, alive until the program is loaded; @token_fd: a BPF token or 0.
 */
static inline int lskel_loader_attr(const struct lskel_loader *ld, const int *map_fd, int token_fd,
				    struct lskel_attr_prog_load *attr, int *btf_fd)
{
	struct lskel_attr_btf_load btf;

	*btf_fd = -1;
	lskel_zero(attr, sizeof(*attr));
	if (ld->btf_sz) {
		lskel_zero(&btf, sizeof(btf));
		btf.btf = lskel_ptr(ld->btf);
		btf.btf_size = ld->btf_sz;
		btf.btf_flags = token_fd > 0 ? LSKEL_BPF_F_TOKEN_FD : 0;
		btf.btf_token_fd = token_fd > 0 ? (__u32)token_fd : 0;
		*btf_fd = (int)lskel_sys_bpf(LSKEL_BPF_BTF_LOAD, &btf,
					     token_fd > 0 ? LSKEL_ATTR_END(lskel_attr_btf_load, btf_token_fd) :
							    LSKEL_ATTR_END(lskel_attr_btf_load, btf_size));
		if (*btf_fd < 0)
			return *btf_fd;
		attr->prog_btf_fd = (__u32)*btf_fd;
		attr->func_info = lskel_ptr(ld->func_info);
		attr->func_info_rec_size = 8;
		attr->func_info_cnt = ld->func_info_sz / 8;
	}
	attr->prog_type = LSKEL_BPF_PROG_TYPE_SYSCALL;
	attr->insns = lskel_ptr(ld->insns);
	attr->insn_cnt = ld->insns_sz / 8;
	attr->license = lskel_ptr("Dual BSD/GPL");
	attr->prog_flags = LSKEL_BPF_F_SLEEPABLE;
	lskel_copy(attr->prog_name, "lskel_loader", sizeof("lskel_loader"));
	attr->fd_array = lskel_ptr(map_fd);
	return 0;
}

/* Not only signals make the verifier give up: so do other kinds of work that wait for this task. */
static inline int lskel_loader_load(struct lskel_attr_prog_load *attr, unsigned int sz)
{
	int tries, fd = 0;

	for (tries = 0; tries < 5; tries++) {
		fd = (int)lskel_sys_bpf(LSKEL_BPF_PROG_LOAD, attr, sz);
		if (fd != -EAGAIN)
			break;
	}
	return fd;
}

/* Loads one gear. Returns the fd or a negative errno; *@what is the command that failed. */
static inline int lskel_load_gear(const struct lskel_loader *ld, int map_fd, int token_fd, const char **what)
{
	struct lskel_attr_prog_load attr;
	unsigned int sz = LSKEL_ATTR_END(lskel_attr_prog_load, fd_array);
	int btf_fd, prog_fd;

	*what = LSKEL_TEXT("BPF_BTF_LOAD");
	prog_fd = lskel_loader_attr(ld, &map_fd, token_fd, &attr, &btf_fd);
	if (prog_fd)
		return prog_fd;
	if (token_fd > 0) {
		attr.prog_flags |= LSKEL_BPF_F_TOKEN_FD;
		attr.prog_token_fd = (__u32)token_fd;
		sz = LSKEL_ATTR_END(lskel_attr_prog_load, prog_token_fd);
	}
	*what = LSKEL_TEXT("BPF_PROG_LOAD");
	prog_fd = lskel_loader_load(&attr, sz);
	if (btf_fd >= 0)
		lskel_sys_close(btf_fd);
	return prog_fd;
}

/* The loop gear needs a JIT; without one it is refused, and the stepper does the same. @step: it has to be that one. */
static inline int lskel_make_loader(struct lskel_io *io, struct lskel_run *r, int step)
{
	const struct lskel_desc *desc = io->desc;
	const char *what = NULL;
	int fd = -EINVAL;

	if (desc->loop.insns_sz && !step)
		fd = lskel_load_gear(&desc->loop, r->map_fd, io->token_fd, &what);
	r->steps = desc->stepper.insns_sz &&
		   (step || !desc->loop.insns_sz || fd == -EINVAL || fd == -LSKEL_ENOTSUPP);
	if (r->steps)
		fd = lskel_load_gear(&desc->stepper, r->map_fd, io->token_fd, &what);
	r->prog_fd = fd;
	if (fd >= 0)
		return 0;
	if ((fd == -EINVAL || fd == -E2BIG) && lskel_kernel_version() < ((5u << 16) + (17u << 8)))
		what = LSKEL_TEXT("this kernel can't run it: it takes Linux 6.1 or later, or LSKEL_DIRECT");
	return lskel_fail_loader(io, fd, what);
}

/* Closes what is not to stay open: after a failure everything, otherwise what programs and maps hold themselves. */
static inline void lskel_unwind(const struct lskel_desc *desc, unsigned char *blob, int failed)
{
	struct lskel_hdr hdr;
	unsigned int i;

	lskel_copy(&hdr, blob, sizeof(hdr));
	if (hdr.unwind < desc->ops_off)
		return;
	for (i = (hdr.unwind - desc->ops_off) / (unsigned int)sizeof(struct lskel_op); i < desc->op_cnt;
	     i++) {
		const struct lskel_op *op = LSKEL_OP_AT(desc, blob, i);

		if (op->kind == LSKEL_OP_CLOSE && (failed || !op->arg) && (int)lskel_get32(blob, op->a) > 0)
			lskel_sys_close((int)lskel_get32(blob, op->a));
	}
}

static inline int lskel_is_prog_load(const struct lskel_op *op)
{
	return op->kind == LSKEL_OP_SYS && op->arg == LSKEL_BPF_PROG_LOAD;
}

/* What a finished run has left in the blob's header. */
static inline int lskel_outcome(const struct lskel_io *io, struct lskel_run *r)
{
	const struct lskel_desc *desc = io->desc;
	struct lskel_hdr hdr;

	lskel_copy(&hdr, r->blob, sizeof(hdr));
	if (!hdr.err)
		return 0;
	r->op = (hdr.at - desc->ops_off) / (unsigned int)sizeof(struct lskel_op);
	r->why = NULL;
	if (r->op < desc->op_cnt) {
		lskel_copy(&r->failed, LSKEL_OP_AT(desc, r->blob, r->op), sizeof(r->failed));
		if (hdr.err == -E2BIG && lskel_is_prog_load(&r->failed) &&
		    lskel_get32(r->blob, r->failed.a + LSKEL_ATTR_OFF(lskel_attr_prog_load, core_relo_rec_size)) == 16)
			r->why = LSKEL_TEXT("CO-RE is resolved by Linux 5.17 and later, "
					    "for this kernel generate with --btf FILE");
	} else {
		r->op = ~0u;
	}
	return hdr.err;
}

/*
 * All of it in one run, or step by step. The first ADDR is the loader's: it tells the kernel's address of the
 * blob, and the others are done here.
 */
static inline int lskel_run_loader(struct lskel_io *io, struct lskel_run *r)
{
	struct lskel_hdr *hdr = (struct lskel_hdr *)(void *)r->blob;
	const struct lskel_desc *desc = io->desc;
	unsigned int steps = 0, ret = 1;
	const struct lskel_op *op;
	__u64 base = 0;
	int err = 0;

	while (!err && ret) {
		if (r->steps)
			steps += lskel_run_plain(desc, r->blob, hdr, base, ~0u);
		if (steps && !hdr->magic)
			break;
		op = lskel_op_next(desc, r->blob, hdr);
		err = lskel_prog_run(r->prog_fd, &ret);
		if (!err && op && op->kind == LSKEL_OP_ADDR && lskel_op_fits(desc, op)) {
			lskel_copy(&base, r->blob + op->c, sizeof(base));
			base -= op->a;
		}
		/* pc only grows, so more steps than there are operations mean a broken blob */
		if (!err && steps++ > desc->op_cnt)
			err = -ELOOP;
	}
	return err ? lskel_fail_loader(io, err, LSKEL_TEXT("BPF_PROG_RUN")) : 0;
}

/* By several threads. What looks names up is the loader all the same. */
static inline int lskel_execute_team(struct lskel_io *io, struct lskel_run *r)
{
	int err = 0;

	if (!LSKEL_DIRECT_WANTED(io) && lskel_team_looks_up(io->desc, r->blob))
		err = lskel_make_loader(io, r, 1);
	if (err)
		return err;
	err = lskel_team_run(io->desc, r->blob, r->prog_fd, LSKEL_DIRECT_WANTED(io));
	return err ? lskel_fail_loader(io, err, LSKEL_TEXT("the blob is broken")) : 0;
}

static inline int lskel_execute(struct lskel_io *io, struct lskel_run *r)
{
	int err;

	if (io->find_names && !LSKEL_DIRECT_WANTED(io))
		io->find_names(io->desc, r->blob);
	/* one log for all programs: one after the other */
	if (LSKEL_TEAM_WANTED(io) && !(r->log_buf && r->log_op == ~0u))
		return lskel_execute_team(io, r);
	if (LSKEL_DIRECT_WANTED(io)) {
		err = lskel_direct_run(io->desc, r->blob);
		return err ? lskel_fail_loader(io, err, LSKEL_TEXT("the blob is broken")) : 0;
	}
	err = lskel_make_loader(io, r, 0);
	return err ? err : lskel_run_loader(io, r);
}

static inline void lskel_take_fds(struct lskel_io *io, const unsigned char *blob)
{
	const struct lskel_desc *desc = io->desc;
	unsigned int i;
	int fd;

	for (i = 0; i < desc->map_cnt; i++) {
		fd = (int)lskel_get32(blob, desc->maps[i].fd);
		io->maps[i].map_fd = fd > 0 ? fd : 0;
	}
	for (i = 0; i < desc->prog_cnt; i++) {
		fd = (int)lskel_get32(blob, desc->progs[i].fd);
		io->progs[i].prog_fd = fd > 0 ? fd : 0;
	}
	for (i = 0; desc->links && io->links && i < desc->prog_cnt; i++) {
		fd = desc->links[i] ? (int)lskel_get32(blob, desc->links[i]) : 0;
		io->links[i] = fd > 0 ? fd : 0;
	}
}

/*
 * The map of the blob comes first and lives as long as the loader, so that no descriptor that the loader
 * gets is 0, which in public fields means "absent".
 */
static inline int lskel_try(struct lskel_io *io, struct lskel_run *r)
{
	int err;

	r->map_fd = -1;
	r->prog_fd = -1;
	r->blob = NULL;
	r->op = ~0u;
	if (io->try_signed) {
		r->err = io->try_signed(io, r);
		return r->err;
	}
	err = lskel_make_blob(io, r);
	if (!err)
		err = lskel_execute(io, r);
	if (!err)
		err = lskel_outcome(io, r);
	if (r->blob)
		lskel_unwind(io->desc, r->blob, err); /* also what patching has opened */
	if (!err)
		lskel_take_fds(io, r->blob);
	if (r->blob)
		lskel_sys_munmap(r->blob, r->blob_sz);
	if (r->prog_fd >= 0)
		lskel_sys_close(r->prog_fd);
	if (r->map_fd >= 0)
		lskel_sys_close(r->map_fd);
	r->err = err;
	return err;
}

static inline const char *lskel_cmd_name(unsigned int cmd)
{
	switch (cmd) {
	case LSKEL_BPF_MAP_CREATE:
		return LSKEL_TEXT("BPF_MAP_CREATE");
	case LSKEL_BPF_MAP_UPDATE_ELEM:
		return LSKEL_TEXT("BPF_MAP_UPDATE_ELEM");
	case LSKEL_BPF_MAP_DELETE_ELEM:
		return LSKEL_TEXT("BPF_MAP_DELETE_ELEM");
	case LSKEL_BPF_PROG_LOAD:
		return LSKEL_TEXT("BPF_PROG_LOAD");
	case LSKEL_BPF_MAP_GET_FD_BY_ID:
		return LSKEL_TEXT("BPF_MAP_GET_FD_BY_ID");
	case LSKEL_BPF_RAW_TRACEPOINT_OPEN:
		return LSKEL_TEXT("BPF_RAW_TRACEPOINT_OPEN");
	case LSKEL_BPF_BTF_LOAD:
		return LSKEL_TEXT("BPF_BTF_LOAD");
	case LSKEL_BPF_MAP_FREEZE:
		return LSKEL_TEXT("BPF_MAP_FREEZE");
	case LSKEL_BPF_LINK_CREATE:
		return LSKEL_TEXT("BPF_LINK_CREATE");
	}
	return LSKEL_TEXT("bpf");
}

/* What the failed operation did, in the words of the one who reads the message. */
static inline const char *lskel_op_what(const struct lskel_op *op, int err)
{
	switch (op->kind) {
	case LSKEL_OP_SYS:
		return lskel_cmd_name(op->arg);
	case LSKEL_OP_FIND:
		return err == -ENOENT ? LSKEL_TEXT("not in kernel BTF") : LSKEL_TEXT("look-up in kernel BTF");
	case LSKEL_OP_KSYM:
		return err == -ENOENT ? LSKEL_TEXT("not in kallsyms") : LSKEL_TEXT("look-up in kallsyms");
	}
	return LSKEL_TEXT("unknown operation");
}

/* Where the verifier's log is to be found; a program that shows it by itself has its own words for that. */
#ifndef LSKEL_LOG_PLACE
#define LSKEL_LOG_PLACE(desc) (desc)->name, "__log()"
#endif

static inline int lskel_fail_verifier(struct lskel_io *io, int err, const char *prog)
{
	const char *refused[] = { LSKEL_TEXT("rejected by the verifier, see "), LSKEL_LOG_PLACE(io->desc) };
	int map = lskel_poisoned(io, io->state->log);

	if (map >= 0) {
		const char *parts[] = { LSKEL_TEXT("uses map '"), io->desc->maps[map].name,
					LSKEL_TEXT("', which is switched off") };

		return lskel_fail_parts(io->state, err, LSKEL_TEXT("prog"), prog, parts, 3);
	}
	return lskel_fail_parts(io->state, err, LSKEL_TEXT("prog"), prog, refused,
				sizeof(refused) / sizeof(refused[0]));
}

static inline int lskel_fail_op(struct lskel_io *io, const struct lskel_run *r)
{
	const struct lskel_desc *desc = io->desc;
	const char *subject = LSKEL_TEXT("loader"), *name = NULL;
	unsigned int i;

	for (i = 0; i < desc->span_cnt; i++) {
		const struct lskel_span *span = &desc->spans[i];

		if (r->op < span->first_op || r->op - span->first_op >= span->op_cnt)
			continue;
		if (span->kind == LSKEL_SUBJ_BTF) {
			subject = LSKEL_TEXT("BTF");
		} else if (span->kind == LSKEL_SUBJ_SYM && span->idx < desc->sym_cnt) {
			subject = desc->syms[span->idx].what;
		} else if (span->kind == LSKEL_SUBJ_MAP && span->idx < desc->map_cnt) {
			subject = LSKEL_TEXT("map");
			name = desc->maps[span->idx].name;
		} else if (span->kind == LSKEL_SUBJ_PROG && span->idx < desc->prog_cnt) {
			subject = LSKEL_TEXT("prog");
			name = desc->progs[span->idx].name;
		}
		break;
	}
	if (io->state)
		io->state->op = r->op;
	if (lskel_is_prog_load(&r->failed) && io->state &&
	    io->state->log && io->state->log[0])
		return lskel_fail_verifier(io, r->err, name);
	return lskel_fail(io->state, r->err, subject, name, r->why ? r->why : lskel_op_what(&r->failed, r->err));
}

/* A program was refused: once more, for the log. Returns the outcome of the second attempt, in *@r. */
static inline int lskel_try_log(struct lskel_io *io, struct lskel_run *r)
{
	const struct bpf_loader_ctx *ctx = io->ctx;
	struct lskel_state *st = io->state;
	struct lskel_run first;
	int err;

	lskel_copy(&first, r, sizeof(first));
	if (ctx && ctx->log_buf && ctx->log_size) {
		r->log_buf = (char *)(unsigned long)ctx->log_buf;
		r->log_sz = ctx->log_size;
	} else if (st) {
		r->log_buf = (char *)lskel_sys_mmap(NULL, LSKEL_LOG_SZ, PROT_READ | PROT_WRITE,
						    MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
		if (!r->log_buf)
			return r->err;
		r->log_sz = LSKEL_LOG_SZ;
		st->log_own = LSKEL_LOG_SZ;
	} else {
		return r->err;
	}
	if (st)
		st->log = r->log_buf;
	r->log_level = ctx && ctx->log_level ? ctx->log_level : 1;
	r->log_op = first.op;
	err = lskel_try(io, r);
	/* The same operation once more, or a log that was too small: the first answer is the better one. */
	if (err && (r->op == first.op || r->op == ~0u)) {
		r->err = first.err;
		r->op = first.op;
		lskel_copy(&r->failed, &first.failed, sizeof(first.failed));
	}
	if (st && (!err || r->op != first.op || !st->log[0])) {
		if (st->log_own)
			lskel_sys_munmap(st->log, st->log_own);
		st->log = NULL;
		st->log_own = 0;
	}
	return err ? r->err : 0;
}

static inline int lskel_load(struct lskel_io *io)
{
	const struct bpf_loader_ctx *ctx = io->ctx;
	struct lskel_sigset old;
	struct lskel_run r;
	int err;

	lskel_state_clear(io->state);
	lskel_zero(&r, sizeof(r));
	r.log_op = ~0u;
	if (ctx && ctx->log_level && ctx->log_buf && ctx->log_size) {
		r.log_level = ctx->log_level;
		r.log_sz = ctx->log_size;
		r.log_buf = (char *)(unsigned long)ctx->log_buf;
	}
	lskel_sys_block_signals(&old);
	err = lskel_try(io, &r);
	if (!err && io->state)
		lskel_sys_owner(io->state->owner);
	/* The verifier writes to addresses of user space, which a module has not. */
	if (!LSKEL_IN_KERNEL && err && r.op != ~0u && lskel_is_prog_load(&r.failed)) {
		if (!r.log_buf)
			err = lskel_try_log(io, &r);
		else if (io->state)
			io->state->log = r.log_buf;
	}
	lskel_sys_restore_signals(&old);
	return err && r.op != ~0u ? lskel_fail_op(io, &r) : err;
}

static inline void lskel_disown(struct lskel_io *io)
{
	__u64 owner[2];
	unsigned int i;

	if (!LSKEL_IN_KERNEL)
		return;
	lskel_sys_owner(owner);
	if (owner[0] == io->state->owner[0] && owner[1] == io->state->owner[1])
		return;
	for (i = 0; i < io->desc->map_cnt; i++)
		io->maps[i].map_fd = 0;
	for (i = 0; i < io->desc->prog_cnt; i++) {
		io->progs[i].prog_fd = 0;
		if (io->links)
			io->links[i] = 0;
	}
}

static inline void lskel_unload(struct lskel_io *io)
{
	unsigned int i;

	for (i = 0; io->desc->links && io->links && i < io->desc->prog_cnt; i++) {
		if (io->desc->links[i])
			lskel_close(&io->links[i]);
	}
	for (i = 0; i < io->desc->prog_cnt; i++)
		lskel_close(&io->progs[i].prog_fd);
	for (i = 0; i < io->desc->map_cnt; i++)
		lskel_close(&io->maps[i].map_fd);
}

#endif
