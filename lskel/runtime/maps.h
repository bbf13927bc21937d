/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Maps that a load does not create: those that the program gives, and those that are switched off. */
#ifndef LSKEL_MAPS_H
#define LSKEL_MAPS_H

static inline int lskel_map_is_given(const struct lskel_io *io, unsigned int map)
{
	return io->reuse_fd && io->reuse_fd[map] > 0 && lskel_map_is_on(io, map);
}

/* @n in words; @buf is as long as the longest number. */
static inline const char *lskel_num_text(char buf[24], __u64 n, unsigned int base)
{
	unsigned int i = 23;

	buf[i] = 0;
	do {
		buf[--i] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	if (base == 16) {
		buf[--i] = 'x';
		buf[--i] = '0';
	}
	return buf + i;
}

/* Where a map is pinned, in up to three pieces. */
static inline void lskel_pin_parts(const struct lskel_io *io, unsigned int map, const char **parts)
{
	parts[0] = parts[1] = parts[2] = NULL;
	if (io->pin_path && io->pin_path[map]) {
		parts[0] = io->pin_path[map];
	} else {
		parts[0] = io->pin_root ? io->pin_root : "/sys/fs/bpf";
		parts[1] = "/";
		parts[2] = io->desc->maps[map].name;
	}
}

/* The value of a field of a MAP_CREATE attr of @attr_sz bytes; it may end before the field does. */
static inline __u64 lskel_attr_field(const void *blob, unsigned int attr, unsigned int attr_sz,
				     unsigned int off, unsigned int sz)
{
	__u64 v = 0;

	if (off + sz > attr_sz)
		return 0;
	if (sz == 4)
		return lskel_get32(blob, attr + off);
	lskel_copy(&v, (const char *)blob + attr + off, sizeof(v));
	return v;
}

/*
 * Is what is open as @fd as good as the map that would be created? Judged by the descriptor, not by a
 * name.
 */
LSKEL_ONCE int lskel_check_given(const struct lskel_io *io, const void *blob, unsigned int map,
				unsigned int attr_sz, int fd)
{
	static const struct {
		const char *name;
		unsigned char attr, info, sz; /* offsets in BPF_MAP_CREATE's attr and struct bpf_map_info */
	} fields[] = {
		{ "type", 0, 0, 4 },	     { "key_size", 4, 8, 4 },	{ "value_size", 8, 12, 4 },
		{ "max_entries", 12, 16, 4 }, { "map_flags", 16, 20, 4 }, { "map_extra", 64, 80, 8 },
	};
	const unsigned int row_attr = io->desc->maps[map].attr, type = lskel_get32(blob, row_attr);
	const int pinned = io->pinned && io->pinned[map];
	struct lskel_attr_info attr;
	__u64 info[12]; /* struct bpf_map_info up to map_extra and a bit; the kernel's may be shorter */
	char num[2][24];
	const char *parts[10];
	unsigned int i;
	int err;

	lskel_zero(info, sizeof(info));
	lskel_zero(&attr, sizeof(attr));
	attr.bpf_fd = (__u32)fd;
	attr.info_len = sizeof(info);
	attr.info = lskel_ptr(info);
	err = (int)lskel_sys_bpf(LSKEL_BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	if (err < 0)
		return lskel_fail(io->state, err, LSKEL_TEXT("map"), io->desc->maps[map].name,
				  LSKEL_TEXT("given descriptor: BPF_OBJ_GET_INFO_BY_FD"));
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		__u64 want = lskel_attr_field(blob, row_attr, attr_sz, fields[i].attr, fields[i].sz);
		__u64 have = lskel_attr_field(info, 0, sizeof(info), fields[i].info, fields[i].sz);
		__u64 mask = ~(__u64)0;

		if (fields[i].attr == 16) {
			/* BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_TOKEN_FD: the descriptor's, not the map's */
			mask = ~(__u64)0x10018;
			if (type == 14 || type == 25) /* DEVMAP, DEVMAP_HASH get BPF_F_RDONLY_PROG */
				mask &= ~(__u64)0x80;
		}
		/* LRU maps with BPF_F_NO_COMMON_LRU: rounded up to a multiple of the CPUs */
		if (fields[i].attr == 12 && (type == 9 || type == 10) &&
		    (lskel_get32(blob, row_attr + 16) & 2) && have - want < 8192)
			continue;
		if (!((want ^ have) & mask))
			continue;
		lskel_pin_parts(io, map, parts + 1);
		parts[0] = pinned ? LSKEL_TEXT("pinned map '") : LSKEL_TEXT("given map");
		if (!pinned)
			parts[1] = parts[2] = parts[3] = NULL;
		parts[4] = pinned ? LSKEL_TEXT("' has ") : LSKEL_TEXT(" has ");
		parts[5] = fields[i].name;
		parts[6] = LSKEL_TEXT(" ");
		parts[7] = lskel_num_text(num[0], have, i < 4 ? 10 : 16);
		parts[8] = LSKEL_TEXT(", not ");
		parts[9] = lskel_num_text(num[1], want, i < 4 ? 10 : 16);
		return lskel_fail_parts(io->state, -EINVAL, LSKEL_TEXT("map"), io->desc->maps[map].name,
					parts, 10);
	}
	return 0;
}

/*
 * Put a given map where the loader would leave its own: programs and outer maps find it there, and the
 * unwind part closes it; so it is a duplicate. What would create and fill the map is switched off. Slots
 * of a prog array are filled all the same: its programs are those of this load.
 */
LSKEL_ONCE int lskel_give_map(const struct lskel_io *io, void *blob, unsigned int map)
{
	const struct lskel_desc *desc = io->desc;
	const struct lskel_map_row *row = &desc->maps[map];
	unsigned int i, j, attr_sz = 0;
	int fd;

	for (i = 0; i < desc->span_cnt; i++) {
		const struct lskel_span *span = &desc->spans[i];
		int creates = 0;

		if (span->kind != LSKEL_SUBJ_MAP || span->idx != map || !span->op_cnt)
			continue;
		for (j = 0; j < span->op_cnt; j++) {
			const struct lskel_op *op = LSKEL_OP_AT(desc, blob, span->first_op + j);

			if (op->kind != LSKEL_OP_SYS || op->arg != LSKEL_BPF_MAP_CREATE)
				continue;
			creates = 1;
			if (op->a == row->attr)
				attr_sz = op->len + 1u;
		}
		if (creates || lskel_get32(blob, row->attr) != 3 /* PROG_ARRAY */)
			lskel_switch_span(desc, blob, span, 0);
	}
	fd = lskel_sys_dup_nonzero(io->reuse_fd[map]);
	if (fd < 0)
		return lskel_fail(io->state, fd, LSKEL_TEXT("map"), row->name,
				  LSKEL_TEXT("given descriptor"));
	lskel_put32(blob, row->fd, (__u32)fd);
	return lskel_check_given(io, blob, map, attr_sz, fd);
}

/*
 * Where in the blob a program's instructions are: the operation that fills the pointer to them knows. 0:
 * switched off.
 */
static inline unsigned int lskel_prog_insns(const struct lskel_desc *desc, void *blob, unsigned int prog)
{
	const unsigned int at = desc->progs[prog].attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, insns);
	unsigned int i, j;

	for (i = 0; i < desc->span_cnt; i++) {
		const struct lskel_span *span = &desc->spans[i];

		if (span->kind != LSKEL_SUBJ_PROG || span->idx != prog)
			continue;
		for (j = 0; j < span->op_cnt; j++) {
			const struct lskel_op *op = LSKEL_OP_AT(desc, blob, span->first_op + j);

			if (op->kind == LSKEL_OP_ADDR && op->c == at)
				return op->a;
		}
	}
	return 0;
}

#define LSKEL_POISON 2001000000u /* libbpf's number, so that its users recognise it */

/*
 * A program's references to a map that is switched off become calls of a helper that doesn't exist, in
 * both halves of the instruction: the verifier refuses the program if it gets there, and only then. The
 * references are found by looking through the instructions: that costs a moment in the rare load that has
 * such a map, where a table of all references would be in every header, and conditional operations in
 * every trace.
 */
LSKEL_ONCE void lskel_poison_prog(const struct lskel_io *io, void *blob, unsigned int prog)
{
	const unsigned int insns = lskel_prog_insns(io->desc, blob, prog);
	const unsigned int attr = io->desc->progs[prog].attr;
	const unsigned int cnt = lskel_get32(blob, attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, insn_cnt));
	unsigned int i, src, map;

	for (i = 0; insns && i + 1 < cnt; i++) {
		unsigned char *insn = (unsigned char *)blob + insns + 8 * i;

		if (insn[0] != 0x18) /* BPF_LD | BPF_IMM | BPF_DW, of two slots */
			continue;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		src = insn[1] & 15;
#else
		src = insn[1] >> 4;
#endif
		map = lskel_get32(insn, 4);
		i++;
		if ((src != 5 && src != 6) /* BPF_PSEUDO_MAP_IDX, BPF_PSEUDO_MAP_IDX_VALUE */ ||
		    map >= io->desc->map_cnt || lskel_map_is_on(io, map))
			continue;
		lskel_zero(insn, 16);
		insn[0] = insn[8] = 0x85; /* BPF_JMP | BPF_CALL */
		lskel_put32(insn, 4, LSKEL_POISON + map);
		lskel_put32(insn, 12, LSKEL_POISON + map);
	}
}

/* The last step of patching. */
static inline int lskel_patch_given(const struct lskel_io *io, void *blob)
{
	unsigned int i, off = 0;
	int err = io->patch_arenas ? io->patch_arenas(io, blob) : 0;

	for (i = 0; i < io->desc->map_cnt && !err; i++) {
		off += !lskel_map_is_on(io, i);
		if (lskel_map_is_given(io, i))
			err = lskel_give_map(io, blob, i);
	}
	for (i = 0; i < io->desc->prog_cnt && off && !err; i++)
		lskel_poison_prog(io, blob, i);
	return err;
}

/* The map that a verifier's log complains of, if it does because the map is switched off; else -1. */
static inline int lskel_poisoned(const struct lskel_io *io, const char *log)
{
	const char *s = log ? lskel_find(log, "unknown#2001") : NULL;
	unsigned int map;

	if (!s)
		return -1;
	s -= 4;
	map = lskel_parse_num(&s) - LSKEL_POISON;
	return map < io->desc->map_cnt && !lskel_map_is_on(io, map) ? (int)map : -1;
}

#endif
