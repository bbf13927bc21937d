// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Which maps a program may refer to at all, by its type and by what their values hold; which helpers take
 * which maps.
 */
#include <errno.h>

#include "priv.h"

#include "maps.inc"

static bool is_tracing(struct env *e)
{
	switch (e->type) {
	case BPF_PROG_TYPE_KPROBE: case BPF_PROG_TYPE_TRACEPOINT: case BPF_PROG_TYPE_PERF_EVENT: case BPF_PROG_TYPE_RAW_TRACEPOINT:
		return true;
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return kernel_since(e, KV(6, 2));
	default:
		return false;
	}
}

static bool holds(const struct fields *fs, enum field_kind kind)
{
	u32 i;

	for (i = 0; fs && i < fs->cnt; i++)
		if (fs->f[i].kind == kind)
			return true;
	return false;
}

/* Refused up to one release, allowed from another on; nothing is known of those in between. */
static int until(struct env *e, u32 last, u32 first, const char *what)
{
	if (kernel_since(e, first) == 1)
		return GO;
	if (kernel_since(e, last + KV(0, 1)) == 0)
		return refuse(e, VERIFY_MAP, -EINVAL, "%s", what);
	unsure(e, VERIFY_MAP, "%s: whether the kernel still says so is not known", what);
	return GO;
}

static int sleepable_map(struct env *e, const struct kmap *map)
{
	switch (map->type) {
	case BPF_MAP_TYPE_HASH: case BPF_MAP_TYPE_LRU_HASH: case BPF_MAP_TYPE_ARRAY: case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY: case BPF_MAP_TYPE_LRU_PERCPU_HASH: case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS: case BPF_MAP_TYPE_RINGBUF: case BPF_MAP_TYPE_USER_RINGBUF:
	case BPF_MAP_TYPE_INODE_STORAGE: case BPF_MAP_TYPE_SK_STORAGE: case BPF_MAP_TYPE_TASK_STORAGE:
	case 32: /* CGRP_STORAGE */ case 33: /* ARENA */ case 34: /* INSN_ARRAY */
		return GO;
	case BPF_MAP_TYPE_QUEUE: case BPF_MAP_TYPE_STACK:
		return until(e, KV(6, 1), KV(6, 12),
			     "Sleepable programs can only use certain maps: no queue, no stack");
	case BPF_MAP_TYPE_LPM_TRIE: case BPF_MAP_TYPE_PROG_ARRAY: case 35: /* RHASH */
		return until(e, KV(6, 12), KV(7, 2),
			     "Sleepable programs can only use certain maps: not those of this type");
	default:
		return refuse(e, VERIFY_MAP, -EINVAL,
			      "Sleepable programs can only use certain maps, none of type %u", map->type);
	}
}

int map_for_prog(struct env *e, struct kmap *map)
{
	const struct fields *fs = map_fields(e, map);

	if (holds(fs, FLD_LOCK)) {
		if (e->type == BPF_PROG_TYPE_SOCKET_FILTER)
			return refuse(e, VERIFY_MAP, -EINVAL,
				      "maps with a bpf_spin_lock are not for socket filters");
		if (is_tracing(e))
			return refuse(e, VERIFY_MAP, -EINVAL, "maps with a bpf_spin_lock are not for tracing programs");
		if (e->sleepable && until(e, KV(6, 1), KV(6, 12),
					  "maps with a bpf_spin_lock are not for sleepable programs"))
			return STOP;
	}
	if (is_tracing(e) && (holds(fs, FLD_LIST) || holds(fs, FLD_RBTREE)))
		return refuse(e, VERIFY_MAP, -EINVAL, "maps with lists or trees are not for tracing programs");
	if (is_tracing(e) && (holds(fs, FLD_TIMER) || holds(fs, FLD_WQ)) &&
	    until(e, KV(6, 18), KV(7, 2), "maps with a bpf_timer are not for tracing programs"))
		return STOP;
	return e->sleepable ? sleepable_map(e, map) : GO;
}

int map_for_helper(struct env *e, const struct kmap *map, u32 func, const char *name)
{
	bool restricted = false, wants = false;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(by_type); i++) {
		if (by_type[i].type != map->type)
			continue;
		restricted = true;
		if (by_type[i].func == func)
			break;
	}
	if (restricted && i == ARRAY_SIZE(by_type) && func != BPF_FUNC_kptr_xchg)
		return refuse(e, VERIFY_MAP, -EINVAL, "bpf_%2$s takes no map of type %1$u", map->type,
			      name);
	for (i = 0; i < ARRAY_SIZE(by_func); i++) {
		if (by_func[i].func != func)
			continue;
		wants = true;
		if (by_func[i].type == map->type)
			return GO;
	}
	if (wants)
		return refuse(e, VERIFY_MAP, -EINVAL, "bpf_%2$s takes no map of type %1$u", map->type,
			      name);
	return GO;
}
