// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF_MAP_CREATE: what each type of maps insists on, as far as an attr says it. */
#include "map_types.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/btf.h>

#define ACCESS (BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)
#define RW (BPF_F_RDONLY | BPF_F_WRONLY)
#define ARRAY_FLAGS (BPF_F_NUMA_NODE | BPF_F_MMAPABLE | ACCESS | BPF_F_PRESERVE_ELEMS | BPF_F_INNER_MAP)
#define HASH_FLAGS (BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | ACCESS | BPF_F_ZERO_SEED)
#define STORAGE_FLAGS (BPF_F_NO_PREALLOC | BPF_F_CLONE)

enum {
	PERCPU_MAX = 32 << 10,   /* PCPU_MIN_UNIT_SIZE */
	KMALLOC_MAX = 4 << 20,
	MAX_STACK = 127,         /* kernel.perf_event_max_stack */
	STORAGE_MAX = 0xffff - 88, /* BPF_LOCAL_STORAGE_MAX_VALUE_SIZE, about: less what the kernel adds */
};

static const struct map_rule rules[] = {
	[BPF_MAP_TYPE_HASH] = { HASH_FLAGS, KEY_ANY, VALUE_ANY, ENTRIES_SOME, T_HASH | T_INNER, BTF_KEYED },
	[BPF_MAP_TYPE_ARRAY] = { ARRAY_FLAGS, KEY_4, VALUE_ANY, ENTRIES_SOME, T_ARRAY | T_INNER, BTF_ARRAY },
	[BPF_MAP_TYPE_PROG_ARRAY] = { ARRAY_FLAGS, KEY_4, VALUE_4, ENTRIES_SOME, T_ARRAY | T_FDS, BTF_KEYED },
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = { ARRAY_FLAGS, KEY_4, VALUE_4, ENTRIES_SOME,
	  T_ARRAY | T_FDS | T_INNER, BTF_NONE },
	[BPF_MAP_TYPE_PERCPU_HASH] = { HASH_FLAGS, KEY_ANY, VALUE_ANY, ENTRIES_SOME,
	  T_HASH | T_PERCPU | T_INNER, BTF_KEYED },
	[BPF_MAP_TYPE_PERCPU_ARRAY] = { ARRAY_FLAGS, KEY_4, VALUE_ANY, ENTRIES_SOME,
	  T_ARRAY | T_PERCPU | T_INNER, BTF_ARRAY },
	[BPF_MAP_TYPE_STACK_TRACE] = { BPF_F_NUMA_NODE | RW | BPF_F_STACK_BUILD_ID, KEY_4, VALUE_ANY,
	  ENTRIES_SOME, T_INNER, BTF_NONE },
	[BPF_MAP_TYPE_CGROUP_ARRAY] = { ARRAY_FLAGS, KEY_4, VALUE_4, ENTRIES_SOME, T_ARRAY | T_FDS | T_INNER,
	  BTF_NONE },
	[BPF_MAP_TYPE_LRU_HASH] = { HASH_FLAGS, KEY_ANY, VALUE_ANY, ENTRIES_SOME, T_HASH | T_LRU | T_INNER,
	  BTF_KEYED },
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = { HASH_FLAGS, KEY_ANY, VALUE_ANY, ENTRIES_SOME,
	  T_HASH | T_LRU | T_PERCPU | T_INNER, BTF_KEYED },
	[BPF_MAP_TYPE_LPM_TRIE] = { BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | ACCESS, KEY_ANY, VALUE_ANY,
	  ENTRIES_SOME, T_INNER, BTF_LPM },
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = { ARRAY_FLAGS, KEY_4, VALUE_4, ENTRIES_SOME, T_ARRAY | T_FDS | T_OUTER,
	  BTF_NONE },
	[BPF_MAP_TYPE_HASH_OF_MAPS] = { HASH_FLAGS, KEY_ANY, VALUE_4, ENTRIES_SOME, T_HASH | T_OUTER,
	  BTF_NONE },
	[BPF_MAP_TYPE_DEVMAP] = { BPF_F_NUMA_NODE | RW, KEY_4, VALUE_4_8, ENTRIES_SOME, T_INNER, BTF_NONE },
	[BPF_MAP_TYPE_SOCKMAP] = { BPF_F_NUMA_NODE | RW, KEY_4, VALUE_4_8, ENTRIES_SOME, T_INNER, BTF_NONE },
	[BPF_MAP_TYPE_CPUMAP] = { BPF_F_NUMA_NODE, KEY_4, VALUE_4_8, ENTRIES_SOME, T_INNER, BTF_NONE },
	[BPF_MAP_TYPE_XSKMAP] = { BPF_F_NUMA_NODE | RW, KEY_4, VALUE_4, ENTRIES_SOME, T_INNER, BTF_NONE },
	[BPF_MAP_TYPE_SOCKHASH] = { BPF_F_NUMA_NODE | RW, KEY_ANY, VALUE_4_8, ENTRIES_SOME, T_INNER,
	  BTF_NONE },
	[BPF_MAP_TYPE_CGROUP_STORAGE] = { BPF_F_NUMA_NODE | ACCESS, KEY_8_16, VALUE_ANY, ENTRIES_NONE, 0,
	  BTF_CGROUP },
	[BPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = { ARRAY_FLAGS, KEY_4, VALUE_4_8, ENTRIES_SOME, T_ARRAY | T_INNER,
	  BTF_KEYED },
	[BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = { BPF_F_NUMA_NODE | ACCESS, KEY_8_16, VALUE_ANY, ENTRIES_NONE,
	  T_PERCPU, BTF_CGROUP },
	[BPF_MAP_TYPE_QUEUE] = { BPF_F_NUMA_NODE | ACCESS, KEY_NONE, VALUE_ANY, ENTRIES_SOME, T_INNER,
	  BTF_KEYED },
	[BPF_MAP_TYPE_STACK] = { BPF_F_NUMA_NODE | ACCESS, KEY_NONE, VALUE_ANY, ENTRIES_SOME, T_INNER,
	  BTF_KEYED },
	[BPF_MAP_TYPE_SK_STORAGE] = { STORAGE_FLAGS, KEY_4, VALUE_ANY, ENTRIES_NONE, T_STORAGE | T_INNER, BTF_I32 },
	[BPF_MAP_TYPE_DEVMAP_HASH] = { BPF_F_NUMA_NODE | RW, KEY_4, VALUE_4_8, ENTRIES_SOME, T_INNER,
	  BTF_NONE },
	[BPF_MAP_TYPE_STRUCT_OPS] = { F_LINK | F_VTYPE_BTF, KEY_4, VALUE_ANY, ENTRIES_ONE, 0, BTF_ANY },
	[BPF_MAP_TYPE_RINGBUF] = { BPF_F_NUMA_NODE, KEY_NONE, VALUE_NONE, ENTRIES_PAGES, T_INNER, BTF_KEYED },
	[BPF_MAP_TYPE_INODE_STORAGE] = { STORAGE_FLAGS, KEY_4, VALUE_ANY, ENTRIES_NONE, T_STORAGE | T_INNER, BTF_I32 },
	[BPF_MAP_TYPE_TASK_STORAGE] = { STORAGE_FLAGS, KEY_4, VALUE_ANY, ENTRIES_NONE, T_STORAGE | T_INNER, BTF_I32 },
	[MAP_BLOOM_FILTER] = { BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | ACCESS, KEY_NONE, VALUE_ANY, ENTRIES_SOME,
	  T_INNER, BTF_KEYLESS },
	[MAP_USER_RINGBUF] = { BPF_F_NUMA_NODE, KEY_NONE, VALUE_NONE, ENTRIES_PAGES, T_INNER, BTF_KEYED },
	[MAP_CGRP_STORAGE] = { STORAGE_FLAGS, KEY_4, VALUE_ANY, ENTRIES_NONE, T_STORAGE | T_INNER, BTF_I32 },
	[MAP_ARENA] = { BPF_F_MMAPABLE | 1 << 17 | 1 << 18, KEY_NONE, VALUE_NONE, ENTRIES_SOME, 0, BTF_ANY },
};

const struct map_rule *model_map_rule(u32 type)
{
	return type && type < ARRAY_SIZE(rules) ? &rules[type] : NULL;
}

#define BAD(...) model_fail(c->m, -EINVAL, __VA_ARGS__)

static int check_sizes(struct caller *c, const struct map_rule *r)
{
	const u32 key = a32(c, MC_KEY), value = a32(c, MC_VALUE), entries = a32(c, MC_ENTRIES);
	const bool key_ok = r->key == KEY_ANY	 ? key != 0
			    : r->key == KEY_4	 ? key == 4
			    : r->key == KEY_NONE ? !key
						 : key == 8 || key == 16;
	const bool value_ok = r->value == VALUE_ANY ? value != 0 : r->value == VALUE_4 ? value == 4 :
			      r->value == VALUE_4_8 ? value == 4 || value == 8 : !value;

	if (!key_ok)
		return BAD("key_size %u", key);
	if (!value_ok)
		return BAD("value_size %u", value);
	switch (r->entries) {
	case ENTRIES_SOME: return entries ? 0 : BAD("max_entries 0");
	case ENTRIES_ONE: return entries == 1 ? 0 : BAD("max_entries %u: there is only one", entries);
	case ENTRIES_NONE: return entries ? BAD("max_entries %u: has none", entries) : 0;
	case ENTRIES_PAGES:
		return !entries || (entries & (entries - 1)) || entries % model_page_size(c->m)
			       ? BAD("max_entries %u is no power of two times the page size, %u", entries,
				     model_page_size(c->m))
			       : 0;
	}
	return 0;
}

static int check_hash(struct caller *c, const struct map_rule *r)
{
	const u32 flags = a32(c, MC_FLAGS), numa = flags & BPF_F_NUMA_NODE;

	if (!(r->type & T_LRU) && flags & BPF_F_NO_COMMON_LRU)
		return BAD("BPF_F_NO_COMMON_LRU is for LRU maps");
	if (r->type & T_LRU && flags & BPF_F_NO_PREALLOC)
		return model_fail(c->m, -KENOTSUPP, "LRU maps can't do without preallocation");
	if (numa && (r->type & T_PERCPU || flags & BPF_F_NO_COMMON_LRU))
		return BAD("a NUMA node for a map of each CPU");
	return 0;
}

static int check_array(struct caller *c, const struct map_rule *r)
{
	const u32 type = a32(c, MC_TYPE), flags = a32(c, MC_FLAGS);

	if (r->type & T_FDS && flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG))
		return BAD("map_flags 0x%x: not for maps of descriptors", flags);
	if (r->type & T_PERCPU && flags & BPF_F_NUMA_NODE)
		return BAD("a NUMA node for a map of each CPU");
	if (type != BPF_MAP_TYPE_ARRAY && flags & (BPF_F_MMAPABLE | BPF_F_INNER_MAP))
		return BAD("BPF_F_MMAPABLE and BPF_F_INNER_MAP are for plain arrays");
	if (type != BPF_MAP_TYPE_PERF_EVENT_ARRAY && flags & BPF_F_PRESERVE_ELEMS)
		return BAD("BPF_F_PRESERVE_ELEMS is for perf event arrays");
	return 0;
}

static int check_arena(struct caller *c)
{
	const u64 at = a64(c, MC_EXTRA), sz = (u64)a32(c, MC_ENTRIES) * model_page_size(c->m);

	if (!(a32(c, MC_FLAGS) & BPF_F_MMAPABLE))
		return BAD("an arena without BPF_F_MMAPABLE");
	if (at % model_page_size(c->m))
		return BAD("map_extra: not the address of a page");
	if (sz > 1ull << 32)
		return model_fail(c->m, -E2BIG, "an arena of more than 4 GiB");
	return at && at >> 32 != (at + sz - 1) >> 32
		       ? model_fail(c->m, -ERANGE, "map_extra: crosses a multiple of 4 GiB")
		       : 0;
}

static int check_stack_trace(struct caller *c)
{
	const u32 value = a32(c, MC_VALUE), each = a32(c, MC_FLAGS) & BPF_F_STACK_BUILD_ID ? 32 : 8;

	if (value < 8 || value % 8)
		return BAD("value_size %u is no multiple of 8", value);
	if (value % each || value / each > MAX_STACK)
		return BAD("value_size %u: not %u times at most %d", value, each, MAX_STACK);
	return a32(c, MC_ENTRIES) > 1u << 31 ? model_fail(c->m, -E2BIG, "max_entries %u", a32(c, MC_ENTRIES))
					     : 0;
}

/* Of these the sizes are looked at before all else. */
static int check_cgroup_storage(struct caller *c, const struct map_rule *r)
{
	const u32 key = a32(c, MC_KEY), value = a32(c, MC_VALUE);

	if (key != 8 && key != 16)
		return BAD("key_size %u", key);
	if (!value)
		return BAD("value_size 0");
	return value > (r->type & T_PERCPU ? PERCPU_MAX : STORAGE_MAX)
		       ? model_fail(c->m, -E2BIG, "value_size %u", value)
		       : 0;
}

/* After all the rest: numbers that are too large. */
static int check_large(struct caller *c, const struct map_rule *r)
{
	const u32 type = a32(c, MC_TYPE);
	const u64 key = a32(c, MC_KEY), value = a32(c, MC_VALUE);

	if (r->type & T_ARRAY && value > INT_MAX)
		return model_fail(c->m, -E2BIG, "value_size %llu", (unsigned long long)value);
	if (r->type & T_HASH && key + value >= KMALLOC_MAX - 64)
		return model_fail(c->m, -E2BIG, "key_size %llu and value_size %llu", (unsigned long long)key,
				  (unsigned long long)value);
	if (r->type & T_PERCPU && (value + 7) / 8 * 8 > PERCPU_MAX)
		return model_fail(c->m, -E2BIG, "value_size %llu of each CPU", (unsigned long long)value);
	if ((type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK) && value > KMALLOC_MAX)
		return model_fail(c->m, -E2BIG, "value_size %llu", (unsigned long long)value);
	if (r->type & T_STORAGE && value > STORAGE_MAX)
		return model_fail(c->m, -E2BIG, "value_size %llu", (unsigned long long)value);
	if (type == BPF_MAP_TYPE_CPUMAP && a32(c, MC_ENTRIES) > 1) {
		const char *cpus = c->m->target ? target_config(c->m->target, "CONFIG_NR_CPUS") : NULL;

		if (!cpus)
			model_undecided(c->m, "map: whether the kernel can have %u CPUs", a32(c, MC_ENTRIES));
		else if (a32(c, MC_ENTRIES) > strtoul(cpus, NULL, 0))
			return model_fail(c->m, -E2BIG, "max_entries %u: the kernel has at most %s CPUs",
					  a32(c, MC_ENTRIES), cpus);
	}
	if (type == BPF_MAP_TYPE_SOCKHASH && key > 512)
		return model_fail(c->m, -E2BIG, "key_size %llu", (unsigned long long)key);
	return 0;
}

static int check_type(struct caller *c, const struct map_rule *r)
{
	const u32 type = a32(c, MC_TYPE);
	u32 flags = a32(c, MC_FLAGS), mask = r->flags;
	int err = 0;

	if (type == MAP_RHASH || type == MAP_INSN_ARRAY)
		return 0;
	if (type == BPF_MAP_TYPE_CGROUP_STORAGE || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE)
		err = check_cgroup_storage(c, r);
	if (type == MAP_BLOOM_FILTER && a32(c, MC_VALUE) > KMALLOC_MAX)
		err = model_fail(c->m, -E2BIG, "value_size %u", a32(c, MC_VALUE));
	if (err)
		return err;
	if (type == BPF_MAP_TYPE_STRUCT_OPS && !model_maybe_since(c->m, KVER(6, 4, 0)))
		mask = 0;
	if (flags & ~mask)
		return BAD("map_flags 0x%x: 0x%x are not for maps of this type", flags, flags & ~mask);
	if ((flags & BPF_F_RDONLY_PROG) && (flags & BPF_F_WRONLY_PROG))
		return BAD("map_flags 0x%x: programs may neither read nor write it", flags);
	if (r->type & T_HASH)
		err = check_hash(c, r);
	if (!err)
		err = check_sizes(c, r);
	if (!err && r->type & T_ARRAY)
		err = check_array(c, r);
	if (err)
		return err;
	if (r->type & T_STORAGE &&
	    (!(flags & BPF_F_NO_PREALLOC) || !a32(c, MC_KEY_ID) || !a32(c, MC_VALUE_ID)))
		return BAD("local storage without BPF_F_NO_PREALLOC or BTF");
	switch (type) {
	case BPF_MAP_TYPE_STACK_TRACE: return check_stack_trace(c);
	case MAP_ARENA: return check_arena(c);
	case MAP_BLOOM_FILTER:
		if (a64(c, MC_EXTRA) & ~0xfull)
			return BAD("map_extra: more than 15 hash functions");
		break;
	case BPF_MAP_TYPE_LPM_TRIE:
		if (!(flags & BPF_F_NO_PREALLOC) || a32(c, MC_KEY) < 5 || a32(c, MC_KEY) > 260)
			return BAD(
				"a trie without BPF_F_NO_PREALLOC, or of keys that have not 5 to 260 bytes");
		break;
	case BPF_MAP_TYPE_STRUCT_OPS:
		if (!a32(c, MC_OPS_ID))
			return BAD("btf_vmlinux_value_type_id 0");
		break;
	}
	return check_large(c, r);
}

/* Up to 6.18 one of the first questions, in 7.2 the last one. */
static int check_access(struct caller *c)
{
	return (a32(c, MC_FLAGS) & RW) == RW ? BAD("map_flags 0x%x: may neither be read nor written", a32(c, MC_FLAGS)) : 0;
}

/* Before it is known what type it is. */
static int check_attr(struct caller *c, u32 *flags)
{
	const u32 type = a32(c, MC_TYPE);

	*flags = a32(c, MC_FLAGS);
	if (*flags & F_TOKEN_FD && model_maybe_since(c->m, KVER(6, 9, 0)))
		return model_fail(c->m, -EBADF, "descriptor %u is no token", a32(c, MC_TOKEN));
	if (a32(c, MC_OPS_ID)) {
		if (type != BPF_MAP_TYPE_STRUCT_OPS || a32(c, MC_KEY_ID) || a32(c, MC_VALUE_ID))
			return BAD(
				"btf_vmlinux_value_type_id is for struct_ops maps, without other types");
	} else if (a32(c, MC_KEY_ID) && !a32(c, MC_VALUE_ID)) {
		return BAD("a type of keys without one of values");
	}
	if (a64(c, MC_EXTRA) && type != MAP_BLOOM_FILTER && type != MAP_ARENA && type != MAP_RHASH)
		return BAD("map_extra is not for maps of this type");
	if (model_since(c->m, KVER(7, 0, 0)) != TARGET_YES && check_access(c))
		return -EINVAL;
	if (a32(c, MC_NUMA) && *flags & BPF_F_NUMA_NODE)
		model_undecided(c->m, "map: whether there is a NUMA node %u", a32(c, MC_NUMA));
	return 0;
}

static int check_excl(struct caller *c, struct kmap *map)
{
	if (!a32(c, MC_EXCL_SZ) && !a64(c, MC_EXCL))
		return 0;
	map->exclusive = true;
	return a32(c, MC_EXCL_SZ) == 32 && a64(c, MC_EXCL)
		       ? 0
		       : BAD("excl_prog_hash of %u bytes", a32(c, MC_EXCL_SZ));
}

/* Maps in maps: the one that the others are to be like. */
static int check_inner(struct caller *c, struct kmap *map)
{
	const struct map_rule *r;
	int err = 0;

	map->inner = fd_get(c->m, (int)a32(c, MC_INNER), KFD_MAP, &err);
	if (!map->inner)
		return err;
	map->inner->refs++;
	if (map->inner->inner)
		return BAD("maps of maps of maps");
	r = model_map_rule(map->inner->type);
	if (r && !(r->type & T_INNER))
		return model_fail(c->m, -KENOTSUPP, "a map of this type can't be in another one");
	return 0;
}

/* Memory that programs and user space see. What is large and not to be mapped is not stored. */
static int make_value(struct model *m, struct kmap *map)
{
	const size_t page = model_page_size(m) < 4096 ? 4096 : model_page_size(m);
	const u64 sz = (map->value_size + 7ull) / 8 * 8 * map->max_entries;

	if (map->type != BPF_MAP_TYPE_ARRAY || (sz > 64 << 20 && !(map->flags & BPF_F_MMAPABLE)) ||
	    sz > 1ull << 32)
		return 0;
	if (!(map->flags & BPF_F_MMAPABLE) && sz <= 1 << 16) {
		map->value = calloc(1, sz);
		return map->value ? model_kernel_memory(m, map->value, sz)
				  : model_fail(m, -ENOMEM, "out of memory");
	}
	map->value_map_sz = (sz + page - 1) / page * page;
	if (map->flags & BPF_F_MMAPABLE) {
		map->memfd = memfd_create("map", MFD_CLOEXEC);
		if (map->memfd < 0 || ftruncate(map->memfd, (off_t)map->value_map_sz))
			return model_fail(m, -ENOMEM, "out of memory");
	}
	map->value = mmap(NULL, map->value_map_sz, PROT_READ | PROT_WRITE,
			  map->memfd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, map->memfd, 0);
	if (map->value == MAP_FAILED) {
		map->value = NULL;
		return model_fail(m, -ENOMEM, "out of memory");
	}
	return model_kernel_memory(m, map->value, map->value_map_sz);
}

static int make_memory(struct caller *c, struct kmap *map)
{
	const struct map_rule *r = model_map_rule(map->type);

	map->object = calloc(1, KMAP_OBJECT_SZ);
	if (!map->object || model_kernel_memory(c->m, map->object, KMAP_OBJECT_SZ))
		return model_fail(c->m, -ENOMEM, "out of memory");
	put32(map->object + 32, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
	      map->exclusive); /* struct bpf_map.excl, 6.18.40 */
	if (r && (r->type & T_OUTER || map->type == BPF_MAP_TYPE_PROG_ARRAY) && map->max_entries <= 1 << 20) {
		map->elems = calloc(map->max_entries, sizeof(*map->elems));
		if (!map->elems)
			return model_fail(c->m, -ENOMEM, "out of memory");
	}
	return make_value(c->m, map);
}

long cmd_map_create(struct caller *c)
{
	struct model *m = c->m;
	const u32 type = a32(c, MC_TYPE);
	const struct map_rule *r = model_map_rule(type);
	struct kmap *map;
	u32 flags;
	int err;

	err = check_attr(c, &flags);
	if (err)
		return err;
	if (model_ask_map_type(m, type) == TARGET_NO || !type)
		return BAD("the kernel has no maps of type %u", type);
	if (!r || type == MAP_RHASH || type == MAP_INSN_ARRAY)
		model_undecided(m, "map: whether the kernel takes type %u as it is", type);
	if (a32(c, MC_IFINDEX))
		model_undecided(m, "map: whether interface %u takes it", a32(c, MC_IFINDEX));
	err = r ? check_type(c, r) : 0;
	if (err)
		return err;
	map = calloc(1, sizeof(*map));
	if (!map)
		return model_fail(m, -ENOMEM, "out of memory");
	*map = (struct kmap){ .type = type,
			      .key_size = a32(c, MC_KEY),
			      .value_size = a32(c, MC_VALUE),
			      .max_entries = a32(c, MC_ENTRIES),
			      .flags = flags,
			      .extra = a64(c, MC_EXTRA),
			      .refs = 1,
			      .memfd = -1 };
	if (type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH)
		map->flags |= BPF_F_RDONLY_PROG;
	if (r && r->type & T_OUTER)
		err = check_inner(c, map);
	if (!err && type == BPF_MAP_TYPE_STRUCT_OPS)
		err = kmap_check_ops(c, map);
	if (!err)
		err = model_check_obj_name(m, c->attr + MC_NAME, map->name, "map");
	if (!err)
		err = kmap_check_btf(c, map, r ? r->btf : BTF_ANY);
	if (!err)
		err = check_excl(c, map);
	if (!err)
		err = check_access(c);
	if (!err)
		err = make_memory(c, map);
	if (err) {
		kmap_put(m, map);
		return err;
	}
	map->id = ++m->last_id[0];
	return fd_new(m, KFD_MAP, map, 0);
}
