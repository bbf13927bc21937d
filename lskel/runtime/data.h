/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Global data: anonymous memory until the load, then the map at the same address. */
#ifndef LSKEL_DATA_H
#define LSKEL_DATA_H

static inline __u32 lskel_get32(const void *blob, unsigned int off)
{
	__u32 v;

	lskel_copy(&v, (const char *)blob + off, sizeof(v));
	return v;
}

static inline __u64 lskel_data_sz(const struct lskel_desc *desc, unsigned int map)
{
	__u64 page = lskel_sys_page_size();
	__u64 sz = desc->maps[map].value_sz;

	return (sz + page - 1) & ~(page - 1);
}

static inline void *lskel_data_alloc(const struct lskel_desc *desc, unsigned int map, struct bpf_map_desc *m)
{
	const struct lskel_map_row *row = &desc->maps[map];
	void *p = lskel_sys_mmap(NULL, (size_t)lskel_data_sz(desc, map), PROT_READ | PROT_WRITE,
				 MAP_SHARED | LSKEL_MAP_ANONYMOUS, -1);

	if (!p) {
		lskel_set_errno(-ENOMEM);
		return NULL;
	}
	/*
	 * The blob may end before its value does, or before it starts: what is missing is zero. (No pointer past the end is
	 * made, not even one that is not used: gcc -O1 warns of it.)
	 */
	if (row->value) {
		unsigned int off = row->value < desc->blob_sz ? row->value : desc->blob_sz;
		unsigned int sz = desc->blob_sz - off;

		lskel_copy(p, (const char *)desc->blob + off, sz < row->value_sz ? sz : row->value_sz);
	}
	m->initial_value = lskel_ptr(p);
	return p;
}

static inline void *lskel_data_take(struct lskel_io *io, unsigned int map, void *p, int *err)
{
	const struct lskel_map_row *row = &io->desc->maps[map];
	int prot = row->flags & LSKEL_MAP_RDONLY ? PROT_READ : PROT_READ | PROT_WRITE;
	int fd = io->maps[map].map_fd;
	void *q;

	if (*err || fd <= 0 || !p)
		return p;
	q = lskel_sys_mmap(p, (size_t)lskel_data_sz(io->desc, map), prot, MAP_SHARED | MAP_FIXED, fd);
	if (!q) {
		*err = lskel_fail(io->state, -ENOMEM, LSKEL_TEXT("map"), row->name, LSKEL_TEXT("mmap"));
		return p;
	}
	io->maps[map].initial_value = lskel_ptr(q);
	return q;
}

static inline int lskel_data_finalize(struct lskel_io *io, unsigned int map, void *p)
{
	int err = 0;

	(void)lskel_data_take(io, map, p, &err);
	return err;
}

static inline void lskel_data_free(const struct lskel_desc *desc, unsigned int map, void *p)
{
	if (p)
		lskel_sys_munmap(p, (size_t)lskel_data_sz(desc, map));
}

#endif
