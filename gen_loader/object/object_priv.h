/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Shared by the files of the object stage only. */
#ifndef LSK_OBJECT_PRIV_H
#define LSK_OBJECT_PRIV_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* qsort_r(); every file includes this header first */
#endif

#include "object.h"

#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>

#define INSN_SZ 8

/* The two ways to refuse an object: malformed, or well-formed and beyond us. Both evaluate to the errno. */
#define BAD(r, ...) err_set((r)->err, -EINVAL, __VA_ARGS__)
#define UNSUP(r, ...) err_set((r)->err, -ENOTSUP, __VA_ARGS__)

struct elf_sec {
	const char *name;
	u32 type, link, info;
	u64 flags;
	const u8 *data; /* NULL: SHT_NOBITS */
	u64 size;
};

struct elf_sym {
	const char *name; /* never NULL */
	u64 value, size;
	u8 bind, type, vis;
	u32 sec;  /* index of a section; 0: undefined, or a special one */
	bool undef;
	s32 ext;  /* index in object.externs, or -1 */
};

struct elf_rel {
	u64 off;
	u32 sym, type;
};

/* BPF relocation types, as LLVM defines them. */
enum {
	REL_64_64 = 1,  /* ld_imm64 */
	REL_ABS64 = 2,  /* data */
	REL_ABS32 = 3,
	REL_NODYLD32 = 4, /* .BTF, .BTF.ext */
	REL_64_32 = 10, /* call */
};

/*
 * Where a function lies in the file. reader.pos has one for each of object.funcs, sorted by section, then
 * offset.
 */
struct func_pos {
	u32 sym, sec;
	u64 off, sz; /* bytes */
	bool called; /* a call or an address of it exists */
	size_t relo_cap, line_cap, core_cap;
};

/* Where a map lies in the file, one for each of object.maps. Section 0: nowhere (.kconfig). */
struct map_pos {
	u32 sec;
	u64 off, sz;
	u32 def_id; /* .maps: the BTF struct that defines it */
};

/* State of one object_open(). */
struct reader {
	struct object *obj;
	struct lsk_err *err;
	void *copy; /* of the file: libelf wants to own its bytes */
	Elf *elf;
	struct elf_sec *secs; /* secs[0] is the null section */
	u32 sec_cnt;
	struct elf_sym *syms;
	u32 sym_cnt;
	u32 *by_name; /* indices of named global and weak symbols, sorted by name */
	u32 by_name_cnt;
	struct func_pos *pos;
	struct map_pos *map_pos;
	size_t map_cap, map_pos_cap, ext_cap;
	u32 map_pos_cnt;
	s32 kconfig_map; /* index in object.maps, or -1 */
	u32 arena_sec;   /* index of section .addr_space.1; 0: no variables of an arena */
	u32 arena_map;   /* where they lie: index in object.maps */
};

/* elf_file.c */
int elf_read(struct reader *r, const void *data, size_t sz);
void elf_close(struct reader *r);
/* elf_find_sec() - index of the first section of that name; 0 if there is none. */
u32 elf_find_sec(const struct reader *r, const char *name);
/* elf_find_sym() - the global or weak symbol of that name, defined or not; NULL if there is none. */
const struct elf_sym *elf_find_sym(const struct reader *r, const char *name);
/*
 * elf_rel() - entry @i of a checked SHT_REL section. elf_rel_check() checks one and returns the number of
 * entries.
 */
int elf_rel_check(struct reader *r, u32 sec, u32 *cnt);
void elf_rel(const struct reader *r, u32 sec, u32 i, struct elf_rel *rel);
bool sec_is_code(const struct elf_sec *sec);
/* sec_data_kind() - MAP_DATA, MAP_BSS or MAP_RODATA by the name, or -1. */
int sec_data_kind(const struct elf_sec *sec);

/* sections.c: for tests that visit every row; NULL beyond the last. */
const struct sec_def *sec_def_row(size_t idx);

/* btf_read.c */
static inline u32 btf_type_info(u32 kind, u32 vlen, u32 kflag)
{
	return kflag << 31 | kind << 24 | vlen;
}

int btf_read(struct reader *r);
struct btf_type *btf_type_rw(const struct reader *r, u32 id); /* id must be valid */
const char *btf_name(const struct reader *r, const struct btf_type *t);
/* btf_skip_mods() - the type behind typedefs and qualifiers; *@id follows. NULL: void, or a loop. */
const struct btf_type *btf_skip_mods(const struct reader *r, u32 *id);
u32 btf_find_datasec(const struct reader *r, const char *name);

/* btf_fixup.c: needs externs */
int btf_fixup(struct reader *r);

/* arg_ctx.c: needs relocs, and the functions' BTF ids and linkage */
int arg_ctx_types(struct reader *r);

/* btf_names.c: the last step */
int btf_names(struct reader *r);

/* btf_ext.c: needs funcs */
int btf_ext_read(struct reader *r);

/* externs.c: changes the DATASECs .ksyms and .kconfig */
int externs_read(struct reader *r);
/* btf_name_params() - give the unnamed parameters of a FUNC a name: the kernel wants all of them named. */
int btf_name_params(struct reader *r, u32 func_id);
int kconfig_map_read(struct reader *r); /* after the data maps */
/* btf_int32() - id of a 4-byte INT, added if there is none; negative errno. */
int btf_int32(struct reader *r);

/* maps.c, data_maps.c, map_inits.c */
int maps_read(struct reader *r);
int data_maps_read(struct reader *r);
int map_inits_read(struct reader *r); /* needs funcs */
struct obj_map *map_add(struct reader *r, u32 sec, u64 off, u64 sz);
void map_clear(struct obj_map *map);
void map_kernel_name(struct obj_map *map, const char *name);
int map_by_pos(const struct reader *r, u32 sec, u64 off); /* index, or -1; none of struct_ops */

/* struct_ops.c */
int struct_ops_read(struct reader *r);       /* after the other maps */
int struct_ops_progs_read(struct reader *r); /* needs funcs; decides whether they are loaded */
void struct_ops_free(struct obj_struct_ops *ops);

/* funcs.c, relocs.c */
int funcs_read(struct reader *r);
int relocs_read(struct reader *r);
int funcs_classify(struct reader *r); /* after relocs */
void func_clear(struct obj_func *func);
/* func_at() - index of the first function that covers byte @off of section @sec, or -1. */
int func_at(const struct reader *r, u32 sec, u64 off);
/* func_alias() - the next function with the same code as @fi (another name for it), or -1. */
int func_alias(const struct reader *r, int fi);

#endif
