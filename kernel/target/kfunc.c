// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * kfuncs. That a function is one says its tag in BTF (6.10 and later), or the kernel's symbols, where all are kept; its flags
 * and the programs that may call it are known from a table for some releases. For releases in between a fact counts if
 * those on both sides have it.
 */
#include "target_priv.h"

#include <linux/bpf.h>

enum hook {
	H_COMMON = 1 << 0, H_XDP = 1 << 1, H_TC = 1 << 2, H_STRUCT_OPS = 1 << 3, H_TRACING = 1 << 4, H_SYSCALL = 1 << 5,
	H_CGROUP = 1 << 6, H_SCHED_ACT = 1 << 7, H_SK_SKB = 1 << 8, H_SOCKET_FILTER = 1 << 9, H_LWT = 1 << 10,
	H_NETFILTER = 1 << 11, H_KPROBE = 1 << 12,
};

#define UNCLEAR (1u << 31) /* the sources give several */

struct row {
	const char *name;
	u16 first, last; /* 601: Linux 6.1 */
	u32 flags;
	u16 hooks, filtered;
};

#define RELEASES(...) static const u16 read_releases[] = { __VA_ARGS__ };
#define KFUNC(...)
#include "kfuncs.inc"
#undef RELEASES
#undef KFUNC

#define RELEASES(...)
#define KFUNC(name, first, last, flags, hooks, filtered) { #name, first, last, flags, hooks, filtered },
static const struct row rows[] = {
#include "kfuncs.inc"
};

/*
 * bpf_prog_type_to_kfunc_hook(). Releases: where the type has the hook for certain, and up to where it certainly has none; 0: in
 * none that is known.
 */
static const struct {
	u32 prog_type, hook;
	u16 since, not_until;
} types[] = {
	{ BPF_PROG_TYPE_XDP, H_XDP, 601, 0 },
	{ BPF_PROG_TYPE_SCHED_CLS, H_TC, 601, 0 },
	{ BPF_PROG_TYPE_STRUCT_OPS, H_STRUCT_OPS, 601, 0 },
	{ BPF_PROG_TYPE_TRACING, H_TRACING, 601, 0 },
	{ BPF_PROG_TYPE_LSM, H_TRACING, 601, 0 },
	{ BPF_PROG_TYPE_SYSCALL, H_SYSCALL, 601, 0 },
	{ BPF_PROG_TYPE_TRACEPOINT, H_TRACING, 612, 601 },
	{ BPF_PROG_TYPE_PERF_EVENT, H_TRACING, 612, 601 },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, H_TRACING, 702, 612 },
	{ BPF_PROG_TYPE_CGROUP_SKB, H_CGROUP, 612, 601 },
	{ BPF_PROG_TYPE_CGROUP_SOCK, H_CGROUP, 612, 601 },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, H_CGROUP, 612, 601 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, H_CGROUP, 612, 601 },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, H_CGROUP, 612, 601 },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, H_CGROUP, 612, 601 },
	{ BPF_PROG_TYPE_SOCK_OPS, H_CGROUP, 702, 612 },
	{ BPF_PROG_TYPE_SCHED_ACT, H_SCHED_ACT, 612, 601 },
	{ BPF_PROG_TYPE_SK_SKB, H_SK_SKB, 612, 601 },
	{ BPF_PROG_TYPE_SOCKET_FILTER, H_SOCKET_FILTER, 612, 601 },
	{ BPF_PROG_TYPE_LWT_OUT, H_LWT, 612, 601 },
	{ BPF_PROG_TYPE_LWT_IN, H_LWT, 612, 601 },
	{ BPF_PROG_TYPE_LWT_XMIT, H_LWT, 612, 601 },
	{ BPF_PROG_TYPE_LWT_SEG6LOCAL, H_LWT, 612, 601 },
	{ 32 /* NETFILTER */, H_NETFILTER, 612, 601 },
	{ BPF_PROG_TYPE_KPROBE, H_KPROBE, 612, 601 },
};

static enum target_answer has_hook(u32 prog_type, u32 release, u32 *hook)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].prog_type != prog_type)
			continue;
		*hook = types[i].hook;
		if (release >= types[i].since)
			return TARGET_YES;
		return release <= types[i].not_until ? TARGET_NO : TARGET_UNKNOWN;
	}
	*hook = 0;
	return prog_type == BPF_PROG_TYPE_EXT ? TARGET_UNKNOWN : TARGET_NO; /* EXT: as the program that it is a part of */
}

static int compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct row *)row)->name);
}

/* The row that holds for a release that was read; NULL: the function is no kfunc there. */
static const struct row *row_at(const char *name, u32 release)
{
	const struct row *r = bsearch(name, rows, ARRAY_SIZE(rows), sizeof(*rows), compare);

	if (!r)
		return NULL;
	while (r > rows && !strcmp(r[-1].name, name))
		r--;
	for (; r < rows + ARRAY_SIZE(rows) && !strcmp(r->name, name); r++)
		if (r->first <= release && release <= r->last)
			return r;
	return NULL;
}

/* The releases that were read on both sides of this one, or this; 0: there is none. */
static void neighbours(u32 release, u32 *below, u32 *above)
{
	u32 i;

	*below = *above = 0;
	for (i = 0; i < ARRAY_SIZE(read_releases); i++) {
		if (read_releases[i] <= release)
			*below = read_releases[i];
		if (read_releases[i] >= release && !*above)
			*above = read_releases[i];
	}
}

static enum target_answer allowed_by(const struct row *r, u32 prog_type, u32 release)
{
	u32 hook;
	enum target_answer mapped = has_hook(prog_type, release, &hook);

	if (r->hooks & H_COMMON && release > 601)
		return TARGET_YES;
	if (mapped != TARGET_NO && r->filtered & (hook | H_COMMON))
		return TARGET_UNKNOWN;
	if (mapped == TARGET_UNKNOWN)
		return hook && !(r->hooks & hook) ? TARGET_NO : TARGET_UNKNOWN;
	return mapped == TARGET_YES && r->hooks & hook ? TARGET_YES : TARGET_NO;
}

/* What release made the rule for all, 7.0 or so, had been a flag until then. */
static u32 flags_of(const struct row *r)
{
	return r->flags & ~(u32)TKF_TRUSTED_ARGS;
}

void target_kfunc(const struct target *t, const struct target_btf *where, u32 id, u32 prog_type, struct target_kfunc *kf)
{
	u32 release = (t->version >> 16) * 100 + (t->version >> 8 & 0xff), low, high;
	const struct btf_type *type = target_type(where->btf, id);
	const char *name = target_name(where->btf, type->name_off);
	const struct row *a, *b;
	enum target_answer x, y;

	memset(kf, 0, sizeof(*kf));
	kf->exists = kf->allowed = TARGET_UNKNOWN;
	if (!btf_is_func(type)) {
		kf->exists = kf->allowed = TARGET_NO;
		return;
	}
	neighbours(release, &low, &high);
	a = low ? row_at(name, low) : NULL;
	b = high ? row_at(name, high) : NULL;
	kf->exists = target_kfunc_tag(t, where, id);
	if (kf->exists == TARGET_UNKNOWN && where == t->btfs)
		kf->exists = symbols_kfunc(t, name);
	if (kf->exists == TARGET_UNKNOWN && a && b)
		kf->exists = TARGET_YES;
	/* all of vmlinux was read for these releases; modules may come from elsewhere */
	if (kf->exists == TARGET_UNKNOWN && low && low == high && !a && where == t->btfs)
		kf->exists = TARGET_NO;
	if (kf->exists == TARGET_NO)
		kf->allowed = TARGET_NO;
	if (kf->exists == TARGET_NO || !a || !b)
		return;
	x = allowed_by(a, prog_type, release);
	y = allowed_by(b, prog_type, release);
	kf->allowed = x == y ? x : TARGET_UNKNOWN;
	/* TRUSTED_ARGS was there until 6.19 */
	if (a->flags == b->flags || (flags_of(a) == flags_of(b) && release < 619)) {
		kf->flags = a->flags;
		kf->flags_known = !(a->flags & UNCLEAR);
	}
	if (!kf->flags_known)
		kf->flags = 0;
}
