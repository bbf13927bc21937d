/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The environment: everything that differs between a program with a libc, a program without one, and a kernel
 * module (sys_kernel.h) is in this file. What follows it has no #if about that.
 *
 * All lskel_sys_*() return a negative errno on failure, never -1 and errno.
 */
#ifndef LSKEL_SYS_H
#define LSKEL_SYS_H

/* The kernel's integer types. musl comes without the kernel's headers; nothing can clash there. */
#ifdef __has_include
#if __has_include(<linux/types.h>)
#include <linux/types.h>
#else
#define LSKEL_OWN_TYPES
#endif
#else
#include <linux/types.h>
#endif
#ifdef LSKEL_OWN_TYPES
typedef unsigned char __u8;
typedef signed short __s16;
typedef unsigned short __u16;
typedef signed int __s32;
typedef unsigned int __u32;
__extension__ typedef signed long long __s64;
__extension__ typedef unsigned long long __u64;
#undef LSKEL_OWN_TYPES
#endif
#ifndef __aligned_u64
#define __aligned_u64 __u64 __attribute__((__aligned__(8)))
#endif

/* Is there a libc? Modules are compiled as if there were one. */
#if defined(__KERNEL__)
#define LSKEL_HOSTED 0
#define LSKEL_IN_KERNEL 1
#else
#define LSKEL_HOSTED __STDC_HOSTED__
#define LSKEL_IN_KERNEL 0
#endif

#ifdef __KERNEL__

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#else
#include <stddef.h>
#endif

#if defined(__KERNEL__)
/* sys_kernel.h */
#elif LSKEL_HOSTED

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Older headers than the kernel. */
#ifndef __NR_bpf
#if defined(__x86_64__)
#define __NR_bpf 321
#elif defined(__i386__)
#define __NR_bpf 357
#elif defined(__aarch64__) || defined(__riscv) || defined(__loongarch__)
#define __NR_bpf 280
#elif defined(__s390__)
#define __NR_bpf 351
#elif defined(__arm__)
#define __NR_bpf 386
#elif defined(__powerpc__)
#define __NR_bpf 361
#elif defined(__sparc__)
#define __NR_bpf 349
#elif defined(__mips__) && defined(_ABIO32)
#define __NR_bpf 4355
#elif defined(__mips__) && defined(_ABIN32)
#define __NR_bpf 6319
#elif defined(__mips__) && defined(_ABI64)
#define __NR_bpf 5315
#else
#error "the number of bpf(2) is not known here; define __NR_bpf"
#endif
#endif

/* With -std=c99 the libc's headers hide these two. */
#if defined(__STRICT_ANSI__) && !defined(__cplusplus)
long syscall(long nr, ...);
#endif
#ifdef MAP_ANONYMOUS
#define LSKEL_MAP_ANONYMOUS MAP_ANONYMOUS
#elif defined(__mips__) || defined(__xtensa__)
#define LSKEL_MAP_ANONYMOUS 0x800
#elif defined(__alpha__) || defined(__hppa__)
#define LSKEL_MAP_ANONYMOUS 0x10
#else
#define LSKEL_MAP_ANONYMOUS 0x20
#endif
#ifdef O_CLOEXEC
#define LSKEL_O_CLOEXEC O_CLOEXEC
#else
#define LSKEL_O_CLOEXEC 02000000
#endif
#define LSKEL_THREAD __thread

static inline long lskel_ret(long ret)
{
	return ret < 0 ? -(long)errno : ret;
}

#define LSKEL_SYS3(name, a, b, c) lskel_ret(syscall(__NR_##name, a, b, c))
#define LSKEL_SYS4(name, a, b, c, d) lskel_ret(syscall(__NR_##name, a, b, c, d))

static inline void lskel_set_errno(int code)
{
	errno = -code;
}

static inline void *lskel_sys_mmap(void *addr, size_t sz, int prot, int flags, int fd)
{
	void *p = mmap(addr, sz, prot, flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline int lskel_sys_munmap(void *addr, size_t sz)
{
	return (int)lskel_ret(munmap(addr, sz));
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
	return calloc(1, sz);
}

static inline void lskel_free(void *p, size_t sz)
{
	(void)sz;
	free(p);
}

#else /* no libc */

#define LSKEL_MAP_ANONYMOUS 0x20
#define LSKEL_O_CLOEXEC 02000000
/* Without a libc nobody sets up thread-local storage. */
#define LSKEL_THREAD

#ifndef PROT_READ
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#endif

/* The numbers of errno-base.h and asm-generic/errno.h, which the four architectures below share. */
#ifndef EINVAL
#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define E2BIG 7
#define EBADF 9
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EINVAL 22
#define ENOSPC 28
#define ELOOP 40
#define EBADMSG 74
#define EOPNOTSUPP 95
#define ENOKEY 126
#define EKEYREJECTED 129
#endif

#if defined(__x86_64__) && defined(__LP64__)

#define LSKEL_NR_read 0
#define LSKEL_NR_close 3
#define LSKEL_NR_mmap 9
#define LSKEL_NR_munmap 11
#define LSKEL_NR_rt_sigprocmask 14
#define LSKEL_NR_uname 63
#define LSKEL_NR_fcntl 72
#define LSKEL_NR_keyctl 250
#define LSKEL_NR_openat 257
#define LSKEL_NR_bpf 321

static inline long lskel_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)

#define LSKEL_NR_fcntl 25
#define LSKEL_NR_openat 56
#define LSKEL_NR_close 57
#define LSKEL_NR_read 63
#define LSKEL_NR_rt_sigprocmask 135
#define LSKEL_NR_uname 160
#define LSKEL_NR_munmap 215
#define LSKEL_NR_keyctl 219
#define LSKEL_NR_mmap 222
#define LSKEL_NR_bpf 280

#ifdef __aarch64__
#define LSKEL_REG(n) "x" #n
#define LSKEL_REG_NR "x8"
#define LSKEL_TRAP "svc #0"
#else
#define LSKEL_REG(n) "a" #n
#define LSKEL_REG_NR "a7"
#define LSKEL_TRAP "ecall"
#endif

static inline long lskel_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	register long rnr __asm__(LSKEL_REG_NR) = nr;
	register long r0 __asm__(LSKEL_REG(0)) = a;
	register long r1 __asm__(LSKEL_REG(1)) = b;
	register long r2 __asm__(LSKEL_REG(2)) = c;
	register long r3 __asm__(LSKEL_REG(3)) = d;
	register long r4 __asm__(LSKEL_REG(4)) = e;
	register long r5 __asm__(LSKEL_REG(5)) = f;

	__asm__ volatile(LSKEL_TRAP
			 : "+r"(r0)
			 : "r"(rnr), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "memory");
	return r0;
}

#undef LSKEL_REG
#undef LSKEL_REG_NR
#undef LSKEL_TRAP

#elif defined(__s390x__)

#define LSKEL_NR_read 3
#define LSKEL_NR_close 6
#define LSKEL_NR_fcntl 55
#define LSKEL_NR_mmap 90 /* takes its arguments in memory */
#define LSKEL_NR_munmap 91
#define LSKEL_NR_uname 122
#define LSKEL_NR_rt_sigprocmask 175
#define LSKEL_NR_keyctl 280
#define LSKEL_NR_openat 288
#define LSKEL_NR_bpf 351

static inline long lskel_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r1 __asm__("r1") = nr;
	register long r2 __asm__("r2") = a;
	register long r3 __asm__("r3") = b;
	register long r4 __asm__("r4") = c;
	register long r5 __asm__("r5") = d;
	register long r6 __asm__("r6") = e;
	register long r7 __asm__("r7") = f;

	__asm__ volatile("svc 0"
			 : "+d"(r2)
			 : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
			 : "memory");
	return r2;
}

#else
#error "lskel without a libc: this architecture's system calls are not known (x86-64, arm64, riscv64, s390x are)"
#endif

#define LSKEL_SYS3(name, a, b, c) lskel_syscall(LSKEL_NR_##name, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define LSKEL_SYS4(name, a, b, c, d)                                                                       \
	lskel_syscall(LSKEL_NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

static inline void lskel_set_errno(int code)
{
	(void)code;
}

static inline void *lskel_sys_mmap(void *addr, size_t sz, int prot, int flags, int fd)
{
#ifdef __s390x__
	long args[6] = { (long)addr, (long)sz, prot, flags, fd, 0 };
	long ret = lskel_syscall(LSKEL_NR_mmap, (long)args, 0, 0, 0, 0, 0);
#else
	long ret = lskel_syscall(LSKEL_NR_mmap, (long)addr, (long)sz, prot, flags, fd, 0);
#endif

	return ret < 0 && ret > -4096 ? NULL : (void *)ret;
}

static inline int lskel_sys_munmap(void *addr, size_t sz)
{
	return (int)LSKEL_SYS3(munmap, addr, sz, 0);
}

/* The empty statement keeps the compiler from making calls of memset() and memcpy() out of these loops. */
static inline void lskel_zero(void *p, size_t sz)
{
	unsigned char *c = (unsigned char *)p;

	while (sz--) {
		*c++ = 0;
		__asm__ volatile("" : : : "memory");
	}
}

static inline void lskel_copy(void *dst, const void *src, size_t sz)
{
	unsigned char *d = (unsigned char *)dst;
	const unsigned char *s = (const unsigned char *)src;

	while (sz--) {
		*d++ = *s++;
		__asm__ volatile("" : : : "memory");
	}
}

static inline void *lskel_alloc(size_t sz)
{
	return lskel_sys_mmap(NULL, sz, PROT_READ | PROT_WRITE, MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
}

static inline void lskel_free(void *p, size_t sz)
{
	if (p)
		lskel_sys_munmap(p, sz);
}

#endif /* libc or not */

/* Pointers in attrs are 64 bits wide everywhere. */
static inline __u64 lskel_ptr(const void *p)
{
	return (__u64)(unsigned long)p;
}

#ifndef __KERNEL__

static inline long lskel_sys_bpf(unsigned int cmd, void *attr, unsigned int sz)
{
	return LSKEL_SYS3(bpf, cmd, attr, sz);
}

static inline void lskel_sys_close(int fd)
{
	(void)LSKEL_SYS3(close, fd, 0, 0);
}

/* The same open file under another number that is not 0, and close-on-exec. */
static inline int lskel_sys_dup_nonzero(int fd)
{
	return (int)LSKEL_SYS3(fcntl, fd, 1030 /* F_DUPFD_CLOEXEC */, 1);
}

/* The kernel's sigset_t, not the libc's, and its SIG_SETMASK. */
#ifdef __mips__
#define LSKEL_SIGSET_WORDS 2
#define LSKEL_SIG_SETMASK 3
#else
#define LSKEL_SIGSET_WORDS 1
#define LSKEL_SIG_SETMASK 2
#endif

struct lskel_sigset {
	__u64 bits[LSKEL_SIGSET_WORDS];
};

/*
 * Block every signal. A signal that is pending makes BPF_PROG_LOAD fail with EAGAIN, and it stays pending
 * for as long as the loader runs, so trying again there is no help.
 */
static inline void lskel_sys_block_signals(struct lskel_sigset *old)
{
	struct lskel_sigset all;
	unsigned int i;

	for (i = 0; i < LSKEL_SIGSET_WORDS; i++) {
		all.bits[i] = ~(__u64)0;
		old->bits[i] = 0;
	}
	(void)LSKEL_SYS4(rt_sigprocmask, LSKEL_SIG_SETMASK, &all, old, sizeof(all));
}

static inline void lskel_sys_restore_signals(const struct lskel_sigset *old)
{
	(void)LSKEL_SYS4(rt_sigprocmask, LSKEL_SIG_SETMASK, old, NULL, sizeof(*old));
}

/* Reads the start of a small file of /proc or /sys; NUL-terminates. Returns the length. */
static inline int lskel_sys_read_file(const char *path, char *buf, unsigned int sz)
{
	long fd = LSKEL_SYS4(openat, -100 /* AT_FDCWD */, path, LSKEL_O_CLOEXEC, 0);
	long len;

	if (fd < 0)
		return (int)fd;
	len = LSKEL_SYS3(read, fd, buf, sz - 1);
	lskel_sys_close((int)fd);
	buf[len > 0 ? len : 0] = 0;
	return (int)len;
}

/* struct new_utsname of the kernel. */
struct lskel_utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

static inline int lskel_sys_uname(struct lskel_utsname *uts)
{
	return (int)LSKEL_SYS3(uname, uts, 0, 0);
}

/* munmap() insists on a multiple of the page size, so the smallest piece that it takes off a mapping is a
 * page. */
static inline unsigned int lskel_sys_page_size(void)
{
	static unsigned int page_size;
	const size_t sz = 1u << 18;
	unsigned int n;
	char *p;

	if (page_size)
		return page_size;
	p = (char *)lskel_sys_mmap(NULL, sz, PROT_READ, MAP_PRIVATE | LSKEL_MAP_ANONYMOUS, -1);
	if (!p)
		return 4096;
	for (n = 4096; n < sz / 2 && lskel_sys_munmap(p + n, n) < 0;)
		n <<= 1;
	lskel_sys_munmap(p, sz);
	page_size = n;
	return n;
}

/* Only to find words for a failure. */
static inline long lskel_sys_keyctl(int cmd, int keyring)
{
	return LSKEL_SYS4(keyctl, cmd, keyring, 0, 0);
}

/* Everybody's descriptors are the process's own, also those of a child. */
static inline void lskel_sys_owner(__u64 owner[2])
{
	owner[0] = owner[1] = 0;
}

#endif /* no module */
#endif
