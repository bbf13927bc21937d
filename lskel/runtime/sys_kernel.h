/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The environment of sys.h in a kernel module. bpf(2) commands go to kern_sys_bpf(), which takes those that
 * a loader may give, and runs the loader. A blob, and global data after load, are the memory of an array map
 * itself, which the reference keeps that is taken here. There are no files, no perf events and no sockets:
 * what needs them compiles, and says -EOPNOTSUPP. The kernel's own interfaces are for modules that are GPL
 * compatible.
 *
 * Descriptors belong to the process that loads, which for a module is insmod: see struct lskel_state.owner.
 */
#ifndef LSKEL_SYS_KERNEL_H
#define LSKEL_SYS_KERNEL_H

#ifdef __KERNEL__

#ifdef LSKEL_DIRECT
#error "LSKEL_DIRECT is for programs: a module has no more commands than the loader"
#endif

/* Exported, and declared by no header. Since 6.12 a module must say that it knows that. */
int kern_sys_bpf(int cmd, union bpf_attr *attr, unsigned int size);
#ifdef MODULE
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("BPF_INTERNAL");
#else
MODULE_IMPORT_NS(BPF_INTERNAL);
#endif
#endif

#define LSKEL_MAP_ANONYMOUS MAP_ANONYMOUS
#define LSKEL_O_CLOEXEC O_CLOEXEC
/* lskel_strerror(NULL) is the module's last failure, whoever asks. */
#define LSKEL_THREAD

static inline long lskel_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	(void)nr;
	(void)(a | b | c | d | e | f);
	return -EOPNOTSUPP;
}

#define LSKEL_SYS3(name, a, b, c) lskel_syscall(0, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define LSKEL_SYS4(name, a, b, c, d) lskel_syscall(0, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

static inline void lskel_set_errno(int code)
{
	(void)code;
}

static inline void lskel_zero(void *p, size_t sz)
{
	memset(p, 0, sz);
}

static inline void lskel_copy(void *dst, const void *src, size_t sz)
{
	memcpy(dst, src, sz);
}

static inline void *lskel_alloc(size_t sz)
{
	return kvzalloc(sz, GFP_KERNEL);
}

static inline void lskel_free(void *p, size_t sz)
{
	(void)sz;
	kvfree(p);
}

/* Values that can be mapped start with a page. So memory of our own never does, and is told apart by that. */
#define LSKEL_OWN_OFF 16ul

static inline int lskel_sys_munmap(void *addr, size_t sz)
{
	(void)sz;
	if ((unsigned long)addr & (PAGE_SIZE - 1))
		vfree((char *)addr - LSKEL_OWN_OFF);
	else
		bpf_map_put(&container_of(addr, struct bpf_array, value)->map);
	return 0;
}

/* As mmap(), except that with MAP_FIXED the place is another one, and what was at @addr is given back. */
static inline void *lskel_sys_mmap(void *addr, size_t sz, int prot, int flags, int fd)
{
	struct bpf_map *map;
	char *p;

	(void)prot;
	if (fd < 0) {
		p = (char *)vzalloc(sz + LSKEL_OWN_OFF);
		return p ? p + LSKEL_OWN_OFF : NULL;
	}
	map = bpf_map_get((u32)fd);
	if (IS_ERR(map))
		return NULL;
	p = container_of(map, struct bpf_array, map)->value;
	if (map->map_type != BPF_MAP_TYPE_ARRAY || !(map->map_flags & BPF_F_MMAPABLE) ||
	    ((unsigned long)p & (PAGE_SIZE - 1)) || sz > PAGE_ALIGN((u64)map->value_size * map->max_entries)) {
		bpf_map_put(map);
		return NULL;
	}
	if (flags & MAP_FIXED)
		lskel_sys_munmap(addr, sz);
	return p;
}

/* kern_sys_bpf() looks at all of the union for some commands, however short the caller says that it is. */
static inline long lskel_sys_bpf(unsigned int cmd, void *attr, unsigned int sz)
{
	union bpf_attr all;
	long ret;

	if (sz > sizeof(all))
		return -E2BIG;
	memset(&all, 0, sizeof(all));
	memcpy(&all, attr, sz);
	ret = kern_sys_bpf((int)cmd, &all, sz);
	memcpy(attr, &all, sz);
	return ret;
}

static inline void lskel_sys_close(int fd)
{
	close_fd((unsigned int)fd);
}

static inline int lskel_sys_dup_nonzero(int fd)
{
	struct file *file = fget((unsigned int)fd);
	int zero = -1, nfd;

	if (!file)
		return -EBADF;
	nfd = get_unused_fd_flags(O_CLOEXEC);
	if (nfd == 0) {
		zero = nfd;
		nfd = get_unused_fd_flags(O_CLOEXEC);
	}
	if (zero == 0)
		put_unused_fd(0);
	if (nfd < 0)
		fput(file);
	else
		fd_install((unsigned int)nfd, file);
	return nfd;
}

/*
 * A signal makes the load fail with -EAGAIN, and insmod with it: who sends one to that process wants just
 * that.
 */
struct lskel_sigset {
	char none;
};

static inline void lskel_sys_block_signals(struct lskel_sigset *old)
{
	old->none = 0;
}

static inline void lskel_sys_restore_signals(const struct lskel_sigset *old)
{
	(void)old;
}

/* The one file whose contents are known without reading it. */
static inline int lskel_sys_read_file(const char *path, char *buf, unsigned int sz)
{
	if (strcmp(path, "/sys/devices/system/cpu/possible"))
		return -EOPNOTSUPP;
	return scnprintf(buf, sz, "0-%u", (unsigned int)nr_cpu_ids - 1);
}

struct lskel_utsname {
	char release[65], version[65];
};

static inline int lskel_sys_uname(struct lskel_utsname *uts)
{
	memset(uts, 0, sizeof(*uts));
	scnprintf(uts->release, sizeof(uts->release), "%u.%u.%u", LINUX_VERSION_CODE >> 16,
		  LINUX_VERSION_CODE >> 8 & 255u, LINUX_VERSION_CODE & 255u);
	return 0;
}

static inline unsigned int lskel_sys_page_size(void)
{
	return PAGE_SIZE;
}

static inline long lskel_sys_keyctl(int cmd, int keyring)
{
	(void)cmd;
	(void)keyring;
	return -EOPNOTSUPP;
}

/* Whose descriptors those are that are opened now. A process number may come again, at another time. */
static inline void lskel_sys_owner(__u64 owner[2])
{
	owner[0] = (__u64)current->tgid;
	owner[1] = current->group_leader->start_boottime;
}

#endif /* __KERNEL__ */
#endif
