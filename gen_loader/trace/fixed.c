// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Objects to be signed (trace_opts.fixed): nothing of the blob may depend on the machine or the process that loads it, since
 * what is signed is all of it. What the target would decide is decided here, or refused by name.
 */
#include "record.h"
#include "../object/kernel_types.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#define ATTR(field) offsetof(union bpf_attr, field)

/* Pages are not larger anywhere, so this is what every kernel accepts. */
#define RINGBUF_UNIT 65536u
/* At least as many as distributions configure (CONFIG_NR_CPUS), at 8 bytes each. */
#define CPUS_MAX 8192u

static const char *const found_on_target[] = { "LINUX_KERNEL_VERSION", "LINUX_HAS_BPF_COOKIE", "LINUX_HAS_SYSCALL_WRAPPER" };

static int check_kconfig(struct build *b, const struct obj_extern *ext)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(found_on_target); i++)
		if (!strcmp(ext->name, found_on_target[i]))
			return err_set(b->err, -EINVAL, "kconfig '%s': its value is the target's, which a signature can't cover",
				       ext->name);
	if (ext->kcfg_set || ext->weak)
		return 0;
	return err_set(b->err, -EINVAL, "kconfig '%s': what is signed needs a value: --kconfig FILE", ext->name);
}

static int check_map(struct build *b, const struct trace_opts *opts, const struct obj_map *m)
{
	if (m->type == MAP_TYPE_ARENA)
		return err_set(b->err, -EINVAL, "map '%s': an arena is made by the process that loads, which can't be signed", m->name);
	if (m->kind == MAP_STRUCT_OPS && !opts->kernel_btf)
		return err_set(b->err, -EINVAL, "map '%s': struct_ops that are signed need the kernel's BTF: --btf FILE", m->name);
	return 0;
}

static int check_prog(struct build *b, const struct obj_func *f)
{
	if (f->def && f->def->prog_type == BPF_PROG_TYPE_EXT)
		return err_set(b->err, -EINVAL, "prog '%s': the program that it replaces is named by the process that loads, "
			       "which can't be signed", f->name);
	return 0;
}

int fixed_check(struct rec *r, const struct trace_opts *opts)
{
	struct build *b = &r->b;
	u32 i;
	int ret = 0;

	if (!r->fixed)
		return 0;
	for (i = 0; i < b->obj->extern_cnt && !ret; i++)
		if (b->obj->externs[i].kind == EXT_KCONFIG)
			ret = check_kconfig(b, &b->obj->externs[i]);
	for (i = 0; i < b->obj->map_cnt && !ret; i++)
		ret = check_map(b, opts, &b->obj->maps[i]);
	for (i = 0; i < b->obj->func_cnt && !ret; i++)
		if (b->obj->funcs[i].is_prog)
			ret = check_prog(b, &b->obj->funcs[i]);
	return ret;
}

bool fixed_size(struct rec *r, u32 attr, enum trace_size_rule rule, u32 entries)
{
	u64 sz = RINGBUF_UNIT;

	if (!r->fixed)
		return false;
	if (rule == SIZE_CPUS) {
		attr_u32(&r->b, attr, ATTR(max_entries), CPUS_MAX);
		return true;
	}
	while (sz < entries)
		sz *= 2;
	/* 0 stays, and what can't be rounded: the kernel refuses them */
	attr_u32(&r->b, attr, ATTR(max_entries), entries && sz <= 1u << 31 ? (u32)sz : entries);
	return true;
}

void fixed_hash(struct rec *r)
{
	if (r->fixed)
		r->b.tr->hash_chunk = chunk_new(&r->b, CHUNK_CONST, NULL, 32, true, "hash of what surrounds the blob");
}

void fixed_log(struct rec *r, u32 attr)
{
	static const u32 from[] = {
		offsetof(struct lskel_host, log_level), offsetof(struct lskel_host, log_size),
		offsetof(struct lskel_host, log_buf), offsetof(struct lskel_host, log_buf) + 4,
	};
	static const u32 to[] = { ATTR(log_level), ATTR(log_size), ATTR(log_buf), ATTR(log_buf) + 4 };
	u32 i, none = 0;

	if (!r->fixed)
		return;
	for (i = 0; i < ARRAY_SIZE(from); i++) {
		struct trace_ref host = ref(CHUNK_ID_HDR, LSKEL_HOST_OFF + from[i]);

		if (i)
			attr_copy(&r->b, attr, to[i], host);
		else
			none = op_if_ge(&r->b, host, 1, ref(attr, to[i]));
	}
	op_land(&r->b, none);
}
