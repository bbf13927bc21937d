/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Small programs for the verifier's model: what each is about, and what must come of it. They know the
 * kernel by names, so that they can be put before a kernel that was made up and before the one that runs.
 */
#ifndef LSK_VERIFY_PROGS_H
#define LSK_VERIFY_PROGS_H

#include <errno.h>
#include <linux/bpf.h>

#include "../../kernel/verify/verify.h"

/* Per-CPU variables of type int: a kernel has one of them. */
static const char *const percpu_ints[] = { "cpu_number", "numa_node", "__preempt_count" };

enum fix { FIX_NOT, FIX_VAR, FIX_KFUNC, FIX_FIELD, FIX_MAP, FIX_VALUE };

struct tinsn {
	struct insn i;
	enum fix fix;
	const char *name; /* of the variable or function; "struct.field" */
	u32 map;
};

enum { M_PLAIN, M_KPTR, M_RDONLY, M_RINGBUF, M_HASH, M_CNT };

enum { /* in the value of M_KPTR */
	AT_UNREF = 0, AT_REF = 8, AT_NUM = 16, AT_OTHER = 24, KPTR_VALUE = 32,
};

#define I(...) { .i = { __VA_ARGS__ } }
#define MOV(d, s) I(BPF_ALU64 | BPF_MOV | BPF_X, d, s)
#define MOVI(d, k) I(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, k)
#define ADDI(d, k) I(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, k)
#define ADD(d, s) I(BPF_ALU64 | BPF_ADD | BPF_X, d, s)
#define LD(sz, d, s, o) I(BPF_LDX | BPF_MEM | (sz), d, s, o)
#define ST(sz, d, o, k) I(BPF_ST | BPF_MEM | (sz), d, 0, o, k)
#define STX(sz, d, o, s) I(BPF_STX | BPF_MEM | (sz), d, s, o)
#define JEQI(d, k, to) I(BPF_JMP | BPF_JEQ | BPF_K, d, 0, to, k)
#define JNEI(d, k, to) I(BPF_JMP | BPF_JNE | BPF_K, d, 0, to, k)
#define JLTI(d, k, to) I(BPF_JMP | BPF_JLT | BPF_K, d, 0, to, k)
#define JA(to) I(BPF_JMP | BPF_JA, 0, 0, to)
#define CALL(h) I(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##h)
#define SUBPROG(to) I(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, to)
#define EXIT I(BPF_JMP | BPF_EXIT)
#define RET0 MOVI(0, 0), EXIT
#define SLOT2 { .i = { 0 } }
#define KSYM(d, n) { .i = { BPF_LD | BPF_IMM | BPF_DW, d, BPF_PSEUDO_BTF_ID }, .fix = FIX_VAR, .name = n }, SLOT2
#define KFUNC(n) { .i = { BPF_JMP | BPF_CALL, 0, 2 }, .fix = FIX_KFUNC, .name = n }
#define LDF(sz, d, s, n) { .i = { BPF_LDX | BPF_MEM | (sz), d, s }, .fix = FIX_FIELD, .name = n }
#define STF(sz, d, n, s) { .i = { BPF_STX | BPF_MEM | (sz), d, s }, .fix = FIX_FIELD, .name = n }
#define MAP(d, m) { .i = { BPF_LD | BPF_IMM | BPF_DW, d, BPF_PSEUDO_MAP_FD }, .fix = FIX_MAP, .map = m }, SLOT2
#define VALUE(d, m, o) { .i = { BPF_LD | BPF_IMM | BPF_DW, d, BPF_PSEUDO_MAP_VALUE }, .fix = FIX_VALUE, .map = m }, \
	{ .i = { 0, 0, 0, 0, o } }

/* r0 = a trusted task, or the program ends. */
#define THIS_CPU(d, n) KSYM(1, n), CALL(this_cpu_ptr), MOV(d, 0)
#define TASK CALL(get_current_task_btf)
#define ACQUIRE TASK, MOV(1, 0), KFUNC("bpf_task_acquire")
/* r6 = the value of the map at key 0, or the program ends. */
#define LOOKUP(m) ST(BPF_W, 10, -4, 0), MAP(1, m), MOV(2, 10), ADDI(2, -4), CALL(map_lookup_elem), JNEI(0, 0, 2), RET0, MOV(6, 0)

struct vcase {
	const char *name;
	enum verify_outcome outcome;
	enum verify_cause cause;
	int err;
	bool made_up;   /* only for the kernel that is */
	bool no_gpl;
	u32 since;      /* what older kernels say is not told here */
	u32 flags;
	struct tinsn insns[40];
};

#define FINE(n, ...) { .name = n, .outcome = VERIFY_FINE, .insns = { __VA_ARGS__ } }
#define BAD(n, c, e, ...) { .name = n, .outcome = VERIFY_REFUSED, .cause = VERIFY_##c, .err = -(e), .insns = { __VA_ARGS__ } }
#define FINE_THERE(n, ...) { .name = n, .outcome = VERIFY_FINE, .made_up = true, .insns = { __VA_ARGS__ } }
#define BAD_THERE(n, c, e, ...) { .name = n, .outcome = VERIFY_REFUSED, .cause = VERIFY_##c, .err = -(e), .made_up = true, \
	.insns = { __VA_ARGS__ } }

/* All are programs of type SCHED_CLS. */
static const struct vcase vcases[] = {
	FINE("nothing", RET0),
	BAD("uninitialised_register", PROG, EACCES, MOV(0, 6), EXIT),

	/* typed ksyms */
	FINE("ksym_percpu_int", KSYM(1, "@int"), MOVI(2, 0), CALL(per_cpu_ptr), JEQI(0, 0, 1),
	     LD(BPF_W, 1, 0, 0), RET0),
	BAD("ksym_percpu_no_null_check", NULL, EACCES, KSYM(1, "@int"), MOVI(2, 0), CALL(per_cpu_ptr),
	    LD(BPF_W, 1, 0, 0), RET0),
	FINE("ksym_this_cpu_int", THIS_CPU(6, "@int"), LD(BPF_W, 1, 6, 0), RET0),
	BAD("ksym_write_int", WRITE, EACCES, THIS_CPU(6, "@int"), ST(BPF_W, 6, 0, 1), RET0),
	BAD("ksym_read_beyond_int", ACCESS, EACCES, THIS_CPU(6, "@int"), LD(BPF_DW, 1, 6, 0), RET0),
	BAD("ksym_percpu_direct", PERCPU, EACCES, KSYM(1, "@struct"), LD(BPF_W, 1, 1, 0), RET0),
	BAD("per_cpu_ptr_of_a_number", PERCPU, EACCES, MOVI(1, 0), MOVI(2, 0), CALL(per_cpu_ptr), RET0),
	BAD("this_cpu_ptr_of_a_task", PERCPU, EACCES, TASK, MOV(1, 0), CALL(this_cpu_ptr), RET0),
	FINE("ksym_percpu_struct", KSYM(1, "@struct"), MOVI(2, 0), CALL(per_cpu_ptr), JEQI(0, 0, 1),
	     LD(BPF_B, 1, 0, 0), RET0),
	BAD("ksym_write_struct", WRITE, EACCES, THIS_CPU(6, "@struct"), ST(BPF_W, 6, 0, 1), RET0),
	BAD("ksym_twice", PERCPU, EACCES, THIS_CPU(1, "@struct"), CALL(this_cpu_ptr), RET0),
	BAD("ksym_is_an_int_type", KSYM, EINVAL, KSYM(1, "#int"), RET0),
	BAD("ksym_not_a_type", KSYM, ENOENT, KSYM(1, "#-"), RET0),
	BAD("ksym_not_reached", KSYM, EINVAL, MOVI(1, 0), JEQI(1, 0, 2), KSYM(1, "#int"), RET0),
	BAD("ksym_may_be_null", PROG, EACCES, KSYM(6, "@struct"), JNEI(6, 0, 1), LD(BPF_DW, 0, 7, 0), RET0),
	FINE("task_never_null", TASK, JNEI(0, 0, 1), LD(BPF_DW, 0, 7, 0), RET0),

	/* BTF pointers */
	FINE("task_pid", TASK, LDF(BPF_W, 1, 0, "task_struct.pid"), RET0),
	FINE("task_walk", TASK, LDF(BPF_DW, 1, 0, "task_struct.parent"), LDF(BPF_W, 1, 1, "task_struct.pid"),
	     RET0),
	BAD("task_pointer_half", ACCESS, EACCES, TASK, LDF(BPF_W, 1, 0, "task_struct.parent"), RET0),
	BAD("task_beyond", ACCESS, EACCES, TASK, LD(BPF_W, 1, 0, 32000), RET0),
	BAD("task_below", ACCESS, EACCES, TASK, LD(BPF_W, 1, 0, -8), RET0),
	BAD("task_write", WRITE, EACCES, TASK, STF(BPF_W, 0, "task_struct.pid", 0), RET0),
	BAD("task_write_number", WRITE, EACCES, TASK, MOVI(1, 0), STF(BPF_W, 0, "task_struct.pid", 1), RET0),
	BAD("task_atomic", WRITE, EACCES, TASK, MOVI(1, 1), { .i = { BPF_STX | BPF_ATOMIC | BPF_W, 0, 1, 0,
	    BPF_ADD },
	    .fix = FIX_FIELD, .name = "task_struct.pid" }, RET0),
	BAD("task_variable_offset", ACCESS, EACCES, CALL(get_prandom_u32), MOV(7, 0),
	    I(BPF_ALU64 | BPF_AND | BPF_K, 7, 0, 0, 8), TASK,
	    ADD(0, 7), LD(BPF_W, 1, 0, 0), RET0),
	BAD("number_dereferenced", ACCESS, EACCES, CALL(get_current_task), LD(BPF_DW, 1, 0, 0), RET0),
	FINE("task_as_number", TASK, MOV(1, 0), I(BPF_ALU | BPF_MOV | BPF_X, 2, 1), RET0),
	FINE("dead_branch", MOVI(1, 1), JEQI(1, 1, 1), LD(BPF_DW, 2, 1, 0), RET0),
	BAD("live_branch", ACCESS, EACCES, CALL(get_prandom_u32), MOV(1, 0), JEQI(1, 1, 1),
	    LD(BPF_DW, 2, 1, 0), RET0),
	FINE("range_branch", CALL(get_prandom_u32), MOV(1, 0), JLTI(1, 4, 2), RET0, JLTI(1, 5, 1),
	     LD(BPF_DW, 2, 1, 0), RET0),

	/* type tags, only where structs are ours to make */
	FINE_THERE("bitfield", TASK, LD(BPF_W, 1, 0, 4), RET0),
	BAD_THERE("bitfield_part", ACCESS, EINVAL, TASK, LD(BPF_B, 1, 0, 4), RET0),
	BAD_THERE("hole", ACCESS, EINVAL, TASK, LD(BPF_W, 1, 0, 124), RET0),
	FINE_THERE("nested", TASK, LD(BPF_W, 1, 0, 28), RET0),
	FINE_THERE("array_as_memory", TASK, LD(BPF_DW, 1, 0, 36), RET0),
	BAD_THERE("array_end", ACCESS, EACCES, TASK, LD(BPF_DW, 1, 0, 44), RET0),
	FINE_THERE("flexible_array", TASK, LD(BPF_DW, 1, 0, 72), LD(BPF_W, 1, 1, 8 + 8 * 10 + 4), RET0),
	BAD_THERE("user_pointer", USER, EACCES, TASK, LD(BPF_DW, 1, 0, 48), LD(BPF_W, 1, 1, 0), RET0),
	FINE_THERE("user_pointer_as_address", TASK, LD(BPF_DW, 3, 0, 48), MOV(1, 10), ADDI(1, -8), MOVI(2, 8),
		   CALL(probe_read_user), RET0),
	BAD_THERE("percpu_pointer", PERCPU, EACCES, TASK, LD(BPF_DW, 1, 0, 56), LD(BPF_W, 1, 1, 0), RET0),
	FINE_THERE("percpu_pointer_this_cpu", TASK, LD(BPF_DW, 1, 0, 56), CALL(this_cpu_ptr),
		   LD(BPF_W, 1, 0, 0), RET0),
	BAD_THERE("rcu_pointer_no_null_check", NULL, EACCES, TASK, LD(BPF_DW, 1, 0, 64), LD(BPF_W, 1, 1, 0),
		  RET0),
	FINE_THERE("rcu_pointer", TASK, LD(BPF_DW, 1, 0, 64), JEQI(1, 0, 1), LD(BPF_W, 1, 1, 0), RET0),
	FINE_THERE("plain_ksym_int", KSYM(1, "plain_int"), LD(BPF_W, 0, 1, 0), RET0),
	BAD_THERE("plain_ksym_int_write", WRITE, EACCES, KSYM(1, "plain_int"), ST(BPF_W, 1, 0, 0), RET0),
	BAD_THERE("plain_ksym_int_beyond", ACCESS, EACCES, KSYM(1, "plain_int"), LD(BPF_W, 0, 1, 4), RET0),
	FINE_THERE("plain_ksym_struct", KSYM(1, "plain_task"), LD(BPF_W, 0, 1, 0), RET0),
	BAD_THERE("plain_ksym_struct_untrusted", KFUNC, EINVAL, KSYM(1, "plain_task"),
		  KFUNC("bpf_task_acquire"), RET0),
	BAD_THERE("ksym_without_address", KSYM, ENOENT, KSYM(1, "no_address"), RET0),
	BAD_THERE("ksym_func_read", ACCESS, EACCES, KSYM(1, "bpf_task_acquire"), LD(BPF_W, 0, 1, 0), RET0),
	FINE_THERE("ksym_func_value", KSYM(1, "bpf_task_acquire"), JNEI(1, 0, 1), LD(BPF_W, 0, 7, 0), RET0),

	/* kfuncs and references */
	FINE("acquire_release", ACQUIRE, JEQI(0, 0, 2), MOV(1, 0), KFUNC("bpf_task_release"), RET0),
	BAD("acquire_leak", REF, EINVAL, ACQUIRE, RET0),
	BAD("acquire_no_null_check", NULL, EACCES, ACQUIRE, MOV(1, 0), KFUNC("bpf_task_release"), RET0),
	BAD("release_twice", KFUNC, EINVAL, ACQUIRE, JEQI(0, 0, 4), MOV(6, 0), MOV(1, 6),
	    KFUNC("bpf_task_release"), MOV(1, 6),
	    KFUNC("bpf_task_release"), RET0),
	BAD("release_what_is_not_ours", REF, EINVAL, TASK, MOV(1, 0), KFUNC("bpf_task_release"), RET0),
	BAD("acquire_untrusted", KFUNC, EINVAL, THIS_CPU(6, "@struct"), MOV(1, 6), KFUNC("bpf_task_acquire"),
	    RET0),
	BAD("acquire_a_number", KFUNC, EINVAL, MOVI(1, 7), KFUNC("bpf_task_acquire"), RET0),
	BAD_THERE("acquire_null", NULL, EACCES, MOVI(1, 0), KFUNC("bpf_task_acquire"), RET0),
	BAD("not_a_kfunc", KFUNC, EACCES, KFUNC("@func"), RET0),
	FINE("not_a_kfunc_not_reached", MOVI(1, 0), JEQI(1, 0, 1), KFUNC("@func"), RET0),
	FINE("missing_kfunc_not_reached", MOVI(1, 0), JEQI(1, 0, 1), I(BPF_JMP | BPF_CALL, 0, 2), RET0),
	BAD("missing_kfunc", KFUNC, EINVAL, I(BPF_JMP | BPF_CALL, 0, 2), RET0),
	BAD("kfunc_of_a_type", KFUNC, EINVAL, MOVI(1, 0), JEQI(1, 0, 1), KFUNC("#int"), RET0),
	BAD("rcu_lock_left", REF, EINVAL, KFUNC("bpf_rcu_read_lock"), RET0),
	BAD("rcu_unlock_unmatched", REF, EINVAL, KFUNC("bpf_rcu_read_unlock"), RET0),
	FINE("rcu_section", KFUNC("bpf_rcu_read_lock"), KFUNC("bpf_rcu_read_unlock"), RET0),
	{ .name = "kfunc_not_gpl", .outcome = VERIFY_REFUSED, .cause = VERIFY_KFUNC, .err = -EINVAL,
	  .no_gpl = true,
	  .insns = { KFUNC("bpf_rcu_read_lock"), KFUNC("bpf_rcu_read_unlock"), RET0 } },
	{ .name = "helper_not_gpl", .outcome = VERIFY_REFUSED, .cause = VERIFY_HELPER, .err = -EINVAL,
	  .no_gpl = true,
	  .insns = { CALL(get_current_task), RET0 } },

	/* kptrs */
	FINE("kptr_load", LOOKUP(M_KPTR), LD(BPF_DW, 1, 6, AT_UNREF), JEQI(1, 0, 1),
	     LDF(BPF_W, 1, 1, "task_struct.pid"), RET0),
	BAD("kptr_load_no_null_check", NULL, EACCES, LOOKUP(M_KPTR), LD(BPF_DW, 1, 6, AT_UNREF),
	    LDF(BPF_W, 1, 1, "task_struct.pid"), RET0),
	FINE("kptr_store", LOOKUP(M_KPTR), TASK, STX(BPF_DW, 6, AT_UNREF, 0), RET0),
	FINE("kptr_store_null", LOOKUP(M_KPTR), MOVI(1, 0), STX(BPF_DW, 6, AT_UNREF, 1),
	     ST(BPF_DW, 6, AT_UNREF, 0), RET0),
	BAD("kptr_store_imm", KPTR, EACCES, LOOKUP(M_KPTR), ST(BPF_DW, 6, AT_UNREF, 1), RET0),
	BAD("kptr_store_number", KPTR, EACCES, LOOKUP(M_KPTR), MOVI(1, 5), STX(BPF_DW, 6, AT_UNREF, 1), RET0),
	BAD("kptr_store_wrong_type", KPTR, EACCES, LOOKUP(M_KPTR), TASK, STX(BPF_DW, 6, AT_OTHER, 0), RET0),
	BAD("kptr_store_at_offset", KPTR, EACCES, LOOKUP(M_KPTR), TASK, ADDI(0, 8),
	    STX(BPF_DW, 6, AT_UNREF, 0), RET0),
	BAD("kptr_store_ref", KPTR, EACCES, LOOKUP(M_KPTR), TASK, STX(BPF_DW, 6, AT_REF, 0), RET0),
	BAD("kptr_misaligned", KPTR, EACCES, LOOKUP(M_KPTR), LD(BPF_W, 1, 6, AT_UNREF + 4), RET0),
	BAD("kptr_half", KPTR, EACCES, LOOKUP(M_KPTR), LD(BPF_W, 1, 6, AT_UNREF), RET0),
	BAD("kptr_atomic", KPTR, EACCES, LOOKUP(M_KPTR), MOVI(1, 0),
	    I(BPF_STX | BPF_ATOMIC | BPF_DW, 6, 1, AT_UNREF, BPF_ADD), RET0),
	BAD("kptr_by_helper", KPTR, EACCES, LOOKUP(M_KPTR), MOV(1, 6), MOVI(2, 8), MOVI(3, 0),
	    CALL(probe_read_kernel), RET0),
	FINE("kptr_beside", LOOKUP(M_KPTR), LD(BPF_DW, 1, 6, AT_NUM), ST(BPF_DW, 6, AT_NUM, 1), RET0),
	FINE("kptr_xchg", LOOKUP(M_KPTR), ACQUIRE, JEQI(0, 0, 7), MOV(2, 0), MOV(1, 6), ADDI(1, AT_REF),
	     CALL(kptr_xchg), JEQI(0, 0, 2),
	     MOV(1, 0), KFUNC("bpf_task_release"), RET0),
	BAD("kptr_xchg_leak", REF, EINVAL, LOOKUP(M_KPTR), MOV(1, 6), ADDI(1, AT_REF), MOVI(2, 0),
	    CALL(kptr_xchg), RET0),
	BAD("kptr_xchg_unref", KPTR, EACCES, LOOKUP(M_KPTR), MOV(1, 6), MOVI(2, 0), CALL(kptr_xchg), RET0),
	BAD("kptr_xchg_beside", KPTR, EACCES, LOOKUP(M_KPTR), MOV(1, 6), ADDI(1, AT_NUM), MOVI(2, 0),
	    CALL(kptr_xchg), RET0),
	BAD("kptr_xchg_not_acquired", REF, EINVAL, LOOKUP(M_KPTR), TASK, MOV(2, 0), MOV(1, 6),
	    ADDI(1, AT_REF), CALL(kptr_xchg), RET0),
	BAD("kptr_xchg_plain_map", KPTR, EINVAL, LOOKUP(M_HASH), MOV(1, 6), MOVI(2, 0), CALL(kptr_xchg),
	    RET0),

	/* maps */
	FINE("map_value", LOOKUP(M_PLAIN), LD(BPF_DW, 1, 6, 0), RET0),
	{ .name = "map_value_of_a_certain_element", .since = 0x60e00,
	  .insns = { ST(BPF_W, 10, -4, 0), MAP(1, M_PLAIN), MOV(2, 10),
	  ADDI(2, -4), CALL(map_lookup_elem), LD(BPF_DW, 1, 0, 0), RET0 } },
	BAD("map_value_of_no_element", NULL, EACCES, ST(BPF_W, 10, -8, 1), MAP(1, M_PLAIN), MOV(2, 10),
	    ADDI(2, -8),
	    CALL(map_lookup_elem), LD(BPF_DW, 1, 0, 0), RET0),
	BAD("map_value_no_null_check", NULL, EACCES, ST(BPF_W, 10, -4, 0), MAP(1, M_HASH), MOV(2, 10),
	    ADDI(2, -4),
	    CALL(map_lookup_elem), LD(BPF_DW, 1, 0, 0), RET0),
	BAD("map_value_beyond", OTHER, EACCES, LOOKUP(M_PLAIN), LD(BPF_DW, 1, 6, 8), RET0),
	BAD("rodata_write", WRITE, EACCES, VALUE(1, M_RDONLY, 0), ST(BPF_W, 1, 0, 1), RET0),
	FINE("rodata_constant", VALUE(1, M_RDONLY, 0), LD(BPF_W, 1, 1, 0), JEQI(1, 42, 1),
	     LD(BPF_DW, 2, 1, 0), RET0),
	BAD("rodata_other_constant", ACCESS, EACCES, VALUE(1, M_RDONLY, 0), LD(BPF_W, 1, 1, 4),
	    JEQI(1, 42, 1), LD(BPF_DW, 2, 1, 0), RET0),
	BAD("wrong_kind_of_map", MAP, EINVAL, ST(BPF_DW, 10, -8, 0), MAP(1, M_PLAIN), MOV(2, 10), ADDI(2, -8),
	    MOVI(3, 8), MOVI(4, 0),
	    CALL(ringbuf_output), RET0),
	BAD("map_without_keys", HELPER, EACCES, ST(BPF_W, 10, -4, 0), MAP(1, M_RINGBUF), MOV(2, 10),
	    ADDI(2, -4),
	    CALL(map_lookup_elem), RET0),
	BAD("no_map", HELPER, EACCES, MOVI(1, 0), MOV(2, 10), ADDI(2, -4), ST(BPF_W, 2, 0, 0),
	    CALL(map_lookup_elem), RET0),
	FINE("map_struct", MAP(1, M_PLAIN), LDF(BPF_W, 0, 1, "bpf_map.max_entries"), RET0),
	BAD("map_struct_write", WRITE, EACCES, MAP(1, M_PLAIN), ST(BPF_W, 1, 0, 0), RET0),

	/* helpers that acquire */
	FINE("ringbuf", MAP(1, M_RINGBUF), MOVI(2, 8), MOVI(3, 0), CALL(ringbuf_reserve), JEQI(0, 0, 4),
	     ST(BPF_DW, 0, 0, 1), MOV(1, 0),
	     MOVI(2, 0), CALL(ringbuf_submit), RET0),
	BAD("ringbuf_leak", REF, EINVAL, MAP(1, M_RINGBUF), MOVI(2, 8), MOVI(3, 0), CALL(ringbuf_reserve),
	    RET0),
	BAD("ringbuf_no_null_check", NULL, EACCES, MAP(1, M_RINGBUF), MOVI(2, 8), MOVI(3, 0),
	    CALL(ringbuf_reserve),
	    ST(BPF_DW, 0, 0, 1), RET0),
	BAD("ringbuf_submit_moved", HELPER, EINVAL, MAP(1, M_RINGBUF), MOVI(2, 8), MOVI(3, 0),
	    CALL(ringbuf_reserve), JEQI(0, 0, 4),
	    ADDI(0, 4), MOV(1, 0), MOVI(2, 0), CALL(ringbuf_submit), RET0),
	BAD("unreachable", PROG, EINVAL, JA(1), MOVI(1, 0), RET0),
	BAD("ringbuf_used_after", ACCESS, EACCES, MAP(1, M_RINGBUF), MOVI(2, 8), MOVI(3, 0),
	    CALL(ringbuf_reserve), JEQI(0, 0, 5),
	    MOV(6, 0), MOV(1, 6), MOVI(2, 0), CALL(ringbuf_submit), ST(BPF_DW, 6, 0, 0), RET0),
	FINE("spilled_pointer", TASK, STX(BPF_DW, 10, -8, 0), LD(BPF_DW, 1, 10, -8),
	     LDF(BPF_W, 1, 1, "task_struct.pid"), RET0),
	FINE("loop", MOVI(6, 0), ADDI(6, 1), JLTI(6, 100, -2), RET0),

	/* functions */
	FINE("static_call", SUBPROG(1), EXIT, RET0),
	FINE("pointer_passed_and_returned", TASK, MOV(1, 0), SUBPROG(3), LDF(BPF_W, 1, 0, "task_struct.pid"), RET0, MOV(0, 1), EXIT),
	BAD("pointer_passed_and_written", WRITE, EACCES, TASK, MOV(1, 0), SUBPROG(2), RET0, STF(BPF_W, 1, "task_struct.pid", 1), RET0),
	BAD("reference_left_in_callee", REF, EINVAL, SUBPROG(2), RET0, ACQUIRE, RET0),
	FINE("reference_handed_over", ACQUIRE, JEQI(0, 0, 2), MOV(1, 0), SUBPROG(2), RET0, KFUNC("bpf_task_release"), RET0),
	BAD("own_stack_returned", PROG, EINVAL, SUBPROG(2), RET0, MOV(0, 10), EXIT),
	BAD("call_into_nowhere", PROG, EINVAL, SUBPROG(100), EXIT),

	/* poisoned by CO-RE */
	BAD("core_poison", CORE, EINVAL, I(BPF_JMP | BPF_CALL, 0, 0, 0, 0xbad2310), RET0),
	FINE("core_poison_not_reached", MOVI(1, 0), JEQI(1, 0, 1), I(BPF_JMP | BPF_CALL, 0, 0, 0, 0xbad2310),
	     RET0),
	BAD("unknown_helper", HELPER, EINVAL, I(BPF_JMP | BPF_CALL, 0, 0, 0, 9999), RET0),
	BAD("helper_context", HELPER, EACCES, MOVI(1, 0), CALL(get_hash_recalc), RET0),
};

#endif
