/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What bpftool's light skeletons get from libbpf's <bpf/skel_internal.h>: types that are part of every
 * skeleton, and functions that programs use. Under that header's own guard, so that skeletons of both kinds
 * can be included in one program, in either order; the structs are the same to the byte.
 *
 * The skel_*() that give a bpf(2) command return -1 and set errno where there is a libc, as theirs do;
 * without a libc, a negative errno. The runtime itself uses none of them.
 */
#ifndef LSKEL_COMPAT_H
#define LSKEL_COMPAT_H

#ifndef __SKEL_INTERNAL_H
#define __SKEL_INTERNAL_H

/*
 * Programs written against that header find the kernel's constants and libbpf's bpf_map_*() through it.
 * Nothing here needs them, so they are taken if they are there. LSKEL_NO_LIBBPF leaves libbpf's out.
 */
#if LSKEL_HOSTED && defined(__has_include)
#if __has_include(<linux/bpf.h>)
#include <linux/bpf.h>
#endif
#ifndef LSKEL_NO_LIBBPF
#if __has_include(<bpf/bpf.h>)
#include <bpf/bpf.h>
#endif
#endif
#endif

struct bpf_map_desc {
	int map_fd;                  /* set by load */
	__u32 max_entries;           /* 0: as in the object */
	__aligned_u64 initial_value; /* address of the initial contents; 0: as in the object */
};

struct bpf_prog_desc {
	int prog_fd;
};

enum {
	BPF_SKEL_KERNEL = 1,
};

struct bpf_loader_ctx {
	__u32 sz; /* of the skeleton up to `links` */
	__u32 flags;
	__u32 log_level;
	__u32 log_size;
	__u64 log_buf;
};

struct bpf_load_and_run_opts {
	struct bpf_loader_ctx *ctx;
	const void *data;
	const void *insns;
	__u32 data_sz;
	__u32 insns_sz;
	const char *errstr;
	/* of signed skeletons, since libbpf 1.7 */
	void *signature;
	__u32 signature_sz;
	__s32 keyring_id;
	void *excl_prog_hash;
	__u32 excl_prog_hash_sz;
};

#ifndef offsetofend
#define offsetofend(TYPE, MEMBER) (offsetof(TYPE, MEMBER) + sizeof((((TYPE *)0)->MEMBER)))
#endif

/* cmd is an enum bpf_cmd and attr a union bpf_attr, for those who have them. */
static inline int skel_sys_bpf(int cmd, void *attr, unsigned int size)
{
	long ret = lskel_sys_bpf((unsigned int)cmd, attr, size);

	if (ret < 0 && LSKEL_HOSTED) {
		lskel_set_errno((int)ret);
		return -1;
	}
	return (int)ret;
}

#if LSKEL_HOSTED
static inline void *skel_alloc(size_t size)
{
	return lskel_alloc(size);
}

static inline void skel_free(void *p)
{
	lskel_free(p, 0);
}
#else
/* skel_free() is not told the size, so it is kept in front, in as many bytes as keep the alignment. */
static inline void *skel_alloc(size_t size)
{
	size_t *p = (size_t *)lskel_alloc(size + 16);

	if (!p)
		return NULL;
	*p = size + 16;
	return (char *)p + 16;
}

static inline void skel_free(void *p)
{
	if (p)
		lskel_free((char *)p - 16, *(size_t *)(void *)((char *)p - 16));
}
#endif

static inline int skel_closenz(int fd)
{
	if (fd <= 0)
		return -EINVAL;
	lskel_sys_close(fd);
	return 0;
}

static inline void *skel_prep_map_data(const void *val, size_t mmap_sz, size_t val_sz)
{
	void *p = lskel_sys_mmap(NULL, mmap_sz, PROT_READ | PROT_WRITE, MAP_SHARED | LSKEL_MAP_ANONYMOUS, -1);

	if (p)
		lskel_copy(p, val, val_sz);
	return p;
}

/* flags are PROT_* of mmap(). */
static inline void *skel_finalize_map_data(__u64 *init_val, size_t mmap_sz, int flags, int fd)
{
	return lskel_sys_mmap((void *)(unsigned long)*init_val, mmap_sz, flags, MAP_SHARED | MAP_FIXED, fd);
}

static inline void skel_free_map_data(void *p, __u64 addr, size_t sz)
{
	(void)addr;
	if (p)
		lskel_sys_munmap(p, sz);
}

static inline int skel_map_create_excl(unsigned int map_type, const char *map_name, __u32 key_size,
				       __u32 value_size, __u32 max_entries, const void *hash, __u32 hash_sz)
{
	struct lskel_attr_map_create attr;
	unsigned int i;

	lskel_zero(&attr, sizeof(attr));
	attr.map_type = map_type;
	for (i = 0; map_name && map_name[i] && i < sizeof(attr.map_name) - 1; i++)
		attr.map_name[i] = map_name[i];
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	attr.excl_prog_hash = lskel_ptr(hash);
	attr.excl_prog_hash_size = hash_sz;
	return skel_sys_bpf(LSKEL_BPF_MAP_CREATE, &attr,
			    hash_sz ? LSKEL_ATTR_END(lskel_attr_map_create, excl_prog_hash_size) :
				      LSKEL_ATTR_END(lskel_attr_map_create, map_name));
}

static inline int skel_map_create(int map_type, const char *map_name, __u32 key_size, __u32 value_size,
				  __u32 max_entries)
{
	return skel_map_create_excl((unsigned int)map_type, map_name, key_size, value_size, max_entries,
				    NULL, 0);
}

static inline int skel_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	struct lskel_attr_elem attr;

	lskel_zero(&attr, sizeof(attr));
	attr.map_fd = (__u32)fd;
	attr.key = lskel_ptr(key);
	attr.value = lskel_ptr(value);
	attr.flags = flags;
	return skel_sys_bpf(LSKEL_BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

static inline int skel_map_delete_elem(int fd, const void *key)
{
	struct lskel_attr_elem attr;

	lskel_zero(&attr, sizeof(attr));
	attr.map_fd = (__u32)fd;
	attr.key = lskel_ptr(key);
	return skel_sys_bpf(LSKEL_BPF_MAP_DELETE_ELEM, &attr, LSKEL_ATTR_END(lskel_attr_elem, key));
}

static inline int skel_map_get_fd_by_id(__u32 id)
{
	__u32 attr = id;

	return skel_sys_bpf(LSKEL_BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr));
}

static inline int skel_map_freeze(int fd)
{
	__u32 attr = (__u32)fd;

	return skel_sys_bpf(LSKEL_BPF_MAP_FREEZE, &attr, sizeof(attr));
}

/* Makes the kernel compute the hash of a frozen array map, which a signed loader compares. */
static inline int skel_obj_get_info_by_fd(int fd)
{
	unsigned char hash[32];
	struct {
		__u32 unused[22];
		__aligned_u64 hash;
		__u32 hash_size, pad;
	} info; /* struct bpf_map_info */
	struct {
		__u32 bpf_fd, info_len;
		__aligned_u64 info;
	} attr;

	lskel_zero(hash, sizeof(hash));
	lskel_zero(&info, sizeof(info));
	info.hash = lskel_ptr(hash);
	info.hash_size = sizeof(hash);
	attr.bpf_fd = (__u32)fd;
	attr.info_len = sizeof(info);
	attr.info = lskel_ptr(&info);
	return skel_sys_bpf(LSKEL_BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

static inline int skel_raw_tracepoint_open(const char *name, int prog_fd)
{
	struct lskel_attr_raw_tp attr;

	lskel_zero(&attr, sizeof(attr));
	attr.name = lskel_ptr(name);
	attr.prog_fd = (__u32)prog_fd;
	return skel_sys_bpf(LSKEL_BPF_RAW_TRACEPOINT_OPEN, &attr, LSKEL_ATTR_END(lskel_attr_raw_tp, prog_fd));
}

static inline int skel_link_create(int prog_fd, int target_fd, int attach_type)
{
	struct lskel_attr_link attr;

	lskel_zero(&attr, LSKEL_LINK_MIN);
	attr.prog_fd = (__u32)prog_fd;
	attr.target_fd = (__u32)target_fd;
	attr.attach_type = (__u32)attach_type;
	return skel_sys_bpf(LSKEL_BPF_LINK_CREATE, &attr, LSKEL_LINK_MIN);
}

/* The negative errno of a skel_*() that has just returned @ret. */
static inline int skel_err(int ret)
{
#if LSKEL_HOSTED
	return ret < 0 ? -errno : 0;
#else
	return ret < 0 ? ret : 0;
#endif
}

/* Runs the loader of a skeleton that bpftool has made. */
static inline int bpf_load_and_run(struct bpf_load_and_run_opts *opts)
{
	struct lskel_attr_prog_load load;
	struct lskel_attr_run run;
	int map_fd, prog_fd = -1, key = 0, err;

	map_fd = skel_map_create_excl(LSKEL_BPF_MAP_TYPE_ARRAY, "__loader.map", 4, opts->data_sz, 1,
				      opts->excl_prog_hash, opts->excl_prog_hash_sz);
	err = skel_err(map_fd);
	if (err) {
		opts->errstr = "loader map: BPF_MAP_CREATE";
		goto out;
	}
	err = skel_err(skel_map_update_elem(map_fd, &key, opts->data, 0));
	if (err) {
		opts->errstr = "loader map: BPF_MAP_UPDATE_ELEM";
		goto out;
	}
	if (opts->signature_sz) {
		err = skel_err(skel_map_freeze(map_fd));
		if (!err)
			err = skel_err(skel_obj_get_info_by_fd(map_fd));
		if (err) {
			opts->errstr = "loader map: BPF_MAP_FREEZE, hash";
			goto out;
		}
	}

	lskel_zero(&load, sizeof(load));
	load.prog_type = LSKEL_BPF_PROG_TYPE_SYSCALL;
	load.insns = lskel_ptr(opts->insns);
	load.insn_cnt = opts->insns_sz / 8;
	load.license = lskel_ptr("Dual BSD/GPL");
	load.log_level = opts->ctx->log_level;
	load.log_size = opts->ctx->log_size;
	load.log_buf = opts->ctx->log_buf;
	load.prog_flags = LSKEL_BPF_F_SLEEPABLE;
	lskel_copy(load.prog_name, "__loader.prog", sizeof("__loader.prog"));
	load.fd_array = lskel_ptr(&map_fd);
	load.signature = lskel_ptr(opts->signature);
	load.signature_size = opts->signature_sz;
	load.keyring_id = opts->keyring_id;
	prog_fd = skel_sys_bpf(LSKEL_BPF_PROG_LOAD, &load,
			       opts->signature_sz ? (unsigned int)sizeof(load) :
						    LSKEL_ATTR_END(lskel_attr_prog_load, fd_array));
	err = skel_err(prog_fd);
	if (err) {
		opts->errstr = "loader: BPF_PROG_LOAD";
		goto out;
	}

	lskel_zero(&run, sizeof(run));
	run.prog_fd = (__u32)prog_fd;
	run.ctx_in = lskel_ptr(opts->ctx);
	run.ctx_size_in = opts->ctx->sz;
	err = skel_err(skel_sys_bpf(LSKEL_BPF_PROG_RUN, &run, sizeof(run)));
	if (!err && (int)run.retval < 0) {
		err = (int)run.retval;
		lskel_set_errno(err);
	}
	if (err)
		opts->errstr = "loader: BPF_PROG_RUN";
out:
	if (map_fd >= 0)
		lskel_sys_close(map_fd);
	if (prog_fd >= 0)
		lskel_sys_close(prog_fd);
	return err;
}

#endif /* __SKEL_INTERNAL_H */
#endif
