// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A packed file, read by the reader that lskel-boot has, and printed. */
#include "pack.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "../gen_loader/trace/explain.h"
#include "runtime/runtime.h"

#define LSKEL_PACK_NAMES
#include "pack_format.h"
#include "sha256.h"
#include "pack_read.h"

bool pack_is(const void *data, size_t sz)
{
	return sz >= sizeof(struct lskel_pack_hdr) &&
	       (get32(data, false) == LSKEL_PACK_MAGIC || get32(data, true) == LSKEL_PACK_MAGIC);
}

static int pack_open(const char *path, const void *data, size_t sz, struct lskel_pack *p, struct lsk_err *err)
{
	const char *more, *why = lskel_pack_open(p, data, sz, 1, &more);

	return why ? err_set(err, -EINVAL, "%s: %s%s", path, why, more) : 0;
}

static bool big_endian(const struct lskel_pack *p)
{
	return get32(p->file, true) == LSKEL_PACK_MAGIC;
}

/* --- for people */

static void explain_loader(const char *name, const struct lskel_loader *ld, FILE *f)
{
	if (ld->insns_sz)
		fprintf(f, "loader %s: %u instructions\n", name, ld->insns_sz / 8);
}

/*
 * What is at a place of the blob, if the tables know: the descriptor of something, or a part of the nearest
 * attr.
 */
static void place_text(const struct lskel_desc *d, u32 off, char *buf, size_t sz)
{
	u32 map_attr = sizeof(struct lskel_attr_map_create), prog_attr = sizeof(struct lskel_attr_prog_load);
	u32 i;

	snprintf(buf, sz, "0x%x", off);
	if (off == offsetof(struct lskel_hdr, err))
		snprintf(buf, sz, "header.err");
	else if (off == offsetof(struct lskel_hdr, magic))
		snprintf(buf, sz, "header.magic");
	for (i = 0; i < d->prog_cnt; i++) {
		if (off == d->progs[i].fd) {
			snprintf(buf, sz, "prog '%s'.fd", d->progs[i].name);
		} else if (d->links && d->links[i] && off == d->links[i]) {
			snprintf(buf, sz, "prog '%s'.link", d->progs[i].name);
		} else if (off >= d->progs[i].attr && off - d->progs[i].attr < prog_attr) {
			prog_attr = off - d->progs[i].attr;
			map_attr = prog_attr < map_attr ? prog_attr : map_attr;
			snprintf(buf, sz, "prog '%s'.attr+%u", d->progs[i].name, prog_attr);
		}
	}
	for (i = 0; i < d->map_cnt; i++) {
		if (off == d->maps[i].fd) {
			snprintf(buf, sz, "map '%s'.fd", d->maps[i].name);
		} else if (d->maps[i].value_sz && off == d->maps[i].value) {
			snprintf(buf, sz, "map '%s'.contents", d->maps[i].name);
		} else if (off >= d->maps[i].attr && off - d->maps[i].attr < map_attr) {
			map_attr = off - d->maps[i].attr;
			snprintf(buf, sz, "map '%s'.attr+%u", d->maps[i].name, map_attr);
		}
	}
}

static bool can_fail(const u8 *op)
{
	const u8 kind = op[offsetof(struct lskel_op, kind)];

	return kind == LSKEL_OP_SYS || kind == LSKEL_OP_FIND || kind == LSKEL_OP_KSYM;
}

void pack_explain_op(const struct lskel_desc *d, const u8 *blob, bool big_endian, u32 i, FILE *f)
{
	const u8 *op = blob + d->ops_off + i * sizeof(struct lskel_op);
	const u32 skip = get32(op + offsetof(struct lskel_op, skip), big_endian) / sizeof(struct lskel_op);
	const u32 a_off = get32(op + offsetof(struct lskel_op, a), big_endian);
	const u32 unwind = get32(blob + offsetof(struct lskel_hdr, unwind), big_endian);
	char a[300], c[300];

	place_text(d, a_off, a, sizeof(a));
	place_text(d, get32(op + offsetof(struct lskel_op, c), big_endian), c, sizeof(c));
	fprintf(f, "%6u  ", i);
	switch (op[offsetof(struct lskel_op, kind)]) {
	case LSKEL_OP_SYS:
		fprintf(f, "%s = %s at %s, %u bytes", c, cmd_name(op[offsetof(struct lskel_op, arg)]), a,
			op[offsetof(struct lskel_op, len)] + 1);
		break;
	case LSKEL_OP_FIND:
		fprintf(f, "%s = BTF id of name at %s, kind %u", c, a, op[offsetof(struct lskel_op, arg)]);
		break;
	case LSKEL_OP_KSYM:
		fprintf(f, "%s = address of name at %s", c, a);
		break;
	case LSKEL_OP_ADDR:
		fprintf(f, "%s = &%s", c, a);
		break;
	case LSKEL_OP_COPY:
		fprintf(f, "%s = %s", c, a);
		if (skip)
			fprintf(f, "; if it is < %u jump to %u", op[offsetof(struct lskel_op, min)], i + 1 + skip);
		break;
	case LSKEL_OP_CLOSE:
		fprintf(f, "close %s%s", a, op[offsetof(struct lskel_op, arg)] ? " after a failure" : "");
		break;
	}
	if (can_fail(op) && d->ops_off + (i + 1 + skip) * sizeof(struct lskel_op) != unwind)
		fprintf(f, skip ? "; on failure jump to %u" : "; may fail", i + 1 + skip);
	fputc('\n', f);
}

static void explain_span(const struct lskel_pack *p, const struct lskel_span *span, FILE *f)
{
	const struct lskel_desc *d = &p->desc;
	u32 i;

	switch (span->kind) {
	case LSKEL_SUBJ_SYM:
		fprintf(f, "%s\n", d->syms[span->idx].what);
		break;
	case LSKEL_SUBJ_MAP:
		fprintf(f, "map '%s'\n", d->maps[span->idx].name);
		break;
	case LSKEL_SUBJ_PROG:
		fprintf(f, "prog '%s'\n", d->progs[span->idx].name);
		break;
	default:
		fprintf(f, "%s\n", span->kind == LSKEL_SUBJ_BTF ? "btf" : "end");
	}
	for (i = 0; i < span->op_cnt; i++)
		pack_explain_op(d, p->file + p->blob_off, big_endian(p), span->first_op + i, f);
}

static void explain_progs(const struct lskel_pack *p, FILE *f)
{
	u32 i;

	for (i = 0; i < p->desc.prog_cnt; i++) {
		const struct lskel_attach_row *at = &p->attach[i];

		fprintf(f, "prog '%s': SEC(\"%s\")", p->desc.progs[i].name, at->sec);
		if (at->how & LSKEL_HOW_RUNS)
			fprintf(f, ", is run");
		else if (p->desc.links && p->desc.links[i])
			fprintf(f, ", attached by the loader");
		else if (at->kind && at->how & LSKEL_HOW_ALONE)
			fprintf(f, ", attached by %s%s%s", at->kind, at->target ? " to " : "",
				at->target ? at->target : "");
		else
			fprintf(f, ", not attached without more arguments");
		fprintf(f, "%s\n", p->desc.progs[i].flags & LSKEL_PROG_OFF ? ", not loaded by default" : "");
	}
}

static void explain_sigs(const char *gear, const struct lskel_loader *ld, const struct lskel_sig_row *sig, FILE *f)
{
	if (!ld->insns_sz)
		return;
	fprintf(f, "%s signed: for Linux 6.18 to 7.2 %u bytes, from 7.3 on %u bytes%s\n", gear, sig->insns_sz, sig->all_sz,
		sig->insns_sz && sig->all_sz ? "" : " (0: not yet)");
}

int pack_explain(const char *path, const void *data, size_t sz, FILE *f, struct lsk_err *err)
{
	struct lskel_pack p;
	int ret = pack_open(path, data, sz, &p, err);
	u32 i;

	if (!ret) {
		fprintf(f, "packed skeleton '%s': %zu bytes, version %u, %s-endian\n", p.desc.name, sz,
			p.is_signed ? LSKEL_PACK_SIGNED : LSKEL_PACK_VERSION, big_endian(&p) ? "big" : "little");
		fprintf(f, "blob: %u bytes of %u, at 0x%x; hash of what is before it: ", p.desc.blob_sz,
			p.desc.value_sz, p.blob_off);
		for (i = 0; i < LSKEL_SHA256_SZ; i++)
			fprintf(f, "%02x", p.hash[i]);
		fputc('\n', f);
		explain_loader("loop", &p.desc.loop, f);
		explain_loader("stepper", &p.desc.stepper, f);
		if (p.is_signed) {
			explain_sigs("loop", &p.desc.loop, &p.sign.loop, f);
			explain_sigs("stepper", &p.desc.stepper, &p.sign.stepper, f);
		}
		for (i = 0; i < p.desc.map_cnt; i++)
			fprintf(f, "map '%s'%s%s\n", p.desc.maps[i].name,
				p.desc.maps[i].flags & LSKEL_MAP_PIN ? ", pinned by name" : "",
				p.desc.maps[i].flags & LSKEL_MAP_OFF ? ", not created by default" : "");
		explain_progs(&p, f);
		for (i = 0; i < p.desc.span_cnt; i++)
			explain_span(&p, &p.desc.spans[i], f);
	}
	lskel_pack_close(&p);
	return ret;
}

/* --- for programs */

static void json_base64(FILE *f, const u8 *data, size_t sz)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	fputc('"', f);
	for (i = 0; i < sz; i += 3) {
		u32 v = data[i] << 16 | (i + 1 < sz ? data[i + 1] << 8 : 0) | (i + 2 < sz ? data[i + 2] : 0);

		fputc(digits[v >> 18], f);
		fputc(digits[v >> 12 & 63], f);
		fputc(i + 1 < sz ? digits[v >> 6 & 63] : '=', f);
		fputc(i + 2 < sz ? digits[v & 63] : '=', f);
	}
	fputc('"', f);
}

static void json_sigs(const char *gear, const struct lskel_sig_row *sig, FILE *f)
{
	fprintf(f, "\"%s\": {\"insns\": ", gear);
	json_base64(f, sig->insns, sig->insns_sz);
	fprintf(f, ", \"all\": ");
	json_base64(f, sig->all, sig->all_sz);
	fprintf(f, "}");
}

static void json_row(const struct lskel_pack *p, const struct lskel_pack_table *t, u32 off, FILE *f)
{
	u32 i, v;

	fputc('{', f);
	for (i = 0; i < t->col_cnt; i++, off += 4) {
		const struct lskel_pack_col *col = &t->cols[i];

		v = lskel_pack_at(p, off);
		fprintf(f, "%s\"%s\": ", i ? ", " : "", col->name);
		if (col->kind == LSKEL_COL_STR)
			json_str(f, v ? (const char *)p->file + v : NULL);
		else if (col->kind == LSKEL_COL_BYTES)
			json_base64(f, p->file + v, v ? lskel_pack_at(p, off + 4) : 0);
		else if (t == &lskel_pack_tables[LSKEL_PACK_MEMBERS] && !strcmp(col->name, "prog"))
			fprintf(f, "%d", (int)v);
		else
			fprintf(f, "%u", v);
	}
	fputc('}', f);
}

/* What bpftool's headers show as members of structs: where global variables are in the value of their map. */
static void json_vars(const struct object *obj, FILE *f)
{
	bool first = true;
	u32 i, j;

	fputs(",\n \"variables\": [", f);
	for (i = 0; i < obj->map_cnt; i++) {
		const u32 sec_id = obj->maps[i].btf_sec_id;
		const struct btf_type *sec = sec_id && obj->btf ? btf__type_by_id(obj->btf, sec_id) : NULL;

		for (j = 0; sec && btf_is_datasec(sec) && j < btf_vlen(sec); j++) {
			const struct btf_var_secinfo *info = &btf_var_secinfos(sec)[j];
			const struct btf_type *var = btf__type_by_id(obj->btf, info->type);

			if (!var || !btf_is_var(var) || btf_var(var)->linkage == BTF_VAR_STATIC)
				continue;
			fprintf(f,
				"%s\n  {\"map\": %u, \"off\": %u, \"sz\": %u, \"name\": ", first ? "" : ",",
				i, info->offset, info->size);
			json_str(f, btf__name_by_offset(obj->btf, var->name_off));
			fputc('}', f);
			first = false;
		}
	}
	fputs("\n ]", f);
}

int pack_json(const char *path, const void *data, size_t sz, const struct object *obj, FILE *f,
	      struct lsk_err *err)
{
	struct lskel_pack p;
	int ret = pack_open(path, data, sz, &p, err);
	u32 i, j, cnt, off;

	if (!ret) {
		fprintf(f, "{\"version\": %u, \"name\": ", p.is_signed ? LSKEL_PACK_SIGNED : LSKEL_PACK_VERSION);
		json_str(f, p.desc.name);
		fprintf(f,
			", \"byte_order\": \"%s\",\n \"value_sz\": %u, \"ops_off\": %u, \"op_cnt\": %u,\n"
			" \"blob\": ",
			big_endian(&p) ? "big" : "little", p.desc.value_sz, p.desc.ops_off, p.desc.op_cnt);
		json_base64(f, p.file + p.blob_off, p.desc.blob_sz);
		for (i = 0; i < LSKEL_PACK_TABLE_CNT; i++) {
			off = lskel_pack_table_at(&p, i, &cnt);
			fprintf(f, ",\n \"%s\": [", lskel_pack_tables[i].name);
			for (j = 0; j < cnt; j++) {
				fprintf(f, "%s\n  ", j ? "," : "");
				json_row(&p, &lskel_pack_tables[i],
					 off + j * 4 * lskel_pack_tables[i].col_cnt, f);
			}
			fputs(cnt ? "\n ]" : "]", f);
		}
		if (p.is_signed) {
			fputs(",\n \"signatures\": {", f);
			json_sigs("loop", &p.sign.loop, f);
			fputs(", ", f);
			json_sigs("stepper", &p.sign.stepper, f);
			fputs("}", f);
		}
		if (obj)
			json_vars(obj, f);
		fputs("}\n", f);
	}
	lskel_pack_close(&p);
	return ret;
}
