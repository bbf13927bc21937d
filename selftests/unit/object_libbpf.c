// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Our reading against libbpf's, on all test objects: programs (names, order, types) and maps (names, attributes,
 * contents). Where they differ on purpose, it says so here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/object/kernel_types.h"
#include "gen_loader/object/object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progs.h"

static unsigned int compared_objs, compared_progs, compared_maps;

static const struct obj_func *next_prog(const struct object *obj, u32 *i)
{
	while (*i < obj->func_cnt)
		if (obj->funcs[(*i)++].is_prog)
			return &obj->funcs[*i - 1];
	return NULL;
}

static void compare_progs(const char *path, const struct object *ours, struct bpf_object *theirs)
{
	struct bpf_program *p = NULL;
	const struct obj_func *f;
	u32 i = 0;

	while ((f = next_prog(ours, &i))) {
		p = bpf_object__next_program(theirs, p);
		if (!p || strcmp(bpf_program__name(p), f->name))
			fail_msg("%s: prog '%s', libbpf has '%s'", path, f->name, p ? bpf_program__name(p) : "-");
		/* theirs is without the '?' */
		assert_string_equal(bpf_program__section_name(p), f->sec_name + (f->sec_name[0] == '?'));
		/* libbpf lets the maps decide when it loads them */
		if (!f->def || f->def->prog_type != PROG_STRUCT_OPS)
			assert_int_equal(bpf_program__autoload(p), f->autoload);
		assert_int_equal(bpf_program__insn_cnt(p), f->insn_cnt);
		compared_progs++;
		if (bpf_program__type(p) == BPF_PROG_TYPE_UNSPEC)
			continue; /* a section that only newer libbpf knows */
		assert_non_null(f->def);
		assert_int_equal(bpf_program__type(p), f->def->prog_type);
		/* of struct_ops: the member, by the object's count */
		if (f->def->prog_type != PROG_STRUCT_OPS)
			assert_int_equal(bpf_program__expected_attach_type(p), f->def->expected_attach_type);
	}
	p = bpf_object__next_program(theirs, p);
	if (p)
		fail_msg("%s: libbpf has one more prog, '%s'", path, bpf_program__name(p));
}

static void compare_sizes(const char *path, const struct obj_map *m, const struct bpf_map *t)
{
	/* libbpf rounds these up to this host's page size; we leave it to the target */
	if (m->type != MAP_TYPE_RINGBUF && m->type != MAP_TYPE_USER_RINGBUF &&
	    m->max_entries != bpf_map__max_entries(t))
		fail_msg("%s: map '%s': max_entries %u, libbpf %u", path, m->name, m->max_entries,
			 bpf_map__max_entries(t));
	if (m->key_size != bpf_map__key_size(t) || m->value_size != bpf_map__value_size(t))
		fail_msg("%s: map '%s': sizes %u %u, libbpf %u %u", path, m->name, m->key_size, m->value_size,
			 bpf_map__key_size(t), bpf_map__value_size(t));
	assert_int_equal(m->type, bpf_map__type(t));
	if (m->flags != bpf_map__map_flags(t))
		fail_msg("%s: map '%s': flags 0x%x, libbpf 0x%x", path, m->name, m->flags, bpf_map__map_flags(t));
	assert_int_equal(m->numa_node, bpf_map__numa_node(t));
	assert_int_equal(m->map_extra, bpf_map__map_extra(t));
}

static void compare_map(const char *path, const struct obj_map *m, struct bpf_map *t)
{
	const void *value;
	size_t sz = 0;

	/* "obj.rodata": the kernel's name is what libbpf calls such a map, unless it goes by its section */
	if (m->kind != MAP_BTF && m->kind != MAP_STRUCT_OPS && !strchr(m->name + 1, '.'))
		assert_string_equal(m->kernel_name, bpf_map__name(t));
	else
		assert_string_equal(m->name, bpf_map__name(t));
	compare_sizes(path, m, t);
	assert_int_equal(bpf_map__is_internal(t), m->kind != MAP_BTF && m->kind != MAP_STRUCT_OPS);
	if (m->kind == MAP_STRUCT_OPS)
		return; /* what it holds is not what libbpf gives out */
	if (m->kind == MAP_BTF) {
		assert_int_equal(!m->inner, !bpf_map__inner_map(t));
		if (m->inner)
			compare_sizes(path, m->inner, bpf_map__inner_map(t));
		/* libbpf clears ids that a map type refuses only when it creates the map */
		if (m->btf_value_id) {
			assert_int_equal(m->btf_key_id, bpf_map__btf_key_type_id(t));
			assert_int_equal(m->btf_value_id, bpf_map__btf_value_type_id(t));
		}
		return;
	}
	assert_int_equal(m->btf_value_id, bpf_map__btf_value_type_id(t));
	value = bpf_map__initial_value(t, &sz);
	assert_non_null(value);
	assert_int_equal(sz, m->value_size);
	if (m->data)
		assert_memory_equal(value, m->data, sz);
	else
		while (sz--)
			assert_int_equal(((const char *)value)[sz], 0);
}

static void compare_maps(const char *path, const struct object *ours, struct bpf_object *theirs)
{
	struct bpf_map *t = NULL, *next;
	u32 i;

	for (i = 0; i < ours->map_cnt; i++) {
		const struct obj_map *m = &ours->maps[i];

		next = bpf_object__next_map(theirs, t);
		/* ".struct_ops.link" and "?.struct_ops" are not known to libbpf 1.1 */
		if (m->kind == MAP_STRUCT_OPS && (m->ops->link || !m->ops->autocreate) &&
		    (!next || strcmp(bpf_map__name(next), m->name)))
			continue;
		t = next;
		if (!t)
			fail_msg("%s: libbpf has no map '%s'", path, m->name);
		compare_map(path, m, t);
		compared_maps++;
	}
	t = bpf_object__next_map(theirs, t);
	if (t)
		fail_msg("%s: libbpf has one more map, '%s'", path, bpf_map__name(t));
}

/* Names, linkage of functions and layout of sections: what libbpf would load, type by type. */
static void compare_btf(const char *path, const struct object *ours, struct bpf_object *theirs)
{
	const struct btf *a = ours->btf, *b = bpf_object__btf(theirs);
	u32 id;

	assert_int_equal(!a, !b);
	if (!a)
		return;
	for (id = 1; id < btf__type_cnt(a) && id < btf__type_cnt(b); id++) {
		const struct btf_type *x = btf__type_by_id(a, id), *y = btf__type_by_id(b, id);

		/* theirs drops no empty sections, and marks hidden functions later */
		if (btf_is_datasec(y) && !y->size)
			continue;
		if (btf_kind(x) != btf_kind(y) || x->size != y->size)
			fail_msg("%s: BTF type [%u]: kind %u size %u, libbpf %u %u", path, id, btf_kind(x), x->size,
				 btf_kind(y), y->size);
		/* old kernels take no '?', in libbpf's hands while loading */
		if (btf__str_by_offset(b, y->name_off)[0] != '?')
			assert_string_equal(btf__str_by_offset(a, x->name_off), btf__str_by_offset(b, y->name_off));
		if (btf_is_var(x))
			assert_int_equal(btf_var(x)->linkage, btf_var(y)->linkage);
		if (btf_is_datasec(x))
			assert_memory_equal(btf_var_secinfos(x), btf_var_secinfos(y),
					    btf_vlen(x) * sizeof(struct btf_var_secinfo));
	}
}

static void compare(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "the_objects_name");
	struct object *ours = NULL;
	struct bpf_object *theirs;
	struct lsk_err err = {};
	size_t sz;
	void *data = read_path(path, &sz);
	int ret;

	theirs = bpf_object__open_mem(data, sz, &opts);
	ret = object_open(path, data, sz, "the_objects_name", &ours, &err);
	/* libbpf learns only while loading that nobody knows such an extern */
	if (theirs && ret && !strstr(err.msg, "nothing of that name is known"))
		fail_msg("libbpf opens what we refuse: %s", err.msg);
	/* not the other way round: libbpf refuses static functions outside of .text, for example */
	if (theirs && ours) {
		compare_progs(path, ours, theirs);
		compare_maps(path, ours, theirs);
		if (!strstr(path, "/btf_names.")) /* which is there to be changed */
			compare_btf(path, ours, theirs);
		compared_objs++;
	}
	object_free(ours);
	bpf_object__close(theirs);
	free(data);
}

static void all_objects(void **state)
{
	char pattern[512];
	glob_t g = {};
	size_t i;

	(void)state;
	libbpf_set_print(NULL);
	snprintf(pattern, sizeof(pattern), "%s/*.bpf.o", progs_dir());
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++)
		compare(g.gl_pathv[i]);
	print_message("compared %u objects, %u progs, %u maps\n", compared_objs, compared_progs, compared_maps);
	assert_true(compared_objs >= 10 && compared_progs >= 30 && compared_maps >= 30);
	globfree(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_objects),
	};

	return cmocka_run_group_tests_name("object_libbpf", tests, NULL, NULL);
}
