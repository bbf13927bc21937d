// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What numbers of the UAPI a kernel knows: its own enums say it, and, of what can be left out of a kernel, its types and code. */
#include "target_priv.h"

/* The enumerator of @value; NULL: none. Names with "__" are ends, no values. */
static const char *enumerator(const struct target *t, const char *enum_name, u32 value, bool *known)
{
	const struct target_btf *where;
	int id = target_find(t, enum_name, BTF_KIND_ENUM, &where);
	const struct btf_type *type;
	u32 i;

	*known = id > 0;
	if (id < 0)
		return NULL;
	type = target_type(where->btf, id);
	for (i = 0; i < btf_vlen(type); i++) {
		const char *name = target_name(where->btf, btf_enum(type)[i].name_off);

		if ((u32)btf_enum(type)[i].val == value && strncmp(name, "__", 2))
			return name;
	}
	return NULL;
}

/* All that an enum says. */
static enum target_answer in_enum(const struct target *t, const char *enum_name, u32 value)
{
	bool known;

	if (enumerator(t, enum_name, value, &known))
		return TARGET_YES;
	return known ? TARGET_NO : TARGET_UNKNOWN;
}

/* struct bpf_ctx_convert has a member NAME_prog for each type of programs that is compiled in. */
enum target_answer target_prog_type(const struct target *t, u32 type)
{
	const struct target_btf *where;
	const struct btf_type *convert;
	const char *name;
	bool known;
	int id;
	u32 i;

	name = enumerator(t, "bpf_prog_type", type, &known);
	if (!name)
		return known ? TARGET_NO : TARGET_UNKNOWN;
	id = target_find(t, "bpf_ctx_convert", BTF_KIND_STRUCT, &where);
	if (id < 0)
		return TARGET_UNKNOWN;
	convert = target_type(where->btf, id);
	for (i = 0; i < btf_vlen(convert); i++) {
		const char *member = target_name(where->btf, btf_members(convert)[i].name_off);
		size_t len = strlen(name);

		if (!strncmp(member, name, len) && !strcmp(member + len, "_prog"))
			return TARGET_YES;
	}
	return TARGET_NO;
}

/* Types of maps that a kernel may be made without, the option that decides, and a function that is there with it. */
static const struct {
	const char *name, *option, *func;
} optional_maps[] = {
	{ "BPF_MAP_TYPE_PERF_EVENT_ARRAY", "CONFIG_PERF_EVENTS", "perf_event_fd_array_get_ptr" },
	{ "BPF_MAP_TYPE_STACK_TRACE", "CONFIG_PERF_EVENTS", "stack_map_alloc" },
	{ "BPF_MAP_TYPE_CGROUP_ARRAY", "CONFIG_CGROUPS", "cgroup_fd_array_get_ptr" },
	{ "BPF_MAP_TYPE_CGROUP_STORAGE", "CONFIG_CGROUP_BPF", "cgroup_storage_map_alloc" },
	{ "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE", "CONFIG_CGROUP_BPF", "cgroup_storage_map_alloc" },
	{ "BPF_MAP_TYPE_CGRP_STORAGE", "CONFIG_CGROUPS", "cgroup_storage_map_alloc" },
	{ "BPF_MAP_TYPE_INODE_STORAGE", "CONFIG_BPF_LSM", "inode_storage_map_alloc" },
	{ "BPF_MAP_TYPE_DEVMAP", "CONFIG_NET", "dev_map_alloc" },
	{ "BPF_MAP_TYPE_DEVMAP_HASH", "CONFIG_NET", "dev_map_alloc" },
	{ "BPF_MAP_TYPE_SK_STORAGE", "CONFIG_NET", "bpf_sk_storage_map_alloc" },
	{ "BPF_MAP_TYPE_CPUMAP", "CONFIG_NET", "cpu_map_alloc" },
	{ "BPF_MAP_TYPE_XSKMAP", "CONFIG_XDP_SOCKETS", "xsk_map_alloc" },
	{ "BPF_MAP_TYPE_SOCKMAP", "CONFIG_NET", "sock_map_alloc" },
	{ "BPF_MAP_TYPE_SOCKHASH", "CONFIG_NET", "sock_hash_alloc" },
	{ "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY", "CONFIG_INET", "reuseport_array_alloc" },
	{ "BPF_MAP_TYPE_STRUCT_OPS", "CONFIG_BPF_JIT", "bpf_struct_ops_map_alloc" },
};

enum target_answer target_map_type(const struct target *t, u32 type)
{
	const struct target_btf *where;
	const char *name;
	bool known;
	u32 i;

	name = enumerator(t, "bpf_map_type", type, &known);
	if (!name)
		return known ? TARGET_NO : TARGET_UNKNOWN;
	for (i = 0; i < ARRAY_SIZE(optional_maps); i++) {
		/* DEPRECATED suffixes have come since */
		if (strncmp(name, optional_maps[i].name, strlen(optional_maps[i].name)) ||
		    (name[strlen(optional_maps[i].name)] && strcmp(name + strlen(optional_maps[i].name), "_DEPRECATED")))
			continue;
		if (target_find(t, optional_maps[i].func, BTF_KIND_FUNC, &where) > 0 ||
		    target_config(t, optional_maps[i].option))
			return TARGET_YES;
		return t->has_config ? TARGET_NO : TARGET_UNKNOWN;
	}
	return TARGET_YES;
}

enum target_answer target_attach_type(const struct target *t, u32 type)
{
	return in_enum(t, "bpf_attach_type", type);
}

enum target_answer target_helper(const struct target *t, u32 id)
{
	return in_enum(t, "bpf_func_id", id);
}
