// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for @more bytes and a NUL. Not by grow(): of the room that is left over, nothing is to be touched. */
static bool text_room(struct text *t, size_t more)
{
	size_t want = t->len + more + 1;
	char *buf;

	if (t->err)
		return false;
	if (want < more) {
		t->err = -ENOMEM;
		return false;
	}
	if (want <= t->cap)
		return true;
	if (want < t->cap * 2)
		want = t->cap * 2;
	buf = realloc(t->buf, want);
	if (!buf) {
		t->err = -ENOMEM;
		return false;
	}
	t->buf = buf;
	t->cap = want;
	return true;
}

void text_add(struct text *t, const char *s, size_t len)
{
	if (!text_room(t, len))
		return;
	memcpy(t->buf + t->len, s, len);
	t->len += len;
	t->buf[t->len] = 0;
}

void text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_vprintf(struct text *t, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0 || !text_room(t, (size_t)len))
		return;
	vsnprintf(t->buf + t->len, (size_t)len + 1, fmt, args);
	t->len += (size_t)len;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vprintf(t, fmt, args);
	va_end(args);
}

void text_template(struct text *t, const char *tmpl, const char *const *keys, const char *const *values,
		   size_t cnt)
{
	const char *at;
	size_t i, len;

	while ((at = strchr(tmpl, '@'))) {
		text_add(t, tmpl, (size_t)(at - tmpl));
		for (i = 0; i < cnt; i++) {
			len = strlen(keys[i]);
			if (!strncmp(at + 1, keys[i], len) && at[len + 1] == '@')
				break;
		}
		if (i < cnt) {
			text_puts(t, values[i]);
			tmpl = at + len + 2;
		} else {
			text_add(t, at, 1);
			tmpl = at + 1;
		}
	}
	text_puts(t, tmpl);
}

void text_string(struct text *t, const char *s)
{
	text_puts(t, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			text_printf(t, "\\%c", c);
		else if (c < ' ' || c >= 0x7f || c == '?') /* '?' might start a trigraph */
			text_printf(t, "\\%03o", c);
		else
			text_add(t, s, 1);
	}
	text_puts(t, "\"");
}

void text_comment(struct text *t, const char *s)
{
	char prev = 0;

	for (; *s; prev = *s++) {
		/* neither the end of the comment nor what looks like the start of another, nor a joined line
		 */
		bool bad = *s < ' ' || *s == 0x7f || *s == '\\' || (prev == '*' && *s == '/') ||
			   (prev == '/' && *s == '*');

		text_add(t, bad ? "_" : s, 1);
	}
}

void text_bytes(struct text *t, const u8 *data, size_t sz)
{
	/* by hand: printf once for each byte of a large blob is what generating it would spend its time on */
	static const char hex[] = "0123456789abcdef";
	char row[16 * 6 + 2];
	size_t i, len = 0;

	for (i = 0; i < sz; i++) {
		row[len] = len ? ' ' : '\t';
		len++;
		row[len++] = '0';
		row[len++] = 'x';
		row[len++] = hex[data[i] >> 4];
		row[len++] = hex[data[i] & 15];
		row[len++] = ',';
		if (i % 16 == 15 || i + 1 == sz) {
			row[len++] = '\n';
			text_add(t, row, len);
			len = 0;
		}
	}
}

void text_free(struct text *t)
{
	free(t->buf);
	memset(t, 0, sizeof(*t));
}
