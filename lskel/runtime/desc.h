/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * How a skeleton describes itself to the runtime: constant tables beside the blob. The generator builds them
 * (lskel/desc.c) and prints them into the header; `lskel run` hands them to the same runtime in memory.
 * All offsets are bytes from the start of the blob; operations are counted from lskel_desc.ops_off.
 */
#ifndef LSKEL_DESC_H
#define LSKEL_DESC_H

/* A map, in the order of the skeleton's `maps` struct. */
struct lskel_map_row {
	const char *name;
	unsigned int attr;     /* its MAP_CREATE attr; max_entries is at +12 */
	unsigned int fd;       /* where the loader leaves the fd */
	unsigned int value;    /* initial contents; 0: none */
	unsigned int value_sz; /* bytes of one value; 0 where value is 0 */
	unsigned int flags;    /* LSKEL_MAP_* */
};

enum {
	LSKEL_MAP_MMAP = 1,     /* data pointer in the skeleton; mapped over it after load */
	LSKEL_MAP_RDONLY = 2,   /* frozen: mapped read-only */
	LSKEL_MAP_KCONFIG = 4,
	LSKEL_MAP_OFF = 8,      /* not created unless asked for */
	LSKEL_MAP_PIN = 16,     /* LIBBPF_PIN_BY_NAME */
	LSKEL_MAP_ARENA = 32,   /* created by the runtime; value: of the variables at its start */
};

/* An entry program, in the order of the skeleton's `progs` struct. */
struct lskel_prog_row {
	const char *name;
	unsigned int attr;  /* its PROG_LOAD attr */
	unsigned int fd;
	unsigned int flags; /* LSKEL_PROG_* */
};

enum {
	LSKEL_PROG_OFF = 1, /* "?section": not loaded unless asked for */
	LSKEL_PROG_APART = 4, /* not for NAME__attach(): run (syscall), or attached with a map */
	LSKEL_PROG_OPS = 2, /* of struct_ops: loaded if a map uses it, and attached with the map */
};

/* A name looked up on the target. If every program that uses it is switched off, so is the look-up. */
struct lskel_sym_row {
	const char *what; /* for messages: "ksym 'jiffies'", "kfunc 'bpf_rdonly_cast'", "attach target 'do_exit'" */
	unsigned int first_user, user_cnt; /* in lskel_desc.users */
};

/*
 * A range of operations and what it works on. The ranges of a subject are switched off by writing a guard over their
 * first operation, in the runtime's copy of the blob: COPY resv[0] (always 0) to resv[1], min 1, skip the others. What is
 * off by default starts with such a guard; it is switched on by setting the guard's skip to 0.
 */
struct lskel_span {
	unsigned int kind; /* LSKEL_SUBJ_* */
	unsigned int idx;  /* row of that kind */
	unsigned int first_op, op_cnt;
};

enum { LSKEL_SUBJ_BTF = 1, LSKEL_SUBJ_SYM = 2, LSKEL_SUBJ_MAP = 3, LSKEL_SUBJ_PROG = 4, LSKEL_SUBJ_END = 5 };

/* A max_entries that depends on the target. */
struct lskel_size_row {
	unsigned int attr;
	unsigned int rule; /* LSKEL_SIZE_* */
	unsigned int map;  /* row of the map it belongs to (also for the template of an inner map), ~0u if none */
};

enum { LSKEL_SIZE_PAGES = 1, LSKEL_SIZE_CPUS = 2 };

/* A kconfig extern: what must be set before load. */
struct lskel_kconfig_row {
	const char *name;
	unsigned int off;   /* in the .kconfig map's value */
	unsigned int sz;
	unsigned int flags; /* LSKEL_KCONFIG_* */
};

enum {
	LSKEL_KCONFIG_WEAK = 1,    /* 0 when nobody sets it */
	LSKEL_KCONFIG_SET = 2,     /* set at generation */
	LSKEL_KCONFIG_VERSION = 4, /* LINUX_KERNEL_VERSION: the runtime finds it */
	LSKEL_KCONFIG_COOKIE = 8,  /* LINUX_HAS_BPF_COOKIE */
	LSKEL_KCONFIG_WRAPPER = 16, /* LINUX_HAS_SYSCALL_WRAPPER */
};

/*
 * struct_ops maps. The value is a struct of the kernel with programs in it; the object has a declaration of its own of that
 * struct, and may leave members out or have other ones. Members go by their names.
 */
struct lskel_ops_member {
	const char *name;     /* without a ___suffix; "": it has none */
	unsigned int off, sz; /* in the object's struct */
	unsigned int kind;    /* LSKEL_OPS_* */
	int prog;             /* LSKEL_OPS_FUNC: row of the program that the object has there, or -1 */
};

enum {
	LSKEL_OPS_FUNC = 1, /* pointer to a function */
	LSKEL_OPS_PTR = 2,  /* to something else */
	LSKEL_OPS_NUM = 3,
	LSKEL_OPS_DATA = 4, /* array, struct, union */
	LSKEL_OPS_BITS = 5, /* the kernel's only: bit field */
};

struct lskel_ops_row {
	const char *type;   /* "tcp_congestion_ops" */
	const void *data;   /* sz bytes: the object's struct, functions are 0 */
	unsigned int sz;
	unsigned int map;   /* row of the map */
	unsigned int flags; /* LSKEL_OPS_LINK */
	unsigned int first_member, member_cnt; /* in lskel_ops_desc.members */
};

enum { LSKEL_OPS_LINK = 1 /* registered by a link, not by the update */ };

/* What the kernel has: one for each row, and one for each member. */
struct lskel_ops_kern {
	unsigned int type_id;            /* of the struct */
	unsigned int value_id, value_sz; /* of bpf_struct_ops_TYPE, the map's value */
	unsigned int data_off;           /* of the struct in the value */
	int btf_fd;                      /* a module's BTF; 0: vmlinux */
};

struct lskel_ops_slot {
	int idx;              /* number of the member; -1: the kernel has none of that name */
	unsigned int off, sz; /* in the struct */
	unsigned int kind;
};

struct lskel_io;

struct lskel_ops_desc {
	const struct lskel_ops_row *rows;
	unsigned int cnt;
	const struct lskel_ops_member *members;
	unsigned int member_cnt;
	/* found at generation (--btf), or NULL: then find() does it */
	const struct lskel_ops_kern *kern;
	const struct lskel_ops_slot *slots;
	/* struct_ops.h and btf.h, which only the skeletons that need them carry */
	int (*patch)(const struct lskel_io *io, void *blob);
	int (*find)(const struct lskel_io *io, struct lskel_ops_kern *kern, struct lskel_ops_slot *slots);
};

/* A program that may attach to a function of another program, see attach_prog.h. */
struct lskel_target_row {
	unsigned int prog;  /* row of the program */
	const char *func;   /* in the section's name; NULL: none */
	const char *module; /* whose function it is, "module:function"; NULL: none is named */
	unsigned int flags; /* LSKEL_TARGET_* */
};

enum { LSKEL_TARGET_MUST = 1 /* must: there is nothing else to attach to */ };

/* A loader program. */
struct lskel_loader {
	const void *insns;
	unsigned int insns_sz; /* bytes; 0: this gear is not in the skeleton */
	const void *btf;
	unsigned int btf_sz;
	const void *func_info;
	unsigned int func_info_sz; /* bytes, records of 8 */
};

/* Signatures: CMS (RFC 5652), DER, detached, one signer by key identifier, no certificates, no attributes. */
struct lskel_sig_row {
	const unsigned char *digest; /* SHA-256 of the loader's instructions, to which the blob's map is tied */
	const void *insns; /* over the instructions, which check the blob: Linux 6.18 to 7.2 */
	unsigned int insns_sz;
	const void *all;   /* over the instructions and the blob's map's value: from 7.3 on */
	unsigned int all_sz;
};

enum { LSKEL_SIG_MIN = 16 }; /* a shorter one stands for one that is missing */

struct lskel_sign {
	const unsigned char *blob_digest; /* SHA-256 of the value of the blob's map */
	struct lskel_sig_row loop, stepper;
};

struct lskel_desc {
	const char *name;
	const void *blob;
	unsigned int blob_sz;   /* bytes at blob; the rest of the value is zero */
	unsigned int value_sz;  /* of the blob's map */
	unsigned int ops_off, op_cnt;
	const struct lskel_map_row *maps;
	unsigned int map_cnt;
	const struct lskel_prog_row *progs;
	unsigned int prog_cnt;
	const struct lskel_sym_row *syms;
	unsigned int sym_cnt;
	const unsigned short *users;
	const struct lskel_span *spans;
	unsigned int span_cnt;
	const struct lskel_size_row *sizes;
	unsigned int size_cnt;
	const struct lskel_kconfig_row *kconfigs;
	unsigned int kconfig_cnt;
	struct lskel_loader loop, stepper; /* loop is tried first, if there is one */
	const struct lskel_ops_desc *ops;  /* NULL: no struct_ops maps */
	const struct lskel_target_row *targets; /* by program */
	unsigned int target_cnt;
	const unsigned int *links; /* by program: where the loader leaves the link's fd, 0: it does not attach it;
				    * NULL: it attaches nothing */
	const struct lskel_sign *sign; /* NULL: a skeleton without signatures; else the loaders take a struct lskel_host */
};

#endif
