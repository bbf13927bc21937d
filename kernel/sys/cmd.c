// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Commands: who may give which, how long an attr may be, who carries it out. */
#include "model_priv.h"

#include <string.h>

#define CMD_SINCE 3

static const struct cmd {
	u32 cmd;
	const char *name;
	bool loader;        /* bpf_sys_bpf() allows it */
	u32 loader_since;
	/* where the last field ends, newest last; 0: of all kernels that we know */
	struct { u32 v, end; } ends[CMD_SINCE + 1];
} cmds[] = {
	{ BPF_MAP_CREATE, "BPF_MAP_CREATE", true, 0, { { 0, 64 }, { KVER(5, 16, 0), 72 },
	  { KVER(6, 9, 0), 80 }, { KVER(6, 18, 0), 92 } } },
	{ BPF_MAP_LOOKUP_ELEM, "BPF_MAP_LOOKUP_ELEM", false, 0, { { 0, 32 } } },
	{ BPF_MAP_UPDATE_ELEM, "BPF_MAP_UPDATE_ELEM", true, 0, { { 0, 32 } } },
	{ BPF_MAP_DELETE_ELEM, "BPF_MAP_DELETE_ELEM", true, KVER(5, 18, 0), { { 0, 16 } } },
	{ BPF_PROG_LOAD, "BPF_PROG_LOAD", true, 0, { { 0, 116 }, { KVER(5, 14, 0), 128 },
	  { KVER(5, 17, 0), 140 }, { KVER(6, 4, 0), 144 } } },
	{ BPF_OBJ_PIN, "BPF_OBJ_PIN", false, 0, { { 0, 16 }, { KVER(6, 5, 0), 20 } } },
	{ BPF_OBJ_GET, "BPF_OBJ_GET", false, 0, { { 0, 16 }, { KVER(6, 5, 0), 20 } } },
	{ BPF_PROG_TEST_RUN, "BPF_PROG_RUN", false, 0, { { 0, 72 }, { KVER(5, 18, 0), 76 } } },
	{ BPF_MAP_GET_FD_BY_ID, "BPF_MAP_GET_FD_BY_ID", true, KVER(5, 18, 0),
	  { { 0, 12 }, { KVER(6, 9, 0), 16 } } },
	{ BPF_OBJ_GET_INFO_BY_FD, "BPF_OBJ_GET_INFO_BY_FD", false, 0, { { 0, 16 } } },
	{ BPF_RAW_TRACEPOINT_OPEN, "BPF_RAW_TRACEPOINT_OPEN", true, KVER(5, 18, 0),
	  { { 0, 12 }, { KVER(6, 10, 0), 24 } } },
	{ BPF_BTF_LOAD, "BPF_BTF_LOAD", true, 0, { { 0, 28 }, { KVER(6, 4, 0), 32 },
	  { KVER(6, 9, 0), 40 } } },
	{ BPF_BTF_GET_FD_BY_ID, "BPF_BTF_GET_FD_BY_ID", false, 0, { { 0, 12 }, { KVER(6, 9, 0), 16 } } },
	{ BPF_MAP_FREEZE, "BPF_MAP_FREEZE", true, 0, { { 0, 4 } } },
	{ BPF_BTF_GET_NEXT_ID, "BPF_BTF_GET_NEXT_ID", false, 0, { { 0, 12 } } },
	{ BPF_LINK_CREATE, "BPF_LINK_CREATE", true, KVER(5, 18, 0),
	  { { 0, 28 }, { KVER(5, 18, 0), 48 }, { KVER(6, 6, 0), 60 }, { KVER(7, 2, 0), 64 } } },
};

/* PROG_LOAD has grown more often than a row has room for. */
static const struct { u32 v, end; } prog_ends[] = {
	{ KVER(6, 9, 0), 148 }, { KVER(6, 14, 0), 152 }, { KVER(6, 18, 0), 168 },
};

/* And so has the union. */
static const struct { u32 v, sz; } unions[] = {
	{ 0, 120 }, { KVER(5, 14, 0), 128 }, { KVER(5, 17, 0), 144 }, { KVER(6, 9, 0), 152 },
	  { KVER(6, 18, 0), 168 },
};

static const struct cmd *find_cmd(u32 cmd)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i].cmd == cmd)
			return &cmds[i];
	return NULL;
}

const char *model_cmd_name(u32 cmd)
{
	const struct cmd *c = find_cmd(cmd);

	return c ? c->name : "bpf";
}

/* A field that no kernel knows yet may be in the next one's; where no release is known, the newest counts. */
static u32 last_field(const struct model *m, const struct cmd *cmd)
{
	u32 i, end = 0;

	for (i = 0; i <= CMD_SINCE; i++)
		if (cmd->ends[i].end && (!cmd->ends[i].v || model_maybe_since(m, cmd->ends[i].v)))
			end = cmd->ends[i].end;
	for (i = 0; cmd->cmd == BPF_PROG_LOAD && i < ARRAY_SIZE(prog_ends); i++)
		if (model_maybe_since(m, prog_ends[i].v))
			end = prog_ends[i].end;
	return end;
}

static u32 union_sz(const struct model *m)
{
	u32 i, sz = 0;

	for (i = 0; i < ARRAY_SIZE(unions); i++)
		if (!unions[i].v || model_maybe_since(m, unions[i].v))
			sz = unions[i].sz;
	return sz;
}

static int take_attr(struct caller *c, const struct cmd *cmd, u64 addr, u32 sz)
{
	const u32 known = union_sz(c->m), end = last_field(c->m, cmd);
	u32 i;
	int err;

	if (sz > model_page_size(c->m))
		return model_fail(c->m, -E2BIG, "the attr has %u bytes: more than a page", sz);
	if (sz > sizeof(c->attr))
		return model_fail(c->m, -E2BIG, "the attr has %u bytes", sz);
	err = model_copy_in(c, c->attr, addr, sz);
	if (err)
		return err;
	for (i = known; i < sz; i++)
		if (c->attr[i])
			return model_fail(c->m, -E2BIG,
					  "the attr has something at %u, the kernel knows %u bytes", i,
					  known);
	for (i = end; i < known && i < sz; i++)
		if (c->attr[i])
			return model_fail(
				c->m, -EINVAL,
				"the attr has something at %u, the kernel knows %u bytes of this command", i,
				end);
	c->sz = sz < known ? sz : known;
	return 0;
}

/* Nothing is pinned, and what is being pinned is free. */
static long cmd_pin(struct caller *c, u32 cmd)
{
	const enum kfd_kind kind = fd_kind(c->m, (int)a32(c, 8));

	if (cmd == BPF_OBJ_GET)
		return model_fail(c->m, -ENOENT, "nothing is pinned there");
	if (kind != KFD_MAP && kind != KFD_PROG && kind != KFD_LINK)
		return model_fail(c->m, kind == KFD_FREE ? -EBADF : -EINVAL, "descriptor %u can't be pinned",
				  a32(c, 8));
	model_undecided(c->m, "whether there is a BPF file system to pin in");
	return 0;
}

/* Commands that have to do with attaching, which nothing here depends on. */
static long not_modelled(struct caller *c, u32 cmd)
{
	model_undecided(c->m, "command %u (%s) is not modelled", cmd, model_cmd_name(cmd));
	return model_fail(c->m, -EOPNOTSUPP, "command %u is not modelled", cmd);
}

long model_do_cmd(struct caller *c, u32 cmd)
{
	switch (cmd) {
	case BPF_MAP_CREATE: return cmd_map_create(c);
	case BPF_MAP_LOOKUP_ELEM:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM: return cmd_map_elem(c, cmd);
	case BPF_PROG_LOAD: return cmd_prog_load(c);
	case BPF_PROG_TEST_RUN: return cmd_prog_run(c);
	case BPF_MAP_GET_FD_BY_ID: return cmd_map_by_id(c);
	case BPF_OBJ_GET_INFO_BY_FD: return cmd_info(c);
	case BPF_RAW_TRACEPOINT_OPEN: return cmd_raw_tp_open(c);
	case BPF_BTF_LOAD: return cmd_btf_load(c);
	case BPF_BTF_GET_FD_BY_ID: return cmd_btf_by_id(c);
	case BPF_BTF_GET_NEXT_ID: return cmd_btf_next_id(c);
	case BPF_MAP_FREEZE: return cmd_map_freeze(c);
	case BPF_LINK_CREATE: return cmd_link_create(c);
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET: return cmd_pin(c, cmd);
	}
	return not_modelled(c, cmd);
}

static long give(struct caller *c, u32 cmd, u64 addr, u32 sz)
{
	const struct cmd *row = find_cmd(cmd);
	long ret;

	c->m->err.msg[0] = 0;
	if (model_inject(c->m))
		return model_fail(c->m, c->m->fail_err, "as it was asked to");
	if (!row)
		return not_modelled(c, cmd);
	ret = take_attr(c, row, addr, sz);
	return ret ? ret : model_do_cmd(c, cmd);
}

long model_bpf(struct model *m, u32 cmd, void *attr, u32 sz)
{
	struct caller c = { .m = m, .user_attr = attr };
	long ret = give(&c, cmd, (u64)(uintptr_t)attr, sz);

	model_show_cmd(&c, cmd, ret);
	return ret;
}

long model_sys_bpf(struct model *m, u32 cmd, const void *attr, u32 sz)
{
	struct caller c = { .m = m, .kernel = true };
	const struct cmd *row = find_cmd(cmd);
	long ret;

	if (!row || !row->loader || model_since(m, row->loader_since) == TARGET_NO) {
		m->err.msg[0] = 0;
		if (!row || !row->loader)
			model_fault(m, "command %u (%s), which a loader may not give", cmd,
				    model_cmd_name(cmd));
		ret = model_fail(m, -EINVAL, "%s is not for loader programs", model_cmd_name(cmd));
	} else {
		ret = give(&c, cmd, (u64)(uintptr_t)attr, sz);
	}
	model_show_cmd(&c, cmd, ret);
	return ret;
}
