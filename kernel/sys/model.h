/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * bpf(2) without a kernel: what the commands do that loading takes, by the rules of a target
 * (kernel/target/target.h), or of a kernel that nothing is known of. It needs no permission. The same runtime
 * and the same loader program that load on a kernel run on it: model_syscall() and its like stand in for the
 * runtime's system calls, BPF_PROG_RUN interprets.
 *
 * An error is the errno that the kernel would return, with a message for people. What the model can't decide
 * succeeds, and is remembered as undecided. What a loader must never do (touch what is not its own, give a
 * command that it may not give) is remembered as its fault.
 *
 * Capabilities are not modelled: the caller may do anything. Neither is the verifier: see `verify`.
 */
#ifndef LSK_SYS_MODEL_H
#define LSK_SYS_MODEL_H

#include "objects.h"
#include "../target/target.h"

struct verify_input;
struct verify_result;
struct interp;

enum kfd_kind { KFD_FREE, KFD_OTHER, KFD_MAP, KFD_PROG, KFD_BTF, KFD_LINK, KFD_FILE };

struct kfd {
	enum kfd_kind kind;
	void *obj; /* holds a reference */
};

struct model_list {
	char **text;
	u32 cnt;
	size_t cap;
};

/* What will be looked up by name. */
struct model_name {
	const char *name;
	u32 kind;      /* BTF_KIND_*; not looked at for symbols */
	bool kallsyms; /* a symbol */
	u32 like;      /* "bpf_struct_ops_NAME": the struct in `types` that declares NAME */
};

struct model {
	/* Set by the caller, any time. */
	const struct target *target; /* borrowed; NULL: nothing is known of the kernel */
	FILE *log;                   /* gets the commands as they are given, like strace; NULL: nobody does */
	int (*verify)(const struct verify_input *in, struct verify_result *res); /* verify_prog(), or NULL */
	void (*verify_free)(struct verify_result *res);
	/*
	 * Who reads the kernel's BTF and symbols from files, as the direct gear and struct_ops do, finds in
	 * them: of a target all of its BTF, and of its symbols these; without a target these, and these
	 * types. All borrowed.
	 */
	const struct model_name *names;
	u32 name_cnt;
	const struct btf *types;     /* of the object; NULL: none */
	/* 1: the next thing that is asked of the kernel fails, 2: the one after it, ...; 0: none */
	u32 fail_at;
	int fail_err;                /* with this */

	/* What came of it. */
	u32 asked;                   /* commands, look-ups, mappings so far */
	struct model_list undecided; /* each once */
	struct model_list faults;    /* of the loader */
	struct lsk_err err;          /* of the last command that failed */

	/* The model's own. */
	struct kfd *fds;
	u32 fd_cnt;
	size_t fd_cap;
	struct btf *guessed;         /* without a target: vmlinux's BTF, as far as it has been asked for */
	u32 last_id[3];              /* of maps, programs, BTFs */
	struct kbtf **btfs;          /* by id - 1: vmlinux's, modules', loaded ones'; NULL: gone */
	u32 btf_cnt;
	size_t btf_cap;
	struct interp *in;           /* of the program that runs now; NULL: none does */
	u64 *maps_kernel;            /* see mem.c: kernel addresses that user space must not name */
	u32 kernel_cnt;
	size_t kernel_cap;
	u32 runs;                    /* BPF_PROG_RUNs of the same program, one after the other */
	u32 run_id;
};

/* model_new() - NULL: out of memory. @target: see struct model. */
struct model *model_new(const struct target *target);
void model_free(struct model *m); /* NULL is fine */

/* model_bpf() - a command from user space. Returns what bpf(2) does, or a negative errno. */
long model_bpf(struct model *m, u32 cmd, void *attr, u32 sz);
/* model_sys_bpf() - the same from a program that runs: pointers are the kernel's, few commands are its. */
long model_sys_bpf(struct model *m, u32 cmd, const void *attr, u32 sz);

/*
 * System calls of the runtime (lskel/runtime/sys.h), as the libc has them: -1 and errno. Of the files of
 * /proc and /sys it sees what the target has.
 */
long model_syscall(struct model *m, long nr, long a, long b, long c, long d, long e);
void *model_mmap(struct model *m, void *addr, size_t sz, int prot, int flags, int fd, off_t off);
int model_munmap(struct model *m, void *addr, size_t sz);

/* model_open_fds() - descriptors that are open, but for 0 to 2. With @what (may be NULL): which, "3 map 'x',
 * 4 prog 'y'". */
u32 model_open_fds(const struct model *m, char *what, size_t sz);

/* What a descriptor is; NULL: something else, or nothing. */
struct kmap *model_map(const struct model *m, int fd);
struct kprog *model_prog(const struct model *m, int fd);

#endif
