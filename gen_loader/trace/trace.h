/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The trace: what loading an object takes, as a list of operations over named pieces of data ("chunks"). Operands are
 * (chunk, offset) pairs, so a trace has no addresses; gen_loader/emit/ gives the chunks their places.
 *
 * The operations are those of the loader program (gen_loader/format.h). Every feature is a question of which of them
 * are recorded, see trace/record.c.
 */
#ifndef LSK_TRACE_H
#define LSK_TRACE_H

#include "../format.h"
#include "../object/object.h"

enum chunk_kind {
	CHUNK_HDR,       /* struct lskel_hdr; chunk 0 of every trace */
	CHUNK_CELLS,     /* fds, ids and addresses found on the way, scratch; chunk 1 of every trace */
	CHUNK_FD_ARRAY,  /* the fd_array of all programs: maps by index, then {id, fd} pairs of BTF look-ups; chunk 2 */
	CHUNK_CONST,     /* a constant that COPY reads */
	CHUNK_STR,       /* a NUL-terminated name or licence */
	CHUNK_ATTR,      /* union bpf_attr of one command, cut to the size used */
	CHUNK_BTF,
	CHUNK_INSNS,
	CHUNK_FUNC_INFO,
	CHUNK_LINE_INFO,
	CHUNK_CORE_RELO,
	CHUNK_KEY,       /* a map key */
	CHUNK_VALUE,     /* initial contents of a map */
};

struct trace_chunk {
	enum chunk_kind kind;
	char *name; /* whose it is, for people: "prog 'x'", "map 'counts'"; may be NULL */
	u8 *data;   /* in target order */
	u32 sz;
	bool written; /* an operation writes into it, or the runtime does: never shared with an equal chunk */
	u8 cmd;       /* CHUNK_ATTR: the bpf(2) command */
};

/* A named place in CHUNK_CELLS or CHUNK_FD_ARRAY, for people. */
struct trace_cell {
	u32 chunk, off, sz;
	char *name; /* "btf.fd", "map 'counts'.fd", "ksym 'bpf_prog_put'" */
};

struct trace_ref {
	u32 chunk;
	u32 off;
};

struct trace_op {
	u8 kind; /* enum lskel_op_kind */
	u8 arg;
	bool soft; /* SYS, FIND, KSYM: an error is only a value, and skips as far as it says here. Otherwise it ends the run */
	u8 min;
	u8 len;
	u32 skip; /* operations */
	struct trace_ref a, c;
};

/* Is the operation's own `skip` meant? */
static inline bool trace_op_may_fail(const struct trace_op *op)
{
	return op->soft || op->kind == LSKEL_OP_COPY || op->kind == LSKEL_OP_ADDR || op->kind == LSKEL_OP_CLOSE;
}

/* What a range of operations works on: names the culprit of an error, and is what autoload and autocreate skip. */
enum subject_kind { SUBJ_BTF = 1, SUBJ_SYM = 2, SUBJ_MAP = 3, SUBJ_PROG = 4, SUBJ_END = 5 };

struct trace_span {
	enum subject_kind kind;
	u32 idx; /* SYM: trace.syms, MAP: object.maps, PROG: trace.progs */
	u32 first_op, op_cnt;
};

/* A name looked up on the target, once per object. */
struct trace_sym {
	char *name;     /* as looked up */
	char *what;     /* for people: "ksym 'jiffies'", "kfunc 'bpf_ct_release'", "attach target 'do_exit'" */
	bool kallsyms;  /* by KSYM, else by FIND with btf_kind */
	u8 btf_kind;
	bool weak;
	u32 *users;     /* the progs (trace.progs) that need it */
	u32 user_cnt;
};

/* How the runtime decides max_entries, where the file left it to the target. */
enum trace_size_rule {
	SIZE_PAGES = 1, /* round up to a power of two that is a multiple of the page size (ring buffers) */
	SIZE_CPUS = 2,  /* the number of possible CPUs (perf event array without max_entries) */
};

struct trace_size {
	u32 attr; /* chunk of the MAP_CREATE attr */
	u32 map;  /* object.maps: the map itself, or the outer one of an inner template */
	enum trace_size_rule rule;
};

struct trace_map { /* one per object.maps */
	u32 attr;             /* chunk */
	struct trace_ref fd;  /* where the loader leaves the fd */
	s64 value;            /* chunk of the initial contents, or -1 */
};

/* An instruction that the kernel's BTF (trace_opts.kernel_btf) has nothing for: loading fails if it is reached. */
struct trace_poison {
	u32 prog; /* trace.progs */
	u32 insn;
	char *what; /* "byte offset of 'struct task_struct.pid'" */
};

struct trace_prog { /* one per entry program, in the order of object.funcs */
	u32 func;            /* object.funcs */
	u32 attr;            /* chunk */
	struct trace_ref fd;
	struct trace_ref link; /* where the loader leaves the link's fd; {0, 0}: it does not attach it */
};

struct trace_opts {
	/* which programs the loader attaches once everything is loaded, by BPF_LINK_CREATE without a target;
	 * NULL: none */
	bool (*attaches)(const struct obj_func *func);
	/* of the kernel that will load it: CO-RE is resolved now; NULL: the kernel does it */
	const struct btf *kernel_btf;
	struct btf *const *module_btfs; /* of its modules, on top of that */
	u32 module_btf_cnt;
	bool no_btf;            /* load no BTF: programs and maps go without */
	bool target_has_no_btf; /* neither has the kernel any: implies no_btf */
	bool full_btf;          /* load all of the object's BTF, not only what the kernel needs of it */
	bool no_line_info;      /* leave out the source lines */
	bool fixed;             /* to be signed: nothing is left to the machine or the process that loads it */
};

struct trace {
	bool big_endian;
	struct trace_chunk *chunks;
	u32 chunk_cnt;
	struct trace_op *ops;
	u32 op_cnt;
	u32 hash_chunk; /* trace_opts.fixed: 32 bytes for the SHA-256 of what surrounds the blob; else 0 */
	u32 unwind_op; /* index of the last operation of a run; CLOSE operations follow */
	struct trace_span *spans; /* by first_op, covering all operations */
	u32 span_cnt;
	struct trace_sym *syms;
	u32 sym_cnt;
	struct trace_map *maps;
	u32 map_cnt;
	struct trace_prog *progs;
	u32 prog_cnt;
	struct trace_poison *poisons; /* by prog */
	u32 poison_cnt;
	struct trace_size *sizes;
	u32 size_cnt;
	struct trace_cell *cells;
	u32 cell_cnt;
};

/*
 * trace_record() - record how @obj is loaded.
 * @obj: borrowed; the trace keeps no pointer into it
 * @trace: set on success only; free with trace_free()
 * Errors: -EINVAL, -ENOTSUP, -ENOMEM; a message in @err that names the prog, map or symbol.
 */
int trace_record(const struct object *obj, struct trace **trace, struct lsk_err *err);

/* trace_record_opts() - the same with options; NULL: none. */
int trace_record_opts(const struct object *obj, const struct trace_opts *opts, struct trace **trace,
		      struct lsk_err *err);

/* trace_free() - NULL is fine. */
void trace_free(struct trace *trace);

#endif
