// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * C declarations out of BTF. They are printed by libbpf's btf_dump, from a copy of the object's BTF that was
 * changed so that the text stands on its own: no modifiers (a skeleton writes .rodata before load), scalar
 * typedefs replaced by what they stand for, integers under the names that C knows for their size.
 */
#include "priv.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Types nested deeper than this don't come from a compiler; chains may also be circular in a malformed
 * object. */
#define MAX_DEPTH 64

enum {
	SEEN_STRONG = 1, /* must be complete */
	SEEN_WEAK = 2,	 /* must be declared */
	SEEN_FWD = 4,	 /* is declared */
};

struct gen_types {
	struct btf *btf;
	struct btf_dump *dump;
	u8 *seen; /* by type id, SEEN_* */
	u32 cnt;
	struct text decls;
	struct text *out; /* where btf_dump prints */
};

static void dump_printf(void *ctx, const char *fmt, va_list args)
{
	struct gen_types *t = ctx;

	text_vprintf(t->out, fmt, args);
}

static const struct btf_type *type_at(const struct btf *btf, u32 id)
{
	return btf__type_by_id(btf, id);
}

static const char *type_name(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);

	return name ? name : "";
}

static bool is_aggregate(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t) || btf_is_fwd(t);
}

/* Whether the typedef @t is just another name of a scalar, array or pointer. */
static bool typedef_is_transparent(const struct btf *btf, const struct btf_type *t)
{
	int depth;

	for (depth = 0; t && depth < MAX_DEPTH && (btf_is_typedef(t) || btf_is_mod(t)); depth++) {
		if (!t->type)
			return true; /* of void */
		t = type_at(btf, t->type);
	}
	return t && !is_aggregate(t);
}

/* @id without modifiers and transparent typedefs. */
static u32 resolve(const struct btf *btf, u32 id)
{
	int depth;

	for (depth = 0; id && depth < MAX_DEPTH; depth++) {
		const struct btf_type *t = type_at(btf, id);

		if (!t || !(btf_is_mod(t) || (btf_is_typedef(t) && typedef_is_transparent(btf, t))))
			break;
		id = t->type;
	}
	return id;
}

/* The C name of an integer. Compilers agree on neither the names nor (Rust) the language. */
static const char *int_name(const char *name, u32 size, bool is_signed, bool is_bool)
{
	bool is_long = strstr(name, "long") && !strstr(name, "long long");

	if (is_bool && size == 1)
		return "lskel_bool";
	switch (size) {
	case 1:
		if (!strcmp(name, "char"))
			return "char";
		return is_signed ? "signed char" : "unsigned char";
	case 2:
		return is_signed ? "short" : "unsigned short";
	case 4:
		return is_signed ? "int" : "unsigned int";
	case 8:
		if (is_long)
			return is_signed ? "long" : "unsigned long";
		return is_signed ? "long long" : "unsigned long long";
	case 16:
		return is_signed ? "__int128" : "unsigned __int128";
	}
	return NULL;
}

static int rename_scalar(struct btf *btf, u32 id)
{
	const struct btf_type *t = type_at(btf, id);
	const char *name = NULL;
	int off;

	if (btf_is_int(t)) {
		/* a plain char is of neither signedness, whatever the encoding says */
		name = int_name(type_name(btf, t), t->size, btf_int_encoding(t) & BTF_INT_SIGNED,
				btf_int_encoding(t) & BTF_INT_BOOL);
	} else if (btf_is_float(t)) {
		name = t->size == 4 ? "float" : t->size == 8 ? "double" : NULL;
	}
	if (!name || !strcmp(name, type_name(btf, t)))
		return 0;
	off = btf__add_str(btf, name);
	if (off < 0)
		return off;
	((struct btf_type *)type_at(btf, id))->name_off = (u32)off;
	return 0;
}

static void resolve_refs(struct btf *btf, u32 id)
{
	struct btf_type *t = (struct btf_type *)type_at(btf, id);
	u32 i, vlen = btf_vlen(t);

	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VAR:
		t->type = resolve(btf, t->type);
		break;
	case BTF_KIND_ARRAY:
		btf_array(t)->type = resolve(btf, btf_array(t)->type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (i = 0; i < vlen; i++)
			btf_members(t)[i].type = resolve(btf, btf_members(t)[i].type);
		break;
	case BTF_KIND_FUNC_PROTO:
		t->type = resolve(btf, t->type);
		for (i = 0; i < vlen; i++)
			btf_params(t)[i].type = resolve(btf, btf_params(t)[i].type);
		break;
	}
}

int gen_types_open(struct gen *g)
{
	struct gen_types *t;
	const void *raw;
	u32 i, sz = 0;
	int ret;

	if (!g->obj->btf)
		return 0;
	t = g->types = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	raw = btf__raw_data(g->obj->btf, &sz);
	if (!raw)
		return -ENOMEM;
	t->btf = btf__new(raw, sz);
	if (!t->btf)
		return err_set(g->err, -errno, "BTF can't be copied: %s", err_name(errno));
	/* adding a string is what makes libbpf's copy one that can be written to */
	ret = btf__add_str(t->btf, "lskel_bool");
	if (ret < 0)
		return ret;
	t->cnt = btf__type_cnt(t->btf);
	t->seen = calloc(t->cnt, 1);
	if (!t->seen)
		return -ENOMEM;
	for (i = 1; i < t->cnt; i++) {
		ret = rename_scalar(t->btf, i);
		if (ret)
			return ret;
	}
	for (i = 1; i < t->cnt; i++)
		resolve_refs(t->btf, i);
	t->out = &t->decls;
	t->dump = btf_dump__new(t->btf, dump_printf, t, NULL);
	return t->dump ? 0 : err_set(g->err, -errno, "BTF can't be printed: %s", err_name(errno));
}

void gen_types_free(struct gen *g)
{
	struct gen_types *t = g->types;

	if (!t)
		return;
	btf_dump__free(t->dump);
	btf__free(t->btf);
	free(t->seen);
	text_free(&t->decls);
	free(t);
	g->types = NULL;
}

/*
 * Whether declaring @id takes what strict ISO C and C++ have not: types defined inside others, empty arrays,
 * 128 bits. Such a declaration starts with __extension__.
 */
static bool needs_extension(const struct btf *btf, u32 id, bool body, int depth)
{
	const struct btf_type *t = id ? type_at(btf, id) : NULL;
	u32 i;

	if (!t || depth > MAX_DEPTH)
		return false;
	if (btf_is_composite(t)) {
		if (!t->name_off && !body)
			return true;
		for (i = 0; body && i < btf_vlen(t); i++)
			if (needs_extension(btf, btf_members(t)[i].type, false, depth + 1))
				return true;
		return body && !btf_vlen(t);
	}
	if (btf_is_array(t))
		return !btf_array(t)->nelems || needs_extension(btf, btf_array(t)->type, false, depth + 1);
	if (btf_is_ptr(t))
		return needs_extension(btf, t->type, false, depth + 1);
	if (btf_is_typedef(t))
		return body && needs_extension(btf, t->type, false, depth + 1);
	return btf_is_int(t) && t->size == 16;
}

/* Members that can't be called by their name everywhere, of a type that the header prints. */
static int rename_members(struct gen *g, u32 id)
{
	struct btf *btf = g->types->btf;
	struct btf_type *t = (struct btf_type *)type_at(btf, id);
	u32 i;

	for (i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(t)[i].name_off);
		char *member;
		int off = 0;

		if (!name || !*name)
			continue;
		member = gen_name_member(g, name);
		if (!member)
			return -ENOMEM;
		if (strcmp(member, name))
			off = btf__add_str(btf, member);
		free(member);
		if (off < 0)
			return off;
		if (off)
			btf_members(t)[i].name_off = (u32)off;
	}
	return 0;
}

/* Print the definition of a named type. Everything it needs by value has been printed before. */
static int emit_definition(struct gen *g, u32 id)
{
	struct gen_types *types = g->types;
	const struct btf_type *t = type_at(types->btf, id);
	const char *kind = btf_is_typedef(t)  ? "typedef"
			   : btf_is_struct(t) ? "struct"
			   : btf_is_union(t)  ? "union"
					      : "enum";
	struct text body = { 0 };
	int ret;

	types->out = &body;
	ret = btf_dump__dump_type(types->dump, id);
	types->out = &types->decls;
	while (body.len && body.buf[body.len - 1] == '\n')
		body.len--;
	if (!ret && !body.err && body.len) {
		/* guarded, so that two skeletons in one program may share a type */
		text_printf(&types->decls, "#ifndef LSKEL_TYPE_%s_%s\n#define LSKEL_TYPE_%s_%s\n", kind,
			    type_name(types->btf, t), kind, type_name(types->btf, t));
		if (needs_extension(types->btf, id, true, 0) && !strncmp(body.buf, kind, strlen(kind)))
			text_puts(&types->decls, "__extension__ ");
		text_add(&types->decls, body.buf, body.len);
		text_puts(&types->decls, "\n#endif\n");
	}
	if (!ret)
		ret = body.err;
	text_free(&body);
	return ret;
}

static int use_weak(struct gen *g, u32 id, int depth);

/* The type must be complete where it is used. */
static int use_strong(struct gen *g, u32 id, int depth)
{
	struct gen_types *types = g->types;
	const struct btf_type *t = id ? type_at(types->btf, id) : NULL;
	u32 i, vlen;
	int ret = 0;

	if (!t || id >= types->cnt || types->seen[id] & SEEN_STRONG)
		return 0;
	if (depth > MAX_DEPTH)
		return err_set(g->err, -EINVAL, "BTF type %u is nested too deep", id);
	types->seen[id] |= SEEN_STRONG;
	switch (btf_kind(t)) {
	case BTF_KIND_ARRAY:
		return use_strong(g, btf_array(t)->type, depth + 1);
	case BTF_KIND_PTR:
		return use_weak(g, t->type, depth + 1);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (t->name_off && !g->opts->emit_types)
			return 0; /* by name: the program has it */
		ret = rename_members(g, id);
		vlen = btf_vlen(t);
		for (i = 0; i < vlen && !ret; i++)
			ret = use_strong(g, btf_members(type_at(types->btf, id))[i].type, depth + 1);
		break;
	case BTF_KIND_TYPEDEF:
		if (g->opts->emit_types)
			ret = use_strong(g, t->type, depth + 1);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		break;
	default:
		return 0;
	}
	t = type_at(types->btf, id);
	if (!ret && g->opts->emit_types && t->name_off)
		ret = emit_definition(g, id);
	return ret;
}

/* The type is only pointed to, or a parameter. */
static int use_weak(struct gen *g, u32 id, int depth)
{
	struct gen_types *types = g->types;
	const struct btf_type *t = id ? type_at(types->btf, id) : NULL;
	bool is_union;
	u32 i;
	int ret;

	if (!t || id >= types->cnt || types->seen[id] & SEEN_WEAK)
		return 0;
	if (depth > MAX_DEPTH)
		return err_set(g->err, -EINVAL, "BTF type %u is nested too deep", id);
	types->seen[id] |= SEEN_WEAK;
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
		return use_weak(g, t->type, depth + 1);
	case BTF_KIND_ARRAY:
		return use_weak(g, btf_array(t)->type, depth + 1);
	case BTF_KIND_FUNC_PROTO:
		ret = use_weak(g, t->type, depth + 1);
		for (i = 0; i < btf_vlen(t) && !ret; i++)
			ret = use_weak(g, btf_params(t)[i].type, depth + 1);
		return ret;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FWD:
		if (!t->name_off)
			return use_strong(g, id, depth + 1); /* defined in place */
		is_union = btf_is_union(t) || (btf_is_fwd(t) && btf_kflag(t));
		text_printf(&types->decls, "%s %s;\n", is_union ? "union" : "struct",
			    type_name(types->btf, t));
		return 0;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return use_strong(g, id, depth + 1); /* no forward declaration exists for these */
	}
	return 0;
}

int gen_types_use(struct gen *g, u32 id, u32 *size)
{
	int ret;

	id = resolve(g->types->btf, id);
	ret = gen_type_check(g->types->btf, id, size);
	return ret ? ret : use_strong(g, id, 0);
}

void gen_print_types(struct gen *g)
{
	if (!g->types || !g->types->decls.len)
		return;
	if (g->opts->emit_types)
		text_puts(&g->text, "/* Types of global variables. Define LSKEL_TYPE_* of what your program has. */\n");
	text_add(&g->text, g->types->decls.buf, g->types->decls.len);
	text_puts(&g->text, "\n");
}

int gen_print_decl(struct gen *g, u32 id, const char *member)
{
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = member, .indent_level = 2);
	struct gen_types *types = g->types;
	int ret;

	if (needs_extension(types->btf, resolve(types->btf, id), false, 0))
		text_puts(&g->text, "__extension__ ");
	types->out = &g->text;
	ret = btf_dump__emit_type_decl(types->dump, resolve(types->btf, id), &opts);
	types->out = &types->decls;
	return ret;
}

int gen_type_align(struct gen *g, u32 id)
{
	int align = btf__align_of(g->types->btf, resolve(g->types->btf, id));

	return align > 0 ? align : -EINVAL;
}
