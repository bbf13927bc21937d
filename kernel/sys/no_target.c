// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Stands for kernel/target/ where that is not built: nothing is known of any kernel. */
#include "../target/target.h"

#include <errno.h>

int target_open(const char *path, struct target **t, struct lsk_err *err)
{
	(void)t;
	return err_set(err, -ENOTSUP, "%s: this build knows no targets", path);
}

void target_close(struct target *t)
{
	(void)t;
}

int target_find(const struct target *t, const char *name, u32 kind, const struct target_btf **where)
{
	(void)t, (void)name, (void)kind, (void)where;
	return -ENOENT;
}

enum target_answer target_symbol(const struct target *t, const char *name, u64 *addr)
{
	(void)t, (void)name, (void)addr;
	return TARGET_UNKNOWN;
}

enum target_answer target_prog_type(const struct target *t, u32 type)
{
	(void)t, (void)type;
	return TARGET_UNKNOWN;
}

enum target_answer target_map_type(const struct target *t, u32 type)
{
	(void)t, (void)type;
	return TARGET_UNKNOWN;
}

enum target_answer target_helper(const struct target *t, u32 id)
{
	(void)t, (void)id;
	return TARGET_UNKNOWN;
}

enum target_answer target_since(const struct target *t, u32 version)
{
	(void)t, (void)version;
	return TARGET_UNKNOWN;
}

void target_kfunc(const struct target *t, const struct target_btf *where, u32 id, u32 prog_type,
		  struct target_kfunc *kf)
{
	(void)t, (void)where, (void)id, (void)prog_type;
	kf->exists = TARGET_UNKNOWN;
	kf->allowed = TARGET_UNKNOWN;
	kf->flags_known = false;
}

const char *target_config(const struct target *t, const char *name)
{
	(void)t, (void)name;
	return NULL;
}
