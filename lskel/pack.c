// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "desc.h"
#include "pack_format.h"
#include "sign/fix.h"
#include "sign/packed.h"
#include "sha256.h"

/* Bytes that grow; an error sticks. */
struct buf {
	u8 *data;
	size_t sz, cap;
	bool be;
	int err;
};

static u8 *add(struct buf *b, const void *data, size_t sz, size_t align)
{
	size_t at = (b->sz + align - 1) / align * align;

	if (!b->err && at + sz > LSKEL_PACK_MAX)
		b->err = -E2BIG;
	if (!b->err)
		b->err = grow((void **)&b->data, &b->cap, at + sz + 1, 1);
	if (b->err)
		return NULL;
	b->sz = at + sz;
	if (data)
		memcpy(b->data + at, data, sz);
	return b->data + at;
}

/* What is put where, until the places of strings and bytes are known. */
struct pack {
	struct buf out;
	struct buf strs, bytes;
	u32 bytes_at, strs_at;
	bool place; /* the second of two passes over the tables: the first one collects */
};

/* The place of a string; each is there once. */
static u32 str_place(struct pack *p, const char *s)
{
	size_t off, len = strlen(s);

	for (off = 0; off < p->strs.sz; off += strlen((char *)p->strs.data + off) + 1)
		if (!strcmp((char *)p->strs.data + off, s))
			return p->strs_at + off;
	off = p->strs.sz;
	add(&p->strs, s, len + 1, 1);
	return p->strs_at + off;
}

/* In the order of the calls, which is the same in both passes. */
static u32 bytes_place(struct pack *p, const void *data, u32 sz, size_t *done)
{
	size_t at = (*done + 7) / 8 * 8;

	if (!p->place)
		add(&p->bytes, data, sz, 8);
	*done = at + sz;
	return p->bytes_at + at;
}

static void put_row(struct pack *p, const struct lskel_pack_table *t, const u8 *row, size_t *bytes_done)
{
	u32 i;

	for (i = 0; i < t->col_cnt; i++) {
		const struct lskel_pack_col *col = &t->cols[i];
		const u8 *from = row + col->off;
		u32 v = 0, sz;
		u16 v16;
		void *ptr;
		u8 *to;

		switch (col->kind) {
		case LSKEL_COL_NUM:
			memcpy(&v, from, sizeof(v));
			break;
		case LSKEL_COL_SHORT:
			memcpy(&v16, from, sizeof(v16));
			v = v16;
			break;
		case LSKEL_COL_STR:
			memcpy(&ptr, from, sizeof(ptr));
			v = ptr ? str_place(p, ptr) : 0;
			break;
		case LSKEL_COL_BYTES:
			memcpy(&ptr, from, sizeof(ptr));
			memcpy(&sz, row + t->cols[i + 1].off, sizeof(sz));
			v = sz ? bytes_place(p, ptr, sz, bytes_done) : 0;
			break;
		}
		to = add(&p->out, NULL, 4, 4);
		if (to)
			put32(to, p->out.be, v);
	}
}

struct tables {
	const void *rows[LSKEL_PACK_TABLE_CNT];
	u32 cnt[LSKEL_PACK_TABLE_CNT];
};

static void put_tables(struct pack *p, const struct tables *tables)
{
	size_t bytes_done = 0;
	u32 i, j;

	for (i = 0; i < LSKEL_PACK_TABLE_CNT; i++) {
		u32 off = p->out.sz;

		for (j = 0; j < tables->cnt[i]; j++)
			put_row(p, &lskel_pack_tables[i],
				(const u8 *)tables->rows[i] + j * lskel_pack_tables[i].row_sz, &bytes_done);
		if (!p->out.err) {
			u8 *ref = p->out.data + offsetof(struct lskel_pack_hdr, tables[i]);

			put32(ref, p->out.be, tables->cnt[i] ? off : 0);
			put32(ref + 4, p->out.be, tables->cnt[i]);
		}
	}
}

static void put_hdr(struct pack *p, const struct lskel_desc *d, u32 blob_at, u32 version)
{
	const struct {
		size_t off;
		u32 v;
	} words[] = {
		{ offsetof(struct lskel_pack_hdr, magic), LSKEL_PACK_MAGIC },
		{ offsetof(struct lskel_pack_hdr, version), version },
		{ offsetof(struct lskel_pack_hdr, sz), blob_at + d->blob_sz + LSKEL_SHA256_SZ },
		{ offsetof(struct lskel_pack_hdr, name), str_place(p, d->name) },
		{ offsetof(struct lskel_pack_hdr, blob), blob_at },
		{ offsetof(struct lskel_pack_hdr, blob_sz), d->blob_sz },
		{ offsetof(struct lskel_pack_hdr, value_sz), d->value_sz },
		{ offsetof(struct lskel_pack_hdr, ops_off), d->ops_off },
		{ offsetof(struct lskel_pack_hdr, op_cnt), d->op_cnt },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words) && !p->out.err; i++)
		put32(p->out.data + words[i].off, p->out.be, words[i].v);
}

/*
 * Header, tables, bytes and strings, twice: where the latter are is known when all of the former have been
 * seen.
 */
static void put_all(struct pack *p, const struct lskel_desc *d, const struct tables *tables, u32 version)
{
	u32 blob_at = 0;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		p->place = pass;
		p->out.sz = 0;
		add(&p->out, NULL, sizeof(struct lskel_pack_hdr), 8);
		put_hdr(p, d, blob_at, version);
		put_tables(p, tables);
		p->bytes_at = (p->out.sz + 7) / 8 * 8;
		p->strs_at = p->bytes_at + p->bytes.sz;
		blob_at = (p->strs_at + p->strs.sz + 1 + 7) / 8 * 8;
		if (p->bytes.err || p->strs.err)
			p->out.err = p->bytes.err ? p->bytes.err : p->strs.err;
	}
	add(&p->out, p->bytes.data, p->bytes.sz, 8);
	add(&p->out, p->strs.data, p->strs.sz, 1);
	while (p->out.sz < blob_at && !p->out.err)
		add(&p->out, "", 1, 1);
}

static void put_blob(struct pack *p, const struct blob *blob, u32 hash_off)
{
	u8 hash[LSKEL_SHA256_SZ];
	u8 *at;

	if (p->out.err)
		return;
	lskel_sha256_of(p->out.data, p->out.sz, hash);
	at = add(&p->out, blob->data, blob->data_sz, 8);
	if (!at)
		return;
	put32(at + offsetof(struct lskel_hdr, resv[2]), p->out.be, hash_off);
	memcpy(at + hash_off, hash, sizeof(hash));
	lskel_sha256_of(p->out.data, p->out.sz, hash);
	add(&p->out, hash, sizeof(hash), 1);
}

/* The chunk for the hash. It is written, so it is never one with another. */
static int add_hash_chunk(struct trace *tr, u32 *id)
{
	struct trace_chunk *chunks = realloc(tr->chunks, (tr->chunk_cnt + 1) * sizeof(*chunks));
	struct trace_chunk *c;

	if (!chunks)
		return -ENOMEM;
	tr->chunks = chunks;
	c = &chunks[tr->chunk_cnt];
	*c = (struct trace_chunk){ .kind = CHUNK_CONST, .sz = LSKEL_SHA256_SZ, .written = true };
	c->data = calloc(1, c->sz);
	if (!c->data)
		return -ENOMEM;
	*id = tr->chunk_cnt++;
	return 0;
}

static struct lskel_attach_row *attach_rows(const struct object *obj, const struct trace *tr)
{
	struct lskel_attach_row *rows = calloc(tr->prog_cnt + 1, sizeof(*rows));
	u32 i;

	for (i = 0; rows && i < tr->prog_cnt; i++) {
		const struct obj_func *f = &obj->funcs[tr->progs[i].func];
		struct attach_how how = attach_how(f);

		rows[i].kind = how.kind != AT_NONE ? how.func : NULL;
		rows[i].target = how.target;
		rows[i].sec = f->sec_name;
		rows[i].type = how.type;
		rows[i].flags = how.flags;
		rows[i].how = (how.alone ? LSKEL_HOW_ALONE : 0u) | (how.runs ? LSKEL_HOW_RUNS : 0u);
	}
	return rows;
}

static void collect(struct tables *t, const struct lskel_desc *d, const struct lskel_attach_row *attach,
		    const struct lskel_loader *loaders)
{
	u32 i, users = 0;

	for (i = 0; i < d->sym_cnt; i++)
		users += d->syms[i].user_cnt;
#define SET(id, ptr, count) (t->rows[LSKEL_PACK_##id] = (ptr), t->cnt[LSKEL_PACK_##id] = (count))
	SET(MAPS, d->maps, d->map_cnt);
	SET(PROGS, d->progs, d->prog_cnt);
	SET(ATTACH, attach, d->prog_cnt);
	SET(SYMS, d->syms, d->sym_cnt);
	SET(USERS, d->users, users);
	SET(SPANS, d->spans, d->span_cnt);
	SET(SIZES, d->sizes, d->size_cnt);
	SET(KCONFIGS, d->kconfigs, d->kconfig_cnt);
	SET(TARGETS, d->targets, d->target_cnt);
	SET(LINKS, d->links, d->links ? d->prog_cnt : 0);
	SET(LOADERS, loaders, 2);
	if (d->ops) {
		SET(OPS, d->ops->rows, d->ops->cnt);
		SET(MEMBERS, d->ops->members, d->ops->member_cnt);
	}
#undef SET
}

int pack_write(const struct object *obj, struct trace *tr, const char *name, enum gen_gears gears, u8 **data,
	       size_t *sz, struct lsk_err *err)
{
	struct loader loop = {}, stepper = {};
	struct pack p = { .out.be = tr->big_endian };
	struct lskel_attach_row *attach = NULL;
	struct lskel_desc *desc = NULL;
	struct blob *blob = NULL;
	static const u8 none[LSKEL_SHA256_SZ];
	const bool sign = tr->hash_chunk;
	u32 hash = 0;
	int ret = 0;

	if (sign)
		hash = tr->hash_chunk;
	else
		ret = add_hash_chunk(tr, &hash);
	if (!ret)
		ret = blob_emit(tr, &blob, err);
	if (!ret && sign)
		ret = sign_fix(obj, tr, blob, NULL, err);
	if (!ret)
		ret = sign ? gears_make_signed(gears, blob, none, &loop, &stepper) :
			     gears_make(gears, blob, &loop, &stepper);
	if (!ret)
		ret = desc_build(obj, tr, blob, &loop, &stepper, &desc, err);
	if (!ret) {
		attach = attach_rows(obj, tr);
		ret = attach ? 0 : -ENOMEM;
	}
	if (!ret) {
		struct lskel_loader loaders[2] = { desc->loop, desc->stepper };
		struct tables tables = {};

		desc->name = name;
		collect(&tables, desc, attach, loaders);
		put_all(&p, desc, &tables, sign ? LSKEL_PACK_SIGNED : LSKEL_PACK_VERSION);
		put_blob(&p, blob, blob->chunk_off[hash]);
		ret = p.out.err;
	}
	if (!ret && sign)
		ret = packed_sign_room(p.out.be, NULL, &p.out.data, &p.out.sz);
	if (ret) {
		err_set(err, ret, "%s: can't be packed: %s", obj->name, err_name(ret));
		free(p.out.data);
	} else {
		*data = p.out.data;
		*sz = p.out.sz;
	}
	free(p.strs.data);
	free(p.bytes.data);
	free(attach);
	desc_free(desc);
	loader_free(&loop);
	loader_free(&stepper);
	blob_free(blob);
	return ret;
}
