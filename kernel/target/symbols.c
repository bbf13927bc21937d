// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Symbols, from /proc/kallsyms or a System.map ("ADDRESS TYPE NAME[\t[MODULE]]"), in its order. Addresses are
 * not kept: they are other ones at each boot, and nobody's business. What is kept is which are 0.
 */
#include "target_priv.h"

/*
 * What /proc/kallsyms shows besides symbols of vmlinux and modules; kallsyms_lookup_name() does not find
 * these.
 */
static bool not_found_by_name(const char *module, size_t len)
{
	static const char *const pseudo[] = { "bpf", "__builtin__ftrace", "__builtin__kprobes" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pseudo); i++)
		if (len == strlen(pseudo[i]) && !strncmp(module, pseudo[i], len))
			return true;
	return false;
}

static int add_text(struct target_priv *p, const char *s, size_t len, u32 *off)
{
	if (!p->text_sz)
		p->text_sz = 1;
	if (p->text_sz + len >= UINT32_MAX || grow((void **)&p->text, &p->text_cap, p->text_sz + len + 1, 1))
		return -ENOMEM;
	*off = p->text_sz;
	memcpy(p->text + p->text_sz, s, len);
	p->text[p->text_sz + len] = 0;
	p->text_sz += len + 1;
	return 0;
}

static int add_symbol(struct target_priv *p, char type, bool zero, const char *name, size_t len,
		      const char *module, size_t module_len)
{
	struct symbol *s, *prev = p->symbol_cnt ? &p->symbols[p->symbol_cnt - 1] : NULL;
	u32 off, module_off = 0;

	/* those of a module follow each other */
	if (module_len && prev && prev->module && !strncmp(p->text + prev->module, module, module_len) &&
	    !p->text[prev->module + module_len])
		module_off = prev->module;
	else if (module_len && add_text(p, module, module_len, &module_off))
		return -ENOMEM;
	if (add_text(p, name, len, &off))
		return -ENOMEM;
	s = PUSH(p->symbols, p->symbol_cnt, p->symbols_cap);
	if (!s)
		return -ENOMEM;
	s->name = off;
	s->module = module_off;
	s->type = type;
	s->zero = zero;
	return 0;
}

/* One line, without its newline. 1: it is none. */
static int parse_line(struct target_priv *p, const char *line, size_t len, bool *shown)
{
	const char *end = line + len, *at, *name, *name_end;
	bool zero = true;

	for (at = line; at < end && strchr("0123456789abcdefABCDEF", *at) && *at; at++)
		zero &= *at == '0';
	if (at == line || end - at < 4 || at[0] != ' ' || at[2] != ' ' || at[1] <= ' ' || at[1] >= 0x7f)
		return 1;
	*shown |= !zero;
	name = at + 3;
	for (name_end = name; name_end < end && *name_end != '\t' && *name_end != ' '; name_end++)
		if (!*name_end)
			return 1;
	if (name_end == name)
		return 1;
	for (at = name_end; at < end && *at != '['; at++)
		;
	if (at == end)
		return add_symbol(p, line[name - line - 2], zero, name, name_end - name, NULL, 0);
	at++;
	while (end > at && end[-1] != ']')
		end--;
	if (end <= at + 1)
		return 1;
	if (not_found_by_name(at, end - 1 - at))
		return 0;
	return add_symbol(p, line[name - line - 2], zero, name, name_end - name, at, end - 1 - at);
}

int symbols_parse(struct target *t, const char *path, const char *data, size_t sz, struct lsk_err *err)
{
	struct target_priv *p = t->priv;
	const char *end = data + sz;
	bool shown = false;
	u32 line = 1, i;
	int ret;

	for (; data < end; data++, line++) {
		const char *nl = memchr(data, '\n', end - data);

		if (!nl)
			nl = end;
		ret = parse_line(p, data, nl - data, &shown);
		if (ret < 0)
			return err_set(err, ret, "%s: out of memory", path);
		if (ret)
			return err_set(err, -EINVAL, "%s: line %u is no line of a list of symbols", path,
				       line);
		data = nl;
	}
	/* addresses that the reader may not see are all 0 */
	for (i = 0; !shown && i < p->symbol_cnt; i++)
		p->symbols[i].zero = false;
	t->has_kallsyms = p->symbol_cnt;
	return 0;
}

/* As saved: a line is type, '0' or ' ', name[, tab, module]. */
int symbols_parse_saved(struct target *t, const char *data, size_t sz)
{
	const char *end = data + sz;
	int ret;

	for (; data < end; data++) {
		const char *nl = memchr(data, '\n', end - data), *tab, *name_end;

		if (!nl || nl - data < 3 || memchr(data, 0, nl - data))
			return -EINVAL;
		tab = memchr(data, '\t', nl - data);
		name_end = tab ? tab : nl;
		if (name_end - data < 3)
			return -EINVAL;
		ret = add_symbol(t->priv, data[0], data[1] == '0', data + 2, name_end - data - 2,
				 tab ? tab + 1 : NULL, tab ? nl - tab - 1 : 0);
		if (ret)
			return ret;
		data = nl;
	}
	t->has_kallsyms = t->priv->symbol_cnt;
	return 0;
}

int symbols_print_saved(const struct target *t, FILE *f)
{
	u32 i;

	for (i = 0; i < t->priv->symbol_cnt; i++) {
		const struct symbol *s = &t->priv->symbols[i];
		const char *module = symbol_module(t, s);

		fprintf(f, "%c%c%s%s%s\n", s->type, s->zero ? '0' : ' ', symbol_name(t, s),
			module ? "\t" : "", module ? module : "");
	}
	return ferror(f) ? -ENOMEM : 0;
}

/*
 * Members of BTF id sets leave symbols where all are kept: __BTF_ID__set8__SET, then
 * __BTF_ID__func__NAME__NUMBER for each, then something else. Sets with flags are sets of kfuncs.
 */
#define SET8 "__BTF_ID__set8__"
#define SET_FUNC "__BTF_ID__func__"

static bool set_member(const char *name, char *func, size_t sz)
{
	size_t len;

	if (strncmp(name, SET_FUNC, strlen(SET_FUNC)))
		return false;
	name += strlen(SET_FUNC);
	len = strlen(name);
	while (len && name[len - 1] >= '0' && name[len - 1] <= '9')
		len--;
	if (len < 3 || name[len - 1] != '_' || name[len - 2] != '_' || len - 2 >= sz)
		return false;
	memcpy(func, name, len - 2);
	func[len - 2] = 0;
	return true;
}

int symbols_finish(struct target *t)
{
	struct target_priv *p = t->priv;
	bool in_set = false;
	char func[512];
	u32 i;

	if (!p->symbol_cnt)
		return 0;
	if (index_init(&p->by_name, p->symbol_cnt) || index_init(&p->by_set, p->symbol_cnt))
		return -ENOMEM;
	p->in_set = calloc(p->symbol_cnt / 8 + 1, 1);
	if (!p->in_set)
		return -ENOMEM;
	for (i = 0; i < p->symbol_cnt; i++) {
		const char *name = p->text + p->symbols[i].name;

		if (!strncmp(name, SET8, strlen(SET8))) {
			in_set = p->id_sets = true;
		} else if (in_set) {
			in_set = set_member(name, func, sizeof(func));
			if (in_set)
				p->in_set[i / 8] |= 1 << i % 8;
		}
	}
	for (i = p->symbol_cnt; i--;) {
		const char *name = p->text + p->symbols[i].name;

		index_add(&p->by_name, i + 1, name);
		if (p->in_set[i / 8] >> i % 8 & 1 && set_member(name, func, sizeof(func)))
			index_add(&p->by_set, i + 1, func);
	}
	return 0;
}

enum target_answer symbols_kfunc(const struct target *t, const char *name)
{
	const struct target_priv *p = t->priv;
	char func[512];
	u32 n;

	for (n = index_first(&p->by_set, name); n; n = p->by_set.next[n])
		if (set_member(p->text + p->symbols[n - 1].name, func, sizeof(func)) && !strcmp(func, name))
			return TARGET_YES;
	return p->id_sets ? TARGET_NO : TARGET_UNKNOWN;
}

static u32 find(const struct target *t, const char *name, const char *module);

enum target_answer target_in_id_set(const struct target *t, const char *set, const char *func)
{
	static const char *const prefixes[] = { "__BTF_ID__set__", SET8 };
	char name[512];
	u32 i, n = 0;

	if (t->priv->system_map)
		return TARGET_UNKNOWN; /* in another order */
	for (i = 0; i < ARRAY_SIZE(prefixes) && !n; i++) {
		snprintf(name, sizeof(name), "%s%s", prefixes[i], set);
		n = find(t, name, NULL);
	}
	if (!n)
		return TARGET_UNKNOWN;
	for (; n < t->priv->symbol_cnt && set_member(symbol_name(t, &t->priv->symbols[n]), name, sizeof(name)); n++)
		if (!strcmp(name, func))
			return TARGET_YES;
	return TARGET_NO;
}

/* @module: NULL: vmlinux's; "": any module's. 0: none. */
static u32 find(const struct target *t, const char *name, const char *module)
{
	const struct target_priv *p = t->priv;
	u32 n;

	for (n = index_first(&p->by_name, name); n; n = p->by_name.next[n]) {
		const struct symbol *s = &p->symbols[n - 1];

		if (strcmp(symbol_name(t, s), name) || !s->module != !module)
			continue;
		if (!module || !*module || !strcmp(module, symbol_module(t, s)))
			break;
	}
	return n;
}

/* What the BTF says of a symbol: functions in it have one (pahole looks at the file's), variables too. */
static enum target_answer from_btf(const struct target *t, const char *name)
{
	const struct target_btf *where;
	const char *all;

	if (target_find(t, name, BTF_KIND_FUNC, &where) > 0)
		return TARGET_YES;
	all = target_config(t, "CONFIG_KALLSYMS_ALL");
	if (all && target_find(t, name, BTF_KIND_VAR, &where) > 0)
		return TARGET_YES;
	return TARGET_UNKNOWN;
}

/* Code has its symbols in kallsyms anyway, data only with KALLSYMS_ALL. */
static enum target_answer from_map(const struct target *t, const struct symbol *s)
{
	if (strchr("tTwW", s->type) || target_config(t, "CONFIG_KALLSYMS_ALL"))
		return TARGET_YES;
	return t->has_config ? TARGET_NO : TARGET_UNKNOWN;
}

static u64 made_up(const struct target *t, u32 n)
{
	/* a kernel's, and far from what a program could have */
	return (t->arch && !strcmp(t->arch, "s390x") ? 0x100000ull : 0xffffffff80000000ull) + 16 * (u64)n;
}

/* For those that are not in a list. */
static u64 from_name(const char *name)
{
	u64 h = 14695981039346656037ull;

	for (; *name; name++)
		h = (h ^ (u8)*name) * 1099511628211ull;
	return 0xffffffffc0000000ull + (h & 0x3ffffff) * 16;
}

enum target_answer target_symbol(const struct target *t, const char *name, u64 *addr)
{
	enum target_answer answer;
	const char *colon;
	char module[64];
	u32 n = 0;

	if (!*name)
		return TARGET_NO;
	if (t->has_kallsyms) {
		n = find(t, name, NULL);
		if (n && t->priv->symbols[n - 1].zero)
			return TARGET_NO;
		if (!n)
			n = find(t, name, "");
		colon = strchr(name, ':');
		if (!n && colon && colon > name && (size_t)(colon - name) < sizeof(module)) {
			memcpy(module, name, colon - name);
			module[colon - name] = 0;
			n = find(t, colon + 1, module);
		}
	}
	if (n)
		answer = t->priv->system_map ? from_map(t, &t->priv->symbols[n - 1]) : TARGET_YES;
	else if (t->has_kallsyms && (!t->priv->system_map || t->btf_cnt < 2))
		answer = TARGET_NO;
	else
		answer = from_btf(t, name);
	if (addr && answer == TARGET_YES)
		*addr = n ? made_up(t, n) : from_name(name);
	return answer;
}
