// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* kconfig_apply(): which line sets which extern to what, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "../../gen_loader/object/kconfig.h"

enum { BOOL, TRI, CHR, S8, U16, S16, U32, S32, U64, S64, STR, WEAK };

/* An extern of each type, 8 bytes each: CONFIG_BOOL, ... */
static struct obj_extern externs[] = {
	[BOOL] = { .name = "CONFIG_BOOL", .kcfg_type = KCFG_BOOL, .size = 1 },
	[TRI] = { .name = "CONFIG_TRI", .kcfg_type = KCFG_TRISTATE, .size = 4 },
	[CHR] = { .name = "CONFIG_CHR", .kcfg_type = KCFG_CHAR, .size = 1 },
	[S8] = { .name = "CONFIG_S8", .kcfg_type = KCFG_CHAR, .size = 1, .is_signed = true },
	[U16] = { .name = "CONFIG_U16", .kcfg_type = KCFG_INT, .size = 2 },
	[S16] = { .name = "CONFIG_S16", .kcfg_type = KCFG_INT, .size = 2, .is_signed = true },
	[U32] = { .name = "CONFIG_U32", .kcfg_type = KCFG_INT, .size = 4 },
	[S32] = { .name = "CONFIG_S32", .kcfg_type = KCFG_INT, .size = 4, .is_signed = true },
	[U64] = { .name = "CONFIG_U64", .kcfg_type = KCFG_INT, .size = 8 },
	[S64] = { .name = "CONFIG_S64", .kcfg_type = KCFG_INT, .size = 8, .is_signed = true },
	[STR] = { .name = "CONFIG_STR", .kcfg_type = KCFG_CHAR_ARR, .size = 6 },
	[WEAK] = { .name = "CONFIG_WEAK", .kcfg_type = KCFG_INT, .size = 4, .weak = true },
};

static char path[] = "/tmp/lskel-kconfig-XXXXXX";

static void write_file(const void *data, size_t sz, bool gz)
{
	gzFile g = gz ? gzopen(path, "wb") : NULL;
	FILE *f = gz ? NULL : fopen(path, "wb");

	assert_true(g || f);
	if (g) {
		assert_int_equal(gzwrite(g, data, (unsigned int)sz), (int)sz);
		assert_int_equal(gzclose(g), Z_OK);
	} else {
		assert_int_equal(fwrite(data, 1, sz, f), sz);
		assert_int_equal(fclose(f), 0);
	}
}

/* Apply the file at `path` to a fresh object. */
static int apply(bool big_endian, u8 *value, bool *set, struct lsk_err *err)
{
	struct obj_map map = { .name = ".kconfig", .kind = MAP_KCONFIG, .value_size = 8 * ARRAY_SIZE(externs) };
	struct object obj = { .big_endian = big_endian, .maps = &map, .map_cnt = 1, .externs = externs,
			      .extern_cnt = ARRAY_SIZE(externs) };
	u32 i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(externs); i++) {
		externs[i].kind = EXT_KCONFIG;
		externs[i].off = 8 * i;
		externs[i].kcfg_set = false;
	}
	memset(err, 0, sizeof(*err));
	ret = kconfig_apply(&obj, path, err);
	memset(value, 0, map.value_size);
	if (map.data)
		memcpy(value, map.data, map.value_size);
	for (i = 0; i < ARRAY_SIZE(externs); i++)
		set[i] = externs[i].kcfg_set;
	free(map.data);
	return ret;
}

static const struct {
	const char *line;
	int ext, ret;
	u64 value;       /* as it comes out of `size` bytes */
	const char *msg; /* after "PATH: " */
} rows[] = {
	{ "CONFIG_BOOL=y", BOOL, 0, 1, NULL },
	{ "CONFIG_BOOL=n", BOOL, 0, 0, NULL },
	{ "CONFIG_BOOL=1", BOOL, 0, 1, NULL },
	{ "CONFIG_BOOL=m", BOOL, -EINVAL, 0, "extern 'CONFIG_BOOL': its type can't hold 'm'" },
	{ "CONFIG_BOOL=2", BOOL, -EINVAL, 0, "extern 'CONFIG_BOOL': its type can't hold the number 2" },
	{ "CONFIG_BOOL=\"y\"", BOOL, -EINVAL, 0, "extern 'CONFIG_BOOL': its type can't hold \"y\"" },
	{ "CONFIG_TRI=y", TRI, 0, 1, NULL },
	{ "CONFIG_TRI=m", TRI, 0, 2, NULL },
	{ "CONFIG_TRI=n", TRI, 0, 0, NULL },
	{ "CONFIG_TRI=1", TRI, -EINVAL, 0, "extern 'CONFIG_TRI': its type can't hold the number 1" },
	{ "CONFIG_CHR=m", CHR, 0, 'm', NULL },
	{ "CONFIG_CHR=255", CHR, 0, 255, NULL },
	{ "CONFIG_CHR=256", CHR, -ERANGE, 0, "extern 'CONFIG_CHR': 256 does not fit 1 bytes" },
	{ "CONFIG_CHR=\"m\"", CHR, -EINVAL, 0, "extern 'CONFIG_CHR': its type can't hold \"m\"" },
	{ "CONFIG_S8=-128", S8, 0, 0x80, NULL },
	{ "CONFIG_S8=-129", S8, -ERANGE, 0, "extern 'CONFIG_S8': -129 does not fit 1 bytes" },
	{ "CONFIG_S8=127", S8, 0, 127, NULL },
	{ "CONFIG_S8=128", S8, -ERANGE, 0, "extern 'CONFIG_S8': 128 does not fit 1 bytes" },
	{ "CONFIG_U16=0xffff", U16, 0, 0xffff, NULL },
	{ "CONFIG_U16=0x10000", U16, -ERANGE, 0, "extern 'CONFIG_U16': 0x10000 does not fit 2 bytes" },
	{ "CONFIG_U16=-1", U16, -ERANGE, 0, "extern 'CONFIG_U16': -1 does not fit 2 bytes" },
	{ "CONFIG_U16=y", U16, -EINVAL, 0, "extern 'CONFIG_U16': its type can't hold 'y'" },
	{ "CONFIG_S16=-32768", S16, 0, 0x8000, NULL },
	{ "CONFIG_S16=32768", S16, -ERANGE, 0, "extern 'CONFIG_S16': 32768 does not fit 2 bytes" },
	{ "CONFIG_U32=4294967295", U32, 0, 0xffffffff, NULL },
	{ "CONFIG_U32=4294967296", U32, -ERANGE, 0, "extern 'CONFIG_U32': 4294967296 does not fit 4 bytes" },
	{ "CONFIG_U32=010", U32, 0, 8, NULL },
	{ "CONFIG_U32=10x", U32, -EINVAL, 0, "extern 'CONFIG_U32': '10x' is not a number" },
	{ "CONFIG_U32=\"10\"", U32, -EINVAL, 0, "extern 'CONFIG_U32': its type can't hold \"10\"" },
	{ "CONFIG_U32=0", U32, 0, 0, NULL },
	{ "CONFIG_U32=", U32, -EINVAL, 0, "'CONFIG_U32' has no value" },
	{ "CONFIG_U32", U32, -EINVAL, 0, "'CONFIG_U32' has no value" },
	{ "CONFIG_S32=-1", S32, 0, 0xffffffff, NULL },
	{ "CONFIG_S32=2147483648", S32, -ERANGE, 0, "extern 'CONFIG_S32': 2147483648 does not fit 4 bytes" },
	{ "CONFIG_U64=0xffffffffffffffff", U64, 0, ~0ull, NULL },
	{ "CONFIG_U64=0x10000000000000000", U64, -EINVAL, 0,
	  "extern 'CONFIG_U64': '0x10000000000000000' is not a number" },
	{ "CONFIG_S64=-2", S64, 0, ~1ull, NULL },
	{ "CONFIG_WEAK=7", WEAK, 0, 7, NULL },
	/* the first one counts; Windows' line ends; no newline at the end */
	{ "CONFIG_U32=1\nCONFIG_U32=2", U32, 0, 1, NULL },
	{ "CONFIG_U32=3\r\n", U32, 0, 3, NULL },
};

static void each_value(void **state)
{
	u8 value[8 * ARRAY_SIZE(externs)];
	bool set[ARRAY_SIZE(externs)];
	struct lsk_err err;
	char want[512];
	size_t i;
	u32 j;

	(void)state;
	for (i = 0; i < 4 * ARRAY_SIZE(rows); i++) {
		bool big = i & 1, gz = i & 2;
		const struct obj_extern *e = &externs[rows[i / 4].ext];
		const u8 *p = value + 8 * rows[i / 4].ext;
		u64 got;
		int ret;

		write_file(rows[i / 4].line, strlen(rows[i / 4].line), gz);
		ret = apply(big, value, set, &err);
		if (ret != rows[i / 4].ret)
			fail_msg("%s: %d: %s", rows[i / 4].line, ret, err.msg);
		snprintf(want, sizeof(want), "%s: %s", path, rows[i / 4].msg ? rows[i / 4].msg : "");
		assert_string_equal(err.msg, rows[i / 4].msg ? want : "");
		got = e->size == 1 ? *p : e->size == 2 ? get16(p, big) : e->size == 4 ? get32(p, big) : get64(p, big);
		if (!ret && got != rows[i / 4].value)
			fail_msg("%s: %#llx", rows[i / 4].line, (unsigned long long)got);
		for (j = 0; j < ARRAY_SIZE(externs); j++)
			assert_int_equal(set[j], !ret && e == &externs[j]);
	}
}

static void strings(void **state)
{
	static const struct {
		const char *line, *value;
		int ret;
	} s[] = {
		{ "CONFIG_STR=\"\"", "\0\0\0\0\0", 0 },
		{ "CONFIG_STR=\"abcde\"", "abcde", 0 },
		{ "CONFIG_STR=\"abcdef\"", "abcde", 0 }, /* cut, and still ended by a NUL */
		{ "CONFIG_STR=\"a\"\n", "a\0\0\0\0", 0 },
		{ "CONFIG_STR=\"a", NULL, -EINVAL },
		{ "CONFIG_STR=\"", NULL, -EINVAL },
		{ "CONFIG_STR=y", NULL, -EINVAL },
		{ "CONFIG_STR=5", NULL, -EINVAL },
	};
	u8 value[8 * ARRAY_SIZE(externs)];
	bool set[ARRAY_SIZE(externs)];
	struct lsk_err err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		write_file(s[i].line, strlen(s[i].line), false);
		assert_int_equal(apply(false, value, set, &err), s[i].ret);
		assert_int_equal(set[STR], !s[i].ret);
		if (s[i].value)
			assert_memory_equal(value + 8 * STR, s[i].value, 6);
	}
}

/* What is no value, and what is nobody's. */
static void other_lines(void **state)
{
	static const char text[] = "#\n# CONFIG_U32 is not set\n\nLINUX_U32=5\n CONFIG_U32=5\nCONFIG_U32X=5\nCONFIG_U3=5\n";
	u8 value[8 * ARRAY_SIZE(externs)], none[8 * ARRAY_SIZE(externs)] = { 0 };
	bool set[ARRAY_SIZE(externs)], unset[ARRAY_SIZE(externs)] = { 0 };
	struct lsk_err err;

	(void)state;
	write_file(text, sizeof(text) - 1, false);
	assert_int_equal(apply(false, value, set, &err), 0);
	assert_memory_equal(value, none, sizeof(none));
	assert_memory_equal(set, unset, sizeof(unset));
}

static void broken_files(void **state)
{
	u8 value[8 * ARRAY_SIZE(externs)], bytes[512];
	bool set[ARRAY_SIZE(externs)];
	char line[8192];
	struct lsk_err err;
	size_t sz, i;
	FILE *f;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "CONFIG_STR=\"", 12);
	write_file(line, sizeof(line), false);
	assert_int_equal(apply(false, value, set, &err), -E2BIG);
	/* a gzip file that ends early */
	for (i = 0; i < sizeof(line); i++)
		line[i] = i % 16 ? "0123456789abcdef"[(i * i / 7) % 16] : '\n';
	write_file(line, sizeof(line), true);
	f = fopen(path, "rb");
	assert_non_null(f);
	sz = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_true(sz > 100);
	write_file(bytes, 100, false);
	assert_int_equal(apply(false, value, set, &err), -EIO);
	assert_non_null(strstr(err.msg, "not readable as a kernel configuration"));
	unlink(path);
	assert_int_equal(apply(false, value, set, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value),
		cmocka_unit_test(strings),
		cmocka_unit_test(other_lines),
		cmocka_unit_test(broken_files),
	};
	int fd = mkstemp(path), ret;

	if (fd < 0)
		return 1;
	close(fd);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return ret;
}
