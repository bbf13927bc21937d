/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What bpf(2) creates, as the model keeps it. Shared with verify/, which looks at maps and programs that
 * programs refer to. */
#ifndef LSK_SYS_OBJECTS_H
#define LSK_SYS_OBJECTS_H

#include "../../gen_loader/object/object.h"

struct target_btf;
struct core;

struct kbtf {
	struct btf *btf;                 /* loaded by BTF_LOAD */
	const struct target_btf *kernel; /* or this: one of the kernel's; btf is NULL then */
	u32 refs;
	u32 id;
	void *raw;                       /* as loaded */
	u32 raw_sz;
	struct core *core;               /* CO-RE of programs that come with it; NULL: none was needed yet */
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
	u8 *value; /* arrays of one element: max_entries * round_up(value_size, 8) bytes; NULL for what the
		      model does not store */
	u32 refs;
	u32 id;
	size_t value_map_sz;  /* bytes mapped at value; 0: it is on the heap */
	int memfd;            /* that value is a mapping of, for those who mmap() the map; -1: none */
	u8 *object; /* where programs have a pointer to the map: KMAP_OBJECT_SZ bytes, as of struct bpf_map */
	bool updated;         /* struct_ops: registered */
	u32 elem_cnt;         /* maps or programs put into it */
	void **elems;         /* by slot, in arrays of them: NULL, or one that is held */
	bool exclusive;       /* excl_prog_hash was given */
};

enum { KMAP_OBJECT_SZ = 64 };

struct kprog {
	u32 type, attach_type, flags;
	char name[16];
	struct insn *insns; /* as loaded, after CO-RE */
	u32 insn_cnt;
	struct kbtf *btf;
	struct kprog_func { u32 insn, type_id; } *funcs; /* func_info */
	u32 func_cnt;
	u32 refs;
	u32 id;
	bool gpl;
	bool guessed; /* what it attaches to is not known to be there */
	struct kmap **maps; /* that its instructions refer to, each once */
	u32 map_cnt;
	const struct target_btf *attach_btf; /* attach_btf_id is in this; NULL: none, or in attach_prog's */
	struct kprog *attach_prog;
	u32 attach_btf_id;
	struct insn *run; /* SYSCALL: insns with addresses in place of maps */
};

struct klink {
	struct kprog *prog; /* or */
	struct kmap *map;   /* struct_ops */
	u32 attach_type;
	u32 refs;
};

#endif
