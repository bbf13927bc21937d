/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Names and numbers of what probes attach to: making paths, taking "function+offset" and "path:offset" apart.
 */
#ifndef LSKEL_ATTACH_TEXT_H
#define LSKEL_ATTACH_TEXT_H

/* Concatenates into @buf; cut off at its end, which nothing that is meant reaches. */
struct lskel_path {
	char *buf;
	unsigned int len, sz;
};

static inline void lskel_path_add(struct lskel_path *p, const char *s)
{
	while (*s && p->len < p->sz - 1)
		p->buf[p->len++] = *s++;
	p->buf[p->len] = 0;
}

static inline void lskel_path_hex(struct lskel_path *p, __u64 n)
{
	char digits[17];
	unsigned int i = sizeof(digits) - 1;

	digits[i] = 0;
	do {
		digits[--i] = "0123456789abcdef"[n & 15];
		n >>= 4;
	} while (n);
	lskel_path_add(p, digits + i);
}

/* Where tracefs is: the same in all kernels since 4.1, if it is mounted; debugfs mounts it by itself. */
static inline const char *lskel_tracefs(unsigned int which)
{
	return which ? "/sys/kernel/debug/tracing/" : "/sys/kernel/tracing/";
}

/* "123" or "0x7b", to the end of @s: 0, or -EINVAL. */
static inline int lskel_parse_offset(const char *s, __u64 *n)
{
	const unsigned int base = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;

	*n = 0;
	s += base == 16 ? 2 : 0;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned int digit = *s >= '0' && *s <= '9' ? (unsigned int)(*s - '0')
				     : (*s | 32) >= 'a' && (*s | 32) <= 'f'
					     ? (unsigned int)((*s | 32) - 'a' + 10)
					     : 16;

		if (digit >= base)
			return -EINVAL;
		*n = *n * base + digit;
	}
	return 0;
}

/*
 * What is before the last @sep goes to @buf, what is behind it is a number. Without @sep: all of it, and 0.
 * -EINVAL: what is behind is no number; -E2BIG: longer than @buf.
 */
static inline int lskel_split_offset(const char *s, char sep, char *buf, unsigned int sz, __u64 *offset)
{
	unsigned int len = 0, at;

	*offset = 0;
	while (s[len])
		len++;
	for (at = len; at && s[at] != sep;)
		at--;
	if (at)
		len = at;
	if (len >= sz)
		return -E2BIG;
	lskel_copy(buf, s, len);
	buf[len] = 0;
	return at ? lskel_parse_offset(s + at + 1, offset) : 0;
}

/* The file of a uprobe; @path: room for its name. 0, or what it says. */
static inline int lskel_uprobe_file(const struct lskel_attach *a, char *path, unsigned int sz,
				    const char **file, __u64 *offset)
{
	int err;

	*file = a->opts.path;
	*offset = a->opts.offset;
	if (*file)
		return 0;
	if (!a->to->target)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs path and offset"));
	*file = path;
	err = lskel_split_offset(a->to->target, ':', path, sz, offset);
	if (a->opts.offset && err == -EINVAL)
		err = 0; /* that is what a symbol's name is there for */
	if (a->opts.offset)
		*offset = a->opts.offset;
	if (err == -EINVAL)
		return lskel_attach_fail(a, -EOPNOTSUPP,
					 LSKEL_TEXT("symbols in files are not looked up, give an offset"));
	return err ? lskel_attach_fail(a, err, LSKEL_TEXT("path")) : 0;
}

#endif
