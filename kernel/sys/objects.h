/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What bpf(2) creates, as the model keeps it. Shared with verify/, which looks at maps and programs that programs refer to. */
#ifndef LSK_SYS_OBJECTS_H
#define LSK_SYS_OBJECTS_H

#include "../../gen_loader/object/object.h"

struct target_btf;

struct kbtf {
	struct btf *btf;                 /* loaded by BTF_LOAD */
	const struct target_btf *kernel; /* or this: one of the kernel's; btf is NULL then */
	u32 refs;
};

struct kmap {
	u32 type, key_size, value_size, max_entries, flags;
	u64 extra;
	char name[16];
	struct kbtf *btf; /* NULL: none */
	u32 key_id, value_id; /* in btf */
	u32 ops_id;           /* struct_ops: btf_vmlinux_value_type_id, in ops_btf */
	const struct target_btf *ops_btf;
	struct kmap *inner;   /* map-in-map: what it holds looks like this */
	bool frozen;
	u8 *value;            /* arrays of one element: max_entries * round_up(value_size, 8) bytes; NULL for what the model does not store */
	u32 refs;
};

struct kprog {
	u32 type, attach_type, flags;
	char name[16];
	struct insn *insns; /* as loaded, after CO-RE */
	u32 insn_cnt;
	struct kbtf *btf;
	struct kprog_func { u32 insn, type_id; } *funcs; /* func_info */
	u32 func_cnt;
	u32 refs;
};

#endif
