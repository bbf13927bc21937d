// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The structs of the data sections: a field for each global variable, and padding where there is none. */
#include "priv.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>

/*
 * Alignment that a C compiler surely gives by itself. On 32-bit machines 64-bit members may be aligned to 4,
 * so padding before them is spelled out.
 */
#define SURE_ALIGN 4

static int add_var(struct gen *g, struct gen_sec *sec, const char *name, u32 type_id, u32 off, u32 sz)
{
	const struct obj_map *map = &g->obj->maps[sec->map];
	struct gen_var *var;
	u32 room = map->arena_sz ? map->arena_sz : map->value_size;
	int ret;

	if (off > room || sz > room - off)
		return err_set(g->err, -EINVAL, "variable '%s' lies outside of map '%s'", name, map->name);
	var = PUSH(sec->vars, sec->cnt, sec->cap);
	if (!var)
		return -ENOMEM;
	var->btf_name = name;
	var->type_id = type_id;
	var->off = off;
	var->sz = var->type_sz = sz;
	ret = gen_name_make(g, "variable", name, &var->name);
	if (ret || !type_id)
		return ret;
	ret = gen_types_use(g, type_id, &var->type_sz);
	if (ret == 1) {
		/* of another language: the bytes are still of use */
		var->type_id = 0;
		var->bytes = true;
		var->type_sz = sz;
		return 0;
	}
	if (ret == -EINVAL || (!ret && var->type_sz > sz))
		return err_set(g->err, -EINVAL, "variable '%s': its type makes no sense", name);
	return ret;
}

static int add_datasec(struct gen *g, struct gen_sec *sec, u32 sec_id)
{
	const struct btf_type *t = sec_id ? btf__type_by_id(g->obj->btf, sec_id) : NULL;
	u32 i;
	int ret;

	if (!t || !btf_is_datasec(t))
		return 0; /* only what the compiler put there: constants without a name */
	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *info = &btf_var_secinfos(t)[i];
		const struct btf_type *var = btf__type_by_id(g->obj->btf, info->type);

		if (!var || !btf_is_var(var) || btf_var(var)->linkage == BTF_VAR_STATIC)
			continue;
		ret = add_var(g, sec, btf__name_by_offset(g->obj->btf, var->name_off), var->type,
			      info->offset, info->size);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_kconfig(struct gen *g, struct gen_sec *sec)
{
	u32 i;
	int ret;

	for (i = 0; i < g->obj->extern_cnt; i++) {
		const struct obj_extern *ext = &g->obj->externs[i];
		const struct btf_type *var = g->obj->btf ? btf__type_by_id(g->obj->btf, ext->btf_id) : NULL;
		u32 type_id = 0;

		if (ext->kind != EXT_KCONFIG)
			continue;
		/* enum libbpf_tristate is known to BPF programs only; so it is a number here, type 0 */
		if (ext->kcfg_type != KCFG_TRISTATE && var && btf_is_var(var))
			type_id = var->type;
		ret = add_var(g, sec, ext->name, type_id, ext->off, ext->size);
		if (ret)
			return ret;
	}
	return 0;
}

static int cmp_var(const void *a, const void *b)
{
	const struct gen_var *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static int build_sec(struct gen *g, struct gen_sec *sec)
{
	const struct obj_map *map = &g->obj->maps[sec->map];
	u32 i;
	int ret;

	ret = map->kind == MAP_KCONFIG ? add_kconfig(g, sec) : add_datasec(g, sec, map->btf_sec_id);
	if (ret || !sec->cnt)
		return ret;
	qsort(sec->vars, sec->cnt, sizeof(*sec->vars), cmp_var);
	for (i = 1; i < sec->cnt; i++)
		if (sec->vars[i].off < sec->vars[i - 1].off + sec->vars[i - 1].sz)
			return err_set(g->err, -EINVAL, "map '%s': variables '%s' and '%s' overlap",
				       map->name, sec->vars[i - 1].btf_name, sec->vars[i].btf_name);
	return gen_names_differ(g, "variable", &sec->vars->name, sizeof(*sec->vars), sec->cnt);
}

int gen_vars_build(struct gen *g)
{
	struct gen_sec *sec;
	u32 i;
	int ret;

	for (i = 0; i < g->desc->map_cnt; i++) {
		if (!(g->desc->maps[i].flags & LSKEL_MAP_MMAP))
			continue;
		sec = PUSH(g->secs, g->sec_cnt, g->sec_cap);
		if (!sec)
			return -ENOMEM;
		sec->map = i;
		if (!g->obj->btf)
			continue;
		ret = build_sec(g, sec);
		if (ret)
			return ret;
	}
	return 0;
}

void gen_vars_free(struct gen *g)
{
	u32 i, j;

	for (i = 0; i < g->sec_cnt; i++) {
		for (j = 0; j < g->secs[i].cnt; j++)
			gen_name_free(&g->secs[i].vars[j].name);
		free(g->secs[i].vars);
	}
	free(g->secs);
}

static int print_field(struct gen *g, const struct gen_var *var, u32 end, u32 *pads)
{
	int align = var->type_id ? gen_type_align(g, var->type_id) : var->bytes ? 1 : 4, ret = 0;
	bool packed;
	u32 sure;

	if (align < 0)
		return err_set(g->err, -EINVAL, "variable '%s' has no complete type", var->btf_name);
	packed = var->off % (u32)align;
	sure = packed ? 1 : align > SURE_ALIGN ? SURE_ALIGN : (u32)align;
	if ((end + sure - 1) / sure * sure != var->off)
		text_printf(&g->text, "\t\tchar __pad%u[%u];\n", (*pads)++, var->off - end);
	text_puts(&g->text, "\t\t");
	if (var->type_id)
		ret = gen_print_decl(g, var->type_id, var->name.member);
	else if (var->bytes)
		text_printf(&g->text, "unsigned char %s[%u]", var->name.member, var->sz);
	else
		text_printf(&g->text, "unsigned int %s", var->name.member);
	text_puts(&g->text, packed ? " __attribute__((__packed__));\n" : ";\n");
	return ret;
}

int gen_print_sections(struct gen *g)
{
	u32 i, j;
	int ret;

	for (i = 0; i < g->sec_cnt; i++) {
		const struct gen_sec *sec = &g->secs[i];
		u32 end = 0, pads = 0;

		text_printf(&g->text, "\t%sstruct %s__%s {\n", sec->cnt ? "" : "__extension__ ", g->name,
			    gen_sec_ident(g, sec));
		for (j = 0; j < sec->cnt; j++) {
			ret = print_field(g, &sec->vars[j], end, &pads);
			if (ret)
				return ret;
			end = sec->vars[j].off + sec->vars[j].type_sz;
		}
		text_printf(&g->text, "\t} *%s;\n", gen_sec_member(g, sec));
	}
	return 0;
}

void gen_print_field_checks(struct gen *g)
{
	u32 i, j;

	for (i = 0; i < g->sec_cnt; i++)
		for (j = 0; j < g->secs[i].cnt; j++) {
			const struct gen_var *var = &g->secs[i].vars[j];

			text_printf(&g->text, "LSKEL_FIELD(%s, %s, %s, %u, %u);\n", g->name,
				    gen_sec_member(g, &g->secs[i]), var->name.member, var->off, var->type_sz);
		}
}
