/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Messages: one line for each failure, made when it happens. */
#ifndef LSKEL_ERROR_H
#define LSKEL_ERROR_H

/* For what is called from many places, none of them in a hurry: compilers make one copy. */
#define LSKEL_ONCE static __attribute__((__noinline__, __unused__))

#ifdef LSKEL_NO_STRERROR

#define LSKEL_TEXT(s) ((const char *)NULL)

static inline int lskel_fail(struct lskel_state *st, int code, const char *subject, const char *name,
			     const char *what)
{
	(void)subject;
	(void)name;
	(void)what;
	if (st)
		st->err = code;
	lskel_set_errno(code);
	return code;
}

LSKEL_ONCE int lskel_fail_parts(struct lskel_state *st, int code, const char *subject, const char *name,
				const char *const *parts, unsigned int cnt)
{
	(void)parts;
	(void)cnt;
	return lskel_fail(st, code, subject, name, NULL);
}

static inline void lskel_remark(struct lskel_state *st, const char *subject, const char *name,
				const char *what)
{
	(void)st;
	(void)subject;
	(void)name;
	(void)what;
}

static inline const char *lskel_strerror(const struct lskel_state *st)
{
	(void)st;
	return "";
}

#else

#define LSKEL_TEXT(s) s

/* For lskel_strerror(NULL): what went wrong last, when there is no skeleton to ask. */
static LSKEL_THREAD char lskel_last[LSKEL_MSG_SZ] __attribute__((__unused__));

/* Text in a buffer of LSKEL_MSG_SZ bytes, always terminated; what does not fit is cut off. */
struct lskel_msg {
	char *buf;
	unsigned int len;
};

static inline void lskel_put(struct lskel_msg *m, const char *s)
{
	while (*s && m->len < LSKEL_MSG_SZ - 1)
		m->buf[m->len++] = *s++;
	m->buf[m->len] = 0;
}

static inline void lskel_put_num(struct lskel_msg *m, unsigned int n)
{
	char digits[11];
	unsigned int i = sizeof(digits) - 1;

	digits[i] = 0;
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	lskel_put(m, digits + i);
}

/* "-EINVAL"; by number where the list has no name. Numbers over 34 differ on some old architectures. */
static inline void lskel_put_errno(struct lskel_msg *m, int code)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
		{ 1, "EPERM" }, { 2, "ENOENT" }, { 3, "ESRCH" }, { 4, "EINTR" }, { 5, "EIO" }, { 6, "ENXIO" },
		{ 7, "E2BIG" }, { 9, "EBADF" }, { 11, "EAGAIN" }, { 12, "ENOMEM" }, { 13, "EACCES" },
		{ 14, "EFAULT" }, { 16, "EBUSY" }, { 17, "EEXIST" }, { 19, "ENODEV" }, { 20, "ENOTDIR" },
		{ 22, "EINVAL" }, { 23, "ENFILE" }, { 24, "EMFILE" }, { 27, "EFBIG" }, { 28, "ENOSPC" },
		{ 30, "EROFS" },
		{ 34, "ERANGE" },
#if !defined(__mips__) && !defined(__sparc__) && !defined(__alpha__) && !defined(__hppa__)
		{ 36, "ENAMETOOLONG" }, { 38, "ENOSYS" }, { 40, "ELOOP" }, { 71, "EPROTO" },
		{ 74, "EBADMSG" }, { 75, "EOVERFLOW" }, { 77, "EBADFD" }, { 95, "EOPNOTSUPP" },
		{ 126, "ENOKEY" }, { 127, "EKEYEXPIRED" },
		{ 128, "EKEYREVOKED" }, { 129, "EKEYREJECTED" },
#endif
		{ LSKEL_ENOTSUPP, "ENOTSUPP" },
	};
	unsigned int i;

	lskel_put(m, "-");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == -code) {
			lskel_put(m, names[i].name);
			return;
		}
	}
	lskel_put_num(m, (unsigned int)-code);
}

static inline void lskel_put_what(struct lskel_msg *m, const char *subject, const char *name,
				  const char *what)
{
	if (subject)
		lskel_put(m, subject);
	if (name) {
		lskel_put(m, subject ? " '" : "'");
		lskel_put(m, name);
		lskel_put(m, "'");
	}
	if (what) {
		if (subject || name)
			lskel_put(m, ": ");
		lskel_put(m, what);
	}
}

static inline int lskel_fail(struct lskel_state *st, int code, const char *subject, const char *name,
			     const char *what)
{
	struct lskel_msg m = { lskel_last, 0 };

	lskel_put_what(&m, subject, name, what);
	lskel_put(&m, subject || name || what ? ": " : "");
	lskel_put_errno(&m, code);
	if (st) {
		st->err = code;
		lskel_copy(st->msg, lskel_last, m.len + 1);
	}
	lskel_set_errno(code);
	return code;
}

/* lskel_fail() where what there is to say comes in pieces; a piece may be NULL. */
LSKEL_ONCE int lskel_fail_parts(struct lskel_state *st, int code, const char *subject, const char *name,
				const char *const *parts, unsigned int cnt)
{
	char what[LSKEL_MSG_SZ];
	struct lskel_msg m = { what, 0 };
	unsigned int i;

	what[0] = 0;
	for (i = 0; i < cnt; i++) {
		if (parts[i])
			lskel_put(&m, parts[i]);
	}
	return lskel_fail(st, code, subject, name, what);
}

/* Something to say that is not a failure; several are put one after the other. */
static inline void lskel_remark(struct lskel_state *st, const char *subject, const char *name,
				const char *what)
{
	struct lskel_msg m;

	if (!st)
		return;
	m.buf = st->msg;
	m.len = 0;
	while (st->msg[m.len])
		m.len++;
	if (m.len)
		lskel_put(&m, "; ");
	lskel_put_what(&m, subject, name, what);
}

static inline const char *lskel_strerror(const struct lskel_state *st)
{
	return st ? st->msg : lskel_last;
}

#endif /* LSKEL_NO_STRERROR */

static inline void lskel_state_free(struct lskel_state *st)
{
	__u64 owner[2];

	if (!st)
		return;
	if (st->log_own)
		lskel_sys_munmap(st->log, st->log_own);
	lskel_copy(owner, st->owner, sizeof(owner));
	lskel_zero(st, sizeof(*st));
	lskel_copy(st->owner, owner, sizeof(owner));
	st->op = ~0u;
}

static inline void lskel_state_clear(struct lskel_state *st)
{
	lskel_state_free(st);
}

static inline const char *lskel_log(const struct lskel_state *st)
{
	return st->log;
}

#endif
