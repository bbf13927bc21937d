/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Reading a packed file: checks all of it, and makes the tables of lskel/runtime/desc.h out of it. Needs no
 * libc. Include after the runtime (lskel/runtime/runtime.h), pack_format.h and sha256.h.
 *
 * Whoever can write the file decides what runs in the kernel, so this is no wall against an enemy. But no
 * file makes the reader, or the runtime behind it, touch what is not theirs.
 */
#ifndef LSKEL_PACK_READ_H
#define LSKEL_PACK_READ_H

struct lskel_pack {
	const unsigned char *file;
	unsigned int sz;
	int is_signed;
	int swapped; /* for machines of the other byte order: blob and loaders are as they are in the file */
	struct lskel_desc desc;
	struct lskel_ops_desc ops; /* desc.ops, if there are struct_ops maps; patch, find: the user's to set */
	const struct lskel_attach_row *attach; /* by program */
	const unsigned char *hash;	       /* of what is before the blob; in the blob */
	unsigned int blob_off;		       /* in the file */
	unsigned int sigs_off;		       /* the same; 0: not signed */
	struct lskel_sign sign;		       /* desc.sign, if it is signed */
	unsigned char blob_digest[LSKEL_SHA256_SZ], digests[2][LSKEL_SHA256_SZ];
	unsigned char *insns;			       /* the loaders of a signed file, as they were signed */
	size_t insns_sz;
	void *mem;
	size_t mem_sz;
};

static inline unsigned int lskel_pack_num(const struct lskel_pack *p, unsigned int v)
{
	return p->swapped ? v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24 : v;
}

static inline unsigned int lskel_pack_at(const struct lskel_pack *p, unsigned int off)
{
	return lskel_pack_num(p, lskel_get32(p->file, off));
}

#define LSKEL_PACK_HDR(p, member) lskel_pack_at(p, (unsigned int)offsetof(struct lskel_pack_hdr, member))

static inline int lskel_pack_same(const unsigned char *a, const unsigned char *b, unsigned int sz)
{
	unsigned int i, diff = 0;

	for (i = 0; i < sz; i++)
		diff |= (unsigned int)(a[i] ^ b[i]);
	return !diff;
}

/* @cnt pieces of @sz bytes at @off end before the blob, and start behind the header? */
static inline int lskel_pack_inside(const struct lskel_pack *p, unsigned int off, __u64 cnt, unsigned int sz)
{
	return off >= sizeof(struct lskel_pack_hdr) && off <= p->blob_off && cnt <= (p->blob_off - off) / sz;
}

/* One row from the file to its struct; 0 if a place in it is outside of the file. */
static inline int lskel_pack_fill(const struct lskel_pack *p, const struct lskel_pack_table *t,
				  unsigned int off, unsigned char *row)
{
	const void *ptr;
	unsigned short v16;
	unsigned int i, v;

	for (i = 0; i < t->col_cnt; i++, off += 4) {
		const struct lskel_pack_col *col = &t->cols[i];

		v = lskel_pack_at(p, off);
		if (col->kind == LSKEL_COL_NUM) {
			lskel_copy(row + col->off, &v, sizeof(v));
		} else if (col->kind == LSKEL_COL_SHORT) {
			v16 = (unsigned short)v;
			if (v16 != v)
				return 0;
			lskel_copy(row + col->off, &v16, sizeof(v16));
		} else {
			unsigned int sz = col->kind == LSKEL_COL_BYTES ? lskel_pack_at(p, off + 4) : 1;

			if (v ? !lskel_pack_inside(p, v, sz, 1) || !sz : col->kind == LSKEL_COL_BYTES && sz)
				return 0;
			/* what is not aligned can be read by the kernel only */
			if (col->kind == LSKEL_COL_BYTES && v % 8)
				return 0;
			ptr = v ? p->file + v : NULL;
			lskel_copy(row + col->off, &ptr, sizeof(ptr));
		}
	}
	return 1;
}

/* What is behind the file: signatures. */
static inline const char *lskel_pack_check_sigs(struct lskel_pack *p, unsigned int end, size_t left)
{
	const unsigned int at = (end + 7) & ~7u, min = (unsigned int)sizeof(struct lskel_pack_sigs) + LSKEL_SHA256_SZ;
	unsigned char hash[LSKEL_SHA256_SZ];
	unsigned int i, off, sz, len;

	if (end > LSKEL_PACK_MAX || left < at - end + min || lskel_pack_at(p, at) != LSKEL_PACK_SIGS_MAGIC)
		return "is signed, but its signatures are missing";
	for (i = end; i < at; i++) {
		if (p->file[i])
			return "is malformed: its signatures";
	}
	sz = lskel_pack_at(p, at + 4);
	if (sz != left - (at - end))
		return "is malformed: its signatures";
	lskel_sha256_of(p->file + at, sz - LSKEL_SHA256_SZ, hash);
	if (!lskel_pack_same(hash, p->file + at + sz - LSKEL_SHA256_SZ, sizeof(hash)))
		return "is damaged: the checksum of its signatures is another";
	for (i = 0; i < 4; i++) {
		off = lskel_pack_at(p, at + 8 + 8 * i);
		len = lskel_pack_at(p, at + 12 + 8 * i);
		if (off % 8 || off > sz - LSKEL_SHA256_SZ || len > sz - LSKEL_SHA256_SZ - off)
			return "is malformed: its signatures";
	}
	p->sigs_off = at;
	return NULL;
}

static inline const char *lskel_pack_check_file(struct lskel_pack *p, const void *file, size_t sz,
						int foreign)
{
	unsigned char hash[LSKEL_SHA256_SZ];
	unsigned int v, blob_sz;

	p->file = (const unsigned char *)file;
	if (sz < sizeof(struct lskel_pack_hdr) || sz > LSKEL_PACK_MAX)
		return "is not a packed skeleton";
	p->swapped = LSKEL_PACK_HDR(p, magic) != LSKEL_PACK_MAGIC; /* and read on as if it were that */
	if (LSKEL_PACK_HDR(p, magic) != LSKEL_PACK_MAGIC)
		return "is not a packed skeleton";
	if (p->swapped && !foreign)
		return "is for machines of the other byte order";
	p->is_signed = LSKEL_PACK_HDR(p, version) == LSKEL_PACK_SIGNED;
	if (LSKEL_PACK_HDR(p, version) != LSKEL_PACK_VERSION && !p->is_signed)
		return "is of another version of the format";
	v = LSKEL_PACK_HDR(p, sz);
	if (v > sz)
		return "is truncated";
	if (p->is_signed) {
		const char *why = lskel_pack_check_sigs(p, v, sz - v);

		if (why)
			return why;
		sz = v;
	}
	if (v != sz)
		return "is longer than it says";
	if (sz < sizeof(struct lskel_pack_hdr) + sizeof(struct lskel_hdr) + LSKEL_SHA256_SZ)
		return "is malformed: its size";
	p->sz = v - LSKEL_SHA256_SZ;
	lskel_sha256_of(p->file, p->sz, hash);
	if (!lskel_pack_same(hash, p->file + p->sz, sizeof(hash)))
		return "is damaged: its checksum is another";

	p->blob_off = LSKEL_PACK_HDR(p, blob);
	blob_sz = LSKEL_PACK_HDR(p, blob_sz);
	if (p->blob_off % 8 || p->blob_off < sizeof(struct lskel_pack_hdr) + 8 || p->blob_off > p->sz ||
	    blob_sz != p->sz - p->blob_off || blob_sz < sizeof(struct lskel_hdr) || p->file[p->blob_off - 1])
		return "is malformed: where its blob is";
	v = lskel_pack_at(p, p->blob_off + (unsigned int)offsetof(struct lskel_hdr, resv[2]));
	if (v > blob_sz || blob_sz - v < LSKEL_SHA256_SZ)
		return "is malformed: where its hash is";
	p->hash = p->file + p->blob_off + v;
	lskel_sha256_of(p->file, p->blob_off, hash);
	if (!lskel_pack_same(hash, p->hash, sizeof(hash)))
		return "is malformed: its blob belongs to other tables";
	return NULL;
}

/* Where table @i is, and how many rows it has. */
static inline unsigned int lskel_pack_table_at(const struct lskel_pack *p, unsigned int i, unsigned int *cnt)
{
	const unsigned int ref =
		(unsigned int)(offsetof(struct lskel_pack_hdr, tables) + i * sizeof(struct lskel_pack_ref));

	*cnt = lskel_pack_at(p, ref + (unsigned int)offsetof(struct lskel_pack_ref, cnt));
	return lskel_pack_at(p, ref + (unsigned int)offsetof(struct lskel_pack_ref, off));
}

/*
 * All tables, in memory of their own. NULL, or the name of the one that is malformed; "memory": there is not
 * enough.
 */
static inline const char *lskel_pack_fill_tables(struct lskel_pack *p, void *rows[LSKEL_PACK_TABLE_CNT],
						 unsigned int cnt[LSKEL_PACK_TABLE_CNT])
{
	unsigned int i, j, off;
	size_t sz = 8;

	for (i = 0; i < LSKEL_PACK_TABLE_CNT; i++) {
		off = lskel_pack_table_at(p, i, &cnt[i]);
		if (off % 4 ||
		    (cnt[i] && !lskel_pack_inside(p, off, cnt[i], 4 * lskel_pack_tables[i].col_cnt)))
			return lskel_pack_tables[i].name;
		sz += ((size_t)cnt[i] * lskel_pack_tables[i].row_sz + 7) & ~(size_t)7;
	}
	p->mem = lskel_alloc(sz);
	if (!p->mem)
		return "memory";
	p->mem_sz = sz;
	sz = 0;
	for (i = 0; i < LSKEL_PACK_TABLE_CNT; i++) {
		const struct lskel_pack_table *t = &lskel_pack_tables[i];

		off = lskel_pack_table_at(p, i, &cnt[i]);
		rows[i] = (char *)p->mem + sz;
		sz += ((size_t)cnt[i] * t->row_sz + 7) & ~(size_t)7;
		for (j = 0; j < cnt[i]; j++) {
			if (!lskel_pack_fill(p, t, off + j * 4 * t->col_cnt,
					     (unsigned char *)rows[i] + j * t->row_sz))
				return t->name;
		}
	}
	return NULL;
}

static inline void lskel_pack_fill_desc(struct lskel_pack *p, void *const rows[LSKEL_PACK_TABLE_CNT],
					const unsigned int cnt[LSKEL_PACK_TABLE_CNT])
{
	struct lskel_desc *d = &p->desc;

	d->name = (const char *)p->file + LSKEL_PACK_HDR(p, name);
	d->blob = p->file + p->blob_off;
	d->blob_sz = LSKEL_PACK_HDR(p, blob_sz);
	d->value_sz = LSKEL_PACK_HDR(p, value_sz);
	d->ops_off = LSKEL_PACK_HDR(p, ops_off);
	d->op_cnt = LSKEL_PACK_HDR(p, op_cnt);
	d->maps = (const struct lskel_map_row *)rows[LSKEL_PACK_MAPS];
	d->map_cnt = cnt[LSKEL_PACK_MAPS];
	d->progs = (const struct lskel_prog_row *)rows[LSKEL_PACK_PROGS];
	d->prog_cnt = cnt[LSKEL_PACK_PROGS];
	d->syms = (const struct lskel_sym_row *)rows[LSKEL_PACK_SYMS];
	d->sym_cnt = cnt[LSKEL_PACK_SYMS];
	d->users = (const unsigned short *)rows[LSKEL_PACK_USERS];
	d->spans = (const struct lskel_span *)rows[LSKEL_PACK_SPANS];
	d->span_cnt = cnt[LSKEL_PACK_SPANS];
	d->sizes = (const struct lskel_size_row *)rows[LSKEL_PACK_SIZES];
	d->size_cnt = cnt[LSKEL_PACK_SIZES];
	d->kconfigs = (const struct lskel_kconfig_row *)rows[LSKEL_PACK_KCONFIGS];
	d->kconfig_cnt = cnt[LSKEL_PACK_KCONFIGS];
	d->targets = (const struct lskel_target_row *)rows[LSKEL_PACK_TARGETS];
	d->target_cnt = cnt[LSKEL_PACK_TARGETS];
	d->links = cnt[LSKEL_PACK_LINKS] ? (const unsigned int *)rows[LSKEL_PACK_LINKS] : NULL;
	if (cnt[LSKEL_PACK_LOADERS] == 2) {
		const struct lskel_loader *loaders = (const struct lskel_loader *)rows[LSKEL_PACK_LOADERS];

		lskel_copy(&d->loop, &loaders[0], sizeof(d->loop));
		lskel_copy(&d->stepper, &loaders[1], sizeof(d->stepper));
	}
	p->attach = (const struct lskel_attach_row *)rows[LSKEL_PACK_ATTACH];
	if (cnt[LSKEL_PACK_OPS]) {
		d->ops = &p->ops;
		p->ops.rows = (const struct lskel_ops_row *)rows[LSKEL_PACK_OPS];
		p->ops.cnt = cnt[LSKEL_PACK_OPS];
		p->ops.members = (const struct lskel_ops_member *)rows[LSKEL_PACK_MEMBERS];
		p->ops.member_cnt = cnt[LSKEL_PACK_MEMBERS];
	}
}

/* --- what the runtime takes for granted, since a generator made it */

/* A place in the blob where the runtime reads and writes numbers, or a part of an attr. */
static inline int lskel_pack_place(const struct lskel_desc *d, unsigned int off)
{
	return off % 4 == 0 && off < d->value_sz - LSKEL_SLACK; /* and attrs are shorter than the slack */
}

static inline int lskel_pack_range(__u64 first, __u64 cnt, __u64 end)
{
	return first + cnt <= end;
}

static inline int lskel_pack_blob_ok(const struct lskel_pack *p)
{
	const struct lskel_desc *d = &p->desc;
	const __u64 area = (__u64)d->value_sz - LSKEL_SLACK;
	unsigned int i, unwind;

	if (d->value_sz > LSKEL_PACK_MAX || d->value_sz <= LSKEL_SLACK || (area & (area - 1)) ||
	    d->blob_sz > area || d->ops_off % 8 || d->op_cnt > LSKEL_PACK_MAX / sizeof(struct lskel_op) ||
	    !lskel_pack_range(d->ops_off, d->op_cnt * (__u64)sizeof(struct lskel_op), d->blob_sz))
		return 0;
	unwind = lskel_pack_at(p, p->blob_off + (unsigned int)offsetof(struct lskel_hdr, unwind));
	if (unwind < d->ops_off || (unwind - d->ops_off) % sizeof(struct lskel_op))
		return 0;
	for (i = 0; i < d->op_cnt; i++) {
		const unsigned int op = p->blob_off + d->ops_off + i * (unsigned int)sizeof(struct lskel_op);
		const unsigned int skip = lskel_pack_at(p, op + (unsigned int)offsetof(struct lskel_op, skip));

		if (p->file[op] < LSKEL_OP_SYS || p->file[op] > LSKEL_OP_CLOSE ||
		    !lskel_pack_place(d, lskel_pack_at(p, op + (unsigned int)offsetof(struct lskel_op, a))) ||
		    lskel_pack_at(p, op + (unsigned int)offsetof(struct lskel_op, c)) >= area ||
		    skip % sizeof(struct lskel_op) || skip / sizeof(struct lskel_op) >= d->op_cnt - i)
			return 0;
	}
	return 1;
}

static inline int lskel_pack_maps_ok(const struct lskel_pack *p)
{
	const struct lskel_desc *d = &p->desc;
	unsigned int i, j;

	for (i = 0; i < d->map_cnt; i++) {
		const struct lskel_map_row *m = &d->maps[i];

		if (!m->name || !lskel_pack_place(d, m->attr) || !lskel_pack_place(d, m->fd) ||
		    !lskel_pack_range(m->value, m->value_sz, d->value_sz - LSKEL_SLACK))
			return 0;
		for (j = 0; (m->flags & LSKEL_MAP_KCONFIG) && j < d->kconfig_cnt; j++) {
			if (!d->kconfigs[j].name ||
			    !lskel_pack_range(d->kconfigs[j].off, d->kconfigs[j].sz, m->value_sz))
				return 0;
		}
	}
	for (i = 0; i < d->size_cnt; i++) {
		if (!lskel_pack_place(d, d->sizes[i].attr))
			return 0;
	}
	return 1;
}

/* The runtime goes through the instructions of programs when a map is switched off. */
static inline int lskel_pack_insns_ok(const struct lskel_pack *p, unsigned int attr)
{
	const struct lskel_desc *d = &p->desc;
	const unsigned int at = attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, insns);
	const unsigned int cnt_at = attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, insn_cnt);
	unsigned int i, cnt = cnt_at + 4 <= d->blob_sz ? lskel_pack_at(p, p->blob_off + cnt_at) : 0;

	for (i = 0; i < d->op_cnt; i++) {
		const unsigned int op = p->blob_off + d->ops_off + i * (unsigned int)sizeof(struct lskel_op);

		if (p->file[op] != LSKEL_OP_ADDR ||
		    lskel_pack_at(p, op + (unsigned int)offsetof(struct lskel_op, c)) != at)
			continue;
		if (!lskel_pack_range(lskel_pack_at(p, op + (unsigned int)offsetof(struct lskel_op, a)),
				      (__u64)cnt * 8, d->value_sz - LSKEL_SLACK))
			return 0;
	}
	return 1;
}

static inline int lskel_pack_progs_ok(const struct lskel_pack *p,
				      const unsigned int cnt[LSKEL_PACK_TABLE_CNT])
{
	const struct lskel_desc *d = &p->desc;
	unsigned int i;

	if (cnt[LSKEL_PACK_ATTACH] != d->prog_cnt || (d->links && cnt[LSKEL_PACK_LINKS] != d->prog_cnt))
		return 0;
	for (i = 0; i < d->prog_cnt; i++) {
		if (!d->progs[i].name || !p->attach[i].sec || !lskel_pack_place(d, d->progs[i].attr) ||
		    !lskel_pack_place(d, d->progs[i].fd) || (d->links && !lskel_pack_place(d, d->links[i])) ||
		    !lskel_pack_insns_ok(p, d->progs[i].attr))
			return 0;
	}
	for (i = 0; i < d->target_cnt; i++) {
		if (d->targets[i].prog >= d->prog_cnt)
			return 0;
	}
	return 1;
}

static inline int lskel_pack_spans_ok(const struct lskel_pack *p, unsigned int user_cnt)
{
	const struct lskel_desc *d = &p->desc;
	unsigned int i;

	for (i = 0; i < d->sym_cnt; i++) {
		if (!d->syms[i].what ||
		    !lskel_pack_range(d->syms[i].first_user, d->syms[i].user_cnt, user_cnt))
			return 0;
	}
	for (i = 0; i < user_cnt; i++) {
		if (d->users[i] >= d->prog_cnt)
			return 0;
	}
	for (i = 0; i < d->span_cnt; i++) {
		const struct lskel_span *s = &d->spans[i];

		if (!lskel_pack_range(s->first_op, s->op_cnt, d->op_cnt) ||
		    (s->kind == LSKEL_SUBJ_SYM && s->idx >= d->sym_cnt) ||
		    (s->kind == LSKEL_SUBJ_MAP && s->idx >= d->map_cnt) ||
		    (s->kind == LSKEL_SUBJ_PROG && s->idx >= d->prog_cnt))
			return 0;
	}
	return 1;
}

static inline int lskel_pack_ops_ok(const struct lskel_pack *p)
{
	const struct lskel_desc *d = &p->desc;
	unsigned int i, j;

	for (i = 0; i < p->ops.cnt; i++) {
		const struct lskel_ops_row *row = &p->ops.rows[i];

		if (!row->type || !row->data || row->map >= d->map_cnt ||
		    !lskel_pack_range(row->first_member, row->member_cnt, p->ops.member_cnt))
			return 0;
		for (j = 0; j < row->member_cnt; j++) {
			const struct lskel_ops_member *m = &p->ops.members[row->first_member + j];

			if (!m->name || !lskel_pack_range(m->off, m->sz, row->sz))
				return 0;
			if (m->kind == LSKEL_OPS_FUNC &&
			    (m->sz != 8 || (m->prog >= 0 && (unsigned int)m->prog >= d->prog_cnt)))
				return 0;
		}
	}
	return 1;
}

/* The hash of the blob's value into a loader. */
static inline void lskel_pack_bind(const struct lskel_pack *p, unsigned char *insns, unsigned int sz)
{
	const unsigned int big = p->file[0] == LSKEL_PACK_MAGIC >> 24;
	unsigned int i, word = 0, v[2];

	for (i = 0; i + 16 <= sz && word < 4; i += 8) {
		if (insns[i] != 0x18) /* BPF_LD | BPF_IMM | BPF_DW: two slots */
			continue;
		if (!(insns[i + 1] & (big ? 0x0f : 0xf0))) { /* plain: src_reg is 0 */
			lskel_copy(v, p->blob_digest + 8 * word++, sizeof(v));
			lskel_copy(insns + i + 4, &v[big], 4);
			lskel_copy(insns + i + 12, &v[!big], 4);
		}
		i += 8;
	}
}

static inline void lskel_pack_bind_gear(struct lskel_pack *p, struct lskel_loader *ld, struct lskel_sig_row *sig,
					unsigned int gear, unsigned char *insns)
{
	const unsigned int at = p->sigs_off + 8 + 16 * gear;

	if (ld->insns_sz)
		lskel_copy(insns, ld->insns, ld->insns_sz);
	lskel_pack_bind(p, insns, ld->insns_sz);
	ld->insns = insns;
	lskel_sha256_of(insns, ld->insns_sz, p->digests[gear]);
	sig->digest = p->digests[gear];
	sig->insns = p->file + p->sigs_off + lskel_pack_at(p, at);
	sig->insns_sz = lskel_pack_at(p, at + 4);
	sig->all = p->file + p->sigs_off + lskel_pack_at(p, at + 8);
	sig->all_sz = lskel_pack_at(p, at + 12);
}

/* The loaders as they were signed, in memory of their own, and their signatures. */
static inline const char *lskel_pack_bind_all(struct lskel_pack *p)
{
	static const unsigned char zero[256];
	struct lskel_desc *d = &p->desc;
	struct lskel_sha256 s;
	unsigned int left;

	if (d->value_sz >= LSKEL_PACK_SIGNED_MAX)
		return "is malformed: larger than what kernels check signatures of";
	p->insns_sz = (size_t)d->loop.insns_sz + d->stepper.insns_sz;
	p->insns = (unsigned char *)lskel_alloc(p->insns_sz);
	if (!p->insns)
		return "no memory for it";
	lskel_sha256_init(&s);
	lskel_sha256_add(&s, d->blob, d->blob_sz);
	for (left = d->value_sz - d->blob_sz; left;) {
		const unsigned int n = left < sizeof(zero) ? left : (unsigned int)sizeof(zero);

		lskel_sha256_add(&s, zero, n);
		left -= n;
	}
	lskel_sha256_end(&s, p->blob_digest);
	p->sign.blob_digest = p->blob_digest;
	lskel_pack_bind_gear(p, &d->loop, &p->sign.loop, 0, p->insns);
	lskel_pack_bind_gear(p, &d->stepper, &p->sign.stepper, 1, p->insns + d->loop.insns_sz);
	d->sign = &p->sign;
	return NULL;
}

static inline int lskel_pack_loaders_ok(const struct lskel_desc *d)
{
	return (d->loop.insns_sz || d->stepper.insns_sz) && !(d->loop.insns_sz % 8) &&
	       !(d->stepper.insns_sz % 8);
}

/*
 * lskel_pack_open() - check the @sz bytes at @file, and describe them in @p.
 * @file: at a multiple of 8; @p points into it
 * @foreign: also take files for the other byte order
 * Returns NULL, or what is wrong with it; then what @text has, if it isn't "", follows that.
 * lskel_pack_close() in both cases.
 */
static inline const char *lskel_pack_open(struct lskel_pack *p, const void *file, size_t sz, int foreign,
					  const char **text)
{
	void *rows[LSKEL_PACK_TABLE_CNT];
	unsigned int cnt[LSKEL_PACK_TABLE_CNT];
	const char *why;

	*text = "";
	lskel_zero(p, sizeof(*p));
	why = lskel_pack_check_file(p, file, sz, foreign);
	if (why)
		return why;
	*text = lskel_pack_fill_tables(p, rows, cnt);
	if (*text)
		return "is malformed: table ";
	*text = "";
	if (!lskel_pack_inside(p, LSKEL_PACK_HDR(p, name), 1, 1))
		return "is malformed: its name";
	lskel_pack_fill_desc(p, rows, cnt);
	if (!lskel_pack_blob_ok(p))
		return "is malformed: its blob";
	if (!lskel_pack_maps_ok(p))
		return "is malformed: its maps";
	if (!lskel_pack_progs_ok(p, cnt))
		return "is malformed: its programs";
	if (!lskel_pack_spans_ok(p, cnt[LSKEL_PACK_USERS]))
		return "is malformed: its spans";
	if (!lskel_pack_ops_ok(p))
		return "is malformed: its struct_ops";
	if (!lskel_pack_loaders_ok(&p->desc))
		return "is malformed: its loaders";
	return p->is_signed ? lskel_pack_bind_all(p) : NULL;
}

static inline void lskel_pack_close(struct lskel_pack *p)
{
	if (p->mem)
		lskel_free(p->mem, p->mem_sz);
	p->mem = NULL;
	if (p->insns)
		lskel_free(p->insns, p->insns_sz);
	p->insns = NULL;
}

#endif
