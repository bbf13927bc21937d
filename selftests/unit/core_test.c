// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The CO-RE engine on types made for it: each kind of relocation, each form of instruction, and what is refused. */
#include "core_world.h"
#include "gen_loader/core/btf_file.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the object declares. */
static void add_local(struct btf *b)
{
	struct basics t = add_basics(b);
	int anon_union, anon_struct, id;

	STRUCT(b, "pt", 8);
	FIELD(b, "x", t.s32, 0);
	FIELD(b, "y", t.s32, 32);
	id = btf__find_by_name(b, "pt");

	anon_union = btf__add_union(b, NULL, 8);
	FIELD(b, "b", t.s32, 0);
	FIELD(b, "c", t.u64, 0);
	anon_struct = btf__add_struct(b, NULL, 4);
	FIELD(b, "d", t.s32, 0);
	STRUCT(b, "nest", 48);
	FIELD(b, "a", t.s32, 0);
	FIELD(b, NULL, anon_union, 64);
	FIELD(b, NULL, anon_struct, 128);
	FIELD(b, "arr", t.four, 160);
	FIELD(b, "in", id, 288);
	FIELD(b, "gone", t.s32, 352);

	STRUCT(b, "flex", 4);
	FIELD(b, "n", t.s32, 0);
	FIELD(b, "data", t.none, 32);

	STRUCT(b, "sizes", 40);
	FIELD(b, "u", t.u32, 0);
	FIELD(b, "s", t.s32, 32);
	FIELD(b, "p", t.ptr, 64);
	FIELD(b, "big", t.u64, 128);
	FIELD(b, "arr", t.four, 192);

	STRUCT(b, "bits", 4);
	BITS(b, "a", t.u32, 0, 3);
	BITS(b, "b", t.u32, 3, 5);
	BITS(b, "s", t.s32, 8, 4);
	BITS(b, "wide", t.u64, 16, 3);

	id = btf__add_enum(b, NULL, 4);
	VALUE(b, "UNNAMED", 1);
	STRUCT(b, "enums", 8);
	FIELD(b, "unnamed", id, 0);
	id = btf__add_enum(b, "kind___mine", 4);
	VALUE(b, "KIND", 1);
	STRUCT(b, "enums2", 8);
	FIELD(b, "same", id, 0);
	FIELD(b, "other", id, 32);

	STRUCT(b, "fl___mine", 4);
	FIELD(b, "q", t.s32, 0);
	STRUCT(b, "amb", 4);
	FIELD(b, "v", t.s32, 0);
	FIELD(b, "same", t.s32, 0);
	STRUCT(b, "far", 4);
	FIELD(b, "v", t.s32, 0);
	STRUCT(b, "inc", 4);
	FIELD(b, "v", t.s32, 0);
	STRUCT(b, "gone", 4);
	FIELD(b, "v", t.s32, 0);
	id = btf__add_struct(b, NULL, 4);
	FIELD(b, "v", t.s32, 0);
	btf__add_typedef(b, "td_t", id);
	btf__add_fwd(b, "fwd", BTF_FWD_STRUCT);

	ENUM(b, "en");
	VALUE(b, "EN_A", 1);
	VALUE(b, "EN_B___new", 2);
	VALUE(b, "EN_GONE", 3);
	VALUE(b, "EN_NEG", -1);
	ENUM(b, "to64");
	VALUE(b, "TO64_BIG", 1);
}

/* What the kernel has. */
static void add_target(struct btf *b)
{
	struct basics t = add_basics(b);
	int inner, outer, id, big, kind, unlike;

	STRUCT(b, "pt", 16);
	FIELD(b, "pad", t.u64, 0);
	FIELD(b, "y", t.s32, 64);
	FIELD(b, "x", t.s32, 96);
	id = btf__find_by_name(b, "pt");

	inner = btf__add_struct(b, NULL, 4);
	FIELD(b, "d", t.s32, 0);
	outer = btf__add_struct(b, NULL, 16);
	FIELD(b, NULL, inner, 0);
	FIELD(b, "c", t.u64, 64);
	STRUCT(b, "nest", 88);
	FIELD(b, "pad", t.u64, 0);
	FIELD(b, NULL, outer, 64);
	FIELD(b, "b", t.s32, 192);
	FIELD(b, "arr", t.eight, 224);
	FIELD(b, "a", t.s32, 480);
	FIELD(b, "in", id, 512);

	STRUCT(b, "flex", 8);
	FIELD(b, "pad", t.s32, 0);
	FIELD(b, "n", t.s32, 32);
	FIELD(b, "data", t.none, 64);

	STRUCT(b, "sizes", 64);
	FIELD(b, "u", t.u64, 64);
	FIELD(b, "s", t.s64, 128);
	FIELD(b, "p", t.ptr, 192);
	FIELD(b, "big", t.u8, 256);
	FIELD(b, "arr", t.eight, 264);

	STRUCT(b, "bits", 16);
	BITS(b, "b", t.u32, 30, 7);
	BITS(b, "s", t.s32, 64, 9);
	BITS(b, "a", t.u8, 77, 2);
	BITS(b, "wide", t.u64, 61, 5);

	kind = btf__add_enum(b, "kind", 4);
	VALUE(b, "KIND", 1);
	unlike = btf__add_enum(b, "unlike", 4);
	VALUE(b, "KIND", 1);
	STRUCT(b, "enums", 8);
	FIELD(b, "unnamed", kind, 32);
	STRUCT(b, "enums2", 12);
	FIELD(b, "same", kind, 64);
	FIELD(b, "other", unlike, 32);

	STRUCT(b, "fl", 8);
	FIELD(b, "q", t.s32, 32);
	STRUCT(b, "fl___too", 8); /* agrees */
	FIELD(b, "q", t.s32, 32);
	STRUCT(b, "fl___empty", 0); /* has nothing to say */
	STRUCT(b, "amb", 8);
	FIELD(b, "v", t.s32, 0);
	FIELD(b, "same", t.s32, 0);
	STRUCT(b, "amb___old", 16);
	FIELD(b, "same", t.s32, 0);
	FIELD(b, "v", t.s32, 64);
	big = btf__add_array(b, t.u32, t.u8, 40000);
	STRUCT(b, "far", 40004);
	FIELD(b, "pad", big, 0);
	FIELD(b, "v", t.s32, 320000);
	STRUCT(b, "inc", 16);
	FIELD(b, "v", id, 0);
	id = btf__add_struct(b, NULL, 16);
	FIELD(b, "v", t.s32, 96);
	btf__add_typedef(b, "td_t", id);
	STRUCT(b, "td_t", 4); /* of another kind: no candidate */
	FIELD(b, "v", t.s32, 0);
	STRUCT(b, "fwd", 4);

	ENUM(b, "en");
	VALUE(b, "EN_B", 20);
	VALUE(b, "EN_A", 10);
	VALUE(b, "EN_NEG", -5);
	assert_true(btf__add_enum64(b, "to64", 8, false) > 0);
	assert_int_equal(btf__add_enum64_value(b, "TO64_BIG", 0x123456789aULL), 0);
}

static struct btf *make(void (*add)(struct btf *b))
{
	struct btf *b = btf__new_empty();

	assert_non_null(b);
	add(b);
	return b;
}

#define LD64 (BPF_LD | BPF_IMM | BPF_DW)
#define MOV (BPF_ALU64 | BPF_MOV | BPF_K)
#define LDX(size) (BPF_LDX | BPF_MEM | BPF_##size)
#define CALL (BPF_JMP | BPF_CALL)
#define POISONED { .code = CALL, .imm = CORE_POISON_IMM }
#define ANY_IMM(v) { .code = MOV, .imm = (v) }
#define AT(c, o) { .code = (c), .off = (o) }

struct row {
	const char *type;
	u32 type_kind;
	const char *access;
	u32 kind;
	struct insn in[2], out[2];
	const char *error; /* part of the message; NULL: it works */
	int err;
};

#define E BTF_KIND_ENUM

static const struct row rows[] = {
	/* moved fields */
	{ "pt", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(W), 0) }, .out = { AT(LDX(W), 12) } },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { AT(LDX(W), 4) }, .out = { AT(LDX(W), 8) } },
	{ "pt", S, "2:1", CORE_BYTE_OFFSET, { AT(LDX(W), 20) }, .out = { AT(LDX(W), 40) } },
	{ "pt", S, "1", CORE_BYTE_OFFSET, { ANY_IMM(8) }, .out = { ANY_IMM(16) } },
	{ "nest", S, "0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(60) } },
	{ "nest", S, "0:1:0", CORE_BYTE_OFFSET, { ANY_IMM(8) }, .out = { ANY_IMM(24) } },
	{ "nest", S, "0:1:1", CORE_BYTE_OFFSET, { ANY_IMM(8) }, .out = { ANY_IMM(16) } },
	{ "nest", S, "0:2:0", CORE_BYTE_OFFSET, { ANY_IMM(16) }, .out = { ANY_IMM(8) } },
	{ "nest", S, "0:3:2", CORE_BYTE_OFFSET, { ANY_IMM(28) }, .out = { ANY_IMM(36) } },
	{ "nest", S, "0:4:1", CORE_BYTE_OFFSET, { ANY_IMM(40) }, .out = { ANY_IMM(72) } },
	{ "flex", S, "0:1:3", CORE_BYTE_OFFSET, { ANY_IMM(16) }, .out = { ANY_IMM(20) } },
	{ "td_t", BTF_KIND_TYPEDEF, "0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(12) } },
	{ "fl___mine", S, "0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(4) } },
	{ "amb", S, "0:1", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(0) } },
	{ "enums", S, "0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(4) } },
	{ "enums2", S, "0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(8) } },
	{ "enums2", S, "0:1", CORE_BYTE_OFFSET, { ANY_IMM(4) }, .out = { POISONED } },
	/* the rest of what is to be known of a field */
	{ "nest", S, "0:3", CORE_BYTE_SIZE, { ANY_IMM(16) }, .out = { ANY_IMM(32) } },
	{ "nest", S, "0:3:1", CORE_BYTE_SIZE, { ANY_IMM(4) }, .out = { ANY_IMM(4) } },
	{ "nest", S, "0:4", CORE_BYTE_SIZE, { ANY_IMM(8) }, .out = { ANY_IMM(16) } },
	{ "nest", S, "0", CORE_BYTE_SIZE, { ANY_IMM(48) }, .out = { ANY_IMM(88) } },
	{ "nest", S, "0:2:0", CORE_FIELD_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(1) } },
	{ "nest", S, "0:5", CORE_FIELD_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(0) } },
	{ "nest", S, "0:3:3", CORE_FIELD_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(1) } },
	{ "gone", S, "0:0", CORE_FIELD_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(0) } },
	{ "inc", S, "0:0", CORE_FIELD_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(0) } },
	{ "sizes", S, "0:1", CORE_SIGNED, { ANY_IMM(1) }, .out = { ANY_IMM(1) } },
	{ "sizes", S, "0:0", CORE_SIGNED, { ANY_IMM(0) }, .out = { ANY_IMM(0) } },
	{ "sizes", S, "0:0", CORE_LSHIFT, { ANY_IMM(32) }, .out = { ANY_IMM(0) } },
	{ "sizes", S, "0:0", CORE_RSHIFT, { ANY_IMM(32) }, .out = { ANY_IMM(0) } },
	/* bit fields: what was in the instruction does not count, except for sign and right shift */
	{ "bits", S, "0:1", CORE_BYTE_OFFSET, { ANY_IMM(99) }, .out = { ANY_IMM(0) } },
	{ "bits", S, "0:1", CORE_BYTE_SIZE, { ANY_IMM(99) }, .out = { ANY_IMM(8) } },
	{ "bits", S, "0:1", CORE_LSHIFT, { ANY_IMM(99) }, .out = { ANY_IMM(27) } },
	{ "bits", S, "0:1", CORE_RSHIFT, { ANY_IMM(59) }, .out = { ANY_IMM(57) } },
	{ "bits", S, "0:2", CORE_BYTE_OFFSET, { ANY_IMM(1) }, .out = { ANY_IMM(8) } },
	{ "bits", S, "0:2", CORE_BYTE_SIZE, { ANY_IMM(4) }, .out = { ANY_IMM(4) } },
	{ "bits", S, "0:2", CORE_LSHIFT, { ANY_IMM(52) }, .out = { ANY_IMM(55) } },
	{ "bits", S, "0:2", CORE_SIGNED, { ANY_IMM(1) }, .out = { ANY_IMM(1) } },
	{ "bits", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(W), 0) }, .out = { AT(LDX(W), 9) } },
	{ "bits", S, "0:0", CORE_BYTE_SIZE, { ANY_IMM(4) }, .out = { ANY_IMM(1) } },
	{ "bits", S, "0:0", CORE_LSHIFT, { ANY_IMM(61) }, .out = { ANY_IMM(57) } },
	{ "bits", S, "0:1", CORE_RSHIFT, { ANY_IMM(60) },
	  .error = "the instruction has 60, not the 59", .err = -EINVAL },
	{ "bits", S, "0:3", CORE_BYTE_OFFSET, { ANY_IMM(0) },
	  .error = "a bit field that no load has room for", .err = -E2BIG },
	/* types */
	{ "pt", S, "0", CORE_TYPE_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(1) } },
	{ "gone", S, "0", CORE_TYPE_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(0) } },
	{ "fwd", BTF_KIND_FWD, "0", CORE_TYPE_EXISTS, { ANY_IMM(1) },
	  .out = { ANY_IMM(0) } }, /* a struct is of another kind */
	{ "pt", S, "0", CORE_TYPE_SIZE, { ANY_IMM(8) }, .out = { ANY_IMM(16) } },
	{ "gone", S, "0", CORE_TYPE_SIZE, { ANY_IMM(4) }, .out = { ANY_IMM(0) } },
	{ "gone", S, "0", CORE_ID_TARGET, { { .code = LD64, .imm = 77 } }, .out = { { .code = LD64 } } },
	{ "gone", S, "0", CORE_TYPE_MATCHES, { ANY_IMM(1) }, .out = { ANY_IMM(0) } },
	{ "amb", S, "0", CORE_TYPE_SIZE, { ANY_IMM(4) },
	  .error = "ambiguous: 8 by the kernel's type", .err = -EINVAL },
	/* enums; their values are 64 bits wide where the compiler loads them so */
	{ "en", E, "0", CORE_ENUMVAL_VALUE, { { .code = LD64, .imm = 1 } },
	  .out = { { .code = LD64, .imm = 10 } } },
	{ "en", E, "0", CORE_ENUMVAL_VALUE, { ANY_IMM(1) }, .out = { ANY_IMM(10) } },
	{ "en", E, "1", CORE_ENUMVAL_VALUE, { ANY_IMM(2) }, .out = { ANY_IMM(20) } },
	{ "en", E, "3", CORE_ENUMVAL_VALUE, { { .code = LD64, .imm = -1 }, { .imm = -1 } },
	  .out = { { .code = LD64, .imm = -5 }, { .imm = -1 } } },
	{ "en", E, "2", CORE_ENUMVAL_VALUE, { { .code = LD64, .imm = 3 } }, .out = { POISONED, POISONED } },
	{ "en", E, "1", CORE_ENUMVAL_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(1) } },
	{ "en", E, "2", CORE_ENUMVAL_EXISTS, { ANY_IMM(1) }, .out = { ANY_IMM(0) } },
	{ "to64", E, "0", CORE_ENUMVAL_VALUE, { { .code = LD64, .imm = 1 } },
	  .out = { { .code = LD64, .imm = 0x3456789a }, { .imm = 0x12 } } },
	/* what accesses memory goes with the size of the field, if that gives the same number */
	{ "sizes", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(W), 0) }, .out = { AT(LDX(DW), 8) } },
	{ "sizes", S, "0:3", CORE_BYTE_OFFSET, { AT(LDX(DW), 16) }, .out = { AT(LDX(B), 32) } },
	{ "sizes", S, "0:2", CORE_BYTE_OFFSET, { AT(LDX(DW), 8) }, .out = { AT(LDX(DW), 24) } },
	{ "sizes", S, "0:0", CORE_BYTE_OFFSET, { AT(BPF_STX | BPF_MEM | BPF_W, 0) },
	  .out = { AT(BPF_STX | BPF_MEM | BPF_DW, 8) } },
	{ "sizes", S, "0:0", CORE_BYTE_OFFSET, { { .code = BPF_ST | BPF_MEM | BPF_W, .imm = 5 } },
	  .out = { { .code = BPF_ST | BPF_MEM | BPF_DW, .off = 8, .imm = 5 } } },
	{ "sizes", S, "0:1", CORE_BYTE_OFFSET, { AT(LDX(W), 4) }, .out = { POISONED } },
	{ "sizes", S, "0:1", CORE_BYTE_OFFSET, { ANY_IMM(4) }, .out = { ANY_IMM(16) } },
	{ "sizes", S, "0:4", CORE_BYTE_OFFSET, { AT(LDX(W), 24) },
	  .out = { AT(LDX(W), 33) } }, /* elements, not the array */
	{ "sizes", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(H), 0) },
	  .error = "accesses another size than the 4 bytes", .err = -EINVAL },
	/* absent, and needed: an instruction that must not be reached */
	{ "nest", S, "0:5", CORE_BYTE_OFFSET, { AT(LDX(W), 44) }, .out = { POISONED } },
	{ "nest", S, "0:5", CORE_BYTE_OFFSET, { ANY_IMM(44) }, .out = { POISONED } },
	{ "nest", S, "0:5", CORE_BYTE_SIZE, { ANY_IMM(4) }, .out = { POISONED } },
	{ "nest", S, "0:5", CORE_RSHIFT, { ANY_IMM(32) }, .out = { POISONED } },
	{ "gone", S, "0:0", CORE_BYTE_OFFSET, { { .code = LD64 } }, .out = { POISONED, POISONED } },
	{ "inc", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(W), 0) }, .out = { POISONED } },
	/* candidates that disagree */
	{ "amb", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(W), 0) },
	  .error = "byte offset of 'struct amb.v': ambiguous: 0 by the kernel's type",
	  .err = -EINVAL },
	{ "amb", S, "0:0", CORE_FIELD_EXISTS, { ANY_IMM(1) },
	  .error = "existence of 'struct amb.v': ambiguous", .err = -EINVAL },
	/* instructions that can't be right */
	{ "far", S, "0:0", CORE_BYTE_OFFSET, { AT(LDX(W), 0) },
	  .error = "offset 40000 is more than", .err = -ERANGE },
	{ "far", S, "0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .out = { ANY_IMM(40000) } },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { AT(LDX(W), 8) },
	  .error = "byte offset of 'struct pt.y': the instruction has 8, not the 4",
	  .err = -EINVAL },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { ANY_IMM(5) },
	  .error = "the instruction has 5, not the 4", .err = -EINVAL },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { { .code = LD64, .imm = 4 }, { .imm = 1 } },
	  .error = "not the 4 that", .err = -EINVAL },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { { .code = LD64, .src = 1, .imm = 4 } },
	  .error = "is no constant", .err = -EINVAL },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { { .code = BPF_ALU64 | BPF_ADD | BPF_X, .imm = 4 } },
	  .error = "has no constant", .err = -EINVAL },
	{ "pt", S, "0:1", CORE_BYTE_OFFSET, { { .code = BPF_JMP | BPF_EXIT } },
	  .error = "code 0x95 holds no value", .err = -EINVAL },
	/* records that can't be right */
	{ "pt", S, "", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .error = "has nothing at ''", .err = -EINVAL },
	{ "pt", S, "0:", CORE_BYTE_OFFSET, { ANY_IMM(0) },
	  .error = "type [10] 'pt' has nothing at '0:'", .err = -EINVAL },
	{ "pt", S, "0:2", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .error = "has nothing at '0:2'", .err = -EINVAL },
	{ "pt", S, "0:-1", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .error = "has nothing at", .err = -EINVAL },
	{ "pt", S, "0:0:0", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .error = "has nothing at", .err = -EINVAL },
	{ "nest", S, "0:3:4", CORE_BYTE_OFFSET, { ANY_IMM(0) }, .error = "has nothing at", .err = -EINVAL },
	{ "pt", S, "99999999999", CORE_BYTE_OFFSET, { ANY_IMM(0) },
	  .error = "has nothing at", .err = -EINVAL },
	{ "pt", S, "2147483647", CORE_BYTE_OFFSET, { ANY_IMM(0) },
	  .error = "has nothing at", .err = -EINVAL },
	{ "pt", S, "1", CORE_TYPE_SIZE, { ANY_IMM(0) }, .error = "has nothing at '1'", .err = -EINVAL },
	{ "pt", S, "0", CORE_ENUMVAL_VALUE, { ANY_IMM(0) },
	  .error = "value of 'struct pt': type [10] 'pt' has nothing", .err = -EINVAL },
	{ "en", E, "4", CORE_ENUMVAL_VALUE, { ANY_IMM(0) }, .error = "has nothing at '4'", .err = -EINVAL },
	{ "en", E, "0", 13, { ANY_IMM(0) }, .error = "kind 13 is not known", .err = -ENOTSUP },
};

static struct world open_world(unsigned int flags)
{
	struct world w = { make(add_local), make(add_target), NULL };

	assert_int_equal(core_new(w.local, flags, &w.core), 0);
	assert_int_equal(core_add_target(w.core, w.target), 0);
	return w;
}

static bool same_insn(const struct insn *a, const struct insn *b)
{
	return a->code == b->code && a->dst == b->dst && a->src == b->src && a->off == b->off && a->imm == b->imm;
}

static void check_row(const struct world *w, const struct row *row, u32 nr)
{
	struct insn insns[4] = { { .code = 0xaa }, row->in[0], row->in[1], { .code = 0xbb } };
	struct obj_core relo = record(w->local, row->type, row->type_kind, row->access, row->kind);
	struct lsk_err err = {};
	u32 i;
	int ret;

	relo.insn = 1;
	ret = core_apply(w->core, &relo, 1, insns, 4, false, &err);
	if (row->error) {
		if (ret != row->err || !strstr(err.msg, row->error) || strncmp(err.msg, "insn 1: CO-RE: ", 15))
			fail_msg("row %u (%s %s): %d '%s'", nr, row->type, row->access, ret, err.msg);
		return;
	}
	if (ret)
		fail_msg("row %u (%s %s): '%s'", nr, row->type, row->access, err.msg);
	for (i = 0; i < 2; i++)
		if (!same_insn(&insns[1 + i], &row->out[i]))
			fail_msg("row %u (%s %s kind %u), insn %u: code %02x off %d imm %d", nr, row->type, row->access,
				 row->kind, i, insns[1 + i].code, insns[1 + i].off, insns[1 + i].imm);
	assert_int_equal(insns[0].code, 0xaa);
	assert_int_equal(insns[3].code, 0xbb);
}

static void each_kind_and_form(void **state)
{
	struct world w = open_world(0);
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&w, &rows[i], i);
	close_world(&w);
}

/* Only shifts depend on the byte order: where the bits are in what was loaded. */
static void big_endian_shifts(void **state)
{
	struct world w = open_world(CORE_BIG_ENDIAN);
	bool found;

	(void)state;
	assert_int_equal(value(&w, "bits", S, "0:1", CORE_LSHIFT, &found), 30);
	assert_int_equal(value(&w, "bits", S, "0:1", CORE_RSHIFT, &found), 57);
	assert_int_equal(value(&w, "bits", S, "0:2", CORE_LSHIFT, &found), 32);
	assert_int_equal(value(&w, "bits", S, "0:0", CORE_LSHIFT, &found), 61);
	assert_int_equal(value(&w, "bits", S, "0:0", CORE_BYTE_OFFSET, &found), 9);
	assert_int_equal(value(&w, "sizes", S, "0:3", CORE_LSHIFT, &found), 56);
	assert_int_equal(value(&w, "pt", S, "0:0", CORE_BYTE_OFFSET, &found), 12);
	close_world(&w);
}

static void type_ids(void **state)
{
	struct world w = open_world(0);
	bool found;

	(void)state;
	assert_int_equal(value(&w, "pt", S, "0", CORE_ID_LOCAL, &found), btf__find_by_name(w.local, "pt"));
	assert_int_equal(value(&w, "pt", S, "0", CORE_ID_TARGET, &found), btf__find_by_name(w.target, "pt"));
	assert_true(found);
	assert_int_equal(value(&w, "gone", S, "0", CORE_ID_LOCAL, &found), btf__find_by_name(w.local, "gone"));
	assert_int_equal(value(&w, "gone", S, "0", CORE_ID_TARGET, &found), 0);
	assert_false(found);
	close_world(&w);
}

/* A kernel of 32 bits: pointers are read as what they are there. */
static void short_pointers(void **state)
{
	struct world w = { make(add_local), make(add_target), NULL };
	const struct row row = { "sizes", S, "0:2", CORE_BYTE_OFFSET, { AT(LDX(DW), 8) }, .out = { AT(LDX(W), 24) } };

	(void)state;
	btf__set_pointer_size(w.target, 4);
	assert_int_equal(core_new(w.local, 0, &w.core), 0);
	assert_int_equal(core_add_target(w.core, w.target), 0);
	check_row(&w, &row, 0);
	close_world(&w);
}

/* The kernel insists on the same kind. */
static void as_the_kernel(void **state)
{
	struct world w = open_world(CORE_AS_KERNEL);
	bool found;

	(void)state;
	value(&w, "to64", E, "0", CORE_ENUMVAL_VALUE, &found);
	assert_false(found);
	assert_int_equal(value(&w, "to64", E, "0", CORE_TYPE_EXISTS, &found), 0);
	assert_int_equal(value(&w, "en", E, "0", CORE_ENUMVAL_VALUE, &found), 10);
	close_world(&w);
}

/* A program that may never be loaded is made unloadable, others are refused. */
static void lenient(void **state)
{
	struct insn insns[2] = { AT(LDX(W), 0), { .code = BPF_JMP | BPF_EXIT } };
	struct world w = open_world(0);
	struct obj_core relo = record(w.local, "amb", S, "0:0", CORE_BYTE_OFFSET);
	struct lsk_err err = {};

	(void)state;
	assert_int_equal(core_apply(w.core, &relo, 1, insns, 2, true, &err), 0);
	assert_int_equal(insns[0].code, CALL);
	assert_int_equal(insns[0].imm, CORE_POISON_IMM);
	assert_int_equal(insns[1].code, BPF_JMP | BPF_EXIT);
	relo.insn = 2; /* beyond the end */
	assert_int_equal(core_apply(w.core, &relo, 1, insns, 2, true, &err), 0);
	relo.type_id = 12345;
	relo.access_str_off = 1 << 30;
	assert_int_equal(core_apply(w.core, &relo, 1, insns, 2, false, &err), -EINVAL);
	close_world(&w);
}

/* Modules are looked at if vmlinux has no type of that name, and only then. */
static void modules(void **state)
{
	struct world w = open_world(0);
	struct btf *mod = btf__new_empty_split(w.target);
	u32 id;
	bool found;

	(void)state;
	STRUCT(mod, "gone", 12);
	FIELD(mod, "v", btf__find_by_name(w.target, "int"), 64);
	STRUCT(mod, "pt", 32);
	FIELD(mod, "x", btf__find_by_name(w.target, "int"), 0);
	id = btf__type_cnt(w.target);
	assert_int_equal(core_add_target(w.core, mod), 0);
	assert_int_equal(value(&w, "gone", S, "0:0", CORE_BYTE_OFFSET, &found), 8);
	assert_int_equal(value(&w, "gone", S, "0", CORE_ID_TARGET, &found), id);
	assert_int_equal(value(&w, "pt", S, "0:0", CORE_BYTE_OFFSET, &found), 12);
	assert_int_equal(value(&w, "pt", S, "0", CORE_TYPE_SIZE, &found), 16);
	close_world(&w);
	btf__free(mod);
}

static char *write_raw(const struct btf *btf, char *path)
{
	u32 sz;
	const void *raw = btf__raw_data(btf, &sz);
	int fd = mkstemp(path);

	assert_true(fd >= 0 && raw);
	assert_int_equal(write(fd, raw, sz), sz);
	close(fd);
	return path;
}

/* The same from files. */
static void modules_from_files(void **state)
{
	char base_path[] = "/tmp/lskel-base-XXXXXX", mod_path[] = "/tmp/lskel-mod-XXXXXX";
	struct btf *local = make(add_local), *target = make(add_target), *mod = btf__new_empty_split(target);
	struct btf *base, *split = NULL;
	struct world w = { local, NULL, NULL };
	struct lsk_err err = {};
	bool found;

	(void)state;
	STRUCT(mod, "gone", 12);
	FIELD(mod, "v", btf__find_by_name(target, "int"), 64);
	write_raw(target, base_path);
	write_raw(mod, mod_path);
	assert_int_equal(btf_file_open(base_path, &base, &err), 0);
	assert_int_equal(btf_file_open_module(mod_path, base, &split, &err), 0);
	assert_int_equal(core_new(local, 0, &w.core), 0);
	assert_int_equal(core_add_target(w.core, base), 0);
	assert_int_equal(core_add_target(w.core, split), 0);
	assert_int_equal(value(&w, "gone", S, "0:0", CORE_BYTE_OFFSET, &found), 8);
	assert_int_equal(value(&w, "pt", S, "0:0", CORE_BYTE_OFFSET, &found), 12);
	assert_int_equal(btf_file_open_module("/dev/null", base, &split, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "/dev/null: no BTF of a module"));
	unlink(base_path);
	unlink(mod_path);
	core_free(w.core);
	btf__free(split);
	btf__free(base);
	btf__free(mod);
	btf__free(target);
	btf__free(local);
}

/* Types that contain themselves, and names that are only flavour. */
static void broken_types(void **state)
{
	struct btf *l = btf__new_empty(), *t = btf__new_empty();
	struct world w = { l, t, NULL };
	struct basics b = add_basics(l);
	struct lsk_err err = {};
	struct obj_core relo;
	struct core_value v;
	bool found;

	(void)state;
	STRUCT(l, "loop", 4);
	FIELD(l, "v", b.s32, 0);
	STRUCT(l, "___f", 4);
	add_basics(t);
	STRUCT(t, "loop", 4);
	FIELD(t, NULL, btf__find_by_name(t, "loop"), 0);
	STRUCT(t, "___g", 4);
	assert_int_equal(core_new(l, 0, &w.core), 0);
	assert_int_equal(core_add_target(w.core, t), 0);
	relo = record(l, "loop", S, "0:0", CORE_BYTE_OFFSET);
	assert_int_equal(core_resolve(w.core, &relo, &v, &err), -E2BIG);
	assert_non_null(strstr(err.msg, "byte offset of 'struct loop.v': too deep"));
	assert_int_equal(value(&w, "___f", S, "0", CORE_TYPE_EXISTS, &found), 0);
	relo.type_id = (u32)btf__add_struct(l, NULL, 4); /* unnamed */
	relo.kind = CORE_TYPE_EXISTS;
	relo.access_str_off = (u32)btf__add_str(l, "0");
	err.msg[0] = 0;
	assert_int_equal(core_resolve(w.core, &relo, &v, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "has no name to look for"));
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_and_form),
		cmocka_unit_test(big_endian_shifts),
		cmocka_unit_test(type_ids),
		cmocka_unit_test(short_pointers),
		cmocka_unit_test(as_the_kernel),
		cmocka_unit_test(lenient),
		cmocka_unit_test(modules),
		cmocka_unit_test(modules_from_files),
		cmocka_unit_test(broken_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
