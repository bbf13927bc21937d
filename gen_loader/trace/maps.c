// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps: MAP_CREATE, initial contents, freezing, and the references from one map to another or to programs. */
#include "record.h"

#include <errno.h>
#include <linux/bpf.h>

#define ATTR(field) offsetof(union bpf_attr, field)

/* Newer than the build host's header may be. */
#define MAP_TYPE_CGRP_STORAGE 32
#define ATTR_VALUE_TYPE_BTF_OBJ_FD 72 /* 6.9 */

bool map_is_local_storage(u32 type)
{
	return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
	       type == BPF_MAP_TYPE_TASK_STORAGE || type == MAP_TYPE_CGRP_STORAGE;
}

static void size_rule(struct rec *r, const struct obj_map *m, u32 attr, u32 map)
{
	struct build *b = &r->b;
	struct trace_size *s;
	enum trace_size_rule rule;

	if (m->type == BPF_MAP_TYPE_RINGBUF || m->type == BPF_MAP_TYPE_USER_RINGBUF)
		rule = SIZE_PAGES;
	else if (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && !m->max_entries)
		rule = SIZE_CPUS;
	else
		return;
	if (fixed_size(r, attr, rule, m->max_entries))
		return;
	s = PUSH(b->tr->sizes, b->tr->size_cnt, b->size_cap);
	if (!s) {
		b->ret = err_set(b->err, -ENOMEM, "out of memory");
		return;
	}
	*s = (struct trace_size){ .attr = attr, .map = map, .rule = rule };
}

static u32 map_value_id(const struct obj_map *m)
{
	return m->btf_value_id || m->arena_sz ? m->btf_value_id : m->btf_sec_id;
}

void maps_keep_btf(struct rec *r)
{
	const struct obj_map *m;
	u32 i;

	for (i = 0; i < r->b.obj->map_cnt; i++)
		for (m = &r->b.obj->maps[i]; m; m = m->inner) {
			trim_keep_type(r->trim, m->btf_key_id);
			trim_keep_type(r->trim, map_value_id(m));
		}
}

/* The attr as far as the file decides it. */
static void create_prepare(struct rec *r, const struct obj_map *m, u32 map, struct rec_create *c)
{
	struct build *b = &r->b;
	u32 value_id = map_value_id(m);

	c->attr = chunk_attr(b, BPF_MAP_CREATE, "map '%s'", m->name);
	attr_u32(b, c->attr, ATTR(map_type), m->type);
	attr_u32(b, c->attr, ATTR(key_size), m->key_size);
	attr_u32(b, c->attr, ATTR(value_size), m->value_size);
	attr_u32(b, c->attr, ATTR(max_entries), m->max_entries);
	attr_u32(b, c->attr, ATTR(map_flags), m->flags);
	if (m->flags & BPF_F_NUMA_NODE)
		attr_u32(b, c->attr, ATTR(numa_node), m->numa_node);
	attr_name(b, c->attr, ATTR(map_name), m->kernel_name);
	c->btf = r->has_btf && (m->btf_key_id || value_id);
	if (c->btf) {
		attr_u32(b, c->attr, ATTR(btf_key_type_id), trim_id(r->trim, m->btf_key_id));
		attr_u32(b, c->attr, ATTR(btf_value_type_id), trim_id(r->trim, value_id));
	}
	if (m->map_extra)
		attr_u64(b, c->attr, ATTR(map_extra), m->map_extra);
	if (m->kind == MAP_STRUCT_OPS) {
		/* what the kernel has is for the runtime to find and to fill in: see lskel/runtime/struct_ops.h */
		attr_u32(b, c->attr, ATTR(btf_vmlinux_value_type_id), 0);
		attr_u32(b, c->attr, ATTR_VALUE_TYPE_BTF_OBJ_FD, 0);
	}
	size_rule(r, m, c->attr, map);
}

void maps_prepare(struct rec *r)
{
	struct build *b = &r->b;
	u32 i;

	for (i = 0; i < b->obj->map_cnt && !b->ret; i++) {
		const struct obj_map *m = &b->obj->maps[i];
		struct rec_map *rm = &r->maps[i];

		if (!m->inner && (m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || m->type == BPF_MAP_TYPE_HASH_OF_MAPS)) {
			b->ret = err_set(b->err, -EINVAL, "map '%s': does not say what maps it holds", m->name);
			return;
		}
		if (nobtf_check_map(r, m) || (m->inner && nobtf_check_map(r, m->inner)))
			return;
		create_prepare(r, m, i, &rm->create);
		rm->create.fd = b->tr->maps[i].fd;
		b->tr->maps[i].attr = rm->create.attr;
		b->tr->maps[i].value = -1;
		if (m->arena_sz) /* for the runtime, which makes the arena */
			b->tr->maps[i].value = chunk_new(b, CHUNK_VALUE, m->data, m->arena_sz, true,
							 "map '%s' variables", m->name);
		if (m->inner) {
			create_prepare(r, m->inner, i, &rm->inner);
			rm->inner.fd = cell_new(b, 4, -1, "map '%s'.fd", m->inner->name);
		}
	}
}

bool maps_need_btf(const struct rec *r)
{
	u32 i;

	for (i = 0; i < r->b.obj->map_cnt; i++)
		if (map_is_local_storage(r->b.obj->maps[i].type) || r->b.obj->maps[i].kind == MAP_STRUCT_OPS)
			return true;
	return false;
}

static void create_drop_btf(struct build *b, const struct rec_create *c)
{
	if (!c->attr || !c->btf)
		return;
	op_copy(b, b->zero, ref(c->attr, ATTR(btf_key_type_id)));
	op_copy(b, b->zero, ref(c->attr, ATTR(btf_value_type_id)));
}

void maps_drop_btf(struct rec *r)
{
	u32 i;

	for (i = 0; i < r->b.obj->map_cnt; i++) {
		create_drop_btf(&r->b, &r->maps[i].create);
		create_drop_btf(&r->b, &r->maps[i].inner);
	}
}

static void create_record(struct rec *r, const struct obj_map *m, const struct rec_create *c)
{
	struct build *b = &r->b;
	u32 refused, fine;

	if (!c->btf && m->kind != MAP_STRUCT_OPS) {
		op_sys(b, c->attr, c->fd, false);
		return;
	}
	attr_copy(b, c->attr, ATTR(btf_fd), b->btf_fd);
	if (m->kind == MAP_STRUCT_OPS) {
		/* the kernel insists on a BTF, though the map's types are not in it */
		op_sys(b, c->attr, c->fd, false);
		return;
	}
	/*
	 * Local storages want their BTF, so a second try without it is useless. It is harmful, too: from 6.4 on, freeing a
	 * half-made local storage waits for a grace period that the loader itself holds up (sleepable programs are
	 * readers of it), so that a refusal hangs. One try only, hence, and never with BTF that wasn't accepted.
	 */
	if (map_is_local_storage(m->type)) {
		op_sys(b, c->attr, c->fd, false);
		return;
	}
	refused = op_sys(b, c->attr, c->fd, true);
	fine = op_jump(b);
	op_land(b, refused);
	op_copy(b, b->zero, ref(c->attr, ATTR(btf_fd)));
	create_drop_btf(b, c);
	op_sys(b, c->attr, c->fd, false);
	op_land(b, fine);
}

static void value_record(struct rec *r, u32 i)
{
	struct build *b = &r->b;
	const struct obj_map *m = &b->obj->maps[i];
	u32 key, value, attr;

	key = chunk_new(b, CHUNK_KEY, NULL, 4, false, "map '%s' key 0", m->name);
	value = chunk_new(b, CHUNK_VALUE, m->data, m->value_size, true, "map '%s' value", m->name);
	b->tr->maps[i].value = value;
	attr = chunk_attr(b, BPF_MAP_UPDATE_ELEM, "map '%s' value", m->name);
	attr_copy(b, attr, ATTR(map_fd), b->tr->maps[i].fd);
	attr_ptr(b, attr, ATTR(key), ref(key, 0));
	attr_ptr(b, attr, ATTR(value), ref(value, 0));
	op_sys(b, attr, b->scratch, false);
	if (m->kind == MAP_RODATA || m->kind == MAP_KCONFIG) {
		attr = chunk_attr(b, BPF_MAP_FREEZE, "map '%s' freeze", m->name);
		attr_copy(b, attr, ATTR(map_fd), b->tr->maps[i].fd);
		op_sys(b, attr, b->scratch, false);
	}
}

void maps_record(struct rec *r)
{
	struct build *b = &r->b;
	u32 i, guard = 0;

	for (i = 0; i < b->obj->map_cnt && !b->ret; i++) {
		const struct obj_map *m = &b->obj->maps[i];
		struct rec_map *rm = &r->maps[i];
		bool off = m->ops && !m->ops->autocreate;

		span_begin(b, SUBJ_MAP, i);
		if (off)
			guard = op_jump(b);
		if (m->inner) {
			create_record(r, m->inner, &rm->inner);
			attr_copy(b, rm->create.attr, ATTR(inner_map_fd), rm->inner.fd);
		}
		create_record(r, m, &rm->create);
		if (m->kind != MAP_BTF && m->kind != MAP_STRUCT_OPS)
			value_record(r, i);
		if (off)
			op_land(b, guard);
		span_end(b);
	}
}

/* Slots of one map: the attr is shared, key and fd are copied into it for each. */
static void inits_record(struct rec *r, u32 i)
{
	struct build *b = &r->b;
	const struct obj_map *m = &b->obj->maps[i];
	struct trace_ref key, fd;
	u32 attr, j, skip;

	key = cell_new(b, 8, 0, "map '%s' slot", m->name);
	fd = cell_new(b, 8, 0, "map '%s' slot value", m->name);
	attr = chunk_attr(b, BPF_MAP_UPDATE_ELEM, "map '%s' slot", m->name);
	attr_copy(b, attr, ATTR(map_fd), b->tr->maps[i].fd);
	attr_ptr(b, attr, ATTR(key), key);
	attr_ptr(b, attr, ATTR(value), fd);
	for (j = 0; j < m->init_cnt && !b->ret; j++) {
		const struct obj_map_init *init = &m->inits[j];
		struct trace_ref from;
		u32 p;

		if (init->is_prog) {
			for (p = 0; p < b->tr->prog_cnt && b->tr->progs[p].func != init->ref;)
				p++;
			if (p == b->tr->prog_cnt)
				continue;
			from = b->tr->progs[p].fd;
		} else {
			from = b->tr->maps[init->ref].fd;
		}
		skip = op_if_ge(b, from, 1, fd); /* switched off: the slot stays empty */
		op_copy(b, konst(b, init->slot), key);
		op_sys(b, attr, b->scratch, false);
		op_land(b, skip);
	}
}

void maps_close_ops(struct rec *r)
{
	u32 i;

	for (i = 0; i < r->b.obj->map_cnt && !r->b.ret; i++)
		if (r->b.obj->maps[i].kind == MAP_STRUCT_OPS)
			op_close(&r->b, ref(r->maps[i].create.attr, ATTR_VALUE_TYPE_BTF_OBJ_FD), false);
}

void maps_record_inits(struct rec *r, bool prog_arrays)
{
	struct build *b = &r->b;
	u32 i;

	for (i = 0; i < b->obj->map_cnt && !b->ret; i++) {
		const struct obj_map *m = &b->obj->maps[i];

		if (!m->init_cnt || (m->type == BPF_MAP_TYPE_PROG_ARRAY) != prog_arrays)
			continue;
		span_begin(b, SUBJ_MAP, i);
		inits_record(r, i);
		span_end(b);
	}
}
