// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Trimmed BTF. By hand: what stays and what goes. And all test objects, recorded with all of their BTF and with
 * what the trimming leaves of it: what refers to types must mean the same in both. LSKEL_TRIM_OBJS (a glob
 * pattern) takes others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <glob.h>
#include <linux/bpf.h>

#include "gen_loader/btf_trim/trim.h"
#include "gen_loader/core/core.h"
#include "gen_loader/trace/trace.h"

#define KEY_ID offsetof(union bpf_attr, btf_key_type_id)
#define VALUE_ID offsetof(union bpf_attr, btf_value_type_id)

static const struct btf_type *behind(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (btf_is_mod(t) || btf_is_typedef(t))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static const char *name_of(const struct btf *btf, u32 off)
{
	return btf__name_by_offset(btf, off);
}

/* The same to somebody who looks at a value of that type; of what is pointed to, the name. */
static void assert_same(const struct btf *a, u32 a_id, const struct btf *b, u32 b_id)
{
	const struct btf_type *ta = btf__type_by_id(a, a_id), *tb = btf__type_by_id(b, b_id), *to;
	u32 i;

	assert_non_null(ta);
	assert_non_null(tb);
	assert_int_equal(ta->info, tb->info);
	assert_string_equal(name_of(a, ta->name_off), name_of(b, tb->name_off));
	if (btf_is_ptr(ta)) {
		to = behind(a, ta->type);
		assert_int_equal(btf_kind(to), btf_kind(behind(b, tb->type)));
		assert_string_equal(name_of(a, to->name_off), name_of(b, behind(b, tb->type)->name_off));
		if (btf_is_composite(to))
			assert_int_equal(to->size, behind(b, tb->type)->size);
		return;
	}
	if (btf_is_mod(ta) || btf_is_typedef(ta) || btf_is_var(ta) || btf_is_func(ta)) {
		assert_same(a, ta->type, b, tb->type);
		return;
	}
	if (btf_is_array(ta)) {
		assert_int_equal(btf_array(ta)->nelems, btf_array(tb)->nelems);
		assert_same(a, btf_array(ta)->type, b, btf_array(tb)->type);
		return;
	}
	if (btf_is_func_proto(ta))
		assert_same(a, ta->type, b, tb->type);
	else
		assert_int_equal(ta->size, tb->size);
	for (i = 0; btf_is_composite(ta) && i < btf_vlen(ta); i++) {
		assert_string_equal(name_of(a, btf_members(ta)[i].name_off), name_of(b, btf_members(tb)[i].name_off));
		assert_int_equal(btf_members(ta)[i].offset, btf_members(tb)[i].offset);
		assert_same(a, btf_members(ta)[i].type, b, btf_members(tb)[i].type);
	}
	for (i = 0; btf_is_func_proto(ta) && i < btf_vlen(ta); i++) {
		assert_string_equal(name_of(a, btf_params(ta)[i].name_off), name_of(b, btf_params(tb)[i].name_off));
		assert_same(a, btf_params(ta)[i].type, b, btf_params(tb)[i].type);
	}
	for (i = 0; btf_is_datasec(ta) && i < btf_vlen(ta); i++) {
		assert_int_equal(btf_var_secinfos(ta)[i].offset, btf_var_secinfos(tb)[i].offset);
		assert_same(a, btf_var_secinfos(ta)[i].type, b, btf_var_secinfos(tb)[i].type);
	}
	for (i = 0; btf_is_enum(ta) && i < btf_vlen(ta); i++) {
		assert_string_equal(name_of(a, btf_enum(ta)[i].name_off), name_of(b, btf_enum(tb)[i].name_off));
		assert_int_equal(btf_enum(ta)[i].val, btf_enum(tb)[i].val);
	}
}

/* An object's two traces. */
struct two {
	bool be;
	struct trace *full, *trim;
	struct btf *full_btf, *trim_btf;
	struct core *full_core, *trim_core;
};

static u32 word(const struct two *two, const struct trace_chunk *c, u32 off)
{
	return get32(c->data + off, two->be);
}

static void check_funcs(const struct two *two, const struct trace_chunk *a, const struct trace_chunk *b)
{
	u32 i;

	assert_int_equal(a->sz, b->sz);
	for (i = 0; i < a->sz; i += 8) {
		assert_int_equal(word(two, a, i), word(two, b, i));
		assert_same(two->full_btf, word(two, a, i + 4), two->trim_btf, word(two, b, i + 4));
	}
}

static void check_lines(const struct two *two, const struct trace_chunk *a, const struct trace_chunk *b)
{
	u32 i, j;

	assert_int_equal(a->sz, b->sz);
	for (i = 0; i < a->sz; i += 16) {
		assert_int_equal(word(two, a, i), word(two, b, i));
		assert_int_equal(word(two, a, i + 12), word(two, b, i + 12));
		for (j = 4; j < 12; j += 4)
			assert_string_equal(name_of(two->full_btf, word(two, a, i + j)),
					    name_of(two->trim_btf, word(two, b, i + j)));
	}
}

static void assert_values(const struct core_value *a, const struct core_value *b)
{
	assert_int_equal(a->found, b->found);
	assert_int_equal(a->poison, b->poison);
	assert_int_equal(a->check, b->check);
	assert_int_equal(a->resize, b->resize);
	assert_int_equal(a->no_resize, b->no_resize);
	assert_int_equal(a->local, b->local);
	assert_int_equal(a->target, b->target);
	assert_int_equal(a->local_sz, b->local_sz);
	assert_int_equal(a->target_sz, b->target_sz);
	assert_int_equal(a->target_id, b->target_id);
}

static struct obj_core core_at(const struct two *two, const struct trace_chunk *c, u32 off)
{
	return (struct obj_core){ .insn = word(two, c, off), .type_id = word(two, c, off + 4),
				  .access_str_off = word(two, c, off + 8), .kind = word(two, c, off + 12) };
}

/* Said with either BTF, it is the same of the kernel's types; here all of the object's own stand for these. */
static void check_cores(const struct two *two, const struct trace_chunk *a, const struct trace_chunk *b)
{
	struct obj_core ra, rb;
	struct core_value va, vb;
	struct lsk_err ea, eb;
	char da[256], db[256];
	u32 i;

	assert_int_equal(a->sz, b->sz);
	for (i = 0; i < a->sz; i += 16) {
		ra = core_at(two, a, i);
		rb = core_at(two, b, i);
		assert_int_equal(ra.insn, rb.insn);
		assert_int_equal(ra.kind, rb.kind);
		core_describe(two->full_core, &ra, da, sizeof(da));
		core_describe(two->trim_core, &rb, db, sizeof(db));
		assert_string_equal(da, db);
		memset(&va, 0, sizeof(va));
		memset(&vb, 0, sizeof(vb));
		memset(&ea, 0, sizeof(ea));
		memset(&eb, 0, sizeof(eb));
		assert_int_equal(core_resolve(two->full_core, &ra, &va, &ea),
				 core_resolve(two->trim_core, &rb, &vb, &eb));
		if (ra.kind == CORE_ID_LOCAL) {
			assert_same(two->full_btf, ra.type_id, two->trim_btf, rb.type_id);
			continue;
		}
		if (ra.kind == CORE_ID_TARGET) /* ids of the object's own are not compared with the instruction's */
			va.local = vb.local = 0;
		assert_values(&va, &vb);
	}
}

static void check_map(const struct two *two, const struct trace_chunk *a, const struct trace_chunk *b)
{
	static const u32 fields[] = { KEY_ID, VALUE_ID };
	u32 i, id;

	for (i = 0; i < 2; i++) {
		if (a->sz < fields[i] + 4)
			continue;
		id = word(two, a, fields[i]);
		assert_int_equal(!id, !word(two, b, fields[i]));
		if (id)
			assert_same(two->full_btf, id, two->trim_btf, word(two, b, fields[i]));
	}
}

static struct btf *btf_of(const struct trace *tr)
{
	struct btf *btf;
	u32 i;

	for (i = 0; i < tr->chunk_cnt; i++) {
		if (tr->chunks[i].kind != CHUNK_BTF)
			continue;
		btf = btf__new(tr->chunks[i].data, tr->chunks[i].sz);
		assert_non_null(btf);
		return btf;
	}
	return NULL;
}

static struct core *core_of(const struct btf *btf, const struct btf *target, bool be)
{
	struct core *core;

	assert_int_equal(core_new(btf, (be ? CORE_BIG_ENDIAN : 0) | CORE_AS_KERNEL, &core), 0);
	assert_int_equal(core_add_target(core, target), 0);
	return core;
}

/* Whether there was anything to compare. */
static bool check_object(const struct object *obj)
{
	const struct trace_opts full = { .full_btf = true };
	struct two two = { .be = obj->big_endian };
	struct lsk_err err = {};
	u32 i;

	if (trace_record_opts(obj, &full, &two.full, &err))
		return false; /* refused, for reasons that others test */
	assert_int_equal(trace_record(obj, &two.trim, &err), 0);
	two.full_btf = btf_of(two.full);
	two.trim_btf = btf_of(two.trim);
	assert_int_equal(!two.full_btf, !two.trim_btf);
	assert_int_equal(two.full->chunk_cnt, two.trim->chunk_cnt);
	assert_int_equal(two.full->op_cnt, two.trim->op_cnt);
	if (two.full_btf) {
		two.full_core = core_of(two.full_btf, two.full_btf, two.be);
		two.trim_core = core_of(two.trim_btf, two.full_btf, two.be);
	}
	for (i = 0; i < two.full->chunk_cnt && two.full_btf; i++) {
		const struct trace_chunk *a = &two.full->chunks[i], *b = &two.trim->chunks[i];

		assert_int_equal(a->kind, b->kind);
		if (a->kind == CHUNK_BTF)
			assert_true(b->sz <= a->sz);
		else if (a->kind == CHUNK_FUNC_INFO)
			check_funcs(&two, a, b);
		else if (a->kind == CHUNK_LINE_INFO)
			check_lines(&two, a, b);
		else if (a->kind == CHUNK_CORE_RELO)
			check_cores(&two, a, b);
		else if (a->kind == CHUNK_ATTR && a->cmd == BPF_MAP_CREATE)
			check_map(&two, a, b);
	}
	core_free(two.full_core);
	core_free(two.trim_core);
	btf__free(two.full_btf);
	btf__free(two.trim_btf);
	trace_free(two.full);
	trace_free(two.trim);
	return true;
}

static void all_objects(void **state)
{
	const char *pattern = getenv("LSKEL_TRIM_OBJS"), *b = getenv("B");
	char path[256];
	u32 cnt = 0;
	glob_t g;

	(void)state;
	snprintf(path, sizeof(path), "%s/progs/*.[bo][pe]*o", b ? b : "build");
	assert_int_equal(glob(pattern ? pattern : path, 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct lsk_err err = {};
		struct object *obj;
		char *data;
		size_t sz;

		assert_int_equal(file_read(g.gl_pathv[i], &data, &sz, &err), 0);
		if (!object_open(g.gl_pathv[i], data, sz, "x", &obj, &err)) {
			cnt += check_object(obj);
			object_free(obj);
		}
		free(data);
	}
	globfree(&g);
	print_message("%u objects\n", cnt);
	assert_true(cnt > 0);
}

/* BTF by hand. */
struct hand {
	struct btf *btf;
	u32 int_id;
	struct trim *trim;
	struct btf *out;
};

static void hand_init(struct hand *h)
{
	memset(h, 0, sizeof(*h));
	h->btf = btf__new_empty();
	assert_non_null(h->btf);
	btf__set_pointer_size(h->btf, 8);
	h->int_id = btf__add_int(h->btf, "int", 4, BTF_INT_SIGNED);
}

/* struct @name { int @name_0, ..., @name_7; } */
static u32 eight(struct hand *h, const char *name)
{
	int id = btf__add_struct(h->btf, name, 32), i;
	char member[64];

	for (i = 0; i < 8; i++) {
		snprintf(member, sizeof(member), "%s_%d", name, i);
		assert_int_equal(btf__add_field(h->btf, member, h->int_id, 32 * i, 0), 0);
	}
	return id;
}

static struct obj_core core_rec(struct hand *h, u32 id, const char *access, u32 kind)
{
	return (struct obj_core){ .type_id = id, .access_str_off = btf__add_str(h->btf, access), .kind = kind };
}

static void hand_start(struct hand *h)
{
	assert_int_equal(trim_new(h->btf, false, &h->trim), 0);
}

static void hand_run(struct hand *h)
{
	assert_int_equal(trim_run(h->trim), 0);
}

static void hand_data(struct hand *h)
{
	const void *data;
	u32 sz;

	assert_int_equal(trim_data(h->trim, &data, &sz), 0);
	h->out = btf__new(data, sz);
	assert_non_null(h->out);
}

static void hand_free(struct hand *h)
{
	btf__free(h->out);
	trim_free(h->trim);
	btf__free(h->btf);
}

/* Members that are left of type @id, which must be there. */
static u32 left(const struct hand *h, u32 id)
{
	assert_int_not_equal(trim_id(h->trim, id), 0);
	return btf_vlen(btf__type_by_id(h->out, trim_id(h->trim, id)));
}

static void accessed_members_stay(void **state)
{
	struct hand h;
	struct obj_core a, b;
	u32 inner, outer, other, ptr, offs[2];

	(void)state;
	hand_init(&h);
	inner = eight(&h, "inner");
	other = eight(&h, "other");
	ptr = btf__add_ptr(h.btf, other); /* members are added to the last type */
	outer = btf__add_struct(h.btf, "outer", 128);
	btf__add_field(h.btf, "first", h.int_id, 0, 0);
	btf__add_field(h.btf, "in", inner, 32, 0);
	btf__add_field(h.btf, "other", ptr, 320, 0);
	btf__add_field(h.btf, "last", h.int_id, 384, 0);
	a = core_rec(&h, outer, "0:1:5", CORE_BYTE_OFFSET);
	b = core_rec(&h, outer, "0:2", CORE_FIELD_EXISTS);
	hand_start(&h);
	trim_keep_core(h.trim, &a);
	trim_keep_core(h.trim, &b);
	hand_run(&h);
	offs[0] = trim_access_str(h.trim, &a);
	offs[1] = trim_access_str(h.trim, &b);
	hand_data(&h);
	assert_int_equal(left(&h, outer), 2);
	assert_int_equal(left(&h, inner), 1);
	assert_int_equal(trim_id(h.trim, other), 0);
	assert_string_equal(name_of(h.out, offs[0]), "0:0:0");
	assert_string_equal(name_of(h.out, offs[1]), "0:1");
	assert_int_equal(btf__type_by_id(h.out, trim_id(h.trim, outer))->size, 128);
	assert_int_equal(btf_member_bit_offset(btf__type_by_id(h.out, trim_id(h.trim, inner)), 0), 5 * 32);
	hand_free(&h);
}

static void nonsense_is_left_to_the_kernel(void **state)
{
	static const char *const bad[] = { "0:9", "0:1:0", "x", "0:", "", "0:1:", ":", "-1", "0:99999999999" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct hand h;
		struct obj_core a, b;
		u32 id, offs[2];

		hand_init(&h);
		id = eight(&h, "s");
		a = core_rec(&h, id, bad[i], CORE_BYTE_OFFSET);
		b = core_rec(&h, id, "0:3", CORE_BYTE_OFFSET);
		hand_start(&h);
		trim_keep_core(h.trim, &a);
		trim_keep_core(h.trim, &b);
		hand_run(&h);
		offs[0] = trim_access_str(h.trim, &a);
		offs[1] = trim_access_str(h.trim, &b);
		hand_data(&h);
		assert_int_equal(left(&h, id), 8);
		assert_string_equal(name_of(h.out, offs[0]), bad[i]);
		assert_string_equal(name_of(h.out, offs[1]), "0:3");
		hand_free(&h);
	}
}

static void enumerators(void **state)
{
	struct hand h;
	struct obj_core a, bad;
	u32 id, whole, off, i;
	char name[16];

	(void)state;
	hand_init(&h);
	id = btf__add_enum(h.btf, "e", 4);
	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "E%u", i);
		btf__add_enum_value(h.btf, name, i * 10);
	}
	whole = btf__add_enum(h.btf, "w", 4);
	btf__add_enum_value(h.btf, "W0", 0);
	btf__add_enum_value(h.btf, "W1", 1);
	a = core_rec(&h, id, "3", CORE_ENUMVAL_VALUE);
	bad = core_rec(&h, whole, "2", CORE_ENUMVAL_VALUE);
	hand_start(&h);
	trim_keep_core(h.trim, &a);
	trim_keep_core(h.trim, &bad);
	hand_run(&h);
	off = trim_access_str(h.trim, &a);
	hand_data(&h);
	assert_int_equal(left(&h, id), 1);
	assert_int_equal(left(&h, whole), 2);
	assert_string_equal(name_of(h.out, off), "0");
	assert_int_equal(btf_enum(btf__type_by_id(h.out, trim_id(h.trim, id)))->val, 30);
	hand_free(&h);
}

/* It has elements as a struct's last member only: what isn't must not become so. */
static void array_without_length(void **state)
{
	struct hand h;
	struct obj_core a, b;
	u32 inside, last, arr;

	(void)state;
	hand_init(&h);
	arr = btf__add_array(h.btf, h.int_id, h.int_id, 0);
	inside = btf__add_struct(h.btf, "inside", 8);
	btf__add_field(h.btf, "arr", arr, 0, 0);
	btf__add_field(h.btf, "x", h.int_id, 0, 0);
	btf__add_field(h.btf, "y", h.int_id, 32, 0);
	last = btf__add_struct(h.btf, "last", 4);
	btf__add_field(h.btf, "x", h.int_id, 0, 0);
	btf__add_field(h.btf, "arr", arr, 32, 0);
	a = core_rec(&h, inside, "0:0:1", CORE_BYTE_OFFSET);
	b = core_rec(&h, last, "0:1:1", CORE_BYTE_OFFSET);
	hand_start(&h);
	trim_keep_core(h.trim, &a);
	trim_keep_core(h.trim, &b);
	hand_run(&h);
	hand_data(&h);
	assert_int_equal(left(&h, inside), 2);
	assert_int_equal(left(&h, last), 1);
	hand_free(&h);
}

static u32 kptr(struct hand *h, u32 to)
{
	return btf__add_ptr(h->btf, btf__add_type_tag(h->btf, "kptr", to));
}

/* A value with pointers to: what is only named, an object of the program's own, one of the kernel's. */
static void pointees(void **state)
{
	struct hand h;
	struct obj_core a;
	u32 named, own, kernels, value, ptrs[3];

	(void)state;
	hand_init(&h);
	named = eight(&h, "named");
	own = eight(&h, "own");
	kernels = eight(&h, "kernels");
	ptrs[0] = btf__add_ptr(h.btf, btf__add_const(h.btf, named));
	ptrs[1] = kptr(&h, own);
	ptrs[2] = kptr(&h, kernels);
	value = btf__add_struct(h.btf, "value", 24);
	btf__add_field(h.btf, "a", ptrs[0], 0, 0);
	btf__add_field(h.btf, "b", ptrs[1], 64, 0);
	btf__add_field(h.btf, "c", ptrs[2], 128, 0);
	a = core_rec(&h, kernels, "0:7", CORE_BYTE_OFFSET);
	hand_start(&h);
	trim_keep_type(h.trim, value);
	trim_keep_core(h.trim, &a);
	hand_run(&h);
	hand_data(&h);
	assert_int_equal(left(&h, value), 3);
	assert_int_equal(left(&h, named), 0);
	assert_int_equal(left(&h, own), 8);
	assert_int_equal(left(&h, kernels), 1);
	assert_same(h.btf, value, h.out, trim_id(h.trim, value));
	hand_free(&h);
}

/* Lists name what they hold in a tag; that may hold another list. */
static void tags(void **state)
{
	struct hand h;
	u32 head, inner, outer, gone, i, cnt = 0;

	(void)state;
	hand_init(&h);
	btf__add_decl_tag(h.btf, "contains:inner:x", 3, -1);
	head = btf__add_struct(h.btf, "head", 8); /* 3 */
	inner = eight(&h, "inner");
	outer = eight(&h, "outer");
	gone = eight(&h, "gone");
	btf__add_decl_tag(h.btf, "contains:outer:x", inner, 1);
	btf__add_decl_tag(h.btf, "contains:inner:x", gone, 1);
	btf__add_decl_tag(h.btf, "contains:nothing:x", outer, 1);
	assert_int_equal(head, 3);
	hand_start(&h);
	trim_keep_type(h.trim, head);
	hand_run(&h);
	hand_data(&h);
	assert_int_equal(left(&h, inner), 8);
	assert_int_equal(left(&h, outer), 8);
	assert_int_equal(trim_id(h.trim, gone), 0);
	for (i = 1; i < btf__type_cnt(h.out); i++)
		cnt += btf_is_decl_tag(btf__type_by_id(h.out, i));
	assert_int_equal(cnt, 3);
	hand_free(&h);
}

/* A program's own context is only named; what other functions get can be looked into. */
static void functions(void **state)
{
	struct hand h;
	u32 ctx, arg, ptrs[2], ids[2], protos[2];

	(void)state;
	hand_init(&h);
	ctx = eight(&h, "ctx");
	arg = eight(&h, "arg");
	ptrs[0] = btf__add_ptr(h.btf, ctx);
	ptrs[1] = btf__add_ptr(h.btf, arg);
	protos[0] = btf__add_func_proto(h.btf, h.int_id);
	btf__add_func_param(h.btf, "c", ptrs[0]);
	protos[1] = btf__add_func_proto(h.btf, h.int_id);
	btf__add_func_param(h.btf, "a", ptrs[1]);
	ids[0] = btf__add_func(h.btf, "entry", BTF_FUNC_GLOBAL, protos[0]);
	ids[1] = btf__add_func(h.btf, "sub", BTF_FUNC_STATIC, protos[1]);
	hand_start(&h);
	trim_keep_func(h.trim, ids[0], true);
	trim_keep_func(h.trim, ids[1], false);
	hand_run(&h);
	hand_data(&h);
	assert_int_equal(left(&h, ctx), 0);
	assert_int_equal(left(&h, arg), 8);
	assert_same(h.btf, ids[0], h.out, trim_id(h.trim, ids[0]));
	assert_same(h.btf, ids[1], h.out, trim_id(h.trim, ids[1]));
	hand_free(&h);
}

/* Nothing refers to it: still a BTF, as some commands want one. Types in a circle come to an end. */
static void empty_and_circular(void **state)
{
	struct hand h;
	struct obj_core core;
	u32 a, b;

	(void)state;
	hand_init(&h);
	eight(&h, "unused");
	hand_start(&h);
	hand_run(&h);
	hand_data(&h);
	assert_int_equal(btf__type_cnt(h.out), 2);
	hand_free(&h);
	hand_init(&h);
	a = btf__add_typedef(h.btf, "a", h.int_id + 2);
	b = btf__add_typedef(h.btf, "b", a);
	assert_int_equal(b, h.int_id + 2);
	core = core_rec(&h, b, "0:1", CORE_BYTE_OFFSET);
	hand_start(&h);
	trim_keep_type(h.trim, a);
	trim_keep_core(h.trim, &core);
	trim_keep_type(h.trim, 1000);
	hand_run(&h);
	hand_data(&h);
	assert_int_equal(trim_id(h.trim, 1000), 0);
	hand_free(&h);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accessed_members_stay), cmocka_unit_test(nonsense_is_left_to_the_kernel),
		cmocka_unit_test(enumerators),		 cmocka_unit_test(array_without_length),
		cmocka_unit_test(pointees),		 cmocka_unit_test(tags),
		cmocka_unit_test(functions),		 cmocka_unit_test(empty_and_circular),
		cmocka_unit_test(all_objects),
	};

	libbpf_set_print(quiet);
	return cmocka_run_group_tests_name("trim", tests, NULL, NULL);
}
