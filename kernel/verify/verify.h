/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Would the kernel's verifier accept what this program does with the kernel's own types: typed ksyms, BTF pointers, kptrs,
 * percpu pointers, kfuncs, helpers? An abstract interpretation of registers and stack along all paths, which knows
 * what kind of pointer a register holds and which scalars are constants, and no more about numbers than that takes: it
 * does not bound loops, packets or map values.
 *
 * A question that it can't decide is a finding VERIFY_UNDECIDED. "Fine" is said only of what is known to be.
 */
#ifndef LSK_VERIFY_H
#define LSK_VERIFY_H

#include "../sys/objects.h"
#include "../target/target.h"

enum verify_outcome { VERIFY_FINE, VERIFY_UNDECIDED, VERIFY_REFUSED };

/* What a finding is about. */
enum verify_cause {
	VERIFY_PROG,    /* structure: reserved fields, jumps, unreachable or unknown instructions, func_info */
	VERIFY_CORE,    /* reached an instruction that CO-RE poisoned */
	VERIFY_KSYM,    /* BPF_PSEUDO_BTF_ID */
	VERIFY_KFUNC,
	VERIFY_HELPER,  /* unknown, not for this type of program, wrong argument */
	VERIFY_ACCESS,  /* a load through a BTF pointer */
	VERIFY_WRITE,   /* a store to what is read-only */
	VERIFY_NULL,    /* a pointer that may be NULL is used */
	VERIFY_PERCPU,
	VERIFY_USER,    /* a __user pointer is dereferenced */
	VERIFY_KPTR,
	VERIFY_REF,     /* a reference is not released, or released twice */
	VERIFY_MAP,     /* the map can't be used by such a program */
	VERIFY_CTX,     /* the context: an access that such programs may not make */
	VERIFY_OTHER,
	VERIFY_CAUSES,
};

/* verify_cause_name() - "ksym", for people and tables. */
const char *verify_cause_name(enum verify_cause cause);

struct verify_finding {
	enum verify_outcome outcome; /* not VERIFY_FINE */
	enum verify_cause cause;
	u32 insn;
	int err;         /* VERIFY_REFUSED: what PROG_LOAD returns; else 0 */
	char text[200];  /* "R1 type=struct task_struct: access beyond struct, off 9999 size 4" */
};

struct verify_result {
	enum verify_outcome outcome; /* the worst */
	/* The first refusal ends the walk of that path; at most one finding for each instruction and cause. By insn. */
	struct verify_finding *findings;
	u32 finding_cnt;
	u32 walked; /* instructions */
};

/* The program as PROG_LOAD gets it, CO-RE applied, nothing else resolved. All is borrowed. */
struct verify_input {
	const struct target *target;
	u32 prog_type, attach_type, flags; /* flags: BPF_F_SLEEPABLE and its like */
	bool gpl;
	const struct insn *insns;
	u32 insn_cnt;
	const struct btf *btf;            /* the program's own, or NULL */
	const struct kprog_func *funcs;   /* func_info */
	u32 func_cnt;
	const struct target_btf *attach_btf; /* attach_btf_id is in this; NULL: none */
	u32 attach_btf_id;                /* FUNC, TYPEDEF btf_trace_*; struct_ops: the struct, attach_type is the member */
	const struct kprog *attach_prog;  /* freplace, fentry of a program; attach_btf_id is in its BTF */
	/* what descriptors in instructions and fd_array stand for; NULL: nothing of the kind */
	void *fds;
	struct kmap *(*map_by_fd)(void *fds, int fd);
	struct kbtf *(*btf_by_fd)(void *fds, int fd);
	int (*fd_array)(void *fds, u32 idx, int *fd); /* -EFAULT, -EPROTO: no array */
};

/*
 * verify_prog() - walk the program. Fills @res, which verify_free() frees.
 * Returns 0 whatever the outcome; -ENOMEM.
 */
int verify_prog(const struct verify_input *in, struct verify_result *res);
void verify_free(struct verify_result *res);

#endif
