// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF_PROG_RUN of SYSCALL programs, and the helpers that those have. */
#include "map_types.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET (1ull << 28) /* instructions of a run */
#define LOOPS (1u << 23)    /* BPF_MAX_LOOPS */

/* What a helper's argument must point to. The verifier proves it, here it is checked. */
static void *mem(struct interp *in, u64 addr, u64 sz, bool write, const char *what)
{
	void *p = interp_mem(in, addr, sz, write);

	if (!p)
		interp_stop(in, -EFAULT, "%s: %llu bytes at 0x%llx are not all the program's", what,
			    (unsigned long long)sz, (unsigned long long)addr);
	return p;
}

static u64 help_sys_bpf(struct interp *in, const u64 a[5])
{
	const void *attr = mem(in, a[1], (u32)a[2], false, "sys_bpf");

	return attr ? (u64)model_sys_bpf(in->priv, (u32)a[0], attr, (u32)a[2]) : 0;
}

static const char *kind_name(u32 kind)
{
	static const char *const names[] = { "void",	"int",	    "ptr",	"array",      "struct",
					     "union",	"enum",	    "fwd",	"typedef",    "volatile",
					     "const",	"restrict", "func",	"func_proto", "var",
					     "datasec", "float",    "decl_tag", "type_tag",   "enum64" };

	return kind < ARRAY_SIZE(names) ? names[kind] : "?";
}

static s64 find(struct model *m, const char *name, u64 sz, u32 kind, u64 flags)
{
	const struct target_btf *where;
	struct kbtf *b;
	s64 id;
	int fd;

	m->err.msg[0] = 0;
	if (model_inject(m))
		return model_fail(m, m->fail_err, "as it was asked to");
	if (flags || sz <= 1 || name[sz - 1])
		return model_fail(m, -EINVAL, "the name has no end, or there are flags");
	id = model_find_type(m, name, kind & 0xff, &where);
	if (id < 0 || !where || where == &m->target->btfs[0])
		return id;
	b = model_kernel_kbtf(m, where);
	if (!b)
		return model_fail(m, -ENOMEM, "out of memory");
	b->refs++;
	fd = fd_new(m, KFD_BTF, b, 0);
	return fd < 0 ? fd : id | (s64)fd << 32;
}

static u64 help_find(struct interp *in, const u64 a[5])
{
	const char *name = mem(in, a[0], (u32)a[1], false, "btf_find_by_name_kind");
	struct model *m = in->priv;
	s64 id;

	if (!name)
		return 0;
	id = find(m, name, (u32)a[1], (u32)a[2], (u32)a[3]);
	model_show_call(m, "btf_find_by_name_kind(\"%.*s\", %s)", (int)(u32)a[1], name,
			kind_name((u32)a[2] & 0xff));
	model_show_ret(m, id >= 0 ? (long)(u32)id : (long)id);
	return (u64)id;
}

/* Closing what the loader has not opened is what it must not do; -1 and the like are nothing. */
static u64 help_close(struct interp *in, const u64 a[5])
{
	struct model *m = in->priv;
	const int fd = (int)a[0];
	int ret = -EBADF;

	if (fd_kind(m, fd) == KFD_OTHER)
		model_fault(m, "closes descriptor %d, which is not its own", fd);
	else if (fd >= 0 && fd_kind(m, fd) == KFD_FREE)
		model_fault(m, "closes descriptor %d, which is not open", fd);
	else if (fd >= 0)
		ret = fd_close(m, fd);
	if (fd >= 0) {
		model_show_call(m, "close(%d)", fd);
		m->err.msg[0] = 0;
		model_show_ret(m, ret);
	}
	return (u64)(s64)ret;
}

static int look_up(struct model *m, const char *name, u64 sz, u64 flags, u64 *res)
{
	*res = 0;
	m->err.msg[0] = 0;
	if (model_inject(m))
		return model_fail(m, m->fail_err, "as it was asked to");
	if (flags || sz <= 1 || name[sz - 1])
		return model_fail(m, -EINVAL, "the name has no end, or there are flags");
	switch (model_ask_symbol(m, name, res)) {
	case TARGET_NO:
		*res = 0;
		return model_fail(m, -ENOENT, "no symbol '%s'", name);
	case TARGET_UNKNOWN:
		model_undecided(m, "symbol '%s': whether it has an address", name);
		break;
	case TARGET_YES:
		break;
	}
	return 0;
}

static u64 help_kallsyms(struct interp *in, const u64 a[5])
{
	const char *name = mem(in, a[0], (u32)a[1], false, "kallsyms_lookup_name");
	u64 *res = name ? mem(in, a[3], 8, true, "kallsyms_lookup_name") : NULL;
	struct model *m = in->priv;
	int ret;

	if (!res)
		return 0;
	if (a[3] % 8)
		return interp_stop(in, -EFAULT, "kallsyms_lookup_name: the result is not aligned");
	ret = look_up(m, name, (u32)a[1], a[2], res);
	model_show_call(m, "kallsyms_lookup_name(\"%.*s\")", (int)(u32)a[1], name);
	model_show_ret(m, ret);
	return (u64)(s64)ret;
}

static u64 help_loop(struct interp *in, const u64 a[5])
{
	u64 i;

	if (a[3])
		return (u64)-EINVAL;
	if ((u32)a[0] > LOOPS)
		return (u64)-E2BIG;
	for (i = 0; i < (u32)a[0] && !in->stopped; i++) {
		const u64 args[5] = { i, a[2] };

		if (interp_call(in, a[1], args))
			return i + 1;
	}
	return i;
}

static struct kmap *map_at(struct interp *in, u64 addr)
{
	struct model *m = in->priv;
	u32 fd;

	/* maps that the program refers to may have no descriptor any more, so it is asked for its own */
	const struct kprog *p = NULL;

	for (fd = 0; fd < m->fd_cnt && !p; fd++)
		if (model_prog(m, (int)fd) && model_prog(m, (int)fd)->run == in->insns)
			p = model_prog(m, (int)fd);
	for (fd = 0; p && fd < p->map_cnt; fd++)
		if ((u64)(uintptr_t)p->maps[fd]->object == addr)
			return p->maps[fd];
	interp_stop(in, -EINVAL, "0x%llx is no map", (unsigned long long)addr);
	return NULL;
}

static u8 *elem(struct interp *in, const u64 a[5], struct kmap **map)
{
	const u32 *key;

	*map = map_at(in, a[0]);
	key = *map ? mem(in, a[1], (*map)->key_size, false, "map element") : NULL;
	if (!key || !(*map)->value || *key >= (*map)->max_entries)
		return NULL;
	return (*map)->value + ((*map)->value_size + 7ull) / 8 * 8 * *key;
}

static u64 help_lookup(struct interp *in, const u64 a[5])
{
	struct kmap *map;

	return (u64)(uintptr_t)elem(in, a, &map);
}

static u64 help_update(struct interp *in, const u64 a[5])
{
	struct kmap *map;
	u8 *to = elem(in, a, &map);
	const void *value = map ? mem(in, a[2], map->value_size, false, "map element") : NULL;

	if (!value)
		return 0;
	if (!map->value)
		return interp_stop(in, -EOPNOTSUPP, "map '%s': updates by programs are not modelled",
				   map->name);
	if (a[3] > BPF_EXIST)
		return (u64)-EINVAL;
	if (a[3] == BPF_NOEXIST)
		return (u64)-EEXIST;
	if (!to)
		return (u64)-E2BIG;
	memcpy(to, value, map->value_size);
	return 0;
}

static u64 help_delete(struct interp *in, const u64 a[5])
{
	struct kmap *map = map_at(in, a[0]);

	if (map && !map->value)
		return interp_stop(in, -EOPNOTSUPP, "map '%s': updates by programs are not modelled",
				   map->name);
	return (u64)-EINVAL;
}

static u64 help_probe_read(struct interp *in, const u64 a[5])
{
	void *dst = mem(in, a[0], (u32)a[1], true, "probe_read_kernel");
	const void *src = interp_mem(in, a[2], (u32)a[1], false);

	if (!dst)
		return 0;
	if (src)
		memmove(dst, src, (u32)a[1]);
	else
		memset(dst, 0, (u32)a[1]);
	return src ? 0 : (u64)-EFAULT;
}

static u64 help_copy_from_user(struct interp *in, const u64 a[5])
{
	void *dst = mem(in, a[0], (u32)a[1], true, "copy_from_user");

	if (!dst)
		return 0;
	if (!model_copy_in_user(in->priv, dst, a[2], (u32)a[1]))
		return 0;
	memset(dst, 0, (u32)a[1]);
	return (u64)-EFAULT;
}

static u64 help_printk(struct interp *in, const u64 a[5])
{
	const char *fmt = mem(in, a[0], (u32)a[1], false, "trace_printk");
	struct model *m = in->priv;

	if (!fmt)
		return 0;
	if (!a[1] || fmt[(u32)a[1] - 1])
		return (u64)-EINVAL;
	model_show_call(m, "trace_printk(\"%s\", 0x%llx, 0x%llx, 0x%llx)\n", fmt, (unsigned long long)a[2],
			(unsigned long long)a[3], (unsigned long long)a[4]);
	return (u32)a[1] - 1;
}

static u64 help_strncmp(struct interp *in, const u64 a[5])
{
	const char *s1 = mem(in, a[0], (u32)a[1], false, "strncmp"), *s2 = (const char *)(uintptr_t)a[2];
	u32 i;

	if (!s1)
		return 0;
	for (i = 0; i < (u32)a[1]; i++) {
		if (!mem(in, a[2] + i, 1, false, "strncmp"))
			return 0;
		if (s1[i] != s2[i] || !s1[i])
			return (u64)(s64)((int)(u8)s1[i] - (int)(u8)s2[i]);
	}
	return 0;
}

static interp_helper helper(u32 id)
{
	switch (id) {
	case 1: return help_lookup;
	case 2: return help_update;
	case 3: return help_delete;
	case 6: return help_printk;
	case 113: return help_probe_read;
	case 148: return help_copy_from_user;
	case 166: return help_sys_bpf;
	case 167: return help_find;
	case 168: return help_close;
	case 179: return help_kallsyms;
	case 181: return help_loop;
	case 182: return help_strncmp;
	}
	return NULL;
}

static int set_up(struct interp *in, struct model *m, const struct kprog *p, void *ctx, u32 ctx_sz)
{
	u32 i;
	int err = 0;

	in->insns = p->run;
	in->insn_cnt = p->insn_cnt;
	in->budget = BUDGET;
	in->helper = helper;
	in->priv = m;
	in->region_cnt = 0;
	in->last_region = 0;
	for (i = 0; i < p->map_cnt && !err; i++)
		if (p->maps[i]->value)
			err = interp_region(in, p->maps[i]->value,
					    (p->maps[i]->value_size + 7ull) / 8 * 8 * p->maps[i]->max_entries,
					    !(p->maps[i]->flags & BPF_F_RDONLY_PROG), p->maps[i]->name);
	/* the objects come last: the blob is what is looked at most */
	for (i = 0; i < p->map_cnt && !err && in->region_cnt < INTERP_REGIONS - 1; i++)
		err = interp_region(in, p->maps[i]->object, KMAP_OBJECT_SZ, false, "struct bpf_map");
	if (!err && ctx_sz)
		err = interp_region(in, ctx, ctx_sz, true, "ctx");
	return err ? model_fail(m, err, "too many maps") : 0;
}

static long run(struct caller *c, struct kprog *p, void *ctx, u32 ctx_sz)
{
	struct model *m = c->m;
	struct interp in;
	u64 ret = 0;
	int err;

	err = set_up(&in, m, p, ctx, ctx_sz);
	if (err)
		return err;
	m->runs = m->run_id == p->id ? m->runs + 1 : 1;
	m->run_id = p->id;
	if (m->runs == 1 && m->log)
		fprintf(m->log, "BPF_PROG_RUN of '%s':\n", p->name);
	m->in = &in;
	p->refs++;
	err = interp_run(&in, ctx_sz ? (u64)(uintptr_t)ctx : 0, &ret);
	m->in = NULL;
	m->err.msg[0] = 0;
	if (err) {
		model_fault(m, "prog '%s': %s", p->name, in.err.msg);
		model_fail(m, err, "%s", in.err.msg);
	} else {
		put32(c->user_attr + TR_RETVAL, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, (u32)ret);
	}
	kprog_put(m, p);
	return err;
}

long cmd_prog_run(struct caller *c)
{
	/* data_size_in and _out, cpu are not looked at */
	static const u32 zero[][2] = { { 16, 40 }, { 44, 48 }, { 56, 68 }, { 72, 76 } };
	const u64 ctx = a64(c, 48);
	const u32 ctx_sz = a32(c, 40);
	struct model *m = c->m;
	struct kprog *p;
	u8 *copy;
	u32 i, j;
	long ret;
	int err = 0;

	if (m->in)
		return model_fail(m, -EINVAL, "a program runs already");
	p = fd_get(m, (int)a32(c, TR_PROG), KFD_PROG, &err);
	if (!p)
		return err;
	if (p->type != BPF_PROG_TYPE_SYSCALL) {
		model_undecided(m, "prog '%s': running it", prog_label(p));
		return model_fail(m, -EOPNOTSUPP, "prog '%s' can't be run here: it is of type %u",
				  prog_label(p), p->type);
	}
	for (i = 0; i < ARRAY_SIZE(zero); i++)
		for (j = zero[i][0]; j < zero[i][1]; j++)
			if (c->attr[j])
				return model_fail(m, -EINVAL, "the attr has something at %u", j);
	if (!ctx != !ctx_sz || ctx_sz > 0xffff)
		return model_fail(m, -EINVAL, "a context of %u bytes", ctx_sz);
	copy = malloc((size_t)ctx_sz + 1);
	if (!copy)
		return model_fail(m, -ENOMEM, "out of memory");
	ret = model_copy_in_user(m, copy, ctx, ctx_sz);
	if (!ret)
		ret = run(c, p, copy, ctx_sz);
	if (!ret)
		ret = model_copy_out_user(m, ctx, copy, ctx_sz);
	free(copy);
	return ret;
}
