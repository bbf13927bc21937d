// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What object_open() reads from an object with one of everything, selftests/progs/obj_mixed.bpf.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/object/kernel_types.h"
#include "gen_loader/object/object.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progs.h"

static struct object *obj;

static int open_mixed(void **state)
{
	struct lsk_err err = {};
	size_t sz;
	void *data = read_prog("obj_mixed.bpf.o", &sz);

	(void)state;
	if (object_open("mixed", data, sz, "mixed_object", &obj, &err))
		fail_msg("%s", err.msg);
	free(data);
	return 0;
}

static int close_mixed(void **state)
{
	(void)state;
	object_free(obj);
	object_free(NULL);
	return 0;
}

static const struct obj_func *func(const char *name)
{
	u32 i;

	for (i = 0; i < obj->func_cnt; i++)
		if (!strcmp(obj->funcs[i].name, name))
			return &obj->funcs[i];
	fail_msg("no function '%s'", name);
	return NULL;
}

static const struct obj_map *map(const char *name)
{
	u32 i;

	for (i = 0; i < obj->map_cnt; i++)
		if (!strcmp(obj->maps[i].name, name))
			return &obj->maps[i];
	fail_msg("no map '%s'", name);
	return NULL;
}

static const struct obj_extern *ext(const char *name)
{
	u32 i;

	for (i = 0; i < obj->extern_cnt; i++)
		if (!strcmp(obj->externs[i].name, name))
			return &obj->externs[i];
	fail_msg("no extern '%s'", name);
	return NULL;
}

/* The only relocation of @f of that kind and target. */
static const struct obj_relo *relo(const struct obj_func *f, enum relo_kind kind, u32 ref)
{
	u32 i;

	for (i = 0; i < f->relo_cnt; i++)
		if (f->relos[i].kind == kind && f->relos[i].ref == ref)
			return &f->relos[i];
	return NULL;
}

static u32 idx_of(const struct obj_func *f) { return f - obj->funcs; }
static u32 idx_of_map(const struct obj_map *m) { return m - obj->maps; }
static u32 idx_of_ext(const struct obj_extern *e) { return e - obj->externs; }

static u32 linkage(const struct obj_func *f)
{
	const struct btf_type *t = btf__type_by_id(obj->btf, f->btf_id);

	assert_true(btf_is_func(t));
	assert_string_equal(btf__str_by_offset(obj->btf, t->name_off), f->name);
	return btf_vlen(t);
}

static void head(void **state)
{
	(void)state;
	assert_false(obj->big_endian);
	assert_string_equal(obj->name, "mixed_object");
	assert_string_equal(obj->license, "GPL");
	assert_int_equal(obj->kern_version, 0x60102);
	assert_non_null(obj->btf);
}

static void progs_and_subprogs(void **state)
{
	const struct obj_func *f;

	(void)state;
	f = func("entry");
	assert_true(f->is_prog && f->autoload && !f->is_static);
	assert_int_equal(f->def->prog_type, PROG_SCHED_CLS);
	assert_null(f->attach_target);
	f = func("optional");
	assert_true(f->is_prog && !f->autoload);
	assert_string_equal(f->sec_name, "?fentry/do_nothing");
	assert_string_equal(f->attach_target, "do_nothing");
	assert_int_equal(f->def->prog_type, PROG_TRACING);
	assert_int_equal(f->def->expected_attach_type, ATTACH_TRACE_FENTRY);
	f = func("bare"); /* SEC("raw_tp"), no slash */
	assert_true(f->is_prog);
	assert_int_equal(f->def->prog_type, PROG_RAW_TRACEPOINT);
	assert_null(f->attach_target);
	f = func("called_elsewhere"); /* of no known section, but called */
	assert_false(f->is_prog);
	assert_false(func("text_static")->is_prog);
	assert_false(func("text_global")->is_prog);
	assert_false(func("callback")->is_prog);
}

static void linkage_for_the_kernel(void **state)
{
	(void)state;
	assert_true(func("text_static")->is_static);
	assert_int_equal(linkage(func("text_static")), BTF_FUNC_STATIC);
	assert_false(func("text_global")->is_static);
	assert_int_equal(linkage(func("text_global")), BTF_FUNC_GLOBAL);
	assert_true(func("text_hidden")->is_static); /* global, but hidden */
	assert_int_equal(linkage(func("text_hidden")), BTF_FUNC_STATIC);
	assert_int_equal(linkage(func("callback")), BTF_FUNC_STATIC);
}

static void calls(void **state)
{
	const struct obj_relo *r;

	(void)state;
	/* within .text, from a section to .text, from .text to nowhere else, between sections */
	assert_non_null(relo(func("text_global"), RELO_CALL, idx_of(func("text_static"))));
	assert_non_null(relo(func("text_hidden"), RELO_CALL, idx_of(func("text_static"))));
	assert_non_null(relo(func("called_elsewhere"), RELO_CALL, idx_of(func("text_global"))));
	assert_non_null(relo(func("entry"), RELO_CALL, idx_of(func("called_elsewhere"))));
	r = relo(func("entry"), RELO_FUNC_ADDR, idx_of(func("callback")));
	assert_non_null(r);
	assert_int_equal(func("entry")->insns[r->insn].code, 0x18);
	assert_int_equal(func("entry")->insns[r->insn].imm, 0);
	assert_null(relo(func("text_static"), RELO_CALL, idx_of(func("text_static"))));
}

static void exception_callback(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < obj->func_cnt; i++)
		assert_int_equal(obj->funcs[i].exception_cb,
				 strcmp(obj->funcs[i].name, "bare") ? -1 : (int)idx_of(func("on_throw")));
	assert_false(func("on_throw")->is_prog);
}

static void value_offset(const char *fn, const char *map_name, u32 off)
{
	const struct obj_func *f = func(fn);
	u32 i;

	for (i = 0; i < f->relo_cnt; i++)
		if (f->relos[i].kind == RELO_MAP_VALUE && f->relos[i].ref == idx_of_map(map(map_name)) &&
		    f->relos[i].off == off)
			return;
	fail_msg("%s does not refer to %s + %u", fn, map_name, off);
}

/* Where BTF says the variable is: where its references must lead to. */
static u32 var_offset(const char *sec, const char *var)
{
	const struct btf_type *t = btf__type_by_id(obj->btf, map(sec)->btf_sec_id), *v;
	u32 i;

	assert_true(btf_is_datasec(t));
	for (i = 0; i < btf_vlen(t); i++) {
		v = btf__type_by_id(obj->btf, btf_var_secinfos(t)[i].type);
		if (!strcmp(btf__str_by_offset(obj->btf, v->name_off), var))
			return btf_var_secinfos(t)[i].offset;
	}
	fail_msg("no variable '%s'", var);
	return 0;
}

static void references_to_data(void **state)
{
	(void)state;
	value_offset("entry", ".bss", var_offset(".bss", "counter"));
	value_offset("entry", ".bss", var_offset(".bss", "hits")); /* static: section symbol and addend */
	value_offset("entry", ".data", var_offset(".data", "start"));
	value_offset("text_static", ".rodata", var_offset(".rodata", "limit"));
	value_offset("optional", ".kconfig", ext("CONFIG_HZ")->off);
	assert_int_not_equal(var_offset(".bss", "counter"), var_offset(".bss", "hits"));
	assert_non_null(relo(func("entry"), RELO_MAP, idx_of_map(map("inner_a"))));
	assert_non_null(relo(func("bare"), RELO_MAP, idx_of_map(map("jumps"))));
}

static void references_to_the_kernel(void **state)
{
	const struct obj_func *f = func("optional");

	(void)state;
	assert_int_equal(ext("plain_sym")->kind, EXT_KSYM);
	assert_int_equal(ext("typed_sym")->kind, EXT_VAR);
	assert_int_equal(ext("kernel_func")->kind, EXT_FUNC);
	assert_int_equal(ext("weak_func")->kind, EXT_FUNC);
	assert_false(ext("plain_sym")->weak);
	assert_true(ext("typed_sym")->weak);
	assert_false(ext("kernel_func")->weak);
	assert_true(ext("weak_func")->weak);
	assert_non_null(relo(f, RELO_KSYM, idx_of_ext(ext("plain_sym"))));
	assert_non_null(relo(f, RELO_KSYM, idx_of_ext(ext("typed_sym"))));
	assert_non_null(relo(f, RELO_KFUNC, idx_of_ext(ext("kernel_func"))));
	assert_non_null(relo(f, RELO_KFUNC, idx_of_ext(ext("weak_func"))));
	assert_non_null(relo(f, RELO_KSYM, idx_of_ext(ext("weak_func")))); /* if (weak_func) */
	assert_true(btf_is_func(btf__type_by_id(obj->btf, ext("kernel_func")->btf_id)));
	assert_true(btf_is_var(btf__type_by_id(obj->btf, ext("typed_sym")->btf_id)));
}

static void relocations_ascend(void **state)
{
	u32 i, n;

	(void)state;
	for (i = 0; i < obj->func_cnt; i++) {
		const struct obj_func *f = &obj->funcs[i];

		for (n = 1; n < f->relo_cnt; n++)
			assert_true(f->relos[n - 1].insn < f->relos[n].insn);
		for (n = 1; n < f->line_cnt; n++)
			assert_true(f->lines[n - 1].insn < f->lines[n].insn);
		assert_true(f->line_cnt && !f->lines[0].insn && f->btf_id);
	}
}

static void map_attributes(void **state)
{
	const struct obj_map *m;

	(void)state;
	m = map("a_hash_with_a_long_name");
	assert_string_equal(m->kernel_name, "a_hash_with_a_l");
	assert_string_equal(m->ident, "a_hash_with_a_long_name");
	assert_int_equal(m->type, MAP_TYPE_HASH);
	assert_int_equal(m->key_size, 16);
	assert_int_equal(m->value_size, 24);
	assert_int_equal(m->max_entries, 100);
	assert_int_equal(m->flags, 1 | 4);
	assert_int_equal(m->numa_node, 1);
	assert_int_equal(m->pinning, 1);
	m = map("inner_a");
	assert_true(m->btf_key_id && m->btf_value_id);
	assert_int_equal(m->value_size, 16);
	m = map("events"); /* refuses BTF; its size is decided on the target */
	assert_int_equal(m->btf_key_id, 0);
	assert_int_equal(m->btf_value_id, 0);
	assert_int_equal(m->key_size, 4);
	assert_int_equal(m->max_entries, 0);
	assert_int_equal(map("ring")->max_entries, 1000);
}

static void maps_of_maps(void **state)
{
	const struct obj_map *m = map("outer");

	(void)state;
	assert_int_equal(m->value_size, 4);
	assert_int_equal(m->btf_key_id, 0);
	assert_non_null(m->inner);
	assert_string_equal(m->inner->name, "outer.inner");
	assert_int_equal(m->inner->type, MAP_TYPE_ARRAY);
	assert_int_equal(m->inner->max_entries, 2);
	assert_int_equal(m->inner->value_size, 16);
	assert_true(m->inner->btf_key_id && m->inner->btf_value_id);
	assert_int_equal(m->init_cnt, 2);
	assert_int_equal(m->inits[0].slot, 1);
	assert_int_equal(m->inits[0].ref, idx_of_map(map("inner_b")));
	assert_int_equal(m->inits[1].slot, 3);
	assert_int_equal(m->inits[1].ref, idx_of_map(map("inner_a")));
	assert_false(m->inits[0].is_prog);
	m = map("jumps");
	assert_int_equal(m->init_cnt, 1);
	assert_int_equal(m->inits[0].slot, 2);
	assert_true(m->inits[0].is_prog);
	assert_int_equal(m->inits[0].ref, idx_of(func("entry")));
}

static void data_map(const char *name, const char *kernel_name, const char *ident, int kind, u32 flags)
{
	const struct obj_map *m = map(name);
	const struct btf_type *sec;

	assert_string_equal(m->kernel_name, kernel_name);
	assert_string_equal(m->ident, ident);
	assert_int_equal(m->kind, kind);
	assert_int_equal(m->type, MAP_TYPE_ARRAY);
	assert_int_equal(m->key_size, 4);
	assert_int_equal(m->max_entries, 1);
	assert_int_equal(m->flags, flags);
	assert_int_equal(m->btf_key_id, 0);
	sec = btf__type_by_id(obj->btf, m->btf_sec_id);
	assert_true(btf_is_datasec(sec));
	assert_int_equal(sec->size, m->value_size);
	assert_int_equal(m->btf_value_id, m->btf_sec_id);
}

static void data_maps(void **state)
{
	u32 limit = 0;

	(void)state;
	data_map(".data", "mixed_ob.data", "data", MAP_DATA, MAP_F_MMAPABLE);
	data_map(".bss", "mixed_ob.bss", "bss", MAP_BSS, MAP_F_MMAPABLE);
	data_map(".rodata", "mixed_ob.rodata", "rodata", MAP_RODATA, MAP_F_MMAPABLE | MAP_F_RDONLY_PROG);
	data_map(".data.hot", ".data.hot", "data_hot", MAP_DATA, MAP_F_MMAPABLE);
	data_map(".data.private", ".data.private", "data_private", MAP_DATA, 0); /* only hidden variables */
	data_map(".rodata.fixed", ".rodata.fixed", "rodata_fixed", MAP_RODATA,
		 MAP_F_MMAPABLE | MAP_F_RDONLY_PROG);
	data_map(".kconfig", "mixed_o.kconfig", "kconfig", MAP_KCONFIG, MAP_F_MMAPABLE | MAP_F_RDONLY_PROG);
	assert_null(map(".bss")->data);
	memcpy(&limit, (char *)map(".rodata")->data + var_offset(".rodata", "limit"), 4);
	assert_int_equal(limit, 7);
	/* .maps first, .kconfig last */
	assert_int_equal(idx_of_map(map(".kconfig")), obj->map_cnt - 1);
	assert_true(idx_of_map(map("ring")) < idx_of_map(map(".data")));
}

static void kconfig_layout(void **state)
{
	static const struct {
		const char *name;
		enum obj_kcfg_type type;
		u32 size, off;
	} vars[] = { /* alignment falls, then size rises, then names */
		{ "CONFIG_HZ", KCFG_INT, 8, 0 },
		{ "CONFIG_TRI", KCFG_TRISTATE, 4, 8 },
		{ "LINUX_KERNEL_VERSION", KCFG_INT, 4, 12 },
		{ "CONFIG_BOOL", KCFG_BOOL, 1, 16 },
		{ "CONFIG_CHAR", KCFG_CHAR, 1, 17 },
		{ "CONFIG_STR", KCFG_CHAR_ARR, 10, 18 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(vars); i++) {
		const struct obj_extern *e = ext(vars[i].name);

		assert_int_equal(e->kind, EXT_KCONFIG);
		assert_int_equal(e->kcfg_type, vars[i].type);
		assert_int_equal(e->size, vars[i].size);
		assert_int_equal(e->off, vars[i].off);
		assert_int_equal(var_offset(".kconfig", vars[i].name), vars[i].off);
	}
	assert_int_equal(map(".kconfig")->value_size, 28);
	assert_true(ext("CONFIG_TRI")->weak);
	assert_true(ext("LINUX_KERNEL_VERSION")->is_signed);
	assert_false(ext("CONFIG_HZ")->is_signed);
}

/* The rules of the kernel's BTF_LOAD that compilers' BTF breaks. */
static void btf_rules(void **state)
{
	u32 id, i, cnt = btf__type_cnt(obj->btf), datasecs = 0;

	(void)state;
	for (id = 1; id < cnt; id++) {
		const struct btf_type *t = btf__type_by_id(obj->btf, id), *to;

		if (btf_is_func(t)) {
			assert_true(btf_vlen(t) == BTF_FUNC_STATIC || btf_vlen(t) == BTF_FUNC_GLOBAL);
			to = btf__type_by_id(obj->btf, t->type);
			for (i = 0; i < btf_vlen(to); i++)
				assert_true(!btf_params(to)[i].type || btf_params(to)[i].name_off);
		} else if (btf_is_var(t)) {
			assert_true(btf_var(t)->linkage == BTF_VAR_STATIC ||
				    btf_var(t)->linkage == BTF_VAR_GLOBAL_ALLOCATED);
			assert_true(btf__resolve_size(obj->btf, t->type) > 0);
		} else if (btf_is_datasec(t)) {
			const struct btf_var_secinfo *v = btf_var_secinfos(t);
			u32 end = 0;

			datasecs++;
			assert_int_not_equal(t->size, 0);
			for (i = 0; i < btf_vlen(t); i++, v++) {
				to = btf__type_by_id(obj->btf, v->type);
				assert_true(btf_is_var(to));
				assert_true(v->offset >= end && v->size);
				assert_true(v->size >= btf__resolve_size(obj->btf, to->type));
				end = v->offset + v->size;
			}
			assert_true(end <= t->size);
		}
	}
	assert_true(datasecs >= 10); /* the walk saw something */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head),
		cmocka_unit_test(progs_and_subprogs),
		cmocka_unit_test(linkage_for_the_kernel),
		cmocka_unit_test(calls),
		cmocka_unit_test(exception_callback),
		cmocka_unit_test(references_to_data),
		cmocka_unit_test(references_to_the_kernel),
		cmocka_unit_test(relocations_ascend),
		cmocka_unit_test(map_attributes),
		cmocka_unit_test(maps_of_maps),
		cmocka_unit_test(data_maps),
		cmocka_unit_test(kconfig_layout),
		cmocka_unit_test(btf_rules),
	};

	return cmocka_run_group_tests_name("object_read", tests, open_mixed, close_mixed);
}
