/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What the runtime offers to the code of a skeleton. Everything is static: a program that includes several
 * skeletons has one copy in each source file.
 *
 * Conventions: functions return 0 (or an fd > 0) or a negative errno; hosted builds set errno as well. A
 * public fd of 0 means "absent", and the runtime never hands out fd 0. Nothing here allocates with
 * malloc().
 *
 * Macros that a program may define before the first skeleton, alike in all of its source files:
 *   LSKEL_NO_STRERROR     leave all message texts out; lskel_strerror() gives ""
 *   LSKEL_TEST_HOOK(io, blob)  a statement, run when the blob is patched and before it runs
 *   LSKEL_DIRECT          no loader program: plain system calls (direct.h)
 *   LSKEL_DIRECT_WANTED(io)    with LSKEL_DIRECT: an expression, non-zero if this load is to be direct
 *   LSKEL_THREADS         an expression: load programs by so many threads (team.h); takes POSIX threads
 */
#ifndef LSKEL_API_H
#define LSKEL_API_H

#define LSKEL_RUNTIME_VERSION 1

#define LSKEL_MSG_SZ 256u
#define LSKEL_LOG_SZ (1u << 20) /* the verifier log that the runtime keeps by itself */

/* What a skeleton remembers about its last failure. Zeroed by the owner before the first use. */
struct lskel_state {
	int err;             /* negative errno of the last failure; 0: none */
	unsigned int op;     /* the operation that failed, counted from 0; ~0u: the failure was elsewhere */
	char *log;           /* verifier log of the program that failed, NUL-terminated; NULL: none. Lives until
			      * the next load or lskel_state_free(); is ctx.log_buf if the user gave one */
	unsigned int log_own; /* bytes mapped at log; 0: log belongs to the user */
	__u64 owner[2]; /* in a module: the process that has the descriptors, see lskel_disown() */
#ifndef LSKEL_NO_STRERROR
	char msg[LSKEL_MSG_SZ]; /* one line, without newline; "" if nothing failed */
#endif
};

/* A struct_ops map of a skeleton, see struct_ops.h. */
struct lskel_ops {
	void *shadow; /* what the program may change before load: the struct as the object declares it */
	void *image;  /* after load: the value for the kernel, and behind it what it was made from */
	unsigned int image_sz, alloc_sz;
};

/* Where an arena is mapped, see arena.h. */
struct lskel_arena {
	void *addr; /* NULL: it is not */
	size_t sz;
};

/* How a map is pinned, see pin.h. */
enum {
	LSKEL_PIN_FOUND = 1, /* what was pinned already is used */
	LSKEL_PIN_MADE = 2,
};

struct lskel_run; /* load.h */

/* lskel_load()'s view of a skeleton. All is borrowed. */
struct lskel_io {
	const struct lskel_desc *desc;
	struct bpf_loader_ctx *ctx;    /* log_level, log_size, log_buf are honoured; NULL: no wishes */
	struct bpf_map_desc *maps;     /* desc->map_cnt of them; NULL if there are none. max_entries and
					* initial_value are inputs (0: as generated), map_fd is set */
	struct bpf_prog_desc *progs;   /* desc->prog_cnt; prog_fd is set */
	unsigned char *map_on;         /* per map: LSKEL_DEFAULT, LSKEL_ON, LSKEL_OFF; may be NULL */
	unsigned char *prog_on;        /* per program */
	unsigned char *kconfig_set;    /* per kconfig row: non-zero: the value counts, even 0; may be NULL */
	struct lskel_state *state;     /* may be NULL */
	struct lskel_ops *ops;         /* desc->ops->cnt; NULL if there are none */
	int *links;                    /* by program: set by load, where the loader attaches; may be NULL otherwise */
	/* programs that attach to other programs, see attach_prog.h: */
	const int *attach_prog_fd;     /* per row of desc->targets: > 0: the other program; may be NULL */
	const char *const *attach_func; /* its function; NULL: as in the object */
	int (*patch_targets)(const struct lskel_io *io, void *blob); /* NULL: the skeleton has no such programs */
	int *reuse_fd;                 /* per map: > 0: take a duplicate of this one, if it is alike, instead of
					* creating one (unless the map is switched off); may be NULL */
	/* pins, where the skeleton has them: */
	const char *pin_root;          /* directory of the maps that are pinned by name; NULL: /sys/fs/bpf */
	const char *const *pin_path;   /* per map; NULL: as in the object */
	unsigned char *pinned;         /* per map, set by load: LSKEL_PIN_* */
	int token_fd;                  /* > 0: a BPF token, shown with whatever is created */
	/* signed skeletons, see signed.h: */
	int keyring_id;                /* whose keys count; 0: the kernel's builtin ones */
	int unsigned_ok;               /* non-zero: load even where no signature can be checked */
	void (*find_names)(const struct lskel_desc *desc, unsigned char *blob); /* NULL: the loader does it */
	int (*try_signed)(struct lskel_io *io, struct lskel_run *r); /* NULL: the skeleton is not signed */
	/* arenas, where the skeleton has them: */
	struct lskel_arena *arenas;    /* per map, set by load: the caller keeps or frees them */
	int (*patch_arenas)(const struct lskel_io *io, void *blob); /* NULL: it has none */
};

enum { LSKEL_DEFAULT = 0, LSKEL_ON = 1, LSKEL_OFF = 2 };

/*
 * lskel_load() - load everything that the skeleton describes.
 * Success: maps[].map_fd and progs[].prog_fd are set, 0 for what is switched off. Failure: both are as they
 * were, no descriptor is left open, state tells what failed. All signals are blocked meanwhile.
 */
static inline int lskel_load(struct lskel_io *io);

/*
 * lskel_disown() - in a module: if the descriptors are another process's, set them all to 0. By then that
 * process has closed them, or will when it ends, and here the same numbers are other files. A module takes
 * its own references (bpf_link_get_from_fd(), bpf_map_get()) while it is in the process that loads.
 */
static inline void lskel_disown(struct lskel_io *io);

/* lskel_unload() - close all maps[] and progs[] fds and set them to 0. Data pointers stay. */
static inline void lskel_unload(struct lskel_io *io);

/*
 * Global data. Before load, memory of the process's own, to be filled in; after load, the map itself at the
 * same address.
 *
 * lskel_data_alloc() - memory for map @map (an LSKEL_MAP_MMAP one), with the contents from the blob.
 * Sets @m->initial_value to its address, from where lskel_load() takes the contents. NULL: out of memory.
 */
static inline void *lskel_data_alloc(const struct lskel_desc *desc, unsigned int map, struct bpf_map_desc *m);

/*
 * lskel_data_take() - after lskel_load(): put the map where the memory was (read-only for
 * LSKEL_MAP_RDONLY).
 * @p: from lskel_data_alloc(). A map that was not created (map_fd 0) keeps the memory.
 * @err: nothing is done if it is not 0. On failure it is set, and @p is still memory that lskel_data_free()
 * takes; call lskel_unload() if the load is to be undone.
 * Returns where the data is now: @p in a program; in a module another place, the map's own memory.
 */
static inline void *lskel_data_take(struct lskel_io *io, unsigned int map, void *p, int *err);

/* lskel_data_finalize() - the same for programs only, where the place stays. Returns the error. */
static inline int lskel_data_finalize(struct lskel_io *io, unsigned int map, void *p);

/* lskel_data_free() - before or after finalize; @p may be NULL. */
static inline void lskel_data_free(const struct lskel_desc *desc, unsigned int map, void *p);

/* lskel_data_sz() - bytes mapped for map @map: its value, rounded up to the page size of the machine it
 * runs on. */
static inline __u64 lskel_data_sz(const struct lskel_desc *desc, unsigned int map);

/*
 * Attaching: lskel_attach_one() with one of the lskel_attach_KIND(), see attach.h.
 *
 * lskel_attach_none() - for programs that can't be attached alone: -EOPNOTSUPP.
 * lskel_attach_skip() - the same as a remark for NAME__attach(): st->err stays 0. Returns 0. Remarks
 * collect in the message.
 */
static inline int lskel_attach_none(struct lskel_state *st, const char *prog);
static inline int lskel_attach_skip(struct lskel_state *st, const char *prog);

/* lskel_close() - close *@fd if it is > 0 and set it to 0. */
static inline void lskel_close(int *fd);

/*
 * lskel_alloc() - zeroed memory for the skeleton itself; NULL: out of memory. lskel_free() takes NULL.
 * (skel_alloc() and skel_free() of compat.h are malloc-based where there is a libc, these are too.)
 */
static inline void *lskel_alloc(size_t sz);
static inline void lskel_free(void *p, size_t sz);

/*
 * lskel_fail() - record a failure in @st (may be NULL) and as the thread's last one, and set errno.
 * The text becomes "@subject '@name': @what: -ENAME"; each of the three may be NULL and is left out then.
 * Returns @code.
 */
static inline int lskel_fail(struct lskel_state *st, int code, const char *subject, const char *name,
			     const char *what);

/* lskel_state_clear() - forget the last failure (also the log), before a new attempt. */
static inline void lskel_state_clear(struct lskel_state *st);

/* lskel_state_free() - release what the state owns; the state is clear afterwards. */
static inline void lskel_state_free(struct lskel_state *st);

/*
 * lskel_strerror() - the message of the last failure (or the remarks of an attach) of @st; NULL: of this
 * thread. Never NULL; "" if nothing failed. Valid until the next call on the same state (or thread).
 */
static inline const char *lskel_strerror(const struct lskel_state *st);

/* lskel_log() - the verifier log of the program that failed to load, or NULL. */
static inline const char *lskel_log(const struct lskel_state *st);

#endif
