// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * .BTF.ext: records about instructions, in either byte order. libbpf's API hands out none of them. Three
 * tables, each: u32 size of a record; then for each section {u32 name, u32 count, records}. A record starts
 * with the instruction's offset in bytes from the start of its section. Records may be longer than what we
 * know; the rest is ignored.
 */
#include "object_priv.h"

#include <stdlib.h>
#include <string.h>

#define EXT_HDR_SZ 24      /* up to line_info */
#define EXT_HDR_CORE_SZ 32 /* with core_relo */
#define CORE_KIND_MAX 12   /* BPF_CORE_TYPE_MATCHES */

struct table {
	const char *name;
	u32 min_rec;
	int (*add)(struct reader *r, u32 fi, u32 insn, const u8 *rec);
};

static bool str_ok(const struct reader *r, u32 off)
{
	return btf__str_by_offset(r->obj->btf, off);
}

static int add_func(struct reader *r, u32 fi, u32 insn, const u8 *rec)
{
	struct obj_func *func = &r->obj->funcs[fi];
	u32 id = get32(rec + 4, r->obj->big_endian);

	if (!id || id >= btf__type_cnt(r->obj->btf) || !btf_is_func(btf__type_by_id(r->obj->btf, id)))
		return BAD(r, "function '%s': func_info: BTF type [%u] is no function", func->name, id);
	if (!insn)
		func->btf_id = id;
	return 0;
}

static int add_line(struct reader *r, u32 fi, u32 insn, const u8 *rec)
{
	struct obj_func *func = &r->obj->funcs[fi];
	struct obj_line *line = PUSH(func->lines, func->line_cnt, r->pos[fi].line_cap);
	bool be = r->obj->big_endian;

	if (!line)
		return -ENOMEM;
	line->insn = insn;
	line->file_off = get32(rec + 4, be);
	line->line_off = get32(rec + 8, be);
	line->line_col = get32(rec + 12, be);
	if (!str_ok(r, line->file_off) || !str_ok(r, line->line_off))
		return BAD(r, "function '%s': line_info: a string that does not exist", func->name);
	return 0;
}

static int add_core(struct reader *r, u32 fi, u32 insn, const u8 *rec)
{
	struct obj_func *func = &r->obj->funcs[fi];
	struct obj_core *core = PUSH(func->cores, func->core_cnt, r->pos[fi].core_cap);
	bool be = r->obj->big_endian;

	if (!core)
		return -ENOMEM;
	core->insn = insn;
	core->type_id = get32(rec + 4, be);
	core->access_str_off = get32(rec + 8, be);
	core->kind = get32(rec + 12, be);
	if (!core->type_id || core->type_id >= btf__type_cnt(r->obj->btf) || !str_ok(r, core->access_str_off))
		return BAD(r, "function '%s': insn %u: broken CO-RE record", func->name, insn);
	if (core->kind > CORE_KIND_MAX)
		return UNSUP(r, "function '%s': insn %u: unknown CO-RE kind %u", func->name, insn,
			     core->kind);
	return 0;
}

static const struct table tables[] = {
	{ "func_info", 8, add_func },
	{ "line_info", 16, add_line },
	{ "core_relo", 16, add_core },
};

static int broken(struct reader *r, const struct table *t)
{
	return BAD(r, "section '.BTF.ext': broken %s", t->name);
}

static int read_rec(struct reader *r, const struct table *t, u32 sec, const u8 *rec)
{
	u32 off = get32(rec, r->obj->big_endian);
	int fi, ret = 0;

	if (off % INSN_SZ || off >= r->secs[sec].size)
		return broken(r, t);
	/* None: code that no symbol owns, see relocs.c. */
	for (fi = func_at(r, sec, off); fi >= 0 && !ret; fi = func_alias(r, fi))
		ret = t->add(r, fi, (off - r->pos[fi].off) / INSN_SZ, rec);
	return ret;
}

static int read_table(struct reader *r, const struct table *t, const u8 *p, u64 sz)
{
	bool be = r->obj->big_endian;
	u32 rec_sz, cnt, i, sec;
	const char *name;
	int ret;

	if (!sz)
		return 0;
	if (sz < 4)
		return broken(r, t);
	rec_sz = get32(p, be);
	if (rec_sz < t->min_rec || rec_sz % 4)
		return broken(r, t);
	for (p += 4, sz -= 4; sz;) {
		if (sz < 8)
			return broken(r, t);
		name = btf__str_by_offset(r->obj->btf, get32(p, be));
		cnt = get32(p + 4, be);
		p += 8;
		sz -= 8;
		sec = name ? elf_find_sec(r, name) : 0;
		if (!sec || (u64)cnt * rec_sz > sz)
			return broken(r, t);
		for (i = 0; i < cnt; i++, p += rec_sz, sz -= rec_sz) {
			ret = read_rec(r, t, sec, p);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/*
 * Records are sorted as the compiler writes them, and a good sort is then cheap; equal ones get a fixed
 * order at least.
 */
static int cmp_line(const void *va, const void *vb)
{
	const struct obj_line *a = va, *b = vb;

	if (a->insn != b->insn)
		return a->insn < b->insn ? -1 : 1;
	return a->line_col < b->line_col ? -1 : a->line_col > b->line_col;
}

static int cmp_core(const void *va, const void *vb)
{
	const struct obj_core *a = va, *b = vb;

	if (a->insn != b->insn)
		return a->insn < b->insn ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

static void sort_if_needed(void *p, u32 cnt, size_t sz, int (*cmp)(const void *, const void *))
{
	u32 i;

	for (i = 1; i < cnt; i++) {
		u32 a = *(u32 *)((char *)p + (i - 1) * sz), b = *(u32 *)((char *)p + i * sz);

		if (a > b) { /* `insn` is the first member of both */
			qsort(p, cnt, sz, cmp);
			return;
		}
	}
}

static void sort_recs(struct obj_func *func)
{
	u32 i, n = 0;

	sort_if_needed(func->lines, func->line_cnt, sizeof(*func->lines), cmp_line);
	sort_if_needed(func->cores, func->core_cnt, sizeof(*func->cores), cmp_core);
	/* The kernel wants one line for an instruction: the first. */
	for (i = 0; i < func->line_cnt; i++)
		if (!n || func->lines[n - 1].insn != func->lines[i].insn)
			func->lines[n++] = func->lines[i];
	func->line_cnt = n;
}

int btf_ext_read(struct reader *r)
{
	u32 idx = elf_find_sec(r, ".BTF.ext"), i, hdr_len, fields;
	const u8 *data = r->secs[idx].data;
	u64 sz = r->secs[idx].size, off, len;
	bool be = r->obj->big_endian;
	int ret;

	if (!idx || !sz || !r->obj->btf)
		return 0;
	if (!data || sz < EXT_HDR_SZ || get16(data, be) != BTF_MAGIC)
		return BAD(r, "section '.BTF.ext': no header");
	if (data[2] != BTF_VERSION || data[3])
		return UNSUP(r, "section '.BTF.ext': version %u, flags 0x%x", data[2], data[3]);
	hdr_len = get32(data + 4, be);
	if (hdr_len < EXT_HDR_SZ || hdr_len > sz)
		return BAD(r, "section '.BTF.ext': broken header");
	fields = hdr_len >= EXT_HDR_CORE_SZ ? 3 : 2;
	for (i = 0; i < fields; i++) {
		off = (u64)hdr_len + get32(data + 8 + i * 8, be);
		len = get32(data + 12 + i * 8, be);
		if (off > sz || len > sz - off)
			return broken(r, &tables[i]);
		ret = read_table(r, &tables[i], data + off, len);
		if (ret)
			return ret;
	}
	for (i = 0; i < r->obj->func_cnt; i++)
		sort_recs(&r->obj->funcs[i]);
	return 0;
}
