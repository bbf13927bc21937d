// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Places for the chunks. Small and busy ones come first; what is all zero comes last and is left out of the bytes, since
 * the target's map is zero to begin with.
 */
#include "emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN8(x) (((x) + 7) & ~7ull)
#define BLOB_MAX (1u << 29) /* the verifier takes no larger offset into a map value */

/* The order of the parts; operations come behind the constants. */
static const enum chunk_kind order[] = {
	CHUNK_HDR, CHUNK_CELLS, CHUNK_FD_ARRAY, CHUNK_CONST, CHUNK_STR, CHUNK_KEY, CHUNK_ATTR, CHUNK_FUNC_INFO,
	CHUNK_CORE_RELO, CHUNK_INSNS, CHUNK_LINE_INFO, CHUNK_BTF, CHUNK_VALUE,
};

_Static_assert(ARRAY_SIZE(order) == CHUNK_VALUE + 1, "every kind of chunk has its place");

struct layout {
	const struct trace *tr;
	u32 *off;
	u64 end;
	/* equal constant chunks: an open hash table of chunk numbers + 1 */
	u32 *table;
	u32 table_sz; /* power of two */
};

static bool all_zero(const struct trace_chunk *c)
{
	return !c->sz || (!c->data[0] && !memcmp(c->data, c->data + 1, c->sz - 1));
}

static u32 hash_bytes(const u8 *p, u32 sz)
{
	u32 h = 2166136261u; /* FNV-1a */

	while (sz--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

/* The equal chunk that has a place already, or @id itself, which is remembered. */
static u32 first_equal(struct layout *l, u32 id)
{
	const struct trace_chunk *c = &l->tr->chunks[id];
	u32 i = hash_bytes(c->data, c->sz) & (l->table_sz - 1);

	if (c->written)
		return id;
	for (; l->table[i]; i = (i + 1) & (l->table_sz - 1)) {
		const struct trace_chunk *o = &l->tr->chunks[l->table[i] - 1];

		if (o->sz == c->sz && !memcmp(o->data, c->data, c->sz))
			return l->table[i] - 1;
	}
	l->table[i] = id + 1;
	return id;
}

static void place(struct layout *l, u32 id)
{
	u32 same = first_equal(l, id);

	if (same != id) {
		l->off[id] = l->off[same];
		return;
	}
	l->off[id] = l->end;
	l->end = ALIGN8(l->end + l->tr->chunks[id].sz);
}

static void place_kind(struct layout *l, enum chunk_kind kind, bool zero)
{
	u32 i;

	for (i = 0; i < l->tr->chunk_cnt && l->end <= BLOB_MAX; i++)
		if (l->tr->chunks[i].kind == kind && (kind != CHUNK_VALUE || all_zero(&l->tr->chunks[i]) == zero))
			place(l, i);
}

static int layout(struct layout *l, struct blob *b, struct lsk_err *err)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		if (order[i] == CHUNK_STR) {
			b->ops_off = l->end;
			l->end += sizeof(struct lskel_op) * (u64)l->tr->op_cnt;
		}
		place_kind(l, order[i], false);
	}
	b->data_sz = l->end;
	place_kind(l, CHUNK_VALUE, true);
	if (l->end > BLOB_MAX)
		return err_set(err, -E2BIG, "the blob would be larger than %u bytes", BLOB_MAX);
	for (b->area = 256; b->area < l->end;)
		b->area *= 2;
	return 0;
}

static u32 place_of(const struct blob *b, struct trace_ref r)
{
	return b->chunk_off[r.chunk] + r.off;
}

static void write_ops(const struct trace *tr, struct blob *b)
{
	u32 i;

	for (i = 0; i < tr->op_cnt; i++) {
		const struct trace_op *op = &tr->ops[i];
		u32 skip = trace_op_may_fail(op) ? op->skip : tr->unwind_op - i - 1;
		u8 *p = b->data + b->ops_off + i * sizeof(struct lskel_op);

		p[offsetof(struct lskel_op, kind)] = op->kind;
		p[offsetof(struct lskel_op, arg)] = op->arg;
		p[offsetof(struct lskel_op, min)] = op->min;
		p[offsetof(struct lskel_op, len)] = op->len;
		put32(p + offsetof(struct lskel_op, skip), b->big_endian, skip * sizeof(struct lskel_op));
		put32(p + offsetof(struct lskel_op, a), b->big_endian, place_of(b, op->a));
		put32(p + offsetof(struct lskel_op, c), b->big_endian, place_of(b, op->c));
	}
}

static void write_hdr(const struct trace *tr, struct blob *b)
{
	put32(b->data + offsetof(struct lskel_hdr, magic), b->big_endian, LSKEL_MAGIC);
	put32(b->data + offsetof(struct lskel_hdr, pc), b->big_endian, b->ops_off);
	put32(b->data + offsetof(struct lskel_hdr, unwind), b->big_endian,
	      b->ops_off + tr->unwind_op * sizeof(struct lskel_op));
}

int blob_emit(const struct trace *tr, struct blob **blob, struct lsk_err *err)
{
	struct layout l = { .tr = tr, .table_sz = 16 };
	struct blob *b = calloc(1, sizeof(*b));
	int ret = -ENOMEM;
	u32 i;

	while (l.table_sz < 2 * tr->chunk_cnt)
		l.table_sz *= 2;
	l.table = calloc(l.table_sz, sizeof(*l.table));
	l.off = calloc(tr->chunk_cnt, sizeof(*l.off));
	if (!b || !l.table || !l.off) {
		err_set(err, ret, "out of memory");
		goto out;
	}
	b->big_endian = tr->big_endian;
	b->op_cnt = tr->op_cnt;
	b->chunk_off = l.off;
	b->chunk_cnt = tr->chunk_cnt;
	ret = layout(&l, b, err);
	if (ret)
		goto out;
	b->data = calloc(1, b->data_sz);
	if (!b->data) {
		ret = err_set(err, -ENOMEM, "out of memory");
		goto out;
	}
	for (i = 0; i < tr->chunk_cnt; i++)
		if (b->chunk_off[i] < b->data_sz && tr->chunks[i].sz)
			memcpy(b->data + b->chunk_off[i], tr->chunks[i].data, tr->chunks[i].sz);
	write_ops(tr, b);
	write_hdr(tr, b);
	*blob = b;
	b = NULL;
	l.off = NULL;
out:
	if (b && b->chunk_off)
		b->chunk_off = NULL; /* still l.off's */
	blob_free(b);
	free(l.table);
	free(l.off);
	return ret;
}

void blob_free(struct blob *b)
{
	if (!b)
		return;
	free(b->data);
	free(b->chunk_off);
	free(b);
}
