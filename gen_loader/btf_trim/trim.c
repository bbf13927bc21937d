// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "trim_priv.h"

#include <stdlib.h>
#include <string.h>
#include <linux/btf.h>

#define HDR_SZ 24

void trim_fail(struct trim *trim, int ret)
{
	if (!trim->ret)
		trim->ret = ret;
}

/* Where the members of each type have their marks. */
static int number_parts(struct trim *trim)
{
	u32 id, cnt = 0;

	for (id = 1; id < trim->cnt; id++) {
		const struct btf_type *t = trim_type(trim, id);

		if (!trim_kind(t)->known)
			return -ENOTSUP;
		trim->first[id] = cnt;
		if (trim_has_parts(t))
			cnt += btf_vlen(t);
	}
	trim->used = calloc((size_t)cnt + 1, sizeof(*trim->used));
	return trim->used ? 0 : -ENOMEM;
}

int trim_new(const struct btf *btf, bool big_endian, struct trim **out)
{
	struct trim *trim = calloc(1, sizeof(*trim));
	int ret = -ENOMEM;

	if (!trim)
		return -ENOMEM;
	trim->btf = btf;
	trim->big_endian = big_endian;
	trim->cnt = btf__type_cnt(btf);
	trim->levels = calloc(trim->cnt, sizeof(*trim->levels));
	trim->accessed = calloc(trim->cnt, sizeof(*trim->accessed));
	trim->new_ids = calloc(trim->cnt, sizeof(*trim->new_ids));
	trim->first = calloc(trim->cnt, sizeof(*trim->first));
	if (trim->levels && trim->accessed && trim->new_ids && trim->first)
		ret = number_parts(trim);
	if (ret)
		trim_free(trim);
	else
		*out = trim;
	return ret;
}

void trim_free(struct trim *trim)
{
	if (!trim)
		return;
	free(trim->levels);
	free(trim->accessed);
	free(trim->new_ids);
	free(trim->first);
	free(trim->used);
	free(trim->todo);
	free(trim->roots);
	free(trim->cores);
	free(trim->words);
	free(trim->strs);
	free(trim->str_slots);
	free(trim->data);
	free(trim);
}

static void add_root(struct trim *trim, enum root_kind kind, u32 id)
{
	struct root *root;

	if (!trim || !id)
		return;
	root = PUSH(trim->roots, trim->root_cnt, trim->root_cap);
	if (root)
		*root = (struct root){ kind, id };
	else
		trim_fail(trim, -ENOMEM);
}

void trim_keep_type(struct trim *trim, u32 id)
{
	add_root(trim, ROOT_TYPE, id);
}

void trim_keep_func(struct trim *trim, u32 id, bool entry)
{
	add_root(trim, entry ? ROOT_ENTRY : ROOT_FUNC, id);
}

void trim_keep_core(struct trim *trim, const struct obj_core *relo)
{
	struct obj_core *core = trim ? PUSH(trim->cores, trim->core_cnt, trim->core_cap) : NULL;

	if (core)
		*core = *relo;
	else if (trim)
		trim_fail(trim, -ENOMEM);
}

int trim_run(struct trim *trim)
{
	int ret = trim ? keep_run(trim) : 0;

	return trim && !ret ? write_types(trim) : ret;
}

u32 trim_id(const struct trim *trim, u32 id)
{
	return !trim ? id : id < trim->cnt ? trim->new_ids[id] : 0;
}

u32 trim_str(struct trim *trim, u32 off)
{
	return trim ? write_str(trim, trim_name(trim, off)) : off;
}

u32 trim_access_str(struct trim *trim, const struct obj_core *relo)
{
	char buf[1024];

	if (!trim || !access_print(trim, relo, buf, sizeof(buf)))
		return trim_str(trim, relo->access_str_off);
	return write_str(trim, buf);
}

int trim_data(struct trim *trim, const void **data, u32 *sz)
{
	u32 i, type_len = 4 * trim->word_cnt, str_len = trim->str_len ? trim->str_len : 1;
	bool be = trim->big_endian;

	if (trim->ret)
		return trim->ret;
	*sz = HDR_SZ + type_len + str_len;
	free(trim->data);
	trim->data = calloc(1, *sz);
	if (!trim->data)
		return -ENOMEM;
	put16(trim->data, be, BTF_MAGIC);
	trim->data[2] = BTF_VERSION;
	put32(trim->data + 4, be, HDR_SZ);
	put32(trim->data + 12, be, type_len);
	put32(trim->data + 16, be, type_len);
	put32(trim->data + 20, be, str_len);
	for (i = 0; i < trim->word_cnt; i++)
		put32(trim->data + HDR_SZ + 4 * i, be, trim->words[i]);
	if (trim->str_len)
		memcpy(trim->data + HDR_SZ + type_len, trim->strs, trim->str_len);
	*data = trim->data;
	return 0;
}
