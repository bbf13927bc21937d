/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The direct gear: the loader's work done by the process itself, one system call for each operation. For kernels that have
 * no loader programs (before 5.14) and for tasks without CAP_PERFMON. A program asks for it by defining LSKEL_DIRECT
 * before it includes the header.
 *
 * The operations are the same, and so is what they leave in the blob. What is added is what the commands themselves
 * need on old kernels: maps named by descriptor instead of by place in an fd_array, BTF without the newer kinds, and a
 * limit on locked memory that is out of the way. Extra calls: openat, read, fcntl, prlimit64.
 */
#ifndef LSKEL_DIRECT_H
#define LSKEL_DIRECT_H

#ifndef LSKEL_DIRECT
#undef LSKEL_DIRECT_WANTED
#define LSKEL_DIRECT_WANTED(io) 0
#elif !defined(LSKEL_DIRECT_WANTED)
/* An expression in io: programs that decide at run time have their own. */
#define LSKEL_DIRECT_WANTED(io) 1
#endif

#if !defined(LSKEL_DIRECT) && !defined(LSKEL_THREADS)

static inline int lskel_direct_run(const struct lskel_desc *desc, unsigned char *blob)
{
	(void)desc;
	(void)blob;
	return -EOPNOTSUPP;
}

#else

#if !LSKEL_HOSTED
#ifdef __x86_64__
#define LSKEL_NR_prlimit64 302
#elif defined(__s390x__)
#define LSKEL_NR_prlimit64 334
#else
#define LSKEL_NR_prlimit64 261
#endif
#endif

struct lskel_direct {
	struct lskel_names n;
	int prog_fd;         /* the stepper, which looks names up (team.h); 0: that is done here */
	int fd_array;        /* the kernel knows it: instructions stay as they are */
	unsigned int looked; /* bit LSKEL_OP_FIND: in BTF, bit LSKEL_OP_KSYM: in kallsyms */
	int raised;          /* the limit on locked memory */
};

/* All names that are types, in one pass over vmlinux's BTF, and over the modules' if need be. */
static inline void lskel_names_btf(struct lskel_direct *d)
{
	struct lskel_btf vmlinux, mod;
	__u32 id = 0;
	int fd;

	/* The loader's helper says EINVAL where the kernel has no BTF. */
	if (lskel_btf_open_vmlinux(&vmlinux)) {
		lskel_names_end(&d->n, LSKEL_OP_FIND, -EINVAL);
		return;
	}
	lskel_names_in(&d->n, &vmlinux, 0);
	while (lskel_names_wanted(&d->n, LSKEL_OP_FIND)) {
		fd = lskel_btf_next(&id);
		if (fd < 0)
			break;
		if (!lskel_btf_open_module(&mod, fd, &vmlinux)) {
			lskel_names_in(&d->n, &mod, id);
			lskel_btf_close(&mod);
		}
		lskel_sys_close(fd);
	}
	lskel_btf_close(&vmlinux);
	lskel_names_end(&d->n, LSKEL_OP_FIND, -ENOENT);
}

/*
 * A line of /proc/kallsyms: "ffffffff81000000 T name\t[module]". Zeroes stand there for those who may not see
 * addresses. Programs' and trampolines' symbols are not what the loader's helper finds.
 */
static inline void lskel_names_line(struct lskel_direct *d, char *line)
{
	char *s = line, *end;
	__u64 addr = 0;
	unsigned int i;

	for (; *s && *s != ' '; s++)
		addr = addr << 4 | (__u64)(*s <= '9' ? *s - '0' : (*s | 0x20) - 'a' + 10);
	if (!*s || !s[1] || s[2] != ' ')
		return;
	s += 3;
	for (end = s; *end && *end != '\t' && *end != ' '; end++)
		;
	if (*end && (lskel_skip_prefix(end + 1, "[bpf]") || lskel_skip_prefix(end + 1, "[__builtin__")))
		return;
	*end = 0;
	for (i = d->n.slots[lskel_name_slot(s)]; i; i = d->n.found[i - 1].next) {
		const char *name = lskel_wanted(&d->n, i - 1, LSKEL_OP_KSYM);

		if (name && lskel_same(name, s))
			d->n.found[i - 1].value = addr ? (__s64)addr : -EPERM;
	}
}

#define LSKEL_KALLSYMS_SZ (1u << 16)

/* Reads all of an open /proc/kallsyms, by the buffer. A line that does not fit is nobody's. */
static inline void lskel_names_kallsyms(struct lskel_direct *d, int fd, char *buf)
{
	unsigned int len = 0, start, i;
	long got;

	for (;;) {
		got = LSKEL_SYS3(read, fd, buf + len, LSKEL_KALLSYMS_SZ - len);
		if (got <= 0)
			return;
		len += (unsigned int)got;
		for (start = i = 0; i < len; i++) {
			if (buf[i] != '\n')
				continue;
			buf[i] = 0;
			lskel_names_line(d, buf + start);
			start = i + 1;
		}
		if (!start)
			start = len;
		len -= start;
		for (i = 0; i < len; i++)
			buf[i] = buf[start + i];
	}
}

static inline int lskel_names_addr(struct lskel_direct *d)
{
	long fd = LSKEL_SYS4(openat, -100 /* AT_FDCWD */, "/proc/kallsyms", LSKEL_O_CLOEXEC, 0);
	char *buf;

	if (fd < 0)
		return (int)fd;
	lskel_names_hash(&d->n, LSKEL_OP_KSYM);
	buf = (char *)lskel_alloc(LSKEL_KALLSYMS_SZ);
	if (buf)
		lskel_names_kallsyms(d, (int)fd, buf);
	lskel_free(buf, LSKEL_KALLSYMS_SZ);
	lskel_sys_close((int)fd);
	return buf ? -ENOENT : -ENOMEM;
}

/* What operation @i finds. The first that asks has all names looked up, each of the two ways at most once. */
static inline __s64 lskel_direct_find(struct lskel_direct *d, unsigned int i, unsigned int how)
{
	if (!d->n.found)
		d->n.found = (struct lskel_found *)lskel_alloc(lskel_found_sz(&d->n));
	if (!d->n.found)
		return -ENOMEM;
	if (!(d->looked >> how & 1)) {
		d->looked |= 1u << how;
		if (how == LSKEL_OP_FIND)
			lskel_names_btf(d);
		else
			lskel_names_end(&d->n, LSKEL_OP_KSYM, lskel_names_addr(d));
	}
	return d->n.found[i].value;
}

/* A module's id is given out with a descriptor of its BTF, a new one for each look-up. */
static inline __s64 lskel_direct_type(struct lskel_direct *d, unsigned int i)
{
	__s64 id = lskel_direct_find(d, i, LSKEL_OP_FIND);
	int fd;

	if (id <= 0 || !d->n.found[i].module)
		return id;
	fd = lskel_btf_open_id(d->n.found[i].module);
	return fd < 0 ? fd : id | (__s64)fd << 32;
}

/* What an address in an attr points to, if it is @sz bytes of the blob that may be read as words. */
static inline unsigned char *lskel_direct_at(const struct lskel_direct *d, __u64 addr, __u64 sz)
{
	__u64 off = addr - lskel_ptr(d->n.blob);

	return addr % 4 || off >= d->n.desc->value_sz || d->n.desc->value_sz - off < sz ? NULL : d->n.blob + off;
}

/* An attr of the blob's, where it can be read with no regard to alignment, and as long as the kernel's. */
static inline void lskel_direct_attr(void *attr, size_t attr_sz, const void *at, size_t sz)
{
	lskel_zero(attr, attr_sz);
	lskel_copy(attr, at, sz < attr_sz ? sz : attr_sz);
}

enum {
	LSKEL_INSN_LD_IMM64 = 0x18,
	LSKEL_INSN_CALL = 0x85,
	LSKEL_SRC_MAP_FD = 1,
	LSKEL_SRC_MAP_VALUE = 2,
	LSKEL_SRC_KFUNC = 2,
	LSKEL_SRC_MAP_IDX = 5,
	LSKEL_SRC_MAP_IDX_VALUE = 6,
};

struct lskel_insn {
	__u8 code, regs;
	__s16 off;
	__s32 imm;
};

/* The two halves of `regs` change places with the byte order. */
static inline unsigned int lskel_insn_src(const struct lskel_insn *insn)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return insn->regs & 15u;
#else
	return insn->regs >> 4;
#endif
}

static inline void lskel_insn_set_src(struct lskel_insn *insn, unsigned int src)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	insn->regs = (__u8)((insn->regs & 0xf0u) | src);
#else
	insn->regs = (__u8)((insn->regs & 15u) | src << 4);
#endif
}

/*
 * Kernels before 5.14 know no fd_array. With the maps named by their descriptors only calls of modules' functions need one.
 * What is not as the generator makes it is left alone, for the kernel to refuse.
 */
static inline void lskel_direct_insns(const struct lskel_direct *d, unsigned char *at, unsigned int sz)
{
	struct lskel_attr_prog_load attr;
	struct lskel_insn *insn;
	unsigned int i, src, modules = 0;
	unsigned char *fd;

	lskel_direct_attr(&attr, sizeof(attr), at, sz);
	insn = (struct lskel_insn *)(void *)lskel_direct_at(d, attr.insns, (__u64)attr.insn_cnt * 8);
	if (!insn || !attr.fd_array)
		return;
	for (i = 0; i < attr.insn_cnt; i++, insn++) {
		src = lskel_insn_src(insn);
		if (insn->code == LSKEL_INSN_CALL)
			modules |= src == LSKEL_SRC_KFUNC && insn->off;
		if (insn->code != LSKEL_INSN_LD_IMM64)
			continue;
		fd = lskel_direct_at(d, attr.fd_array + (__u64)(__u32)insn->imm * 4, 4);
		if (fd && (src == LSKEL_SRC_MAP_IDX || src == LSKEL_SRC_MAP_IDX_VALUE)) {
			lskel_insn_set_src(insn, src == LSKEL_SRC_MAP_IDX ? LSKEL_SRC_MAP_FD : LSKEL_SRC_MAP_VALUE);
			lskel_copy(&insn->imm, fd, sizeof(insn->imm));
		}
		i++; /* of two words */
		insn++;
	}
	if (!modules)
		lskel_zero(at + LSKEL_ATTR_OFF(lskel_attr_prog_load, fd_array), sizeof(attr.fd_array));
}

/*
 * BTF for kernels that refuse it as it is: each kind that Linux 5.10 does not have becomes one of the same size that it
 * has, as libbpf does it too. Returns 0 if there is no such kind.
 */
static inline int lskel_direct_old_btf(struct lskel_btf *btf)
{
	unsigned int id, any_int = 0, changed = 0, i, m;

	for (id = btf->first; id < btf->end && !any_int; id++) {
		if (lskel_btf_kind(lskel_btf_by_id(btf, id)) == LSKEL_KIND_INT)
			any_int = id;
	}
	for (id = btf->first; id < btf->end; id++) {
		/* these are the blob's bytes, which are ours to write */
		struct lskel_btf_type *t = (struct lskel_btf_type *)(unsigned long)lskel_btf_by_id(btf, id);
		const unsigned int kind = lskel_btf_kind(t), vlen = lskel_btf_vlen(t);
		__u32 *tail = (__u32 *)(t + 1);

		if (kind == LSKEL_KIND_ENUM && t->info >> 31) { /* signed: 6.0 */
			t->info &= ~(1u << 31);
		} else if (kind == LSKEL_KIND_FLOAT) { /* 5.13 */
			t->info = (__u32)LSKEL_KIND_STRUCT << 24;
		} else if (kind == LSKEL_KIND_DECL_TAG) { /* 5.16 */
			t->info = (__u32)LSKEL_KIND_INT << 24;
			t->type = 1;
			tail[0] = 8; /* bits */
		} else if (kind == LSKEL_KIND_TYPE_TAG) { /* 5.17 */
			t->info = (__u32)LSKEL_KIND_CONST << 24;
			t->name_off = 0;
		} else if (kind == LSKEL_KIND_ENUM64 && any_int) { /* 6.0: its values become members of no meaning */
			t->info = (__u32)LSKEL_KIND_UNION << 24 | vlen;
			for (m = 0, i = 0; m < vlen; m++, i += 3) {
				tail[i + 1] = any_int;
				tail[i + 2] = 0;
			}
		} else {
			continue;
		}
		changed = 1;
	}
	return (int)changed;
}

static inline int lskel_direct_is_new_btf(const struct lskel_direct *d, const void *at, unsigned int sz)
{
	struct lskel_attr_btf_load attr;
	struct lskel_btf btf;
	int changed = 0;

	lskel_zero(&btf, sizeof(btf));
	lskel_direct_attr(&attr, sizeof(attr), at, sz);
	btf.mem = lskel_direct_at(d, attr.btf, attr.btf_size);
	btf.mem_sz = attr.btf_size;
	if (btf.mem && !lskel_btf_parse(&btf, NULL))
		changed = lskel_direct_old_btf(&btf);
	btf.mem = NULL; /* not its own */
	lskel_btf_close(&btf);
	return changed;
}

/* Before 5.11 what BPF uses is counted as locked memory, of which a process may by default have 64 KiB. */
static inline int lskel_direct_raise(struct lskel_direct *d)
{
	const __u64 limit[2] = { ~(__u64)0, ~(__u64)0 };

	if (d->raised || lskel_kernel_version() >= ((5u << 16) + (11u << 8)))
		return 0;
	d->raised = 1;
	return LSKEL_SYS4(prlimit64, 0, 8 /* RLIMIT_MEMLOCK */, limit, NULL) == 0;
}

static inline int lskel_direct_makes_fd(unsigned int cmd)
{
	return cmd != LSKEL_BPF_MAP_UPDATE_ELEM && cmd != LSKEL_BPF_MAP_DELETE_ELEM && cmd != LSKEL_BPF_MAP_FREEZE;
}

static inline long lskel_direct_sys(struct lskel_direct *d, const struct lskel_op *op)
{
	unsigned char *attr = d->n.blob + op->a;
	unsigned int tries;
	long ret = 0;

	if (op->arg == LSKEL_BPF_PROG_LOAD && !d->fd_array)
		lskel_direct_insns(d, attr, op->len + 1);
	for (tries = 0; tries < 5; tries++) {
		ret = lskel_sys_bpf(op->arg, attr, op->len + 1);
		if (ret == -EPERM && lskel_direct_raise(d))
			continue;
		if (ret == -EINVAL && op->arg == LSKEL_BPF_BTF_LOAD && lskel_direct_is_new_btf(d, attr, op->len + 1))
			continue;
		if (ret != -EAGAIN)
			break;
	}
	if (ret == -EINVAL && op->arg == LSKEL_BPF_LINK_CREATE)
		ret = lskel_sys_trace_open((int)lskel_get32(attr, 0), 0);
	return lskel_direct_makes_fd(op->arg) ? lskel_sys_not_zero((int)ret) : ret;
}

/* One operation that needs the kernel; what is stored where is as in the loader. Returns the operation's result. */
static inline __s64 lskel_direct_op(struct lskel_direct *d, const struct lskel_op *op, unsigned int i)
{
	unsigned char *c = d->n.blob + op->c;
	__s64 ret = -EINVAL;
	__u64 addr;

	if (!lskel_op_fits(d->n.desc, op))
		return ret;
	if (op->kind == LSKEL_OP_SYS) {
		ret = lskel_direct_sys(d, op);
		lskel_put32(d->n.blob, op->c, (__u32)ret);
	} else if (op->kind == LSKEL_OP_FIND) {
		ret = lskel_direct_type(d, i);
		lskel_copy(c, &ret, sizeof(ret));
	} else if (op->kind == LSKEL_OP_KSYM) {
		/* addresses look like negative numbers */
		ret = lskel_direct_find(d, i, LSKEL_OP_KSYM);
		addr = ret < 0 && ret > -4096 ? 0 : (__u64)ret;
		lskel_copy(c, &addr, sizeof(addr));
		ret = addr ? 0 : ret;
	}
	return ret;
}

/*
 * Run what is before @end; then pc is there, or farther if an operation has failed. @hdr: the blob's, or one of the
 * caller's own, for a piece that looks nothing up by the stepper. Returns 0, or a negative errno if that was not
 * to be done.
 */
static inline int lskel_direct_upto(struct lskel_direct *d, struct lskel_hdr *hdr, unsigned int end)
{
	struct lskel_op *op;
	unsigned int steps, i, ret;
	int err = 0;

	for (steps = 0; !err && hdr->magic && hdr->pc < end; steps++) {
		steps += lskel_run_plain(d->n.desc, d->n.blob, hdr, lskel_ptr(d->n.blob), end);
		if (!hdr->magic || hdr->pc >= end)
			break;
		op = lskel_op_next(d->n.desc, d->n.blob, hdr);
		if (!op || steps > d->n.desc->op_cnt)
			return -EINVAL;
		if (d->prog_fd && (op->kind == LSKEL_OP_FIND || op->kind == LSKEL_OP_KSYM)) {
			err = (void *)hdr == (void *)d->n.blob ? lskel_prog_run(d->prog_fd, &ret) : -EINVAL;
			continue;
		}
		i = (unsigned int)(op - LSKEL_OP_AT(d->n.desc, d->n.blob, 0));
		lskel_op_done(hdr, op, (__s32)lskel_direct_op(d, op, i));
	}
	return err;
}

static inline void lskel_direct_free(struct lskel_direct *d)
{
	if (d->n.found)
		lskel_free(d->n.found, lskel_found_sz(&d->n));
}

/* Run @blob to its end. The outcome is in its header, as after a run of the loader. */
static inline int lskel_direct_run(const struct lskel_desc *desc, unsigned char *blob)
{
	struct lskel_hdr *hdr = (struct lskel_hdr *)(void *)blob;
	struct lskel_direct d;
	int err;

	if (hdr->magic != LSKEL_MAGIC)
		return -EINVAL;
	lskel_zero(&d, sizeof(d));
	d.n.desc = desc;
	d.n.blob = blob;
	err = lskel_direct_upto(&d, hdr, ~0u);
	lskel_direct_free(&d);
	return err;
}

#endif /* LSKEL_DIRECT or LSKEL_THREADS */
#endif
