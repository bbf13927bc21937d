// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * BTF that the kernel refuses, and what it says: the model's answer for the running kernel's release is
 * compared with the table's and, where BPF is permitted, with that kernel's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <cmocka.h>

#include "fake_target.h"
#include "kernel/sys/btf_check.h"
#include "sys_sides.h"

#define INFO(kind, kflag, vlen) ((u32)(kflag) << 31 | (u32)(kind) << 24 | (vlen))
#define T(name, kind, kflag, vlen, size) name, INFO(kind, kflag, vlen), size
#define INT_DATA(encoding, off, bits) ((encoding) << 24 | (off) << 16 | (bits))
#define INT(name, size, bits) T(name, BTF_KIND_INT, 0, 0, size), INT_DATA(0, 0, bits)
#define I4 INT(N_a, 4, 32) /* type 1 of nearly all of them */
#define PTR(to) T(0, BTF_KIND_PTR, 0, 0, to)
#define MOD(kind, to) T(0, kind, 0, 0, to)
#define TYPEDEF(name, to) T(name, BTF_KIND_TYPEDEF, 0, 0, to)
#define ARRAY(elem, index, n) T(0, BTF_KIND_ARRAY, 0, 0, 0), elem, index, n
#define STRUCT(name, vlen, size) T(name, BTF_KIND_STRUCT, 0, vlen, size)
#define STRUCT_F(name, vlen, size) T(name, BTF_KIND_STRUCT, 1, vlen, size)
#define UNION(name, vlen, size) T(name, BTF_KIND_UNION, 0, vlen, size)
#define MEMBER(name, type, off) name, type, off
#define BITS(sz, off) ((sz) << 24 | (off))
#define PROTO(vlen, ret) T(0, BTF_KIND_FUNC_PROTO, 0, vlen, ret)
#define FUNC(name, linkage, proto) T(name, BTF_KIND_FUNC, 0, linkage, proto)
#define VAR(name, type, linkage) T(name, BTF_KIND_VAR, 0, 0, type), linkage
#define SEC(name, vlen, size) T(name, BTF_KIND_DATASEC, 0, vlen, size)
#define TAG(name, on, component) T(name, 17, 0, 0, on), (u32)(component)
#define TYPE_TAG(name, to) T(name, 18, 0, 0, to)

/* Offsets of these names. */
static const char strings[] = "\0a\0b\0bad-name\0.data\0?sec\0a.b\0" "9x\0with space\0";
enum {
	N_a = 1,
	N_b = 3,
	N_bad = 5,
	N_data = 14,
	N_opt = 20,
	N_dot = 25,
	N_digit = 29,
	N_space = 32,
	N_END = sizeof(strings)
};

#define WORDS 160

static const struct refusal {
	const char *name;
	int err;
	u32 since; /* older kernels: not looked at */
	u32 words[WORDS];
	u32 fine_since; /* ... and not before */
} table[] = {
	{ "int", 0, 0, { I4 } },
	{ "int_anonymous", 0, 0, { INT(0, 4, 32) } },
	{ "int_odd_name", 0, 0, { INT(N_bad, 4, 32) } },
	{ "int_vlen", -EINVAL, 0, { T(N_a, BTF_KIND_INT, 0, 1, 4), 32 } },
	{ "int_kflag", -EINVAL, 0, { T(N_a, BTF_KIND_INT, 1, 0, 4), 32 } },
	{ "int_reserved_bits", -EINVAL, 0, { T(N_a, BTF_KIND_INT, 0, 0, 4), 0x10000020 } },
	{ "int_too_many_bits", -EINVAL, 0, { INT(N_a, 4, 33) } },
	{ "int_129_bits", -EINVAL, 0, { INT(N_a, 32, 129) } },
	{ "int_offset_beyond_size", -EINVAL, 0, { T(N_a, BTF_KIND_INT, 0, 0, 4), INT_DATA(0, 8, 32) } },
	{ "int_two_encodings", NOTSUPP, 0, { T(N_a, BTF_KIND_INT, 0, 0, 4), INT_DATA(3, 0, 32) } },
	{ "int_unknown_encoding", NOTSUPP, 0, { T(N_a, BTF_KIND_INT, 0, 0, 4), INT_DATA(8, 0, 32) } },
	{ "int_cut", -EINVAL, 0, { T(N_a, BTF_KIND_INT, 0, 0, 4), ~0u } },
	{ "kind_0", -EINVAL, 0, { T(N_a, 0, 0, 0, 0) } },
	{ "kind_31", -EINVAL, 0, { T(0, 31, 0, 0, 0) } },
	{ "info_reserved", -EINVAL, 0, { N_a, INFO(BTF_KIND_INT, 0, 0) | 1 << 21, 4, 32 } },
	{ "name_beyond_strings", -EINVAL, 0, { T(N_END, BTF_KIND_INT, 0, 0, 4), 32 } },
	{ "ptr_to_void", 0, 0, { PTR(0) } },
	{ "ptr_named", -EINVAL, 0, { T(N_a, BTF_KIND_PTR, 0, 0, 0) } },
	{ "ptr_vlen", -EINVAL, 0, { T(0, BTF_KIND_PTR, 0, 1, 0) } },
	{ "ptr_kflag", -EINVAL, 0, { T(0, BTF_KIND_PTR, 1, 0, 0) } },
	{ "ptr_to_missing", -EINVAL, 0, { PTR(2) } },
	{ "ptr_to_beyond_max", -EINVAL, 0, { PTR(0x100000) } },
	{ "ptr_to_itself", -EEXIST, 0, { PTR(1) } },
	{ "ptr_loop", -EEXIST, 0, { PTR(2), PTR(1) } },
	{ "ptr_const_loop", -EEXIST, 0, { PTR(2), MOD(BTF_KIND_CONST, 1) } },
	{ "ptr_to_func", -EINVAL, 0, { PTR(3), PROTO(0, 0), FUNC(N_a, 0, 2) } },
	{ "ptr_to_proto", 0, 0, { PTR(2), PROTO(0, 0) } },
	{ "ptr_to_var", -EINVAL, 0, { I4, VAR(N_a, 1, 0), PTR(2) } },
	{ "ptr_to_fwd", 0, 0, { PTR(2), T(N_a, BTF_KIND_FWD, 0, 0, 0) } },
	{ "ptr_to_datasec", -EINVAL, 0, { I4, VAR(N_a, 1, 0), SEC(N_data, 1, 4), 2, 0, 4, PTR(3) } },
	{ "ptr_to_decl_tag", -EINVAL, 0, { I4, VAR(N_a, 1, 0), TAG(N_a, 2, -1), PTR(3) } },
	{ "const_void", 0, 0, { MOD(BTF_KIND_CONST, 0) } },
	{ "const_named", -EINVAL, 0, { T(N_a, BTF_KIND_CONST, 0, 0, 0) } },
	{ "const_loop", -EEXIST, 0, { MOD(BTF_KIND_CONST, 2), MOD(BTF_KIND_VOLATILE, 1) } },
	{ "restrict_kflag", -EINVAL, 0, { T(0, BTF_KIND_RESTRICT, 1, 0, 0) } },
	{ "typedef_unnamed", -EINVAL, 0, { TYPEDEF(0, 0) } },
	{ "typedef_bad_name", -EINVAL, 0, { TYPEDEF(N_bad, 0) } },
	{ "typedef_digit_first", -EINVAL, 0, { TYPEDEF(N_digit, 0) } },
	{ "typedef_dot", 0, KVER(6, 5), { TYPEDEF(N_dot, 0) } },
	{ "typedef_of_func", 0, 0, { PROTO(0, 0), FUNC(N_a, 0, 1), TYPEDEF(N_b, 2) } },
	  /* stands for its prototype */
	{ "array", 0, 0, { I4, ARRAY(1, 1, 3) } },
	{ "array_named", -EINVAL, 0, { I4, T(N_a, BTF_KIND_ARRAY, 0, 0, 0), 1, 1, 3 } },
	{ "array_size", -EINVAL, 0, { I4, T(0, BTF_KIND_ARRAY, 0, 0, 4), 1, 1, 3 } },
	{ "array_vlen", -EINVAL, 0, { I4, T(0, BTF_KIND_ARRAY, 0, 1, 0), 1, 1, 3 } },
	{ "array_of_void", -EINVAL, 0, { I4, ARRAY(0, 1, 3) } },
	{ "array_of_const_void", -EINVAL, 0, { I4, MOD(BTF_KIND_CONST, 0), ARRAY(2, 1, 3) } },
	{ "array_without_index", -EINVAL, 0, { I4, ARRAY(1, 0, 3) } },
	{ "array_index_no_int", -EINVAL, 0, { I4, PTR(0), ARRAY(1, 2, 3) } },
	{ "array_index_typedef", 0, 0, { I4, TYPEDEF(N_b, 1), ARRAY(1, 2, 3) } },
	{ "array_index_odd_int", -EINVAL, 0, { I4, INT(N_b, 4, 31), ARRAY(1, 2, 3) } },
	{ "array_of_odd_int", -EINVAL, 0, { I4, INT(N_b, 4, 31), ARRAY(2, 1, 3) } },
	{ "array_too_large", -EINVAL, 0, { I4, ARRAY(1, 1, 0x40000000) } },
	{ "array_of_arrays_too_large", -EINVAL, 0, { I4, ARRAY(1, 1, 0x10000), ARRAY(2, 1, 0x10000) } },
	{ "array_zero", 0, 0, { I4, ARRAY(1, 1, 0) } },
	{ "array_of_itself", -EEXIST, 0, { I4, ARRAY(2, 1, 1) } },
	{ "array_of_fwd", -EINVAL, 0, { I4, T(N_b, BTF_KIND_FWD, 0, 0, 0), ARRAY(2, 1, 1) } },
	{ "array_of_func", -EINVAL, 0, { I4, PROTO(0, 0), FUNC(N_a, 0, 2), ARRAY(3, 1, 1) } },
	{ "struct", 0, 0, { I4, STRUCT(N_b, 2, 8), MEMBER(N_a, 1, 0), MEMBER(N_b, 1, 32) } },
	{ "struct_empty", 0, 0, { STRUCT(0, 0, 0) } },
	{ "struct_bad_name", -EINVAL, 0, { STRUCT(N_bad, 0, 0) } },
	{ "struct_member_bad_name", -EINVAL, 0, { I4, STRUCT(N_b, 1, 4), MEMBER(N_bad, 1, 0) } },
	{ "struct_member_void", -EINVAL, 0, { I4, STRUCT(N_b, 1, 4), MEMBER(N_a, 0, 0) } },
	{ "struct_member_missing", -EINVAL, 0, { I4, STRUCT(N_b, 1, 4), MEMBER(N_a, 9, 0) } },
	{ "struct_member_order", -EINVAL, 0, { I4, STRUCT(N_b, 2, 8), MEMBER(N_a, 1, 32),
	  MEMBER(N_b, 1, 0) } },
	{ "struct_member_beyond", -EINVAL, 0, { I4, STRUCT(N_b, 1, 4), MEMBER(N_a, 1, 40) } },
	{ "struct_member_too_large", -EINVAL, 0, { I4, STRUCT(N_b, 1, 4), MEMBER(N_a, 1, 8) } },
	{ "struct_member_ptr_unaligned", -EINVAL, 0, { STRUCT(N_b, 1, 16), MEMBER(N_a, 2, 4), PTR(0) } },
	{ "struct_member_ptr_too_large", -EINVAL, 0, { STRUCT(N_b, 1, 4), MEMBER(N_a, 2, 0), PTR(0) } },
	{ "struct_member_array_too_large", -EINVAL, 0, { I4, STRUCT(N_b, 1, 8), MEMBER(N_a, 3, 0),
	  ARRAY(1, 1, 3) } },
	{ "struct_in_itself", -EEXIST, 0, { STRUCT(N_b, 1, 8), MEMBER(N_a, 1, 0) } },
	{ "struct_in_its_array", -EEXIST, 0, { I4, STRUCT(N_b, 1, 8), MEMBER(N_a, 3, 0), ARRAY(2, 1, 1) } },
	{ "struct_list", 0, 0, { STRUCT(N_b, 1, 8), MEMBER(N_a, 2, 0), PTR(1) } },
	{ "struct_member_fwd", -EINVAL, 0, { STRUCT(N_b, 1, 8), MEMBER(N_a, 2, 0),
	  T(N_a, BTF_KIND_FWD, 0, 0, 0) } },
	{ "struct_member_typedef_fwd", -EINVAL, 0, { STRUCT(N_b, 1, 8), MEMBER(N_a, 2, 0), TYPEDEF(N_a, 3),
	  T(N_a, BTF_KIND_FWD, 0, 0, 0) } },
	{ "struct_member_func", -EINVAL, 0, { PROTO(0, 0), FUNC(N_a, 0, 1), STRUCT(N_b, 1, 8),
	  MEMBER(N_a, 2, 0) } },
	{ "struct_bits_without_flag", 0, 0, { INT(N_a, 4, 3), STRUCT(N_b, 2, 4), MEMBER(N_a, 1, 0),
	  MEMBER(N_b, 1, 3) } },
	{ "struct_bitfield", 0, 0, { I4, STRUCT_F(N_b, 2, 4), MEMBER(N_a, 1, BITS(3, 0)),
	  MEMBER(N_b, 1, BITS(5, 3)) } },
	{ "struct_bitfield_too_wide", -EINVAL, 0, { I4, STRUCT_F(N_b, 1, 8), MEMBER(N_a, 1, BITS(33, 0)) } },
	{ "struct_bitfield_beyond", -EINVAL, 0, { I4, STRUCT_F(N_b, 1, 4), MEMBER(N_a, 1, BITS(8, 30)) } },
	{ "struct_bitfield_odd_int", -EINVAL, 0, { INT(N_a, 4, 31), STRUCT_F(N_b, 1, 4),
	  MEMBER(N_a, 1, BITS(3, 0)) } },
	{ "struct_bitfield_ptr", -EINVAL, 0, { PTR(0), STRUCT_F(N_b, 1, 8), MEMBER(N_a, 1, BITS(3, 0)) } },
	{ "struct_flag_unaligned", -EINVAL, 0, { I4, STRUCT_F(N_b, 1, 8), MEMBER(N_a, 1, BITS(0, 3)) } },
	{ "struct_bitfield_typedef", 0, 0, { I4, TYPEDEF(N_a, 1), STRUCT_F(N_b, 1, 4),
	  MEMBER(N_a, 2, BITS(3, 0)) } },
	{ "struct_bitfield_enum", 0, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 4), N_b, 0, STRUCT_F(N_b, 1, 4),
	  MEMBER(N_a, 1, BITS(3, 1)) } },
	{ "struct_bitfield_enum_wide", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 4), N_b, 0,
	  STRUCT_F(N_b, 1, 8), MEMBER(N_a, 1, BITS(33, 0)) } },
	{ "struct_member_enum_beyond", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 4), N_b, 0,
	  STRUCT(N_b, 1, 4), MEMBER(N_a, 1, 8) } },
	{ "struct_float_unaligned", -EINVAL, 0, { T(N_a, BTF_KIND_FLOAT, 0, 0, 8), STRUCT(N_b, 1, 16),
	  MEMBER(N_a, 1, 32) } },
	{ "struct_float", 0, 0, { T(N_a, BTF_KIND_FLOAT, 0, 0, 8), STRUCT(N_b, 1, 16), MEMBER(N_a, 1, 64) } },
	{ "struct_cut", -EINVAL, 0, { STRUCT(N_b, 1, 8), MEMBER(N_a, 1, ~0u) } },
	{ "union", 0, 0, { I4, UNION(N_b, 2, 4), MEMBER(N_a, 1, 0), MEMBER(N_b, 1, 0) } },
	{ "union_member_offset", -EINVAL, 0, { I4, UNION(N_b, 1, 8), MEMBER(N_a, 1, 32) } },
	{ "enum", 0, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 4), N_b, 0 } },
	{ "enum_signed", 0, KVER(6, 0), { T(N_a, BTF_KIND_ENUM, 1, 1, 4), N_b, 0 } },
	{ "enum_3_bytes", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 3), N_b, 0 } },
	{ "enum_16_bytes", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 16), N_b, 0 } },
	{ "enum_0_bytes", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 0), N_b, 0 } },
	{ "enum_value_unnamed", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 4), 0, 0 } },
	{ "enum_value_bad_name", -EINVAL, 0, { T(N_a, BTF_KIND_ENUM, 0, 1, 4), N_bad, 0 } },
	{ "enum_bad_name", -EINVAL, 0, { T(N_bad, BTF_KIND_ENUM, 0, 1, 4), N_b, 0 } },
	{ "enum_empty", 0, 0, { T(0, BTF_KIND_ENUM, 0, 0, 4) } },
	{ "enum64", 0, KVER(6, 0), { T(N_a, 19, 0, 1, 8), N_b, 0, 1 } },
	{ "enum64_value_unnamed", -EINVAL, KVER(6, 0), { T(N_a, 19, 0, 1, 8), 0, 0, 1 } },
	{ "enum64_3_bytes", -EINVAL, KVER(6, 0), { T(N_a, 19, 0, 1, 3), N_b, 0, 1 } },
	{ "fwd_union", 0, 0, { T(N_a, BTF_KIND_FWD, 1, 0, 0) } },
	{ "fwd_unnamed", -EINVAL, 0, { T(0, BTF_KIND_FWD, 0, 0, 0) } },
	{ "fwd_type", -EINVAL, 0, { I4, T(N_b, BTF_KIND_FWD, 0, 0, 1) } },
	{ "fwd_vlen", -EINVAL, 0, { T(N_b, BTF_KIND_FWD, 0, 1, 0) } },
	{ "proto", 0, 0, { I4, PROTO(2, 1), N_a, 1, 0, 1 } },
	{ "proto_vararg", 0, 0, { I4, PROTO(2, 0), N_a, 1, 0, 0 } },
	{ "proto_vararg_named", -EINVAL, 0, { I4, PROTO(1, 0), N_a, 0 } },
	{ "proto_void_first", -EINVAL, 0, { I4, PROTO(2, 0), N_a, 0, N_b, 1 } },
	{ "proto_named", -EINVAL, 0, { T(N_a, BTF_KIND_FUNC_PROTO, 0, 0, 0) } },
	{ "proto_kflag", -EINVAL, 0, { T(0, BTF_KIND_FUNC_PROTO, 1, 0, 0) } },
	{ "proto_returns_missing", -EINVAL, 0, { PROTO(0, 7) } },
	{ "proto_returns_fwd", -EINVAL, 0, { T(N_a, BTF_KIND_FWD, 0, 0, 0), PROTO(0, 1) } },
	{ "proto_returns_const_void", -EINVAL, 0, { MOD(BTF_KIND_CONST, 0), PROTO(0, 1) } },
	{ "proto_param_missing", -EINVAL, 0, { I4, PROTO(1, 0), N_a, 7 } },
	{ "proto_param_bad_name", -EINVAL, 0, { I4, PROTO(1, 0), N_bad, 1 } },
	{ "proto_param_func", -EINVAL, 0, { PROTO(0, 0), FUNC(N_a, 0, 1), PROTO(1, 0), N_a, 2 } },
	{ "proto_param_name_beyond", -EINVAL, 0, { I4, PROTO(1, 0), N_END, 1 } },
	{ "func", 0, 0, { PROTO(0, 0), FUNC(N_a, 1, 1) } },
	{ "func_extern", -EINVAL, 0, { PROTO(0, 0), FUNC(N_a, 2, 1) } },
	{ "func_linkage_3", -EINVAL, 0, { PROTO(0, 0), FUNC(N_a, 3, 1) } },
	{ "func_unnamed", -EINVAL, 0, { PROTO(0, 0), FUNC(0, 0, 1) } },
	{ "func_kflag", -EINVAL, 0, { PROTO(0, 0), T(N_a, BTF_KIND_FUNC, 1, 0, 1) } },
	{ "func_of_int", -EINVAL, 0, { I4, FUNC(N_a, 0, 1) } },
	{ "func_of_missing", -EINVAL, 0, { FUNC(N_a, 0, 7) } },
	{ "func_param_unnamed", -EINVAL, 0, { I4, PROTO(1, 0), 0, 1, FUNC(N_a, 0, 2) } },
	{ "func_vararg", 0, 0, { I4, PROTO(2, 0), N_a, 1, 0, 0, FUNC(N_a, 0, 2) } },
	{ "var", 0, 0, { I4, VAR(N_b, 1, 1) } },
	{ "var_extern", -EINVAL, 0, { I4, VAR(N_b, 1, 2) } },
	{ "var_unnamed", -EINVAL, 0, { I4, VAR(0, 1, 0) } },
	{ "var_bad_name", -EINVAL, 0, { I4, VAR(N_bad, 1, 0) } },
	{ "var_void", -EINVAL, 0, { VAR(N_b, 0, 0) } },
	{ "var_const_void", -EINVAL, 0, { MOD(BTF_KIND_CONST, 0), VAR(N_b, 1, 0) } },
	{ "var_fwd", -EINVAL, 0, { T(N_a, BTF_KIND_FWD, 0, 0, 0), VAR(N_b, 1, 0) } },
	{ "var_proto", -EINVAL, 0, { PROTO(0, 0), VAR(N_b, 1, 0) } },
	{ "var_var", -EINVAL, 0, { I4, VAR(N_b, 1, 0), VAR(N_a, 2, 0) } },
	{ "var_vlen", -EINVAL, 0, { I4, T(N_b, BTF_KIND_VAR, 0, 1, 1), 0 } },
	{ "var_ptr_loop", -EEXIST, 0, { PTR(2), PTR(1), VAR(N_b, 1, 0) } },
	{ "sec", 0, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 1, 4), 2, 0, 4 } },
	{ "sec_size_0", -EINVAL, 0, { SEC(N_data, 0, 0) } },
	{ "sec_no_vars", 0, 0, { SEC(N_data, 0, 4) } },
	{ "sec_unnamed", -EINVAL, 0, { SEC(0, 0, 4) } },
	{ "sec_question_mark", 0, KVER(6, 9), { SEC(N_opt, 0, 4) } },
	{ "sec_with_space", 0, KVER(6, 12), { SEC(N_space, 0, 4) } },
	{ "sec_of_int", -EINVAL, 0, { I4, SEC(N_data, 1, 4), 1, 0, 4 } },
	{ "sec_of_func", -EINVAL, 0, { PROTO(0, 0), FUNC(N_a, 0, 1), SEC(N_data, 1, 4), 2, 0, 4 } },
	{ "sec_of_missing", -EINVAL, 0, { SEC(N_data, 1, 4), 9, 0, 4 } },
	{ "sec_of_void", -EINVAL, 0, { SEC(N_data, 1, 4), 0, 0, 4 } },
	{ "sec_overlap", -EINVAL, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 2, 8), 2, 0, 4, 2, 2, 4 } },
	{ "sec_unsorted", -EINVAL, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 2, 8), 2, 4, 4, 2, 0, 4 } },
	{ "sec_var_beyond", -EINVAL, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 1, 4), 2, 4, 4 } },
	{ "sec_var_across_the_end", -EINVAL, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 1, 6), 2, 4, 4 } },
	{ "sec_var_size_0", -EINVAL, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 1, 4), 2, 0, 0 } },
	{ "sec_var_size_less", -EINVAL, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 1, 4), 2, 0, 2 } },
	{ "sec_var_size_more", 0, 0, { I4, VAR(N_b, 1, 0), SEC(N_data, 1, 8), 2, 0, 8 } },
	{ "sec_kflag", -EINVAL, 0, { T(N_data, BTF_KIND_DATASEC, 1, 0, 4) } },
	{ "float", 0, 0, { T(N_a, BTF_KIND_FLOAT, 0, 0, 8) } },
	{ "float_3_bytes", -EINVAL, 0, { T(N_a, BTF_KIND_FLOAT, 0, 0, 3) } },
	{ "float_vlen", -EINVAL, 0, { T(N_a, BTF_KIND_FLOAT, 0, 1, 8) } },
	{ "decl_tag", 0, KVER(5, 16), { I4, VAR(N_b, 1, 0), TAG(N_bad, 2, -1) } },
	{ "decl_tag_no_text", -EINVAL, KVER(5, 16), { I4, VAR(N_b, 1, 0), TAG(0, 2, -1) } },
	{ "decl_tag_on_int", -EINVAL, KVER(5, 16), { I4, TAG(N_a, 1, -1) } },
	{ "decl_tag_on_missing", -EINVAL, KVER(5, 16), { I4, TAG(N_a, 7, -1) } },
	{ "decl_tag_on_member", 0, KVER(5, 16), { I4, STRUCT(N_b, 1, 4), MEMBER(N_a, 1, 0),
	  TAG(N_a, 2, 0) } },
	{ "decl_tag_on_member_beyond", -EINVAL, KVER(5, 16),
	  { I4, STRUCT(N_b, 1, 4), MEMBER(N_a, 1, 0), TAG(N_a, 2, 1) } },
	{ "decl_tag_component_of_var", -EINVAL, KVER(5, 16), { I4, VAR(N_b, 1, 0), TAG(N_a, 2, 0) } },
	{ "decl_tag_component_negative", -EINVAL, KVER(5, 16), { I4, VAR(N_b, 1, 0), TAG(N_a, 2, -2) } },
	{ "decl_tag_on_param", 0, KVER(5, 16), { I4, PROTO(1, 0), N_a, 1, FUNC(N_b, 0, 2), TAG(N_a, 3, 0) } },
	{ "decl_tag_on_param_beyond", -EINVAL, KVER(5, 16),
	  { I4, PROTO(1, 0), N_a, 1, FUNC(N_b, 0, 2), TAG(N_a, 3, 1) } },
	{ "decl_tag_on_typedef", 0, KVER(5, 17), { TYPEDEF(N_b, 0), TAG(N_a, 1, -1) } },
	{ "decl_tag_vlen", -EINVAL, KVER(5, 16), { I4, VAR(N_b, 1, 0), T(N_a, 17, 0, 1, 2), ~0u - 1 } },
	{ "type_tag", 0, KVER(5, 17), { I4, TYPE_TAG(N_a, 1), PTR(2) } },
	{ "type_tag_no_text", -EINVAL, KVER(5, 17), { I4, TYPE_TAG(0, 1) } },
	{ "type_tag_after_const", -EINVAL, KVER(5, 17),
	  { I4, TYPE_TAG(N_a, 1), MOD(BTF_KIND_CONST, 2), PTR(3) }, KVER(7, 0) },
	{ "type_tag_before_const", 0, KVER(5, 17), { I4, MOD(BTF_KIND_CONST, 1), TYPE_TAG(N_a, 2), PTR(3) } },
	{ "type_tag_kflag", 0, KVER(6, 15), { I4, T(N_a, 18, 1, 0, 1), PTR(2) } },
	{ "decl_tag_kflag", 0, KVER(6, 15), { I4, VAR(N_b, 1, 0), T(N_a, 17, 1, 0, 2), ~0u } },
};

#undef INT

/* What the container can be spoilt with: one word of the header, or more bytes. */
static const struct container {
	const char *name;
	int err;
	u32 at, sz;   /* of the header: sz 1, 2 or 4 bytes at `at` */
	s32 val;      /* added to what is there; sz 0: nothing */
	s32 cut;      /* bytes less at the end (negative: more) */
} containers[] = {
	{ "as_it_is", 0, 0, 0, 0, 0 },
	{ "magic", -EINVAL, 0, 2, 1, 0 },
	{ "magic_swapped", -EINVAL, 0, 2, 0x9feb - 0xeb9f, 0 },
	{ "version", NOTSUPP, 2, 1, 1, 0 },
	{ "flags", NOTSUPP, 3, 1, 1, 0 },
	{ "hdr_len_short", -EINVAL, 4, 4, -1, 0 },
	{ "hdr_len_long", -E2BIG, 4, 4, 16, 0 },
	{ "hdr_len_beyond", -EINVAL, 4, 4, 100000, 0 },
	{ "type_off", -EINVAL, 8, 4, 4, 0 },
	{ "type_off_unaligned", -EINVAL, 8, 4, 1, 0 },
	{ "type_len_0", -EINVAL, 12, 4, -16, 0 },
	{ "type_len_short", -EINVAL, 12, 4, -4, 0 },
	{ "type_len_long", -EINVAL, 12, 4, 4, 0 },
	{ "str_off", -EINVAL, 16, 4, 1, 0 },
	{ "str_off_less", -EINVAL, 16, 4, -1, 0 },
	{ "str_len_long", -EINVAL, 20, 4, 1, 0 },
	{ "str_len_short", -EINVAL, 20, 4, -1, 0 },
	{ "trailing_byte", -EINVAL, 0, 0, 0, -1 },
	{ "cut_by_one", -EINVAL, 0, 0, 0, 1 },
	{ "only_the_header", -EINVAL, 0, 0, 0, 16 + (s32)sizeof(strings) },
	{ "half_a_header", -EINVAL, 0, 0, 0, 28 + (s32)sizeof(strings) },
	{ "seven_bytes", -EINVAL, 0, 0, 0, 33 + (s32)sizeof(strings) },
};

struct hdr { u16 magic; u8 version, flags; u32 hdr_len, type_off, type_len, str_off, str_len; };

/* A type of only ~0 at the end is cut off by the table: ~0 stands for "nothing follows", and is left out
 * where it is the last. */
static u32 words_of(const struct refusal *r)
{
	u32 cnt = WORDS;

	while (cnt && !r->words[cnt - 1])
		cnt--;
	return cnt;
}

/* Zeroes at the end of a type are part of it: what is needed is known from the kinds. */
static u32 types_sz(const struct refusal *r)
{
	static const u8 fixed[] = { 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0 };
	static const u8 each[] = { 0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3 };
	const u32 last = words_of(r);
	u32 at = 0, kind;

	while (at < last) {
		kind = r->words[at + 1] >> 24 & 0x1f;
		at += 3;
		if (kind < sizeof(fixed))
			at += fixed[kind] + each[kind] * (r->words[at - 2] & 0xffff);
	}
	return strstr(r->name, "_cut") ? last - 1 : at;
}

static u32 build(const struct refusal *r, u8 *buf)
{
	const u32 sz = 4 * types_sz(r);
	const struct hdr h = { 0xeb9f, 1, 0, 24, 0, sz, sz, sizeof(strings) };

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), r->words, sz);
	memcpy(buf + sizeof(h) + sz, strings, sizeof(strings));
	return (u32)sizeof(h) + sz + (u32)sizeof(strings);
}

/* The kernel's answer; 1: nobody may ask it. */
static int ask_kernel(const void *data, u32 sz)
{
	union bpf_attr attr;
	int fd, err;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (u64)(uintptr_t)data;
	attr.btf_size = sz;
	fd = (int)syscall(__NR_bpf, BPF_BTF_LOAD, &attr, 28);
	err = fd < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return err == -EPERM || err == -ENOSYS || host_version() < FLOOR ? 1 : err;
}

static u32 compared;

static void check(const char *name, const u8 *data, u32 sz, int want, u32 version)
{
	struct lsk_err why = {};
	const int err = btf_check(data, sz, version, &why);
	const int kernel = version == host_version() ? ask_kernel(data, sz) : 1;

	if (err != want)
		fail_msg("%s: %d (%s), not %d", name, err, why.msg, want);
	if (!err != !why.msg[0])
		fail_msg("%s: %d has the message '%s'", name, err, why.msg);
	if (kernel <= 0 && kernel != want)
		fail_msg("%s: the kernel says %d, not %d (%s)", name, kernel, want, why.msg);
	compared += kernel <= 0;
}

static int err_of(const struct refusal *r, u32 version)
{
	return r->fine_since && version >= r->fine_since ? 0 : r->err;
}

static void types_as_the_kernel_takes_them(void **state)
{
	const u32 version = model_release();
	u8 buf[4096];
	u32 i;

	(void)state;
	compared = 0;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const u32 sz = build(&table[i], buf);

		if (version >= table[i].since)
			check(table[i].name, buf, sz, err_of(&table[i], version), version);
		/* where nothing is known of the kernel, it is a new one */
		check(table[i].name, buf, sz, err_of(&table[i], ~0u), 0);
	}
	print_message("# %zu cases, %u compared with the kernel\n", ARRAY_SIZE(table), compared);
}

/* Older kernels refuse what came later. */
static void newer_kinds_on_older_kernels(void **state)
{
	u8 buf[4096];
	u32 i, cnt = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct lsk_err why = {};

		if (!table[i].since || table[i].err)
			continue;
		/* the release before; dots in names have been there in some stable releases of 6.1 */
		if (!strcmp(table[i].name, "typedef_dot"))
			continue;
		if (btf_check(buf, build(&table[i], buf), table[i].since - 1, &why) != -EINVAL)
			fail_msg("%s: fine before its time", table[i].name);
		cnt++;
	}
	assert_true(cnt > 8);
}

static void containers_as_the_kernel_takes_them(void **state)
{
	static const struct refusal one = { "int", 0, 0, { N_a, INFO(BTF_KIND_INT, 0, 0), 4, 32 } };
	const u32 version = model_release();
	u8 buf[4096];
	u32 i;

	(void)state;
	compared = 0;
	for (i = 0; i < ARRAY_SIZE(containers); i++) {
		const struct container *c = &containers[i];
		u32 sz, v = 0;

		memset(buf, 0, sizeof(buf));
		sz = build(&one, buf);
		memcpy(&v, buf + c->at, c->sz);
		v += (u32)c->val;
		memcpy(buf + c->at, &v, c->sz);
		check(c->name, buf, sz - (u32)c->cut, c->err, version);
	}
	print_message("# %zu cases, %u compared with the kernel\n", ARRAY_SIZE(containers), compared);
}

/* Chains: the kernel gives up where we do. */
static void depth_as_in_the_kernel(void **state)
{
	static struct { struct hdr h; u32 t[3 * 70]; u8 more[64]; } b;
	static const struct { u32 kind, cnt; int err; } chains[] = {
		{ BTF_KIND_PTR, 31, 0 }, { BTF_KIND_PTR, 32, 0 }, { BTF_KIND_PTR, 33, -E2BIG },
		  { BTF_KIND_PTR, 64, -E2BIG },
		{ BTF_KIND_CONST, 31, 0 }, { BTF_KIND_CONST, 32, 0 }, { BTF_KIND_CONST, 33, -E2BIG },
	};
	const u32 version = model_release();
	u32 i, j;

	(void)state;
	compared = 0;
	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		const u32 cnt = chains[i].cnt, sz = 12 * cnt;
		char name[64];

		memset(&b, 0, sizeof(b));
		b.h = (struct hdr){ 0xeb9f, 1, 0, 24, 0, sz, sz, 1 };
		for (j = 0; j < cnt; j++) {
			b.t[3 * j + 1] = INFO(chains[i].kind, 0, 0);
			b.t[3 * j + 2] = j + 1 < cnt ? j + 2 : 0;
		}
		snprintf(name, sizeof(name), "chain of %u of kind %u", cnt, chains[i].kind);
		check(name, (const u8 *)&b, (u32)sizeof(b.h) + sz + 1, chains[i].err, version);
	}
	/* the same the other way around: each is resolved before it is referred to */
	for (i = 2; i <= 70; i++) {
		const u32 sz = 12 * i;
		struct lsk_err why = {};
		char name[64];
		int kernel, err;

		memset(&b, 0, sizeof(b));
		b.h = (struct hdr){ 0xeb9f, 1, 0, 24, 0, sz, sz, 1 };
		for (j = 0; j < i; j++) {
			b.t[3 * j + 1] = INFO(BTF_KIND_CONST, 0, 0);
			b.t[3 * j + 2] = j;
		}
		snprintf(name, sizeof(name), "rising chain of %u", i);
		err = btf_check(&b, (u32)sizeof(b.h) + sz + 1, version, &why);
		kernel = ask_kernel(&b, (u32)sizeof(b.h) + sz + 1);
		if (kernel <= 0 && kernel != err)
			fail_msg("%s: kernel %d, we %d (%s)", name, kernel, err, why.msg);
	}
}

/* Bytes at random places changed at random: the same answer as the kernel's, for each. */
static void mutants_as_the_kernel_takes_them(void **state)
{
	const u32 version = model_release();
	u8 buf[4096];
	u32 i, n, seed = 1, refused = 0;

	(void)state;
	compared = 0;
	for (n = 0; n < 20000; n++) {
		const struct refusal *r;
		struct lsk_err why = {};
		u32 sz, flips;
		int err, kernel;

		seed = seed * 1664525 + 1013904223;
		r = &table[(seed >> 8) % ARRAY_SIZE(table)];
		sz = build(r, buf);
		seed = seed * 1664525 + 1013904223;
		flips = 1 + (seed >> 28);
		for (i = 0; i < flips % 3 + 1; i++) {
			seed = seed * 1664525 + 1013904223;
			buf[24 + (seed >> 8) % (sz - 24 - sizeof(strings))] = (u8)(seed >> 24) % 20;
		}
		err = btf_check(buf, sz, version, &why);
		kernel = ask_kernel(buf, sz);
		refused += err != 0;
		if (kernel <= 0 && kernel != err)
			fail_msg("mutant %u of %s: kernel %d, we %d (%s)", n, r->name, kernel, err, why.msg);
		compared += kernel <= 0;
	}
	assert_true(refused > 1000 && refused < 20000);
	print_message("# %u mutants, %u refused, %u compared with the kernel\n", n, refused, compared);
}

/* Through the command: what is loaded can be asked for, and the attr's own rules. */
static void the_command(void **state)
{
	static const struct refusal one = { "int", 0, 0, { N_a, INFO(BTF_KIND_INT, 0, 0), 4, 32 } };
	struct target t = { .version = KVER(6, 1), .page_size = 4096 };
	struct { u64 btf, log; u32 sz, log_sz, level, true_sz, flags, token; } attr = {};
	struct model *m = model_new(&t);
	u8 buf[4096];

	(void)state;
	attr.btf = (u64)(uintptr_t)buf;
	attr.sz = build(&one, buf);
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 28), 3);
	attr.true_sz = 1; /* 6.4: inside of the union, behind the last field */
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 32), -EINVAL);
	t.version = KVER(6, 4);
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 32), 4);
	attr.level = 1; /* without a buffer: since 6.4 */
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 32), 5);
	t.version = KVER(6, 1);
	attr.true_sz = 0;
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 28), -EINVAL);
	attr.level = 0;
	attr.btf = 0;
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 28), -EFAULT);
	attr.btf = (u64)(uintptr_t)buf;
	attr.sz = (16 << 20) + 1;
	assert_int_equal(model_bpf(m, BPF_BTF_LOAD, &attr, 28), -E2BIG);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_as_the_kernel_takes_them),
		cmocka_unit_test(newer_kinds_on_older_kernels),
		cmocka_unit_test(containers_as_the_kernel_takes_them),
		cmocka_unit_test(depth_as_in_the_kernel),
		cmocka_unit_test(mutants_as_the_kernel_takes_them),
		cmocka_unit_test(the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
