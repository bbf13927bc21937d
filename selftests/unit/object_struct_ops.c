// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* struct_ops maps as object_open() reads them, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/object/kernel_types.h"
#include "gen_loader/object/object.h"
#include "gen_loader/trace/trace.h"
#include "lskel/struct_ops.h"

#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progs.h"

static struct object *open_object(const char *name)
{
	struct lsk_err err = {};
	struct object *obj;
	char file[64];
	size_t sz;
	u8 *data;

	snprintf(file, sizeof(file), "%s.bpf.o", name);
	data = read_prog(file, &sz);
	if (object_open("x.o", data, sz, "x", &obj, &err))
		fail_msg("%s", err.msg);
	free(data);
	return obj;
}

static const struct obj_map *map(const struct object *obj, const char *name)
{
	u32 i;

	for (i = 0; i < obj->map_cnt; i++)
		if (!strcmp(obj->maps[i].name, name))
			return &obj->maps[i];
	fail_msg("no map '%s'", name);
	return NULL;
}

static const struct obj_func *func(const struct object *obj, const char *name)
{
	u32 i;

	for (i = 0; i < obj->func_cnt; i++)
		if (!strcmp(obj->funcs[i].name, name))
			return &obj->funcs[i];
	fail_msg("no function '%s'", name);
	return NULL;
}

static const char *member(const struct object *obj, const struct obj_map *m, u32 i)
{
	return btf__name_by_offset(obj->btf, btf_members(btf__type_by_id(obj->btf, m->ops->struct_id))[i].name_off);
}

/* "init=cc_init ..." in the order of members. */
static const char *programs(const struct object *obj, const struct obj_map *m)
{
	static char text[512];
	size_t len = 0;
	u32 i;

	text[0] = 0;
	for (i = 0; i < m->ops->prog_cnt; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s=%s", i ? " " : "",
					member(obj, m, m->ops->progs[i].member), obj->funcs[m->ops->progs[i].func].name);
	return text;
}

static void maps_are_read(void **state)
{
	struct object *obj = open_object("struct_ops_cc");
	const struct obj_map *m = map(obj, "cc");
	static const u8 zero[256];

	(void)state;
	assert_int_equal(m->kind, MAP_STRUCT_OPS);
	assert_int_equal(m->type, MAP_TYPE_STRUCT_OPS);
	assert_int_equal(m->key_size, 4);
	assert_int_equal(m->max_entries, 1);
	assert_int_equal(m->flags, 0);
	assert_int_equal(m->btf_key_id | m->btf_value_id | m->btf_sec_id, 0);
	assert_string_equal(m->kernel_name, "cc");
	assert_string_equal(m->ident, "cc");
	assert_string_equal(m->ops->type, "tcp_congestion_ops");
	assert_false(m->ops->link);
	assert_true(m->ops->autocreate);
	assert_string_equal(programs(obj, m), "init=cc_init release=cc_release ssthresh=cc_ssthresh "
					      "cong_avoid=cc_cong_avoid set_state=cc_set_state "
					      "undo_cwnd___twice=cc_undo_cwnd");
	/* the name, then nothing: an addend in a function's place isn't part of the value */
	assert_int_equal(m->value_size, btf__type_by_id(obj->btf, m->ops->struct_id)->size);
	assert_string_equal((char *)m->data, "lskel_cc");
	assert_memory_equal((char *)m->data + 16, zero, m->value_size - 16);
	m = map(obj, "second");
	assert_false(m->ops->autocreate);
	assert_false(m->ops->link);
	assert_string_equal((char *)m->data, "lskel_second");
	assert_int_equal(obj->maps[obj->map_cnt - 1].kind, MAP_STRUCT_OPS); /* behind all others */
	object_free(obj);
}

static void link_maps_are_read(void **state)
{
	struct object *obj = open_object("struct_ops_link");
	const struct obj_map *m = map(obj, "cc_link");

	(void)state;
	assert_true(m->ops->link);
	assert_true(m->ops->autocreate);
	assert_int_equal(m->flags, MAP_F_LINK);
	object_free(obj);
}

static void flavours_are_cut_off(void **state)
{
	struct object *obj = open_object("struct_ops_broken");

	(void)state;
	assert_string_equal(map(obj, "number")->ops->type, "tcp_congestion_ops");
	object_free(obj);
}

/* A map that is created by default decides, not the '?' of the program's section. */
static void maps_decide_what_is_loaded(void **state)
{
	struct object *obj = open_object("struct_ops_cc");

	(void)state;
	assert_true(func(obj, "cc_init")->autoload);
	assert_true(func(obj, "cc_set_state")->autoload);
	assert_false(func(obj, "other_cong_avoid")->autoload);
	assert_false(func(obj, "only_second_init")->autoload);
	assert_true(func(obj, "classify")->autoload);
	object_free(obj);
}

static Elf64_Shdr *section(u8 *data, const char *name)
{
	Elf64_Ehdr *e = (void *)data;
	Elf64_Shdr *s = (void *)(data + e->e_shoff);
	const char *names = (char *)data + s[e->e_shstrndx].sh_offset;
	u32 i;

	for (i = 0; i < e->e_shnum; i++)
		if (!strcmp(names + s[i].sh_name, name))
			return &s[i];
	fail_msg("no section '%s'", name);
	return NULL;
}

static void replace(u8 *data, size_t sz, const char *from, const char *to)
{
	size_t i, len = strlen(from), cnt = 0;

	for (i = 0; i + len < sz; i++) {
		if (memcmp(data + i, from, len + 1))
			continue;
		memset(data + i, 0, len);
		memcpy(data + i, to, strlen(to));
		cnt++;
	}
	assert_true(cnt);
}

static void refused(u8 *data, size_t sz, int code, const char *msg)
{
	struct lsk_err err = {};
	struct object *obj = NULL;
	int ret = object_open("x.o", data, sz, "x", &obj, &err);

	assert_null(obj);
	assert_string_equal(err.msg, msg);
	assert_int_equal(ret, code);
	free(data);
}

static void programs_of_other_types_are_refused(void **state)
{
	size_t sz;
	u8 *data = read_prog("struct_ops_link.bpf.o", &sz);

	(void)state;
	replace(data, sz, "struct_ops/link_ssthresh", "tracepoint/link_ssthresh");
	refused(data, sz, -EINVAL, "x.o: map 'cc_link': member 'ssthresh': 'link_ssthresh' is no struct_ops program");
}

static void broken_relocations_are_refused(void **state)
{
	Elf64_Rel *rel;
	size_t sz;
	u8 *data;

	(void)state;
	data = read_prog("struct_ops_link.bpf.o", &sz);
	rel = (void *)(data + section(data, ".rel.struct_ops.link")->sh_offset);
	rel->r_info = ELF64_R_INFO(ELF64_R_SYM(rel->r_info), 3);
	refused(data, sz, -EINVAL, "x.o: map 'cc_link': a relocation of type 3 at offset 32, where no pointer is");

	data = read_prog("struct_ops_link.bpf.o", &sz);
	rel = (void *)(data + section(data, ".rel.struct_ops.link")->sh_offset);
	rel->r_offset = 0;
	refused(data, sz, -EINVAL, "x.o: map 'cc_link': a relocation of type 2 at offset 0, where no pointer is");

	data = read_prog("struct_ops_link.bpf.o", &sz);
	rel = (void *)(data + section(data, ".rel.struct_ops.link")->sh_offset);
	rel[1].r_offset = rel[0].r_offset;
	refused(data, sz, -EINVAL, "x.o: map 'cc_link': two programs for one member");

	data = read_prog("struct_ops_link.bpf.o", &sz);
	rel = (void *)(data + section(data, ".rel.struct_ops.link")->sh_offset);
	rel->r_offset = 1u << 20;
	refused(data, sz, -EINVAL, "x.o: section '.rel.struct_ops.link': relocation 0: offset 0x100000 is beyond "
				   "'.struct_ops.link'");

	data = read_prog("struct_ops_link.bpf.o", &sz);
	section(data, ".rel.struct_ops.link")->sh_type = SHT_RELA;
	refused(data, sz, -ENOTSUP, "x.o: section '.rel.struct_ops.link': relocations with addends (RELA)");
}

static void addresses_of_data_are_refused(void **state)
{
	size_t sz;
	u8 *data = read_prog("struct_ops_link.bpf.o", &sz);
	Elf64_Rel *rel = (void *)(data + section(data, ".rel.struct_ops.link")->sh_offset);
	Elf64_Sym *sym = (void *)(data + section(data, ".symtab")->sh_offset);
	const char *strs = (char *)data + section(data, ".strtab")->sh_offset;
	u32 i;

	(void)state;
	for (i = 0; strcmp(strs + sym[i].st_name, "avoid_cnt"); i++)
		;
	rel->r_info = ELF64_R_INFO((u64)i, 2);
	refused(data, sz, -ENOTSUP, "x.o: map 'cc_link': member 'ssthresh' is initialised with an address that is no program's");
}

static void optional_maps_without_a_link(void **state)
{
	struct lsk_err err = {};
	struct object *obj;
	size_t sz;
	u8 *data = read_prog("struct_ops_link.bpf.o", &sz);

	(void)state;
	replace(data, sz, ".struct_ops.link", "?.struct_ops"); /* the section, and its DATASEC */
	if (object_open("x.o", data, sz, "x", &obj, &err))
		fail_msg("%s", err.msg);
	assert_false(map(obj, "cc_link")->ops->autocreate);
	assert_false(map(obj, "cc_link")->ops->link);
	assert_false(func(obj, "link_ssthresh")->autoload);
	object_free(obj);
	free(data);
}

static void objects_without_btf_are_refused(void **state)
{
	size_t sz;
	u8 *data = read_prog("struct_ops_link.bpf.o", &sz);

	(void)state;
	replace(data, sz, ".BTF", ".XTF");
	refused(data, sz, -EINVAL, "x.o: section '.struct_ops.link' has no BTF; build with -g");
}

/* Against a kernel made by hand: other order, other sizes, one member more. */
static struct btf *make_kernel(void)
{
	struct btf *btf = btf__new_empty();
	int i32, ch, name, proto, fn, ops, common;

	i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	ch = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	name = btf__add_array(btf, i32, ch, 16);
	proto = btf__add_func_proto(btf, i32);
	fn = btf__add_ptr(btf, proto);
	ops = btf__add_struct(btf, "tcp_congestion_ops", 64);
	btf__add_field(btf, "flags", i32, 0, 0);
	btf__add_field(btf, "cong_avoid", fn, 64, 0);
	btf__add_field(btf, "name", name, 128, 0);
	btf__add_field(btf, "only_here", fn, 256, 0);
	btf__add_field(btf, "ssthresh", fn, 320, 0);
	btf__add_field(btf, "undo_cwnd", i32, 384, 0);
	common = btf__add_struct(btf, "bpf_struct_ops_common_value", 8);
	btf__add_field(btf, "state", i32, 0, 0);
	assert_true(btf__add_struct(btf, "bpf_struct_ops_tcp_congestion_ops", 128) > 0);
	btf__add_field(btf, "common", common, 0, 0);
	btf__add_field(btf, "data", ops, 512, 0);
	return btf;
}

static void layout_is_found_in_a_kernels_btf(void **state)
{
	static const struct {
		const char *name;
		struct lskel_ops_slot slot;
	} want[] = {
		{ "name", { 2, 16, 16, LSKEL_OPS_DATA } }, { "ssthresh", { 4, 40, 8, LSKEL_OPS_FUNC } },
		{ "cong_avoid", { 1, 8, 8, LSKEL_OPS_FUNC } }, { "undo_cwnd", { 5, 48, 4, LSKEL_OPS_NUM } },
		{ "flags", { 0, 0, 4, LSKEL_OPS_NUM } }, { "init", { -1, 0, 0, 0 } },
	};
	struct object *obj = open_object("struct_ops_link");
	struct lskel_map_row maps[8] = { { .name = "x" } };
	struct lskel_desc desc = { .maps = maps };
	struct lskel_ops_desc *ops;
	struct trace *tr;
	struct lsk_err err = {};
	struct btf *kernel = make_kernel(), *empty = btf__new_empty();
	u32 i, j;

	(void)state;
	assert_int_equal(trace_record(obj, &tr, &err), 0);
	assert_int_equal(struct_ops_build(obj, tr, &ops), 0);
	desc.ops = ops;
	maps[ops->rows[0].map].name = "cc_link";
	assert_int_equal(struct_ops_resolve(&desc, kernel, &err), 0);
	assert_int_equal(ops->kern[0].type_id, btf__find_by_name_kind(kernel, "tcp_congestion_ops", BTF_KIND_STRUCT));
	assert_int_equal(ops->kern[0].value_id,
			 btf__find_by_name_kind(kernel, "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT));
	assert_int_equal(ops->kern[0].value_sz, 128);
	assert_int_equal(ops->kern[0].data_off, 64);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		for (j = 0; j < ops->member_cnt && strcmp(ops->members[j].name, want[i].name);)
			j++;
		if (j == ops->member_cnt)
			fail_msg("no member '%s'", want[i].name);
		assert_int_equal(ops->slots[j].idx, want[i].slot.idx);
		assert_int_equal(ops->slots[j].off, want[i].slot.off);
		assert_int_equal(ops->slots[j].sz, want[i].slot.sz);
		assert_int_equal(ops->slots[j].kind, want[i].slot.kind);
	}
	struct_ops_drop(ops);

	assert_int_equal(struct_ops_build(obj, tr, &ops), 0);
	desc.ops = ops;
	assert_int_equal(struct_ops_resolve(&desc, empty, &err), -ENOENT);
	assert_string_equal(err.msg, "map 'cc_link': the kernel's BTF has no struct_ops type 'tcp_congestion_ops' "
				     "(modules' types are found on the target only, without --btf): -ENOENT");
	struct_ops_drop(ops);

	/* an optional map may be for other kernels */
	assert_int_equal(struct_ops_build(obj, tr, &ops), 0);
	desc.ops = ops;
	maps[ops->rows[0].map].flags = LSKEL_MAP_OFF;
	assert_int_equal(struct_ops_resolve(&desc, empty, &err), 0);
	assert_int_equal(ops->kern[0].type_id, 0);
	struct_ops_drop(ops);
	trace_free(tr);
	btf__free(kernel);
	btf__free(empty);
	object_free(obj);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_are_read),
		cmocka_unit_test(link_maps_are_read),
		cmocka_unit_test(flavours_are_cut_off),
		cmocka_unit_test(maps_decide_what_is_loaded),
		cmocka_unit_test(programs_of_other_types_are_refused),
		cmocka_unit_test(broken_relocations_are_refused),
		cmocka_unit_test(addresses_of_data_are_refused),
		cmocka_unit_test(optional_maps_without_a_link),
		cmocka_unit_test(objects_without_btf_are_refused),
		cmocka_unit_test(layout_is_found_in_a_kernels_btf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
