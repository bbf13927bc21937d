/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Attaching to many functions by one link: kprobe.multi, uprobe.multi and sessions. Extra calls: openat,
 * read, mmap, for patterns, in /sys/kernel/tracing.
 */
#ifndef LSKEL_ATTACH_MULTI_H
#define LSKEL_ATTACH_MULTI_H

enum { LSKEL_MULTI_RETURN = 1 /* BPF_F_KPROBE_MULTI_RETURN, BPF_F_UPROBE_MULTI_RETURN */ };

/* Whether @s of @len bytes matches a pattern of '*', '?' and plain characters. */
static inline int lskel_glob(const char *pat, const char *s, unsigned int len)
{
	const char *star = NULL;
	unsigned int i = 0, again = 0;

	while (i < len) {
		if (*pat == '*') {
			star = ++pat; /* first try: it stands for nothing */
			again = i;
		} else if (*pat == '?' || (*pat && *pat == s[i])) {
			pat++;
			i++;
		} else if (star) {
			pat = star; /* it stands for one character more */
			i = ++again;
		} else {
			return 0;
		}
	}
	while (*pat == '*')
		pat++;
	return !*pat;
}

/* A growing file in memory: tracefs does not tell sizes. */
struct lskel_text_file {
	char *text; /* NUL-terminated */
	size_t len, sz;
};

static inline void lskel_text_free(struct lskel_text_file *f)
{
	if (f->text)
		lskel_sys_munmap(f->text, f->sz);
	f->text = NULL;
}

static inline int lskel_text_grow(struct lskel_text_file *f)
{
	size_t sz = f->sz ? 2 * f->sz : (size_t)1 << 20;
	char *text = (char *)lskel_sys_mmap(NULL, sz, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);

	if (!text)
		return -ENOMEM;
	if (f->text) {
		lskel_copy(text, f->text, f->len);
		lskel_sys_munmap(f->text, f->sz);
	}
	f->text = text;
	f->sz = sz;
	return 0;
}

/* Reads a file of tracefs: 0, or a negative errno. */
static inline int lskel_text_read(struct lskel_text_file *f, const char *name)
{
	char path[96];
	struct lskel_path p;
	unsigned int which;
	long fd = -ENOENT, n = 1;

	f->text = NULL;
	f->len = f->sz = 0;
	for (which = 0; which < 2 && fd < 0; which++) {
		p.buf = path;
		p.len = 0;
		p.sz = sizeof(path);
		lskel_path_add(&p, lskel_tracefs(which));
		lskel_path_add(&p, name);
		fd = LSKEL_SYS4(openat, -100 /* AT_FDCWD */, path, LSKEL_O_CLOEXEC, 0);
	}
	if (fd < 0)
		return (int)fd;
	while (n > 0) {
		if (f->sz - f->len < 8192) {
			n = lskel_text_grow(f);
			if (n < 0)
				break;
		}
		n = LSKEL_SYS3(read, fd, f->text + f->len, f->sz - f->len - 1);
		f->len += n > 0 ? (size_t)n : 0;
	}
	lskel_sys_close((int)fd);
	if (n < 0)
		lskel_text_free(f);
	else
		f->text[f->len] = 0;
	return (int)n;
}

/* What a pattern found. */
struct lskel_matches {
	__u64 *vals; /* pointers to names in the file */
	unsigned int cnt;
	size_t sz;
};

/* The functions in @f that match, of lines "NAME[ [MODULE]]". Names are terminated in place. @modules: also
 * theirs. */
static inline int lskel_match_lines(struct lskel_text_file *f, const char *pattern, int modules,
				    struct lskel_matches *m)
{
	char *s = f->text;
	size_t lines = 1;

	for (; *s; s++)
		lines += *s == '\n';
	m->cnt = 0;
	m->sz = lines * sizeof(*m->vals);
	m->vals = (__u64 *)lskel_sys_mmap(NULL, m->sz, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
	if (!m->vals)
		return -ENOMEM;
	for (s = f->text; *s;) {
		unsigned int len = 0;
		char *name = s;
		int in_module = 0;

		while (name[len] && name[len] != '\n' && name[len] != ' ' && name[len] != '\t')
			len++;
		for (s += len; *s && *s != '\n'; s++)
			in_module |= *s == '[';
		s += *s == '\n';
		if ((in_module && !modules) || !len || !lskel_glob(pattern, name, len))
			continue;
		name[len] = 0;
		m->vals[m->cnt++] = lskel_ptr(name);
	}
	return 0;
}

static inline int lskel_name_cmp(__u64 a, __u64 b)
{
	const char *x = (const char *)(unsigned long)a, *y = (const char *)(unsigned long)b;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (int)(unsigned char)*x - (int)(unsigned char)*y;
}

/* One step of a heap sort: the value at @at goes down to its place. */
static inline void lskel_names_sift(__u64 *v, unsigned int at, unsigned int cnt)
{
	for (;;) {
		unsigned int kid = 2 * at + 1;
		__u64 tmp;

		if (kid >= cnt)
			return;
		if (kid + 1 < cnt && lskel_name_cmp(v[kid], v[kid + 1]) < 0)
			kid++;
		if (lskel_name_cmp(v[at], v[kid]) >= 0)
			return;
		tmp = v[at];
		v[at] = v[kid];
		v[kid] = tmp;
		at = kid;
	}
}

/* The kernel wants each name once: of two functions that share one it would find the same one twice, and
 * refuse. */
static inline void lskel_names_unique(struct lskel_matches *m)
{
	unsigned int i, n = 0;

	for (i = m->cnt / 2; i-- > 0;)
		lskel_names_sift(m->vals, i, m->cnt);
	for (i = m->cnt; i-- > 1;) {
		__u64 top = m->vals[0];

		m->vals[0] = m->vals[i];
		m->vals[i] = top;
		lskel_names_sift(m->vals, 0, i);
	}
	for (i = 0; i < m->cnt; i++) {
		if (!n || lskel_name_cmp(m->vals[n - 1], m->vals[i]))
			m->vals[n++] = m->vals[i];
	}
	m->cnt = n;
}

static inline unsigned int lskel_kprobe_multi_init(struct lskel_attr_link *attr, const struct lskel_attach *a)
{
	lskel_attr_link_init(attr, a);
	attr->flags = 0;
	attr->u.kprobe_multi.flags = a->opts.flags;
	if ((a->to->flags & LSKEL_AT_RETURN) || a->opts.retprobe)
		attr->u.kprobe_multi.flags |= LSKEL_MULTI_RETURN;
	attr->u.kprobe_multi.cookies = lskel_ptr(a->opts.cookies);
	return LSKEL_LINK_END(kprobe_multi.cookies);
}

/* A link to all functions that match. 0: there are none. */
static inline long lskel_pattern_link(const char *pattern, int modules, struct lskel_attr_link *attr,
				      unsigned int sz)
{
	struct lskel_text_file f;
	struct lskel_matches m;
	long ret;

	ret = lskel_text_read(&f, "available_filter_functions");
	if (ret)
		return ret;
	ret = lskel_match_lines(&f, pattern, modules, &m);
	if (!ret) {
		lskel_names_unique(&m);
		attr->u.kprobe_multi.cnt = m.cnt;
		attr->u.kprobe_multi.syms = lskel_ptr(m.vals);
		ret = m.cnt ? lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, attr, sz) : 0;
		lskel_sys_munmap(m.vals, m.sz);
	}
	lskel_text_free(&f);
	return ret;
}

/*
 * Functions by a pattern, of the names that ftrace has for them (of two that lie at the same address it has
 * one). The kernel gets names as well: all kernels take them, though before 6.2 they find those of vmlinux
 * only.
 */
static inline int lskel_attach_pattern(struct lskel_attach *a, const char *pattern)
{
	struct lskel_attr_link attr;
	unsigned int sz = lskel_kprobe_multi_init(&attr, a);
	long fd;

	if (a->opts.cookie || a->opts.cookies)
		return lskel_attach_fail(a, -EINVAL,
					 LSKEL_TEXT("cookies go with syms or addrs, not with a pattern"));
	fd = lskel_pattern_link(pattern, 1, &attr, sz);
	if (fd == -ESRCH)
		fd = lskel_pattern_link(pattern, 0, &attr, sz);
	if (fd == -ENOENT)
		return lskel_attach_fail(a, fd, LSKEL_TEXT("no available_filter_functions in tracefs"));
	if (!attr.u.kprobe_multi.cnt && fd == 0)
		return lskel_attach_fail(a, -ENOENT, LSKEL_TEXT("no function matches the pattern"));
	return lskel_attach_done(a, LSKEL_TEXT("BPF_LINK_CREATE"), fd);
}

static inline int lskel_attach_kprobe_multi(struct lskel_attach *a)
{
	const char *func = a->opts.func ? a->opts.func : a->to->target, *c;
	struct lskel_attr_link attr;
	unsigned int sz = lskel_kprobe_multi_init(&attr, a);
	__u64 one;

	if (LSKEL_IN_KERNEL)
		return lskel_attach_fail(a, -EOPNOTSUPP, LSKEL_TEXT("a module can't name what to attach to"));
	if (a->opts.syms || a->opts.addrs) {
		attr.u.kprobe_multi.syms = lskel_ptr(a->opts.syms);
		attr.u.kprobe_multi.addrs = lskel_ptr(a->opts.addrs);
		attr.u.kprobe_multi.cnt = a->opts.cnt;
	} else {
		for (c = func; c && *c; c++) {
			if (*c == '*' || *c == '?')
				return lskel_attach_pattern(a, func);
		}
		if (!func)
			return lskel_attach_fail(a, -EINVAL,
						 LSKEL_TEXT("needs syms, addrs or a pattern in func"));
		one = lskel_ptr(func);
		attr.u.kprobe_multi.syms = lskel_ptr(&one);
		attr.u.kprobe_multi.cnt = 1;
		if (a->opts.cookie)
			attr.u.kprobe_multi.cookies = lskel_ptr(&a->opts.cookie);
	}
	return lskel_link_create(a, &attr, sz);
}

static inline int lskel_attach_uprobe_multi(struct lskel_attach *a)
{
	const struct lskel_attach_opts *o = &a->opts;
	struct lskel_attr_link attr;
	const char *file;
	char path[256];
	__u64 offset;
	int err;

	if (LSKEL_IN_KERNEL)
		return lskel_attach_fail(a, -EOPNOTSUPP, LSKEL_TEXT("a module can't name what to attach to"));
	lskel_attr_link_init(&attr, a);
	attr.flags = 0;
	if (o->offsets && !o->path) /* then the section's symbol or pattern does not count */
		a->opts.offset = o->offsets[0];
	err = lskel_uprobe_file(a, path, sizeof(path), &file, &offset);
	if (err)
		return err;
	attr.u.uprobe_multi.path = lskel_ptr(file);
	attr.u.uprobe_multi.offsets = o->offsets ? lskel_ptr(o->offsets) : lskel_ptr(&offset);
	attr.u.uprobe_multi.ref_ctr_offsets = o->ref_ctr_offs  ? lskel_ptr(o->ref_ctr_offs)
					      : o->ref_ctr_off ? lskel_ptr(&o->ref_ctr_off)
							       : 0;
	attr.u.uprobe_multi.cookies = o->cookies  ? lskel_ptr(o->cookies)
				      : o->cookie ? lskel_ptr(&o->cookie)
						  : 0;
	attr.u.uprobe_multi.cnt = o->offsets ? o->cnt : 1;
	if (attr.u.uprobe_multi.cnt != 1 && !o->cookies && o->cookie)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("many offsets need cookies, not one cookie"));
	attr.u.uprobe_multi.flags = o->flags;
	if ((a->to->flags & LSKEL_AT_RETURN) || o->retprobe)
		attr.u.uprobe_multi.flags |= LSKEL_MULTI_RETURN;
	attr.u.uprobe_multi.pid = o->pid > 0 ? (__u32)o->pid : 0;
	return lskel_link_create(a, &attr, LSKEL_LINK_END(uprobe_multi.pid));
}

#endif
