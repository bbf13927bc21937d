// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Programs that the kernel refuses for what is in the attr, func_info, line_info, or refers to something that
 * is not there; links of the wrong type. The same is given to the model and, where BPF is permitted, to the
 * running kernel. What needs a kernel's types is tried on a small one of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <linux/bpf.h>
#include <cmocka.h>

#include "fake_target.h"
#include "sys_sides.h"

/* Types of the programs: ids as they are counted. */
enum { T_INT = 1, T_PROTO, T_MAIN, T_STATIC, T_GLOBAL };
static const u32 types[] = {
	1, BTF_KIND_INT << 24, 4, 32,            /* 1: int a */
	0, BTF_KIND_FUNC_PROTO << 24, 1,         /* 2: int () */
	1, BTF_KIND_FUNC << 24 | 1, 2,           /* 3: a, global */
	1, BTF_KIND_FUNC << 24 | 0, 2,           /* 4: a, static */
	1, BTF_KIND_FUNC << 24 | 1, 2,           /* 5: a, global */
};
static const char strings[] = "\0a";

struct kinsn { u8 code, regs; s16 off; s32 imm; };
#define I(code, dst, src, off, imm) { code, (u8)((dst) | (src) << 4), off, imm }
#define MOV0 I(0xb7, 0, 0, 0, 0)
#define EXIT I(0x95, 0, 0, 0, 0)
#define LD64(src, imm1, imm2) I(0x18, 1, src, 0, imm1), I(0, 0, 0, 0, imm2)
#define CALL(src, off, imm) I(0x85, 0, src, off, imm)

/* Descriptors in instructions and attrs: each side has its own. */
enum { FD_NONE, FD_BTF, FD_ARRAY, FD_HASH, FD_PROG, FD_CNT };
#define FD(n) (7000 + (n))

struct load {
	u32 type, flags, attach_type, btf, func_rec, func_cnt, line_rec, line_cnt, attach_id, attach_fd;
	u32 core_cnt, core_rec, fd_array, fd_cnt, level, log_sz;
	char name[16];
};

static const struct row {
	const char *name;
	int err;
	struct load l;
	struct kinsn insns[10];
	u32 cnt;
	u32 funcs[8], lines[16], cores[8];
} table[] = {
	{ "exit", 0, { 1 }, { MOV0, EXIT }, 2 },
	{ "no_insns", -E2BIG, { 1 }, { MOV0, EXIT }, 0 },
	{ "flags", -EINVAL, { 1, 1u << 20 }, { MOV0, EXIT }, 2 },
	{ "type_unknown", -EINVAL, { 999 }, { MOV0, EXIT }, 2 },
	{ "name", 0, { 1, .name = "a.b_C" }, { MOV0, EXIT }, 2 },
	{ "name_bad", -EINVAL, { 1, .name = "a-b" }, { MOV0, EXIT }, 2 },
	{ "name_no_end", -EINVAL, { 1, .name = "0123456789abcdef" }, { MOV0, EXIT }, 2 },
	{ "syscall_not_sleepable", -EINVAL, { 31 }, { MOV0, EXIT }, 2 },
	{ "syscall", 0, { 31, 16 }, { MOV0, EXIT }, 2 },
	{ "syscall_attach_type", -EINVAL, { 31, 16, 1 }, { MOV0, EXIT }, 2 },
	{ "socket_sleepable", -EINVAL, { 1, 16 }, { MOV0, EXIT }, 2 },
	{ "socket_attach_id", -EINVAL, { 1, .attach_id = 1 }, { MOV0, EXIT }, 2 },
	{ "socket_attach_fd", -EINVAL, { 1, .attach_fd = FD(FD_PROG) }, { MOV0, EXIT }, 2 },
	{ "tracing_without_id", -EINVAL, { 26, .attach_type = BPF_TRACE_FENTRY }, { MOV0, EXIT }, 2 },
	{ "tracing_id_too_large", -EINVAL, { 26, .attach_type = BPF_TRACE_FENTRY, .attach_id = 0x100000 },
	  { MOV0, EXIT }, 2 },
	{ "tracing_fd_is_a_map", -EINVAL, { 26, .attach_type = BPF_TRACE_FENTRY, .attach_id = 1,
	  .attach_fd = FD(FD_ARRAY) }, { MOV0, EXIT }, 2 },
	{ "tracing_fd_closed", -EINVAL, { 26, .attach_type = BPF_TRACE_FENTRY, .attach_id = 1,
	  .attach_fd = 9999 }, { MOV0, EXIT }, 2 },
	{ "tracing_fd_is_users_btf", NOTSUPP, { 26, .attach_type = BPF_TRACE_FENTRY, .attach_id = 1,
	  .attach_fd = FD(FD_BTF) }, { MOV0, EXIT }, 2 },
	{ "tracing_prog_without_btf", -EINVAL, { 26, .attach_type = BPF_TRACE_FENTRY, .attach_id = 1,
	  .attach_fd = FD(FD_PROG) }, { MOV0, EXIT }, 2 },
	{ "lsm_without_id", -EINVAL, { 29, .attach_type = BPF_LSM_MAC }, { MOV0, EXIT }, 2 },
	{ "ext_without_target", -EINVAL, { 28 }, { MOV0, EXIT }, 2 },
	{ "ext_attach_type", -EINVAL, { 28, .attach_type = 3 }, { MOV0, EXIT }, 2 },
	{ "struct_ops_without_id", NOTSUPP, { 27 }, { MOV0, EXIT }, 2 },
	{ "log_buffer_without_size", -EINVAL, { 1, .level = 1, .log_sz = 0x80000000 }, { MOV0, EXIT }, 2 },
	{ "ld64", 0, { 1 }, { LD64(0, 1, 2), MOV0, EXIT }, 4 },
	{ "ld64_cut", -EINVAL, { 1 }, { MOV0, I(0x18, 1, 0, 0, 0) }, 2 },
	{ "ld64_second_half_code", -EINVAL, { 1 }, { I(0x18, 1, 0, 0, 0), I(0xb7, 0, 0, 0, 0), MOV0, EXIT },
	  4 },
	{ "ld64_second_half_reg", -EINVAL, { 1 }, { I(0x18, 1, 0, 0, 0), I(0, 1, 0, 0, 0), MOV0, EXIT }, 4 },
	{ "ld64_off", -EINVAL, { 1 }, { I(0x18, 1, 0, 1, 0), I(0, 0, 0, 0, 0), MOV0, EXIT }, 4 },
	{ "ld64_src_9", -EINVAL, { 1 }, { LD64(9, 0, 0), MOV0, EXIT }, 4 },
	{ "map", 0, { 1 }, { LD64(1, FD(FD_HASH), 0), MOV0, EXIT }, 4 },
	{ "map_imm2", -EINVAL, { 1 }, { LD64(1, FD(FD_HASH), 1), MOV0, EXIT }, 4 },
	{ "map_closed", -EBADF, { 1 }, { LD64(1, 9999, 0), MOV0, EXIT }, 4 },
	{ "map_is_btf", -EINVAL, { 1 }, { LD64(1, FD(FD_BTF), 0), MOV0, EXIT }, 4 },
	{ "value", 0, { 1 }, { LD64(2, FD(FD_ARRAY), 7), MOV0, EXIT }, 4 },
	{ "value_beyond", -EINVAL, { 1 }, { LD64(2, FD(FD_ARRAY), 8), MOV0, EXIT }, 4 },
	{ "value_of_hash", -EINVAL, { 1 }, { LD64(2, FD(FD_HASH), 0), MOV0, EXIT }, 4 },
	{ "idx", 0, { 1, .fd_array = 1 }, { LD64(5, 1, 0), MOV0, EXIT }, 4 },
	{ "idx_imm2", -EINVAL, { 1, .fd_array = 1 }, { LD64(5, 1, 3), MOV0, EXIT }, 4 },
	{ "idx_value", 0, { 1, .fd_array = 1 }, { LD64(6, 0, 4), MOV0, EXIT }, 4 },
	{ "idx_value_beyond", -EINVAL, { 1, .fd_array = 1 }, { LD64(6, 0, 8), MOV0, EXIT }, 4 },
	{ "idx_no_array", -EPROTO, { 1 }, { LD64(5, 0, 0), MOV0, EXIT }, 4 },
	{ "idx_closed", -EBADF, { 1, .fd_array = 1 }, { LD64(5, 3, 0), MOV0, EXIT }, 4 },
	{ "idx_is_btf", -EINVAL, { 1, .fd_array = 1 }, { LD64(5, 2, 0), MOV0, EXIT }, 4 },
	{ "fd_array_at_nowhere", -EFAULT, { 1, .fd_array = 2 }, { LD64(5, 0, 0), MOV0, EXIT }, 4 },
	{ "call_reserved", -EINVAL, { 1 }, { CALL(0, 3, 7), MOV0, EXIT }, 3 },
	{ "call_src_9", -EINVAL, { 1 }, { CALL(9, 0, 7), MOV0, EXIT }, 3 },
	{ "subprog", 0, { 1 }, { CALL(1, 0, 1), EXIT, MOV0, EXIT }, 4 },
	{ "subprog_beyond", -EINVAL, { 1 }, { CALL(1, 0, 100), EXIT, MOV0, EXIT }, 4 },
	{ "subprog_before", -EINVAL, { 1 }, { CALL(1, 0, -100), EXIT, MOV0, EXIT }, 4 },
	{ "func_without_info", -EINVAL, { 1 }, { LD64(4, 3, 0), MOV0, EXIT, MOV0, EXIT }, 6 },
	{ "info", 0, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1 }, { MOV0, EXIT }, 2,
	  { 0, T_MAIN } },
	{ "info_long", 0, { 1, .btf = FD(FD_BTF), .func_rec = 16, .func_cnt = 1 }, { MOV0, EXIT }, 2,
	  { 0, T_MAIN } },
	{ "info_long_with_more", -E2BIG, { 1, .btf = FD(FD_BTF), .func_rec = 16, .func_cnt = 1 },
	  { MOV0, EXIT }, 2, { 0, T_MAIN, 0, 1 } },
	{ "info_short", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 4, .func_cnt = 1 }, { MOV0, EXIT }, 2,
	  { 0, T_MAIN } },
	{ "info_odd", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 10, .func_cnt = 1 }, { MOV0, EXIT }, 2,
	  { 0, T_MAIN } },
	{ "info_too_long", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 256, .func_cnt = 1 }, { MOV0, EXIT },
	  2, { 0, T_MAIN } },
	{ "info_first_not_0", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1 }, { MOV0, EXIT },
	  2, { 1, T_MAIN } },
	{ "info_not_a_func", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1 }, { MOV0, EXIT },
	  2, { 0, T_INT } },
	{ "info_no_type", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1 }, { MOV0, EXIT }, 2,
	  { 0, 99 } },
	{ "info_too_many", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 2 }, { MOV0, EXIT }, 2,
	  { 0, T_MAIN, 1, T_STATIC } },
	{ "info_too_few", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1 },
	  { CALL(1, 0, 1), EXIT, MOV0, EXIT }, 4, { 0, T_MAIN } },
	{ "info_of_two", 0, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 2 },
	  { CALL(1, 0, 1), EXIT, MOV0, EXIT }, 4, { 0, T_MAIN, 2, T_STATIC } },
	{ "info_elsewhere", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 2 },
	  { CALL(1, 0, 1), EXIT, MOV0, EXIT }, 4, { 0, T_MAIN, 3, T_STATIC } },
	{ "info_not_rising", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 2 },
	  { CALL(1, 0, 1), EXIT, MOV0, EXIT }, 4, { 0, T_MAIN, 0, T_STATIC } },
	{ "info_btf_closed", -EBADF, { 1, .btf = 9999, .func_rec = 8, .func_cnt = 1 }, { MOV0, EXIT }, 2,
	  { 0, T_MAIN } },
	{ "info_btf_is_a_map", -EINVAL, { 1, .btf = FD(FD_ARRAY), .func_rec = 8, .func_cnt = 1 },
	  { MOV0, EXIT }, 2, { 0, T_MAIN } },
	{ "btf_without_info", 0, { 1, .btf = 9999 }, { MOV0, EXIT }, 2 },
	{ "callback_global", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 2 },
	  { LD64(4, 3, 0), MOV0, EXIT, MOV0, EXIT }, 6, { 0, T_MAIN, 4, T_GLOBAL } },
	{ "callback", 0, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 2 },
	  { LD64(4, 3, 0), MOV0, EXIT, MOV0, EXIT }, 6, { 0, T_MAIN, 4, T_STATIC } },
	{ "lines", 0, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 1 }, { MOV0, EXIT }, 2,
	  .lines = { 0, 1, 1, 1 } },
	{ "lines_not_at_start", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 1 },
	  { MOV0, EXIT }, 2, .lines = { 1, 1, 1, 1 } },
	{ "lines_beyond", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 2 }, { MOV0, EXIT }, 2,
	  .lines = { 0, 1, 1, 1, 2, 1, 1, 1 } },
	{ "lines_not_rising", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 2 },
	  { MOV0, EXIT }, 2, .lines = { 0, 1, 1, 1, 0, 1, 1, 1 } },
	{ "lines_inside_ld64", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 2 },
	  { LD64(0, 1, 2), MOV0, EXIT }, 4, .lines = { 0, 1, 1, 1, 1, 1, 1, 1 } },
	{ "lines_no_string", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 1 }, { MOV0, EXIT },
	  2, .lines = { 0, 99, 1, 1 } },
	{ "lines_short", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 12, .line_cnt = 1 }, { MOV0, EXIT }, 2,
	  .lines = { 0, 1, 1, 1 } },
	{ "lines_not_of_subprog", -EINVAL, { 1, .btf = FD(FD_BTF), .line_rec = 16, .line_cnt = 1 },
	  { CALL(1, 0, 1), EXIT, MOV0, EXIT }, 4, .lines = { 0, 1, 1, 1 } },
	{ "core_odd_record", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1, .core_cnt = 1,
	  .core_rec = 12 }, { MOV0, EXIT }, 2, { 0, T_MAIN } },
	{ "core_inside_insn", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1, .core_cnt = 1,
	  .core_rec = 16 }, { MOV0, EXIT }, 2, { 0, T_MAIN }, .cores = { 4, 1, 1, 0 } },
	{ "core_beyond", -EINVAL, { 1, .btf = FD(FD_BTF), .func_rec = 8, .func_cnt = 1, .core_cnt = 1,
	  .core_rec = 16 }, { MOV0, EXIT }, 2, { 0, T_MAIN }, .cores = { 16, 1, 1, 0 } },
};

static struct target_btf kernel_btf = { .name = "vmlinux", .first_id = 1 };
static struct target target = {
	.name = "test", .page_size = 4096, .cpu_cnt = 2, .btfs = &kernel_btf, .btf_cnt = 1
};
static struct side sides[2];

static u32 side_fd(u32 side, u32 v)
{
	return v > FD(0) && v < FD(FD_CNT) ? (u32)sides[side].fds[v - FD(0)] : v;
}

static void put(u8 *attr, u32 off, u32 v)
{
	memcpy(attr + off, &v, 4);
}

static void put_ptr(u8 *attr, u32 off, const void *p)
{
	const u64 v = (u64)(uintptr_t)p;

	memcpy(attr + off, &v, 8);
}

static long prog_load(u32 side, const struct row *r)
{
	static u8 funcs[1024], lines[1024];
	const u32 array[4] = { (u32)sides[side].fds[FD_ARRAY], (u32)sides[side].fds[FD_HASH],
			       (u32)sides[side].fds[FD_BTF], 9999 };
	static char log[4096];
	struct kinsn insns[10];
	u8 attr[168] = {};
	u32 i;

	memcpy(insns, r->insns, sizeof(insns));
	for (i = 0; i < r->cnt; i++)
		insns[i].imm = (s32)side_fd(side, (u32)insns[i].imm);
	put(attr, 0, r->l.type);
	put(attr, 4, r->cnt);
	put_ptr(attr, 8, insns);
	put_ptr(attr, 16, "GPL");
	if (r->l.level) {
		put(attr, 24, r->l.level);
		put(attr, 28, r->l.log_sz);
		put_ptr(attr, 32, log);
	}
	put(attr, 44, r->l.flags);
	memcpy(attr + 48, r->l.name, 16);
	put(attr, 68, r->l.attach_type);
	put(attr, 72, side_fd(side, r->l.btf));
	memset(funcs, 0, sizeof(funcs));
	memcpy(funcs, r->funcs, sizeof(r->funcs));
	memcpy(lines, r->lines, sizeof(r->lines));
	if (r->l.func_cnt) {
		put(attr, 76, r->l.func_rec);
		put_ptr(attr, 80, funcs);
		put(attr, 88, r->l.func_cnt);
	}
	if (r->l.line_cnt) {
		put(attr, 92, r->l.line_rec);
		put_ptr(attr, 96, lines);
		put(attr, 104, r->l.line_cnt);
	}
	put(attr, 108, r->l.attach_id);
	put(attr, 112, side_fd(side, r->l.attach_fd));
	put(attr, 116, r->l.core_cnt);
	if (r->l.fd_array)
		put_ptr(attr, 120, r->l.fd_array == 1 ? (const void *)array : (const void *)8);
	if (r->l.core_cnt)
		put_ptr(attr, 128, r->cores);
	put(attr, 136, r->l.core_rec);
	return side_bpf(&sides[side], BPF_PROG_LOAD, attr, 140);
}

/* A kernel with little in it. */
static struct btf *make_kernel(void)
{
	struct btf *btf = btf__new_empty();
	const int num = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	const int proto = btf__add_func_proto(btf, num);
	const int ptr = btf__add_ptr(btf, proto);
	int data;

	btf__add_func(btf, "do_work", BTF_FUNC_GLOBAL, proto);
	btf__add_func(btf, "inlined", BTF_FUNC_GLOBAL, proto);
	btf__add_typedef(btf, "btf_trace_tick", ptr);
	btf__add_typedef(btf, "other_typedef", ptr);
	btf__add_func(btf, "bpf_lsm_file_open", BTF_FUNC_GLOBAL, proto);
	btf__add_func(btf, "bpf_iter_task", BTF_FUNC_GLOBAL, proto);
	btf__add_var(btf, "runqueue", BTF_VAR_GLOBAL_ALLOCATED, num);
	btf__add_var(btf, "gone", BTF_VAR_GLOBAL_ALLOCATED, num);
	data = btf__add_struct(btf, "some_ops", 16);
	btf__add_field(btf, "call", ptr, 0, 0);
	btf__add_field(btf, "num", num, 64, 0);
	btf__add_struct(btf, "bpf_struct_ops_some_ops", 128);
	btf__add_field(btf, "data", data, 512, 0);
	btf__add_struct(btf, "task", 8);
	btf__add_field(btf, "pad", num, 0, 0);
	btf__add_field(btf, "pid", num, 32, 0);
	return btf;
}

static int set_up(void **state)
{
	static struct {
		u16 magic;
		u8 version, flags;
		u32 hdr_len, type_off, type_len, str_off, str_len;
	} hdr = { 0xeb9f, 1, 0, 24, 0, sizeof(types), sizeof(types), sizeof(strings) };
	static u8 raw[512];
	u32 i;

	(void)state;
	memcpy(raw, &hdr, sizeof(hdr));
	memcpy(raw + sizeof(hdr), types, sizeof(types));
	memcpy(raw + sizeof(hdr) + sizeof(types), strings, sizeof(strings));
	target.version = model_release();
	kernel_btf.btf = make_kernel();
	sides[0].m = model_new(&target);
	for (i = 0; i < 2; i++) {
		struct {
			u64 btf, log;
			u32 sz, log_sz, level;
		} attr = { (u64)(uintptr_t)raw, 0, 24 + sizeof(types) + sizeof(strings) };
		u32 array[16] = { 2, 4, 8, 1 }, hash[16] = { 1, 4, 8, 4 };

		sides[i].fds[FD_BTF] = (int)side_bpf(&sides[i], BPF_BTF_LOAD, &attr, 28);
		sides[i].fds[FD_ARRAY] = (int)side_bpf(&sides[i], BPF_MAP_CREATE, array, 64);
		sides[i].fds[FD_HASH] = (int)side_bpf(&sides[i], BPF_MAP_CREATE, hash, 64);
		sides[i].fds[FD_PROG] = (int)prog_load(i, &table[0]);
		sides[i].may = sides[i].fds[FD_BTF] > 0 && sides[i].fds[FD_PROG] > 0 &&
			       (!i || host_version() >= FLOOR);
	}
	if (!sides[0].may)
		print_message("%s\n", sides[0].m->err.msg);
	return sides[0].may ? 0 : -1;
}

static int tear_down(void **state)
{
	u32 i, j, left;

	(void)state;
	for (i = 0; i < 2; i++)
		for (j = 1; j < FD_CNT; j++)
			side_close(&sides[i], sides[i].fds[j]);
	left = model_open_fds(sides[0].m, NULL, 0);
	model_free(sides[0].m);
	btf__free(kernel_btf.btf);
	return left ? -1 : 0;
}

static void programs_as_the_kernel_takes_them(void **state)
{
	u32 i, compared = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		long model, kernel;

		model = prog_load(0, &table[i]);
		side_close(&sides[0], model);
		if ((model > 0 ? 0 : model) != table[i].err)
			fail_msg("%s: %ld (%s), not %d", table[i].name, model, sides[0].m->err.msg,
				 table[i].err);
		if (!sides[1].may)
			continue;
		kernel = prog_load(1, &table[i]);
		side_close(&sides[1], kernel);
		if (kernel == -EPERM) /* a kernel, or a user, that may not do this */
			continue;
		if ((kernel > 0 ? 0 : kernel) != table[i].err)
			fail_msg("%s: the kernel says %ld, not %d", table[i].name, kernel, table[i].err);
		compared++;
	}
	print_message("# %zu cases, %u compared with the kernel\n", ARRAY_SIZE(table), compared);
}

/* Every type with every expected attach type. */
static void attach_types_as_the_kernel_takes_them(void **state)
{
	u32 type, attach, fine = 0, compared = 0;

	(void)state;
	if (!sides[1].may)
		skip();
	for (type = 1; type <= 32; type++) {
		/* of these it depends on the configuration whether they are there */
		const struct row is_there = {
			"", 0, { type, .attach_type = type == 32 ? 45 : 0 }, { I(0xb7, 0, 0, 0, 1), EXIT }, 2
		};

		if (type == BPF_PROG_TYPE_LIRC_MODE2 || type == 32) {
			const long fd = prog_load(1, &is_there);

			side_close(&sides[1], fd);
			fake_no_prog_types |= fd < 0 ? 1ull << type : 0;
		}
		for (attach = 0; attach < 58; attach++) {
			struct row r = { "", 0, { type, .attach_type = attach }, { MOV0, EXIT }, 2 };
			long model, kernel;

			/* returning 0 is what these may not do, which is the verifier's affair */
			if (type == BPF_PROG_TYPE_CGROUP_SOCK_ADDR || type == 32)
				r.insns[0].imm = 1;
			model = prog_load(0, &r);
			kernel = prog_load(1, &r);
			side_close(&sides[0], model);
			side_close(&sides[1], kernel);
			if (kernel == -EPERM)
				continue;
			if ((model > 0 ? 0 : model) != (kernel > 0 ? 0 : kernel))
				fail_msg("type %u, attach type %u: kernel %ld, we %ld (%s)", type, attach,
					 kernel, model, sides[0].m->err.msg);
			fine += kernel > 0;
			compared++;
		}
	}
	fake_no_prog_types = 0;
	print_message("# %u pairs compared with the kernel, %u of them are taken\n", compared, fine);
	assert_true(fine > 500);
}

/* Links without a target: which types of programs have them, and that a target is missed. */
static void link_types_as_the_kernel_takes_them(void **state)
{
	static const u32 progs[] = { BPF_PROG_TYPE_SOCKET_FILTER,  BPF_PROG_TYPE_SCHED_ACT,
				     BPF_PROG_TYPE_SYSCALL,	   BPF_PROG_TYPE_CGROUP_SKB,
				     BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_PROG_TYPE_PERF_EVENT,
				     BPF_PROG_TYPE_TRACEPOINT,	   BPF_PROG_TYPE_RAW_TRACEPOINT,
				     BPF_PROG_TYPE_LWT_IN };
	u32 i, attach, compared = 0;

	(void)state;
	if (!sides[1].may)
		skip();
	for (i = 0; i < ARRAY_SIZE(progs); i++) {
		const struct row r = {
			"", 0, { progs[i], progs[i] == BPF_PROG_TYPE_SYSCALL ? 16 : 0 }, { MOV0, EXIT }, 2
		};
		const long model = prog_load(0, &r), kernel = prog_load(1, &r);

		assert_true(model > 0 && kernel > 0);
		for (attach = 0; attach < 58; attach++) {
			u32 a[16] = { (u32)model, 9999, attach }, b[16] = { (u32)kernel, 9999, attach };
			const long x = side_bpf(&sides[0], BPF_LINK_CREATE, a, 16),
				   y = side_bpf(&sides[1], BPF_LINK_CREATE, b, 16);

			if (attach == 44) /* struct_ops: a map */
				continue;
			side_close(&sides[0], x);
			side_close(&sides[1], y);
			if ((x > 0 ? 0 : x) != (y > 0 ? 0 : y))
				fail_msg("type %u as %u: kernel %ld, we %ld (%s)", progs[i], attach, y, x,
					 sides[0].m->err.msg);
			compared++;
		}
		side_close(&sides[0], model);
		side_close(&sides[1], kernel);
	}
	print_message("# %u pairs compared with the kernel\n", compared);
}

/* What refers to the kernel's types. */
static const struct target_row {
	const char *name;
	int err;
	u32 version; /* 0: the host's */
	u32 type, flags, attach_type;
	const char *attach; /* name in the kernel's BTF */
	u32 attach_kind;
	const char *ksym;   /* NULL: no instruction */
	u32 ksym_kind;
	const char *msg;
} target_rows[] = {
	{ "fentry", 0, 0, 26, 0, BPF_TRACE_FENTRY, "do_work", BTF_KIND_FUNC },
	{ "fentry_of_inlined", -ENOENT, 0, 26, 0, BPF_TRACE_FENTRY, "inlined", BTF_KIND_FUNC,
	  .msg = "attach target 'inlined' has no address" },
	{ "fentry_of_typedef", -EINVAL, 0, 26, 0, BPF_TRACE_FENTRY, "other_typedef", BTF_KIND_TYPEDEF,
	  .msg = "is no function" },
	{ "fentry_sleepable", 0, 0, 26, 16, BPF_TRACE_FENTRY, "do_work", BTF_KIND_FUNC },
	{ "tp_btf", 0, 0, 26, 0, BPF_TRACE_RAW_TP, "btf_trace_tick", BTF_KIND_TYPEDEF },
	{ "tp_btf_of_other", -EINVAL, 0, 26, 0, BPF_TRACE_RAW_TP, "other_typedef", BTF_KIND_TYPEDEF,
	  .msg = "is no tracepoint" },
	{ "tp_btf_of_func", -EINVAL, 0, 26, 0, BPF_TRACE_RAW_TP, "do_work", BTF_KIND_FUNC,
	  .msg = "is no tracepoint" },
	{ "tp_btf_sleepable", -EINVAL, KVER(6, 1), 26, 16, BPF_TRACE_RAW_TP, "btf_trace_tick",
	  BTF_KIND_TYPEDEF, .msg = "can't be sleepable" },
	{ "lsm", 0, 0, 29, 0, BPF_LSM_MAC, "bpf_lsm_file_open", BTF_KIND_FUNC },
	{ "lsm_of_func", -EINVAL, 0, 29, 0, BPF_LSM_MAC, "do_work", BTF_KIND_FUNC, .msg = "is no LSM hook" },
	{ "iter", 0, 0, 26, 0, BPF_TRACE_ITER, "bpf_iter_task", BTF_KIND_FUNC },
	{ "struct_ops", 0, 0, 27, 0, 0, "some_ops", BTF_KIND_STRUCT },
	{ "struct_ops_member_no_func", -EINVAL, 0, 27, 0, 1, "some_ops", BTF_KIND_STRUCT,
	  .msg = "member 'num' of struct some_ops is no function" },
	{ "struct_ops_member_beyond", -EINVAL, 0, 27, 0, 2, "some_ops", BTF_KIND_STRUCT,
	  .msg = "has no member 2" },
	{ "struct_ops_of_none", -524, 0, 27, 0, 0, "task", BTF_KIND_STRUCT,
	  .msg = "is no struct of operations" },
	{ "ksym_var", 0, 0, 1, .ksym = "runqueue", .ksym_kind = BTF_KIND_VAR },
	{ "ksym_var_gone", -ENOENT, 0, 1, .ksym = "gone", .ksym_kind = BTF_KIND_VAR,
	  .msg = "insn 0: ksym 'gone' has no address" },
	{ "ksym_func", 0, KVER(6, 4), 1, .ksym = "do_work", .ksym_kind = BTF_KIND_FUNC },
	{ "ksym_func_6_1", -EINVAL, KVER(6, 1), 1, .ksym = "do_work", .ksym_kind = BTF_KIND_FUNC,
	  .msg = "is no variable" },
	{ "ksym_struct", -EINVAL, 0, 1, .ksym = "task", .ksym_kind = BTF_KIND_STRUCT,
	  .msg = "is no variable" },
};

static void what_the_kernel_has(void **state)
{
	static const char *const symbols[] = { "do_work", "bpf_lsm_file_open", "bpf_iter_task", "runqueue",
					       NULL };
	const u32 host = target.version;
	u32 i;

	(void)state;
	fake_symbols = symbols;
	for (i = 0; i < ARRAY_SIZE(target_rows); i++) {
		const struct target_row *t = &target_rows[i];
		struct row r = { t->name, 0, { t->type, t->flags, t->attach_type }, { MOV0, EXIT }, 2 };
		long ret;

		if (t->attach)
			r.l.attach_id =
				(u32)btf__find_by_name_kind(kernel_btf.btf, t->attach, t->attach_kind);
		if (t->ksym) {
			const struct kinsn ld[] = {
				LD64(3, btf__find_by_name_kind(kernel_btf.btf, t->ksym, t->ksym_kind), 0),
				MOV0, EXIT
			};

			memcpy(r.insns, ld, sizeof(ld));
			r.cnt = 4;
		}
		target.version = t->version ?: host;
		ret = prog_load(0, &r);
		side_close(&sides[0], ret);
		if ((ret > 0 ? 0 : ret) != t->err || (t->msg && !strstr(sides[0].m->err.msg, t->msg)))
			fail_msg("%s: %ld (%s), not %d (%s)", t->name, ret, sides[0].m->err.msg, t->err,
				 t->msg ?: "");
	}
	target.version = host;
	fake_symbols = NULL;
}

/* CO-RE is applied to what is loaded, as the kernel does it. */
static void core_is_applied(void **state)
{
	struct model *m = sides[0].m;
	struct btf *own = btf__new_empty();
	const int num = btf__add_int(own, "int", 4, BTF_INT_SIGNED);
	const int proto = btf__add_func_proto(own, num),
		  func = btf__add_func(own, "main", BTF_FUNC_GLOBAL, proto);
	const int task = btf__add_struct(own, "task", 4);
	struct { u64 btf, log; u32 sz, log_sz, level; } attr = {};
	struct row r = { "",
			 0,
			 { 1, .func_rec = 8, .func_cnt = 1, .core_cnt = 1, .core_rec = 16 },
			 { I(0xb7, 0, 0, 0, 0), EXIT },
			 2 };
	long btf_fd, fd;
	u32 raw_sz;

	(void)state;
	btf__add_field(own, "pid", num, 0, 0);
	r.funcs[1] = (u32)func;
	r.cores[1] = (u32)task;
	r.cores[2] = (u32)btf__add_str(own, "0:0");
	attr.btf = (u64)(uintptr_t)btf__raw_data(own, &raw_sz);
	attr.sz = raw_sz;
	btf_fd = model_bpf(m, BPF_BTF_LOAD, &attr, 28);
	r.l.btf = (u32)btf_fd;
	fd = prog_load(0, &r);
	if (fd <= 0)
		fail_msg("%ld: %s", fd, m->err.msg);
	assert_int_equal(model_prog(m, (int)fd)->insns[0].imm, 4); /* where the kernel has it */
	side_close(&sides[0], fd);
	r.cores[2] = 99;
	fd = prog_load(0, &r);
	assert_int_equal(fd, -EINVAL);
	side_close(&sides[0], btf_fd);
	btf__free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_as_the_kernel_takes_them),
		cmocka_unit_test(attach_types_as_the_kernel_takes_them),
		cmocka_unit_test(link_types_as_the_kernel_takes_them),
		cmocka_unit_test(what_the_kernel_has),
		cmocka_unit_test(core_is_applied),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
