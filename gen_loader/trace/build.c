// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "build.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bpf.h>

static void fail(struct build *b, int ret)
{
	if (!b->ret)
		b->ret = err_set(b->err, ret, "out of memory");
}

static char *format(struct build *b, const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0) {
		fail(b, -ENOMEM);
		return NULL;
	}
	return s;
}

void span_begin(struct build *b, enum subject_kind kind, u32 idx)
{
	struct trace_span *s = PUSH(b->tr->spans, b->tr->span_cnt, b->span_cap);

	if (!s) {
		fail(b, -ENOMEM);
		return;
	}
	s->kind = kind;
	s->idx = idx;
	s->first_op = b->tr->op_cnt;
}

void span_end(struct build *b)
{
	struct trace *tr = b->tr;

	if (b->ret)
		return;
	tr->spans[tr->span_cnt - 1].op_cnt = tr->op_cnt - tr->spans[tr->span_cnt - 1].first_op;
	if (!tr->spans[tr->span_cnt - 1].op_cnt)
		tr->span_cnt--; /* nothing to do for this subject */
}

u32 chunk_new(struct build *b, enum chunk_kind kind, const void *data, u32 sz, bool written, const char *name, ...)
{
	struct trace_chunk *c = PUSH(b->tr->chunks, b->tr->chunk_cnt, b->chunk_cap);
	va_list ap;

	if (!c) {
		fail(b, -ENOMEM);
		return 0;
	}
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->sz = sz;
	c->written = written;
	va_start(ap, name);
	c->name = format(b, name, ap);
	va_end(ap);
	c->data = calloc(1, sz ? sz : 1);
	if (!c->data)
		fail(b, -ENOMEM);
	else if (data && sz)
		memcpy(c->data, data, sz);
	return b->tr->chunk_cnt - 1;
}

struct trace_chunk *chunk(struct build *b, u32 id)
{
	return &b->tr->chunks[id];
}

u32 chunk_str(struct build *b, const char *str)
{
	return chunk_new(b, CHUNK_STR, str, strlen(str) + 1, false, "\"%s\"", str);
}

/* The kernel's union as of Linux 7.2 ends at 168; no attr of ours is longer. */
#define ATTR_ROOM 168

u32 chunk_attr(struct build *b, u8 cmd, const char *name, ...)
{
	u32 id = chunk_new(b, CHUNK_ATTR, NULL, ATTR_ROOM, true, "%s", "");
	va_list ap;

	if (b->ret)
		return 0;
	free(chunk(b, id)->name);
	va_start(ap, name);
	chunk(b, id)->name = format(b, name, ap);
	va_end(ap);
	chunk(b, id)->cmd = cmd;
	chunk(b, id)->sz = 0;
	return id;
}

static void *attr_field(struct build *b, u32 attr, u32 off, u32 sz)
{
	if (b->ret || off + sz > ATTR_ROOM)
		return NULL;
	if (chunk(b, attr)->sz < off + sz)
		chunk(b, attr)->sz = off + sz;
	return chunk(b, attr)->data + off;
}

struct trace_ref ref(u32 chunk, u32 off)
{
	return (struct trace_ref){ chunk, off };
}

void cell_name(struct build *b, struct trace_ref r, u32 sz, const char *name, ...)
{
	struct trace_cell *c = PUSH(b->tr->cells, b->tr->cell_cnt, b->cell_cap);
	va_list ap;

	if (!c) {
		fail(b, -ENOMEM);
		return;
	}
	va_start(ap, name);
	*c = (struct trace_cell){ .chunk = r.chunk, .off = r.off, .sz = sz, .name = format(b, name, ap) };
	va_end(ap);
}

struct trace_ref chunk_extend(struct build *b, u32 id, u32 sz)
{
	struct trace_chunk *c = chunk(b, id);
	u32 off = (c->sz + sz - 1) / sz * sz;
	u8 *data;

	if (b->ret)
		return ref(0, 0);
	data = realloc(c->data, off + sz);
	if (!data) {
		fail(b, -ENOMEM);
		return ref(0, 0);
	}
	memset(data + c->sz, 0, off + sz - c->sz);
	c->data = data;
	c->sz = off + sz;
	return ref(id, off);
}

struct trace_ref cell_new(struct build *b, u32 sz, s64 init, const char *name, ...)
{
	struct trace_ref r = chunk_extend(b, CHUNK_ID_CELLS, sz);
	va_list ap;
	char *text;

	if (b->ret)
		return r;
	if (sz == 8)
		put64(chunk(b, r.chunk)->data + r.off, b->tr->big_endian, init);
	else
		put32(chunk(b, r.chunk)->data + r.off, b->tr->big_endian, init);
	va_start(ap, name);
	text = format(b, name, ap);
	va_end(ap);
	if (text)
		cell_name(b, r, sz, "%s", text);
	free(text);
	return r;
}

struct trace_ref cell_lo(const struct build *b, struct trace_ref cell)
{
	return ref(cell.chunk, cell.off + (b->tr->big_endian ? 4 : 0));
}

struct trace_ref cell_hi(const struct build *b, struct trace_ref cell)
{
	return ref(cell.chunk, cell.off + (b->tr->big_endian ? 0 : 4));
}

struct trace_ref konst(struct build *b, u32 v)
{
	struct trace_chunk *c;
	struct trace_ref r;
	u32 off;

	if (b->ret)
		return ref(0, 0);
	c = chunk(b, CHUNK_ID_CONST);
	for (off = 0; off < c->sz; off += 4)
		if (get32(c->data + off, b->tr->big_endian) == v)
			return ref(CHUNK_ID_CONST, off);
	r = chunk_extend(b, CHUNK_ID_CONST, 4);
	if (!b->ret)
		put32(chunk(b, r.chunk)->data + r.off, b->tr->big_endian, v);
	return r;
}

void attr_u32(struct build *b, u32 attr, u32 off, u32 v)
{
	void *p = attr_field(b, attr, off, 4);

	if (p)
		put32(p, b->tr->big_endian, v);
}

void attr_u64(struct build *b, u32 attr, u32 off, u64 v)
{
	void *p = attr_field(b, attr, off, 8);

	if (p)
		put64(p, b->tr->big_endian, v);
}

void attr_ptr(struct build *b, u32 attr, u32 off, struct trace_ref to)
{
	attr_field(b, attr, off, 8);
	op_new(b, LSKEL_OP_ADDR, to, ref(attr, off));
}

void attr_copy(struct build *b, u32 attr, u32 off, struct trace_ref from)
{
	attr_field(b, attr, off, 4);
	op_copy(b, from, ref(attr, off));
}

void attr_name(struct build *b, u32 attr, u32 off, const char *name)
{
	char *p = attr_field(b, attr, off, BPF_OBJ_NAME_LEN);
	int i;

	for (i = 0; p && name[i] && i < (int)BPF_OBJ_NAME_LEN - 1; i++)
		p[i] = isalnum((unsigned char)name[i]) || name[i] == '_' || name[i] == '.' ? name[i] : '_';
}

struct trace_op *op_new(struct build *b, u8 kind, struct trace_ref a, struct trace_ref c)
{
	static struct trace_op nowhere; /* what callers may fill in after a failure */
	struct trace_op *op = b->ret ? NULL : PUSH(b->tr->ops, b->tr->op_cnt, b->op_cap);

	if (!op) {
		fail(b, -ENOMEM);
		return &nowhere;
	}
	*op = (struct trace_op){ .kind = kind, .a = a, .c = c };
	return op;
}

u32 op_sys(struct build *b, u32 attr, struct trace_ref res, bool soft)
{
	struct trace_op *op = op_new(b, LSKEL_OP_SYS, ref(attr, 0), res);

	if (b->ret)
		return 0;
	op->arg = chunk(b, attr)->cmd;
	op->len = chunk(b, attr)->sz - 1;
	op->soft = soft;
	return b->tr->op_cnt - 1;
}

static u32 op_lookup(struct build *b, u8 op_kind, const char *name, u8 kind, struct trace_ref cell, bool soft)
{
	const size_t len = strlen(name); /* with the NUL, minus 1 */
	u32 str = chunk_str(b, name);
	struct trace_op *op = op_new(b, op_kind, ref(str, 0), cell);

	if (len >= LSKEL_SLACK && !b->ret)
		b->ret = err_set(b->err, -ENOTSUP, "'%.40s...': a name of %zu bytes, the most is %u", name, len,
				 LSKEL_SLACK - 1);
	op->arg = kind;
	op->len = (u8)len;
	op->soft = soft;
	return b->tr->op_cnt - 1;
}

u32 op_find(struct build *b, const char *name, u8 kind, struct trace_ref cell, bool soft)
{
	return op_lookup(b, LSKEL_OP_FIND, name, kind, cell, soft);
}

u32 op_ksym(struct build *b, const char *name, struct trace_ref cell, bool soft)
{
	return op_lookup(b, LSKEL_OP_KSYM, name, 0, cell, soft);
}

void op_copy(struct build *b, struct trace_ref from, struct trace_ref to)
{
	op_new(b, LSKEL_OP_COPY, from, to);
}

void op_close(struct build *b, struct trace_ref fd, bool failed)
{
	op_new(b, LSKEL_OP_CLOSE, fd, ref(0, 0))->arg = failed;
}

u32 op_if_ge(struct build *b, struct trace_ref val, u8 min, struct trace_ref copy_to)
{
	op_new(b, LSKEL_OP_COPY, val, copy_to)->min = min;
	return b->tr->op_cnt - 1;
}

u32 op_jump(struct build *b)
{
	return op_if_ge(b, b->zero, 1, b->scratch);
}

void op_land(struct build *b, u32 mark)
{
	if (!b->ret)
		b->tr->ops[mark].skip = b->tr->op_cnt - mark - 1;
}
