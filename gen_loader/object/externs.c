// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Externs: undefined symbols whose BTF lies in the DATASECs .ksyms and .kconfig. Both DATASECs are
 * rewritten on the way to something the kernel accepts: no extern linkage, no FUNC members, sizes and
 * offsets that fit. Type ids stay.
 */
#include "object_priv.h"
#include "kernel_types.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct kcfg_var {
	u32 var_id;
	const char *name;
	u32 align, off;
	struct obj_extern ext; /* name not set: type and size only */
	const struct elf_sym *sym; /* NULL: only the BTF knows it */
};

int btf_int32(struct reader *r)
{
	u32 id, cnt = btf__type_cnt(r->obj->btf);
	const struct btf_type *t;

	for (id = 1; id < cnt; id++) {
		t = btf__type_by_id(r->obj->btf, id);
		if (btf_is_int(t) && t->size == 4 && btf_int_bits(t) == 32 && !btf_int_offset(t))
			return id;
	}
	return btf__add_int(r->obj->btf, "int", 4, BTF_INT_SIGNED);
}

int btf_name_params(struct reader *r, u32 func_id)
{
	u32 proto = btf__type_by_id(r->obj->btf, func_id)->type, i;
	struct btf_type *t;
	struct btf_param *p;
	int name = 0;

	for (i = 0; i < btf_vlen(btf__type_by_id(r->obj->btf, proto)); i++) {
		t = btf_type_rw(r, proto);
		p = &btf_params(t)[i];
		if (!p->type || p->name_off) /* type 0: the "..." at the end */
			continue;
		if (!name) {
			name = btf__add_str(r->obj->btf, "arg");
			if (name < 0)
				return name;
			p = &btf_params(btf_type_rw(r, proto))[i];
		}
		p->name_off = name;
	}
	return 0;
}

static bool sym_is_extern(const struct elf_sym *sym)
{
	return sym->undef && sym->name[0] && (sym->bind == STB_GLOBAL || sym->bind == STB_WEAK);
}

static const struct elf_sym *find_extern_sym(const struct reader *r, const char *name)
{
	const struct elf_sym *sym = elf_find_sym(r, name);

	return sym && sym_is_extern(sym) ? sym : NULL;
}

static struct obj_extern *ext_add(struct reader *r, const struct elf_sym *sym, enum obj_ext_kind kind,
				  u32 btf_id)
{
	struct obj_extern *ext = PUSH(r->obj->externs, r->obj->extern_cnt, r->ext_cap);

	if (!ext)
		return NULL;
	ext->name = strdup(sym->name);
	ext->kind = kind;
	ext->weak = sym->bind == STB_WEAK;
	ext->btf_id = btf_id;
	ext->type_id = btf__type_by_id(r->obj->btf, btf_id)->type;
	return ext->name ? ext : NULL;
}

/* A VAR of .ksyms becomes an int of its own; a FUNC leaves its place in the section to @dummy. */
static int ksym_rewrite(struct reader *r, u32 sec_id, u32 i, int int_id, int dummy)
{
	struct btf_var_secinfo *vsi = &btf_var_secinfos(btf_type_rw(r, sec_id))[i];
	struct btf_type *t = btf_type_rw(r, vsi->type);
	u32 id = vsi->type;

	vsi->offset = i * 4;
	vsi->size = 4;
	if (btf_is_var(t)) {
		btf_var(t)->linkage = BTF_VAR_GLOBAL_ALLOCATED;
		t->type = int_id;
		return 0;
	}
	vsi->type = dummy;
	t->info = btf_type_info(BTF_KIND_FUNC, BTF_FUNC_GLOBAL, 0);
	return btf_name_params(r, id);
}

static int ksyms_read(struct reader *r)
{
	u32 sec_id = btf_find_datasec(r, ".ksyms"), i, type, vlen, id;
	int int_id, dummy = 0, ret;

	if (!sec_id)
		return 0;
	vlen = btf_vlen(btf__type_by_id(r->obj->btf, sec_id));
	int_id = btf_int32(r);
	if (int_id < 0)
		return int_id;
	for (i = 0; i < vlen; i++) {
		const struct btf_type *t;
		const struct elf_sym *sym;
		enum obj_ext_kind kind;

		id = btf_var_secinfos(btf__type_by_id(r->obj->btf, sec_id))[i].type;
		t = btf__type_by_id(r->obj->btf, id);
		type = t->type;
		if (btf_is_func(t)) {
			kind = EXT_FUNC;
			if (!dummy)
				dummy = btf__add_var(r->obj->btf, "dummy_ksym", BTF_VAR_GLOBAL_ALLOCATED,
						     int_id);
			if (dummy < 0)
				return dummy;
		} else {
			if (!btf_skip_mods(r, &type) && type)
				return BAD(r, "extern '%s': its type is a loop", btf_name(r, t));
			kind = type ? EXT_VAR : EXT_KSYM;
		}
		sym = find_extern_sym(r, btf_name(r, btf__type_by_id(r->obj->btf, id)));
		if (sym && !ext_add(r, sym, kind, id))
			return -ENOMEM;
		ret = ksym_rewrite(r, sec_id, i, int_id, dummy);
		if (ret)
			return ret;
	}
	btf_type_rw(r, sec_id)->size = vlen * 4;
	return 0;
}

/* The type of a __kconfig variable; what libbpf knows. Returns 0, or -ENOTSUP. */
static int kcfg_type(struct reader *r, u32 id, struct kcfg_var *var, bool in_array)
{
	const struct btf_type *t = btf_skip_mods(r, &id);
	struct obj_extern *ext = &var->ext;
	u8 enc;

	if (!t)
		return -ENOTSUP;
	ext->size = var->align = t->size;
	if (btf_is_int(t)) {
		enc = btf_int_encoding(t);
		ext->is_signed = enc & BTF_INT_SIGNED;
		if (enc & BTF_INT_BOOL)
			ext->kcfg_type = KCFG_BOOL;
		else
			ext->kcfg_type = t->size == 1 ? KCFG_CHAR : KCFG_INT;
		if (ext->kcfg_type == KCFG_BOOL && t->size != 1)
			return -ENOTSUP;
		return t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8 ? 0 : -ENOTSUP;
	}
	if (btf_is_enum(t) || btf_is_enum64(t)) {
		ext->kcfg_type = KCFG_TRISTATE;
		if (t->size != (btf_is_enum(t) ? 4u : 8u))
			return -ENOTSUP;
		return strcmp(btf_name(r, t), "libbpf_tristate") ? -ENOTSUP : 0;
	}
	if (btf_is_array(t) && !in_array) {
		u32 n = btf_array(t)->nelems;

		if (!n || n > INT32_MAX || kcfg_type(r, btf_array(t)->type, var, true) ||
		    ext->kcfg_type != KCFG_CHAR)
			return -ENOTSUP;
		ext->kcfg_type = KCFG_CHAR_ARR;
		ext->size = n;
		return 0;
	}
	return -ENOTSUP;
}

/* By place in the map: the ones that code uses first, then as libbpf orders them. */
static int cmp_kcfg(const void *va, const void *vb)
{
	const struct kcfg_var *a = va, *b = vb;

	if (!a->sym != !b->sym)
		return a->sym ? -1 : 1;
	if (a->align != b->align)
		return a->align > b->align ? -1 : 1;
	if (a->ext.size != b->ext.size)
		return a->ext.size < b->ext.size ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int kconfig_map(struct reader *r, u32 sec_id, u32 size)
{
	struct obj_map *map;

	r->kconfig_map = r->obj->map_cnt;
	map = map_add(r, 0, 0, 0);
	if (!map)
		return -ENOMEM;
	map->kind = MAP_KCONFIG;
	map->type = MAP_TYPE_ARRAY;
	map->key_size = 4;
	map->value_size = size;
	map->max_entries = 1;
	map->flags = MAP_F_RDONLY_PROG | MAP_F_MMAPABLE;
	map->btf_value_id = map->btf_sec_id = sec_id;
	map->name = strdup(".kconfig");
	map->ident = strdup("kconfig");
	if (!map->name || !map->ident)
		return -ENOMEM;
	map_kernel_name(map, map->name);
	return 0;
}

static int kcfg_collect(struct reader *r, u32 sec_id, struct kcfg_var *vars, u32 cnt)
{
	const struct btf_type *t;
	u32 i;

	for (i = 0; i < cnt; i++) {
		vars[i].var_id = btf_var_secinfos(btf__type_by_id(r->obj->btf, sec_id))[i].type;
		t = btf__type_by_id(r->obj->btf, vars[i].var_id);
		vars[i].name = btf_name(r, t);
		if (btf_is_func(t))
			return UNSUP(r, "extern '%s': functions can't be __kconfig", vars[i].name);
		vars[i].sym = find_extern_sym(r, vars[i].name);
		if (kcfg_type(r, t->type, &vars[i], false))
			return UNSUP(r, "extern '%s': type not possible for __kconfig", vars[i].name);
	}
	return 0;
}

/*
 * Where a value comes from: a CONFIG_ extern's from a file or from the user, a few others' from the
 * target.
 */
static int kcfg_check(struct reader *r, const struct obj_extern *ext)
{
	bool number = ext->kcfg_type == KCFG_INT || ext->kcfg_type == KCFG_CHAR;

	if (!strncmp(ext->name, "CONFIG_", 7))
		return 0;
	if (!strcmp(ext->name, "LINUX_KERNEL_VERSION")) {
		if (!number || ext->size < 4)
			return BAD(r, "extern '%s': its type can't hold a version, use int", ext->name);
		return 0;
	}
	if (!strcmp(ext->name, "LINUX_HAS_BPF_COOKIE") || !strcmp(ext->name, "LINUX_HAS_SYSCALL_WRAPPER")) {
		if (!number && ext->kcfg_type != KCFG_BOOL)
			return BAD(r, "extern '%s': its type can't hold yes or no, use bool", ext->name);
		return 0;
	}
	if (!strncmp(ext->name, "LINUX_", 6) && ext->weak)
		return 0; /* of a later time: 0 */
	return BAD(r, "extern '%s': nothing of that name is known; __kconfig has CONFIG_* and LINUX_{KERNEL_VERSION,"
		      "HAS_BPF_COOKIE,HAS_SYSCALL_WRAPPER}", ext->name);
}

static int kcfg_place(struct reader *r, u32 sec_id, struct kcfg_var *vars, u32 cnt, u32 *size)
{
	struct btf_var_secinfo *vsi = btf_var_secinfos(btf_type_rw(r, sec_id));
	struct obj_extern *ext;
	u64 off = 0;
	u32 i;

	qsort(vars, cnt, sizeof(*vars), cmp_kcfg);
	for (i = 0; i < cnt; i++) {
		off = (off + vars[i].align - 1) / vars[i].align * vars[i].align;
		vars[i].off = off;
		off += vars[i].ext.size;
		if (off > INT32_MAX)
			return BAD(r, "__kconfig variables are too large");
		vsi[i].type = vars[i].var_id;
		vsi[i].offset = vars[i].off;
		vsi[i].size = vars[i].ext.size;
		btf_var(btf_type_rw(r, vars[i].var_id))->linkage = BTF_VAR_GLOBAL_ALLOCATED;
		if (!vars[i].sym)
			continue;
		ext = ext_add(r, vars[i].sym, EXT_KCONFIG, vars[i].var_id);
		if (!ext)
			return -ENOMEM;
		ext->kcfg_type = vars[i].ext.kcfg_type;
		ext->size = vars[i].ext.size;
		ext->is_signed = vars[i].ext.is_signed;
		ext->off = vars[i].off;
		if (kcfg_check(r, ext))
			return -EINVAL;
	}
	btf_type_rw(r, sec_id)->size = off;
	*size = off;
	return 0;
}

static int kconfig_read(struct reader *r, u32 *size)
{
	u32 sec_id = btf_find_datasec(r, ".kconfig"), cnt;
	struct kcfg_var *vars;
	int ret;

	if (!sec_id)
		return 0;
	cnt = btf_vlen(btf__type_by_id(r->obj->btf, sec_id));
	vars = calloc((size_t)cnt + 1, sizeof(*vars));
	if (!vars)
		return -ENOMEM;
	ret = kcfg_collect(r, sec_id, vars, cnt);
	ret = ret ?: kcfg_place(r, sec_id, vars, cnt, size);
	free(vars);
	return ret;
}

/* kconfig externs first, by their place; then the others by name. Names are unique within each. */
static int cmp_ext(const void *va, const void *vb)
{
	const struct obj_extern *a = va, *b = vb;

	if ((a->kind == EXT_KCONFIG) != (b->kind == EXT_KCONFIG))
		return a->kind == EXT_KCONFIG ? -1 : 1;
	if (a->kind == EXT_KCONFIG)
		return a->off < b->off ? -1 : a->off > b->off;
	return strcmp(a->name, b->name);
}

static int ext_find(const struct reader *r, const char *name)
{
	u32 i;

	for (i = 0; i < r->obj->extern_cnt; i++)
		if (!strcmp(r->obj->externs[i].name, name))
			return i;
	return -1;
}

int externs_read(struct reader *r)
{
	u32 i, kcfg_size = 0;
	int ret;

	if (!r->obj->btf)
		return 0;
	ret = ksyms_read(r);
	ret = ret ?: kconfig_read(r, &kcfg_size);
	if (ret)
		return ret;
	if (r->obj->extern_cnt)
		qsort(r->obj->externs, r->obj->extern_cnt, sizeof(*r->obj->externs), cmp_ext);
	for (i = 1; i < r->obj->extern_cnt; i++)
		if (ext_find(r, r->obj->externs[i].name) != (int)i)
			return BAD(r, "extern '%s' is declared twice", r->obj->externs[i].name);
	for (i = 0; i < r->sym_cnt; i++)
		if (sym_is_extern(&r->syms[i]))
			r->syms[i].ext = ext_find(r, r->syms[i].name);
	return 0;
}

int kconfig_map_read(struct reader *r)
{
	u32 sec_id = btf_find_datasec(r, ".kconfig");

	if (!r->obj->extern_cnt || r->obj->externs[0].kind != EXT_KCONFIG)
		return 0;
	return kconfig_map(r, sec_id, btf__type_by_id(r->obj->btf, sec_id)->size);
}
