// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Accesses: from the numbers in a record to names, from names to a target's places, and to text. */
#include "core_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_BITS ((u64)UINT32_MAX * 8)

static const char *access_str(const struct core *core, const struct obj_core *relo)
{
	return name_at(core->local, relo->access_str_off);
}

/* The next number of "0:1:2"; *@s moves behind it and its colon. False: no number. */
static bool next_index(const char **s, u32 *idx)
{
	unsigned long v;
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	v = strtoul(*s, &end, 10);
	if (v > INT32_MAX || (*end && *end != ':') || (*end == ':' && !end[1]))
		return false;
	*s = *end ? end + 1 : end;
	*idx = v;
	return true;
}

static int add_step(struct spec *spec, u32 type_id, u32 idx, const char *name)
{
	if (spec->cnt == SPEC_DEPTH)
		return -E2BIG;
	spec->steps[spec->cnt++] = (struct step){ type_id, idx, name };
	return 0;
}

static int go_deeper(struct spec *spec)
{
	return spec->depth++ < SPEC_DEPTH ? 0 : -E2BIG;
}

static int add_bits(struct spec *spec, u64 bits)
{
	if (bits > MAX_BITS || spec->bits + bits > MAX_BITS)
		return -EINVAL;
	spec->bits += bits;
	return 0;
}

/* Element @idx of an array of type @id, or of what a pointer to @id points to. */
static int add_element(struct spec *spec, u32 id, u32 idx)
{
	s64 sz = btf__resolve_size(spec->btf, id);
	int ret = add_step(spec, id, idx, NULL);

	if (!ret)
		ret = go_deeper(spec);
	if (ret || sz < 0)
		return ret ? ret : -EINVAL;
	if (sz > UINT32_MAX)
		return -EINVAL;
	return add_bits(spec, (u64)sz * idx * 8);
}

/* An array without a length, as the last member of a struct: has any element. */
static bool is_flexible(const struct spec *spec, const struct btf_array *array)
{
	const struct step *last = &spec->steps[spec->cnt - 1];

	return last->name && !array->nelems && last->idx + 1 == btf_vlen(type_at(spec->btf, last->type_id));
}

/* The step from type *@id that index @idx means; *@id becomes where it leads. */
static int parse_step(struct spec *spec, u32 *id, u32 idx)
{
	const struct btf_type *t = skip_mods(spec->btf, id);
	const struct btf_member *m;
	const char *name;
	u32 elem;
	int ret;

	if (btf_is_composite(t)) {
		if (idx >= btf_vlen(t))
			return -EINVAL;
		m = btf_members(t) + idx;
		name = name_at(spec->btf, m->name_off);
		ret = add_bits(spec, btf_member_bit_offset(t, idx));
		if (!ret && *name) /* unnamed ones are only passed through */
			ret = add_step(spec, *id, idx, name);
		*id = m->type;
		return ret ? ret : go_deeper(spec);
	}
	if (!btf_is_array(t))
		return -EINVAL;
	elem = btf_array(t)->type;
	skip_mods(spec->btf, &elem);
	if (!is_flexible(spec, btf_array(t)) && idx >= btf_array(t)->nelems)
		return -EINVAL;
	*id = elem;
	return add_element(spec, elem, idx);
}

static int parse_fields(struct spec *spec, u32 id, u32 idx, const char *s)
{
	int ret;

	skip_mods(spec->btf, &id);
	ret = add_element(spec, id, idx);
	while (!ret && *s) {
		if (!next_index(&s, &idx))
			return -EINVAL;
		ret = parse_step(spec, &id, idx);
	}
	return ret;
}

static int parse(const struct core *core, const struct obj_core *relo, struct spec *spec)
{
	const char *s = access_str(core, relo);
	const struct btf_type *t;
	u32 id = relo->type_id, idx;

	spec->btf = core->local;
	spec->root_id = id;
	spec->cnt = spec->depth = 0;
	spec->bits = 0;
	if (!next_index(&s, &idx))
		return -EINVAL;
	if (is_field_kind(relo->kind))
		return parse_fields(spec, id, idx, s);
	if (*s)
		return -EINVAL;
	if (!is_enum_kind(relo->kind))
		return idx ? -EINVAL : 0;
	t = skip_mods(core->local, &id);
	if (!btf_is_any_enum(t) || idx >= btf_vlen(t))
		return -EINVAL;
	return add_step(spec, id, idx, enumerator_name(core->local, t, idx));
}

int spec_parse(const struct core *core, const struct obj_core *relo, struct spec *spec, struct lsk_err *err)
{
	const struct btf_type *t = type_at(core->local, relo->type_id);
	int ret = parse(core, relo, spec);

	if (ret == -E2BIG)
		return err_set(err, ret, "access '%s' into type [%u] '%s' is too deep",
			       access_str(core, relo), relo->type_id, name_at(core->local, t->name_off));
	if (ret)
		return err_set(err, ret, "type [%u] '%s' has nothing at '%s'", relo->type_id,
			       name_at(core->local, t->name_off), access_str(core, relo));
	return 0;
}

/*
 * The member called as the local one is, also inside of unnamed members. *@id becomes its type. 1, 0, or a
 * negative errno.
 * @level: unnamed members may lie in each other for ever, in broken BTF
 */
static int match_member(const struct core *core, const struct step *local, struct spec *spec, u32 *id,
			u32 level)
{
	const struct btf_type *lt = type_at(core->local, local->type_id), *t;
	u32 i, inner, own = *id;
	int ret = 0;

	t = skip_mods(spec->btf, &own);
	if (!btf_is_composite(t))
		return 0;
	if (level > SPEC_DEPTH - 1)
		return -E2BIG;
	for (i = 0; i < btf_vlen(t) && !ret; i++) {
		const struct btf_member *m = btf_members(t) + i;
		const char *name = name_at(spec->btf, m->name_off);
		u64 bits = spec->bits;

		if (*name && strcmp(name, local->name))
			continue;
		ret = add_bits(spec, btf_member_bit_offset(t, i));
		inner = m->type;
		if (!ret && !*name) {
			spec->depth++;
			ret = match_member(core, local, spec, &inner, level + 1);
			if (ret)
				*id = inner;
			else
				spec->depth--;
		} else if (!ret) {
			*id = inner;
			ret = add_step(spec, own, i, name);
			if (!ret)
				ret = fields_compat(core, core->local, btf_members(lt)[local->idx].type,
						    spec->btf, inner);
			return ret;
		}
		if (!ret)
			spec->bits = bits;
	}
	return ret;
}

/* One step of a field access, from type *@id. */
static int match_step(const struct core *core, const struct step *local, struct spec *spec, u32 *id)
{
	const struct btf_type *t;
	int ret;

	if (local->name) {
		ret = go_deeper(spec);
		return ret ? ret : match_member(core, local, spec, id, spec->depth);
	}
	t = skip_mods(spec->btf, id);
	if (spec->cnt) { /* else it is the index behind the pointer, which needs no array */
		if (!btf_is_array(t))
			return 0;
		if (!is_flexible(spec, btf_array(t)) && local->idx >= btf_array(t)->nelems)
			return 0;
		*id = btf_array(t)->type;
		skip_mods(spec->btf, id);
	}
	ret = add_element(spec, *id, local->idx);
	return ret ? ret : 1;
}

static int match_enumerator(const struct step *local, struct spec *spec, u32 id)
{
	const struct btf_type *t = skip_mods(spec->btf, &id);
	u32 i;

	if (!btf_is_any_enum(t))
		return 0;
	for (i = 0; i < btf_vlen(t); i++)
		if (same_essential(local->name, enumerator_name(spec->btf, t, i)))
			return add_step(spec, id, i, local->name) ? -E2BIG : 1;
	return 0;
}

int spec_match(const struct core *core, const struct obj_core *relo, const struct spec *local,
	       const struct btf *btf, u32 id, struct spec *spec)
{
	int ret = 1;
	u32 i;

	spec->btf = btf;
	spec->root_id = id;
	spec->cnt = spec->depth = 0;
	spec->bits = 0;
	if (relo->kind == CORE_TYPE_MATCHES)
		return types_match(core, local->root_id, btf, id);
	if (is_enum_kind(relo->kind))
		return match_enumerator(&local->steps[0], spec, id);
	if (!is_field_kind(relo->kind))
		return types_compat(core, local->root_id, btf, id);
	for (i = 0; i < local->cnt && ret > 0; i++)
		ret = match_step(core, &local->steps[i], spec, &id);
	return ret;
}

static const char *kind_text(u32 kind)
{
	static const char *const texts[] = {
		[CORE_BYTE_OFFSET] = "byte offset of",	[CORE_BYTE_SIZE] = "size of",
		[CORE_FIELD_EXISTS] = "existence of",	[CORE_SIGNED] = "signedness of",
		[CORE_LSHIFT] = "left shift of",	[CORE_RSHIFT] = "right shift of",
		[CORE_ID_LOCAL] = "local id of",	[CORE_ID_TARGET] = "kernel's id of",
		[CORE_TYPE_EXISTS] = "existence of",	[CORE_TYPE_SIZE] = "size of",
		[CORE_ENUMVAL_EXISTS] = "existence of", [CORE_ENUMVAL_VALUE] = "value of",
		[CORE_TYPE_MATCHES] = "match of",
	};

	return kind < ARRAY_SIZE(texts) ? texts[kind] : "unknown kind of relocation of";
}

static const char *keyword(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	case BTF_KIND_FWD:
		return t->info >> 31 ? "union " : "struct ";
	default:
		return "";
	}
}

void core_describe(const struct core *core, const struct obj_core *relo, char *buf, size_t sz)
{
	const struct btf_type *t = type_at(core->local, relo->type_id);
	const char *name = name_at(core->local, t->name_off);
	struct spec spec;
	size_t len;
	u32 i;

#define ADD(...) (len = strlen(buf), snprintf(buf + len, sz - len, __VA_ARGS__))
	snprintf(buf, sz, "%s '%s%s", kind_text(relo->kind), keyword(t), *name ? name : "(unnamed)");
	if (parse(core, relo, &spec))
		spec.cnt = 0;
	for (i = 0; i < spec.cnt; i++) {
		if (is_enum_kind(relo->kind))
			ADD("::%s", spec.steps[i].name);
		else if (spec.steps[i].name)
			ADD(".%s", spec.steps[i].name);
		else if (i || spec.steps[i].idx)
			ADD("[%u]", spec.steps[i].idx);
	}
	ADD("'");
#undef ADD
}
