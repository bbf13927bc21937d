/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Attaching to many functions by their BTF ids: fentry.multi, fexit.multi, fsession.multi (Linux 7.2). Names and patterns are
 * looked up in vmlinux's BTF. Extra calls: openat, read; for patterns as in attach_multi.h.
 */
#ifndef LSKEL_ATTACH_BTF_H
#define LSKEL_ATTACH_BTF_H

/* Which of the @cnt sorted names @s is; cnt: none. */
static inline unsigned int lskel_name_index(const __u64 *names, unsigned int cnt, const char *s)
{
	unsigned int low = 0, high = cnt;

	while (low < high) {
		const unsigned int mid = low + (high - low) / 2;
		const int cmp = lskel_name_cmp(lskel_ptr(s), names[mid]);

		if (!cmp)
			return mid;
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return cnt;
}

/* The ids of functions, in the order of their names, which are sorted if @sorted; 0 for what has none. */
static inline int lskel_func_ids(const __u64 *names, unsigned int cnt, int sorted, __u32 *ids)
{
	const struct lskel_btf_type *t;
	struct lskel_btf btf;
	unsigned int id, i;
	const char *s;
	int err = lskel_btf_open_vmlinux(&btf);

	if (err)
		return err;
	for (id = btf.first; id < btf.end; id++) {
		t = lskel_btf_by_id(&btf, id);
		if (!t || lskel_btf_kind(t) != LSKEL_KIND_FUNC)
			continue;
		s = lskel_btf_str(&btf, t->name_off);
		if (sorted) {
			i = lskel_name_index(names, cnt, s);
			if (i < cnt && !ids[i])
				ids[i] = id;
			continue;
		}
		for (i = 0; i < cnt; i++) {
			if (!ids[i] && !lskel_name_cmp(lskel_ptr(s), names[i]))
				ids[i] = id;
		}
	}
	lskel_btf_close(&btf);
	return 0;
}

static inline int lskel_ids_link(struct lskel_attach *a, const __u32 *ids, unsigned int cnt)
{
	struct lskel_attr_link attr;

	lskel_attr_link_init(&attr, a);
	attr.u.tracing_multi.ids = lskel_ptr(ids);
	attr.u.tracing_multi.cookies = a->opts.cookies ? lskel_ptr(a->opts.cookies)
				       : a->opts.cookie ? lskel_ptr(&a->opts.cookie)
							: 0;
	attr.u.tracing_multi.cnt = cnt;
	return lskel_link_create(a, &attr, LSKEL_LINK_END(tracing_multi.cnt));
}

/* Functions by names. @all: each must have an id, else those that have none are left out. */
static inline int lskel_attach_ids(struct lskel_attach *a, const __u64 *names, unsigned int cnt, int all)
{
	const size_t sz = (size_t)cnt * sizeof(__u32);
	__u32 *ids = (__u32 *)lskel_alloc(sz);
	unsigned int i, n = 0;
	int err;

	if (!ids)
		return lskel_attach_fail(a, -ENOMEM, LSKEL_TEXT("functions' ids"));
	err = lskel_func_ids(names, cnt, !all, ids);
	for (i = 0; i < cnt && !err; i++) {
		if (ids[i])
			ids[n++] = ids[i];
		else if (all)
			break;
	}
	if (err)
		err = lskel_attach_fail(a, err, LSKEL_TEXT("/sys/kernel/btf/vmlinux"));
	else if (i < cnt)
		err = lskel_attach_fail_name(a, -ENOENT, LSKEL_TEXT("no function in kernel BTF is called "),
					     (const char *)(unsigned long)names[i]);
	else if (!n)
		err = lskel_attach_fail(a, -ENOENT, LSKEL_TEXT("no function matches the pattern"));
	else
		err = lskel_ids_link(a, ids, n);
	lskel_free(ids, sz);
	return err;
}

static inline int lskel_attach_id_pattern(struct lskel_attach *a, const char *pattern)
{
	struct lskel_text_file f;
	struct lskel_matches m;
	int ret = lskel_text_read(&f, "available_filter_functions");

	if (ret)
		return lskel_attach_fail(a, ret, LSKEL_TEXT("available_filter_functions in tracefs"));
	ret = lskel_match_lines(&f, pattern, 0, &m);
	if (!ret) {
		lskel_names_unique(&m);
		ret = m.cnt ? lskel_attach_ids(a, m.vals, m.cnt, 0) :
			      lskel_attach_fail(a, -ENOENT, LSKEL_TEXT("no function matches the pattern"));
		lskel_sys_munmap(m.vals, m.sz);
	} else {
		ret = lskel_attach_fail(a, ret, LSKEL_TEXT("pattern"));
	}
	lskel_text_free(&f);
	return ret;
}

static inline int lskel_attach_trace_multi(struct lskel_attach *a)
{
	const char *func = a->opts.func ? a->opts.func : a->to->target, *c;
	__u64 *names, one;
	unsigned int i;
	int ret;

	if (a->opts.btf_ids)
		return lskel_ids_link(a, a->opts.btf_ids, a->opts.cnt);
	if (a->opts.syms && a->opts.cnt) {
		names = (__u64 *)lskel_alloc((size_t)a->opts.cnt * sizeof(*names));
		if (!names)
			return lskel_attach_fail(a, -ENOMEM, LSKEL_TEXT("functions' names"));
		for (i = 0; i < a->opts.cnt; i++)
			names[i] = lskel_ptr(a->opts.syms[i]);
		ret = lskel_attach_ids(a, names, a->opts.cnt, 1);
		lskel_free(names, (size_t)a->opts.cnt * sizeof(*names));
		return ret;
	}
	if (!func)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs btf_ids, syms or a pattern in func"));
	for (c = func; *c; c++) {
		if (*c != '*' && *c != '?')
			continue;
		if (a->opts.cookie || a->opts.cookies)
			return lskel_attach_fail(a, -EINVAL,
						 LSKEL_TEXT("cookies go with syms or btf_ids, not with a pattern"));
		return lskel_attach_id_pattern(a, func);
	}
	one = lskel_ptr(func);
	return lskel_attach_ids(a, &one, 1, 1);
}

#endif
