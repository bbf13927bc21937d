// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Names in the header. A BPF program may be called `class` or `new`, which C takes and C++ doesn't: such a
 * member is printed as a macro that is the word itself where it can be, so that C programs find what bpftool
 * would give them, and the word with a `_` behind it elsewhere.
 */
#include "priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum word_class {
	WORD_C,     /* a keyword everywhere */
	WORD_CXX,   /* of C++ */
	WORD_C23,   /* of C++ and of C from C23 */
	WORD_MACRO, /* often a macro, of the compiler or a system header */
};

static const struct {
	const char *word;
	enum word_class class;
} words[] = {
	{ "_Bool", WORD_C }, { "_Complex", WORD_C }, { "_Imaginary", WORD_C }, { "_Alignas", WORD_C },
	{ "_Alignof", WORD_C }, { "_Atomic", WORD_C }, { "_Generic", WORD_C }, { "_Noreturn", WORD_C },
	{ "_Static_assert", WORD_C }, { "_Thread_local", WORD_C }, { "asm", WORD_C }, { "auto", WORD_C },
	{ "break", WORD_C }, { "case", WORD_C }, { "char", WORD_C }, { "const", WORD_C },
	{ "continue", WORD_C }, { "default", WORD_C }, { "do", WORD_C }, { "double", WORD_C },
	{ "else", WORD_C }, { "enum", WORD_C }, { "extern", WORD_C }, { "float", WORD_C },
	{ "for", WORD_C }, { "goto", WORD_C }, { "if", WORD_C }, { "inline", WORD_C }, { "int", WORD_C },
	{ "long", WORD_C }, { "register", WORD_C }, { "restrict", WORD_C }, { "return", WORD_C },
	{ "short", WORD_C }, { "signed", WORD_C }, { "sizeof", WORD_C }, { "static", WORD_C },
	{ "struct", WORD_C }, { "switch", WORD_C }, { "typedef", WORD_C }, { "typeof", WORD_C },
	{ "union", WORD_C }, { "unsigned", WORD_C }, { "void", WORD_C }, { "volatile", WORD_C },
	{ "while", WORD_C },

	{ "alignas", WORD_C23 }, { "alignof", WORD_C23 }, { "bool", WORD_C23 }, { "constexpr", WORD_C23 },
	{ "false", WORD_C23 }, { "nullptr", WORD_C23 }, { "static_assert", WORD_C23 },
	{ "thread_local", WORD_C23 }, { "true", WORD_C23 }, { "typeof_unqual", WORD_C23 },

	{ "and", WORD_CXX }, { "and_eq", WORD_CXX }, { "bitand", WORD_CXX }, { "bitor", WORD_CXX },
	{ "catch", WORD_CXX }, { "char8_t", WORD_CXX }, { "char16_t", WORD_CXX }, { "char32_t", WORD_CXX },
	{ "class", WORD_CXX }, { "co_await", WORD_CXX }, { "co_return", WORD_CXX },
	{ "co_yield", WORD_CXX }, { "compl", WORD_CXX }, { "concept", WORD_CXX },
	{ "const_cast", WORD_CXX }, { "consteval", WORD_CXX }, { "constinit", WORD_CXX },
	{ "decltype", WORD_CXX }, { "delete", WORD_CXX }, { "dynamic_cast", WORD_CXX },
	{ "explicit", WORD_CXX }, { "export", WORD_CXX }, { "friend", WORD_CXX }, { "mutable", WORD_CXX },
	{ "namespace", WORD_CXX }, { "new", WORD_CXX }, { "noexcept", WORD_CXX }, { "not", WORD_CXX },
	{ "not_eq", WORD_CXX }, { "operator", WORD_CXX }, { "or", WORD_CXX }, { "or_eq", WORD_CXX },
	{ "private", WORD_CXX }, { "protected", WORD_CXX }, { "public", WORD_CXX },
	{ "reinterpret_cast", WORD_CXX }, { "requires", WORD_CXX }, { "static_cast", WORD_CXX },
	{ "template", WORD_CXX }, { "this", WORD_CXX }, { "throw", WORD_CXX }, { "try", WORD_CXX },
	{ "typeid", WORD_CXX }, { "typename", WORD_CXX }, { "using", WORD_CXX }, { "virtual", WORD_CXX },
	{ "wchar_t", WORD_CXX }, { "xor", WORD_CXX }, { "xor_eq", WORD_CXX },

	{ "errno", WORD_MACRO }, { "linux", WORD_MACRO }, { "unix", WORD_MACRO }, { "NULL", WORD_MACRO },
	{ "EOF", WORD_MACRO }, { "stdin", WORD_MACRO }, { "stdout", WORD_MACRO }, { "stderr", WORD_MACRO },
	{ "assert", WORD_MACRO }, { "offsetof", WORD_MACRO }, { "i386", WORD_MACRO },
	{ "mips", WORD_MACRO }, { "sparc", WORD_MACRO }, { "sun", WORD_MACRO }, { "vax", WORD_MACRO },
};

/* The row of @word, or -1. */
static int word_find(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].word, word))
			return (int)i;
	return -1;
}

static bool is_ident(const char *s)
{
	const char *p;

	for (p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	return *s && !isdigit((unsigned char)*s);
}

/* Remember that @word needs its macro. */
static int macro_note(struct gen *g, const char *word)
{
	char **slot;
	u32 i;

	for (i = 0; i < g->macro_cnt; i++)
		if (!strcmp(g->macros[i], word))
			return 0;
	slot = PUSH(g->macros, g->macro_cnt, g->macro_cap);
	if (!slot)
		return -ENOMEM;
	*slot = strdup(word);
	return *slot ? 0 : -ENOMEM;
}

char *gen_name_member(struct gen *g, const char *word)
{
	char *member;

	if (word_find(word) < 0)
		return strdup(word);
	if (macro_note(g, word) || asprintf(&member, "%s__id_%s", g->name, word) < 0)
		return NULL;
	return member;
}

int gen_name_make(struct gen *g, const char *what, const char *word, struct gen_name *name)
{
	char *p;

	if (!word || !*word)
		return err_set(g->err, -EINVAL, "a %s without a name can't be in a header", what);
	/* room for a '_' before a digit; '_' for whatever C has no room for, as bpftool does it */
	name->ident = malloc(strlen(word) + 2);
	if (!name->ident)
		return -ENOMEM;
	p = name->ident;
	if (isdigit((unsigned char)*word))
		*p++ = '_';
	for (; *word; word++)
		*p++ = isalnum((unsigned char)*word) ? *word : '_';
	*p = 0;
	name->member = gen_name_member(g, name->ident);
	return name->member ? 0 : -ENOMEM;
}

void gen_name_free(struct gen_name *name)
{
	free(name->ident);
	free(name->member);
	name->ident = name->member = NULL;
}

static int cmp_str(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int gen_names_differ(struct gen *g, const char *what, const struct gen_name *names, size_t stride, u32 cnt)
{
	const char **sorted;
	u32 i, n = 0;
	int ret = 0;

	sorted = calloc(cnt ? cnt : 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < cnt; i++)
		sorted[n++] = ((const struct gen_name *)((const char *)names + i * stride))->ident;
	qsort(sorted, n, sizeof(*sorted), cmp_str);
	for (i = 1; i < n && !ret; i++)
		if (!strcmp(sorted[i - 1], sorted[i]))
			ret = err_set(g->err, -EINVAL, "two %ss would both be '%s' in the header", what, sorted[i]);
	/* the stand-in of a keyword must be free as well */
	for (i = 0; i < n && !ret; i++) {
		char alias[32];
		const char *key = alias;

		if (word_find(sorted[i]) < 0)
			continue;
		snprintf(alias, sizeof(alias), "%s_", sorted[i]);
		if (bsearch(&key, sorted, n, sizeof(*sorted), cmp_str))
			ret = err_set(g->err, -EINVAL, "%s '%s' needs the name '%s' in C++, which is taken",
				      what, sorted[i], alias);
	}
	free(sorted);
	return ret;
}

int gen_names_build(struct gen *g)
{
	u32 i;
	int ret;

	g->maps = calloc(g->desc->map_cnt + 1, sizeof(*g->maps));
	g->progs = calloc(g->desc->prog_cnt + 1, sizeof(*g->progs));
	g->kconfigs = calloc(g->desc->kconfig_cnt + 1, sizeof(*g->kconfigs));
	if (!g->maps || !g->progs || !g->kconfigs)
		return -ENOMEM;
	for (i = 0; i < g->desc->map_cnt; i++) {
		const struct obj_map *map = &g->obj->maps[i];

		ret = gen_name_make(g, "map", map->ident ? map->ident : map->name, &g->maps[i]);
		if (ret)
			return ret;
	}
	for (i = 0; i < g->desc->prog_cnt; i++) {
		ret = gen_name_make(g, "program", g->desc->progs[i].name, &g->progs[i]);
		if (ret)
			return ret;
	}
	for (i = 0; i < g->desc->kconfig_cnt; i++) {
		ret = gen_name_make(g, "kconfig extern", g->desc->kconfigs[i].name, &g->kconfigs[i]);
		if (ret)
			return ret;
	}
	ret = gen_names_differ(g, "map", g->maps, sizeof(*g->maps), g->desc->map_cnt);
	if (!ret)
		ret = gen_names_differ(g, "program", g->progs, sizeof(*g->progs), g->desc->prog_cnt);
	if (!ret)
		ret = gen_names_differ(g, "kconfig extern", g->kconfigs, sizeof(*g->kconfigs),
				       g->desc->kconfig_cnt);
	return ret;
}

int gen_check_skeleton_name(struct gen *g)
{
	int row = g->name ? word_find(g->name) : -1;

	if (!g->name || !is_ident(g->name))
		return err_set(g->err, -EINVAL, "'%s' can't be a skeleton's name, it is no C identifier",
			       g->name ? g->name : "");
	if (row >= 0)
		return err_set(g->err, -EINVAL, "'%s' can't be a skeleton's name, it means something else in C or "
			       "C++; give another with --name", g->name);
	return 0;
}

void gen_print_macros(struct gen *g)
{
	static const char *const cond[] = {
		[WORD_C] = "1",
		[WORD_CXX] = "defined(__cplusplus)",
		[WORD_C23] = "defined(__cplusplus) || (defined(__STDC_VERSION__) && "
			     "__STDC_VERSION__ > 201710L)",
		[WORD_MACRO] = "0",
	};
	u32 i;

	if (g->macro_cnt)
		text_puts(&g->text, "/* Members called like a keyword or a macro: where it is one, a '_' is behind. */\n");
	for (i = 0; i < g->macro_cnt; i++) {
		const char *word = g->macros[i];

		/* two branches: in C++ `and` can't even be asked for with defined() */
		text_printf(&g->text,
			    "#if %s\n#define %s__id_%s %s_\n#elif defined(%s)\n#define %s__id_%s %s_\n"
			    "#else\n#define %s__id_%s %s\n#endif\n",
			    cond[words[word_find(word)].class], g->name, word, word, word, g->name, word,
			    word, g->name, word, word);
	}
	if (g->macro_cnt)
		text_puts(&g->text, "\n");
}
