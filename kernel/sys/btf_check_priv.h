/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The parts of btf_check(): the container, each type alone (meta), and what types refer to (resolve). */
#ifndef LSK_BTF_CHECK_PRIV_H
#define LSK_BTF_CHECK_PRIV_H

#include "btf_check.h"

#include <errno.h>
#include <linux/btf.h>

#define BTF_ENOTSUPP 524 /* the kernel-internal one */
#define BTF_TYPES_MAX 0xfffffu

/* Newer than the build host's header may be. */
enum { KIND_DECL_TAG = 17, KIND_TYPE_TAG = 18, KIND_ENUM64 = 19, KIND_LAST = 19 };

struct btf_walk {
	const u8 *data;
	u32 sz;
	u32 version;
	const u8 *types, *strs;
	u32 types_sz, strs_sz;
	u32 *offs;   /* by id: in types; offs[0] is not used */
	u32 cnt;     /* ids, void included */
	size_t cap;
	struct lsk_err *err;
};

/* The release is @v or later, or not known. */
static inline bool btf_since(const struct btf_walk *w, u32 v)
{
	return !w->version || w->version >= v;
}

#define KVER(a, b, c) (((a) << 16) + ((b) << 8) + (c))

struct type { u32 name_off, info, size; }; /* size or type */

static inline const struct type *btf_at(const struct btf_walk *w, u32 id)
{
	return (const struct type *)(const void *)(w->types + w->offs[id]);
}

static inline u32 kind_of(const struct type *t)
{
	return t->info >> 24 & 0x7f;
}

static inline u32 vlen_of(const struct type *t)
{
	return t->info & 0xffffff;
}

static inline bool kflag_of(const struct type *t)
{
	return t->info >> 31;
}

static inline const u32 *tail_of(const struct type *t)
{
	return (const u32 *)(t + 1);
}

/* "type 17 (STRUCT 'x')", then @fmt. Returns @code. */
int btf_check_bad(const struct btf_walk *w, u32 id, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool btf_check_name_ok(const struct btf_walk *w, u32 off, bool section);
const char *btf_check_name(const struct btf_walk *w, u32 off); /* "" if there is none */

/* btf_check_meta() - type @id alone, which starts with @left bytes left. Returns its bytes. */
s64 btf_check_meta(const struct btf_walk *w, u32 id, const struct type *t, u32 left);
int btf_check_resolve(const struct btf_walk *w);

#endif
