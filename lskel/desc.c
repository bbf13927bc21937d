// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "desc.h"
#include "attach.h"
#include "struct_ops.h"
#include "../gen_loader/object/kernel_types.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)SUBJ_BTF == LSKEL_SUBJ_BTF && (int)SUBJ_SYM == LSKEL_SUBJ_SYM &&
		       (int)SUBJ_MAP == LSKEL_SUBJ_MAP && (int)SUBJ_PROG == LSKEL_SUBJ_PROG &&
		       (int)SUBJ_END == LSKEL_SUBJ_END,
	       "subjects are copied by number");
_Static_assert((int)SIZE_PAGES == LSKEL_SIZE_PAGES && (int)SIZE_CPUS == LSKEL_SIZE_CPUS,
	       "rules are copied by number");

/* User indices are stored in 16 bits. */
#define MAX_PROGS 65535u

/* The arrays that a desc points to, writable, in one block with it. */
struct desc_mem {
	struct lskel_desc desc; /* first: desc_free() gets its address */
	struct lskel_map_row *maps;
	struct lskel_prog_row *progs;
	struct lskel_sym_row *syms;
	unsigned short *users;
	struct lskel_span *spans;
	struct lskel_size_row *sizes;
	struct lskel_kconfig_row *kconfigs;
	struct lskel_target_row *targets;
	char **modules; /* by program: of targets */
	unsigned int *links;
	struct lskel_ops_desc *ops;
};

bool desc_map_mmaps(const struct obj_map *map)
{
	if (map->arena_sz)
		return true;
	return map->kind != MAP_BTF && map->kind != MAP_STRUCT_OPS && (map->flags & BPF_F_MMAPABLE);
}

/* Whether a map's operations start with the guard that switches them off (see lskel/runtime/desc.h). */
static bool map_is_off(const struct trace *tr, u32 map)
{
	u32 i;

	for (i = 0; i < tr->span_cnt; i++) {
		const struct trace_span *span = &tr->spans[i];
		const struct trace_op *op = &tr->ops[span->first_op];

		if (span->kind == SUBJ_MAP && span->idx == map && span->op_cnt)
			return op->kind == LSKEL_OP_COPY && op->a.chunk == 0 && op->c.chunk == 0 &&
			       op->min == 1 && op->a.off == offsetof(struct lskel_hdr, resv[0]) &&
			       op->c.off == offsetof(struct lskel_hdr, resv[1]) && op->skip;
	}
	return false;
}

static u32 ref_off(const struct blob *blob, struct trace_ref ref)
{
	return blob->chunk_off[ref.chunk] + ref.off;
}

static void fill_maps(struct desc_mem *m, const struct object *obj, const struct trace *tr,
		      const struct blob *blob)
{
	u32 i;

	for (i = 0; i < tr->map_cnt; i++) {
		const struct trace_map *tm = &tr->maps[i];
		const struct obj_map *map = &obj->maps[i];
		struct lskel_map_row *row = &m->maps[i];

		row->name = map->name;
		row->attr = blob->chunk_off[tm->attr];
		row->fd = ref_off(blob, tm->fd);
		if (tm->value >= 0) {
			row->value = blob->chunk_off[tm->value];
			row->value_sz = map->arena_sz ? map->arena_sz : map->value_size;
		}
		if (desc_map_mmaps(map) && tm->value >= 0)
			row->flags |= LSKEL_MAP_MMAP;
		if (map->kind == MAP_RODATA || map->kind == MAP_KCONFIG)
			row->flags |= LSKEL_MAP_RDONLY;
		if (map->kind == MAP_KCONFIG)
			row->flags |= LSKEL_MAP_KCONFIG;
		if (map_is_off(tr, i))
			row->flags |= LSKEL_MAP_OFF;
		if (map->type == MAP_TYPE_ARENA)
			row->flags |= LSKEL_MAP_ARENA;
		if (map->pinning)
			row->flags |= LSKEL_MAP_PIN;
	}
}

static void fill_progs(struct desc_mem *m, const struct object *obj, const struct trace *tr,
		       const struct blob *blob)
{
	u32 i;

	for (i = 0; i < tr->prog_cnt; i++) {
		const struct obj_func *func = &obj->funcs[tr->progs[i].func];

		m->progs[i].name = func->name;
		m->progs[i].attr = blob->chunk_off[tr->progs[i].attr];
		m->progs[i].fd = ref_off(blob, tr->progs[i].fd);
		if (!func->autoload)
			m->progs[i].flags |= LSKEL_PROG_OFF;
		if (attach_how(func).runs)
			m->progs[i].flags |= LSKEL_PROG_APART;
		if (func->def && func->def->prog_type == BPF_PROG_TYPE_STRUCT_OPS)
			m->progs[i].flags |= LSKEL_PROG_OPS | LSKEL_PROG_APART;
	}
}

static void fill_syms(struct desc_mem *m, const struct trace *tr)
{
	u32 i, j, user = 0;

	for (i = 0; i < tr->sym_cnt; i++) {
		m->syms[i].what = tr->syms[i].what;
		m->syms[i].first_user = user;
		m->syms[i].user_cnt = tr->syms[i].user_cnt;
		for (j = 0; j < tr->syms[i].user_cnt; j++)
			m->users[user++] = (unsigned short)tr->syms[i].users[j];
	}
}

static void fill_spans_and_sizes(struct desc_mem *m, const struct trace *tr, const struct blob *blob)
{
	u32 i;

	for (i = 0; i < tr->span_cnt; i++) {
		m->spans[i].kind = tr->spans[i].kind;
		m->spans[i].idx = tr->spans[i].idx;
		m->spans[i].first_op = tr->spans[i].first_op;
		m->spans[i].op_cnt = tr->spans[i].op_cnt;
	}
	for (i = 0; i < tr->size_cnt; i++) {
		m->sizes[i].attr = blob->chunk_off[tr->sizes[i].attr];
		m->sizes[i].rule = tr->sizes[i].rule;
		m->sizes[i].map = tr->sizes[i].map;
	}
}

static unsigned int kconfig_flags(const struct obj_extern *ext)
{
	static const struct {
		const char *name;
		unsigned int flag;
	} host[] = {
		{ "LINUX_KERNEL_VERSION", LSKEL_KCONFIG_VERSION },
		{ "LINUX_HAS_BPF_COOKIE", LSKEL_KCONFIG_COOKIE },
		{ "LINUX_HAS_SYSCALL_WRAPPER", LSKEL_KCONFIG_WRAPPER },
	};
	unsigned int flags = (ext->weak ? LSKEL_KCONFIG_WEAK : 0u) | (ext->kcfg_set ? LSKEL_KCONFIG_SET : 0u);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(host); i++)
		if (!strcmp(ext->name, host[i].name))
			flags |= host[i].flag;
	return flags;
}

static u32 count_kconfigs(const struct object *obj)
{
	u32 i, cnt = 0;

	for (i = 0; i < obj->extern_cnt; i++)
		cnt += obj->externs[i].kind == EXT_KCONFIG;
	return cnt;
}

static void fill_kconfigs(struct desc_mem *m, const struct object *obj)
{
	struct lskel_kconfig_row *row = m->kconfigs;
	u32 i;

	for (i = 0; i < obj->extern_cnt; i++) {
		const struct obj_extern *ext = &obj->externs[i];

		if (ext->kind != EXT_KCONFIG)
			continue;
		row->name = ext->name;
		row->off = ext->off;
		row->sz = ext->size;
		row->flags = kconfig_flags(ext);
		row++;
	}
}

static void fill_loader(struct lskel_loader *dst, const struct loader *ld)
{
	if (!ld)
		return;
	dst->insns = ld->insns;
	dst->insns_sz = ld->insns_sz;
	dst->btf = ld->btf;
	dst->btf_sz = ld->btf_sz;
	dst->func_info = ld->func_info;
	dst->func_info_sz = ld->func_info_sz;
}

static int fill_targets(struct desc_mem *m, const struct object *obj, const struct trace *tr)
{
	struct lskel_target_row *row = m->targets;
	u32 i;

	for (i = 0; i < tr->prog_cnt; i++) {
		const struct obj_func *func = &obj->funcs[tr->progs[i].func];
		const char *target = func->attach_target, *colon;

		if (!sec_may_target_prog(func->def))
			continue;
		target = target && *target ? target : NULL;
		colon = target ? strchr(target, ':') : NULL;
		row->prog = i;
		row->func = colon ? colon + 1 : target;
		if (colon) {
			row->module = m->modules[i] = strndup(target, colon - target);
			if (!row->module)
				return -ENOMEM;
		}
		row->flags = !target || func->def->prog_type == BPF_PROG_TYPE_EXT ? LSKEL_TARGET_MUST : 0;
		row++;
	}
	m->desc.targets = m->targets;
	m->desc.target_cnt = (unsigned int)(row - m->targets);
	return 0;
}

static void fill_links(struct desc_mem *m, const struct trace *tr, const struct blob *blob)
{
	u32 i;

	for (i = 0; i < tr->prog_cnt; i++) {
		if (!tr->progs[i].link.chunk)
			continue;
		m->links[i] = ref_off(blob, tr->progs[i].link);
		m->desc.links = m->links;
	}
}

/* calloc() that always gives a pointer, so that NULL means -ENOMEM and empty tables need no special case. */
static void *table(u32 cnt, size_t row_sz)
{
	return calloc(cnt ? cnt : 1, row_sz);
}

static bool has_loader(const struct loader *ld)
{
	return ld && ld->insns_sz;
}

int desc_build(const struct object *obj, const struct trace *tr, const struct blob *blob,
	       const struct loader *loop, const struct loader *stepper, struct lskel_desc **desc,
	       struct lsk_err *err)
{
	struct desc_mem *m;
	u32 i, user_cnt = 0;

	if (tr->map_cnt != obj->map_cnt || (!has_loader(loop) && !has_loader(stepper)))
		return err_set(err, -EINVAL, "%s: the trace has %u maps where the object has %u", obj->name,
			       tr->map_cnt, obj->map_cnt);
	if (tr->prog_cnt > MAX_PROGS)
		return err_set(err, -E2BIG, "%s: %u programs, the most is %u", obj->name, tr->prog_cnt,
			       MAX_PROGS);
	for (i = 0; i < tr->sym_cnt; i++)
		user_cnt += tr->syms[i].user_cnt;

	m = calloc(1, sizeof(*m));
	if (!m)
		goto nomem;
	m->desc.map_cnt = tr->map_cnt;
	m->desc.prog_cnt = tr->prog_cnt;
	m->desc.sym_cnt = tr->sym_cnt;
	m->desc.span_cnt = tr->span_cnt;
	m->desc.size_cnt = tr->size_cnt;
	m->desc.kconfig_cnt = count_kconfigs(obj);
	m->desc.maps = m->maps = table(m->desc.map_cnt, sizeof(*m->maps));
	m->desc.progs = m->progs = table(m->desc.prog_cnt, sizeof(*m->progs));
	m->desc.syms = m->syms = table(m->desc.sym_cnt, sizeof(*m->syms));
	m->desc.users = m->users = table(user_cnt, sizeof(*m->users));
	m->desc.spans = m->spans = table(m->desc.span_cnt, sizeof(*m->spans));
	m->desc.sizes = m->sizes = table(m->desc.size_cnt, sizeof(*m->sizes));
	m->targets = table(m->desc.prog_cnt, sizeof(*m->targets));
	m->modules = table(m->desc.prog_cnt, sizeof(*m->modules));
	m->links = table(m->desc.prog_cnt, sizeof(*m->links));
	m->desc.kconfigs = m->kconfigs = table(m->desc.kconfig_cnt, sizeof(*m->kconfigs));
	if (!m->maps || !m->progs || !m->syms || !m->users || !m->spans || !m->sizes || !m->kconfigs ||
	    !m->targets || !m->modules || !m->links)
		goto nomem;

	m->desc.name = obj->name;
	m->desc.blob = blob->data;
	m->desc.blob_sz = blob->data_sz;
	m->desc.value_sz = blob->area + LSKEL_SLACK;
	m->desc.ops_off = blob->ops_off;
	m->desc.op_cnt = blob->op_cnt;
	fill_maps(m, obj, tr, blob);
	fill_progs(m, obj, tr, blob);
	fill_syms(m, tr);
	fill_spans_and_sizes(m, tr, blob);
	fill_kconfigs(m, obj);
	if (fill_targets(m, obj, tr))
		goto nomem;
	fill_links(m, tr, blob);
	fill_loader(&m->desc.loop, loop);
	fill_loader(&m->desc.stepper, stepper);
	if (struct_ops_build(obj, tr, &m->ops))
		goto nomem;
	m->desc.ops = m->ops;
	*desc = &m->desc;
	return 0;
nomem:
	desc_free(m ? &m->desc : NULL);
	return err_set(err, -ENOMEM, "%s: out of memory", obj->name);
}

void desc_free(struct lskel_desc *desc)
{
	struct desc_mem *m = (struct desc_mem *)desc;
	u32 i;

	if (!m)
		return;
	free(m->maps);
	free(m->progs);
	free(m->syms);
	free(m->users);
	free(m->spans);
	free(m->sizes);
	free(m->kconfigs);
	for (i = 0; m->modules && i < m->desc.prog_cnt; i++)
		free(m->modules[i]);
	free(m->modules);
	free(m->targets);
	free(m->links);
	struct_ops_drop(m->ops);
	free(m);
}
