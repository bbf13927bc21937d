// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What is refused, and in which words: mutants of a valid object, one defect each; then thousands of random ones, which
 * must end in a message or in a description that holds together. Run it with the sanitizers for the full value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/object/object.h"

#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progs.h"

static u8 *good; /* the object as it was compiled */
static size_t good_sz;

static int read_good(void **state)
{
	(void)state;
	good = read_prog("obj_mixed.bpf.o", &good_sz);
	return 0;
}

static int free_good(void **state)
{
	(void)state;
	free(good);
	return 0;
}

/* An exact copy, so that a read beyond the end is seen. */
static u8 *copy_good(void)
{
	u8 *data = malloc(good_sz);

	memcpy(data, good, good_sz);
	return data;
}

/* Section by name, in the good object; the build host may be of either byte order, the object is little-endian. */
static u64 sec_field(const char *name, size_t field)
{
	u64 shoff = get64(good + offsetof(Elf64_Ehdr, e_shoff), false), i, strtab;
	u16 cnt = get16(good + offsetof(Elf64_Ehdr, e_shnum), false);
	u16 strndx = get16(good + offsetof(Elf64_Ehdr, e_shstrndx), false);

	strtab = get64(good + shoff + strndx * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_offset), false);
	for (i = 1; i < cnt; i++) {
		u64 sh = shoff + i * sizeof(Elf64_Shdr);

		if (!strcmp((char *)good + strtab + get32(good + sh, false), name))
			return field ? get64(good + sh + field, false) : sh;
	}
	fail_msg("no section '%s'", name);
	return 0;
}

#define SEC_HDR(name) sec_field(name, 0)
#define SEC_OFF(name) sec_field(name, offsetof(Elf64_Shdr, sh_offset))
#define SEC_SIZE(name) sec_field(name, offsetof(Elf64_Shdr, sh_size))

/*
 * Replace a string of a string table; all of them, or only those of section @sec. LLVM lets "x" be the end of ".relx".
 */
static void rename_all(u8 *data, const char *sec, const char *from, const char *to)
{
	size_t len = strlen(from) + 1, i, found = 0;
	size_t start = sec ? SEC_OFF(sec) : sizeof(Elf64_Ehdr), end = sec ? start + SEC_SIZE(sec) : good_sz;

	assert_int_equal(strlen(from), strlen(to));
	for (i = start; i + len <= end; i++) {
		if (memcmp(data + i, from, len) || (data[i - 1] && memcmp(data + i - 4, ".rel", 4)))
			continue;
		memcpy(data + i, to, len);
		found++;
	}
	assert_int_not_equal(found, 0);
}

static void refused(u8 *data, size_t sz, int code, const char *pattern)
{
	struct object *obj = NULL;
	struct lsk_err err = {};
	int ret = object_open("x.o", data, sz, "x", &obj, &err);

	free(data);
	if (ret != code || fnmatch(pattern, err.msg, 0))
		fail_msg("%d '%s', expected %d '%s'", ret, err.msg, code, pattern);
	assert_null(obj);
}

static void elf_header(void **state)
{
	static const struct {
		size_t off;
		u8 val;
		const char *msg;
	} cases[] = {
		{ 0, 'x', "x.o: not an ELF file" },
		{ EI_CLASS, ELFCLASS32, "x.o: not a 64-bit ELF file" },
		{ EI_DATA, 7, "x.o: unknown byte order 7" },
		{ offsetof(Elf64_Ehdr, e_machine), 62, "x.o: not a BPF object (ELF machine 62)" },
		{ offsetof(Elf64_Ehdr, e_type), ET_EXEC, "x.o: not a relocatable object (ELF type 2)" },
		{ offsetof(Elf64_Ehdr, e_shnum), 1, "x.o: 1 sections" },
	};
	size_t i;
	u8 *data;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		data = copy_good();
		data[cases[i].off] = cases[i].val;
		refused(data, good_sz, -EINVAL, cases[i].msg);
	}
	refused(malloc(1), 0, -EINVAL, "x.o: not an ELF file");
	data = copy_good();
	put64(data + SEC_HDR(".maps") + offsetof(Elf64_Shdr, sh_offset), false, good_sz);
	refused(data, good_sz, -EINVAL, "x.o: section '.maps' lies beyond the end of the file");
	data = copy_good();
	data[SEC_HDR(".symtab") + offsetof(Elf64_Shdr, sh_type)] = SHT_NULL;
	refused(data, good_sz, -EINVAL, "x.o: no symbol table; was the object stripped?");
}

static void sections(void **state)
{
	static const struct {
		const char *from, *to;
		int code;
		const char *msg;
	} cases[] = {
		{ "spam", "maps", -ENOTSUP,
		  "x.o: section 'maps': legacy map definitions are not supported; use '.maps'" },
		{ ".data.thing", ".struct_ops", -EINVAL, "x.o: map 'thing_one': its type is no struct" },
		{ ".rodata.fixed", ".addr_space.1", -EINVAL,
		  "x.o: section '.addr_space.1': there is no arena for these variables" },
		{ ".data.hot", "data.hot!", -EINVAL,
		  "x.o: prog 'entry': insn *: 'hot_one' lies in section 'data.hot!', which is no map" },
		{ ".ksyms", ".kzzms", -EINVAL,
		  "x.o: prog 'optional': insn *: '*' is not defined, and not declared with __ksym or __kconfig" },
		{ ".BTF", ".XTF", -EINVAL, "x.o: section '.maps' has no BTF; build with -g" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 *data = copy_good();

		rename_all(data, NULL, cases[i].from, cases[i].to);
		refused(data, good_sz, cases[i].code, cases[i].msg);
	}
}

/* A section that no row matches makes a program without a definition: the trace refuses it by name. */
static void unknown_prog_section(void **state)
{
	struct object *obj = NULL;
	struct lsk_err err = {};
	u8 *data = copy_good();
	u32 i, found = 0;

	(void)state;
	rename_all(data, NULL, "raw_tp", "raw_xx");
	assert_int_equal(object_open("x.o", data, good_sz, "x", &obj, &err), 0);
	free(data);
	for (i = 0; i < obj->func_cnt; i++) {
		if (strcmp(obj->funcs[i].name, "bare"))
			continue;
		found++;
		assert_true(obj->funcs[i].is_prog);
		assert_null(obj->funcs[i].def);
	}
	assert_int_equal(found, 1);
	object_free(obj);
}

static void map_definitions(void **state)
{
	static const struct {
		const char *from, *to;
		int code;
		const char *msg;
	} cases[] = {
		{ "numa_node", "numa_nods", -ENOTSUP,
		  "x.o: map 'a_hash_with_a_long_name': unknown field 'numa_nods'" },
		{ "type", "typo", -ENOTSUP, "x.o: map '*': unknown field 'typo'" },
		{ "values", "valued", -ENOTSUP, "x.o: map 'outer': unknown field 'valued'" },
		{ "pinning", "numa_no", -ENOTSUP,
		  "x.o: map 'a_hash_with_a_long_name': unknown field 'numa_no'" },
		{ "key_size", "pinning!", -ENOTSUP, "x.o: map 'jumps': unknown field 'pinning!'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 *data = copy_good();

		rename_all(data, ".BTF", cases[i].from, cases[i].to);
		refused(data, good_sz, cases[i].code, cases[i].msg);
	}
}

static void symbols(void **state)
{
	u8 *data;

	(void)state;
	data = copy_good();
	rename_all(data, ".strtab", "kernel_func", "kernel_fond");
	refused(data, good_sz, -EINVAL,
		"x.o: prog 'optional': insn *: 'kernel_fond' is not defined, and not declared with __ksym or "
		"__kconfig");
	data = copy_good();
	rename_all(data, ".strtab", "counter", "coumter");
	refused(data, good_sz, -EINVAL, "x.o: BTF variable 'counter' has no symbol in section '.bss'");
	data = copy_good();
	rename_all(data, ".strtab", "on_throw", "no_throw");
	refused(data, good_sz, -EINVAL, "x.o: prog 'bare': exception callback 'on_throw' is no global function");
}

static void btf(void **state)
{
	static const struct {
		size_t off;
		u32 val;
		int code;
		const char *msg;
	} cases[] = {
		{ 0, 0x0001eb9e, -EINVAL, "x.o: section '.BTF': no BTF header" },
		{ 0, 0x0002eb9f, -ENOTSUP, "x.o: section '.BTF': version 2, flags 0x0" },
		{ 4, 20, -EINVAL, "x.o: section '.BTF': broken header" },
		{ 4, 0xffffffff, -EINVAL, "x.o: section '.BTF': broken header" },
		{ 8, 0xfffffffc, -EINVAL, "x.o: section '.BTF': broken header" },
		{ 16, 0xffffffff, -EINVAL, "x.o: section '.BTF': broken header" },
		{ 20, 0, -EINVAL, "x.o: section '.BTF': broken strings" },
		{ 24, 0xffffff, -EINVAL, "x.o: BTF type [[]1]: a name or type that does not exist" },
		{ 28, 0x1f000000, -ENOTSUP, "x.o: BTF type [[]1]: unknown kind 31" },
		{ 32, 0xffffff, -EINVAL, "x.o: BTF type [[]1]: a name or type that does not exist" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 *data = copy_good();

		put32(data + SEC_OFF(".BTF") + cases[i].off, false, cases[i].val);
		refused(data, good_sz, cases[i].code, cases[i].msg);
	}
}

static void btf_ext(void **state)
{
	static const struct {
		size_t off; /* 8: func_info's {off, len}; the table itself starts at 32 */
		u32 val;
		int code;
		const char *msg;
	} cases[] = {
		{ 0, 0x00010000, -EINVAL, "x.o: section '.BTF.ext': no header" },
		{ 4, 8, -EINVAL, "x.o: section '.BTF.ext': broken header" },
		{ 12, 0x7fffffff, -EINVAL, "x.o: section '.BTF.ext': broken func_info" },
		{ 16, 0xfffffffc, -EINVAL, "x.o: section '.BTF.ext': broken line_info" },
		{ 32, 4, -EINVAL, "x.o: section '.BTF.ext': broken func_info" },
		{ 32, 10, -EINVAL, "x.o: section '.BTF.ext': broken func_info" },
		{ 36, 0xffffff, -EINVAL, "x.o: section '.BTF.ext': broken func_info" },
		{ 40, 0x20000000, -EINVAL, "x.o: section '.BTF.ext': broken func_info" },
		{ 44, 4, -EINVAL, "x.o: section '.BTF.ext': broken func_info" },
		{ 48, 1, -EINVAL, "x.o: function '*': func_info: BTF type [[]1] is no function" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 *data = copy_good();

		put32(data + SEC_OFF(".BTF.ext") + cases[i].off, false, cases[i].val);
		refused(data, good_sz, cases[i].code, cases[i].msg);
	}
}

static void relocations(void **state)
{
	static const struct {
		const char *sec;
		size_t off;
		u32 val;
		const char *msg;
	} cases[] = {
		{ ".reltc", 0, 4, "x.o: section '.reltc': relocation 0 at odd offset 0x4" },
		{ ".reltc", 0, 0x10000, "x.o: section '.reltc': relocation 0: offset 0x10000 is beyond 'tc'" },
		{ ".reltc", 12, 0x7fffff, "x.o: section '.reltc': relocation 0: there is no symbol 8388607" },
		{ ".reltc", 8, 2, "x.o: prog 'entry': insn *: relocation of type 2 against '*', but the code is 0x*" },
		{ ".rel.maps", 8, 1, "x.o: map '*': relocation of type 1" },
		{ ".rel.maps", 0, 0, "x.o: map 'inner_[ab]': such a map can't be initialised" },
	};
	size_t i;
	u8 *data;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		data = copy_good();
		put32(data + SEC_OFF(cases[i].sec) + cases[i].off, false, cases[i].val);
		refused(data, good_sz, -EINVAL, cases[i].msg);
	}
	/* the same relocation twice */
	data = copy_good();
	memcpy(data + SEC_OFF(".reltc") + sizeof(Elf64_Rel), data + SEC_OFF(".reltc"), sizeof(Elf64_Rel));
	refused(data, good_sz, -EINVAL, "x.o: prog 'entry': insn *: two relocations");
}

/* Everything in a description that refers to something else must refer to something that exists. */
static void holds_together(const struct object *obj)
{
	u32 i, n, types = obj->btf ? btf__type_cnt(obj->btf) : 0, raw_sz;

	for (i = 0; i < obj->func_cnt; i++) {
		const struct obj_func *f = &obj->funcs[i];

		assert_true(f->name[0] && f->insn_cnt && (!f->btf_id || f->btf_id < types));
		assert_true(f->exception_cb < (int)obj->func_cnt);
		for (n = 0; n < f->relo_cnt; n++) {
			const struct obj_relo *r = &f->relos[n];
			u32 max = r->kind <= RELO_MAP_VALUE ? obj->map_cnt :
				  r->kind <= RELO_FUNC_ADDR ? obj->func_cnt : obj->extern_cnt;

			assert_true(r->insn < f->insn_cnt && r->ref < max);
			assert_true(!n || f->relos[n - 1].insn < r->insn);
		}
		for (n = 0; n < f->line_cnt; n++)
			assert_non_null(btf__str_by_offset(obj->btf, f->lines[n].line_off));
		for (n = 0; n < f->core_cnt; n++)
			assert_true(f->cores[n].type_id < types && f->cores[n].insn < f->insn_cnt);
	}
	for (i = 0; i < obj->map_cnt; i++) {
		const struct obj_map *m = &obj->maps[i];

		assert_true(m->name && m->ident && strlen(m->kernel_name) <= 15);
		assert_true(m->btf_key_id < types + 1 && m->btf_value_id < types + 1);
		for (n = 0; n < m->init_cnt; n++)
			assert_true(m->inits[n].ref < (m->inits[n].is_prog ? obj->func_cnt : obj->map_cnt));
	}
	for (i = 0; i < obj->extern_cnt; i++)
		assert_true(obj->externs[i].btf_id < types);
	if (obj->btf)
		assert_non_null(btf__raw_data(obj->btf, &raw_sz));
}

static u64 seed = 0x1badb002;

static u32 rnd(u32 below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % below;
}

/* A place that matters: the ELF header, the section headers, or a section that is no debugging information. */
static u64 random_place(void)
{
	static const char *const secs[] = { ".BTF", ".BTF.ext", ".symtab", ".strtab", ".reltc", ".rel.maps", "tc",
					    ".text", ".maps", ".rel.text", ".rel?fentry/do_nothing" };
	u64 shoff = get64(good + offsetof(Elf64_Ehdr, e_shoff), false);
	u32 i = rnd(ARRAY_SIZE(secs) + 2);

	if (i == 0)
		return rnd(sizeof(Elf64_Ehdr));
	if (i == 1)
		return shoff + rnd(good_sz - shoff);
	return SEC_OFF(secs[i - 2]) + rnd(SEC_SIZE(secs[i - 2]));
}

static void mutate(u8 *data, size_t *sz)
{
	u32 n = 1 + rnd(4);

	if (!rnd(20))
		*sz = rnd(good_sz);
	while (n--) {
		u64 at = random_place();

		switch (rnd(5)) {
		case 0:
			data[at] ^= 1u << rnd(8);
			break;
		case 1:
			data[at] = rnd(256);
			break;
		case 2:
			data[at] += rnd(2) ? 1 : -1;
			break;
		case 3:
			data[at] = rnd(2) ? 0xff : 0;
			break;
		default:
			if (at + 4 <= good_sz)
				put32(data + at, false, rnd(8) ? rnd(4096) : 0xfffffff0u + rnd(16));
		}
	}
}

static void random_mutants(void **state)
{
	u32 i, opened = 0, broken = 0;

	(void)state;
	for (i = 0; i < 4000; i++) {
		struct object *obj = NULL;
		struct lsk_err err = {};
		size_t sz = good_sz;
		u8 *data = copy_good(), *exact;
		int ret;

		mutate(data, &sz);
		exact = malloc(sz ?: 1);
		memcpy(exact, data, sz);
		free(data);
		ret = object_open("mutant", exact, sz, "mutant", &obj, &err);
		free(exact);
		if (ret) {
			broken++;
			if (ret > 0 || strncmp(err.msg, "mutant: ", 8) || !err.msg[8])
				fail_msg("mutant %u: %d '%s'", i, ret, err.msg);
			assert_null(obj);
		} else {
			opened++;
			assert_string_equal(err.msg, "");
			holds_together(obj);
			object_free(obj);
		}
	}
	print_message("%u mutants refused, %u opened\n", broken, opened);
	assert_true(broken > 400 && opened > 400); /* else they are too tame, or too wild */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_header),
		cmocka_unit_test(sections),
		cmocka_unit_test(unknown_prog_section),
		cmocka_unit_test(map_definitions),
		cmocka_unit_test(symbols),
		cmocka_unit_test(btf),
		cmocka_unit_test(btf_ext),
		cmocka_unit_test(relocations),
		cmocka_unit_test(random_mutants),
	};

	return cmocka_run_group_tests_name("object_broken", tests, read_good, free_good);
}
