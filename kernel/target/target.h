/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * A target: a kernel, described by files. What would load there is decided from its BTF, its symbols, its
 * configuration and its release, on any machine.
 *
 * What the BTF itself says comes before any table: a helper, a type of programs or maps exists if the target's enum
 * has it. Questions that the files leave open are answered TARGET_UNKNOWN, never by a guess.
 */
#ifndef LSK_TARGET_H
#define LSK_TARGET_H

#include "../../gen_loader/util.h"

struct btf;

enum target_answer { TARGET_NO, TARGET_YES, TARGET_UNKNOWN };

struct target_btf {
	char *name;      /* "vmlinux", or the module's */
	struct btf *btf; /* a module's is split, on top of vmlinux's: it has that one's ids, too */
	u32 first_id;    /* of its own types: 1, or for a module what vmlinux's count is */
};

struct target {
	char *name;      /* for people: as it was named on the command line */
	char *release;   /* "6.1.0-49-amd64"; NULL if not known */
	u32 version;     /* KERNEL_VERSION(major, minor, patch) of it; 0 if not known */
	char *arch;      /* as uname -m says it: "x86_64"; NULL if not known */
	bool big_endian;
	u32 page_size;   /* bytes */
	u32 cpu_cnt;     /* possible CPUs */
	struct target_btf *btfs; /* btfs[0] is vmlinux's; none: the kernel has no BTF */
	u32 btf_cnt;
	bool has_kallsyms; /* else no address is known */
	bool has_config;
	struct target_priv *priv;
};

/*
 * target_open() - read a target.
 * @path: a file that target_save() wrote; a directory with files as found on a machine (see target/dir.c for their
 *	names); "/": the running machine; a file that holds BTF (see btf_file_open()): a target of which nothing
 *	else is known; a kernel package of Debian's: with its configuration
 * @t: set on success only; free with target_close()
 * Errors: a negative errno, with a message that names the file.
 */
int target_open(const char *path, struct target **t, struct lsk_err *err);
void target_close(struct target *t); /* NULL is fine */

/* target_save() - all of it as one file, at @f. The same target gives the same bytes. */
int target_save(const struct target *t, FILE *f, struct lsk_err *err);

/*
 * target_find() - by name and kind (BTF_KIND_*), as bpf_btf_find_by_name_kind() searches: vmlinux, then modules, the first
 * match counts.
 * @where: set to the BTF that has it
 * Returns the id, or -ENOENT.
 */
int target_find(const struct target *t, const char *name, u32 kind, const struct target_btf **where);

/* target_find_in() - the same in one BTF and its own types only: "vmlinux" or a module's name. */
int target_find_in(const struct target *t, const char *btf_name, const char *name, u32 kind,
		   const struct target_btf **where);

/*
 * target_symbol() - whether the kernel can tell the address of a symbol (kallsyms_lookup_name()).
 * @addr: set if TARGET_YES; a number that is not 0, and the same for the same symbol. May be NULL
 */
enum target_answer target_symbol(const struct target *t, const char *name, u64 *addr);

/*
 * target_in_id_set() - whether a function is a member of one of the kernel's BTF id sets ("btf_id_deny", "sleepable_lsm_hooks"),
 * by the symbols that these leave where all are kept. TARGET_UNKNOWN: there is no such set, or no such symbols.
 */
enum target_answer target_in_id_set(const struct target *t, const char *set, const char *func);

/* Whether the kernel knows these numbers of its UAPI: enum bpf_prog_type, bpf_map_type, bpf_attach_type, bpf_func_id, bpf_cmd. */
enum target_answer target_prog_type(const struct target *t, u32 type);
enum target_answer target_map_type(const struct target *t, u32 type);
enum target_answer target_attach_type(const struct target *t, u32 type);
enum target_answer target_helper(const struct target *t, u32 id);

/* target_uapi_name() - "BPF_FUNC_map_lookup_elem" of ("bpf_func_id", 1), as the target's BTF has it; NULL: no such name. */
const char *target_uapi_name(const struct target *t, const char *enum_name, u32 value);

/* target_since() - whether the target's release is at least @version (KERNEL_VERSION); TARGET_UNKNOWN without a release. */
enum target_answer target_since(const struct target *t, u32 version);

/* target_config() - the value of "CONFIG_X" as text ("y", "m", "\"str\"", "17"); NULL: not set, or no configuration known. */
const char *target_config(const struct target *t, const char *name);

/* KF_* flags of a kfunc. Numbers of the kernel (include/linux/btf.h, 7.3), used for all releases. */
enum target_kf {
	TKF_ACQUIRE = 1 << 0, TKF_RELEASE = 1 << 1, TKF_RET_NULL = 1 << 2, TKF_KPTR_GET = 1 << 3, TKF_TRUSTED_ARGS = 1 << 4,
	TKF_SLEEPABLE = 1 << 5, TKF_DESTRUCTIVE = 1 << 6, TKF_RCU = 1 << 7, TKF_ITER_NEW = 1 << 8, TKF_ITER_NEXT = 1 << 9,
	TKF_ITER_DESTROY = 1 << 10, TKF_RCU_PROTECTED = 1 << 11, TKF_FASTCALL = 1 << 12, TKF_ARENA_RET = 1 << 13,
	TKF_ARENA_ARG1 = 1 << 14, TKF_ARENA_ARG2 = 1 << 15, TKF_IMPLICIT_ARGS = 1 << 16,
	TKF_SPINLOCK_SAFE = 1 << 17, TKF_PERFMON = 1 << 18, /* 7.3 */
};

struct target_kfunc {
	enum target_answer exists;  /* as a kfunc: the function alone is not enough */
	enum target_answer allowed; /* in programs of the type that was asked for */
	bool flags_known;
	u32 flags;                  /* enum target_kf */
};

/*
 * target_kfunc() - what is known of a function as a kfunc.
 * @where, @id: a FUNC
 * @prog_type: enum bpf_prog_type of the caller
 */
void target_kfunc(const struct target *t, const struct target_btf *where, u32 id, u32 prog_type, struct target_kfunc *kf);

/* target_show() - what is known, for people: a line for each thing. */
void target_show(const struct target *t, FILE *f);

#endif
