// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The marked part of a header, read strictly: nothing is allowed in it but the arrays, in their order and in the generator's own
 * layout. What a compiler would make of it is then what was read.
 */
#include "header.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sha256.h"

/* Starts and ends of the two marked lines. */
struct marks {
	const char *begin, *begin_end, *end, *end_end;
};

static int find_marks(const char *text, size_t len, struct marks *m)
{
	const char *stop = text + len;

	m->begin = memmem(text, len, "\n" ARTEFACT_BEGIN, sizeof(ARTEFACT_BEGIN));
	if (!m->begin)
		return -EINVAL;
	m->begin++;
	m->begin_end = memchr(m->begin, '\n', stop - m->begin);
	if (!m->begin_end)
		return -EINVAL;
	m->begin_end++;
	m->end = memmem(m->begin_end - 1, stop - m->begin_end + 1, "\n" ARTEFACT_END, sizeof(ARTEFACT_END));
	if (!m->end)
		return -EINVAL;
	m->end++;
	m->end_end = m->end + sizeof(ARTEFACT_END) - 1;
	return 0;
}

int artefact_text_digest(const char *text, size_t len, u8 digest[32])
{
	struct lskel_sha256 s;
	struct marks m;

	if (find_marks(text, len, &m))
		return -EINVAL;
	lskel_sha256_init(&s);
	lskel_sha256_add(&s, text, m.begin_end - text);
	lskel_sha256_add(&s, m.end, text + len - m.end);
	lskel_sha256_end(&s, digest);
	return 0;
}

void artefact_print(struct text *t, const char *whose, const char *what, const void *data, u32 sz)
{
	text_printf(t, "\tstatic const unsigned char %s_%s[%u] __attribute__((__aligned__(8))) = {\n", whose, what, sz);
	text_bytes(t, data, sz);
	text_puts(t, "\t};\n");
}

struct reader {
	struct artefact *a;
	const char *at, *end;
};

static int bad(const struct reader *r, struct lsk_err *err, const char *what)
{
	u32 line = 1;
	const char *p;

	for (p = r->a->text; p < r->at; p++)
		line += *p == '\n';
	return err_set(err, -EINVAL, "%s:%u: %s", r->a->path, line, what);
}

static bool skip(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len))
		return false;
	r->at += len;
	return true;
}

/* Without sign, leading zeroes or more than 32 bits. */
static bool number(struct reader *r, u32 *n)
{
	u64 v = 0;

	if (r->at == r->end || !isdigit((unsigned char)*r->at) || (*r->at == '0' && isdigit((unsigned char)r->at[1])))
		return false;
	for (; r->at < r->end && isdigit((unsigned char)*r->at); r->at++) {
		v = 10 * v + (*r->at - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*n = v;
	return true;
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0x1f," after a tab or a blank */
static bool byte(struct reader *r, u8 *b)
{
	int hi, lo;

	if (!skip(r, "0x") || r->end - r->at < 3)
		return false;
	hi = nibble(r->at[0]);
	lo = nibble(r->at[1]);
	if (hi < 0 || lo < 0 || r->at[2] != ',')
		return false;
	*b = (u8)(hi << 4 | lo);
	r->at += 3;
	return true;
}

/* The rest of an array's declaration, from its name on. */
static int array(struct reader *r, struct artefact_part *part, struct lsk_err *err)
{
	u32 cnt = 0;

	if (!skip(r, "[") || !number(r, &part->sz) || !part->sz ||
	    !skip(r, "] __attribute__((__aligned__(8))) = {\n"))
		return bad(r, err, "no declaration of an array, as lskel prints it");
	if (part->sz > r->a->len)
		return bad(r, err, "the array has less bytes than it says");
	part->data = malloc(part->sz);
	if (!part->data)
		return err_set(err, -ENOMEM, "out of memory");
	while (!skip(r, "\t};\n")) {
		if (!skip(r, "\t"))
			return bad(r, err, "no row of bytes, as lskel prints it");
		do {
			if (cnt == part->sz || !byte(r, &part->data[cnt]))
				return bad(r, err, "no bytes, as lskel prints them, or too many");
			cnt++;
		} while (skip(r, " "));
		if (!skip(r, "\n"))
			return bad(r, err, "something behind a row of bytes");
	}
	part->to = r->at - r->a->text;
	return cnt == part->sz ? 0 : bad(r, err, "the array has less bytes than it says");
}

static int named(struct reader *r, const char *whose, const char *what, struct artefact_part *part, struct lsk_err *err)
{
	char word[64];

	part->what = what;
	part->from = r->at - r->a->text;
	snprintf(word, sizeof(word), "%s_%s", whose, what);
	if (!skip(r, "\tstatic const unsigned char ") || !skip(r, word))
		return bad(r, err, "another array, or none, than should be here");
	return array(r, part, err);
}

static int blob(struct reader *r, struct lsk_err *err)
{
	struct artefact *a = r->a;
	const char *name;

	a->blob.what = "blob";
	a->blob.from = r->at - a->text;
	if (!skip(r, "\tstatic const unsigned char "))
		return bad(r, err, "no blob");
	for (name = r->at; r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '_');)
		r->at++;
	if (r->at - name < 7 || memcmp(r->at - 6, "__blob", 6))
		return bad(r, err, "no blob");
	a->name = strndup(name, r->at - name - 6);
	if (!a->name)
		return err_set(err, -ENOMEM, "out of memory");
	return array(r, &a->blob, err);
}

static int gear_arrays(struct reader *r, enum gear gear, struct lsk_err *err)
{
	struct artefact_part *parts = r->a->gears[gear];
	int ret, scheme;

	ret = named(r, artefact_gears[gear], "insns", &parts[PART_INSNS], err);
	if (!ret)
		ret = named(r, artefact_gears[gear], "digest", &parts[PART_DIGEST], err);
	for (scheme = 0; scheme < SCHEME_CNT && !ret; scheme++) {
		ret = named(r, artefact_gears[gear], artefact_sigs[scheme], &parts[PART_SIG + scheme], err);
		if (!ret && parts[PART_SIG + scheme].sz == 1)
			parts[PART_SIG + scheme].sz = 0;
	}
	return ret;
}

static bool is_next(const struct reader *r, const char *word)
{
	struct reader peek = *r;

	return skip(&peek, "\tstatic const unsigned char ") && skip(&peek, word);
}

/* What follows the marked lines refers to the blob by its name and sizes. */
static bool is_used(const struct artefact *a, const char *rest)
{
	char *use;
	bool found;

	if (asprintf(&use, "\t\t%s__blob, %u, %u,\n", a->name, a->blob.sz, a->value_sz) < 0)
		return false;
	found = memmem(rest, a->text + a->len - rest, use, strlen(use));
	free(use);
	return found;
}

int header_read(struct artefact *a, struct lsk_err *err)
{
	struct reader r = { .a = a };
	struct marks m;
	int ret;

	if (memchr(a->text, 0, a->len) || find_marks(a->text, a->len, &m))
		return err_set(err, -EINVAL, "%s: is neither a header nor a packed file that can be signed "
			       "(generate it with --sign or --signable)", a->path);
	if (artefact_text_digest(a->text, a->len, a->around))
		return err_set(err, -EINVAL, "%s: out of marks", a->path);
	r.at = m.begin + sizeof(ARTEFACT_BEGIN) - 1;
	r.end = m.end;
	if (!number(&r, &a->value_sz) || !skip(&r, " */\n"))
		return bad(&r, err, "the size of the blob's map is missing");
	ret = blob(&r, err);
	if (!ret)
		ret = named(&r, "blob", "digest", &a->blob_digest, err);
	if (!ret && is_next(&r, "loop_"))
		ret = gear_arrays(&r, GEAR_LOOP, err);
	if (!ret && is_next(&r, "stepper_"))
		ret = gear_arrays(&r, GEAR_STEPPER, err);
	if (!ret && r.at != r.end)
		ret = bad(&r, err, "something that is none of the arrays");
	if (!ret && !is_used(a, m.end_end))
		ret = err_set(err, -EINVAL, "%s: the blob is not the one that the skeleton uses", a->path);
	return ret;
}

int header_write(const struct artefact *a, char **data, size_t *len, struct lsk_err *err)
{
	static const enum gear order[] = { GEAR_LOOP, GEAR_STEPPER };
	struct text t = {};
	size_t at = 0, i;
	int scheme;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		for (scheme = 0; scheme < SCHEME_CNT && a->gears[order[i]][PART_INSNS].sz; scheme++) {
			const struct artefact_part *part = &a->gears[order[i]][PART_SIG + scheme];

			text_add(&t, a->text + at, part->from - at);
			artefact_print(&t, artefact_gears[order[i]], part->what, part->sz ? part->data : (const u8 *)"",
				       part->sz ? part->sz : 1);
			at = part->to;
		}
	}
	text_add(&t, a->text + at, a->len - at);
	if (t.err) {
		text_free(&t);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*data = t.buf;
	*len = t.len;
	return 0;
}

int header_account(const struct artefact *a, struct lsk_err *err)
{
	static const enum gear order[] = { GEAR_LOOP, GEAR_STEPPER };
	struct text t = {};
	struct marks m;
	size_t i, same;
	int part, ret;

	if (find_marks(a->text, a->len, &m))
		return err_set(err, -EINVAL, "%s: out of marks", a->path);
	text_printf(&t, ARTEFACT_BEGIN "%u */\n", a->value_sz);
	artefact_print(&t, a->name, "_blob", a->blob.data, a->blob.sz);
	artefact_print(&t, "blob", "digest", a->blob_digest.data, a->blob_digest.sz);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		for (part = 0; part < PART_CNT && a->gears[order[i]][PART_INSNS].sz; part++) {
			const struct artefact_part *p = &a->gears[order[i]][part];

			artefact_print(&t, artefact_gears[order[i]], p->what, p->sz ? p->data : (const u8 *)"",
				       p->sz ? p->sz : 1);
		}
	}
	ret = t.err ? err_set(err, -ENOMEM, "out of memory") : 0;
	for (same = 0; !ret && same < t.len && m.begin + same < m.end && t.buf[same] == m.begin[same];)
		same++;
	if (!ret && (same < t.len || m.begin + same != m.end)) {
		struct reader r = { .a = (struct artefact *)a, .at = m.begin + same };

		ret = bad(&r, err, "what is signed is not printed as lskel prints it");
	}
	text_free(&t);
	return ret;
}
