// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs: link, point at maps by fd_array index, note which kernel symbols are needed, PROG_LOAD. */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#define ATTR(field) offsetof(union bpf_attr, field)

void insn_encode(const struct insn *insn, bool big_endian, u8 out[8])
{
	out[0] = insn->code;
	out[1] = big_endian ? insn->dst << 4 | insn->src : insn->src << 4 | insn->dst;
	put16(out + 2, big_endian, insn->off);
	put32(out + 4, big_endian, insn->imm);
}

/* "bpf_task_acquire___one" is another local prototype of bpf_task_acquire. */
static char *essential_name(const char *name)
{
	const char *flavor = strstr(name, "___");

	return flavor && flavor != name ? strndup(name, flavor - name) : strdup(name);
}

/*
 * A weak symbol of a kernel without BTF is not there, and nobody need look. A call becomes one of a function that does not
 * exist: where there is no BTF, any kfunc call is refused, even in dead code.
 */
static bool is_surely_absent(const struct rec *r, const struct obj_extern *ext)
{
	return r->target_has_no_btf && ext->weak && ext->kind != EXT_KSYM;
}

static void set_absent(struct rec_prog *p, const struct obj_relo *relo)
{
	struct insn *insn = &p->l.insns[relo->insn];

	if (relo->kind == RELO_KFUNC) {
		core_poison(p->l.insns, p->l.insn_cnt, relo->insn);
		return;
	}
	insn[0].src = 0;
	insn[0].imm = 0;
	insn[1].imm = 0;
}

static void use_extern(struct rec *r, u32 prog, const struct obj_relo *relo, struct insn *insn)
{
	struct build *b = &r->b;
	const struct obj_extern *ext = &b->obj->externs[relo->ref];
	struct sym_use use = { .prog = prog, .insn = relo->insn };
	char *name = ext->kind == EXT_FUNC ? essential_name(ext->name) : strdup(ext->name);

	if (!name) {
		b->ret = err_set(b->err, -ENOMEM, "out of memory");
		return;
	}
	if (relo->kind == RELO_KFUNC) {
		/* imm 0, off 0 is what the verifier tolerates in dead code: a weak kfunc that is not there */
		insn->src = BPF_PSEUDO_KFUNC_CALL;
		insn->imm = 0;
		insn->off = 0;
		use.kind = USE_CALL;
		syms_use(r, EXT_FUNC, "kfunc", name, BTF_KIND_FUNC, ext->weak, use);
	} else {
		/* a weak symbol's instruction is a plain 0 until it is found */
		insn->src = ext->kind == EXT_KSYM || ext->weak ? 0 : BPF_PSEUDO_BTF_ID;
		insn[0].imm = 0;
		insn[1].imm = 0;
		use.kind = USE_ADDR;
		syms_use(r, ext->kind, "ksym", name, ext->kind == EXT_FUNC ? BTF_KIND_FUNC : BTF_KIND_VAR, ext->weak, use);
	}
	free(name);
}

static int resolve_relos(struct rec *r, u32 prog)
{
	struct rec_prog *p = &r->progs[prog];
	u32 i;

	for (i = 0; i < p->l.relo_cnt; i++) {
		const struct obj_relo *relo = &p->l.relos[i];
		struct insn *insn = &p->l.insns[relo->insn];

		switch (relo->kind) {
		case RELO_MAP:
			insn[0].src = BPF_PSEUDO_MAP_IDX;
			insn[0].imm = relo->ref;
			insn[1].imm = 0;
			p->uses_fd_array = true;
			break;
		case RELO_MAP_VALUE:
			insn[0].src = BPF_PSEUDO_MAP_IDX_VALUE;
			insn[0].imm = relo->ref;
			insn[1].imm = relo->off;
			p->uses_fd_array = true;
			break;
		default:
			if (is_surely_absent(r, &r->b.obj->externs[relo->ref])) {
				set_absent(p, relo);
				break;
			}
			if (relo->kind == RELO_KFUNC)
				p->uses_fd_array = true; /* the kfunc may turn out to be a module's */
			use_extern(r, prog, relo, insn);
		}
	}
	return r->b.ret;
}

/* What a program attaches to is part of loading it, where its type says so. */
static int use_attach_target(struct rec *r, u32 prog, const struct obj_func *f)
{
	struct build *b = &r->b;
	struct sym_use use = { .kind = USE_ATTACH, .prog = prog };
	const char *target = f->attach_target;
	char name[256];
	int kind;

	if (!(f->def->flags & SEC_ATTACH_BTF))
		return 0;
	if (sec_may_target_prog(f->def)) {
		/* the runtime writes these, if the target is another program's */
		attr_u32(b, b->tr->progs[prog].attr, ATTR(attach_btf_id), 0);
		attr_u32(b, b->tr->progs[prog].attr, ATTR(attach_prog_fd), 0);
		if (f->def->prog_type == BPF_PROG_TYPE_EXT || !target || !*target)
			return b->ret;
	}
	if (!target || !*target) {
		if (!f->autoload)
			return 0;
		return err_set(b->err, -EINVAL, "prog '%s': SEC(\"%s\") names no attach target", f->name, f->sec_name);
	}
	if (strchr(target, ':'))
		target = strchr(target, ':') + 1;
	kind = sec_attach_btf(f->def, target, name, sizeof(name));
	if (kind < 0)
		return err_set(b->err, kind, "prog '%s': attach target '%s' is too long", f->name, target);
	syms_use(r, EXT_FUNC, "attach target", target == f->attach_target ? name : f->attach_target, kind, false, use);
	return b->ret;
}

static void encode_insns(struct rec *r, struct rec_prog *p, const char *name)
{
	struct build *b = &r->b;
	u32 i;

	p->insns = chunk_new(b, CHUNK_INSNS, NULL, 8 * p->l.insn_cnt, true, "prog '%s'", name);
	for (i = 0; !b->ret && i < p->l.insn_cnt; i++)
		insn_encode(&p->l.insns[i], b->tr->big_endian, chunk(b, p->insns)->data + 8 * i);
}

/* @words u32 fields a record, written by @fill; returns the chunk. */
static u32 encode_records(struct rec *r, enum chunk_kind kind, const struct linked *l, u32 cnt, u32 words, const char *name,
			  void (*fill)(const struct rec *r, const struct linked *l, u32 i, u32 *rec))
{
	struct build *b = &r->b;
	u32 id = chunk_new(b, kind, NULL, 4 * words * cnt, false, "prog '%s'", name), i, j;
	u32 rec[4];

	for (i = 0; !b->ret && i < cnt; i++) {
		fill(r, l, i, rec);
		for (j = 0; j < words; j++)
			put32(chunk(b, id)->data + 4 * (words * i + j), b->tr->big_endian, rec[j]);
	}
	return id;
}

static u32 func_id(const struct object *obj, const struct linked *l, u32 i)
{
	const struct obj_func *entry = &obj->funcs[l->funcs[0].func];
	const struct obj_func *func = &obj->funcs[l->funcs[i].func];

	return i ? obj_func_btf_id(func, entry->def->prog_type) : func->btf_id;
}

static void fill_func(const struct rec *r, const struct linked *l, u32 i, u32 *rec)
{
	rec[0] = l->funcs[i].start;
	rec[1] = trim_id(r->trim, func_id(r->b.obj, l, i));
}

static void fill_line(const struct rec *r, const struct linked *l, u32 i, u32 *rec)
{
	rec[0] = l->lines[i].insn;
	rec[1] = trim_str(r->trim, l->lines[i].file_off);
	rec[2] = trim_str(r->trim, l->lines[i].line_off);
	rec[3] = l->lines[i].line_col;
}

static void fill_core(const struct rec *r, const struct linked *l, u32 i, u32 *rec)
{
	rec[0] = 8 * l->cores[i].insn; /* bytes, unlike the others */
	rec[1] = trim_id(r->trim, l->cores[i].type_id);
	rec[2] = trim_access_str(r->trim, &l->cores[i]);
	rec[3] = l->cores[i].kind;
}

static void encode_btf_records(struct rec *r, struct rec_prog *p, u32 attr, const char *name)
{
	struct build *b = &r->b;
	const struct linked *l = &p->l;

	if (!r->has_btf)
		return;
	if (l->has_func_info) {
		p->func_info = encode_records(r, CHUNK_FUNC_INFO, l, l->func_cnt, 2, name, fill_func);
		attr_u32(b, attr, ATTR(func_info_rec_size), 8);
		attr_u32(b, attr, ATTR(func_info_cnt), l->func_cnt);
	}
	if (l->has_line_info) {
		p->line_info = encode_records(r, CHUNK_LINE_INFO, l, l->line_cnt, 4, name, fill_line);
		attr_u32(b, attr, ATTR(line_info_rec_size), 16);
		attr_u32(b, attr, ATTR(line_info_cnt), l->line_cnt);
	}
	if (l->core_cnt) {
		p->core = encode_records(r, CHUNK_CORE_RELO, l, l->core_cnt, 4, name, fill_core);
		attr_u32(b, attr, ATTR(core_relo_cnt), l->core_cnt);
		attr_u32(b, attr, ATTR(core_relo_rec_size), 16);
	}
}

/* Whose absence is only a matter of being reached: for people to know. */
static int note_poison(struct rec *r, const struct rec_prog *p)
{
	struct trace *tr = r->b.tr;
	struct trace_poison *poison;
	char what[512];
	u32 i;

	for (i = 0; i < p->l.core_cnt; i++) {
		const struct obj_core *relo = &p->l.cores[i];

		if (relo->insn >= p->l.insn_cnt || p->l.insns[relo->insn].imm != CORE_POISON_IMM)
			continue;
		core_describe(r->core, relo, what, sizeof(what));
		poison = PUSH(tr->poisons, tr->poison_cnt, r->poison_cap);
		if (!poison)
			return -ENOMEM;
		*poison = (struct trace_poison){ tr->prog_cnt - 1, relo->insn, strdup(what) };
		if (!poison->what)
			return -ENOMEM;
	}
	return 0;
}

/* Resolved here, the records are of no more use. What isn't loaded by default must not keep others from it. */
static int resolve_core(struct rec *r, struct rec_prog *p, const struct obj_func *f)
{
	struct lsk_err why = {};
	u32 i;
	int ret;

	if (!r->core)
		return 0; /* the kernel does it */
	ret = core_apply(r->core, p->l.cores, p->l.core_cnt, p->l.insns, p->l.insn_cnt, !f->autoload, &why);
	if (ret)
		return err_set(r->b.err, ret, "prog '%s': %s", f->name, why.msg);
	ret = note_poison(r, p);
	if (ret)
		return err_set(r->b.err, ret, "prog '%s': out of memory", f->name);
	for (i = 0; i < p->l.core_cnt; i++) {
		const struct obj_core *relo = &p->l.cores[i];

		if (relo->kind == CORE_ID_LOCAL && relo->insn < p->l.insn_cnt &&
		    p->l.insns[relo->insn].imm != CORE_POISON_IMM)
			p->l.cores[p->local_id_cnt++] = *relo;
	}
	p->l.core_cnt = 0;
	return 0;
}

static int prog_prepare(struct rec *r, u32 func)
{
	struct build *b = &r->b;
	const struct obj_func *f = &b->obj->funcs[func];
	struct rec_prog *p = PUSH(r->progs, (u32){ b->tr->prog_cnt }, r->prog_cap);
	struct trace_prog *tp = PUSH(b->tr->progs, b->tr->prog_cnt, r->trace_prog_cap);
	u32 prog = b->tr->prog_cnt - 1;
	int ret;

	if (!p || !tp)
		return err_set(b->err, -ENOMEM, "out of memory");
	if (!f->def)
		return err_set(b->err, -EINVAL, "prog '%s': section '%s' names no program type", f->name, f->sec_name);
	memset(p, 0, sizeof(*p));
	ret = link_prog(b->obj, func, &p->l, b->err);
	if (!ret)
		ret = nobtf_check_prog(r, f, &p->l);
	if (!ret)
		ret = resolve_core(r, p, f);
	if (ret)
		return ret;
	if (r->no_line_info)
		p->l.has_line_info = false;
	if (r->has_btf && p->l.core_cnt && !p->l.has_func_info && !p->l.has_line_info)
		return err_set(b->err, -EINVAL, "prog '%s': CO-RE relocations without func_info: "
			       "kernels before 7.3 would ignore them", f->name);
	tp->func = func;
	tp->fd = cell_new(b, 4, -1, "prog '%s'.fd", f->name);
	tp->attr = chunk_attr(b, BPF_PROG_LOAD, "prog '%s'", f->name);
	attr_u32(b, tp->attr, ATTR(prog_type), f->def->prog_type);
	attr_u32(b, tp->attr, ATTR(insn_cnt), p->l.insn_cnt);
	attr_u32(b, tp->attr, ATTR(kern_version), b->obj->kern_version);
	attr_u32(b, tp->attr, ATTR(prog_flags), (f->def->flags & SEC_SLEEPABLE ? BPF_F_SLEEPABLE : 0) |
		 (f->def->flags & SEC_XDP_FRAGS ? BPF_F_XDP_HAS_FRAGS : 0));
	attr_name(b, tp->attr, ATTR(prog_name), f->name);
	attr_u32(b, tp->attr, ATTR(expected_attach_type), f->def->expected_attach_type);
	if (f->def->prog_type == BPF_PROG_TYPE_STRUCT_OPS) {
		/* the struct and the member's number: found by the runtime, as is what goes into the map's attr */
		attr_u32(b, tp->attr, ATTR(attach_btf_id), 0);
		attr_u32(b, tp->attr, ATTR(attach_btf_obj_fd), 0);
	}
	ret = resolve_relos(r, prog);
	if (!ret)
		ret = use_attach_target(r, prog, f);
	return ret ? ret : b->ret;
}

int progs_prepare(struct rec *r)
{
	u32 i;
	int ret = 0;

	for (i = 0; !ret && i < r->b.obj->func_cnt; i++)
		if (r->b.obj->funcs[i].is_prog)
			ret = prog_prepare(r, i);
	return ret;
}

void progs_keep_btf(struct rec *r)
{
	u32 i, j;

	for (i = 0; i < r->b.tr->prog_cnt; i++) {
		const struct rec_prog *p = &r->progs[i];

		for (j = 0; p->l.has_func_info && j < p->l.func_cnt; j++)
			trim_keep_func(r->trim, func_id(r->b.obj, &p->l, j), !j);
		for (j = 0; j < p->l.core_cnt || j < p->local_id_cnt; j++)
			trim_keep_core(r->trim, &p->l.cores[j]);
	}
}

int progs_encode(struct rec *r)
{
	u32 i, j;

	for (i = 0; i < r->b.tr->prog_cnt && !r->b.ret; i++) {
		const struct trace_prog *tp = &r->b.tr->progs[i];
		const char *name = r->b.obj->funcs[tp->func].name;
		struct rec_prog *p = &r->progs[i];

		for (j = 0; j < p->local_id_cnt; j++)
			p->l.insns[p->l.cores[j].insn].imm = trim_id(r->trim, p->l.cores[j].type_id);
		encode_btf_records(r, p, tp->attr, name);
		encode_insns(r, p, name);
	}
	return r->b.ret;
}

bool progs_need_btf(const struct rec *r)
{
	u32 i;

	for (i = 0; i < r->b.tr->prog_cnt; i++)
		if (r->progs[i].core)
			return true; /* only the kernel can resolve them, and only with this BTF */
	return false;
}

void progs_drop_btf(struct rec *r)
{
	struct build *b = &r->b;
	u32 i;

	for (i = 0; i < b->tr->prog_cnt; i++) {
		if (r->progs[i].func_info)
			op_copy(b, b->zero, ref(b->tr->progs[i].attr, ATTR(func_info_cnt)));
		if (r->progs[i].line_info)
			op_copy(b, b->zero, ref(b->tr->progs[i].attr, ATTR(line_info_cnt)));
	}
}

/* In spans of their own, so that a program that is switched off is not attached either. */
void progs_attach(struct rec *r, bool (*attaches)(const struct obj_func *func))
{
	struct build *b = &r->b;
	u32 i, attr, guard = 0;

	for (i = 0; i < b->tr->prog_cnt && !b->ret; i++) {
		const struct obj_func *f = &b->obj->funcs[b->tr->progs[i].func];

		if (!attaches(f))
			continue;
		b->tr->progs[i].link = cell_new(b, 4, -1, "prog '%s'.link", f->name);
		attr = chunk_attr(b, BPF_LINK_CREATE, "link of prog '%s'", f->name);
		attr_u32(b, attr, ATTR(link_create.attach_type), f->def->expected_attach_type);
		attr_u32(b, attr, ATTR(link_create.flags), 0);
		span_begin(b, SUBJ_PROG, i);
		if (!f->autoload)
			guard = op_jump(b);
		attr_copy(b, attr, ATTR(link_create.prog_fd), b->tr->progs[i].fd);
		op_sys(b, attr, b->tr->progs[i].link, false);
		if (!f->autoload)
			op_land(b, guard);
		span_end(b);
	}
}

void progs_record(struct rec *r)
{
	struct build *b = &r->b;
	u32 license = chunk_str(b, b->obj->license ? b->obj->license : ""), i, guard = 0;

	for (i = 0; i < b->tr->prog_cnt && !b->ret; i++) {
		const struct rec_prog *p = &r->progs[i];
		u32 attr = b->tr->progs[i].attr;
		bool autoload = b->obj->funcs[b->tr->progs[i].func].autoload;

		span_begin(b, SUBJ_PROG, i);
		if (!autoload)
			guard = op_jump(b);
		attr_ptr(b, attr, ATTR(insns), ref(p->insns, 0));
		attr_ptr(b, attr, ATTR(license), ref(license, 0));
		if (p->func_info || p->line_info)
			attr_copy(b, attr, ATTR(prog_btf_fd), b->btf_fd);
		if (p->func_info)
			attr_ptr(b, attr, ATTR(func_info), ref(p->func_info, 0));
		if (p->line_info)
			attr_ptr(b, attr, ATTR(line_info), ref(p->line_info, 0));
		if (p->core)
			attr_ptr(b, attr, ATTR(core_relos), ref(p->core, 0));
		if (p->uses_fd_array)
			attr_ptr(b, attr, ATTR(fd_array), ref(CHUNK_ID_FD_ARRAY, 0));
		fixed_log(r, attr);
		op_sys(b, attr, b->tr->progs[i].fd, false);
		if (!autoload)
			op_land(b, guard);
		span_end(b);
	}
}
