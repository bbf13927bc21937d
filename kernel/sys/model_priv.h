/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef LSK_SYS_MODEL_PRIV_H
#define LSK_SYS_MODEL_PRIV_H

#include "model.h"
#include "../interp/interp.h"

#include <errno.h>
#include <linux/bpf.h>

#define KENOTSUPP 524 /* the kernel-internal one */
#define KVER(a, b, c) (((a) << 16) + ((b) << 8) + (c))

/* Who gives a command: its pointers are the kernel's or user space's. */
struct caller {
	struct model *m;
	bool kernel;
	u8 attr[256]; /* zero behind what was given */
	u32 sz;
	u8 *user_attr; /* where results go */
};

static inline u32 a32(const struct caller *c, u32 off)
{
	return get32(c->attr + off, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

static inline u64 a64(const struct caller *c, u32 off)
{
	return get64(c->attr + off, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

/* Offsets in union bpf_attr (include/uapi/linux/bpf.h), also of what the host's header is too old for. */
enum {
	MC_TYPE = 0, MC_KEY = 4, MC_VALUE = 8, MC_ENTRIES = 12, MC_FLAGS = 16, MC_INNER = 20, MC_NUMA = 24,
	MC_NAME = 28,
	MC_IFINDEX = 44, MC_BTF = 48, MC_KEY_ID = 52, MC_VALUE_ID = 56, MC_OPS_ID = 60, MC_EXTRA = 64,
	MC_OPS_BTF = 72,
	MC_TOKEN = 76, MC_EXCL = 80, MC_EXCL_SZ = 88,

	ME_MAP = 0, ME_KEY = 8, ME_VALUE = 16, ME_FLAGS = 24,

	PL_TYPE = 0, PL_INSN_CNT = 4, PL_INSNS = 8, PL_LICENSE = 16, PL_LOG_LEVEL = 24, PL_LOG_SIZE = 28,
	PL_LOG_BUF = 32,
	PL_FLAGS = 44, PL_NAME = 48, PL_IFINDEX = 64, PL_ATTACH_TYPE = 68, PL_BTF = 72, PL_FUNC_REC = 76,
	PL_FUNCS = 80,
	PL_FUNC_CNT = 88, PL_LINE_REC = 92, PL_LINES = 96, PL_LINE_CNT = 104, PL_ATTACH_ID = 108,
	PL_ATTACH_FD = 112,
	PL_CORE_CNT = 116, PL_FD_ARRAY = 120, PL_CORES = 128, PL_CORE_REC = 136, PL_TOKEN = 144,
	PL_FD_CNT = 148,
	PL_SIG = 152, PL_SIG_SZ = 160,

	BL_BTF = 0, BL_LOG_BUF = 8, BL_SIZE = 16, BL_LOG_SIZE = 20, BL_LOG_LEVEL = 24, BL_FLAGS = 32,
	BL_TOKEN = 36,

	LC_PROG = 0, LC_TARGET = 4, LC_TYPE = 8, LC_FLAGS = 12, LC_REST = 16,

	RT_NAME = 0, RT_PROG = 8,
	TR_PROG = 0, TR_RETVAL = 4,
	GI_FD = 0, GI_LEN = 4, GI_INFO = 8,
};

/* What the build host's header may be too old for. */
enum {
	MAP_BLOOM_FILTER = 30, MAP_USER_RINGBUF = 31, MAP_CGRP_STORAGE = 32, MAP_ARENA = 33,
	MAP_INSN_ARRAY = 34, MAP_RHASH = 35,
	PROG_NETFILTER = 32,
	SRC_MAP_FD = 1, SRC_MAP_VALUE = 2, SRC_BTF_ID = 3, SRC_FUNC = 4, SRC_MAP_IDX = 5,
	SRC_MAP_IDX_VALUE = 6,
	SRC_CALL = 1, SRC_KFUNC = 2,
	F_TOKEN_FD = 1 << 16, F_LINK = 1 << 13, F_VTYPE_BTF = 1 << 15,
};

/*
 * model_fail() - the command fails. Returns @code.
 * model_undecided() - remember, once, that this was not decided.
 * model_fault() - remember what the loader must not do.
 */
int model_fail(struct model *m, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void model_undecided(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void model_fault(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* model_inject() - whether what is asked now is what is to fail; counts it. */
bool model_inject(struct model *m);

/* model_since() - the target's release is @v or later. model_maybe_since() - or not known. */
enum target_answer model_since(const struct model *m, u32 v);
static inline bool model_maybe_since(const struct model *m, u32 v)
{
	return model_since(m, v) != TARGET_NO;
}
u32 model_version(const struct model *m); /* 0: not known */
u32 model_page_size(const struct model *m);

/*
 * Questions about what the target may have; without a target the answer is TARGET_UNKNOWN.
 */
enum target_answer model_ask_prog_type(const struct model *m, u32 type);
enum target_answer model_ask_map_type(const struct model *m, u32 type);
enum target_answer model_ask_helper(const struct model *m, u32 id);
enum target_answer model_ask_symbol(const struct model *m, const char *name, u64 *addr);
bool model_has_kernel_btf(const struct model *m); /* true without a target: it may have */

/* Memory. model_copy_in()/copy_out() return 0 or -EFAULT. user_*(): of user space whoever calls. */
int model_copy_in(struct caller *c, void *dst, u64 addr, u64 sz);
int model_copy_out_user(struct model *m, u64 addr, const void *src, u64 sz);
int model_copy_in_user(struct model *m, void *dst, u64 addr, u64 sz);
int model_copy_str_user(struct model *m, char *dst, u32 sz, u64 addr);
int model_kernel_memory(struct model *m, const void *addr, u64 sz); /* from now on */
void model_kernel_memory_end(struct model *m, const void *addr);

/* Descriptors. fd_new() takes the reference, also when it fails. fd_get() returns NULL with *@err -EBADF or
 * -EINVAL. */
int fd_new(struct model *m, enum kfd_kind kind, void *obj, u32 lowest);
void *fd_get(struct model *m, int fd, enum kfd_kind kind, int *err);
enum kfd_kind fd_kind(const struct model *m, int fd);
int fd_close(struct model *m, int fd);

struct kfile {
	const char *data;
	char *own; /* data, if it is the file's own */
	size_t sz, pos;
	bool dir, bpffs;
	u32 refs;
};

void kmap_put(struct model *m, struct kmap *map);
void kprog_put(struct model *m, struct kprog *prog);
void kbtf_put(struct model *m, struct kbtf *btf);
void klink_put(struct model *m, struct klink *link);
void kfile_put(struct kfile *file);

/* Names of objects: 16 bytes, NUL-terminated, of [A-Za-z0-9_.]. */
int model_check_obj_name(struct model *m, const u8 *name, char out[16], const char *what);

/* The commands. */
long model_do_cmd(struct caller *c, u32 cmd);
long cmd_map_create(struct caller *c);
long cmd_map_elem(struct caller *c, u32 cmd);
long cmd_map_freeze(struct caller *c);
long cmd_map_by_id(struct caller *c);
long cmd_prog_load(struct caller *c);
long cmd_btf_load(struct caller *c);
long cmd_btf_by_id(struct caller *c);
long cmd_btf_next_id(struct caller *c);
long cmd_info(struct caller *c);
long cmd_link_create(struct caller *c);
long cmd_raw_tp_open(struct caller *c);
long cmd_prog_run(struct caller *c);

/* The kernel's BTFs have objects, too. NULL: -ENOMEM. Borrowed. */
struct kbtf *model_kernel_kbtf(struct model *m, const struct target_btf *btf);
int kbtf_register(struct model *m, struct kbtf *btf); /* gives it its id */

/* Types looked up by name. Returns the id, or a negative errno; *@where is NULL for guesses. */
s64 model_find_type(struct model *m, const char *name, u32 kind, const struct target_btf **where);
/* Without a target: the name of a type that was looked up; "?" if there is none. And the BTF that has them;
 * NULL: -ENOMEM. */
const char *model_guess_name(const struct model *m, u32 id);
const struct btf *model_guess_all(struct model *m);
s64 model_guess_type(struct model *m, const char *name, u32 kind);

/* Parts of PROG_LOAD. */
struct load {
	struct caller *c;
	struct model *m;
	struct kprog *prog;
	struct kbtf *btf;   /* prog_btf_fd; NULL: none */
	u8 *funcs;          /* func_info records, func_rec bytes each */
	u32 *starts;        /* of subprograms, rising; starts[0] = 0 */
	u32 start_cnt;
	size_t start_cap;
	size_t map_cap;
	bool log;           /* someone wants a log */
};

int prog_check_attach(struct load *l);        /* attr: what it attaches to */
int prog_check_attach_target(struct load *l); /* that it is there */
int prog_find_subprogs(struct load *l);
int prog_check_info(struct load *l);          /* func_info, line_info */
int prog_apply_core(struct load *l);
int prog_resolve(struct load *l);             /* ld_imm64, calls */
int prog_verify(struct load *l);
int fd_array_at(struct load *l, u32 idx, int *fd);
const char *prog_label(const struct kprog *p);

/* model_show_cmd() - one line of the log for a command that is over. */
void model_show_cmd(const struct caller *c, u32 cmd, long ret);
void model_show_call(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void model_show_ret(struct model *m, long ret);
const char *model_cmd_name(u32 cmd);

#endif
