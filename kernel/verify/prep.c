// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Before anything is walked: what instructions refer to. The kernel looks at all of them here, reachable
 * or not. Then what the walk needs: where functions start, where paths meet, which registers are still
 * needed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "../../gen_loader/core/core.h"

#ifndef BPF_PSEUDO_KFUNC_CALL
#define BPF_PSEUDO_KFUNC_CALL 2
#endif
#define IMM64 (BPF_LD | BPF_IMM | BPF_DW)

const struct kprog_func *func_info_at(const struct env *e, u32 insn)
{
	u32 i;

	for (i = 0; i < e->in->func_cnt; i++)
		if (e->in->funcs[i].insn == insn)
			return &e->in->funcs[i];
	return NULL;
}

static bool is_call(const struct insn *in, u8 src)
{
	return in->code == (BPF_JMP | BPF_CALL) && in->src == src;
}

static int fd_from_array(struct env *e, u32 idx, int *fd)
{
	int ret = e->in->fd_array ? e->in->fd_array(e->in->fds, idx, fd) : -EPROTO;

	if (ret)
		return refuse(e, VERIFY_PROG, ret, "no entry %u in fd_array", idx);
	return GO;
}

static int resolve_kfunc(struct env *e, u32 i)
{
	const struct insn *in = &e->in->insns[i];
	struct aux *aux = &e->aux[i];
	const struct btf_type *t;
	struct kbtf *kb;
	int fd;

	if (!e->vmlinux)
		return refuse(e, VERIFY_KFUNC, -524,
			      "a kernel function is called, and the kernel has no BTF");
	if (!e->in->gpl)
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "kfuncs are for programs under a GPL-compatible licence");
	if (!in->imm && !in->off)
		return GO; /* fine if it's not reached */
	if (!in->imm)
		return refuse(e, VERIFY_KFUNC, -EINVAL, "invalid kernel function btf_id 0");
	if (in->off < 0)
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "a kfunc call with a negative place in fd_array");
	aux->btf = e->vmlinux;
	if (in->off) {
		if (fd_from_array(e, in->off, &fd))
			return STOP;
		kb = e->in->btf_by_fd ? e->in->btf_by_fd(e->in->fds, fd) : NULL;
		if (!kb || !kb->kernel || kb->kernel->btf == e->vmlinux)
			return refuse(e, VERIFY_KFUNC, -EINVAL, "no BTF of a module at that descriptor");
		aux->btf = kb->kernel->btf;
	}
	aux->id = in->imm;
	t = btf__type_by_id(aux->btf, aux->id);
	if (!t || !btf_is_func(t))
		return refuse(e, VERIFY_KFUNC, -EINVAL, "BTF id %u is no function", aux->id);
	t = btf__type_by_id(aux->btf, t->type);
	if (!t || !btf_is_func_proto(t))
		return refuse(e, VERIFY_KFUNC, -EINVAL,
			      "BTF id %u: a function without a prototype", aux->id);
	switch (target_symbol(e->in->target, btf_nm(aux->btf, aux->id), NULL)) {
	case TARGET_NO:
		return refuse(e, VERIFY_KFUNC, -EINVAL, "kfunc %s has no address",
			      btf_nm(aux->btf, aux->id));
	default: /* there are kfuncs without symbols known; that it is a kfunc is asked where it's called */
		return GO;
	}
}

static int resolve_map(struct env *e, u32 i)
{
	const struct insn *in = &e->in->insns[i];
	bool value = in->src == BPF_PSEUDO_MAP_VALUE || in->src == BPF_PSEUDO_MAP_IDX_VALUE;
	struct kmap *map;
	int fd = in->imm;

	if (!value && in[1].imm)
		return refuse(e, VERIFY_PROG, -EINVAL, "a 64-bit load of no known kind");
	if ((in->src == BPF_PSEUDO_MAP_IDX || in->src == BPF_PSEUDO_MAP_IDX_VALUE) &&
	    fd_from_array(e, in->imm, &fd))
		return STOP;
	map = e->in->map_by_fd ? e->in->map_by_fd(e->in->fds, fd) : NULL;
	if (!map)
		return refuse(e, VERIFY_MAP, -EBADF, "descriptor %d is no map", fd);
	e->aux[i].map = map;
	if (map_for_prog(e, map))
		return STOP;
	if (value) {
		e->aux[i].off = in[1].imm;
		if (map->type == BPF_MAP_TYPE_ARRAY && map->max_entries != 1)
			return refuse(e, VERIFY_MAP, -524, "this type of map has no address of its value");
		if (map->type == BPF_MAP_TYPE_ARRAY && e->aux[i].off >= map->value_size)
			return refuse(e, VERIFY_MAP, -EINVAL,
				      "offset %2$u in a map value of %1$u bytes",
				      map->value_size, e->aux[i].off);
	}
	return GO;
}

static int resolve_ksym(struct env *e, u32 i)
{
	const struct insn *in = &e->in->insns[i];
	struct aux *aux = &e->aux[i];
	const struct btf_type *t;
	struct kbtf *kb;

	aux->btf = e->vmlinux;
	aux->id = in->imm;
	if (in[1].imm) {
		kb = e->in->btf_by_fd ? e->in->btf_by_fd(e->in->fds, in[1].imm) : NULL;
		if (!kb)
			return refuse(e, VERIFY_KSYM, -EINVAL, "no BTF at that descriptor");
		aux->btf = kb->kernel ? kb->kernel->btf : kb->btf;
	} else if (!e->vmlinux) {
		return refuse(e, VERIFY_KSYM, -EINVAL,
			      "the kernel has no BTF");
	}
	t = btf__type_by_id(aux->btf, aux->id);
	if (!t)
		return refuse(e, VERIFY_KSYM, -ENOENT, "no type has the BTF id %u", aux->id);
	if (!btf_is_var(t) && !btf_is_func(t))
		return refuse(e, VERIFY_KSYM, -EINVAL,
			      "BTF id %u is neither a variable nor a function", aux->id);
	if (btf_is_func(t)) {
		int known = kernel_since(e, KV(6, 4));

		if (!known)
			return refuse(e, VERIFY_KSYM, -EINVAL, "BTF id %u is no variable",
				      aux->id);
		if (known < 0)
			unsure(e, VERIFY_KSYM,
			       "the address of a function by BTF id: kernels before 6.4 refuse it");
	}
	switch (target_symbol(e->in->target, btf_nm(aux->btf, aux->id), NULL)) {
	case TARGET_NO:
		return refuse(e, VERIFY_KSYM, -ENOENT, "symbol '%s' has no address",
			      btf_nm(aux->btf, aux->id));
	case TARGET_UNKNOWN:
		unsure(e, VERIFY_KSYM, "whether symbol '%s' has an address is not known",
		       btf_nm(aux->btf, aux->id));
		/* fall through */
	default:
		return GO;
	}
}

static int resolve_imm64(struct env *e, u32 i)
{
	const struct insn *in = &e->in->insns[i];

	if (i + 1 >= e->in->insn_cnt || in[1].code || in[1].dst || in[1].src || in[1].off)
		return refuse(e, VERIFY_PROG, -EINVAL, "half of a 64-bit load");
	switch (in->src) {
	case 0:
	case BPF_PSEUDO_FUNC:
		return GO;
	case BPF_PSEUDO_BTF_ID:
		return resolve_ksym(e, i);
	case BPF_PSEUDO_MAP_FD: case BPF_PSEUDO_MAP_VALUE: case BPF_PSEUDO_MAP_IDX: case BPF_PSEUDO_MAP_IDX_VALUE:
		return resolve_map(e, i);
	default:
		return refuse(e, VERIFY_PROG, -EINVAL, "a 64-bit load of no known kind");
	}
}

static int mark_start(struct env *e, u32 i, u32 *starts)
{
	s64 to = (s64)i + 1 + e->in->insns[i].imm;

	if (to < 0 || to >= e->in->insn_cnt)
		return refuse(e, VERIFY_PROG, -EINVAL, "calls what is no instruction");
	if (!e->aux[to].start)
		(*starts)++;
	e->aux[to].start = true;
	return GO;
}

static int find_structure(struct env *e)
{
	const struct insn *insns = e->in->insns;
	u32 i, starts = 1;
	bool func_refs = false;
	s64 to;

	e->aux[0].start = true;
	for (i = 0; i < e->in->insn_cnt; i++) {
		e->at = i;
		if (is_call(&insns[i], BPF_PSEUDO_CALL) && mark_start(e, i, &starts))
			return STOP;
		if (insns[i].code == IMM64) {
			if (insns[i].src == BPF_PSEUDO_FUNC) {
				if (mark_start(e, i, &starts))
					return STOP;
				func_refs = true;
			}
			i++;
		} else if (jump_target(e, i, &to)) {
			if (to < 0 || to >= e->in->insn_cnt)
				return refuse(e, VERIFY_PROG, -EINVAL,
					      "instruction %u jumps to %lld, out of the program", i, (long long)to);
			e->aux[to].join = true;
			if (to <= i)
				e->aux[to].loop = true;
		}
	}
	for (i = 0; i < e->in->func_cnt; i++)
		if (e->in->funcs[i].insn < e->in->insn_cnt && !e->aux[e->in->funcs[i].insn].start)
			e->aux[e->in->funcs[i].insn].start = true; /* an exception callback: nothing calls it */
	if (func_refs && !e->in->func_cnt)
		return refuse(e, VERIFY_PROG, -EINVAL, "there is no func_info");
	return GO;
}

/* No instruction may be out of reach, conditions aside. */
static int reachability(struct env *e)
{
	u32 *todo = calloc(e->in->insn_cnt + 1, sizeof(*todo)), cnt = 0, i;
	s64 to;

	if (!todo)
		return e->ret = -ENOMEM, STOP;
#define REACH(n) do { if ((n) < e->in->insn_cnt && !e->aux[n].done) { e->aux[n].done = true; todo[cnt++] = (n); } } while (0)
	REACH(0);
	for (i = 0; i < e->in->func_cnt; i++)
		REACH(e->in->funcs[i].insn);
	while (cnt) {
		u32 at = todo[--cnt];
		const struct insn *in = &e->in->insns[at];

		if (in->code == IMM64)
			e->aux[at + 1].done = true;
		if (is_call(in, BPF_PSEUDO_CALL) || (in->code == IMM64 && in->src == BPF_PSEUDO_FUNC))
			REACH(at + 1 + in->imm);
		if (jump_target(e, at, &to)) {
			REACH((u32)to);
			if (BPF_OP(in->code) == BPF_JA)
				continue;
		}
		if (in->code != (BPF_JMP | BPF_EXIT))
			REACH(at + 1 + (in->code == IMM64));
	}
#undef REACH
	free(todo);
	for (i = 0; i < e->in->insn_cnt; i++)
		if (!e->aux[i].done)
			return e->at = i, refuse(e, VERIFY_PROG, -EINVAL, "unreachable insn %u", i);
	return GO;
}

enum { HEIGHT_BUSY = 255, HEIGHT_MAX = 64 };

/* How many frames a function and what it calls take at most; functions lie one behind another. 0: refused. */
static u32 height(struct env *e, u32 start, u32 depth)
{
	const struct insn *insns = e->in->insns;
	u32 i, most = 0;

	e->at = start;
	if (e->aux[start].height == HEIGHT_BUSY)
		return refuse(e, VERIFY_PROG, -EINVAL, "recursive call"), 0;
	if (depth > HEIGHT_MAX)
		return HEIGHT_MAX;
	if (e->aux[start].height)
		return e->aux[start].height;
	e->aux[start].height = HEIGHT_BUSY;
	for (i = start; i < e->in->insn_cnt && (i == start || !e->aux[i].start); i++) {
		if (is_call(&insns[i], BPF_PSEUDO_CALL)) {
			u32 h = height(e, i + 1 + insns[i].imm, depth + 1);

			if (!h)
				return 0;
			most = h > most ? h : most;
		}
		if (insns[i].code == IMM64)
			i++;
	}
	e->aux[start].height = most + 1 > HEIGHT_MAX ? HEIGHT_MAX : most + 1;
	return e->aux[start].height;
}

static int frames(struct env *e)
{
	u32 h = height(e, 0, 1);

	if (h > 16 || (h > 8 && !kernel_since(e, KV(7, 2))))
		return refuse(e, VERIFY_PROG, -E2BIG, "%u calls deep", h);
	return h ? GO : STOP;
}

int prepare_prog(struct env *e)
{
	const struct insn *insns = e->in->insns;
	u32 i;

	if (!e->in->insn_cnt)
		return refuse(e, VERIFY_PROG, -E2BIG, "no instructions");
	for (i = 0; i < e->in->insn_cnt; i++)
		if (insns[i].dst > 10 || insns[i].src > 10)
			return e->at = i, refuse(e, VERIFY_PROG, -EINVAL, "R%u is invalid",
						 insns[i].dst > 10 ? insns[i].dst : insns[i].src);
	if (find_structure(e))
		return STOP;
	for (i = 0; i < e->in->insn_cnt; i++) {
		e->at = i;
		if (is_call(&insns[i], BPF_PSEUDO_KFUNC_CALL) && resolve_kfunc(e, i))
			return STOP;
	}
	for (i = 0; i < e->in->insn_cnt; i++) {
		e->at = i;
		if (insns[i].code != IMM64)
			continue;
		if (resolve_imm64(e, i))
			return STOP;
		i++;
	}
	if (reachability(e) || frames(e))
		return STOP;
	e->at = 0;
	liveness(e);
	return ctx_init(e);
}
