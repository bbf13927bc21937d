// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "explain.h"

#include <string.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#define ATTR(field) offsetof(union bpf_attr, field)
#define TEXT_SZ 400

static const struct {
	u32 cmd;
	const char *name;
} cmds[] = {
	{ BPF_MAP_CREATE, "BPF_MAP_CREATE" },	{ BPF_MAP_UPDATE_ELEM, "BPF_MAP_UPDATE_ELEM" },
	{ BPF_MAP_FREEZE, "BPF_MAP_FREEZE" },	{ BPF_PROG_LOAD, "BPF_PROG_LOAD" },
	{ BPF_BTF_LOAD, "BPF_BTF_LOAD" },	{ BPF_LINK_CREATE, "BPF_LINK_CREATE" },
	{ BPF_RAW_TRACEPOINT_OPEN, "BPF_RAW_TRACEPOINT_OPEN" },
};

const char *cmd_name(u32 cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i].cmd == cmd)
			return cmds[i].name;
	return "BPF_?";
}

static const struct {
	u8 cmd;
	u32 off;
	const char *name;
} fields[] = {
	{ BPF_MAP_CREATE, ATTR(inner_map_fd), "inner_map_fd" },
	{ BPF_MAP_CREATE, ATTR(btf_fd), "btf_fd" },
	{ BPF_MAP_CREATE, ATTR(btf_key_type_id), "btf_key_type_id" },
	{ BPF_MAP_CREATE, ATTR(btf_value_type_id), "btf_value_type_id" },
	{ BPF_MAP_CREATE, 72, "value_type_btf_obj_fd" }, /* not in every build host's header */
	{ BPF_MAP_UPDATE_ELEM, ATTR(map_fd), "map_fd" },
	{ BPF_MAP_UPDATE_ELEM, ATTR(key), "key" },
	{ BPF_MAP_UPDATE_ELEM, ATTR(value), "value" },
	{ BPF_MAP_FREEZE, ATTR(map_fd), "map_fd" },
	{ BPF_BTF_LOAD, ATTR(btf), "btf" },
	{ BPF_PROG_LOAD, ATTR(insns), "insns" },
	{ BPF_PROG_LOAD, ATTR(license), "license" },
	{ BPF_PROG_LOAD, ATTR(prog_btf_fd), "prog_btf_fd" },
	{ BPF_PROG_LOAD, ATTR(func_info), "func_info" },
	{ BPF_PROG_LOAD, ATTR(func_info_cnt), "func_info_cnt" },
	{ BPF_PROG_LOAD, ATTR(line_info), "line_info" },
	{ BPF_PROG_LOAD, ATTR(line_info_cnt), "line_info_cnt" },
	{ BPF_PROG_LOAD, ATTR(attach_btf_id), "attach_btf_id" },
	{ BPF_PROG_LOAD, ATTR(attach_btf_obj_fd), "attach_btf_obj_fd" },
	{ BPF_PROG_LOAD, ATTR(core_relos), "core_relos" },
	{ BPF_PROG_LOAD, ATTR(fd_array), "fd_array" },
};

static const char *const kind_names[] = {
	[LSKEL_OP_SYS] = "sys",   [LSKEL_OP_FIND] = "find", [LSKEL_OP_KSYM] = "ksym",
	[LSKEL_OP_ADDR] = "addr", [LSKEL_OP_COPY] = "copy", [LSKEL_OP_CLOSE] = "close",
};

static const char *const chunk_names[] = {
	[CHUNK_HDR] = "header",	    [CHUNK_CELLS] = "cells",	     [CHUNK_FD_ARRAY] = "fd_array",
	[CHUNK_CONST] = "constant", [CHUNK_STR] = "string",	     [CHUNK_ATTR] = "attr",
	[CHUNK_BTF] = "types",	    [CHUNK_INSNS] = "insns",	     [CHUNK_FUNC_INFO] = "func_info",
	[CHUNK_LINE_INFO] = "line_info", [CHUNK_CORE_RELO] = "core_relos", [CHUNK_KEY] = "key",
	[CHUNK_VALUE] = "contents",
};

char *subject_text(const struct object *obj, const struct trace *tr, const struct trace_span *span, char *buf, size_t sz)
{
	switch (span->kind) {
	case SUBJ_BTF:
		snprintf(buf, sz, "btf");
		break;
	case SUBJ_SYM:
		snprintf(buf, sz, "%s", tr->syms[span->idx].what);
		break;
	case SUBJ_MAP:
		snprintf(buf, sz, "map '%s'", obj->maps[span->idx].name);
		break;
	case SUBJ_PROG:
		snprintf(buf, sz, "prog '%s'", obj->funcs[tr->progs[span->idx].func].name);
		break;
	case SUBJ_END:
		snprintf(buf, sz, "end");
		break;
	}
	return buf;
}

static void hdr_text(u32 off, char *buf, size_t sz)
{
	if (off == offsetof(struct lskel_hdr, magic))
		snprintf(buf, sz, "header.magic");
	else if (off == offsetof(struct lskel_hdr, err))
		snprintf(buf, sz, "header.err");
	else if (off == offsetof(struct lskel_hdr, resv[0]))
		snprintf(buf, sz, "0");
	else if (off >= LSKEL_HOST_OFF)
		snprintf(buf, sz, "host.%s", off == LSKEL_HOST_OFF ? "log_level" : off == LSKEL_HOST_OFF + 4 ? "log_size" :
			 off == LSKEL_HOST_OFF + 8 ? "log_buf.0" : "log_buf.4");
	else
		snprintf(buf, sz, "_");
}

static void attr_text(const struct trace_chunk *c, u32 off, char *buf, size_t sz)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].cmd == c->cmd && fields[i].off == off) {
			snprintf(buf, sz, "%s.%s", c->name, fields[i].name);
			return;
		}
	}
	snprintf(buf, sz, "%s.attr+%u", c->name, off);
}

/* What a reference points at, as briefly as a person would say it. */
static char *ref_text(const struct trace *tr, struct trace_ref r, char *buf, size_t sz)
{
	const struct trace_chunk *c = &tr->chunks[r.chunk];
	u32 i;

	for (i = 0; i < tr->cell_cnt; i++) {
		if (tr->cells[i].chunk == r.chunk && r.off >= tr->cells[i].off &&
		    r.off < tr->cells[i].off + tr->cells[i].sz) {
			u32 word = r.off - tr->cells[i].off;
			const char *half = tr->cells[i].sz == 4 ? "" : !word == !tr->big_endian ? ".lo" : ".hi";

			snprintf(buf, sz, "%s%s", tr->cells[i].name, half);
			return buf;
		}
	}
	switch (c->kind) {
	case CHUNK_HDR:
		hdr_text(r.off, buf, sz);
		break;
	case CHUNK_CONST:
		snprintf(buf, sz, "0x%x", get32(c->data + r.off, tr->big_endian));
		break;
	case CHUNK_ATTR:
		attr_text(c, r.off, buf, sz);
		break;
	case CHUNK_INSNS:
		snprintf(buf, sz, "%s.insn[%u].%s", c->name, r.off / 8, r.off % 8 ? "imm" : "code");
		break;
	case CHUNK_STR:
		snprintf(buf, sz, "%s", c->name);
		break;
	default:
		snprintf(buf, sz, "%s.%s", c->name, chunk_names[c->kind]);
	}
	return buf;
}

/* The interesting constants of an attr. */
static void sys_detail(const struct trace *tr, const struct trace_chunk *c, char *buf, size_t sz)
{
	const char *type;

	*buf = 0;
	if (c->cmd == BPF_MAP_CREATE) {
		type = libbpf_bpf_map_type_str(get32(c->data + ATTR(map_type), tr->big_endian));
		snprintf(buf, sz, " %s key %u value %u entries %u flags 0x%x", type ? type : "?",
			 get32(c->data + ATTR(key_size), tr->big_endian), get32(c->data + ATTR(value_size), tr->big_endian),
			 get32(c->data + ATTR(max_entries), tr->big_endian), get32(c->data + ATTR(map_flags), tr->big_endian));
	} else if (c->cmd == BPF_PROG_LOAD) {
		type = libbpf_bpf_prog_type_str(get32(c->data + ATTR(prog_type), tr->big_endian));
		snprintf(buf, sz, " %s, %u insns", type ? type : "?", get32(c->data + ATTR(insn_cnt), tr->big_endian));
	} else if (c->cmd == BPF_BTF_LOAD) {
		snprintf(buf, sz, " %u bytes", get32(c->data + ATTR(btf_size), tr->big_endian));
	}
}

/* A whole piece of data, whose address is taken. */
static char *data_text(const struct trace *tr, struct trace_ref r, char *buf, size_t sz)
{
	const struct trace_chunk *c = &tr->chunks[r.chunk];

	if (c->kind == CHUNK_FD_ARRAY)
		snprintf(buf, sz, "fd_array");
	else if (c->kind == CHUNK_CELLS || c->kind == CHUNK_STR)
		ref_text(tr, r, buf, sz);
	else
		snprintf(buf, sz, "%s.%s", c->name, chunk_names[c->kind]);
	return buf;
}

static void soft_text(const struct trace_op *op, u32 i, char *buf, size_t sz)
{
	if (op->soft && op->skip)
		snprintf(buf, sz, "; on failure jump to %u", i + 1 + op->skip);
	else
		snprintf(buf, sz, "%s", op->soft ? "; may fail" : "");
}

static void copy_text(const struct trace *tr, u32 i, const char *a, const char *c, char *buf, size_t sz)
{
	const struct trace_op *op = &tr->ops[i];
	bool only_test = !strcmp(c, "_");

	if (only_test && !strcmp(a, "0") && op->min == 1)
		snprintf(buf, sz, "jump to %u", i + 1 + op->skip);
	else if (only_test)
		snprintf(buf, sz, "if %s < %u jump to %u", a, op->min, i + 1 + op->skip);
	else if (op->skip)
		snprintf(buf, sz, "%s = %s; if it is < %u jump to %u", c, a, op->min, i + 1 + op->skip);
	else
		snprintf(buf, sz, "%s = %s", c, a);
}

static void op_text(const struct trace *tr, u32 i, char *buf, size_t sz)
{
	const struct trace_op *op = &tr->ops[i];
	char a[TEXT_SZ], c[TEXT_SZ], more[TEXT_SZ], soft[40];

	ref_text(tr, op->a, a, sizeof(a));
	ref_text(tr, op->c, c, sizeof(c));
	soft_text(op, i, soft, sizeof(soft));
	switch (op->kind) {
	case LSKEL_OP_SYS:
		sys_detail(tr, &tr->chunks[op->a.chunk], more, sizeof(more));
		snprintf(buf, sz, "%s = %s%s%s", c, cmd_name(op->arg), more, soft);
		break;
	case LSKEL_OP_FIND:
		snprintf(buf, sz, "%s = BTF id of %s, kind %u%s", c, a, op->arg, soft);
		break;
	case LSKEL_OP_KSYM:
		snprintf(buf, sz, "%s = address of %s%s", c, a, soft);
		break;
	case LSKEL_OP_ADDR:
		snprintf(buf, sz, "%s = &%s", c, data_text(tr, op->a, a, sizeof(a)));
		break;
	case LSKEL_OP_COPY:
		copy_text(tr, i, a, c, buf, sz);
		break;
	case LSKEL_OP_CLOSE:
		snprintf(buf, sz, "close %s%s", a, op->arg ? " after a failure" : "");
		break;
	}
}

static bool loads_prog(const struct trace *tr, const struct trace_span *span)
{
	u32 i;

	for (i = span->first_op; span->kind == SUBJ_PROG && i < span->first_op + span->op_cnt; i++)
		if (tr->ops[i].kind == LSKEL_OP_SYS && tr->ops[i].arg == BPF_PROG_LOAD)
			return true;
	return false;
}

static void explain_poison(const struct trace *tr, const struct trace_span *span, FILE *f)
{
	u32 i;

	for (i = 0; loads_prog(tr, span) && i < tr->poison_cnt; i++)
		if (tr->poisons[i].prog == span->idx)
			fprintf(f, "        insn %u must not be reached: %s: not in the kernel's BTF\n", tr->poisons[i].insn,
				tr->poisons[i].what);
}

void trace_explain(const struct object *obj, const struct trace *tr, FILE *f)
{
	char subject[TEXT_SZ], text[3 * TEXT_SZ];
	u32 s, i;

	for (s = 0; s < tr->span_cnt; s++) {
		const struct trace_span *span = &tr->spans[s];

		fprintf(f, "%s\n", subject_text(obj, tr, span, subject, sizeof(subject)));
		explain_poison(tr, span, f);
		for (i = span->first_op; i < span->first_op + span->op_cnt; i++) {
			op_text(tr, i, text, sizeof(text));
			fprintf(f, "%6u  %s%s\n", i, text, i == tr->unwind_op ? "  (errors go here)" : "");
		}
	}
}

static void json_pair(FILE *f, const char *key, const char *val)
{
	fprintf(f, ", \"%s\": ", key);
	json_str(f, val);
}

static void json_op(const struct object *obj, const struct trace *tr, const struct trace_span *span, u32 i, FILE *f)
{
	const struct trace_op *op = &tr->ops[i];
	char subject[TEXT_SZ], text[3 * TEXT_SZ];

	fprintf(f, "{\"op\": %u", i);
	json_pair(f, "kind", kind_names[op->kind]);
	json_pair(f, "subject", subject_text(obj, tr, span, subject, sizeof(subject)));
	if (op->kind == LSKEL_OP_SYS)
		json_pair(f, "cmd", cmd_name(op->arg));
	if (op->kind == LSKEL_OP_FIND)
		fprintf(f, ", \"btf_kind\": %u", op->arg);
	if (op->soft)
		fprintf(f, ", \"soft\": true, \"skip\": %u", op->skip);
	if (op->kind == LSKEL_OP_COPY && op->skip)
		fprintf(f, ", \"min\": %u, \"skip\": %u", op->min, op->skip);
	if (op->kind == LSKEL_OP_CLOSE && op->arg)
		fprintf(f, ", \"after_failure\": true");
	json_pair(f, "a", ref_text(tr, op->a, text, sizeof(text)));
	if (op->kind != LSKEL_OP_CLOSE)
		json_pair(f, "c", ref_text(tr, op->c, text, sizeof(text)));
	op_text(tr, i, text, sizeof(text));
	json_pair(f, "text", text);
	fputc('}', f);
}

void trace_explain_json(const struct object *obj, const struct trace *tr, FILE *f)
{
	u32 s, i;

	fprintf(f, "{\"object\": ");
	json_str(f, obj->name);
	fprintf(f, ", \"byte_order\": \"%s\", \"unwind\": %u, \"operations\": [", obj->big_endian ? "big" : "little",
		tr->unwind_op);
	for (s = 0; s < tr->span_cnt; s++) {
		const struct trace_span *span = &tr->spans[s];

		for (i = span->first_op; i < span->first_op + span->op_cnt; i++) {
			fprintf(f, "%s\n", i ? "," : "");
			json_op(obj, tr, span, i, f);
		}
	}
	fprintf(f, "\n]");
	for (i = 0; i < tr->poison_cnt; i++) {
		const struct trace_poison *p = &tr->poisons[i];

		fprintf(f, "%s\n{\"insn\": %u", i ? "," : ", \"must_not_be_reached\": [", p->insn);
		json_pair(f, "prog", obj->funcs[tr->progs[p->prog].func].name);
		json_pair(f, "what", p->what);
		fputc('}', f);
	}
	fprintf(f, "%s}\n", tr->poison_cnt ? "\n]" : "");
}
