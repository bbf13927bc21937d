/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* More of the environment, as in sys.h: what looking at files takes. Only in skeletons that pin maps. */
#ifndef LSKEL_SYS_FS_H
#define LSKEL_SYS_FS_H

#if LSKEL_HOSTED

#ifndef __NR_statx
#error "these kernel headers are too old for pinning maps: statx(2) is of Linux 4.11"
#endif
#define LSKEL_FS_SYS5(name, a, b, c, d, e) lskel_ret(syscall(__NR_##name, a, b, c, d, e))

static inline unsigned int lskel_sys_euid(void)
{
	return (unsigned int)geteuid();
}

#else

#ifdef __x86_64__
#define LSKEL_NR_mkdirat 258
#define LSKEL_NR_unlinkat 263
#define LSKEL_NR_fstatfs 138
#define LSKEL_NR_geteuid 107
#define LSKEL_NR_statx 332
#elif defined(__s390x__)
#define LSKEL_NR_mkdirat 289
#define LSKEL_NR_unlinkat 294
#define LSKEL_NR_fstatfs 100
#define LSKEL_NR_geteuid 201
#define LSKEL_NR_statx 379
#else /* arm64, riscv64 */
#define LSKEL_NR_mkdirat 34
#define LSKEL_NR_unlinkat 35
#define LSKEL_NR_fstatfs 44
#define LSKEL_NR_geteuid 175
#define LSKEL_NR_statx 291
#endif

#ifndef EEXIST
#define EEXIST 17
#define ENOTDIR 20
#define ENAMETOOLONG 36
#endif

#define LSKEL_FS_SYS5(name, a, b, c, d, e) \
	lskel_syscall(LSKEL_NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

static inline unsigned int lskel_sys_euid(void)
{
	return (unsigned int)LSKEL_SYS3(geteuid, 0, 0, 0);
}

#endif

/* With strict ISO C the libc's headers hide these two. */
#if defined(__sparc__)
#define LSKEL_O_PATH 0x1000000
#elif defined(__alpha__)
#define LSKEL_O_PATH 040000000
#elif defined(__hppa__)
#define LSKEL_O_PATH 020000000
#else
#define LSKEL_O_PATH 010000000
#endif
#if defined(__arm__) || defined(__aarch64__) || defined(__powerpc__) || defined(__m68k__)
#define LSKEL_O_NOFOLLOW 0100000
#elif defined(__sparc__)
#define LSKEL_O_NOFOLLOW 0x20000
#elif defined(__alpha__)
#define LSKEL_O_NOFOLLOW 0200000
#elif defined(__hppa__)
#define LSKEL_O_NOFOLLOW 000000200
#else
#define LSKEL_O_NOFOLLOW 0400000
#endif

#define LSKEL_BPFFS_MAGIC 0xcafe4a11u

/*
 * What is at @path in directory @dir itself, also if that is a symbolic link: for looking at it, not for
 * reading.
 */
static inline int lskel_sys_look(int dir, const char *path)
{
	return (int)LSKEL_SYS4(openat, dir, path, LSKEL_O_PATH | LSKEL_O_NOFOLLOW | LSKEL_O_CLOEXEC, 0);
}

static inline int lskel_sys_mkdir(int dir, const char *name, unsigned int mode)
{
	return (int)LSKEL_SYS3(mkdirat, dir, name, mode);
}

static inline int lskel_sys_unlink(int dir, const char *name)
{
	return (int)LSKEL_SYS3(unlinkat, dir, name, 0);
}

/* Owner and st_mode of what is open as @fd. */
static inline int lskel_sys_stat(int fd, unsigned int *uid, unsigned int *mode)
{
	__u64 st[32]; /* struct statx, the same everywhere */
	__u16 mode16;
	int err = (int)LSKEL_FS_SYS5(statx, fd, "", 0x1000 /* AT_EMPTY_PATH */,
				     0x0b /* STATX_TYPE, _MODE, _UID */, st);

	if (err < 0)
		return err;
	lskel_copy(uid, (const char *)st + 20, sizeof(*uid));
	lskel_copy(&mode16, (const char *)st + 28, sizeof(mode16));
	*mode = mode16;
	return 0;
}

/* Is @fd on a BPF file system? 1, 0, or a negative errno. */
static inline int lskel_sys_on_bpffs(int fd)
{
	long fs[32]; /* struct statfs: f_type comes first */
	int err = (int)LSKEL_SYS3(fstatfs, fd, fs, 0);
#ifdef __s390x__
	unsigned int type;

	lskel_copy(&type, fs, sizeof(type));
#else
	unsigned int type = err ? 0 : (unsigned int)fs[0];
#endif
	return err < 0 ? err : type == LSKEL_BPFFS_MAGIC;
}

#endif
