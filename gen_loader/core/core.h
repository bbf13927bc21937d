/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * CO-RE: what an object's instructions say about the kernel's types becomes what a certain kernel has. Local
 * BTF is the object's, target BTF the kernel's. The rules are the kernel's own (since 5.17) and libbpf's;
 * where these two differ, see enum core_flags.
 *
 * libbpf forgets candidates that don't match a relocation, for all that follow. The kernel doesn't, and we don't:
 * what a relocation means does not depend on others.
 *
 * Nothing here trusts its input: types that don't exist are as void, names that don't exist are empty, chains
 * have an end.
 */
#ifndef LSK_CORE_H
#define LSK_CORE_H

#include "../object/object.h"

/* enum bpf_core_relo_kind, obj_core.kind. The build host's header may be too old to have all. */
enum core_kind {
	CORE_BYTE_OFFSET,
	CORE_BYTE_SIZE,
	CORE_FIELD_EXISTS,
	CORE_SIGNED,
	CORE_LSHIFT,
	CORE_RSHIFT,
	CORE_ID_LOCAL,
	CORE_ID_TARGET,
	CORE_TYPE_EXISTS,
	CORE_TYPE_SIZE,
	CORE_ENUMVAL_EXISTS,
	CORE_ENUMVAL_VALUE,
	CORE_TYPE_MATCHES,
};

enum core_flags {
	CORE_BIG_ENDIAN = 1, /* the target is; both BTFs are in host order, as libbpf keeps them */
	CORE_AS_KERNEL = 2,  /* only what it can: the same kinds (ENUM, ENUM64), types two levels deep */
};

struct core;

/*
 * core_new() - for the relocations of one object. @local is borrowed until core_free().
 * core_add_target() - a BTF to look in, borrowed too: vmlinux first, then modules (split BTFs on top of it).
 * As in the kernel, modules count only if vmlinux has no type of that name and kind.
 */
int core_new(const struct btf *local, unsigned int flags, struct core **core);
int core_add_target(struct core *core, const struct btf *btf);
void core_free(struct core *core); /* NULL is fine */

/* What a relocation comes to. */
struct core_value {
	bool found;  /* the target has it */
	bool poison; /* and can't do without: the instruction must not be reached */
	bool check;  /* the instruction must hold `local` */
	bool resize; /* the field has another size: so must instructions that access it */
	bool no_resize; /* ... which would give a wrong value */
	u64 local, target;
	u32 local_sz, target_sz;
	u32 target_id; /* found: the root type, in the BTF that it was found in */
};

/*
 * core_resolve() - the value of a relocation, without any instruction.
 * Errors, with a message that names type and field: -EINVAL (a record that makes no sense, candidates that
 * disagree), -E2BIG, -ENOTSUP. That the target does not have it is no error: see @val.
 */
int core_resolve(struct core *core, const struct obj_core *relo, struct core_value *val, struct lsk_err *err);

/*
 * core_patch() - put a value into the instruction at @insns[@at].
 * Errors: -EINVAL (no instruction that can hold it, or one that holds something else), -ERANGE.
 */
int core_patch(const struct core_value *val, struct insn *insns, u32 cnt, u32 at, struct lsk_err *err);

/* What can't be: a call of a function that does not exist. The verifier refuses it if it can be reached. */
#define CORE_POISON_IMM 0xbad2310
void core_poison(struct insn *insns, u32 cnt, u32 at);

/*
 * core_apply() - resolve and patch all of a program's relocations. Messages are "insn 17: CO-RE: ...".
 * @lenient: what is an error poisons instead: for programs that are perhaps never loaded
 */
int core_apply(struct core *core, const struct obj_core *relos, u32 relo_cnt, struct insn *insns,
	       u32 insn_cnt, bool lenient, struct lsk_err *err);

/*
 * core_types_compat() - whether a local type may stand for one of the kernel's (BTF @target): the same shape, names don't
 * count. 1, 0, or -EINVAL (too deep).
 */
int core_types_compat(const struct core *core, u32 local_id, const struct btf *target, u32 target_id);

/* core_describe() - "byte offset of 'struct task_struct.comm[0]'", for people; cut to @sz. */
void core_describe(const struct core *core, const struct obj_core *relo, char *buf, size_t sz);

#endif
