/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Signed skeletons: the kernel checks who made the loader program and the blob before it runs any of it. Carried by headers
 * that are signed.
 *
 * The blob's map belongs to one program, by that program's hash, and is frozen before anything reads it. Linux 7.3 and later
 * check a signature over the instructions and the map's value; 6.18 to 7.2 one over the instructions, which then compare the
 * hash of the value. Each refuses the other's. All that the process can decide is where verifier logs go; what an unsigned
 * skeleton lets it set before the load is an error here.
 */
#ifndef LSKEL_SIGNED_H
#define LSKEL_SIGNED_H

static inline int lskel_signed_fixed(const struct lskel_io *io, const char *subject, const char *name, const char *what)
{
	const char *parts[] = { what, LSKEL_TEXT(" is set, but what is loaded is what was signed") };

	return lskel_fail_parts(io->state, -EPERM, subject, name, parts, 2);
}

/* Does memory hold the map's initial value? What is not in the blob is zero. */
static inline int lskel_signed_same(const struct lskel_desc *desc, const struct lskel_map_row *row, const void *p)
{
	const unsigned char *blob = (const unsigned char *)desc->blob, *mem = (const unsigned char *)p;
	unsigned int i;

	for (i = 0; i < row->value_sz; i++) {
		if (mem[i] != (row->value + i < desc->blob_sz ? blob[row->value + i] : 0))
			return 0;
	}
	return 1;
}

/* Whether what was signed makes a map, or loads a program: what doesn't starts with a guard, see desc.h. */
static inline int lskel_signed_is_on(const struct lskel_desc *desc, unsigned int kind, unsigned int idx)
{
	const unsigned int zero = (unsigned int)offsetof(struct lskel_hdr, resv);
	struct lskel_op op;
	unsigned int i;

	for (i = 0; i < desc->span_cnt; i++) {
		if (desc->spans[i].kind != kind || desc->spans[i].idx != idx)
			continue;
		lskel_copy(&op, (const char *)desc->blob + desc->ops_off + desc->spans[i].first_op * sizeof(op), sizeof(op));
		return op.kind != LSKEL_OP_COPY || op.a != zero || op.c != zero + 4 ||
		       op.skip != (desc->spans[i].op_cnt - 1) * (unsigned int)sizeof(op);
	}
	return 1;
}

static inline int lskel_signed_map_rules(const struct lskel_io *io, unsigned int i)
{
	const struct lskel_desc *desc = io->desc;
	const struct lskel_map_row *row = &desc->maps[i];
	const struct bpf_map_desc *m = &io->maps[i];
	const unsigned int entries = row->attr + LSKEL_ATTR_OFF(lskel_attr_map_create, max_entries);
	const char *what = NULL;

	if (m->max_entries && m->max_entries != (entries < desc->blob_sz ? lskel_get32(desc->blob, entries) : 0))
		what = LSKEL_TEXT("max_entries");
	else if (io->map_on && io->map_on[i] && (io->map_on[i] == LSKEL_ON) != lskel_signed_is_on(desc, LSKEL_SUBJ_MAP, i))
		what = LSKEL_TEXT("autocreate");
	else if (io->reuse_fd && io->reuse_fd[i] > 0)
		what = io->pinned && io->pinned[i] ? LSKEL_TEXT("a pinned map of that name") : LSKEL_TEXT("reuse_fd");
	else if (m->initial_value && row->value &&
		 !lskel_signed_same(desc, row, (const void *)(unsigned long)m->initial_value))
		what = row->flags & LSKEL_MAP_KCONFIG ? LSKEL_TEXT("a kconfig value") : LSKEL_TEXT("an initial value");
	else
		return 0;
	return lskel_signed_fixed(io, LSKEL_TEXT("map"), row->name, what);
}

static inline int lskel_signed_rules(const struct lskel_io *io)
{
	const struct lskel_desc *desc = io->desc;
	unsigned int i;
	int err = 0;

	for (i = 0; i < desc->map_cnt && !err; i++)
		err = lskel_signed_map_rules(io, i);
	for (i = 0; i < desc->prog_cnt && !err; i++) {
		if (io->prog_on && io->prog_on[i] &&
		    (io->prog_on[i] == LSKEL_ON) != lskel_signed_is_on(desc, LSKEL_SUBJ_PROG, i))
			err = lskel_signed_fixed(io, LSKEL_TEXT("prog"), desc->progs[i].name, LSKEL_TEXT("autoload"));
	}
	for (i = 0; i < desc->kconfig_cnt && !err; i++) {
		if (io->kconfig_set && io->kconfig_set[i])
			err = lskel_signed_fixed(io, LSKEL_TEXT("kconfig"), desc->kconfigs[i].name, LSKEL_TEXT("kconfig_set"));
	}
	for (i = 0; i < desc->target_cnt && !err; i++) {
		if ((io->attach_prog_fd && io->attach_prog_fd[i] > 0) || (io->attach_func && io->attach_func[i]))
			err = lskel_signed_fixed(io, LSKEL_TEXT("prog"), desc->progs[desc->targets[i].prog].name,
						 LSKEL_TEXT("its target"));
	}
	if (!err && io->token_fd > 0)
		err = lskel_signed_fixed(io, LSKEL_TEXT("loader"), NULL, LSKEL_TEXT("token_fd"));
	return err;
}

static inline int lskel_signed_differs(const void *data, unsigned int sz, const unsigned char *digest)
{
	unsigned char hash[LSKEL_SHA256_SZ];
	unsigned int i, diff = 0;

	lskel_sha256_of(data, sz, hash);
	for (i = 0; i < LSKEL_SHA256_SZ; i++)
		diff |= (unsigned int)(hash[i] ^ digest[i]);
	return diff != 0;
}

enum { LSKEL_ENOSIG = 4095 }; /* our own, inside of this file */

enum { LSKEL_KEYCTL_ID = 0, LSKEL_KEYCTL_READ = 11 };

static inline const char *lskel_signed_no_key(int keyring)
{
	long sz;

	if (keyring >= 0 && keyring <= 2) /* the kernel's own, which can't be read */
		return LSKEL_TEXT("none of the kernel's own keys of that keyring_id made its signature");
	sz = lskel_sys_keyctl(LSKEL_KEYCTL_READ, keyring);
	if (sz == 0)
		return LSKEL_TEXT("the keyring of keyring_id has no key in it");
	return LSKEL_TEXT("none of the keys in the keyring of keyring_id made its signature");
}

/* Why the kernel refused it: the first thing that is wrong. */
static inline int lskel_signed_fail(const struct lskel_io *io, const unsigned char *blob, const struct lskel_loader *ld,
				    const struct lskel_sig_row *sig, int err, const char *what)
{
	if (err == -LSKEL_ENOSIG)
		err = -EKEYREJECTED;
	else if ((err == -E2BIG || err == -EINVAL) && lskel_kernel_version() < ((6u << 16) + (18u << 8)))
		what = LSKEL_TEXT("this kernel checks no signatures of BPF programs: that takes Linux 6.18 or later");
	else if (lskel_signed_differs(ld->insns, ld->insns_sz, sig->digest))
		what = LSKEL_TEXT("the loader program has been altered: it is not the one that was signed");
	else if (lskel_signed_differs(blob, io->desc->value_sz, io->desc->sign->blob_digest))
		what = LSKEL_TEXT("the blob has been altered: it is not the one that was signed");
	else if (err == -EBADMSG)
		what = LSKEL_TEXT("its signature is damaged");
	else if (err == -EKEYREJECTED)
		what = LSKEL_TEXT("its signature is not that of the key whose name it has, over this loader and blob");
	else if (err == -ENOKEY)
		what = lskel_signed_no_key(io->keyring_id);
	else if (err == -EOPNOTSUPP)
		what = LSKEL_TEXT("this kernel can't check signatures: it is built without CONFIG_SYSTEM_DATA_VERIFICATION");
	else if (err == -EINVAL && lskel_sys_keyctl(LSKEL_KEYCTL_ID, io->keyring_id) == -ENOKEY)
		what = LSKEL_TEXT("there is no keyring of that keyring_id");
	return lskel_fail_loader(io, err, what);
}

/* The blob in a map that only the program of this digest can use, and that nobody else can change any more. */
static inline int lskel_signed_map(const struct lskel_io *io, struct lskel_run *r, const unsigned char *digest,
				   const char **what)
{
	unsigned char hash[LSKEL_SHA256_SZ];
	struct lskel_attr_map_create attr;
	struct lskel_attr_elem elem;
	struct lskel_map_info info;
	struct lskel_attr_info get;
	__u32 key = 0;
	int err;

	lskel_zero(&attr, sizeof(attr));
	attr.map_type = LSKEL_BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = io->desc->value_sz;
	attr.max_entries = 1;
	attr.excl_prog_hash = lskel_ptr(digest);
	attr.excl_prog_hash_size = LSKEL_SHA256_SZ;
	lskel_copy(attr.map_name, "lskel.blob", sizeof("lskel.blob"));
	*what = LSKEL_TEXT("BPF_MAP_CREATE");
	r->map_fd = (int)lskel_sys_bpf(LSKEL_BPF_MAP_CREATE, &attr, LSKEL_ATTR_END(lskel_attr_map_create, excl_prog_hash_size));
	if (r->map_fd < 0)
		return r->map_fd;
	lskel_zero(&elem, sizeof(elem));
	elem.map_fd = (__u32)r->map_fd;
	elem.key = lskel_ptr(&key);
	elem.value = lskel_ptr(r->blob);
	*what = LSKEL_TEXT("BPF_MAP_UPDATE_ELEM");
	err = (int)lskel_sys_bpf(LSKEL_BPF_MAP_UPDATE_ELEM, &elem, sizeof(elem));
	if (err)
		return err;
	*what = LSKEL_TEXT("BPF_MAP_FREEZE");
	err = (int)lskel_sys_bpf(LSKEL_BPF_MAP_FREEZE, &elem, 4);
	if (err)
		return err;
	/* Makes the kernel hash the value, for the loader to look at. */
	lskel_zero(&info, sizeof(info));
	info.hash = lskel_ptr(hash);
	info.hash_size = LSKEL_SHA256_SZ;
	lskel_zero(&get, sizeof(get));
	get.bpf_fd = (__u32)r->map_fd;
	get.info_len = sizeof(info);
	get.info = lskel_ptr(&info);
	*what = LSKEL_TEXT("BPF_OBJ_GET_INFO_BY_FD");
	return (int)lskel_sys_bpf(LSKEL_BPF_OBJ_GET_INFO_BY_FD, &get, sizeof(get));
}

static inline int lskel_signed_prog_load(struct lskel_attr_prog_load *attr, const void *sig, unsigned int sz, unsigned int fds)
{
	attr->signature = lskel_ptr(sig);
	attr->signature_size = sz;
	attr->fd_array_cnt = fds;
	return lskel_loader_load(attr, sizeof(*attr));
}

/*
 * Both signatures, the newer scheme's first. Kernels of the other scheme find that it does not fit. What is
 * reported is the answer to the first one, unless the second signature was good and something else is wrong.
 */
static inline int lskel_signed_prog(const struct lskel_io *io, const struct lskel_loader *ld, const struct lskel_sig_row *sig,
				    int map_fd, const char **what)
{
	struct lskel_attr_prog_load attr;
	int btf_fd, fd, fd2;

	*what = LSKEL_TEXT("BPF_BTF_LOAD");
	fd = lskel_loader_attr(ld, &map_fd, 0, &attr, &btf_fd);
	if (fd)
		return fd;
	fd = -EKEYREJECTED;
	attr.keyring_id = io->keyring_id;
	*what = LSKEL_TEXT("BPF_PROG_LOAD");
	if (sig->all_sz >= LSKEL_SIG_MIN)
		fd = lskel_signed_prog_load(&attr, sig->all, sig->all_sz, 1);
	if (fd == -EKEYREJECTED && sig->insns_sz >= LSKEL_SIG_MIN) {
		fd2 = lskel_signed_prog_load(&attr, sig->insns, sig->insns_sz, 0);
		if ((fd2 != -EACCES && fd2 != -EKEYREJECTED) || sig->all_sz < LSKEL_SIG_MIN)
			fd = fd2;
	}
	/* Only if told so: what can't be checked is loaded unchecked; a signature that is wrong stays an error. */
	if (fd < 0 && io->unsigned_ok && (fd == -EOPNOTSUPP || (sig->all_sz < LSKEL_SIG_MIN && sig->insns_sz < LSKEL_SIG_MIN))) {
		attr.keyring_id = 0;
		fd = lskel_signed_prog_load(&attr, NULL, 0, 0);
	}
	if (btf_fd >= 0)
		lskel_sys_close(btf_fd);
	return fd;
}

static inline int lskel_signed_gear(const struct lskel_io *io, struct lskel_run *r, const struct lskel_loader *ld,
				    const struct lskel_sig_row *sig, const char **what)
{
	int err;

	if (!io->unsigned_ok && sig->all_sz < LSKEL_SIG_MIN && sig->insns_sz < LSKEL_SIG_MIN) {
		*what = LSKEL_TEXT("its signature has been removed, or was never attached");
		return -LSKEL_ENOSIG;
	}
	err = lskel_signed_map(io, r, sig->digest, what);
	if (err)
		return err;
	r->prog_fd = lskel_signed_prog(io, ld, sig, r->map_fd, what);
	return r->prog_fd < 0 ? r->prog_fd : 0;
}

static inline void lskel_signed_close(struct lskel_run *r)
{
	if (r->prog_fd >= 0)
		lskel_sys_close(r->prog_fd);
	if (r->map_fd >= 0)
		lskel_sys_close(r->map_fd);
	r->prog_fd = -1;
	r->map_fd = -1;
}

/* The loop needs a JIT. The stepper does without, if the signer allowed that. */
static inline int lskel_signed_load_gear(const struct lskel_io *io, struct lskel_run *r)
{
	const struct lskel_desc *desc = io->desc;
	const struct lskel_loader *ld = &desc->loop;
	const struct lskel_sig_row *sig = &desc->sign->loop;
	const char *what = NULL;
	int err = -EINVAL;

	if (ld->insns_sz)
		err = lskel_signed_gear(io, r, ld, sig, &what);
	if ((err == -EINVAL || err == -LSKEL_ENOTSUPP) && desc->stepper.insns_sz) {
		lskel_signed_close(r);
		ld = &desc->stepper;
		sig = &desc->sign->stepper;
		err = lskel_signed_gear(io, r, ld, sig, &what);
	}
	return err ? lskel_signed_fail(io, r->blob, ld, sig, err, what) : 0;
}

static inline void lskel_signed_host(const struct lskel_run *r, struct lskel_host *host)
{
	lskel_zero(host, sizeof(*host));
	if (r->log_buf) {
		host->log_level = r->log_level;
		host->log_size = r->log_sz;
		host->log_buf = lskel_ptr(r->log_buf);
	}
}

/* Runs the loader; *@r's blob becomes what it left. */
static inline int lskel_signed_run(struct lskel_io *io, struct lskel_run *r)
{
	struct lskel_attr_run attr;
	struct lskel_attr_elem elem;
	struct lskel_host host;
	unsigned int steps = 0;
	__u32 key = 0;
	int err, err2;

	lskel_signed_host(r, &host);
	do {
		lskel_zero(&attr, sizeof(attr));
		attr.prog_fd = (__u32)r->prog_fd;
		attr.ctx_in = lskel_ptr(&host);
		attr.ctx_size_in = sizeof(host);
		err = (int)lskel_sys_bpf(LSKEL_BPF_PROG_RUN, &attr, sizeof(attr));
		if (!err && steps++ > io->desc->op_cnt)
			err = -ELOOP;
	} while (!err && attr.retval && attr.retval < LSKEL_ALTERED);
	if (!err && attr.retval == LSKEL_ALTERED)
		return lskel_fail_loader(io, -EKEYREJECTED,
					 LSKEL_TEXT("the blob has been altered: it is not the one that was signed"));
	if (!err && attr.retval == LSKEL_REFUSED)
		err = -EINVAL;
	lskel_zero(&elem, sizeof(elem));
	elem.map_fd = (__u32)r->map_fd;
	elem.key = lskel_ptr(&key);
	elem.value = lskel_ptr(r->blob);
	err2 = (int)lskel_sys_bpf(1 /* BPF_MAP_LOOKUP_ELEM */, &elem, sizeof(elem));
	return err ? lskel_fail_loader(io, err, LSKEL_TEXT("BPF_PROG_RUN")) :
	       err2 ? lskel_fail_loader(io, err2, LSKEL_TEXT("BPF_MAP_LOOKUP_ELEM")) : 0;
}

static inline int lskel_signed_try(struct lskel_io *io, struct lskel_run *r)
{
	const struct lskel_desc *desc = io->desc;
	const size_t page = lskel_sys_page_size();
	int err = lskel_signed_rules(io);

	if (err)
		return err;
	if (LSKEL_IN_KERNEL)
		return lskel_fail_loader(io, -EOPNOTSUPP, LSKEL_TEXT("modules can't load signed skeletons"));
	if (LSKEL_DIRECT_WANTED(io) && !io->unsigned_ok)
		return lskel_fail_loader(io, -EPERM, LSKEL_TEXT("LSKEL_DIRECT loads without signatures: that takes allow_unsigned"));
	r->blob_sz = (desc->value_sz + page - 1) & ~(page - 1);
	r->blob = (unsigned char *)lskel_sys_mmap(NULL, r->blob_sz, PROT_READ | PROT_WRITE,
						  MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
	if (!r->blob)
		return lskel_fail_loader(io, -ENOMEM, LSKEL_TEXT("mmap"));
	lskel_copy(r->blob, desc->blob, desc->blob_sz);
	if (desc->ops) {
		/* makes the values that attaching takes, which are not the blob's */
		err = desc->ops->patch(io, r->blob);
		lskel_copy(r->blob, desc->blob, desc->blob_sz);
	}
#ifdef LSKEL_TEST_HOOK
	LSKEL_TEST_HOOK(io, r->blob);
#endif
	if (err) {
		r->op = ~0u;
	} else if (LSKEL_DIRECT_WANTED(io)) {
		struct lskel_host host;

		lskel_signed_host(r, &host);
		lskel_copy(r->blob + LSKEL_HOST_OFF, &host, sizeof(host));
		err = lskel_execute(io, r);
	} else {
		err = lskel_signed_load_gear(io, r);
		if (!err)
			err = lskel_signed_run(io, r);
	}
	if (!err)
		err = lskel_outcome(io, r);
	lskel_unwind(desc, r->blob, err);
	if (!err)
		lskel_take_fds(io, r->blob);
	lskel_sys_munmap(r->blob, r->blob_sz);
	lskel_signed_close(r);
	return err;
}

#endif
