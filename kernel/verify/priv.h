/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Inside the verifier's model.
 *
 *   prep.c     what instructions refer to, before any is walked; where functions start
 *   live.c     which registers and stack slots are still needed
 *   walk.c     paths: a stack of states, joins, branches, calls, exits
 *   state.c    states: copies, whether one covers another, what two have in common
 *   insn.c     arithmetic and conditions
 *   mem.c      loads and stores, by what the address is
 *   ctx.c      the context's fields
 *   btf_walk.c types: what lies at an offset, whether two are the same
 *   fields.c   special fields of map values and of allocated objects
 *   map.c      which maps go with which programs and helpers; maps.inc is a table
 *   ref.c      references
 *   call.c     helpers: arguments, result; helpers.inc is the table
 *   allow.c    helpers and types of programs; helper_types.inc is a table
 *   dynptr.c   objects that the kernel keeps on the stack
 *   kfunc.c    the same for functions of the kernel's
 *   since.c    how old the target is
 *
 * A function that finds a reason to refuse returns STOP, and this path ends. Ignorance is the kind V_ANY:
 * to use it for what matters is a finding, VERIFY_UNDECIDED.
 */
#ifndef LSK_VERIFY_PRIV_H
#define LSK_VERIFY_PRIV_H

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "verify.h"

#define STOP (-1)
#define GO 0

#define KV(a, b) (((a) << 16) + ((b) << 8)) /* a release */

enum kind {
	V_NONE,     /* never written, or not needed any more */
	V_NUM,      /* a number from lo to hi, unsigned */
	V_ANY,      /* could be anything: not known here */
	V_CTX,
	V_MAP,      /* map */
	V_MAPVAL,   /* in a value of map; alloc.off */
	V_MAPKEY,
	V_STACK,    /* type: the frame */
	V_BTF,      /* btf, type */
	V_MEM,      /* type bytes; 0: not known how many */
	V_FUNC,     /* type: the instruction */
	V_PKT,      /* packet data or their end */
	V_SOCK,     /* struct bpf_sock and its like: not what BTF says */
	V_DYNPTR,   /* a callback's pointer to one */
	V_ARENA,
};

enum {
	F_NULL = 1,        /* may be NULL */
	F_RDONLY = 2,
	F_USER = 4,
	F_PERCPU = 8,
	F_RCU = 16,
	F_TRUSTED = 32,
	F_UNTRUSTED = 64,
	F_ALLOC = 128,     /* from bpf_obj_new() */
	F_VAROFF = 256,    /* off is not all: something not known was added */
	F_LOSSY = 512,     /* a number of which the kernel may know more */
	F_NONOWN = 1024,   /* points at an object that a list or tree owns */
	F_RINGBUF = 2048,  /* V_MEM from ringbuf_reserve */
	F_COMMON = 4096,   /* V_SOCK: struct sock_common, not a full one */
	F_TCP = 8192,      /* V_SOCK: struct bpf_tcp_sock */
	F_EMPTY = 16384,   /* V_MEM: of 0 bytes */
};

struct val {
	u8 kind;
	s32 off;
	u32 flags;
	u32 type;
	u32 id;  /* those with the same one are NULL together, or not */
	u32 ref; /* reference that it holds or depends on; 0 */
	union {
		struct { u64 lo, hi; };
		struct kmap *map;
		const struct btf *btf;
	};
};

enum slot_kind { S_NONE, S_MISC, S_VAL, S_DYNPTR, S_ITER, S_FLAG };

struct slot {
	u8 kind;
	u8 sz;     /* S_VAL: bytes of it, from the lowest address. S_MISC: bits of bytes that are 0. Else private to the kind */
	struct val v; /* S_DYNPTR, S_ITER: .id, .ref; .type: which */
};

#define SLOTS 64
#define FRAMES 16

struct frame {
	struct val r[11];
	u32 ret;        /* insn after the call; NOWHERE: the program, or what the kernel calls */
	u32 call;       /* insn that called */
	u32 entry;      /* of a callback: where it starts */
	u8 callback;    /* enum cb_kind */
	u16 used;       /* slots[used..] are S_NONE */
	struct val args[5]; /* a callback's: it may run again */
	struct slot slots[SLOTS];
};

#define NOWHERE 0xffffffffu

enum cb_kind { CB_NOT, CB_LOOP, CB_ONCE, CB_ASYNC, CB_ASYNC_SLEEPS };

#define REFS 24
struct ref {
	u32 id, insn;
};

struct state {
	u32 insn;
	u32 frame_cnt;
	u32 ref_cnt;
	u32 lock;       /* id of what is locked; 0 */
	u16 rcu, preempt, irq;
	bool inexact;   /* maybe nothing that the kernel would walk */
	bool compared;  /* the packet's size */
	bool sleepable;
	struct ref refs[REFS];
	struct frame *f[FRAMES];
	struct state *next; /* waiting, or seen */
};

enum field_kind { FLD_NONE, FLD_LOCK, FLD_TIMER, FLD_WQ, FLD_KPTR_UNREF, FLD_KPTR, FLD_KPTR_PERCPU, FLD_UPTR,
	FLD_LIST,
		  FLD_RBTREE, FLD_NODE, FLD_REFCOUNT, FLD_OTHER };

struct field {
	enum field_kind kind;
	u32 off, size;
	const struct btf *btf; /* kptr: of the kernel, or the program's */
	u32 type;
	bool unsure;
};

struct fields {
	const struct btf *btf;
	u32 type;
	u32 cnt;
	struct field f[40];
	bool unsure; /* it's not known whether the kernel takes them for special */
	struct fields *next;
};

struct aux {
	struct kmap *map;
	const struct btf *btf; /* kfunc, BTF_ID */
	u32 id;
	u32 off;
	u16 live;       /* registers that are read later, before anything is written to them */
	u64 slots;      /* the same of the stack */
	u64 taken;      /* slots of the function whose address may be known elsewhere */
	bool join;      /* several ways lead here */
	bool loop;      /* one of them from below */
	bool start;     /* of a function */
	bool done;
	u8 height;      /* of a function: frames that it and what it calls take */
	struct state *seen;
};

struct env {
	const struct verify_input *in;
	struct verify_result *res;
	size_t res_cap;
	const struct btf *vmlinux; /* or NULL */
	u32 since;      /* the target is at least this */
	bool since_exact;
	bool guessed;   /* it may be newer, and that mattered */
	u32 type;       /* of program; that of the target's for freplace */
	bool sleepable;
	struct aux *aux;
	struct state *st;   /* walked now */
	struct state *wait;
	u32 at;         /* insn */
	u32 ids;
	u32 budget;
	u32 states;     /* remembered */
	int ret;        /* -ENOMEM */
	bool refused;
	struct fields *fields;
	struct { const char *name; int id; } known[48]; /* types of the kernel's */
	u32 known_cnt;
	u32 *globals;   /* global functions that were called */
	u32 global_cnt;
	size_t global_cap;
	bool in_global;
	bool global_void;
	const struct btf_type *ctx_proto; /* arguments from BTF */
	const struct btf *ctx_btf;
	u32 ctx_skip;
	struct state *pool;
	struct frame *frames;
};

/* verify.c */
__attribute__((format(printf, 4, 5)))
int refuse(struct env *e, enum verify_cause cause, int err, const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
void unsure(struct env *e, enum verify_cause cause, const char *fmt, ...);
const char *val_str(struct env *e, const struct val *v); /* a static buffer */

/* since.c */
void kernel_since_init(struct env *e);
/* 1, 0, or -1: the target may be older or newer; what is made of that is a guess */
int kernel_since(struct env *e, u32 version);

/* prep.c */
int prepare_prog(struct env *e);
const struct kprog_func *func_info_at(const struct env *e, u32 insn);

/* live.c */
void liveness(struct env *e);
bool jump_target(const struct env *e, u32 i, s64 *to); /* false: no jump */

/* state.c */
struct state *state_new(struct env *e);
struct state *state_copy(struct env *e, const struct state *s);
void state_free(struct env *e, struct state *s);
struct frame *frame_push(struct env *e, struct state *s);
void frame_pop(struct env *e, struct state *s);
bool state_covers(const struct state *old, const struct state *new);
bool same_place(const struct state *a, const struct state *b); /* the same calls, locks and references */
bool state_like(const struct state *a, const struct state *b); /* the same kinds of pointers everywhere */
void state_join(struct state *into, const struct state *with);
void state_trim(struct env *e, struct state *s); /* forget what is not live */
void pools_free(struct env *e);
static inline struct frame *cur(struct env *e) { return e->st->f[e->st->frame_cnt - 1]; }
void val_num(struct val *v, u64 lo, u64 hi);
static inline bool is_const(const struct val *v) { return v->kind == V_NUM && v->lo == v->hi; }
static inline void val_num_any(struct val *v) { val_num(v, 0, ~0ull); }
static inline void any(struct val *v) { *v = (struct val){ .kind = V_ANY }; }
static inline bool is_ptr(const struct val *v) { return v->kind > V_ANY; }
/* All copies of a value, in registers and on the stacks. */
void each_val(struct state *s, void (*fn)(struct env *e, struct val *v, u32 arg), struct env *e, u32 arg);
void null_resolved(struct env *e, struct state *s, u32 id, bool null);

/* walk.c */
void walk_prog(struct env *e);
void walk_from(struct env *e, struct state *s);
int push_callback(struct env *e, u32 insn, enum cb_kind kind, const struct val args[5]);

/* insn.c */
int do_alu(struct env *e, const struct insn *in);
/* 1 taken, 0 not, -1 either */
int cond_known(struct env *e, const struct insn *in, const struct val *a, const struct val *b);
void cond_refine(struct env *e, struct state *s, const struct insn *in, bool taken);

/* mem.c */
int do_load(struct env *e, u8 reg, s32 off, u32 size, struct val *out, bool atomic);
int do_store(struct env *e, u8 reg, s32 off, u32 size, const struct val *v, bool atomic);
int check_reg(struct env *e, u8 reg);
void stack_read(struct env *e, const struct val *p, s32 off, u32 size, struct val *out);
int stack_objects(struct env *e, u8 reg, const struct val *v, u32 size);
/* A helper wrote there, or may have. */
void stack_touch(struct env *e, const struct val *v, s32 off, u32 size);
struct slot *slot_at(struct env *e, const struct val *v, s32 off); /* NULL: not a stack slot */

/* ctx.c */
int ctx_init(struct env *e);
int ctx_load(struct env *e, s32 off, u32 size, struct val *out);
int ctx_store(struct env *e, s32 off, u32 size);

/* btf_walk.c */
u32 btf_skip(const struct btf *btf, u32 id);
s64 btf_size(const struct btf *btf, u32 id);
const char *btf_nm(const struct btf *btf, u32 id);
int kernel_type(struct env *e, const char *name); /* STRUCT of vmlinux; 0: none */
struct walk_res {
	bool ptr;
	u32 type;        /* ptr: what it points to; may be no struct */
	u32 flags;       /* of tags; F_UNTRUSTED: through a union */
	bool bad_tags;
	const char *member;
	u32 in;          /* struct that it is a member of */
};
int struct_at(struct env *e, const struct btf *btf, u32 id, s64 off, u32 size, struct walk_res *res);
bool same_type(const struct btf *a, u32 ida, const struct btf *b, u32 idb);
/* does an address @off bytes into the one designate the other? @strict: not a first member of it */
bool type_matches(const struct btf *btf, u32 id, s64 off, const struct btf *want, u32 want_id, bool strict);
u32 tags_of(struct env *e, const struct btf *btf, u32 ptr, u32 *to, bool *bad);
int load_btf(struct env *e, const struct val *p, s64 off, u32 size, struct val *out);
const struct target_btf *target_of(const struct env *e, const struct btf *btf);

/* fields.c */
const struct fields *fields_of(struct env *e, const struct btf *btf, u32 type);
const struct fields *map_fields(struct env *e, struct kmap *map);
const struct field *field_at(const struct fields *f, s64 off, u32 size);
/* 0: no special field; 1: done; STOP */
int field_load(struct env *e, const struct field *fld, const struct val *p, s64 off, u32 size,
	       struct val *out);
int field_store(struct env *e, const struct field *fld, const struct val *p, s64 off, u32 size,
		const struct val *v);
bool kptr_matches(struct env *e, const struct field *fld, const struct val *v);

/* map.c */
int map_for_prog(struct env *e, struct kmap *map);
int map_for_helper(struct env *e, const struct kmap *map, u32 func, const char *name);

/* ref.c */
u32 ref_new(struct env *e);
int ref_release(struct env *e, u32 ref);
bool ref_held(const struct state *s, u32 ref);
int refs_at_exit(struct env *e, const char *what);

/* call.c */
int do_helper(struct env *e, const struct insn *in);
void scratch_regs(struct env *e);
bool in_rcu(const struct env *e);
bool is_trusted(const struct val *v);

/* An argument that must be memory, @size bytes of it if that is known. */
enum mem_use { MEM_READ, MEM_WRITES };
int arg_mem(struct env *e, u8 reg, enum mem_use use, bool null_ok, const struct val *size);
int arg_btf(struct env *e, u8 reg, int want, const char *name, bool null_ok);
int arg_func(struct env *e, u8 reg, u32 *insn);
int arg_ctx(struct env *e, u8 reg);
/* A pointer in reg at a special field of that kind; NULL: refused, or nothing is known. */
const struct field *arg_field(struct env *e, u8 reg, enum field_kind kind, const char *what);
int lock_taken(struct env *e, const struct val *v, bool take);
void acquired(struct env *e, struct val *v);

/* allow.c */
enum target_answer helper_allowed(const struct env *e, u32 id);

/* dynptr.c */
enum dyn_kind { DYN_LOCAL = 1, DYN_RINGBUF, DYN_SKB, DYN_XDP, DYN_OTHER };
int dynptr_new(struct env *e, u8 reg, enum dyn_kind kind, u32 ref);
int dynptr_use(struct env *e, u8 reg, struct val *dyn);
int dynptr_end(struct env *e, u8 reg);
int iter_new(struct env *e, u8 reg, const char *type, u32 size);
int iter_use(struct env *e, u8 reg, const char *type, struct slot **slot);
int iter_end(struct env *e, u8 reg, const char *type, u32 size);
int flag_new(struct env *e, u8 reg);
int flag_end(struct env *e, u8 reg);

/* kfunc.c */
int do_kfunc(struct env *e, const struct insn *in);

/*
 * global.c
 *
 * call_global() - a global function is called: here only what it is given counts.
 * @to: its first instruction, @fi: its func_info, @proto: its prototype
 * global_args() - what it may be given: the registers of @s, at its first instruction @insn.
 */
int call_global(struct env *e, u32 to, const struct kprog_func *fi, const struct btf_type *proto);
void global_args(struct env *e, struct state *s, u32 insn);

#endif
