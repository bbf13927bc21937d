// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The recorder on objects made by hand: which operations, in which order, for which programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include <linux/bpf.h>

#include "../../gen_loader/emit/emit.h"
#include "../../gen_loader/trace/explain.h"
#include "../../gen_loader/trace/link.h"

#define LD_IMM64 (BPF_LD | BPF_IMM | BPF_DW)
#define CALL (BPF_JMP | BPF_CALL)
#define EXIT (BPF_JMP | BPF_EXIT)

static const struct sec_def socket_def = { "socket", BPF_PROG_TYPE_SOCKET_FILTER, 0, 0 };
static const struct sec_def fentry_def = { "fentry", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, SEC_ATTACH_BTF };

/* Four instructions that can refer to something at 0 (two slots) and 2. */
#define BODY { { .code = LD_IMM64, .dst = 1 }, {}, { .code = CALL }, { .code = EXIT } }

static struct insn bodies[4][4] = { BODY, BODY, BODY, BODY };

#define FUNC(n, relo_arr, relo_n, ...)                                                                              \
	{ .name = (char *)#n, .sec_name = (char *)"socket", .is_prog = true, .autoload = true, .def = &socket_def,  \
	  .insns = NULL, .insn_cnt = 4, .relos = relo_arr, .relo_cnt = relo_n, .exception_cb = -1, ##__VA_ARGS__ }

static char *explain(const struct object *obj)
{
	struct lsk_err err = {};
	struct trace *tr = NULL;
	char *text = NULL;
	size_t len;
	FILE *f;

	if (trace_record(obj, &tr, &err)) {
		assert_true(err.msg[0]);
		return strdup(err.msg);
	}
	f = open_memstream(&text, &len);
	trace_explain(obj, tr, f);
	fclose(f);
	trace_free(tr);
	return text;
}

static void expect(struct object *obj, const char *want)
{
	char *got;
	u32 i;

	obj->name = (char *)"obj";
	obj->path = (char *)"obj.o";
	obj->license = (char *)"GPL";
	for (i = 0; i < obj->func_cnt; i++)
		obj->funcs[i].insns = bodies[i];
	got = explain(obj);
	if (strcmp(got, want))
		print_error("got:\n%s\n", got);
	assert_string_equal(got, want);
	free(got);
}

static void map_by_index(void **state)
{
	struct obj_map map = { .name = (char *)"m", .kernel_name = "m", .kind = MAP_BTF, .type = BPF_MAP_TYPE_ARRAY,
			       .key_size = 4, .value_size = 8, .max_entries = 1 };
	struct obj_relo relos[] = { { .insn = 0, .kind = RELO_MAP, .ref = 0 } };
	struct obj_func func = FUNC(p, relos, 1);
	struct object obj = { .maps = &map, .map_cnt = 1, .funcs = &func, .func_cnt = 1 };

	(void)state;
	expect(&obj, "map 'm'\n"
		     "     0  map 'm'.fd = BPF_MAP_CREATE array key 4 value 8 entries 1 flags 0x0\n"
		     "prog 'p'\n"
		     "     1  prog 'p'.insns = &prog 'p'.insns\n"
		     "     2  prog 'p'.license = &\"GPL\"\n"
		     "     3  prog 'p'.fd_array = &fd_array\n"
		     "     4  prog 'p'.fd = BPF_PROG_LOAD socket_filter, 4 insns\n"
		     "end\n"
		     "     5  header.err = 0\n"
		     "     6  header.magic = 0  (errors go here)\n"
		     "     7  close prog 'p'.fd after a failure\n"
		     "     8  close map 'm'.fd after a failure\n");
}

/* Two programs and two instructions, one look-up; a weak one is a value, a strong one an error. */
static void ksym_once(void **state)
{
	struct obj_extern ext[] = { { .name = (char *)"strong", .kind = EXT_KSYM },
				    { .name = (char *)"weak", .kind = EXT_KSYM, .weak = true } };
	struct obj_relo a[] = { { .insn = 0, .kind = RELO_KSYM, .ref = 0 } };
	struct obj_relo b[] = { { .insn = 0, .kind = RELO_KSYM, .ref = 0 } };
	struct obj_relo c[] = { { .insn = 0, .kind = RELO_KSYM, .ref = 1 } };
	struct obj_func funcs[] = { FUNC(a, a, 1), FUNC(b, b, 1), FUNC(c, c, 1) };
	struct object obj = { .externs = ext, .extern_cnt = 2, .funcs = funcs, .func_cnt = 3 };
	char *got;

	(void)state;
	obj.name = obj.path = obj.license = (char *)"x";
	for (int i = 0; i < 3; i++)
		funcs[i].insns = bodies[i];
	got = explain(&obj);
	assert_non_null(strstr(got, "ksym 'strong'\n"
				    "     0  ksym 'strong'.lo = address of \"strong\"\n"
				    "     1  prog 'a'.insn[0].imm = ksym 'strong'.lo\n"
				    "     2  prog 'a'.insn[1].imm = ksym 'strong'.hi\n"
				    "     3  prog 'b'.insn[0].imm = ksym 'strong'.lo\n"
				    "     4  prog 'b'.insn[1].imm = ksym 'strong'.hi\n"
				    "ksym 'weak'\n"
				    "     5  ksym 'weak'.lo = address of \"weak\"; may fail\n"
				    "     6  prog 'c'.insn[0].imm = ksym 'weak'.lo\n"
				    "     7  prog 'c'.insn[1].imm = ksym 'weak'.hi\n"
				    "prog 'a'\n"));
	free(got);
}

/* A kfunc may turn out to be a module's: then off is the index of its BTF fd, which is never 0. */
static void kfunc_of_a_module(void **state)
{
	struct obj_extern ext = { .name = (char *)"kf___flavor", .kind = EXT_FUNC, .weak = true };
	struct obj_relo relos[] = { { .insn = 2, .kind = RELO_KFUNC, .ref = 0 } };
	struct obj_func func = FUNC(p, relos, 1);
	struct object obj = { .externs = &ext, .extern_cnt = 1, .funcs = &func, .func_cnt = 1 };
	u32 id_word = 2, fd_idx = 3; /* little-endian: id first, both behind the two reserved slots */
	char want[2000];

	(void)state;
	snprintf(want, sizeof(want),
		 "kfunc 'kf'\n"
		 "     0  kfunc 'kf'.id = BTF id of \"kf\", kind 12; on failure jump to 4\n"
		 "     1  prog 'p'.insn[2].imm = kfunc 'kf'.id\n"
		 "     2  if kfunc 'kf'.btf_fd < 1 jump to 4\n"
		 "     3  prog 'p'.insn[2].code = 0x%x\n"
		 "prog 'p'\n"
		 "     4  prog 'p'.insns = &prog 'p'.insns\n"
		 "     5  prog 'p'.license = &\"GPL\"\n"
		 "     6  prog 'p'.fd_array = &fd_array\n"
		 "     7  prog 'p'.fd = BPF_PROG_LOAD socket_filter, 4 insns\n"
		 "end\n"
		 "     8  header.err = 0\n"
		 "     9  header.magic = 0  (errors go here)\n"
		 "    10  close prog 'p'.fd after a failure\n"
		 "    11  close kfunc 'kf'.btf_fd\n",
		 CALL | BPF_PSEUDO_KFUNC_CALL << 12 | fd_idx << 16);
	assert_int_equal(id_word + 1, fd_idx);
	expect(&obj, want);
}

/* What is switched off starts with a guard, and so does the look-up that only it needs. */
static void off_by_default(void **state)
{
	struct obj_extern ext = { .name = (char *)"sym", .kind = EXT_KSYM };
	struct obj_relo relos[] = { { .insn = 0, .kind = RELO_KSYM, .ref = 0 } };
	struct obj_func func = FUNC(p, relos, 1);
	struct object obj = { .externs = &ext, .extern_cnt = 1, .funcs = &func, .func_cnt = 1 };

	(void)state;
	func.autoload = false;
	expect(&obj, "ksym 'sym'\n"
		     "     0  jump to 4\n"
		     "     1  ksym 'sym'.lo = address of \"sym\"\n"
		     "     2  prog 'p'.insn[0].imm = ksym 'sym'.lo\n"
		     "     3  prog 'p'.insn[1].imm = ksym 'sym'.hi\n"
		     "prog 'p'\n"
		     "     4  jump to 8\n"
		     "     5  prog 'p'.insns = &prog 'p'.insns\n"
		     "     6  prog 'p'.license = &\"GPL\"\n"
		     "     7  prog 'p'.fd = BPF_PROG_LOAD socket_filter, 4 insns\n"
		     "end\n"
		     "     8  header.err = 0\n"
		     "     9  header.magic = 0  (errors go here)\n"
		     "    10  close prog 'p'.fd after a failure\n");
}

/* "mod:func" must not settle for a function of that name in vmlinux. */
static void attach_target_in_module(void **state)
{
	struct obj_func func = FUNC(p, NULL, 0);
	struct object obj = { .funcs = &func, .func_cnt = 1 };
	char *got;

	(void)state;
	func.def = &fentry_def;
	func.insns = bodies[0];
	func.sec_name = (char *)"fentry/mod:func";
	func.attach_target = (char *)"mod:func";
	obj.name = obj.path = obj.license = (char *)"x";
	got = explain(&obj);
	assert_non_null(strstr(got, "attach target 'mod:func'\n"
				    "     0  attach target 'mod:func'.id = BTF id of \"func\", kind 12\n"
				    "     1  if attach target 'mod:func'.btf_fd < 1 jump to 3\n"
				    "     2  jump to 4\n"
				    "     3  attach target 'mod:func'.lo = BTF id of \"attach target 'mod:func'\", kind 0\n"
				    "     4  prog 'p'.attach_btf_id = attach target 'mod:func'.id\n"
				    "     5  prog 'p'.attach_btf_obj_fd = attach target 'mod:func'.btf_fd\n"));
	free(got);
}

static void refusals(void **state)
{
	struct obj_map map = { .name = (char *)"outer", .kernel_name = "outer", .type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
			       .key_size = 4, .value_size = 4, .max_entries = 1 };
	struct obj_func func = FUNC(p, NULL, 0);
	struct object obj = { .funcs = &func, .func_cnt = 1 };
	const char *target;

	(void)state;
	func.sec_name = (char *)"frob";
	func.def = NULL;
	expect(&obj, "prog 'p': section 'frob' names no program type");
	func.def = sec_def_find("tp_btf", &target);
	func.sec_name = (char *)"tp_btf";
	expect(&obj, "prog 'p': SEC(\"tp_btf\") names no attach target");
	obj.func_cnt = 0;
	obj.maps = &map;
	obj.map_cnt = 1;
	expect(&obj, "map 'outer': does not say what maps it holds");
}

/* An empty slot stays empty if what would fill it is switched off; programs come before the arrays that hold them. */
static void prog_array_slots(void **state)
{
	struct obj_map_init inits[] = { { .slot = 3, .is_prog = true, .ref = 0 } };
	struct obj_map map = { .name = (char *)"m", .kernel_name = "m", .kind = MAP_BTF, .type = BPF_MAP_TYPE_PROG_ARRAY,
			       .key_size = 4, .value_size = 4, .max_entries = 4, .inits = inits, .init_cnt = 1 };
	struct obj_func func = FUNC(p, NULL, 0);
	struct object obj = { .maps = &map, .map_cnt = 1, .funcs = &func, .func_cnt = 1 };
	char *got;

	(void)state;
	obj.name = obj.path = obj.license = (char *)"x";
	func.insns = bodies[0];
	got = explain(&obj);
	assert_non_null(strstr(got, "     3  prog 'p'.fd = BPF_PROG_LOAD socket_filter, 4 insns\n"
				    "map 'm'\n"
				    "     4  map 'm' slot.map_fd = map 'm'.fd\n"
				    "     5  map 'm' slot.key = &map 'm' slot.lo\n"
				    "     6  map 'm' slot.value = &map 'm' slot value.lo\n"
				    "     7  map 'm' slot value.lo = prog 'p'.fd; if it is < 1 jump to 10\n"
				    "     8  map 'm' slot.lo = 0x3\n"
				    "     9  _ = BPF_MAP_UPDATE_ELEM\n"));
	free(got);
}

/* Functions are appended once per program, behind the entry function; calls become relative. */
static void link_subprogs(void **state)
{
	struct obj_relo main_relos[] = { { .insn = 0, .kind = RELO_FUNC_ADDR, .ref = 2 },
					 { .insn = 2, .kind = RELO_CALL, .ref = 1 } };
	struct obj_relo sub_relos[] = { { .insn = 2, .kind = RELO_CALL, .ref = 2 } };
	struct obj_line line[] = { { .insn = 0 }, { .insn = 2 } };
	struct obj_func funcs[] = { FUNC(main, main_relos, 2), FUNC(sub, sub_relos, 1), FUNC(leaf, NULL, 0),
				    FUNC(unused, NULL, 0) };
	struct object obj = { .funcs = funcs, .func_cnt = 4 };
	struct lsk_err err = {};
	struct linked l;

	(void)state;
	for (int i = 0; i < 4; i++) {
		funcs[i].insns = bodies[i];
		funcs[i].btf_id = 10 + i;
		funcs[i].lines = line;
		funcs[i].line_cnt = 2;
	}
	assert_int_equal(link_prog(&obj, 0, &l, &err), 0);
	assert_int_equal(l.func_cnt, 3);
	assert_int_equal(l.insn_cnt, 12);
	/* the address of leaf, first wanted, so it comes first */
	assert_int_equal(l.insns[0].src, BPF_PSEUDO_FUNC);
	assert_int_equal(l.insns[0].imm, 4 - 0 - 1);
	assert_int_equal(l.insns[2].src, BPF_PSEUDO_CALL);
	assert_int_equal(l.insns[2].imm, 8 - 2 - 1);
	assert_int_equal(l.insns[10].src, BPF_PSEUDO_CALL);
	assert_int_equal(l.insns[10].imm, 4 - 10 - 1);
	assert_true(l.has_func_info && l.has_line_info);
	assert_int_equal(l.line_cnt, 6);
	assert_int_equal(l.lines[5].insn, 10);
	assert_int_equal(l.relo_cnt, 0);
	link_free(&l);
	funcs[2].btf_id = 0; /* one function without: the kernel wants all or none */
	assert_int_equal(link_prog(&obj, 0, &l, &err), 0);
	assert_false(l.has_func_info);
	link_free(&l);
}

/* Equal strings once; what is all zero behind everything else and not in the bytes. */
static void blob_layout(void **state)
{
	char data[100] = "initial";
	struct obj_map maps[] = {
		{ .name = (char *)".bss", .kernel_name = "x.bss", .kind = MAP_BSS, .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		  .value_size = 5000, .max_entries = 1 },
		{ .name = (char *)".data", .kernel_name = "x.data", .kind = MAP_DATA, .type = BPF_MAP_TYPE_ARRAY,
		  .key_size = 4, .value_size = sizeof(data), .max_entries = 1, .data = data },
	};
	struct obj_func funcs[] = { FUNC(a, NULL, 0), FUNC(b, NULL, 0) };
	struct lsk_err err = {};
	struct blob *blob;
	struct trace *tr;
	int order;

	(void)state;
	for (order = 0; order < 2; order++) {
		struct object obj = { .maps = maps, .map_cnt = 2, .funcs = funcs, .func_cnt = 2, .big_endian = order };
		u32 bss, val, i, last;

		obj.name = obj.path = obj.license = (char *)"x";
		funcs[0].insns = bodies[0];
		funcs[1].insns = bodies[1];
		assert_int_equal(trace_record(&obj, &tr, &err), 0);
		assert_int_equal(blob_emit(tr, &blob, &err), 0);
		bss = blob->chunk_off[tr->maps[0].value];
		val = blob->chunk_off[tr->maps[1].value];
		assert_true(bss >= blob->data_sz);
		assert_true(bss + 5000 <= blob->area);
		assert_memory_equal(blob->data + val, data, sizeof(data));
		assert_int_equal(blob->area & (blob->area - 1), 0);
		assert_int_equal(get32(blob->data + offsetof(struct lskel_hdr, magic), order), LSKEL_MAGIC);
		assert_int_equal(get32(blob->data + offsetof(struct lskel_hdr, pc), order), blob->ops_off);
		for (i = 0, last = 0; i < tr->chunk_cnt; i++) {
			if (tr->chunks[i].kind != CHUNK_STR)
				continue;
			if (last)
				assert_int_equal(blob->chunk_off[i], last);
			last = blob->chunk_off[i];
		}
		blob_free(blob);
		trace_free(tr);
	}
}

/*
 * What is equal and stays as it is lies there once: keys of 0 here. Attrs are as long as their commands are told, and
 * commands are told of nothing behind the last field that is set. An error that has no fallback skips to the end.
 */
static void nothing_twice_nothing_idle(void **state)
{
	struct obj_map maps[] = {
		{ .name = (char *)".bss", .kernel_name = "x.bss", .kind = MAP_BSS, .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		  .value_size = 8, .max_entries = 1 },
		{ .name = (char *)".data", .kernel_name = "x.data", .kind = MAP_DATA, .type = BPF_MAP_TYPE_ARRAY,
		  .key_size = 4, .value_size = 8, .max_entries = 1 },
	};
	struct obj_func funcs[] = { FUNC(a, NULL, 0) };
	struct object obj = { .maps = maps, .map_cnt = 2, .funcs = funcs, .func_cnt = 1 };
	u32 i, j, keys = 0, key = 0, cmds = 0;
	struct lsk_err err = {};
	struct blob *blob;
	struct trace *tr;

	(void)state;
	obj.name = obj.path = obj.license = (char *)"x";
	funcs[0].insns = bodies[0];
	assert_int_equal(trace_record(&obj, &tr, &err), 0);
	assert_int_equal(blob_emit(tr, &blob, &err), 0);
	for (i = 0; i < tr->chunk_cnt; i++) {
		if (tr->chunks[i].kind == CHUNK_KEY && keys++)
			assert_int_equal(blob->chunk_off[i], key);
		if (tr->chunks[i].kind == CHUNK_KEY)
			key = blob->chunk_off[i];
		for (j = 0; j < i; j++)
			if (tr->chunks[i].written && tr->chunks[i].sz && tr->chunks[j].sz)
				assert_int_not_equal(blob->chunk_off[i], blob->chunk_off[j]);
	}
	assert_int_equal(keys, 2);
	for (i = 0; i < tr->op_cnt; i++) {
		const u8 *op = blob->data + blob->ops_off + i * sizeof(struct lskel_op);
		const u32 len = op[offsetof(struct lskel_op, len)] + 1;

		if (tr->ops[i].kind != LSKEL_OP_SYS)
			continue;
		cmds++;
		assert_int_equal(get32(op + offsetof(struct lskel_op, skip), false),
				 (tr->unwind_op - i - 1) * sizeof(struct lskel_op));
		if (tr->ops[i].arg == BPF_MAP_CREATE)
			assert_int_equal(len, offsetof(union bpf_attr, map_name) + BPF_OBJ_NAME_LEN);
		else if (tr->ops[i].arg == BPF_MAP_UPDATE_ELEM)
			assert_int_equal(len, offsetof(union bpf_attr, value) + 8);
		else
			assert_int_equal(len, offsetof(union bpf_attr, expected_attach_type) + 4);
	}
	assert_int_equal(cmds, 5);
	blob_free(blob);
	trace_free(tr);
}

/* However many programs and instructions use a kfunc and attach to a function, each is looked up once. */
static void one_look_up_for_each_name(void **state)
{
	struct obj_extern ext[] = { { .name = (char *)"kf", .kind = EXT_FUNC }, { .name = (char *)"sym", .kind = EXT_KSYM } };
	struct obj_relo relos[] = { { .insn = 0, .kind = RELO_KSYM, .ref = 1 }, { .insn = 2, .kind = RELO_KFUNC, .ref = 0 } };
	struct obj_func funcs[] = { FUNC(a, relos, 2), FUNC(b, relos, 2), FUNC(c, relos, 2) };
	struct object obj = { .externs = ext, .extern_cnt = 2, .funcs = funcs, .func_cnt = 3 };
	u32 i, cnt[2] = {};
	struct lsk_err err = {};
	struct trace *tr;

	(void)state;
	obj.name = obj.path = obj.license = (char *)"x";
	for (i = 0; i < 3; i++) {
		funcs[i].insns = bodies[i];
		funcs[i].def = &fentry_def;
		funcs[i].attach_target = (char *)"do_exit";
	}
	assert_int_equal(trace_record(&obj, &tr, &err), 0);
	for (i = 0; i < tr->op_cnt; i++) {
		cnt[0] += tr->ops[i].kind == LSKEL_OP_FIND;
		cnt[1] += tr->ops[i].kind == LSKEL_OP_KSYM;
	}
	assert_int_equal(cnt[0], 2);
	assert_int_equal(cnt[1], 1);
	trace_free(tr);
}

static void long_names_are_refused(void **state)
{
	struct obj_extern ext = { .kind = EXT_KSYM };
	struct obj_relo relos[] = { { .insn = 0, .kind = RELO_KSYM, .ref = 0 } };
	struct obj_func func = FUNC(p, relos, 1);
	struct object obj = { .externs = &ext, .extern_cnt = 1, .funcs = &func, .func_cnt = 1 };
	struct lsk_err err = {};
	struct trace *tr = NULL;
	char name[300];
	u32 len;

	(void)state;
	obj.name = obj.path = obj.license = (char *)"x";
	func.insns = bodies[0];
	ext.name = name;
	for (len = 255; len < 258; len++) {
		memset(name, 'n', len);
		name[len] = 0;
		assert_int_equal(trace_record(&obj, &tr, &err), len < 256 ? 0 : -ENOTSUP);
		if (len < 256)
			trace_free(tr);
		else
			assert_non_null(strstr(err.msg, "nnnn...': a name of 25"));
	}
}

static void blob_too_big(void **state)
{
	struct obj_map map = { .name = (char *)".bss", .kernel_name = "x.bss", .kind = MAP_BSS, .type = BPF_MAP_TYPE_ARRAY,
			       .key_size = 4, .value_size = 1100u << 20, .max_entries = 1 };
	struct object obj = { .name = (char *)"x", .path = (char *)"x", .maps = &map, .map_cnt = 1 };
	struct blob *blob = (void *)1;
	struct lsk_err err = {};
	struct trace *tr;

	(void)state;
	assert_int_equal(trace_record(&obj, &tr, &err), 0);
	assert_int_equal(blob_emit(tr, &blob, &err), -E2BIG);
	assert_ptr_equal(blob, (void *)1);
	assert_string_equal(err.msg, "the blob would be larger than 536870912 bytes");
	trace_free(tr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_by_index),	    cmocka_unit_test(ksym_once),
		cmocka_unit_test(kfunc_of_a_module), cmocka_unit_test(off_by_default),
		cmocka_unit_test(attach_target_in_module), cmocka_unit_test(refusals),
		cmocka_unit_test(prog_array_slots), cmocka_unit_test(link_subprogs),
		cmocka_unit_test(blob_layout),	    cmocka_unit_test(blob_too_big),
		cmocka_unit_test(nothing_twice_nothing_idle), cmocka_unit_test(one_look_up_for_each_name),
		cmocka_unit_test(long_names_are_refused),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
