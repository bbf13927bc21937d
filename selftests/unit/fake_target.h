/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * kernel/target/ without files: a target over BTF that a test makes, with the symbols that it lists. A test
 * that includes this does not link the real one.
 */
#ifndef UNIT_FAKE_TARGET_H
#define UNIT_FAKE_TARGET_H

#include <errno.h>
#include <string.h>
#include <bpf/btf.h>

#include "kernel/target/target.h"

static u64 fake_no_prog_types; /* a bit for each type that it does not have */
static const char *const *fake_symbols; /* NULL-terminated; NULL: TARGET_UNKNOWN */

int target_open(const char *path, struct target **t, struct lsk_err *err)
{
	(void)t;
	return err_set(err, -ENOTSUP, "%s", path);
}

void target_close(struct target *t)
{
	(void)t;
}

int target_find_in(const struct target *t, const char *btf_name, const char *name, u32 kind,
		   const struct target_btf **where)
{
	u32 i, id;

	for (i = 0; i < t->btf_cnt; i++) {
		const struct target_btf *b = &t->btfs[i];

		if (btf_name && strcmp(b->name, btf_name))
			continue;
		for (id = b->first_id; id < btf__type_cnt(b->btf); id++) {
			const struct btf_type *type = btf__type_by_id(b->btf, id);

			if (btf_kind(type) == kind &&
			    !strcmp(btf__name_by_offset(b->btf, type->name_off), name)) {
				*where = b;
				return (int)id;
			}
		}
	}
	return -ENOENT;
}

int target_find(const struct target *t, const char *name, u32 kind, const struct target_btf **where)
{
	return target_find_in(t, NULL, name, kind, where);
}

enum target_answer target_symbol(const struct target *t, const char *name, u64 *addr)
{
	u32 i;

	(void)t;
	if (!fake_symbols)
		return TARGET_UNKNOWN;
	for (i = 0; fake_symbols[i]; i++) {
		if (!strcmp(fake_symbols[i], name)) {
			if (addr)
				*addr = 0xffffffff81000000ull + 16 * i;
			return TARGET_YES;
		}
	}
	return TARGET_NO;
}

enum target_answer target_prog_type(const struct target *t, u32 type)
{
	(void)t;
	return type <= 32 && !(fake_no_prog_types >> type & 1) ? TARGET_YES : TARGET_NO;
}

enum target_answer target_map_type(const struct target *t, u32 type)
{
	const u32 v = t->version, last = v >= 0x060900 ? 34 : v >= 0x060200 ? 32 : v >= 0x060100 ? 31 : 30;

	return type <= last ? TARGET_YES : TARGET_NO;
}

enum target_answer target_attach_type(const struct target *t, u32 type)
{
	(void)t, (void)type;
	return TARGET_YES;
}

enum target_answer target_helper(const struct target *t, u32 id)
{
	(void)t;
	return id <= 211 ? TARGET_YES : TARGET_NO;
}

enum target_answer target_since(const struct target *t, u32 version)
{
	return !t->version ? TARGET_UNKNOWN : t->version >= version ? TARGET_YES : TARGET_NO;
}

const char *target_config(const struct target *t, const char *name)
{
	(void)t, (void)name;
	return NULL;
}

void target_kfunc(const struct target *t, const struct target_btf *where, u32 id, u32 prog_type,
		  struct target_kfunc *kf)
{
	(void)t, (void)where, (void)id, (void)prog_type;
	memset(kf, 0, sizeof(*kf));
	kf->exists = TARGET_YES;
	kf->allowed = TARGET_YES;
}

#endif
