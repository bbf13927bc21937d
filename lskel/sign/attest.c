// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the operations in a blob ask the kernel for, without help from any table: names are the kernel's, of
 * 15 characters. */
#include "verify.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "../../gen_loader/format.h"
#include "../pack.h"
#include "../runtime/desc.h"

#define ATTR(field) ((u32)offsetof(union bpf_attr, field))

struct view {
	const u8 *blob;
	u32 sz;
	bool be;
};

static u32 at(const struct view *v, u32 off)
{
	return off <= v->sz && v->sz - off >= 4 ? get32(v->blob + off, v->be) : 0;
}

static void print_name(const struct view *v, u32 off, u32 max, FILE *f)
{
	u32 i;

	for (i = 0; i < max && off + i < v->sz && v->blob[off + i]; i++)
		fputc(v->blob[off + i] < ' ' || v->blob[off + i] > '~' ? '?' : v->blob[off + i], f);
}

static u32 operand(const struct view *v, const u8 *op, u32 member)
{
	return get32(op + member, v->be);
}

/* Operation @i, or NULL behind the last one of a run. What closes descriptors after it is not the loader's. */
static const u8 *op_at(const struct view *v, u32 i)
{
	const u32 sz = sizeof(struct lskel_op);
	u64 off = at(v, offsetof(struct lskel_hdr, pc)) + (u64)i * sz;

	return off + sz > v->sz || off > at(v, offsetof(struct lskel_hdr, unwind)) ? NULL : v->blob + off;
}

/* How many operations behind this one are never executed: what is switched off has a jump over it. */
static u32 jumps_over(const struct view *v, const u8 *op)
{
	const u32 zero = offsetof(struct lskel_hdr, resv[0]);

	return op[0] == LSKEL_OP_COPY && op[offsetof(struct lskel_op, min)] &&
	       operand(v, op, offsetof(struct lskel_op, a)) == zero && !at(v, zero) ?
	       operand(v, op, offsetof(struct lskel_op, skip)) / (u32)sizeof(struct lskel_op) : 0;
}

/* Where a pointer in an attr will point at. */
static u32 target_of(const struct view *v, u32 place)
{
	const u8 *op;
	u32 i;

	for (i = 0; (op = op_at(v, i)); i++)
		if (op[0] == LSKEL_OP_ADDR && operand(v, op, offsetof(struct lskel_op, c)) == place)
			return operand(v, op, offsetof(struct lskel_op, a));
	return v->sz;
}

static void print_map(const struct view *v, u32 attr, FILE *f)
{
	const char *type = libbpf_bpf_map_type_str(at(v, attr + ATTR(map_type)));

	fputs("map '", f);
	print_name(v, attr + ATTR(map_name), BPF_OBJ_NAME_LEN, f);
	fprintf(f, "': ");
	if (type)
		fputs(type, f);
	else
		fprintf(f, "type %u", at(v, attr + ATTR(map_type)));
	fprintf(f, ", key %u, value %u, entries %u, flags 0x%x\n", at(v, attr + ATTR(key_size)),
		at(v, attr + ATTR(value_size)), at(v, attr + ATTR(max_entries)),
		at(v, attr + ATTR(map_flags)));
}

static void print_prog(const struct view *v, u32 attr, FILE *f)
{
	const char *type = libbpf_bpf_prog_type_str(at(v, attr + ATTR(prog_type)));
	u32 relos = at(v, attr + ATTR(core_relo_cnt));

	fputs("prog '", f);
	print_name(v, attr + ATTR(prog_name), BPF_OBJ_NAME_LEN, f);
	fprintf(f, "': ");
	if (type)
		fputs(type, f);
	else
		fprintf(f, "type %u", at(v, attr + ATTR(prog_type)));
	fprintf(f, ", %u instructions, flags 0x%x, licence ", at(v, attr + ATTR(insn_cnt)),
		at(v, attr + ATTR(prog_flags)));
	print_name(v, target_of(v, attr + ATTR(license)), 128, f);
	if (relos)
		fprintf(f, ", %u CO-RE relocations", relos);
	fputc('\n', f);
}

/* A fallback asks for the same once more: that is one. */
static bool is_first(const struct view *v, u32 i, u32 attr, u8 cmd)
{
	const u8 *op;
	u32 j;

	for (j = 0; j < i && (op = op_at(v, j)); j++)
		if (op[0] == LSKEL_OP_SYS && op[1] == cmd &&
		    operand(v, op, offsetof(struct lskel_op, a)) == attr)
			return false;
	return true;
}

/* Operation @i or the next one that loads something and is not jumped over; *@i: its number. */
static const u8 *next_load(const struct view *v, u32 *i, u8 cmd)
{
	const u8 *op;
	u32 jump;

	for (; (op = op_at(v, *i)); ++*i) {
		jump = jumps_over(v, op);
		*i += jump < v->sz ? jump : 0;
		if (op[0] == LSKEL_OP_SYS && op[1] == cmd &&
		    is_first(v, *i, operand(v, op, offsetof(struct lskel_op, a)), cmd))
			return op;
	}
	return NULL;
}

void attest_print(const u8 *blob, u32 sz, bool big_endian, FILE *f)
{
	const struct view v = { blob, sz, big_endian };
	const u8 *op;
	u32 i;

	for (i = 0; (op = next_load(&v, &i, BPF_MAP_CREATE)); i++)
		print_map(&v, operand(&v, op, offsetof(struct lskel_op, a)), f);
	for (i = 0; (op = next_load(&v, &i, BPF_PROG_LOAD)); i++)
		print_prog(&v, operand(&v, op, offsetof(struct lskel_op, a)), f);
}

/* --- the trace */

/* A name in an attr, as a string that lasts. */
static char *name_at(const struct view *v, u32 off)
{
	return off <= v->sz && v->sz - off >= BPF_OBJ_NAME_LEN
		       ? strndup((const char *)v->blob + off, BPF_OBJ_NAME_LEN)
		       : strdup("");
}

int attest_trace(const u8 *blob, u32 sz, bool big_endian, FILE *f)
{
	const struct view v = { blob, sz, big_endian };
	struct lskel_map_row *maps = NULL;
	struct lskel_prog_row *progs = NULL;
	size_t map_cap = 0, prog_cap = 0;
	struct lskel_desc d = { .ops_off = at(&v, offsetof(struct lskel_hdr, pc)) };
	const u8 *op;
	int ret = 0;
	u32 i;

	for (i = 0; !ret && (op = next_load(&v, &i, BPF_MAP_CREATE)); i++) {
		struct lskel_map_row *m = PUSH(maps, d.map_cnt, map_cap);
		u32 attr = operand(&v, op, offsetof(struct lskel_op, a));

		if (m)
			*m = (struct lskel_map_row){ .name = name_at(&v, attr + ATTR(map_name)), .attr = attr,
						     .fd = operand(&v, op, offsetof(struct lskel_op, c)) };
		ret = m && m->name ? 0 : -ENOMEM;
	}
	for (i = 0; !ret && (op = next_load(&v, &i, BPF_PROG_LOAD)); i++) {
		struct lskel_prog_row *p = PUSH(progs, d.prog_cnt, prog_cap);
		u32 attr = operand(&v, op, offsetof(struct lskel_op, a));

		if (p)
			*p = (struct lskel_prog_row){ .name = name_at(&v, attr + ATTR(prog_name)),
						      .attr = attr,
						      .fd = operand(&v, op, offsetof(struct lskel_op, c)) };
		ret = p && p->name ? 0 : -ENOMEM;
	}
	d.maps = maps;
	d.progs = progs;
	for (i = 0; !ret && op_at(&v, i); i++)
		pack_explain_op(&d, blob, big_endian, i, f);
	for (i = 0; i < d.map_cnt; i++)
		free((char *)maps[i].name);
	for (i = 0; i < d.prog_cnt; i++)
		free((char *)progs[i].name);
	free(maps);
	free(progs);
	return ret;
}
