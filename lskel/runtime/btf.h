/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * BTF of the target: vmlinux's, a module's, a program's. For struct_ops maps (btf_ops.h), for programs that may attach to
 * other programs (attach_prog.h), and for the direct gear (direct.h); other headers don't read any.
 *
 * vmlinux's BTF comes from /sys/kernel/btf/vmlinux, as libbpf does it; the others from the kernel by their ids, since
 * their descriptors are needed too. All of it is the kernel's own word, yet nothing is read that lies outside of it.
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
	LSKEL_KIND_FUNC = 12,
	LSKEL_KIND_FUNC_PROTO = 13,
	LSKEL_KIND_FLOAT = 16,
	LSKEL_KIND_DECL_TAG = 17,
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

/* Where each type lies. -EINVAL: broken, or newer than we are. */
static inline int lskel_btf_walk(struct lskel_btf *btf)
{
	const struct lskel_btf_type *t;
	unsigned int off, cnt = 0;

	for (off = 0; off < btf->types_sz; cnt++) {
		t = lskel_btf_at(btf, off);
		if (!t)
			return -EINVAL;
		btf->index[cnt] = off;
		off += (unsigned int)(sizeof(*t) + lskel_btf_tail(t));
	}
	btf->end = btf->first + cnt;
	return 0;
}

/* Room for as many types as there can be: counting them first takes as long as finding them. */
static inline size_t lskel_btf_index_sz(const struct lskel_btf *btf)
{
	return (btf->types_sz / sizeof(struct lskel_btf_type) + 1) * sizeof(*btf->index);
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
	btf->index = (unsigned int *)lskel_alloc(lskel_btf_index_sz(btf));
	return btf->index ? lskel_btf_walk(btf) : -ENOMEM;
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

/* The bytes of the BTF that @fd is. @base: what it builds on, or NULL. */
static inline int lskel_btf_fetch(struct lskel_btf *btf, int fd, const struct lskel_btf *base)
{
	struct lskel_btf_info info;
	int err;

	lskel_zero(btf, sizeof(*btf));
	lskel_zero(&info, sizeof(info));
	err = lskel_btf_get_info(fd, &info);
	if (err)
		return err;
	if (!info.btf_size)
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
		err = lskel_btf_parse(btf, base);
	if (err)
		lskel_btf_close(btf);
	return err;
}

/* The BTF that the kernel knows by this id: a descriptor, never 0, or a negative errno. */
static inline int lskel_btf_open_id(__u32 id)
{
	__u32 attr[3]; /* id, next_id, open_flags */

	lskel_zero(attr, sizeof(attr));
	attr[0] = id;
	return lskel_sys_not_zero((int)lskel_sys_bpf(LSKEL_BPF_BTF_GET_FD_BY_ID, attr, sizeof(attr)));
}

/* The next BTF after *@id, in the order of ids, which is that in which modules were loaded. Moves *@id on; -ENOENT: no more. */
static inline int lskel_btf_next(__u32 *id)
{
	__u32 attr[3]; /* start_id, next_id, open_flags */
	int fd, err;

	do {
		lskel_zero(attr, sizeof(attr));
		attr[0] = *id;
		err = (int)lskel_sys_bpf(LSKEL_BPF_BTF_GET_NEXT_ID, attr, sizeof(attr));
		if (err)
			return err;
		*id = attr[1];
		fd = lskel_btf_open_id(*id);
	} while (fd == -ENOENT); /* gone meanwhile */
	return fd;
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
	if (!info.kernel_btf || lskel_same(name, "vmlinux"))
		return -ENOENT;
	return lskel_btf_fetch(btf, fd, vmlinux);
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

/* The first type of @kind called @prefix @name among the BTF's own, or 0. */
static inline unsigned int lskel_btf_find(const struct lskel_btf *btf, unsigned int kind, const char *prefix,
					  const char *name)
{
	const struct lskel_btf_type *t;
	unsigned int id;
	const char *s;

	for (id = btf->first; id < btf->end; id++) {
		t = lskel_btf_by_id(btf, id);
		if (!t || lskel_btf_kind(t) != kind)
			continue;
		s = lskel_skip_prefix(lskel_btf_str(btf, t->name_off), prefix);
		if (s && lskel_same(s, name))
			return id;
	}
	return 0;
}

#endif
