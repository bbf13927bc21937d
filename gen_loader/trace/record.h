/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The recorder's own state. First everything is prepared (progs.c links the programs and collects the names they use,
 * maps.c fills the attrs), then the operations are recorded in the order in which they run: BTF, look-ups (syms.c), maps,
 * programs, what refers to programs, the end (record.c).
 */
#ifndef LSK_TRACE_RECORD_H
#define LSK_TRACE_RECORD_H

#include "build.h"
#include "link.h"
#include "../btf_trim/trim.h"
#include "../core/core.h"

enum sym_use_kind {
	USE_CALL,   /* the call instruction of a kfunc */
	USE_ADDR,   /* ld_imm64 */
	USE_ATTACH, /* attach_btf_id, attach_btf_obj_fd */
};

struct sym_use {
	enum sym_use_kind kind;
	u32 prog; /* trace.progs */
	u32 insn;
};

/* Goes with trace.syms by index. */
struct rec_sym {
	enum obj_ext_kind kind; /* EXT_FUNC for attach targets */
	char *module;           /* attach target "module:name": must not be found in vmlinux */
	struct trace_ref cell;  /* FIND: {id, fd} in the fd_array; KSYM: the address */
	struct sym_use *uses;
	u32 use_cnt;
	size_t use_cap, user_cap;
};

/* Goes with trace.progs by index. */
struct rec_prog {
	struct linked l;
	u32 insns, func_info, line_info, core; /* chunks; 0: none */
	/* with CO-RE resolved here: of l.cores those of the BTF's own ids, which are not final yet */
	u32 local_id_cnt;
	bool uses_fd_array;
};

/* A MAP_CREATE attr, also of a template. */
struct rec_create {
	u32 attr;
	bool btf; /* carries BTF ids */
	struct trace_ref fd;
};

struct rec_map {
	struct rec_create create, inner;
};

struct rec {
	struct build b;
	struct core *core; /* resolves CO-RE; NULL: the kernel does */
	bool has_btf;      /* the object's BTF is loaded, and programs and maps refer to it */
	bool target_has_no_btf;
	bool no_line_info;
	bool fixed;        /* to be signed, see fixed.c */
	struct trim *trim; /* NULL: the BTF is loaded as it is */
	struct rec_sym *syms;
	size_t sym_cap;
	struct rec_prog *progs;
	size_t prog_cap, trace_prog_cap, poison_cap;
	struct rec_map *maps;
};

/* progs.c */
int progs_prepare(struct rec *r);
void progs_keep_btf(struct rec *r); /* tell r->trim what they need */
int progs_encode(struct rec *r);    /* with final BTF ids */
bool progs_need_btf(const struct rec *r); /* a program that can't do without its BTF */
void progs_record(struct rec *r);
void progs_attach(struct rec *r, bool (*attaches)(const struct obj_func *func));
void progs_drop_btf(struct rec *r);       /* the fallback when the kernel refuses the BTF */
void insn_encode(const struct insn *insn, bool big_endian, u8 out[8]);

/* maps.c */
void maps_prepare(struct rec *r);
void maps_keep_btf(struct rec *r);
bool map_is_local_storage(u32 type);
bool maps_need_btf(const struct rec *r);
void maps_record(struct rec *r);
void maps_drop_btf(struct rec *r);
void maps_record_inits(struct rec *r, bool prog_arrays);
/* A struct_ops map of a module's type: the BTF that the runtime has opened for it, and put into its attr. */
void maps_close_ops(struct rec *r);

/* nobtf.c: whether it can be loaded without BTF, if that is so; set r->b.ret if not. */
int nobtf_check_prog(struct rec *r, const struct obj_func *f, const struct linked *l);
int nobtf_check_map(struct rec *r, const struct obj_map *m);

/* fixed.c: all of these do nothing unless r->fixed. */
int fixed_check(struct rec *r, const struct trace_opts *opts); /* is there something that only the target can know? */
bool fixed_size(struct rec *r, u32 attr, enum trace_size_rule rule, u32 entries); /* true: decided, no rule for the runtime */
void fixed_hash(struct rec *r); /* room for what the blob says about the rest of the artefact */
void fixed_log(struct rec *r, u32 attr); /* operations: the verifier's log, from struct lskel_host to a PROG_LOAD */

/* syms.c */
/*
 * syms_use() - note that @use needs the kernel symbol @name.
 * @what: "ksym", "kfunc", "attach target"; @find_kind: BTF kind
 */
void syms_use(struct rec *r, enum obj_ext_kind kind, const char *what, const char *name, u8 find_kind, bool weak,
	      struct sym_use use);
void syms_record(struct rec *r);

#endif
