/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What a BPF object file says: a pure description, the same on every host. Nothing is decided here about how to load
 * it (that is the trace's job), and nothing is asked of the machine this runs on.
 *
 * All numbers are decoded to host order. The BTF is held by libbpf's struct btf (native inside; its raw data come out
 * in the target's order), already changed to what the kernel accepts (see object/btf_fixup.c).
 */
#ifndef LSK_OBJECT_H
#define LSK_OBJECT_H

#include "../util.h"

struct btf;

/* A BPF instruction, decoded. A 64-bit immediate load is two of these; the second has code 0. */
struct insn {
	u8 code;
	u8 dst;
	u8 src;
	s16 off;
	s32 imm;
};

/* What an instruction refers to. `ref` is an index into the object's maps, funcs or externs. */
enum relo_kind {
	RELO_MAP,       /* ld_imm64: pointer to map ref */
	RELO_MAP_VALUE, /* ld_imm64: address of map ref's value + off (global data, also .kconfig externs) */
	RELO_CALL,      /* call of func ref (bpf-to-bpf) */
	RELO_FUNC_ADDR, /* ld_imm64: address of func ref (callbacks) */
	RELO_KFUNC,     /* call of extern ref */
	RELO_KSYM,      /* ld_imm64: address of extern ref, typed or not, variable or function */
};

struct obj_relo {
	u32 insn; /* index within the function */
	enum relo_kind kind;
	u32 ref;
	u32 off; /* RELO_MAP_VALUE: offset in the value, addend included */
};

/* Records of .BTF.ext, positions in instructions from the function's start. Ids and string offsets are those of object.btf. */
struct obj_line {
	u32 insn;
	u32 file_off, line_off; /* string offsets */
	u32 line_col;
};

struct obj_core {
	u32 insn;
	u32 type_id;
	u32 access_str_off;
	u32 kind; /* enum bpf_core_relo_kind */
};

/* A row of the table of section names, object/sections.c. */
struct sec_def {
	const char *name;         /* "kprobe" of "kprobe/do_exit" */
	u32 prog_type;            /* enum bpf_prog_type */
	u32 expected_attach_type; /* enum bpf_attach_type; 0 where none is needed */
	u32 flags;                /* SEC_* below */
};

enum {
	SEC_EXACT = 0,        /* the whole section name */
	SEC_TARGET_OPT = 1,   /* "name" or "name/target" */
	SEC_ATTACH_BTF = 8,   /* the target is a BTF name that must be found before loading */
	SEC_SLEEPABLE = 16,   /* BPF_F_SLEEPABLE */
	SEC_XDP_FRAGS = 32,   /* BPF_F_XDP_HAS_FRAGS */
	SEC_ATTACH_OPT = 64,  /* the expected attach type is optional: kernels that don't know it load the program without */
};

/*
 * sec_def_find() - the row for a program section.
 * @sec: name without a leading '?'
 * @target: set to the part of @sec after "name/", or NULL if there is none
 * Returns NULL for a name that no row matches.
 */
const struct sec_def *sec_def_find(const char *sec, const char **target);

/* sec_may_target_prog() - whether the program may attach to a function of another program. */
bool sec_may_target_prog(const struct sec_def *def);

/*
 * sec_attach_btf() - by what name and kind a BTF attach target is looked up.
 * @target: as from sec_def_find(), without a "mod:" prefix
 * @name: buffer for e.g. "btf_trace_sched_switch", "bpf_lsm_file_open", "bpf_iter_task", or the target itself
 * Returns the BTF kind (BTF_KIND_FUNC or BTF_KIND_TYPEDEF), or -ENAMETOOLONG.
 */
int sec_attach_btf(const struct sec_def *def, const char *target, char *name, size_t name_sz);

/* A function with an __arg_ctx parameter, as programs with a context of type @ctx get it, see object/arg_ctx.c. */
struct obj_ctx_id {
	const char *ctx; /* "__sk_buff"; not owned */
	u32 btf_id;      /* of the FUNC */
	u32 ptr_id;
};

/* A function: an entry program, or a subprogram that entry programs call. */
struct obj_func {
	char *name;
	char *sec_name;      /* as in the file, with '?' */
	bool is_prog;        /* an entry program */
	bool is_static;      /* for the kernel's BTF linkage: local symbol, or hidden */
	bool autoload;       /* false for "?section"; of struct_ops programs: a map that is created by default uses it */
	const struct sec_def *def; /* NULL: a subprogram, or a section name that no row matches */
	char *attach_target; /* after "section/"; may be "module:function"; NULL if none */
	struct insn *insns;
	u32 insn_cnt;
	struct obj_relo *relos; /* by insn, ascending */
	u32 relo_cnt;
	u32 btf_id;          /* of the FUNC, from func_info; 0 if there is none */
	struct obj_ctx_id *ctx_ids; /* others for some types of programs: obj_func_btf_id() */
	u32 ctx_id_cnt;
	struct obj_line *lines; /* by insn, strictly ascending */
	u32 line_cnt;
	struct obj_core *cores; /* by insn, ascending */
	u32 core_cnt;
	int exception_cb;    /* index of the function named by an "exception_callback:" tag, or -1 */
};

enum obj_map_kind {
	MAP_BTF,     /* from .maps */
	MAP_DATA,    /* .data, .data.X */
	MAP_BSS,     /* .bss, .bss.X */
	MAP_RODATA,  /* .rodata, .rodata.X: read-only for programs, frozen */
	MAP_KCONFIG, /* .kconfig: value filled from kconfig externs; read-only, frozen */
	MAP_STRUCT_OPS, /* .struct_ops, .struct_ops.link */
};

struct obj_map_init {
	u32 slot;
	bool is_prog; /* prog array: ref is a func; map-in-map: ref is a map */
	u32 ref;
};

/*
 * A variable of section .struct_ops: a struct of the kernel's, as the object declares it, with programs in its function
 * members. How the kernel has that struct is known on the target only.
 */
struct obj_ops_prog {
	u32 member; /* of the struct */
	u32 func;
};

struct obj_struct_ops {
	char *type;      /* the kernel's name of the struct: without a ___suffix */
	u32 struct_id;   /* of the declaration, in object.btf */
	bool link;       /* ".struct_ops.link": registered by a link */
	bool autocreate; /* false for "?.struct_ops" */
	struct obj_ops_prog *progs; /* by member */
	u32 prog_cnt;
};

struct obj_map {
	char *name;          /* full name: "counts", ".rodata", ".data.hot" */
	char kernel_name[16]; /* as the kernel gets it: at most 15 bytes, allowed characters only */
	char *ident;         /* as a C member: "counts", "rodata", "data_hot" */
	enum obj_map_kind kind;
	u32 type, key_size, value_size, max_entries, flags, numa_node;
	u64 map_extra;
	u32 pinning;         /* enum libbpf_pin_type */
	u32 btf_key_id, btf_value_id; /* 0 where the kernel must not get them (map types that refuse BTF ids) */
	u32 btf_sec_id;      /* data maps: the DATASEC; 0 if the section has no BTF */
	void *data;          /* data maps, struct_ops: value_size bytes of initial contents; NULL: all zero */
	u32 arena_sz;        /* of variables at the start of an arena, data are theirs; 0: it has none */
	struct obj_map *inner; /* map-in-map: the definition of what it holds, or NULL */
	struct obj_map_init *inits; /* by slot */
	u32 init_cnt;
	struct obj_struct_ops *ops; /* MAP_STRUCT_OPS; value_size is that of the object's struct */
};

enum obj_ext_kind {
	EXT_KSYM,  /* extern const void x __ksym: an address from kallsyms */
	EXT_VAR,   /* typed variable: a VAR of the kernel's BTF */
	EXT_FUNC,  /* function: kfunc when called, address when taken */
	EXT_KCONFIG,
};

enum obj_kcfg_type { KCFG_BOOL, KCFG_TRISTATE, KCFG_CHAR, KCFG_INT, KCFG_CHAR_ARR };

struct obj_extern {
	char *name;
	enum obj_ext_kind kind;
	bool weak;
	u32 btf_id; /* of the VAR or FUNC in object.btf */
	u32 type_id; /* what the file declares it as: a VAR of .ksyms is an int by now */
	/* EXT_KCONFIG */
	enum obj_kcfg_type kcfg_type;
	u32 size;       /* bytes */
	bool is_signed; /* KCFG_INT */
	u32 off;        /* in the .kconfig map's value */
	bool kcfg_set;  /* has got its value at generation (object/kconfig.h) */
};

struct object {
	char *name;  /* as given to object_open(), a C identifier */
	char *path;  /* for messages */
	bool big_endian;
	char *license;
	u32 kern_version; /* from a "version" section; 0 */
	struct btf *btf;  /* NULL: the object has none */
	struct obj_func *funcs;
	u32 func_cnt;
	struct obj_map *maps; /* in the order of libbpf: .maps in order of definition, data sections, .kconfig, struct_ops */
	u32 map_cnt;
	struct obj_extern *externs;
	u32 extern_cnt;
};

/*
 * object_open() - read an object.
 * @path: for messages ("path: what is wrong"); not opened
 * @data, @sz: the file's bytes; borrowed during the call only
 * @name: the object's name, a C identifier; it also starts the kernel names of data maps
 * @obj: set on success only; free with object_free()
 * Errors: -EINVAL (malformed), -ENOTSUP (well-formed, but something we can't express), -ENOMEM; a message in @err.
 */
int object_open(const char *path, const void *data, size_t sz, const char *name, struct object **obj,
		struct lsk_err *err);

/* obj_func_btf_id() - the FUNC of @func in a program of @prog_type (enum bpf_prog_type); 0 if there is none. */
u32 obj_func_btf_id(const struct obj_func *func, u32 prog_type);

/* object_free() - NULL is fine. */
void object_free(struct object *obj);

#endif
