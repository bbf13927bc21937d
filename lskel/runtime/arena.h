/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Arenas: memory that programs share with the process, at the same address. A program that uses one is
 * accepted only once the kernel knows that address, from map_extra or because the arena is mapped; and
 * variables get their first values through the mapping. A loader can't map anything. So the runtime
 * makes the arenas, maps and fills them, and the loader finds them where it would leave its own.
 */
#ifndef LSKEL_ARENA_H
#define LSKEL_ARENA_H

#define LSKEL_MAP_FIXED_NOREPLACE 0x100000 /* 4.17; arenas are there since 6.9, on arm64 and x86-64 */

static inline void lskel_arena_free(const struct lskel_io *io)
{
	unsigned int i;

	for (i = 0; i < io->desc->map_cnt; i++) {
		if (io->arenas[i].addr)
			lskel_sys_munmap(io->arenas[i].addr, io->arenas[i].sz);
		io->arenas[i].addr = NULL;
	}
}

/* The size of the map's MAP_CREATE attr. What would create the map is switched off, if @off says so. */
static inline unsigned int lskel_arena_attr_sz(const struct lskel_desc *desc, void *blob, unsigned int map,
					       int off)
{
	unsigned int i, j, sz = 0;

	for (i = 0; i < desc->span_cnt; i++) {
		const struct lskel_span *span = &desc->spans[i];

		if (span->kind != LSKEL_SUBJ_MAP || span->idx != map)
			continue;
		for (j = 0; j < span->op_cnt; j++) {
			const struct lskel_op *op = LSKEL_OP_AT(desc, blob, span->first_op + j);

			if (op->kind == LSKEL_OP_SYS && op->a == desc->maps[map].attr)
				sz = op->len + 1u;
		}
		if (off && span->op_cnt)
			lskel_switch_span(desc, blob, span, 0);
	}
	return sz;
}

static inline int lskel_arena_make(const struct lskel_io *io, void *blob, unsigned int map)
{
	const struct lskel_map_row *row = &io->desc->maps[map];
	const int given = lskel_map_is_given(io, map);
	const unsigned int attr_sz = lskel_arena_attr_sz(io->desc, blob, map, !given);
	const __u64 at = lskel_attr_field(blob, row->attr, attr_sz,
					  LSKEL_ATTR_OFF(lskel_attr_map_create, map_extra), 8);
	const unsigned int pages = row->attr + LSKEL_ATTR_OFF(lskel_attr_map_create, max_entries);
	const size_t sz = (size_t)lskel_get32(blob, pages) * lskel_sys_page_size();
	int fd = given ? io->reuse_fd[map] : 0;
	void *p;

	if (LSKEL_IN_KERNEL)
		return lskel_fail(io->state, -EOPNOTSUPP, LSKEL_TEXT("map"), row->name,
				  LSKEL_TEXT("a module can't map an arena"));
	if (!given)
		fd = (int)lskel_sys_bpf(LSKEL_BPF_MAP_CREATE, (char *)blob + row->attr, attr_sz);
	if (fd < 0)
		return lskel_fail(io->state, fd, LSKEL_TEXT("map"), row->name, LSKEL_TEXT("BPF_MAP_CREATE"));
	if (!given)
		lskel_put32(blob, row->fd, (__u32)fd);
	if (row->value_sz > sz)
		return lskel_fail(io->state, -E2BIG, LSKEL_TEXT("map"), row->name,
				  LSKEL_TEXT("the variables are larger than the arena"));
	p = lskel_sys_mmap((void *)(unsigned long)at, sz, PROT_READ | PROT_WRITE,
			   MAP_SHARED | (at ? LSKEL_MAP_FIXED_NOREPLACE : 0), fd);
	if (!p)
		return lskel_fail(io->state, -ENOMEM, LSKEL_TEXT("map"), row->name, LSKEL_TEXT("mmap"));
	io->arenas[map].addr = p;
	io->arenas[map].sz = sz;
	/* A given one has its values. */
	if (!given && row->value)
		lskel_copy(p, (const char *)blob + row->value, row->value_sz);
	return 0;
}

/* For lskel_io.patch_arenas. */
LSKEL_ONCE int lskel_patch_arenas(const struct lskel_io *io, void *blob)
{
	unsigned int i;
	int err = 0;

	lskel_arena_free(io); /* a first attempt's */
	for (i = 0; i < io->desc->map_cnt && !err; i++) {
		if ((io->desc->maps[i].flags & LSKEL_MAP_ARENA) && lskel_map_is_on(io, i))
			err = lskel_arena_make(io, blob, i);
	}
	return err;
}

/* After a load: where the variables of arena @map are. What @p was before the load is given back. */
static inline void *lskel_arena_take(const struct lskel_io *io, unsigned int map, void *p)
{
	if (!io->arenas[map].addr)
		return p;
	lskel_data_free(io->desc, map, p);
	return io->arenas[map].addr;
}

/* The end of a load that went well: initial_value is where the arena is. */
static inline void lskel_arena_keep(const struct lskel_io *io)
{
	unsigned int i;

	for (i = 0; i < io->desc->map_cnt; i++) {
		if (io->arenas[i].addr)
			io->maps[i].initial_value = lskel_ptr(io->arenas[i].addr);
	}
}

#endif
