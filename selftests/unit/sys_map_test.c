// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Maps that the kernel refuses, and what it says: the same attr is given to the model, as of the running
 * kernel's release, and, where BPF is permitted, to that kernel. Both have the same BTF and the same inner
 * map.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <linux/bpf.h>
#include <cmocka.h>

#include "fake_target.h"
#include "sys_sides.h"

struct attr {
	u32 type, key, value, entries, flags, inner, numa;
	char name[16];
	u32 ifindex, btf, key_id, value_id, ops_id;
	u64 extra;
	u32 ops_btf, token;
	u64 excl;
	u32 excl_sz, pad;
};

/* What `inner` and `btf` of the table stand for. */
enum { NONE, ARRAY, OUTER, PROGS, BTF, STORAGE, OBJ_CNT };

enum { T_INT = 1, T_LONG, T_STRUCT8, T_VAR, T_SEC, T_ODD, T_TIMER, T_WITH_TIMER, T_LOCK, T_WITH_LOCK, T_LPM };

static const u32 types[] = {
	1, BTF_KIND_INT << 24, 4, 32,                           /* 1: int a */
	1, BTF_KIND_INT << 24, 8, 64,                           /* 2: long a */
	1, BTF_KIND_STRUCT << 24 | 1, 8, 1, 2, 0,               /* 3: struct a { long a; } */
	1, BTF_KIND_VAR << 24, 1, 0,                            /* 4: int a */
	3, BTF_KIND_DATASEC << 24 | 1, 4, 4, 0, 4,              /* 5: .data */
	1, BTF_KIND_INT << 24, 4, 31,                           /* 6: 31 bits */
	9, BTF_KIND_STRUCT << 24 | 2, 16, 1, 2, 0, 1, 2, 64,    /* 7: struct bpf_timer { long a, a; } */
	1, BTF_KIND_STRUCT << 24 | 1, 16, 1, 7, 0,              /* 8: struct a { struct bpf_timer a; } */
	19, BTF_KIND_STRUCT << 24 | 1, 4, 33, 1, 0,             /* 9: struct bpf_spin_lock { int val; } */
	1, BTF_KIND_STRUCT << 24 | 1, 4, 1, 9, 0,               /* 10: struct a { struct bpf_spin_lock a; } */
	1, BTF_KIND_STRUCT << 24 | 2, 8, 1, 1, 0, 1, 1, 32,     /* 11: struct a { int a, a; } */
};
static const char strings[] = "\0a\0.data\0bpf_timer\0bpf_spin_lock\0val";

#define A(...) { __VA_ARGS__ }

static const struct row {
	const char *name;
	int err;
	u32 since;
	struct attr a;
} table[] = {
	{ "array", 0, 0, A(2, 4, 8, 3) },
	{ "hash", 0, 0, A(1, 8, 8, 3) },
	{ "type_0", -EINVAL, 0, A(0, 4, 8, 3) },
	{ "type_unknown", -EINVAL, 0, A(999, 4, 8, 3) },
	{ "array_no_entries", -EINVAL, 0, A(2, 4, 8, 0) },
	{ "array_key_8", -EINVAL, 0, A(2, 8, 8, 3) },
	{ "array_no_value", -EINVAL, 0, A(2, 4, 0, 3) },
	{ "array_value_too_large", -E2BIG, 0, A(2, 4, 0x80000000, 1) },
	{ "array_no_prealloc", -EINVAL, 0, A(2, 4, 8, 3, BPF_F_NO_PREALLOC) },
	{ "array_mmapable", 0, 0, A(2, 4, 8, 3, BPF_F_MMAPABLE) },
	{ "array_rdonly_and_wronly_prog", -EINVAL, 0, A(2, 4, 8, 3, BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG) },
	{ "array_rdonly_and_wronly", -EINVAL, 0, A(2, 4, 8, 3, BPF_F_RDONLY | BPF_F_WRONLY) },
	{ "array_preserve_elems", -EINVAL, 0, A(2, 4, 8, 3, BPF_F_PRESERVE_ELEMS) },
	{ "array_bit_30", -EINVAL, 0, A(2, 4, 8, 3, 1u << 30) },
	{ "array_map_extra", -EINVAL, KVER(5, 16), A(2, 4, 8, 3, .extra = 1) },
	{ "percpu_array", 0, 0, A(6, 4, 8, 3) },
	{ "percpu_array_32k", 0, 0, A(6, 4, 32768, 1) },
	{ "percpu_array_more", -E2BIG, 0, A(6, 4, 32769, 1) },
	{ "percpu_array_mmapable", -EINVAL, 0, A(6, 4, 8, 3, BPF_F_MMAPABLE) },
	{ "percpu_array_numa", -EINVAL, 0, A(6, 4, 8, 3, BPF_F_NUMA_NODE) },
	{ "hash_no_key", -EINVAL, 0, A(1, 0, 8, 3) },
	{ "hash_no_value", -EINVAL, 0, A(1, 8, 0, 3) },
	{ "hash_no_entries", -EINVAL, 0, A(1, 8, 8, 0) },
	{ "hash_too_large", -E2BIG, 0, A(1, 8, 4 << 20, 3) },
	{ "hash_no_common_lru", -EINVAL, 0, A(1, 8, 8, 3, BPF_F_NO_COMMON_LRU) },
	{ "hash_mmapable", -EINVAL, 0, A(1, 8, 8, 3, BPF_F_MMAPABLE) },
	{ "lru", 0, 0, A(9, 8, 8, 3) },
	{ "lru_no_prealloc", NOTSUPP, 0, A(9, 8, 8, 3, BPF_F_NO_PREALLOC) },
	{ "lru_no_prealloc_and_no_key", NOTSUPP, 0, A(9, 0, 8, 3, BPF_F_NO_PREALLOC) },
	{ "percpu_hash_more", -E2BIG, 0, A(5, 8, 32769, 3) },
	{ "prog_array", 0, 0, A(3, 4, 4, 3) },
	{ "prog_array_value_8", -EINVAL, 0, A(3, 4, 8, 3) },
	{ "prog_array_rdonly_prog", -EINVAL, 0, A(3, 4, 4, 3, BPF_F_RDONLY_PROG) },
	{ "perf_event_array", 0, 0, A(4, 4, 4, 3) },
	{ "perf_event_array_no_entries", -EINVAL, 0, A(4, 4, 4, 0) },
	{ "perf_event_array_preserve_elems", 0, 0, A(4, 4, 4, 3, BPF_F_PRESERVE_ELEMS) },
	{ "stack_trace", 0, 0, A(7, 4, 80, 3) },
	{ "stack_trace_value_12", -EINVAL, 0, A(7, 4, 12, 3) },
	{ "stack_trace_128_frames", -EINVAL, 0, A(7, 4, 1024, 3) },
	{ "stack_trace_build_id", 0, 0, A(7, 4, 64, 3, BPF_F_STACK_BUILD_ID) },
	{ "stack_trace_build_id_odd", -EINVAL, 0, A(7, 4, 40, 3, BPF_F_STACK_BUILD_ID) },
	{ "lpm", 0, 0, A(11, 8, 4, 3, BPF_F_NO_PREALLOC) },
	{ "lpm_prealloc", -EINVAL, 0, A(11, 8, 4, 3) },
	{ "lpm_key_4", -EINVAL, 0, A(11, 4, 4, 3, BPF_F_NO_PREALLOC) },
	{ "lpm_key_261", -EINVAL, 0, A(11, 261, 4, 3, BPF_F_NO_PREALLOC) },
	{ "queue", 0, 0, A(22, 0, 4, 3) },
	{ "queue_with_key", -EINVAL, 0, A(22, 4, 4, 3) },
	{ "queue_no_prealloc", -EINVAL, 0, A(22, 0, 4, 3, BPF_F_NO_PREALLOC) },
	{ "stack", 0, 0, A(23, 0, 4, 3) },
	{ "ringbuf", 0, 0, A(27, 0, 0, 4096) },
	{ "ringbuf_no_power", -EINVAL, 0, A(27, 0, 0, 12288) },
	{ "ringbuf_half_a_page", -EINVAL, 0, A(27, 0, 0, 2048) },
	{ "ringbuf_empty", -EINVAL, 0, A(27, 0, 0, 0) },
	{ "ringbuf_key", -EINVAL, 0, A(27, 4, 0, 4096) },
	{ "user_ringbuf", 0, KVER(6, 1), A(31, 0, 0, 4096) },
	{ "bloom", 0, KVER(5, 16), A(30, 0, 8, 3, .extra = 3) },
	{ "bloom_16_hashes", -EINVAL, KVER(5, 16), A(30, 0, 8, 3, .extra = 16) },
	{ "bloom_key", -EINVAL, KVER(5, 16), A(30, 4, 8, 3) },
	{ "devmap", 0, 0, A(14, 4, 4, 3) },
	{ "devmap_value_16", -EINVAL, 0, A(14, 4, 16, 3) },
	{ "devmap_rdonly_prog", -EINVAL, 0, A(14, 4, 4, 3, BPF_F_RDONLY_PROG) },
	{ "cpumap", 0, 0, A(16, 4, 8, 1) },
	{ "cpumap_rdonly", -EINVAL, 0, A(16, 4, 8, 1, BPF_F_RDONLY) },
	{ "sockmap", 0, 0, A(15, 4, 4, 3) },
	{ "sockhash", 0, 0, A(18, 6, 8, 3) },
	{ "sockhash_key_513", -E2BIG, 0, A(18, 513, 8, 3) },
	{ "sk_storage", 0, 0,
	  A(24, 4, 8, 0, BPF_F_NO_PREALLOC, .btf = BTF, .key_id = T_INT, .value_id = T_LONG) },
	{ "sk_storage_without_btf", -EINVAL, 0, A(24, 4, 8, 0, BPF_F_NO_PREALLOC) },
	{ "sk_storage_prealloc", -EINVAL, 0,
	  A(24, 4, 8, 0, .btf = BTF, .key_id = T_INT, .value_id = T_LONG) },
	{ "task_storage_entries", -EINVAL, 0,
	  A(29, 4, 8, 1, BPF_F_NO_PREALLOC, .btf = BTF, .key_id = T_INT, .value_id = T_LONG) },
	{ "task_storage_odd_key", -EINVAL, 0,
	  A(29, 4, 8, 0, BPF_F_NO_PREALLOC, .btf = BTF, .key_id = T_ODD, .value_id = T_LONG) },
	{ "cgroup_storage", 0, 0, A(19, 8, 8, 0) },
	{ "cgroup_storage_entries", -EINVAL, 0, A(19, 8, 8, 1) },
	{ "cgroup_storage_key_4", -EINVAL, 0, A(19, 4, 8, 0) },
	{ "cgroup_storage_64k", -E2BIG, 0, A(19, 8, 65536, 0) },
	{ "percpu_cgroup_storage_more", -E2BIG, 0, A(21, 8, 32769, 0) },
	{ "array_of_maps", 0, 0, A(12, 4, 4, 3, .inner = ARRAY) },
	{ "array_of_no_maps", -EBADF, 0, A(12, 4, 4, 3, .inner = 9999) },
	{ "array_of_btf", -EINVAL, 0, A(12, 4, 4, 3, .inner = BTF) },
	{ "array_of_maps_of_maps", -EINVAL, 0, A(12, 4, 4, 3, .inner = OUTER) },
	{ "array_of_prog_arrays", NOTSUPP, 0, A(12, 4, 4, 3, .inner = PROGS) },
	{ "array_of_local_storages", 0, 0, A(12, 4, 4, 3, .inner = STORAGE) },
	{ "array_of_maps_value_8", -EINVAL, 0, A(12, 4, 8, 3, .inner = ARRAY) },
	{ "hash_of_maps", 0, 0, A(13, 8, 4, 3, .inner = ARRAY) },
	{ "hash_of_maps_value_8", -EINVAL, 0, A(13, 8, 8, 3, .inner = ARRAY) },
	{ "struct_ops_without_type", -EINVAL, 0, A(26, 4, 8, 1) },
	{ "arena_not_mmapable", -EINVAL, KVER(6, 9), A(33, 0, 0, 1) },
	{ "arena_key", -EINVAL, KVER(6, 9), A(33, 4, 0, 1, BPF_F_MMAPABLE) },
	{ "arena_odd_address", -EINVAL, KVER(6, 9), A(33, 0, 0, 1, BPF_F_MMAPABLE, .extra = 100) },
	{ "arena_across_4g", -ERANGE, KVER(6, 9), A(33, 0, 0, 3, BPF_F_MMAPABLE, .extra = 0x1fffff000) },
	{ "arena_too_large", -E2BIG, KVER(6, 9), A(33, 0, 0, 0x200000, BPF_F_MMAPABLE) },
	{ "btf_key_and_value", 0, 0, A(2, 4, 8, 3, .btf = BTF, .key_id = T_INT, .value_id = T_LONG) },
	{ "btf_key_without_value", -EINVAL, 0, A(2, 4, 8, 3, .btf = BTF, .key_id = T_INT) },
	{ "btf_value_without_key", -EINVAL, 0, A(2, 4, 8, 3, .btf = BTF, .value_id = T_LONG) },
	{ "btf_sec_without_key", 0, 0, A(2, 4, 4, 1, .btf = BTF, .value_id = T_SEC) },
	{ "btf_sec_without_key_of_two", -EINVAL, 0, A(2, 4, 4, 2, .btf = BTF, .value_id = T_SEC) },
	{ "btf_key_of_other_size", -EINVAL, 0,
	  A(2, 4, 8, 3, .btf = BTF, .key_id = T_LONG, .value_id = T_LONG) },
	{ "btf_value_of_other_size", -EINVAL, 0,
	  A(2, 4, 8, 3, .btf = BTF, .key_id = T_INT, .value_id = T_INT) },
	{ "btf_value_missing", -EINVAL, 0, A(2, 4, 8, 3, .btf = BTF, .key_id = T_INT, .value_id = 99) },
	{ "btf_array_key_odd", -EINVAL, 0, A(2, 4, 8, 3, .btf = BTF, .key_id = T_ODD, .value_id = T_LONG) },
	{ "btf_closed", -EBADF, 0, A(2, 4, 8, 3, .btf = 9999, .key_id = T_INT, .value_id = T_LONG) },
	{ "btf_is_a_map", -EINVAL, 0, A(2, 4, 8, 3, .btf = ARRAY, .key_id = T_INT, .value_id = T_LONG) },
	{ "btf_hash_without_key", -EINVAL, 0, A(1, 4, 8, 3, .btf = BTF, .value_id = T_LONG) },
	{ "btf_of_perf_event_array", NOTSUPP, 0,
	  A(4, 4, 4, 3, .btf = BTF, .key_id = T_INT, .value_id = T_INT) },
	{ "btf_of_prog_array", 0, 0, A(3, 4, 4, 3, .btf = BTF, .key_id = T_INT, .value_id = T_INT) },
	{ "btf_of_stack_trace", NOTSUPP, 0, A(7, 4, 8, 3, .btf = BTF, .key_id = T_INT, .value_id = T_LONG) },
	{ "btf_of_array_of_maps", NOTSUPP, 0,
	  A(12, 4, 4, 3, .inner = ARRAY, .btf = BTF, .key_id = T_INT, .value_id = T_INT) },
	{ "btf_of_devmap", NOTSUPP, 0, A(14, 4, 4, 3, .btf = BTF, .key_id = T_INT, .value_id = T_INT) },
	{ "btf_of_queue", -EINVAL, 0, A(22, 0, 4, 3, .btf = BTF, .key_id = T_INT, .value_id = T_INT) },
	{ "btf_of_lpm", 0, 0,
	  A(11, 8, 4, 3, BPF_F_NO_PREALLOC, .btf = BTF, .key_id = T_STRUCT8, .value_id = T_INT) },
	{ "btf_of_lpm_no_struct", -EINVAL, 0,
	  A(11, 8, 4, 3, BPF_F_NO_PREALLOC, .btf = BTF, .key_id = T_LONG, .value_id = T_INT) },
	{ "btf_timer", 0, 0, A(1, 4, 16, 3, .btf = BTF, .key_id = T_INT, .value_id = T_WITH_TIMER) },
	{ "btf_timer_rdonly_prog", -EACCES, 0,
	  A(1, 4, 16, 3, BPF_F_RDONLY_PROG, .btf = BTF, .key_id = T_INT, .value_id = T_WITH_TIMER) },
	{ "btf_lock", 0, 0, A(1, 4, 4, 3, .btf = BTF, .key_id = T_INT, .value_id = T_WITH_LOCK) },
	{ "name", 0, 0, A(2, 4, 8, 3, .name = "a.b_C9") },
	{ "name_bad", -EINVAL, 0, A(2, 4, 8, 3, .name = "a-b") },
	{ "name_space", -EINVAL, 0, A(2, 4, 8, 3, .name = "a b") },
	{ "name_no_end", -EINVAL, 0, A(2, 4, 8, 3, .name = "0123456789abcdef") },
	{ "ops_id_of_hash", -EINVAL, 0, A(1, 4, 8, 3, .ops_id = 1) },
	{ "excl_prog_hash_16", -EINVAL, KVER(6, 18), A(2, 4, 8, 3, .excl = 1, .excl_sz = 16) },
};

static struct side sides[2];
static struct target target = { .name = "test", .page_size = 4096, .cpu_cnt = 2 };

static long create(struct side *s, const struct attr *a, u32 sz)
{
	struct attr copy = *a;

	if (copy.inner && copy.inner < OBJ_CNT)
		copy.inner = (u32)s->fds[copy.inner];
	if (copy.btf && copy.btf < OBJ_CNT)
		copy.btf = (u32)s->fds[copy.btf];
	return side_bpf(s, BPF_MAP_CREATE, &copy, sz);
}

static u32 attr_sz(const struct attr *a)
{
	return a->excl_sz ? 92 : a->extra ? 72 : 64;
}

static void make_side(struct side *s)
{
	static struct {
		u16 magic;
		u8 version, flags;
		u32 hdr_len, type_off, type_len, str_off, str_len;
	} hdr = { 0xeb9f, 1, 0, 24, 0, sizeof(types), sizeof(types), sizeof(strings) };
	static u8 raw[1024];
	struct { u64 btf, log; u32 sz, log_sz, level; } attr = {};
	const struct attr array = { 2, 4, 8, 3 }, progs = { 3, 4, 4, 3 },
			  outer = { 12, 4, 4, 3, .inner = ARRAY },
			  storage = { 29, 4, 4, 0, 1, .btf = BTF, .key_id = T_INT, .value_id = T_INT };

	memcpy(raw, &hdr, sizeof(hdr));
	memcpy(raw + sizeof(hdr), types, sizeof(types));
	memcpy(raw + sizeof(hdr) + sizeof(types), strings, sizeof(strings));
	attr.btf = (u64)(uintptr_t)raw;
	attr.sz = sizeof(hdr) + sizeof(types) + sizeof(strings);
	s->fds[BTF] = (int)side_bpf(s, BPF_BTF_LOAD, &attr, 28);
	s->fds[ARRAY] = (int)create(s, &array, 64);
	s->fds[PROGS] = (int)create(s, &progs, 64);
	s->fds[OUTER] = (int)create(s, &outer, 64);
	s->fds[STORAGE] = (int)create(s, &storage, 64);
	s->may = s->fds[BTF] > 0 && s->fds[OUTER] > 0 && (s->m || host_version() >= FLOOR);
}

static int set_up(void **state)
{
	(void)state;
	target.version = model_release();
	sides[0].m = model_new(&target);
	make_side(&sides[0]);
	make_side(&sides[1]);
	if (!sides[0].may)
		print_message("%s\n", sides[0].m->err.msg);
	return sides[0].may ? 0 : -1;
}

static int tear_down(void **state)
{
	u32 i, j;

	(void)state;
	for (i = 0; i < 2; i++)
		for (j = 1; j < OBJ_CNT; j++)
			side_close(&sides[i], sides[i].fds[j]);
	i = model_open_fds(sides[0].m, NULL, 0);
	model_free(sides[0].m);
	return i ? -1 : 0;
}

static void maps_as_the_kernel_takes_them(void **state)
{
	u32 i, compared = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct row *r = &table[i];
		long model, kernel;

		if (target.version < r->since)
			continue;
		model = create(&sides[0], &r->a, attr_sz(&r->a));
		side_close(&sides[0], model);
		if ((model > 0 ? 0 : model) != r->err)
			fail_msg("%s: %ld (%s), not %d", r->name, model, sides[0].m->err.msg, r->err);
		if (model < 0 && !sides[0].m->err.msg[0])
			fail_msg("%s: no message", r->name);
		if (!sides[1].may)
			continue;
		kernel = create(&sides[1], &r->a, attr_sz(&r->a));
		side_close(&sides[1], kernel);
		if ((kernel > 0 ? 0 : kernel) != r->err)
			fail_msg("%s: the kernel says %ld, not %d", r->name, kernel, r->err);
		compared++;
	}
	print_message("# %zu cases, %u compared with the kernel\n", ARRAY_SIZE(table), compared);
}

static u32 seed;

static u32 any(const u32 *of, u32 cnt)
{
	seed = seed * 1664525 + 1013904223;
	return of[(seed >> 10) % cnt];
}
#define ANY(...) any((const u32[]){ __VA_ARGS__ }, sizeof((u32[]){ __VA_ARGS__ }) / 4)

/* An attr with every field at random, of what makes a difference. */
static struct attr random_attr(u32 type)
{
	struct attr a = { .type = type };

	a.key = ANY(4, 4, 4, 8, 0, 0, 16, 5, 600);
	a.value = ANY(4, 4, 8, 8, 0, 0, 16, 64, 33000, 70000);
	a.entries = ANY(1, 1, 3, 0, 0, 4096);
	a.flags = ANY(0, 0, 0, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 2048, 4096, 8192, 0x18,
		      0x180, 5, 3, 1u << 20);
	a.inner = ANY(ARRAY, ARRAY, ARRAY, PROGS, OUTER, BTF, 9999);
	a.extra = ANY(0, 0, 0, 0, 0, 3, 4096, 17);
	if (ANY(0, 0, 1)) {
		a.btf = BTF;
		a.key_id = ANY(0, T_INT, T_INT, T_LONG, T_STRUCT8, T_ODD);
		a.value_id = ANY(0, T_INT, T_LONG, T_LONG, T_SEC, T_WITH_TIMER, T_WITH_LOCK);
	}
	return a;
}

/* An attr that the kernel takes, mostly, with one or two fields of another one. */
static struct attr changed_attr(u32 n)
{
	struct attr a = table[n % ARRAY_SIZE(table)].a, other = random_attr(a.type);
	u32 i;

	for (i = ANY(1, 1, 2); i; i--) {
		switch (ANY(0, 1, 2, 3, 4, 5, 6)) {
		case 0: a.key = other.key; break;
		case 1: a.value = other.value; break;
		case 2: a.entries = other.entries; break;
		case 3: a.flags = other.flags; break;
		case 4: a.inner = other.inner; break;
		case 5: a.type = 1 + n % 33; break;
		case 6:
			a.btf = other.btf;
			a.key_id = other.key_id;
			a.value_id = other.value_id;
			break;
		}
	}
	return a;
}

static void random_maps_as_the_kernel_takes_them(void **state)
{
	u32 n, fine = 0;

	(void)state;
	if (!sides[1].may)
		skip();
	seed = (u32)atoi(getenv("LSKEL_SEED") ?: "1");
	for (n = 0; n < 20000; n++) {
		struct attr a = n % 2 ? changed_attr(n / 2) : random_attr(1 + n / 2 % 33);
		long model, kernel;

		if (a.type == BPF_MAP_TYPE_CPUMAP &&
		    a.entries > 1) /* depends on the kernel's configuration */
			a.entries = 1;
		model = create(&sides[0], &a, attr_sz(&a));
		kernel = create(&sides[1], &a, attr_sz(&a));
		side_close(&sides[0], model);
		side_close(&sides[1], kernel);
		if (kernel == -ENOMEM) /* the machine's affair */
			continue;
		fine += kernel > 0;
		if ((model > 0 ? 0 : model) != (kernel > 0 ? 0 : kernel))
			fail_msg(
				"%u: type %u key %u value %u entries %u flags 0x%x inner %u extra %llu btf %u (%u, %u): "
				"kernel %ld, we %ld (%s)",
				n, a.type, a.key, a.value, a.entries, a.flags, a.inner,
				(unsigned long long)a.extra, a.btf, a.key_id, a.value_id, kernel, model,
				sides[0].m->err.msg);
	}
	print_message("# %u attrs compared with the kernel, %u of them are taken\n", n, fine);
	assert_true(fine > 500);
}

/* Elements and freezing; on both sides alike. */
static void elements_and_freezing(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct side *s = &sides[i];
		const struct attr array = { 2, 4, 8, 3 }, rdonly = { 2, 4, 8, 3, BPF_F_RDONLY },
				  other = { 2, 4, 16, 3 };
		const struct attr timer = {
			1, 4, 16, 3, .btf = BTF, .key_id = T_INT, .value_id = T_WITH_TIMER
		};
		const struct attr ring = { 27, 0, 0, 4096 };
		u32 key = 2, fd, freeze;
		u64 value = 7, got = 0;
		struct {
			u32 map, pad;
			u64 key, value, flags;
		} elem = { .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&value };
		long a, r, o, t, ro;

		if (!s->may)
			continue;
		a = create(s, &array, 64);
		o = create(s, &other, 64);
		t = create(s, &timer, 64);
		ro = create(s, &rdonly, 64);
		r = create(s, &ring, 64);
		assert_true(a > 0 && o > 0 && t > 0 && ro > 0 && r > 0);
		elem.map = (u32)a;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), 0);
		elem.value = (u64)(uintptr_t)&got;
		assert_int_equal(side_bpf(s, BPF_MAP_LOOKUP_ELEM, &elem, 32), 0);
		assert_int_equal(got, 7);
		elem.flags = BPF_NOEXIST;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EEXIST);
		elem.flags = 77;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EINVAL);
		elem.flags = 4; /* BPF_F_LOCK */
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EINVAL);
		elem.flags = 0;
		key = 3;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -E2BIG);
		elem.key = 8;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EFAULT);
		elem.key = (u64)(uintptr_t)&key;
		key = 1;
		assert_int_equal(side_bpf(s, BPF_MAP_DELETE_ELEM, &elem, 16), -EINVAL);
		elem.map = 9999;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EBADF);
		elem.map = (u32)s->fds[BTF];
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EINVAL);
		elem.map = (u32)ro;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EPERM);
		elem.map = (u32)r;
		elem.key = 0;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), NOTSUPP);
		elem.key = (u64)(uintptr_t)&key;
		/* maps of maps take those that are like the first */
		elem.map = (u32)s->fds[OUTER];
		fd = (u32)a;
		elem.value = (u64)(uintptr_t)&fd;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), 0);
		fd = (u32)o;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EINVAL);
		fd = 9999;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EBADF);
		elem.map = (u32)s->fds[PROGS];
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EBADF);
		fd = (u32)a;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EINVAL);

		freeze = (u32)a;
		assert_int_equal(side_bpf(s, BPF_MAP_FREEZE, &freeze, 4), 0);
		assert_int_equal(side_bpf(s, BPF_MAP_FREEZE, &freeze, 4),
				 target.version < KVER(6, 5) ? -EBUSY : -EPERM);
		elem.map = (u32)a;
		elem.value = (u64)(uintptr_t)&value;
		assert_int_equal(side_bpf(s, BPF_MAP_UPDATE_ELEM, &elem, 32), -EPERM);
		freeze = (u32)t;
		assert_int_equal(side_bpf(s, BPF_MAP_FREEZE, &freeze, 4), NOTSUPP);
		freeze = 9999;
		assert_int_equal(side_bpf(s, BPF_MAP_FREEZE, &freeze, 4), -EBADF);
		side_close(s, a);
		side_close(s, o);
		side_close(s, t);
		side_close(s, ro);
		side_close(s, r);
	}
}

/* How long an attr may be is a matter of the release. */
static void attrs_of_other_releases(void **state)
{
	static const struct { u32 version, sz, at; int err; } rows[] = {
		{ KVER(6, 1), 72, 64, 0 },         /* map_extra: nothing beyond it */
		{ KVER(6, 1), 80, 72, -EINVAL },   /* value_type_btf_obj_fd: in the union,
		  not in the command */
		{ KVER(6, 9), 80, 72, 0 },
		{ KVER(6, 9), 92, 88, -EINVAL },   /* excl_prog_hash_size */
		{ KVER(6, 1), 160, 152, -E2BIG },  /* beyond the union */
		{ KVER(6, 18), 160, 152, -EINVAL },
		{ KVER(5, 14), 72, 64, -EINVAL },
	};
	struct target t = { .page_size = 4096 };
	struct model *m = model_new(&t);
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u8 attr[256] = {};
		long fd;

		memcpy(attr, &(struct attr){ 1, 4, 4, 4 }, 64);
		if (rows[i].at == 64)
			attr[0] = 30, attr[4] = 0; /* a bloom filter has map_extra */
		attr[rows[i].at] = 1;
		t.version = rows[i].version;
		fd = model_bpf(m, BPF_MAP_CREATE, attr, rows[i].sz);
		if ((fd > 0 ? 0 : fd) != rows[i].err)
			fail_msg("row %u: %ld (%s)", i, fd, m->err.msg);
	}
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_as_the_kernel_takes_them),
		cmocka_unit_test(random_maps_as_the_kernel_takes_them),
		cmocka_unit_test(elements_and_freezing),
		cmocka_unit_test(attrs_of_other_releases),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
