// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What is asked of the target; where there is none, or it does not know, what is taken for granted. */
#include "model_priv.h"

#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#define GUESS_ADDR 0xffffffff90000000ull

enum target_answer model_since(const struct model *m, u32 v)
{
	return m->target ? target_since(m->target, v) : TARGET_UNKNOWN;
}

u32 model_version(const struct model *m)
{
	return m->target ? m->target->version : 0;
}

u32 model_page_size(const struct model *m)
{
	return m->target && m->target->page_size ? m->target->page_size : 4096;
}

enum target_answer model_ask_prog_type(const struct model *m, u32 type)
{
	return m->target ? target_prog_type(m->target, type) : TARGET_UNKNOWN;
}

enum target_answer model_ask_map_type(const struct model *m, u32 type)
{
	return m->target ? target_map_type(m->target, type) : TARGET_UNKNOWN;
}

enum target_answer model_ask_helper(const struct model *m, u32 id)
{
	return m->target ? target_helper(m->target, id) : TARGET_UNKNOWN;
}

bool model_has_kernel_btf(const struct model *m)
{
	return !m->target || m->target->btf_cnt;
}

/* A number for a name that has none. */
static u64 some_addr(const char *name)
{
	u32 h = 2166136261u; /* FNV-1a */

	while (*name)
		h = (h ^ (u8)*name++) * 16777619u;
	return GUESS_ADDR + (h & 0xfffffff0u) % 0x0ffffff0u;
}

enum target_answer model_ask_symbol(const struct model *m, const char *name, u64 *addr)
{
	enum target_answer ret = m->target ? target_symbol(m->target, name, addr) : TARGET_UNKNOWN;

	if (ret == TARGET_UNKNOWN && addr)
		*addr = some_addr(name);
	return ret;
}

s64 model_find_type(struct model *m, const char *name, u32 kind, const struct target_btf **where)
{
	static const char *const kinds[] = { [BTF_KIND_STRUCT] = "struct", [BTF_KIND_TYPEDEF] = "typedef",
					     [BTF_KIND_FUNC] = "function", [BTF_KIND_VAR] = "variable" };
	const char *what = kind < ARRAY_SIZE(kinds) && kinds[kind] ? kinds[kind] : "type";
	s64 id;

	*where = NULL;
	if (!m->target) {
		model_undecided(m, "%s '%s': whether the kernel's BTF has it", what, name);
		id = model_guess_type(m, name, kind);
		return id >= 0 ? id : model_fail(m, (int)id, "%s '%s': %s", what, name, err_name((int)id));
	}
	if (!m->target->btf_cnt)
		return model_fail(m, -EINVAL, "the kernel has no BTF");
	id = target_find(m->target, name, kind, where);
	return id >= 0 ? id : model_fail(m, (int)id, "%s '%s' is not in the kernel's BTF", what, name);
}
