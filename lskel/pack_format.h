/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The packed form: a light skeleton as a file (lskel pack, lskel-boot). This is the only description of its
 * layout; the writer (lskel/pack.c) and the reader (lskel/pack_read.h) include it. Include after
 * gen_loader/format.h and lskel/runtime/desc.h, whose tables the file holds.
 *
 *	struct lskel_pack_hdr
 *	tables     rows of columns of 4 bytes each, at multiples of 4
 *	bytes      loader programs, initial structs of struct_ops maps; each at a multiple of 8
 *	strings    NUL-terminated; at least one zero byte follows the last one
 *	blob       gen_loader/format.h, at a multiple of 8
 *	checksum   SHA-256 of everything before it
 *	struct lskel_pack_sigs, of signed files only
 *
 * All numbers are in the target's byte order. Places are byte offsets from the start of the file; 0 is
 * "none". In the blob, lskel_hdr.resv[2] is the offset (in the blob) of the SHA-256 of everything that is
 * before the blob in the file: who signs the blob signs how its programs are attached, what they are called
 * and where things are pinned, too.
 *
 * A signed file is of version LSKEL_PACK_SIGNED. The words of its loaders that are for the blob's hash (the plain 64-bit
 * loads, in the order of the hash) are 0, since that hash covers the file's; the reader puts them in. Its blob has room for
 * struct lskel_host, its loaders take that as context, and what depends on the target is in no table.
 *
 * A reader refuses other versions. Whatever changes here, or in the order of a table's columns, is a new
 * version.
 */
#ifndef LSKEL_PACK_FORMAT_H
#define LSKEL_PACK_FORMAT_H

#define LSKEL_PACK_MAGIC 0x4c534b50u /* "LSKP"; read in the wrong byte order it is another number */
#define LSKEL_PACK_VERSION 2u
#define LSKEL_PACK_SIGNED 3u
#define LSKEL_PACK_SIGS_MAGIC 0x4c534b53u /* "LSKS" */
#define LSKEL_PACK_SIGNED_MAX (16u << 20) /* of a signed one's blob's map; the kernel's limit */
#define LSKEL_PACK_MAX (1u << 30)    /* bytes of a file */

/* How a program is attached: by lskel_attach_KIND() of the runtime. By program. */
struct lskel_attach_row {
	const char *kind;   /* "kprobe", see attach_kinds.h; NULL: not at all */
	const char *target; /* struct lskel_attach_to */
	const char *sec;    /* its section, for messages */
	unsigned int type, flags;
	unsigned int how;   /* LSKEL_HOW_* */
};

enum {
	LSKEL_HOW_ALONE = 1, /* needs no more arguments than these */
	LSKEL_HOW_RUNS = 2,  /* is run, not attached */
};

/*
 * The tables, in the order of lskel_pack_hdr.tables. Two loaders: loop, then stepper; of one that is not
 * there all is 0.
 */
#define LSKEL_PACK_TABLES(X) \
	X(MAPS, maps, lskel_map_row) \
	X(PROGS, progs, lskel_prog_row) \
	X(ATTACH, attach, lskel_attach_row) \
	X(SYMS, syms, lskel_sym_row) \
	X(USERS, users, lskel_pack_user) \
	X(SPANS, spans, lskel_span) \
	X(SIZES, sizes, lskel_size_row) \
	X(KCONFIGS, kconfigs, lskel_kconfig_row) \
	X(TARGETS, targets, lskel_target_row) \
	X(LINKS, links, lskel_pack_link) \
	X(LOADERS, loaders, lskel_loader) \
	X(OPS, struct_ops, lskel_ops_row) \
	X(MEMBERS, struct_ops_members, lskel_ops_member)

enum lskel_pack_table_id {
#define LSKEL_PACK_ID(id, name, row) LSKEL_PACK_##id,
	LSKEL_PACK_TABLES(LSKEL_PACK_ID)
#undef LSKEL_PACK_ID
	LSKEL_PACK_TABLE_CNT
};

struct lskel_pack_hdr {
	unsigned int magic, version;
	unsigned int sz;   /* of the file, up to the checksum and with it */
	unsigned int name; /* string: of the skeleton */
	unsigned int blob, blob_sz, value_sz, ops_off, op_cnt; /* as in struct lskel_desc */
	struct lskel_pack_ref {
		unsigned int off, cnt;
	} tables[LSKEL_PACK_TABLE_CNT];
};

/*
 * Behind a signed file, at a multiple of 8: where the signatures of its loaders (loop, stepper) are, from the start of this
 * struct. Sizes of 0: missing. The checksum is of everything before it from the start of this struct.
 */
struct lskel_pack_sigs {
	unsigned int magic;
	unsigned int sz; /* of all of this, checksum included */
	struct lskel_pack_sig {
		unsigned int insns, insns_sz, all, all_sz;
	} gears[2];
	/* bytes, each at a multiple of 8; SHA-256 at the end */
};

/* Rows that desc.h has no struct for. */
struct lskel_pack_user {
	unsigned short prog;
};

struct lskel_pack_link {
	unsigned int fd;
};

/* A column. On the target, a row is the struct of desc.h; the column's value goes to its member at `off`. */
struct lskel_pack_col {
	unsigned char kind; /* LSKEL_COL_* */
	unsigned char off;
#ifdef LSKEL_PACK_NAMES
	const char *name;
#endif
};

enum {
	LSKEL_COL_NUM = 1,   /* 32 bits */
	LSKEL_COL_SHORT = 2, /* 32 bits in the file, 16 in the struct */
	LSKEL_COL_STR = 3,   /* offset of a string, 0: NULL */
	LSKEL_COL_BYTES = 4, /* offset of bytes, 0: NULL; the column behind it is their number */
};

#ifdef LSKEL_PACK_NAMES
#define LSKEL_PACK_COL(kind, row, member) { LSKEL_COL_##kind, offsetof(struct row, member), #member },
#else
#define LSKEL_PACK_COL(kind, row, member) { LSKEL_COL_##kind, offsetof(struct row, member) },
#endif

/* Each table's columns in the order of the file: X(kind, row, member) */
#define LSKEL_PACK_COLS_MAPS(X, r) \
	X(STR, r, name) X(NUM, r, attr) X(NUM, r, fd) X(NUM, r, value) X(NUM, r, value_sz) X(NUM, r, flags)
#define LSKEL_PACK_COLS_PROGS(X, r) X(STR, r, name) X(NUM, r, attr) X(NUM, r, fd) X(NUM, r, flags)
#define LSKEL_PACK_COLS_ATTACH(X, r) \
	X(STR, r, kind) X(STR, r, target) X(STR, r, sec) X(NUM, r, type) X(NUM, r, flags) X(NUM, r, how)
#define LSKEL_PACK_COLS_SYMS(X, r) X(STR, r, what) X(NUM, r, first_user) X(NUM, r, user_cnt)
#define LSKEL_PACK_COLS_USERS(X, r) X(SHORT, r, prog)
#define LSKEL_PACK_COLS_SPANS(X, r) X(NUM, r, kind) X(NUM, r, idx) X(NUM, r, first_op) X(NUM, r, op_cnt)
#define LSKEL_PACK_COLS_SIZES(X, r) X(NUM, r, attr) X(NUM, r, rule) X(NUM, r, map)
#define LSKEL_PACK_COLS_KCONFIGS(X, r) X(STR, r, name) X(NUM, r, off) X(NUM, r, sz) X(NUM, r, flags)
#define LSKEL_PACK_COLS_TARGETS(X, r) X(NUM, r, prog) X(STR, r, func) X(STR, r, module) X(NUM, r, flags)
#define LSKEL_PACK_COLS_LINKS(X, r) X(NUM, r, fd)
#define LSKEL_PACK_COLS_LOADERS(X, r) \
	X(BYTES, r, insns) X(NUM, r, insns_sz) X(BYTES, r, btf) X(NUM, r, btf_sz) X(BYTES, r, func_info) \
	X(NUM, r, func_info_sz)
#define LSKEL_PACK_COLS_OPS(X, r) \
	X(STR, r, type) X(BYTES, r, data) X(NUM, r, sz) X(NUM, r, map) X(NUM, r, flags) \
	X(NUM, r, first_member) X(NUM, r, member_cnt)
#define LSKEL_PACK_COLS_MEMBERS(X, r) \
	X(STR, r, name) X(NUM, r, off) X(NUM, r, sz) X(NUM, r, kind) X(NUM, r, prog)

#define LSKEL_PACK_ROW(id, name, row) \
	static const struct lskel_pack_col lskel_pack_##name##_cols[] = { \
		LSKEL_PACK_COLS_##id(LSKEL_PACK_COL, row) };
LSKEL_PACK_TABLES(LSKEL_PACK_ROW)
#undef LSKEL_PACK_ROW

static const struct lskel_pack_table {
	const char *name;
	const struct lskel_pack_col *cols;
	unsigned int col_cnt, row_sz; /* row_sz: of the struct */
} lskel_pack_tables[LSKEL_PACK_TABLE_CNT] = {
#define LSKEL_PACK_ROW(id, name, row) \
	{ #name, lskel_pack_##name##_cols, \
	  sizeof(lskel_pack_##name##_cols) / sizeof(lskel_pack_##name##_cols[0]), \
	  sizeof(struct row) },
	LSKEL_PACK_TABLES(LSKEL_PACK_ROW)
#undef LSKEL_PACK_ROW
};

#endif
