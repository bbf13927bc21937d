// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * How old the target is. Rules changed over time, and BTF says little of that; a release says it. Without
 * one, what its BTF has sets a lower bound.
 */
#include <string.h>

#include "priv.h"

/* Enumerators that came with a release. */
static const struct { const char *type, *name; u32 version; } marks[] = {
	{ "bpf_func_id", "BPF_FUNC_kptr_xchg", KV(5, 19) },
	{ "bpf_func_id", "BPF_FUNC_user_ringbuf_drain", KV(6, 1) },
	{ "bpf_func_id", "BPF_FUNC_cgrp_storage_get", KV(6, 2) },
	{ "bpf_prog_type", "BPF_PROG_TYPE_NETFILTER", KV(6, 4) },
	{ "bpf_attach_type", "BPF_TCX_INGRESS", KV(6, 6) },
	{ "bpf_attach_type", "BPF_NETKIT_PRIMARY", KV(6, 7) },
	{ "bpf_map_type", "BPF_MAP_TYPE_ARENA", KV(6, 9) },
	{ "bpf_attach_type", "BPF_TRACE_KPROBE_SESSION", KV(6, 10) },
	{ "bpf_attach_type", "BPF_TRACE_UPROBE_SESSION", KV(6, 13) },
	{ "bpf_cmd", "BPF_PROG_STREAM_READ_BY_FD", KV(6, 17) },
	{ "bpf_map_type", "BPF_MAP_TYPE_INSN_ARRAY", KV(6, 19) },
	{ "bpf_map_type", "BPF_MAP_TYPE_RHASH", KV(7, 2) },
};

static bool has(const struct btf *btf, const char *type, const char *name)
{
	s32 id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;
	u32 i;

	for (i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off) ?: "", name))
			return true;
	return false;
}

void kernel_since_init(struct env *e)
{
	u32 i;

	e->since = e->in->target->version;
	e->since_exact = e->since;
	for (i = 0; !e->since_exact && e->vmlinux && i < ARRAY_SIZE(marks); i++)
		if (has(e->vmlinux, marks[i].type, marks[i].name))
			e->since = marks[i].version;
}

int kernel_since(struct env *e, u32 version)
{
	if (e->since >= version)
		return 1;
	if (e->since_exact)
		return 0;
	e->guessed = true;
	if (e->st)
		e->st->inexact = true;
	return -1;
}
