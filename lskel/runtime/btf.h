/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The target's BTF, as far as struct_ops needs it: structs by name, their members, kinds and sizes. It is in those headers only
 * that have struct_ops maps and were generated without --btf.
 *
 * vmlinux's BTF comes from /sys/kernel/btf/vmlinux, as libbpf does it; modules' from the kernel by their ids, since their
 * descriptors are needed too. All of it is the kernel's own word, yet nothing is read that lies outside of it.
 */
#ifndef LSKEL_BTF_H
#define LSKEL_BTF_H

enum {
	LSKEL_KIND_INT = 1,
	LSKEL_KIND_PTR = 2,
	LSKEL_KIND_ARRAY = 3,
	LSKEL_KIND_STRUCT = 4,
	LSKEL_KIND_UNION = 5,
	LSKEL_KIND_ENUM = 6,
	LSKEL_KIND_TYPEDEF = 8,
	LSKEL_KIND_VOLATILE = 9,
	LSKEL_KIND_CONST = 10,
	LSKEL_KIND_RESTRICT = 11,
	LSKEL_KIND_FUNC_PROTO = 13,
	LSKEL_KIND_FLOAT = 16,
	LSKEL_KIND_TYPE_TAG = 18,
	LSKEL_KIND_ENUM64 = 19,
};

#define LSKEL_BTF_MAGIC 0xeb9fu

struct lskel_btf_hdr {
	__u16 magic;
	__u8 version, flags;
	__u32 hdr_len, type_off, type_len, str_off, str_len;
};

struct lskel_btf_type {
	__u32 name_off;
	__u32 info; /* vlen in 24 bits (16 before Linux 7.2), kind in 7 (5), flag */
	__u32 type; /* or size */
};

struct lskel_btf_member {
	__u32 name_off, type, offset; /* bits; with the type's flag: the upper 8 are the size of a bit field */
};

struct lskel_btf_array {
	__u32 type, index_type, nelems;
};

struct lskel_btf {
	const struct lskel_btf *base; /* of a module: vmlinux */
	void *mem;
	size_t mem_sz;
	const unsigned char *types;
	const char *strs;
	unsigned int types_sz, strs_sz;
	unsigned int first, end; /* ids of its own types */
	unsigned int first_str;  /* offset of its own strings */
	unsigned int *index;     /* by id - first: offset in types */
};

static inline unsigned int lskel_btf_kind(const struct lskel_btf_type *t)
{
	return t->info >> 24 & 0x7f;
}

static inline unsigned int lskel_btf_vlen(const struct lskel_btf_type *t)
{
	return t->info & 0xffffff;
}

/* Bytes that follow a struct lskel_btf_type; ~0: no such kind is known. */
static inline size_t lskel_btf_tail(const struct lskel_btf_type *t)
{
	static const unsigned char fixed[] = { 0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0 };
	static const unsigned char each[] = { 0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12 };
	unsigned int kind = lskel_btf_kind(t);

	if (!kind || kind >= sizeof(fixed))
		return ~(size_t)0;
	return fixed[kind] + (each[kind] ? (size_t)each[kind] * lskel_btf_vlen(t) : 0);
}

/* The type at @off, or NULL if it does not end before the others do. */
static inline const struct lskel_btf_type *lskel_btf_at(const struct lskel_btf *btf, unsigned int off)
{
	const struct lskel_btf_type *t = (const struct lskel_btf_type *)(const void *)(btf->types + off);
	size_t room = btf->types_sz - off;

	if (room < sizeof(*t) || lskel_btf_tail(t) > room - sizeof(*t))
		return NULL;
	return t;
}

/* Where each type lies; with @index NULL they are only counted. -EINVAL: broken, or newer than we are. */
static inline int lskel_btf_walk(struct lskel_btf *btf, unsigned int *index)
{
	const struct lskel_btf_type *t;
	unsigned int off, cnt = 0;

	for (off = 0; off < btf->types_sz; cnt++) {
		t = lskel_btf_at(btf, off);
		if (!t)
			return -EINVAL;
		if (index)
			index[cnt] = off;
		off += (unsigned int)(sizeof(*t) + lskel_btf_tail(t));
	}
	btf->end = btf->first + cnt;
	return 0;
}

static inline size_t lskel_btf_index_sz(const struct lskel_btf *btf)
{
	return ((size_t)(btf->end - btf->first) + 1) * sizeof(*btf->index);
}

static inline void lskel_btf_close(struct lskel_btf *btf)
{
	if (btf->index)
		lskel_free(btf->index, lskel_btf_index_sz(btf));
	if (btf->mem)
		lskel_sys_munmap(btf->mem, btf->mem_sz);
	lskel_zero(btf, sizeof(*btf));
}

/* The bytes that a BTF with this header has; 0: it is none. */
static inline size_t lskel_btf_sz(const struct lskel_btf_hdr *hdr)
{
	size_t types = (size_t)hdr->hdr_len + hdr->type_off + hdr->type_len;
	size_t strs = (size_t)hdr->hdr_len + hdr->str_off + hdr->str_len;

	if (hdr->magic != LSKEL_BTF_MAGIC || hdr->version != 1 || hdr->hdr_len < sizeof(*hdr) || hdr->type_off % 4 ||
	    hdr->hdr_len % 4 || !hdr->str_len || types > 1u << 30 || strs > 1u << 30)
		return 0;
	return types > strs ? types : strs;
}

/* What lies at mem becomes usable. On failure the caller closes. */
static inline int lskel_btf_parse(struct lskel_btf *btf, const struct lskel_btf *base)
{
	const unsigned char *mem = (const unsigned char *)btf->mem;
	struct lskel_btf_hdr hdr;
	int err;

	if (btf->mem_sz < sizeof(hdr))
		return -EINVAL;
	lskel_copy(&hdr, mem, sizeof(hdr));
	if (!lskel_btf_sz(&hdr) || lskel_btf_sz(&hdr) > btf->mem_sz)
		return -EINVAL;
	btf->base = base;
	btf->types = mem + hdr.hdr_len + hdr.type_off;
	btf->types_sz = hdr.type_len;
	btf->strs = (const char *)mem + hdr.hdr_len + hdr.str_off;
	btf->strs_sz = hdr.str_len;
	btf->first = base ? base->end : 1;
	btf->first_str = base ? base->strs_sz : 0;
	if (btf->strs[btf->strs_sz - 1])
		return -EINVAL;
	err = lskel_btf_walk(btf, NULL);
	if (err)
		return err;
	btf->index = (unsigned int *)lskel_alloc(lskel_btf_index_sz(btf));
	return btf->index ? lskel_btf_walk(btf, btf->index) : -ENOMEM;
}

/* Kernels before 6.16 don't map the file. */
static inline int lskel_btf_read(struct lskel_btf *btf, int fd)
{
	struct lskel_btf_hdr hdr;
	size_t got = sizeof(hdr), sz;
	long n;

	if (LSKEL_SYS3(read, fd, &hdr, sizeof(hdr)) != (long)sizeof(hdr))
		return -EINVAL;
	sz = lskel_btf_sz(&hdr);
	if (!sz)
		return -EINVAL;
	btf->mem_sz = sz;
	btf->mem = lskel_sys_mmap(NULL, sz, PROT_READ, MAP_PRIVATE, fd);
	if (btf->mem)
		return 0;
	btf->mem = lskel_sys_mmap(NULL, sz, PROT_READ | PROT_WRITE, MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
	if (!btf->mem)
		return -ENOMEM;
	lskel_copy(btf->mem, &hdr, sizeof(hdr));
	while (got < sz) {
		n = LSKEL_SYS3(read, fd, (char *)btf->mem + got, sz - got);
		if (n <= 0)
			return n ? (int)n : -EINVAL;
		got += (size_t)n;
	}
	return 0;
}

static inline int lskel_btf_open_vmlinux(struct lskel_btf *btf)
{
	long fd = LSKEL_SYS4(openat, -100 /* AT_FDCWD */, "/sys/kernel/btf/vmlinux", LSKEL_O_CLOEXEC, 0);
	int err;

	lskel_zero(btf, sizeof(*btf));
	if (fd < 0)
		return (int)fd;
	err = lskel_btf_read(btf, (int)fd);
	lskel_sys_close((int)fd);
	if (!err)
		err = lskel_btf_parse(btf, NULL);
	if (err)
		lskel_btf_close(btf);
	return err;
}

/* struct bpf_btf_info */
struct lskel_btf_info {
	__aligned_u64 btf;
	__u32 btf_size, id;
	__aligned_u64 name;
	__u32 name_len, kernel_btf;
};

static inline int lskel_btf_get_info(int fd, struct lskel_btf_info *info)
{
	struct {
		__u32 bpf_fd, info_len;
		__aligned_u64 info;
	} attr;

	attr.bpf_fd = (__u32)fd;
	attr.info_len = sizeof(*info);
	attr.info = lskel_ptr(info);
	return (int)lskel_sys_bpf(LSKEL_BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

/* A module's BTF. -ENOENT: it is vmlinux's, or a program's. */
static inline int lskel_btf_open_module(struct lskel_btf *btf, int fd, const struct lskel_btf *vmlinux)
{
	struct lskel_btf_info info;
	char name[64];
	int err;

	lskel_zero(btf, sizeof(*btf));
	lskel_zero(&info, sizeof(info));
	lskel_zero(name, sizeof(name));
	info.name = lskel_ptr(name);
	info.name_len = sizeof(name);
	err = lskel_btf_get_info(fd, &info);
	if (err)
		return err;
	if (!info.kernel_btf || !info.btf_size || lskel_same(name, "vmlinux"))
		return -ENOENT;
	btf->mem_sz = info.btf_size;
	btf->mem = lskel_sys_mmap(NULL, btf->mem_sz, PROT_READ | PROT_WRITE, MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
	if (!btf->mem)
		return -ENOMEM;
	lskel_zero(&info, sizeof(info));
	info.btf = lskel_ptr(btf->mem);
	info.btf_size = (__u32)btf->mem_sz;
	err = lskel_btf_get_info(fd, &info);
	if (!err)
		err = lskel_btf_parse(btf, vmlinux);
	if (err)
		lskel_btf_close(btf);
	return err;
}

static inline const struct lskel_btf_type *lskel_btf_by_id(const struct lskel_btf *btf, unsigned int id)
{
	for (; btf && id < btf->first; btf = btf->base)
		;
	if (!btf || id >= btf->end)
		return NULL;
	return lskel_btf_at(btf, btf->index[id - btf->first]);
}

static inline const char *lskel_btf_str(const struct lskel_btf *btf, unsigned int off)
{
	for (; btf && off < btf->first_str; btf = btf->base)
		;
	return btf && off - btf->first_str < btf->strs_sz ? btf->strs + (off - btf->first_str) : "";
}

/* The struct called @prefix @name among the BTF's own types from @from on, or 0. */
static inline unsigned int lskel_btf_find(const struct lskel_btf *btf, unsigned int from, const char *prefix,
					  const char *name)
{
	const struct lskel_btf_type *t;
	unsigned int id;
	const char *s;

	for (id = from; id < btf->end; id++) {
		t = lskel_btf_by_id(btf, id);
		if (!t || lskel_btf_kind(t) != LSKEL_KIND_STRUCT)
			continue;
		s = lskel_skip_prefix(lskel_btf_str(btf, t->name_off), prefix);
		if (s && lskel_same(s, name))
			return id;
	}
	return 0;
}

/* Behind typedefs and qualifiers. As many as a chain of the kernel's may have. */
static inline const struct lskel_btf_type *lskel_btf_skip(const struct lskel_btf *btf, unsigned int id)
{
	const struct lskel_btf_type *t = NULL;
	unsigned int i, kind;

	for (i = 0; i < 32; i++) {
		t = lskel_btf_by_id(btf, id);
		kind = t ? lskel_btf_kind(t) : 0;
		if ((kind < LSKEL_KIND_TYPEDEF || kind > LSKEL_KIND_RESTRICT) && kind != LSKEL_KIND_TYPE_TAG)
			return t;
		id = t->type;
	}
	return NULL;
}

/* What a member of type @id is; 0: nothing that has a size. */
static inline unsigned int lskel_btf_class(const struct lskel_btf *btf, unsigned int id, unsigned int *sz)
{
	const struct lskel_btf_type *t = lskel_btf_skip(btf, id), *to;
	unsigned int i, elems = 1;
	struct lskel_btf_array array;

	*sz = 0;
	for (i = 0; t && lskel_btf_kind(t) == LSKEL_KIND_ARRAY && i < 32; i++) {
		lskel_copy(&array, t + 1, sizeof(array));
		elems *= array.nelems;
		t = lskel_btf_skip(btf, array.type);
	}
	if (!t)
		return 0;
	*sz = elems * t->type;
	switch (lskel_btf_kind(t)) {
	case LSKEL_KIND_PTR:
		*sz = elems * 8; /* BPF runs struct_ops on 64-bit kernels */
		to = lskel_btf_skip(btf, t->type);
		if (i)
			return LSKEL_OPS_DATA;
		return to && lskel_btf_kind(to) == LSKEL_KIND_FUNC_PROTO ? LSKEL_OPS_FUNC : LSKEL_OPS_PTR;
	case LSKEL_KIND_STRUCT:
	case LSKEL_KIND_UNION:
		return LSKEL_OPS_DATA;
	case LSKEL_KIND_INT:
	case LSKEL_KIND_ENUM:
	case LSKEL_KIND_ENUM64:
	case LSKEL_KIND_FLOAT:
		return i ? LSKEL_OPS_DATA : LSKEL_OPS_NUM;
	}
	return 0;
}

/* The kernel's member called as @m is. */
static inline void lskel_btf_slot(const struct lskel_btf *btf, const struct lskel_btf_type *t,
				  const struct lskel_ops_member *m, struct lskel_ops_slot *slot)
{
	struct lskel_btf_member k;
	unsigned int i;

	slot->idx = -1;
	for (i = 0; i < lskel_btf_vlen(t) && m->name[0]; i++) {
		lskel_copy(&k, (const char *)(t + 1) + i * sizeof(k), sizeof(k));
		if (!lskel_same(lskel_btf_str(btf, k.name_off), m->name))
			continue;
		slot->idx = (int)i;
		slot->kind = lskel_btf_class(btf, k.type, &slot->sz);
		if (t->info >> 31 && k.offset >> 24)
			slot->kind = LSKEL_OPS_BITS;
		slot->off = (t->info >> 31 ? k.offset & 0xffffff : k.offset) / 8;
		return;
	}
}

/*
 * The row's struct in @btf, and the struct around it that is the map's value. -ENOENT: not here.
 * (A module may register a struct that vmlinux declares: the value's is what tells whose it is.)
 */
static inline int lskel_btf_find_row(const struct lskel_btf *btf, const struct lskel_ops_desc *d, unsigned int row,
				     struct lskel_ops_kern *kern, struct lskel_ops_slot *slots)
{
	const struct lskel_ops_row *r = &d->rows[row];
	const struct lskel_btf_type *v, *t;
	struct lskel_btf_member k;
	unsigned int i, value;

	value = lskel_btf_find(btf, btf->first, "bpf_struct_ops_", r->type);
	v = value ? lskel_btf_by_id(btf, value) : NULL;
	for (i = 0; v && i < lskel_btf_vlen(v); i++) {
		lskel_copy(&k, (const char *)(v + 1) + i * sizeof(k), sizeof(k));
		t = lskel_btf_by_id(btf, k.type);
		if (!t || lskel_btf_kind(t) != LSKEL_KIND_STRUCT || !lskel_same(lskel_btf_str(btf, t->name_off), r->type))
			continue;
		kern->type_id = k.type;
		kern->value_id = value;
		kern->value_sz = v->type;
		kern->data_off = k.offset / 8;
		for (i = 0; i < r->member_cnt; i++)
			lskel_btf_slot(btf, t, &d->members[r->first_member + i], &slots[r->first_member + i]);
		return 0;
	}
	return -ENOENT;
}

/* Modules in the order of their ids. On success the descriptor is the caller's. */
static inline int lskel_btf_find_in_modules(const struct lskel_btf *vmlinux, const struct lskel_ops_desc *d, unsigned int row,
					    struct lskel_ops_kern *kern, struct lskel_ops_slot *slots)
{
	struct lskel_btf mod;
	__u32 attr[3]; /* start_id or id, next_id, open_flags */
	__u32 id = 0;
	int fd, err;

	for (;;) {
		lskel_zero(attr, sizeof(attr));
		attr[0] = id;
		err = (int)lskel_sys_bpf(23 /* BPF_BTF_GET_NEXT_ID */, attr, sizeof(attr));
		if (err)
			return err; /* -ENOENT: that were all */
		id = attr[1];
		lskel_zero(attr, sizeof(attr));
		attr[0] = id;
		fd = (int)lskel_sys_bpf(19 /* BPF_BTF_GET_FD_BY_ID */, attr, sizeof(attr));
		if (fd < 0)
			continue; /* gone meanwhile */
		err = lskel_btf_open_module(&mod, fd, vmlinux);
		if (!err) {
			err = lskel_btf_find_row(&mod, d, row, kern, slots);
			lskel_btf_close(&mod);
			if (!err) {
				kern->btf_fd = fd;
				return 0;
			}
		}
		lskel_sys_close(fd);
	}
}

static inline int lskel_btf_find_ops(const struct lskel_io *io, struct lskel_ops_kern *kern, struct lskel_ops_slot *slots)
{
	const struct lskel_ops_desc *d = io->desc->ops;
	struct lskel_btf vmlinux;
	unsigned int i;
	int err = lskel_btf_open_vmlinux(&vmlinux);

	if (err)
		return lskel_fail(io->state, err, LSKEL_TEXT("kernel BTF"), NULL, LSKEL_TEXT("/sys/kernel/btf/vmlinux"));
	for (i = 0; i < d->cnt && !err; i++) {
		if (!lskel_map_is_on(io, d->rows[i].map))
			continue;
		err = lskel_btf_find_row(&vmlinux, d, i, &kern[i], slots);
		if (err == -ENOENT)
			err = lskel_btf_find_in_modules(&vmlinux, d, i, &kern[i], slots);
		if (err)
			lskel_ops_fail(io, i, err, LSKEL_TEXT("the kernel has no struct_ops type called"), NULL, d->rows[i].type);
	}
	lskel_btf_close(&vmlinux);
	return err;
}

#endif
