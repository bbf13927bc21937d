// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What instructions refer to: maps, types of the kernel, functions. */
#include "map_types.h"

#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#include "../../gen_loader/core/core.h"

#define BAD(...) model_fail(l->m, -EINVAL, __VA_ARGS__)

enum { MAPS_MAX = 64 };

static int use_map(struct load *l, struct kmap *map)
{
	struct kprog *p = l->prog;
	struct kmap **at;
	u32 i;

	for (i = 0; i < p->map_cnt; i++)
		if (p->maps[i] == map)
			return 0;
	if (p->map_cnt == MAPS_MAX)
		return model_fail(l->m, -E2BIG, "more than %d maps", MAPS_MAX);
	at = PUSH(p->maps, p->map_cnt, l->map_cap);
	if (!at)
		return model_fail(l->m, -ENOMEM, "out of memory");
	*at = map;
	map->refs++;
	return 0;
}

/* The loader runs here: it gets addresses. */
static void set_imm64(struct load *l, u32 at, u64 v)
{
	struct insn *run = l->prog->run;

	if (!run)
		return;
	run[at].src = 0;
	run[at].imm = (s32)(u32)v;
	run[at + 1].imm = (s32)(u32)(v >> 32);
}

static int resolve_map(struct load *l, u32 at, const struct insn *i)
{
	const bool by_idx = i->src == SRC_MAP_IDX || i->src == SRC_MAP_IDX_VALUE;
	const bool is_value = i->src == SRC_MAP_VALUE || i->src == SRC_MAP_IDX_VALUE;
	struct kmap *map;
	int fd = i->imm, err = 0;
	u32 off = (u32)i[1].imm;

	if (!is_value && off)
		return BAD("insn %u: reserved fields are not zero", at);
	if (by_idx)
		err = fd_array_at(l, (u32)i->imm, &fd);
	if (err)
		return err;
	map = fd_get(l->m, fd, KFD_MAP, &err);
	if (!map) {
		l->m->err.msg[0] = 0;
		return model_fail(l->m, err, "insn %u: descriptor %d is %s", at, fd,
				  err == -EBADF ? "not open" : "no map");
	}
	err = use_map(l, map);
	if (err)
		return err;
	if (!is_value) {
		set_imm64(l, at, (u64)(uintptr_t)map->object);
		return 0;
	}
	if (map->type != MAP_ARENA && map->type != MAP_INSN_ARRAY && map->type != BPF_MAP_TYPE_ARRAY)
		return BAD("insn %u: map '%s' of type %u has no address", at, map->name, map->type);
	if (map->type == BPF_MAP_TYPE_ARRAY && map->max_entries != 1)
		return model_fail(l->m, -KENOTSUPP, "insn %u: map '%s' has no address", at, map->name);
	if (map->type == BPF_MAP_TYPE_ARRAY && off >= map->value_size)
		return BAD("insn %u: byte %u of map '%s', which has %u", at, off, map->name, map->value_size);
	set_imm64(l, at, (u64)(uintptr_t)map->value + off);
	return 0;
}

static const struct btf *types_of(const struct kbtf *b)
{
	return b->kernel ? b->kernel->btf : b->btf;
}

/* A kernel's BTF by descriptor; 0: vmlinux's. *@btf is NULL where nothing is known. */
static int kernel_btf_by_fd(struct load *l, u32 at, int fd, const struct btf **btf,
			    const struct target_btf **where)
{
	struct kbtf *b;

	*btf = NULL;
	*where = NULL;
	if (fd) {
		if (fd_kind(l->m, fd) != KFD_BTF)
			return BAD("insn %u: descriptor %d is no BTF", at, fd);
		b = l->m->fds[fd].obj;
		*btf = types_of(b);
		*where = b->kernel;
		return 0;
	}
	if (!model_has_kernel_btf(l->m))
		return BAD("insn %u: the kernel has no BTF", at);
	if (l->m->target) {
		*where = &l->m->target->btfs[0];
		*btf = (*where)->btf;
	}
	return 0;
}

/* A typed ksym. */
static int resolve_btf_id(struct load *l, u32 at, const struct insn *i)
{
	const struct target_btf *where;
	const struct btf_type *t;
	const struct btf *btf;
	const char *name;
	u64 addr = 0;
	int err;

	err = kernel_btf_by_fd(l, at, i[1].imm, &btf, &where);
	if (err)
		return err;
	if (!btf) {
		model_undecided(l->m, "prog '%s': insn %u: ksym '%s'", prog_label(l->prog), at,
				model_guess_name(l->m, (u32)i->imm));
		return 0;
	}
	t = btf__type_by_id(btf, (u32)i->imm);
	if (!i->imm || !t)
		return model_fail(l->m, -ENOENT, "insn %u: the kernel's BTF has no type %d", at, i->imm);
	if (!btf_is_var(t) && !(btf_is_func(t) && model_maybe_since(l->m, KVER(6, 4, 0))))
		return BAD("insn %u: type %d is no variable", at, i->imm);
	name = btf__name_by_offset(btf, t->name_off);
	switch (model_ask_symbol(l->m, name, &addr)) {
	case TARGET_NO: return model_fail(l->m, -ENOENT, "insn %u: ksym '%s' has no address", at, name);
	case TARGET_UNKNOWN: model_undecided(l->m, "ksym '%s': whether it has an address", name); break;
	case TARGET_YES: break;
	}
	return 0;
}

static int resolve_kfunc(struct load *l, u32 at, const struct insn *i)
{
	const struct target_btf *where;
	const struct btf_type *t;
	const struct btf *btf;
	struct target_kfunc kf = {};
	const char *name;
	int err, fd = 0;

	if (!i->imm &&
	    !i->off) { /* a weak one that is not there; only the verifier knows whether it is reached */
		model_undecided(l->m,
				"prog '%s': insn %u: whether the call of a missing function can be reached",
				prog_label(l->prog), at);
		return 0;
	}
	if (!i->imm)
		return BAD("insn %u: kernel function of type 0", at);
	if (!l->prog->gpl)
		return BAD("insn %u: kernel functions are for programs with a GPL licence", at);
	if (i->off < 0)
		return BAD("insn %u: kernel function at fd_array[%d]", at, i->off);
	err = i->off ? fd_array_at(l, (u32)i->off, &fd) : 0;
	if (!err)
		err = kernel_btf_by_fd(l, at, fd, &btf, &where);
	if (err)
		return err;
	if (!btf || !where) {
		model_undecided(l->m, "prog '%s': insn %u: kfunc '%s'", prog_label(l->prog), at,
				model_guess_name(l->m, (u32)i->imm));
		return 0;
	}
	t = btf__type_by_id(btf, (u32)i->imm);
	if (!t || !btf_is_func(t))
		return BAD("insn %u: type %d is no kernel function", at, i->imm);
	name = btf__name_by_offset(btf, t->name_off);
	if (model_ask_symbol(l->m, name, NULL) == TARGET_NO)
		return BAD("insn %u: kfunc '%s' has no address", at, name);
	target_kfunc(l->m->target, where, (u32)i->imm, l->prog->type, &kf);
	/* that it may not be called counts only where it is reached: the verifier's question */
	if (l->m->verify)
		return 0;
	if (kf.exists == TARGET_NO || kf.allowed == TARGET_NO)
		return model_fail(l->m, -EACCES, "insn %u: calling kernel function '%s' is not allowed", at,
				  name);
	if (kf.exists == TARGET_UNKNOWN || kf.allowed == TARGET_UNKNOWN)
		model_undecided(l->m, "prog '%s': insn %u: whether it may call kfunc '%s'",
				prog_label(l->prog), at, name);
	return 0;
}

static int resolve_ld_imm64(struct load *l, u32 at)
{
	const struct insn *i = &l->prog->insns[at];

	if (at + 1 == l->prog->insn_cnt || i[1].code || i[1].dst || i[1].src || i[1].off || i->off)
		return BAD("insn %u: invalid 64-bit immediate load", at);
	switch (i->src) {
	case 0:
	case SRC_FUNC: return 0;
	case SRC_MAP_FD:
	case SRC_MAP_VALUE:
	case SRC_MAP_IDX:
	case SRC_MAP_IDX_VALUE: return resolve_map(l, at, i);
	case SRC_BTF_ID: return resolve_btf_id(l, at, i);
	}
	return BAD("insn %u: 64-bit immediate load of kind %u", at, i->src);
}

/* Helpers are the verifier's affair, unless the kernel has no such helper; it counts only where it is
 * reached. */
static int resolve_call(struct load *l, u32 at)
{
	const struct insn *i = &l->prog->insns[at];

	if (i->src == SRC_KFUNC)
		return resolve_kfunc(l, at, i);
	if (i->off || i->src > SRC_KFUNC)
		return BAD("insn %u: reserved fields of a call are not zero", at);
	if (!i->src && !l->m->verify && i->imm == CORE_POISON_IMM)
		model_undecided(l->m, "prog '%s': insn %u: whether it can be reached, CO-RE found nothing for it",
				prog_label(l->prog), at);
	else if (!i->src && !l->m->verify && model_ask_helper(l->m, (u32)i->imm) == TARGET_NO)
		model_undecided(
			l->m,
			"prog '%s': insn %u: whether the call of helper %d, which is missing, can be reached",
			prog_label(l->prog), at, i->imm);
	return 0;
}

int prog_resolve(struct load *l)
{
	struct kprog *p = l->prog;
	u32 i;
	int err = 0;

	if (p->type == BPF_PROG_TYPE_SYSCALL) {
		p->run = malloc((size_t)p->insn_cnt * sizeof(*p->run));
		if (!p->run)
			return model_fail(l->m, -ENOMEM, "out of memory");
		memcpy(p->run, p->insns, (size_t)p->insn_cnt * sizeof(*p->run));
	}
	/* functions are found before maps are looked at */
	for (i = 0; i < p->insn_cnt && !err; i++) {
		if (p->insns[i].code == (BPF_JMP | BPF_CALL))
			err = resolve_call(l, i);
		else if (p->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW))
			i++;
	}
	for (i = 0; i < p->insn_cnt && !err; i++) {
		if (p->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW))
			err = resolve_ld_imm64(l, i++);
	}
	return err;
}
