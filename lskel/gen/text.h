/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Text that grows in memory. The first failure sticks: printing needs no checks, the end of it does. */
#ifndef LSK_GEN_TEXT_H
#define LSK_GEN_TEXT_H

#include <stdarg.h>

#include "../../gen_loader/util.h"

struct text {
	char *buf; /* NUL-terminated once something was printed; owned */
	size_t len, cap;
	int err;   /* 0 or -ENOMEM; then printing does nothing */
};

void text_add(struct text *t, const char *s, size_t len);
void text_puts(struct text *t, const char *s);
void text_vprintf(struct text *t, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * text_template() - print a template, with "@NAME@" style keys replaced.
 * @keys, @values: @cnt of each; a key is a plain word, written @word@ in the template
 * An unknown key is printed as it stands, so that a test sees it.
 */
void text_template(struct text *t, const char *tmpl, const char *const *keys,
		   const char *const *values, size_t cnt);

/* text_string() - print @s as a C string literal. */
void text_string(struct text *t, const char *s);

/* text_comment() - print @s so that it can stand in a comment. */
void text_comment(struct text *t, const char *s);

/*
 * text_bytes() - print bytes in rows of 16, the last one as long as it is.
 * Rows start at fixed offsets, so a changed byte changes one line.
 */
void text_bytes(struct text *t, const u8 *data, size_t sz);

/* text_free() - leaves an empty text. */
void text_free(struct text *t);

#endif
