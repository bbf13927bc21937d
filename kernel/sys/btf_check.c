// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The container: header, sections, and where each type lies. */
#include "btf_check_priv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
	"VOID", "INT",	   "PTR",      "ARRAY",	   "STRUCT",   "UNION",	 "ENUM",
	"FWD",	"TYPEDEF", "VOLATILE", "CONST",	   "RESTRICT", "FUNC",	 "FUNC_PROTO",
	"VAR",	"DATASEC", "FLOAT",    "DECL_TAG", "TYPE_TAG", "ENUM64",
};

const char *btf_check_name(const struct btf_walk *w, u32 off)
{
	return off < w->strs_sz ? (const char *)w->strs + off : "";
}

int btf_check_bad(const struct btf_walk *w, u32 id, int code, const char *fmt, ...)
{
	const struct type *t = id && id < w->cnt ? btf_at(w, id) : NULL;
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!t)
		return err_set(w->err, code, "type %u: %s", id, text);
	return err_set(w->err, code, "type %u (%s%s%s%s): %s", id,
		       kind_of(t) <= KIND_LAST ? kind_names[kind_of(t)] : "?",
		       *btf_check_name(w, t->name_off) ? " '" : "", btf_check_name(w, t->name_off),
		       *btf_check_name(w, t->name_off) ? "'" : "", text);
}

static bool name_char_ok(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
	       (!first && c >= '0' && c <= '9');
}

/*
 * Names are identifiers, with dots (in 6.1 since a stable release, officially since 6.5). DATASECs may start
 * with '?' since 6.9, and consist of anything that can be printed since 6.12.
 */
bool btf_check_name_ok(const struct btf_walk *w, u32 off, bool section)
{
	const u32 limit = btf_since(w, KVER(6, 1, 0)) ? 512 : 128;
	const char *s = btf_check_name(w, off);
	u32 i;

	if (section && btf_since(w, KVER(6, 12, 0))) {
		if (!*s)
			return false;
		for (i = 0; s[i]; i++)
			if (i == limit || s[i] < ' ' || s[i] > '~')
				return false;
		return true;
	}
	if (!name_char_ok(*s, true) && !(section && *s == '?' && btf_since(w, KVER(6, 9, 0))))
		return false;
	for (i = 1; s[i]; i++)
		if (i == limit || !name_char_ok(s[i], false))
			return false;
	return true;
}

struct header {
	u16 magic;
	u8 version, flags;
	u32 hdr_len, type_off, type_len, str_off, str_len;
	u32 layout_off, layout_len; /* 7.1 */
};

enum { HEADER_OLD = 24, HEADER_NEW = 32 };

struct section { u32 off, len; const char *name; };

static int by_off(const void *a, const void *b)
{
	const struct section *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

/* Sections cover all that follows the header, and nothing twice. */
static int check_sections(struct btf_walk *w, const struct header *h)
{
	struct section s[] = { { h->type_off, h->type_len, "types" }, { h->str_off, h->str_len, "strings" },
			       { h->layout_off, h->layout_len, "layouts" } };
	const u32 room = w->sz - h->hdr_len, cnt = h->hdr_len >= HEADER_NEW && h->layout_len ? 3 : 2;
	u32 i, end = 0;

	qsort(s, cnt, sizeof(*s), by_off);
	for (i = 0; i < cnt; i++) {
		if (s[i].off > room || (room == s[i].off && s[i].off))
			return err_set(w->err, -EINVAL, "the %s lie behind the end", s[i].name);
		if (s[i].off != end)
			return err_set(w->err, -EINVAL, "the %s %s", s[i].name,
				       s[i].off < end ? "overlap with what is before them" : "follow a gap");
		if (s[i].len > room - end)
			return err_set(w->err, -EINVAL, "the %s end behind the end", s[i].name);
		end += s[i].len;
	}
	return end == room ? 0
			   : err_set(w->err, -EINVAL, "%u bytes at the end belong to no section", room - end);
}

static int check_header(struct btf_walk *w, struct header *h)
{
	const u32 known = btf_since(w, KVER(7, 1, 0)) ? HEADER_NEW : HEADER_OLD;
	u32 i;

	if (w->sz < 8)
		return err_set(w->err, -EINVAL, "%u bytes have no header", w->sz);
	h->hdr_len = get32(w->data + 4, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	if (w->sz < h->hdr_len)
		return err_set(w->err, -EINVAL, "the header has %u bytes, all of it only %u", h->hdr_len,
			       w->sz);
	for (i = known; i < h->hdr_len; i++)
		if (w->data[i])
			return err_set(w->err, -E2BIG,
				       "the header says something at %u that the kernel does not know", i);
	memcpy(h, w->data, h->hdr_len < known ? h->hdr_len : known);
	if (h->magic != 0xeb9f)
		return err_set(w->err, -EINVAL, "the magic is 0x%x%s", h->magic,
			       h->magic == 0x9feb ? ": of the other byte order" : "");
	if (h->version != 1)
		return err_set(w->err, -BTF_ENOTSUPP, "version %u", h->version);
	if (h->flags)
		return err_set(w->err, -BTF_ENOTSUPP, "flags 0x%x", h->flags);
	if (w->sz == h->hdr_len)
		return err_set(w->err, -EINVAL, "there is nothing but the header");
	return check_sections(w, h);
}

static int check_strings(struct btf_walk *w, const struct header *h)
{
	const u32 off = h->hdr_len + h->str_off;

	if (h->hdr_len < HEADER_NEW && off + h->str_len != w->sz)
		return err_set(w->err, -EINVAL, "the strings are not at the end");
	if (!h->str_len || h->str_len - 1 > 0xffffff || w->data[off + h->str_len - 1])
		return err_set(w->err, -EINVAL, "the strings are none, too long, or do not end");
	if (w->data[off])
		return err_set(w->err, -EINVAL, "the first string is not empty");
	w->strs = w->data + off;
	w->strs_sz = h->str_len;
	return 0;
}

static int check_types(struct btf_walk *w, const struct header *h)
{
	u32 off = 0, *at = PUSH(w->offs, w->cnt, w->cap); /* void */
	s64 used;

	if (h->type_off % 4)
		return err_set(w->err, -EINVAL, "the types are not aligned");
	if (!h->type_len)
		return err_set(w->err, -EINVAL, "there are no types");
	w->types = w->data + h->hdr_len + h->type_off;
	w->types_sz = h->type_len;
	if (!at)
		return -ENOMEM;
	for (; off < w->types_sz; off += (u32)used) {
		used = btf_check_meta(w, w->cnt, (const struct type *)(const void *)(w->types + off),
				      w->types_sz - off);
		if (used < 0)
			return (int)used;
		if (w->cnt > BTF_TYPES_MAX)
			return err_set(w->err, -E2BIG, "more than %u types", BTF_TYPES_MAX);
		at = PUSH(w->offs, w->cnt, w->cap);
		if (!at)
			return -ENOMEM;
		*at = off;
	}
	return btf_check_resolve(w);
}

int btf_check(const void *data, u32 sz, u32 version, struct lsk_err *err)
{
	struct btf_walk w = { .sz = sz, .version = version, .err = err };
	struct header h = {};
	const u32 hdr_len = sz < 8 ? 0 : get32((const u8 *)data + 4, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	u8 *copy;
	int ret;

	if (sz > 16 << 20)
		return err_set(err, -E2BIG, "%u bytes: more than 16 MiB", sz);
	/* what follows the header is aligned, whatever its length */
	copy = malloc(sz + 4);
	if (!copy)
		return err_set(err, -ENOMEM, "out of memory");
	w.data = copy + (-hdr_len & 3);
	memcpy(copy + (-hdr_len & 3), data, sz);
	ret = check_header(&w, &h);
	if (!ret)
		ret = check_strings(&w, &h);
	if (!ret)
		ret = check_types(&w, &h);
	if (ret == -ENOMEM)
		err_set(err, ret, "out of memory");
	free(w.offs);
	free(copy);
	return ret;
}
