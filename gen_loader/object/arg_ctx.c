// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * `void *ctx __arg_ctx`: a global function, which the kernel verifies on its own, that wants the context
 * of whatever program calls it. A decl tag on the parameter says so, to kernels since 6.8. Older ones
 * know a context by the name of the struct that the parameter points to, and that name differs by program
 * type. So each type of program that gets to such a function has a FUNC of its own for it, in which the
 * parameter has the type that every kernel takes for a context. The tags stay on it.
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <stdlib.h>
#include <string.h>

#define TAG "arg:ctx"
#define USER_REGS "bpf_user_pt_regs_t"

/*
 * The context's struct, by program type. Types that are not here have none with a name: tracing, lsm,
 * struct_ops, ...
 */
static const struct ctx_type {
	u32 prog_type;
	const char *name;
} ctx_types[] = {
	{ PROG_SOCKET_FILTER, "__sk_buff" },
	{ PROG_SCHED_CLS, "__sk_buff" },
	{ PROG_SCHED_ACT, "__sk_buff" },
	{ PROG_CGROUP_SKB, "__sk_buff" },
	{ PROG_LWT_IN, "__sk_buff" },
	{ PROG_LWT_OUT, "__sk_buff" },
	{ PROG_LWT_XMIT, "__sk_buff" },
	{ PROG_LWT_SEG6LOCAL, "__sk_buff" },
	{ PROG_SK_SKB, "__sk_buff" },
	{ PROG_FLOW_DISSECTOR, "__sk_buff" },
	{ PROG_XDP, "xdp_md" },
	{ PROG_CGROUP_SOCK, "bpf_sock" },
	{ PROG_CGROUP_SOCK_ADDR, "bpf_sock_addr" },
	{ PROG_CGROUP_SOCKOPT, "bpf_sockopt" },
	{ PROG_CGROUP_SYSCTL, "bpf_sysctl" },
	{ PROG_CGROUP_DEVICE, "bpf_cgroup_dev_ctx" },
	{ PROG_SOCK_OPS, "bpf_sock_ops" },
	{ PROG_SK_MSG, "sk_msg_md" },
	{ PROG_SK_REUSEPORT, "sk_reuseport_md" },
	{ PROG_SK_LOOKUP, "bpf_sk_lookup" },
	{ PROG_NETFILTER, "bpf_nf_ctx" },
	{ PROG_PERF_EVENT, "bpf_perf_event_data" },
	{ PROG_RAW_TRACEPOINT, "bpf_raw_tracepoint_args" },
	{ PROG_RAW_TRACEPOINT_WRITABLE, "bpf_raw_tracepoint_args" },
	{ PROG_KPROBE, USER_REGS },
};

static const char *ctx_name(u32 prog_type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ctx_types); i++)
		if (ctx_types[i].prog_type == prog_type)
			return ctx_types[i].name;
	return NULL;
}

u32 obj_func_btf_id(const struct obj_func *func, u32 prog_type)
{
	const char *name = func->ctx_id_cnt ? ctx_name(prog_type) : NULL;
	u32 i;

	for (i = 0; name && i < func->ctx_id_cnt; i++)
		if (!strcmp(func->ctx_ids[i].ctx, name))
			return func->ctx_ids[i].btf_id;
	return func->btf_id;
}

/* A declaration is enough, though not for the kernel. */
static bool is_struct(const struct reader *r, const struct btf_type *t, const char *name)
{
	return (btf_is_struct(t) || (btf_is_fwd(t) && !btf_kflag(t))) && !strcmp(btf_name(r, t), name);
}

/*
 * What the kernel would not know for a context by itself. Anything else is right already, or wrong
 * everywhere.
 */
static bool needs_type(const struct reader *r, u32 param_type, u32 prog_type)
{
	const struct btf_type *t = btf_skip_mods(r, &param_type);
	u32 id;

	if (!t || !btf_is_ptr(t))
		return false;
	id = t->type;
	t = btf_skip_mods(r, &id);
	if (!id)
		return true; /* void * */
	if (!t)
		return false;
	switch (prog_type) {
	case PROG_KPROBE:
		return is_struct(r, t, "pt_regs");
	case PROG_PERF_EVENT: /* its registers, by what the architectures call them */
		return is_struct(r, t, "pt_regs") || is_struct(r, t, "user_pt_regs") ||
		       is_struct(r, t, "user_regs_struct");
	case PROG_RAW_TRACEPOINT:
	case PROG_RAW_TRACEPOINT_WRITABLE:
		return btf_is_int(t) && t->size == 8;
	}
	return false;
}

/* Ids of `struct NAME *`, once per object and name. */
static int ctx_ptr(struct reader *r, const char *name)
{
	struct btf *btf = r->obj->btf;
	u32 i, j;
	int id;

	for (i = 0; i < r->obj->func_cnt; i++) {
		const struct obj_func *f = &r->obj->funcs[i];

		for (j = 0; j < f->ctx_id_cnt; j++)
			if (!strcmp(f->ctx_ids[j].ctx, name))
				return f->ctx_ids[j].ptr_id;
	}
	/* Only its name matters. */
	id = btf__add_struct(btf, name, 0);
	/*
	 * This one is a typedef in the kernel. Old kernels look through a program's typedefs and compare
	 * the struct's name with it; newer ones look for a typedef of that name. Here are both.
	 */
	if (id > 0 && !strcmp(name, USER_REGS))
		id = btf__add_typedef(btf, name, id);
	return id > 0 ? btf__add_ptr(btf, id) : id;
}

/* A tag of the FUNC @func_id among the first @cnt types? */
static const struct btf_decl_tag *tag_of(const struct reader *r, u32 id, u32 func_id, const char **text)
{
	const struct btf_type *t = btf__type_by_id(r->obj->btf, id);

	if (!btf_is_decl_tag(t) || t->type != func_id)
		return NULL;
	*text = btf_name(r, t);
	return btf_decl_tag(t);
}

static bool wants_ctx(const struct reader *r, u32 cnt, u32 func_id, u32 prog_type, u32 arg, u32 arg_type)
{
	const struct btf_decl_tag *tag;
	const char *text;
	u32 id;

	for (id = 1; id < cnt; id++) {
		tag = tag_of(r, id, func_id, &text);
		if (tag && !strcmp(text, TAG) && tag->component_idx == (s32)arg)
			return needs_type(r, arg_type, prog_type);
	}
	return false;
}

static struct btf_param *param(const struct reader *r, u32 proto_id, u32 i)
{
	return &btf_params(btf__type_by_id(r->obj->btf, proto_id))[i];
}

/* The copy: FUNC_PROTO, FUNC, tags. Returns the FUNC's id, 0 if there is nothing to change. */
static int clone(struct reader *r, u32 cnt, u32 func_id, u32 prog_type, int *ptr_id)
{
	struct btf *btf = r->obj->btf;
	const struct btf_type *func = btf__type_by_id(btf, func_id);
	u32 old = func->type, linkage = btf_vlen(func), vlen, i, id, changed = 0;
	const struct btf_decl_tag *tag;
	const char *text;
	int proto, copy, ret;

	vlen = btf_vlen(btf__type_by_id(btf, old));
	for (i = 0; i < vlen; i++)
		changed += wants_ctx(r, cnt, func_id, prog_type, i, param(r, old, i)->type);
	if (!changed)
		return 0;
	*ptr_id = ctx_ptr(r, ctx_name(prog_type));
	if (*ptr_id < 0)
		return *ptr_id;
	proto = btf__add_func_proto(btf, btf__type_by_id(btf, old)->type);
	for (i = 0, ret = proto; ret >= 0 && i < vlen; i++) {
		u32 type = param(r, old, i)->type;
		char *name = strdup(btf__str_by_offset(btf, param(r, old, i)->name_off) ?: "");

		if (wants_ctx(r, cnt, func_id, prog_type, i, type))
			type = *ptr_id;
		ret = name ? btf__add_func_param(btf, name, type) : -ENOMEM;
		free(name);
	}
	if (ret < 0)
		return ret;
	/* The strings of a libbpf BTF move when one is added: by offset only. */
	copy = btf__add_func(btf, "lskel", linkage, proto);
	if (copy < 0)
		return copy;
	btf_type_rw(r, copy)->name_off = btf__type_by_id(btf, func_id)->name_off;
	for (id = 1; id < cnt; id++) {
		tag = tag_of(r, id, func_id, &text);
		if (!tag)
			continue;
		ret = btf__add_decl_tag(btf, TAG, copy, tag->component_idx);
		if (ret < 0)
			return ret;
		btf_type_rw(r, ret)->name_off = btf__type_by_id(btf, id)->name_off;
	}
	return copy;
}

static int give_ctx(struct reader *r, u32 cnt, struct obj_func *func, u32 prog_type)
{
	struct obj_ctx_id *ids;
	int ptr_id = 0, id;

	if (obj_func_btf_id(func, prog_type) != func->btf_id)
		return 0;
	id = clone(r, cnt, func->btf_id, prog_type, &ptr_id);
	if (id <= 0)
		return id;
	ids = realloc(func->ctx_ids, (func->ctx_id_cnt + 1) * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	func->ctx_ids = ids;
	ids[func->ctx_id_cnt++] = (struct obj_ctx_id){ ctx_name(prog_type), id, ptr_id };
	return 0;
}

/* All functions that @func gets to, marked in @seen. Not recursive: call chains may be long. */
static void reach(const struct object *obj, u32 func, bool *seen, u32 *todo)
{
	u32 cnt = 0, i, ref;

	todo[cnt++] = func;
	seen[func] = true;
	while (cnt) {
		const struct obj_func *f = &obj->funcs[todo[--cnt]];

		for (i = 0; i < f->relo_cnt; i++) {
			if (f->relos[i].kind != RELO_CALL && f->relos[i].kind != RELO_FUNC_ADDR)
				continue;
			ref = f->relos[i].ref;
			if (seen[ref])
				continue;
			seen[ref] = true;
			todo[cnt++] = ref;
		}
	}
}

static bool has_tag(const struct reader *r, u32 cnt)
{
	u32 id;

	for (id = 1; id < cnt; id++) {
		const struct btf_type *t = btf__type_by_id(r->obj->btf, id);

		if (btf_is_decl_tag(t) && !strcmp(btf_name(r, t), TAG))
			return true;
	}
	return false;
}

int arg_ctx_types(struct reader *r)
{
	u32 cnt = r->obj->btf ? btf__type_cnt(r->obj->btf) : 0, func_cnt = r->obj->func_cnt, i, j;
	bool *seen;
	u32 *todo;
	int ret = 0;

	if (!has_tag(r, cnt) || !func_cnt)
		return 0;
	seen = malloc(func_cnt * sizeof(*seen));
	todo = malloc(func_cnt * sizeof(*todo));
	if (!seen || !todo)
		ret = -ENOMEM;
	for (i = 0; i < func_cnt && !ret; i++) {
		const struct obj_func *prog = &r->obj->funcs[i];

		if (!prog->is_prog || !prog->def || !ctx_name(prog->def->prog_type))
			continue;
		memset(seen, 0, func_cnt * sizeof(*seen));
		reach(r->obj, i, seen, todo);
		for (j = 0; j < func_cnt && !ret; j++) {
			struct obj_func *func = &r->obj->funcs[j];

			if (seen[j] && j != i && func->btf_id && !func->is_static)
				ret = give_ctx(r, cnt, func, prog->def->prog_type);
		}
	}
	free(seen);
	free(todo);
	return ret;
}
