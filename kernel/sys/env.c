// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The system calls of the runtime, as the libc has them. Signals are left alone, since nothing here minds
 * them; of files there are those that tell about the kernel, and a BPF file system, with directories only,
 * for what is to be pinned.
 */
#include "model_priv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <bpf/btf.h>

#define BPFFS_MAGIC 0xcafe4a11

static long set_errno(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

/* "ffffffff90001230 T name\n" for each symbol that will be asked for, and that the target may have. */
static int make_kallsyms(struct model *m, struct kfile *f)
{
	FILE *out = open_memstream(&f->own, &f->sz);
	u64 addr;
	u32 i;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < m->name_cnt; i++) {
		enum target_answer has;

		if (!m->names[i].kallsyms)
			continue;
		has = model_ask_symbol(m, m->names[i].name, &addr);
		if (has == TARGET_UNKNOWN)
			model_undecided(m, "symbol '%s': whether it has an address", m->names[i].name);
		if (has != TARGET_NO)
			fprintf(out, "%016llx T %s\n", (unsigned long long)addr, m->names[i].name);
	}
	if (fclose(out))
		return -ENOMEM;
	f->data = f->own;
	return 0;
}

static int make_btf(struct model *m, struct kfile *f)
{
	const struct btf *btf =
		m->target ? (m->target->btf_cnt ? m->target->btfs[0].btf : NULL) : model_guess_all(m);
	u32 sz = 0;

	if (!btf)
		return -ENOENT;
	f->data = btf__raw_data(btf, &sz);
	f->sz = sz;
	return f->data ? 0 : -ENOMEM;
}

static int make_text(struct kfile *f, const char *text)
{
	f->own = strdup(text);
	f->data = f->own;
	f->sz = strlen(text);
	return f->own ? 0 : -ENOMEM;
}

static int make_file(struct model *m, const char *path, struct kfile *f)
{
	char text[32];

	if (!strcmp(path, "/sys/kernel/btf/vmlinux"))
		return make_btf(m, f);
	if (!strcmp(path, "/proc/kallsyms"))
		return make_kallsyms(m, f);
	if (!strcmp(path, "/sys/devices/system/cpu/possible")) {
		snprintf(text, sizeof(text), "0-%u\n",
			 (m->target && m->target->cpu_cnt ? m->target->cpu_cnt : 1) - 1);
		return make_text(f, text);
	}
	return -ENOENT;
}

/* With O_PATH: the way to what is pinned by default. Below /sys/fs/bpf there is nothing. */
static int make_dir(const char *path, struct kfile *f)
{
	static const char *const dirs[] = { "/", "sys", "fs", "bpf" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (!strcmp(path, dirs[i])) {
			f->dir = true;
			f->bpffs = !strcmp(path, "bpf");
			return 0;
		}
	}
	return -ENOENT;
}

static long sys_openat(struct model *m, const char *path, long flags)
{
	struct kfile *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->refs = 1;
	err = flags & O_PATH ? make_dir(path, f) : make_file(m, path, f);
	if (err) {
		kfile_put(f);
		return err;
	}
	return fd_new(m, KFD_FILE, f, 0);
}

static long sys_read(struct model *m, int fd, void *buf, size_t sz)
{
	struct kfile *f = fd_kind(m, fd) == KFD_FILE ? m->fds[fd].obj : NULL;

	if (!f || f->dir)
		return f ? -EISDIR : -EBADF;
	if (sz > f->sz - f->pos)
		sz = f->sz - f->pos;
	memcpy(buf, f->data + f->pos, sz);
	f->pos += sz;
	return (long)sz;
}

/* struct new_utsname of the kernel */
static long sys_uname(struct model *m, char *uts)
{
	const char *release = m->target && m->target->release ? m->target->release : "99.0.0";

	memset(uts, 0, 6 * 65);
	strcpy(uts, "Linux");
	snprintf(uts + 2 * 65, 65, "%s", release);
	snprintf(uts + 4 * 65, 65, "%s", m->target && m->target->arch ? m->target->arch : "");
	return 0;
}

static long sys_statx(struct model *m, int fd, u8 *st)
{
	const u16 mode = 040755;

	if (fd_kind(m, fd) != KFD_FILE)
		return -EBADF;
	memset(st, 0, 256);
	memcpy(st + 28, &mode, sizeof(mode)); /* stx_mode; stx_uid is 0 */
	return 0;
}

static long sys_fstatfs(struct model *m, int fd, long *fs)
{
	if (fd_kind(m, fd) != KFD_FILE)
		return -EBADF;
	fs[0] = ((struct kfile *)m->fds[fd].obj)->bpffs ? BPFFS_MAGIC : 0;
	return 0;
}

static long sys_close(struct model *m, int fd)
{
	const bool shown = m->log && fd_kind(m, fd) != KFD_FILE;
	const int ret = fd_close(m, fd);

	if (shown) {
		model_show_call(m, "close(%d)", fd);
		m->err.msg[0] = 0;
		model_show_ret(m, ret);
	}
	return ret;
}

static long sys_dup(struct model *m, int fd, u32 lowest)
{
	struct kfd *f;

	if (fd_kind(m, fd) == KFD_FREE)
		return -EBADF;
	f = &m->fds[fd];
	switch (f->kind) {
	case KFD_MAP: ((struct kmap *)f->obj)->refs++; break;
	case KFD_PROG: ((struct kprog *)f->obj)->refs++; break;
	case KFD_BTF: ((struct kbtf *)f->obj)->refs++; break;
	case KFD_LINK: ((struct klink *)f->obj)->refs++; break;
	case KFD_FILE: ((struct kfile *)f->obj)->refs++; break;
	default: break;
	}
	return fd_new(m, f->kind, f->obj, lowest);
}

static long do_syscall(struct model *m, long nr, long a, long b, long c, long d)
{
	switch (nr) {
	case __NR_bpf: return model_bpf(m, (u32)a, (void *)b, (u32)c);
	case __NR_close: return sys_close(m, (int)a);
	case __NR_fcntl: return b == F_DUPFD_CLOEXEC ? sys_dup(m, (int)a, (u32)c) : -EINVAL;
	case __NR_openat: return sys_openat(m, (const char *)b, c);
	case __NR_read: return sys_read(m, (int)a, (void *)b, (size_t)c);
	case __NR_uname: return sys_uname(m, (char *)a);
	case __NR_statx: return sys_statx(m, (int)a, (u8 *)(uintptr_t)d);
	case __NR_fstatfs: return sys_fstatfs(m, (int)a, (long *)b);
	case __NR_rt_sigprocmask:
	case __NR_prlimit64:
	case __NR_mkdirat:
	case __NR_unlinkat: return 0;
	}
	return -ENOSYS;
}

long model_syscall(struct model *m, long nr, long a, long b, long c, long d, long e)
{
	return set_errno(do_syscall(m, nr, a, b, c, nr == __NR_statx ? e : d));
}

static void *no_map(int code)
{
	errno = code;
	return MAP_FAILED;
}

static void *map_value(struct model *m, const struct kmap *map, void *addr, size_t sz, int prot, int flags,
		       off_t off)
{
	if (!(map->flags & BPF_F_MMAPABLE) || !(flags & MAP_SHARED))
		return no_map(EINVAL);
	if (prot & PROT_WRITE && map->frozen)
		return no_map(EPERM);
	if (prot & PROT_WRITE && map->flags & BPF_F_RDONLY_PROG)
		return no_map(EACCES);
	if (map->memfd < 0) /* an arena: nobody else looks at it */
		return mmap(addr, sz, prot, (flags & ~MAP_SHARED) | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if ((u64)off + sz >
	    (map->value_map_sz + model_page_size(m) - 1) / model_page_size(m) * model_page_size(m))
		return no_map(EINVAL);
	return mmap(addr, sz, prot, flags, map->memfd, off);
}

void *model_mmap(struct model *m, void *addr, size_t sz, int prot, int flags, int fd, off_t off)
{
	if (model_inject(m))
		return no_map(-m->fail_err);
	if (flags & MAP_ANONYMOUS)
		return mmap(addr, sz, prot, flags, -1, 0);
	if (fd_kind(m, fd) == KFD_MAP)
		return map_value(m, m->fds[fd].obj, addr, sz, prot, flags, off);
	return no_map(fd_kind(m, fd) == KFD_FREE ? EBADF : ENODEV);
}

/* With the target's page size, which the runtime finds out by trying. */
int model_munmap(struct model *m, void *addr, size_t sz)
{
	const u64 page = model_page_size(m);

	if ((page > 4096 && sz % page) || !sz)
		return (int)set_errno(-EINVAL);
	return munmap(addr, sz);
}
