// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The order of a load. What each part takes is in progs.c, maps.c and syms.c. */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

static void btf_record(struct rec *r)
{
	struct build *b = &r->b;
	bool must = progs_need_btf(r) || maps_need_btf(r);
	const void *raw;
	u32 raw_sz, attr, btf, fallback, over;

	if (!r->has_btf)
		return;
	if (r->trim ? trim_data(r->trim, &raw, &raw_sz) : !(raw = btf__raw_data(b->obj->btf, &raw_sz))) {
		b->ret = err_set(b->err, -ENOMEM, "BTF: out of memory");
		return;
	}
	btf = chunk_new(b, CHUNK_BTF, raw, raw_sz, false, "btf");
	attr = chunk_attr(b, BPF_BTF_LOAD, "btf");
	attr_u32(b, attr, offsetof(union bpf_attr, btf_size), raw_sz);
	attr_u32(b, attr, offsetof(union bpf_attr, btf_log_level), 0); /* the runtime may ask for a log */
	span_begin(b, SUBJ_BTF, 0);
	attr_ptr(b, attr, offsetof(union bpf_attr, btf), ref(btf, 0));
	if (must) {
		op_sys(b, attr, b->btf_fd, false, 0);
		span_end(b);
		return;
	}
	/* success skips the jump to the fallback, and then jumps over it */
	op_sys(b, attr, b->btf_fd, true, 1);
	fallback = op_jump(b);
	over = op_jump(b);
	op_land(b, fallback);
	op_copy(b, b->zero, b->btf_fd);
	maps_drop_btf(r);
	progs_drop_btf(r);
	op_land(b, over);
	span_end(b);
}

/*
 * Close what is open on the way out: after an error everything, after success what programs and maps hold
 * themselves.
 */
static void end_record(struct rec *r)
{
	struct build *b = &r->b;
	struct trace *tr = b->tr;
	u32 i, success;

	span_begin(b, SUBJ_END, 0);
	success = op_jump(b);
	tr->unwind_op = tr->op_cnt;
	for (i = 0; i < tr->prog_cnt; i++)
		if (tr->progs[i].link.chunk)
			op_close(b, tr->progs[i].link);
	for (i = 0; i < tr->prog_cnt; i++)
		op_close(b, tr->progs[i].fd);
	for (i = 0; i < tr->map_cnt && !b->ret; i++) {
		op_close(b, tr->maps[i].fd);
		if (r->maps[i].inner.attr)
			op_close(b, r->maps[i].inner.fd);
	}
	op_land(b, success);
	if (r->has_btf)
		op_close(b, b->btf_fd);
	maps_close_ops(r);
	for (i = 0; i < tr->sym_cnt; i++)
		if (!tr->syms[i].kallsyms)
			op_close(b, cell_hi(b, r->syms[i].cell));
	op_copy(b, b->zero, ref(CHUNK_ID_HDR, offsetof(struct lskel_hdr, magic)));
	op_copy(b, b->zero, ref(CHUNK_ID_HDR, offsetof(struct lskel_hdr, pc)));
	span_end(b);
}

/*
 * Room for the descriptor of a BPF token, behind what a command uses: the runtime puts it there, and
 * makes the command that long, if it has got one (lskel/runtime/token.h).
 */
static void token_room(struct build *b)
{
	static const struct {
		u8 cmd, end;
	} room[] = { { BPF_MAP_CREATE, 80 }, { BPF_PROG_LOAD, 148 }, { BPF_BTF_LOAD, 40 } };
	u32 i, j;

	for (i = 0; !b->ret && i < b->tr->chunk_cnt; i++)
		for (j = 0; b->tr->chunks[i].kind == CHUNK_ATTR && j < ARRAY_SIZE(room); j++)
			if (b->tr->chunks[i].cmd == room[j].cmd && b->tr->chunks[i].sz < room[j].end)
				b->tr->chunks[i].sz = room[j].end;
}

static int record_init(struct rec *r, const struct object *obj, const struct trace_opts *opts,
		       struct lsk_err *err)
{
	struct build *b = &r->b;
	u32 i;

	b->obj = obj;
	b->err = err;
	r->target_has_no_btf = opts && opts->target_has_no_btf;
	r->no_line_info = opts && opts->no_line_info;
	r->fixed = opts && opts->fixed;
	r->has_btf = obj->btf && !(opts && opts->no_btf) && !r->target_has_no_btf;
	b->tr = calloc(1, sizeof(*b->tr));
	r->maps = calloc(obj->map_cnt + 1, sizeof(*r->maps));
	if (!b->tr || !r->maps)
		return err_set(err, -ENOMEM, "out of memory");
	b->tr->big_endian = obj->big_endian;
	b->tr->maps = calloc(obj->map_cnt + 1, sizeof(*b->tr->maps));
	if (!b->tr->maps)
		return err_set(err, -ENOMEM, "out of memory");
	b->tr->map_cnt = obj->map_cnt;
	chunk_new(b, CHUNK_HDR, NULL, r->fixed ? LSKEL_HOST_OFF + sizeof(struct lskel_host) : sizeof(struct lskel_hdr), true, "header");
	chunk_new(b, CHUNK_CELLS, NULL, 0, true, "cells");
	/* a BTF look-up's {id, fd} pair never starts at 0: a kfunc's offset 0 means vmlinux */
	chunk_new(b, CHUNK_FD_ARRAY, NULL, 4 * (obj->map_cnt < 2 ? 2 : obj->map_cnt), true, "fd_array");
	chunk_new(b, CHUNK_CONST, NULL, 0, false, "constants");
	b->zero = ref(CHUNK_ID_HDR, offsetof(struct lskel_hdr, resv[0]));
	b->scratch = ref(CHUNK_ID_HDR, offsetof(struct lskel_hdr, resv[1]));
	if (r->has_btf)
		b->btf_fd = cell_new(b, 4, -1, "btf.fd");
	for (i = 0; i < obj->map_cnt && !b->ret; i++) {
		b->tr->maps[i].fd = ref(CHUNK_ID_FD_ARRAY, 4 * i);
		put32(chunk(b, CHUNK_ID_FD_ARRAY)->data + 4 * i, obj->big_endian, -1);
		cell_name(b, b->tr->maps[i].fd, 4, "map '%s'.fd", obj->maps[i].name);
	}
	return b->ret;
}

static int core_init(struct rec *r, const struct trace_opts *opts)
{
	const struct object *obj = r->b.obj;
	u32 i;
	int ret;

	if (!opts || !opts->kernel_btf || !obj->btf)
		return 0;
	ret = core_new(obj->btf, obj->big_endian ? CORE_BIG_ENDIAN : 0, &r->core);
	if (!ret)
		ret = core_add_target(r->core, opts->kernel_btf);
	for (i = 0; !ret && i < opts->module_btf_cnt; i++)
		ret = core_add_target(r->core, opts->module_btfs[i]);
	return ret ? err_set(r->b.err, ret, "CO-RE: out of memory") : 0;
}

/* What refers to the BTF is recorded with ids and string offsets of the BTF that will be loaded. */
static int trim_btf(struct rec *r, const struct trace_opts *opts)
{
	int ret;

	if (!r->has_btf || (opts && opts->full_btf))
		return 0;
	ret = trim_new(r->b.obj->btf, r->b.obj->big_endian, &r->trim);
	if (ret == -ENOTSUP) /* kinds of types that are not known here */
		return 0;
	if (!ret) {
		progs_keep_btf(r);
		maps_keep_btf(r);
		ret = trim_run(r->trim);
	}
	return ret ? err_set(r->b.err, ret, "BTF: out of memory") : 0;
}

static void record_free(struct rec *r)
{
	u32 i;

	for (i = 0; r->b.tr && i < r->b.tr->prog_cnt && r->progs; i++)
		link_free(&r->progs[i].l);
	for (i = 0; r->b.tr && i < r->b.tr->sym_cnt && r->syms; i++) {
		free(r->syms[i].uses);
		free(r->syms[i].module);
	}
	core_free(r->core);
	trim_free(r->trim);
	free(r->progs);
	free(r->syms);
	free(r->maps);
}

int trace_record(const struct object *obj, struct trace **trace, struct lsk_err *err)
{
	return trace_record_opts(obj, NULL, trace, err);
}

int trace_record_opts(const struct object *obj, const struct trace_opts *opts, struct trace **trace,
		      struct lsk_err *err)
{
	struct rec r = {};
	int ret;

	ret = record_init(&r, obj, opts, err);
	if (!ret)
		ret = fixed_check(&r, opts);
	if (!ret)
		ret = core_init(&r, opts);
	if (!ret)
		ret = progs_prepare(&r);
	if (!ret)
		ret = trim_btf(&r, opts);
	if (!ret)
		ret = progs_encode(&r);
	if (!ret) {
		maps_prepare(&r);
		btf_record(&r);
		syms_record(&r);
		maps_record(&r);
		maps_record_inits(&r, false);
		progs_record(&r);
		maps_record_inits(&r, true);
		if (opts && opts->attaches)
			progs_attach(&r, opts->attaches);
		end_record(&r);
		fixed_hash(&r);
		if (!r.fixed)
			token_room(&r.b);
		ret = r.b.ret;
	}
	record_free(&r);
	if (ret)
		trace_free(r.b.tr);
	else
		*trace = r.b.tr;
	return ret;
}

void trace_free(struct trace *tr)
{
	u32 i;

	if (!tr)
		return;
	for (i = 0; i < tr->chunk_cnt; i++) {
		free(tr->chunks[i].name);
		free(tr->chunks[i].data);
	}
	for (i = 0; i < tr->sym_cnt; i++) {
		free(tr->syms[i].name);
		free(tr->syms[i].what);
		free(tr->syms[i].users);
	}
	for (i = 0; i < tr->cell_cnt; i++)
		free(tr->cells[i].name);
	for (i = 0; i < tr->poison_cnt; i++)
		free(tr->poisons[i].what);
	free(tr->poisons);
	free(tr->chunks);
	free(tr->ops);
	free(tr->spans);
	free(tr->syms);
	free(tr->maps);
	free(tr->progs);
	free(tr->sizes);
	free(tr->cells);
	free(tr);
}
