// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The packed form: what is written is what is read, in either byte order; broken files are refused with one
 * message, and neither the reader nor the runtime behind it touches what is not theirs. Files and blobs lie
 * before a page that can't be touched, and checksum and hash of a broken file are made right again: else
 * nothing but the checksum would be tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lskel/attach.h"
#include "../../lskel/desc.h"
#include "../../lskel/gen/gen.h"
#include "../../lskel/pack.h"
#include "../../lskel/runtime/runtime.h"
#include "../../lskel/runtime/struct_ops.h"
#include "../../lskel/pack_format.h"
#include "../../lskel/sha256.h"
#include "../../lskel/pack_read.h"

#include "progs.h"

static const char *const objects[] = { "globals",    "maps",	   "attach_tp",	    "struct_ops_link",
				       "kconfig",    "subprogs",   "tailcall_init", "optional",
				       "pin",	     "ksym_weak",  "attach_loader", "sized",
				       "attach_ext", "autocreate", "mapinmap" };

/* What a test works with. */
struct packed {
	struct object *obj;
	struct trace *tr;
	struct blob *blob;
	struct lskel_desc *desc;
	struct loader loop, stepper;
	u8 *data;
	size_t sz;
};

static void make(struct packed *k, const char *name, const char *ext)
{
	struct lsk_err err = {};
	char path[512];
	char *file;
	size_t sz;

	memset(k, 0, sizeof(*k));
	snprintf(path, sizeof(path), "%s/%s.%s", progs_dir(), name, ext);
	file = read_path(path, &sz);
	if (object_open(path, file, sz, name, &k->obj, &err) || trace_record(k->obj, &k->tr, &err) ||
	    pack_write(k->obj, k->tr, name, GEARS_AUTO, &k->data, &k->sz, &err))
		fail_msg("%s", err.msg);
	free(file);
	/* the tables once more: the chunk for the hash is in the trace by now */
	if (blob_emit(k->tr, &k->blob, &err) ||
	    loader_make(GEAR_LOOP, k->blob->big_endian, k->blob->area, &k->loop) ||
	    loader_make(GEAR_STEPPER, k->blob->big_endian, k->blob->area, &k->stepper) ||
	    desc_build(k->obj, k->tr, k->blob, &k->loop, &k->stepper, &k->desc, &err))
		fail_msg("%s", err.msg);
}

static void drop(struct packed *k)
{
	desc_free(k->desc);
	loader_free(&k->loop);
	loader_free(&k->stepper);
	blob_free(k->blob);
	trace_free(k->tr);
	object_free(k->obj);
	free(k->data);
}

static void same_text(const char *a, const char *b)
{
	if (!a != !b)
		fail_msg("'%s' became '%s'", a ? a : "(none)", b ? b : "(none)");
	if (a)
		assert_string_equal(a, b);
}

#define SAME(row, member) assert_int_equal(a->row[i].member, b->row[i].member)

static void same_desc(const struct lskel_desc *a, const struct lskel_desc *b)
{
	u32 i, users = 0;

	same_text(a->name, b->name);
	assert_int_equal(a->value_sz, b->value_sz);
	assert_int_equal(a->blob_sz, b->blob_sz);
	assert_int_equal(a->ops_off, b->ops_off);
	assert_int_equal(a->op_cnt, b->op_cnt);
	assert_int_equal(a->map_cnt, b->map_cnt);
	for (i = 0; i < a->map_cnt; i++) {
		same_text(a->maps[i].name, b->maps[i].name);
		SAME(maps, attr);
		SAME(maps, fd);
		SAME(maps, value);
		SAME(maps, value_sz);
		SAME(maps, flags);
	}
	assert_int_equal(a->prog_cnt, b->prog_cnt);
	for (i = 0; i < a->prog_cnt; i++) {
		same_text(a->progs[i].name, b->progs[i].name);
		SAME(progs, attr);
		SAME(progs, fd);
		SAME(progs, flags);
	}
	assert_int_equal(a->sym_cnt, b->sym_cnt);
	for (i = 0; i < a->sym_cnt; i++) {
		same_text(a->syms[i].what, b->syms[i].what);
		SAME(syms, first_user);
		SAME(syms, user_cnt);
		users += a->syms[i].user_cnt;
	}
	assert_memory_equal(a->users, b->users, users * sizeof(*a->users));
	assert_int_equal(a->span_cnt, b->span_cnt);
	assert_memory_equal(a->spans, b->spans, a->span_cnt * sizeof(*a->spans));
	assert_int_equal(a->size_cnt, b->size_cnt);
	assert_memory_equal(a->sizes, b->sizes, a->size_cnt * sizeof(*a->sizes));
	assert_int_equal(a->kconfig_cnt, b->kconfig_cnt);
	for (i = 0; i < a->kconfig_cnt; i++) {
		same_text(a->kconfigs[i].name, b->kconfigs[i].name);
		SAME(kconfigs, off);
		SAME(kconfigs, sz);
		SAME(kconfigs, flags);
	}
	assert_int_equal(a->target_cnt, b->target_cnt);
	for (i = 0; i < a->target_cnt; i++) {
		same_text(a->targets[i].func, b->targets[i].func);
		SAME(targets, prog);
		SAME(targets, flags);
	}
	assert_int_equal(!a->links, !b->links);
	assert_int_equal(!a->ops, !b->ops);
	for (i = 0; a->ops && i < a->ops->cnt; i++) {
		same_text(a->ops->rows[i].type, b->ops->rows[i].type);
		SAME(ops->rows, sz);
		SAME(ops->rows, map);
		SAME(ops->rows, flags);
		SAME(ops->rows, first_member);
		SAME(ops->rows, member_cnt);
		assert_memory_equal(a->ops->rows[i].data, b->ops->rows[i].data, a->ops->rows[i].sz);
	}
	for (i = 0; a->ops && i < a->ops->member_cnt; i++) {
		same_text(a->ops->members[i].name, b->ops->members[i].name);
		SAME(ops->members, off);
		SAME(ops->members, sz);
		SAME(ops->members, kind);
		SAME(ops->members, prog);
	}
	assert_memory_equal(a->stepper.insns, b->stepper.insns, a->stepper.insns_sz);
	if (b->loop.insns_sz)
		assert_memory_equal(a->loop.btf, b->loop.btf, a->loop.btf_sz);
}

static void check_round_trip(const char *name, const char *ext, int swapped)
{
	struct lskel_pack p;
	struct packed k;
	const char *more, *why;
	u32 i;

	make(&k, name, ext);
	why = lskel_pack_open(&p, k.data, k.sz, swapped, &more);
	if (why)
		fail_msg("%s: %s%s", name, why, more);
	assert_int_equal(p.swapped, swapped);
	same_desc(k.desc, &p.desc);
	for (i = 0; i < k.tr->prog_cnt; i++) {
		struct attach_how how = attach_how(&k.obj->funcs[k.tr->progs[i].func]);

		same_text(how.kind == AT_NONE ? NULL : how.func, p.attach[i].kind);
		same_text(how.target, p.attach[i].target);
		assert_int_equal(how.type, p.attach[i].type);
		assert_int_equal(how.flags, p.attach[i].flags);
		assert_int_equal(how.alone, !!(p.attach[i].how & LSKEL_HOW_ALONE));
	}
	lskel_pack_close(&p);
	if (swapped) {
		why = lskel_pack_open(&p, k.data, k.sz, 0, &more);
		assert_string_equal(why, "is for machines of the other byte order");
	}
	drop(&k);
}

static void pack_read_is_what_was_written(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		check_round_trip(objects[i], "bpf.o", 0);
}

/* The file for big-endian machines that tests.mk makes of one of the programs. */
static void pack_other_byte_order(void **state)
{
	(void)state;
	check_round_trip("globals", "be.o", 1);
}

static void sha256_known_answers(void **state)
{
	static const u8 abc[32] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
				    0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
				    0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	static const u8 two_blocks[4] = { 0x24, 0x8d, 0x6a, 0x61 };
	u8 hash[32];

	(void)state;
	lskel_sha256_of("abc", 3, hash);
	assert_memory_equal(hash, abc, sizeof(abc));
	lskel_sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hash);
	assert_memory_equal(hash, two_blocks, sizeof(two_blocks));
}

/*
 * @sz zeroed bytes that end where a page begins that can't be touched; 8-byte aligned if sz is a multiple of
 * 8.
 */
static u8 *fenced(size_t sz, size_t *mapped)
{
	size_t page = sysconf(_SC_PAGESIZE), room = (sz + page - 1) / page * page;
	u8 *p = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	assert_int_equal(mprotect(p + room, page, PROT_NONE), 0);
	*mapped = room + page;
	return p + room - sz;
}

static void unfence(u8 *p, size_t mapped)
{
	size_t page = sysconf(_SC_PAGESIZE);

	munmap((void *)((unsigned long)p / page * page), mapped);
}

/* Checksum and hash right again, where there is a place for them. */
static void seal(u8 *f, size_t sz)
{
	struct lskel_pack_hdr *hdr = (void *)f;
	struct lskel_hdr *blob;
	u32 at;

	if (sz < sizeof(*hdr) + 64)
		return;
	at = hdr->blob;
	if (at <= sz - 64 && at % 8 == 0) {
		blob = (void *)(f + at);
		if (blob->resv[2] < sz - at - 32)
			lskel_sha256_of(f, at, f + at + blob->resv[2]);
	}
	lskel_sha256_of(f, sz - 32, f + sz - 32);
}

/* What the runtime does with a file that was found good, as far as it needs no kernel. */
static void use(struct lskel_pack *p)
{
	const struct lskel_desc *d = &p->desc;
	struct bpf_map_desc *maps = calloc(d->map_cnt + 1, sizeof(*maps));
	struct bpf_prog_desc *progs = calloc(d->prog_cnt + 1, sizeof(*progs));
	struct lskel_ops *ops = calloc(p->ops.cnt + 1, sizeof(*ops));
	u8 *off = calloc(d->map_cnt + 1, 1);
	struct lskel_state state = {};
	struct lskel_desc desc = *d;
	struct lskel_io io = { .desc = &desc, .maps = maps, .progs = progs, .state = &state, .ops = ops };
	struct lskel_run run = { .err = -EPERM };
	size_t mapped;
	u8 *blob;
	u32 i;

	blob = fenced(d->value_sz, &mapped);
	memcpy(blob, d->blob, d->blob_sz);
	if (d->ops && !lskel_ops_open(&io))
		lskel_ops_free(&io);
	desc.ops = NULL; /* asks the kernel's BTF */
	for (i = 0; i < d->map_cnt; i++)
		off[i] = i % 2 ? LSKEL_OFF : LSKEL_ON;
	io.map_on = off;
	if (!lskel_patch(&io, blob))
		lskel_patch_given(&io, blob);
	for (i = 0; i < d->op_cnt; i += 7) {
		run.op = i;
		run.failed = *LSKEL_OP_AT(&desc, blob, i);
		lskel_fail_op(&io, &run);
	}
	/* lskel_unwind() would close descriptors; it goes where this goes */
	for (i = 0; i < d->op_cnt; i++)
		lskel_get32(blob, LSKEL_OP_AT(&desc, blob, i)->a);
	lskel_take_fds(&io, blob);
	unfence(blob, mapped);
	free(maps);
	free(progs);
	free(ops);
	free(off);
}

static u32 rnd(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Flips in the header and the tables mostly: the blob is the kernel's to judge. */
static void break_it(u8 *f, size_t sz, u32 *seed)
{
	u32 blob = ((struct lskel_pack_hdr *)f)->blob, flips = 1 + rnd(seed) % 3, i;
	static const u32 values[] = { 0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0xfffffff8 };

	for (i = 0; i < flips; i++) {
		u32 at = rnd(seed) % (rnd(seed) % 4 ? blob : sz);

		if (rnd(seed) % 2)
			f[at] ^= 1 << rnd(seed) % 8;
		else if (at / 4 * 4 + 4 <= sz)
			((u32 *)f)[at / 4] = values[rnd(seed) % ARRAY_SIZE(values)];
	}
}

static void pack_broken_files_are_refused(void **state)
{
	u32 seed = 1, tries, refused = 0, taken = 0;
	struct lskel_pack p;
	const char *more, *why;
	size_t i, mapped, sz;
	u8 *f;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		struct packed k;

		make(&k, objects[i], "bpf.o");
		f = fenced(k.sz, &mapped);
		for (tries = 0; tries < 800; tries++) {
			memcpy(f, k.data, k.sz);
			break_it(f, k.sz, &seed);
			if (tries % 8)
				seal(f, k.sz);
			why = lskel_pack_open(&p, f, k.sz, 0, &more);
			if (why)
				refused++;
			else
				taken++, use(&p);
			lskel_pack_close(&p);
			if (!(tries % 8) && memcmp(f, k.data, k.sz))
				assert_non_null(why); /* nothing broken has the right checksum */
		}
		unfence(f, mapped);
		for (sz = 0; sz < k.sz; sz += sz < 256 ? 1 : 61) {
			f = fenced(sz, &mapped);
			memcpy(f, k.data, sz);
			assert_non_null(lskel_pack_open(&p, f, sz, 0, &more));
			lskel_pack_close(&p);
			unfence(f, mapped);
		}
		drop(&k);
	}
	/* both ways must have been gone */
	assert_true(refused > 1000 && taken > 1000);
}

/* The same with the program, where there is no libc: one line, exit status 1. */
static void boot_broken_files_are_refused(void **state)
{
	char boot[512], path[] = "/tmp/lskel-pack-XXXXXX", errs[] = "/tmp/lskel-pack-XXXXXX", line[4096];
	const char *lskel = getenv("LSKEL");
	u32 seed = 7, tries, refused = 0;
	struct packed k;
	int status, err_fd;
	u8 *f;

	(void)state;
	snprintf(boot, sizeof(boot), "%s-boot", lskel ? lskel : "build/lskel");
	if (access(boot, X_OK))
		snprintf(boot, sizeof(boot), "build/lskel-boot");
	make(&k, "struct_ops_link", "bpf.o");
	close(mkstemp(path));
	err_fd = mkstemp(errs);
	f = malloc(k.sz);
	for (tries = 0; tries < 300; tries++) {
		size_t sz = tries % 5 == 4 ? rnd(&seed) % k.sz : k.sz;
		FILE *file = fopen(path, "wb");
		ssize_t n;

		memcpy(f, k.data, k.sz);
		if (tries) {
			break_it(f, k.sz, &seed);
			if (tries % 2)
				seal(f, k.sz);
		}
		assert_int_equal(fwrite(f, 1, sz, file), sz);
		fclose(file);
		assert_int_equal(ftruncate(err_fd, 0), 0);
		if (!fork()) {
			lseek(err_fd, 0, SEEK_SET);
			dup2(err_fd, 2);
			execl(boot, boot, "-n", path, NULL);
			_exit(99);
		}
		wait(&status);
		assert_true(WIFEXITED(status));
		n = pread(err_fd, line, sizeof(line) - 1, 0);
		line[n > 0 ? n : 0] = 0;
		if (!tries)
			assert_int_equal(WEXITSTATUS(status), 0);
		else if (WEXITSTATUS(status) != 0)
			refused++;
		assert_in_range(WEXITSTATUS(status), 0, 1);
		if (WEXITSTATUS(status)) {
			assert_int_equal(strncmp(line, "lskel-boot: ", 12), 0);
			assert_ptr_equal(strchr(line, '\n'), line + n - 1);
		} else {
			assert_int_equal(n, 0);
		}
	}
	assert_true(refused > 150);
	free(f);
	close(err_fd);
	unlink(path);
	unlink(errs);
	drop(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_known_answers),
		cmocka_unit_test(pack_read_is_what_was_written),
		cmocka_unit_test(pack_other_byte_order),
		cmocka_unit_test(pack_broken_files_are_refused),
		cmocka_unit_test(boot_broken_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
