/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The system calls that the runner makes and the runtime does not; and messages. */
#ifndef LSKEL_BOOT_CALLS_H
#define LSKEL_BOOT_CALLS_H

#if defined(__x86_64__)
#define LSKEL_NR_rt_sigsuspend 130
#define LSKEL_NR_mount 165
#define LSKEL_NR_execve 59
#define LSKEL_NR_getpid 39
#define LSKEL_NR_exit_group 231
#elif defined(__s390x__)
#define LSKEL_NR_rt_sigsuspend 179
#define LSKEL_NR_mount 21
#define LSKEL_NR_execve 11
#define LSKEL_NR_getpid 20
#define LSKEL_NR_exit_group 248
#else /* arm64, riscv64 */
#define LSKEL_NR_rt_sigsuspend 133
#define LSKEL_NR_mount 40
#define LSKEL_NR_execve 221
#define LSKEL_NR_getpid 172
#define LSKEL_NR_exit_group 94
#endif

static unsigned int boot_len(const char *s)
{
	unsigned int n = 0;

	while (s[n])
		n++;
	return n;
}

static void boot_write(int fd, const char *s, unsigned int len)
{
	long n;

	while (len) {
		n = LSKEL_SYS3(write, fd, s, len);
		if (n <= 0)
			return;
		s += n;
		len -= (unsigned int)n;
	}
}

/* One line, in one piece: up to the first NULL of @parts. */
static void boot_say(const char *const *parts)
{
	char line[1024];
	struct lskel_path p = { line, 0, sizeof(line) - 1 };

	lskel_path_add(&p, "lskel-boot: ");
	for (; *parts; parts++)
		lskel_path_add(&p, *parts);
	line[p.len++] = '\n';
	boot_write(2, line, p.len);
}

#define SAY(...) boot_say((const char *const[]){ __VA_ARGS__, NULL })

/* "-EINVAL", in @buf. */
static const char *boot_errno(char buf[LSKEL_MSG_SZ], long err)
{
	struct lskel_msg m = { buf, 0 };

	lskel_put_errno(&m, (int)err);
	return buf;
}

__attribute__((noreturn)) static void boot_exit(int status)
{
	for (;;)
		LSKEL_SYS3(exit_group, status, 0, 0);
}

/* Until a signal ends us. */
__attribute__((noreturn)) static void boot_wait(void)
{
	__u64 none = 0;

	for (;;)
		LSKEL_SYS3(rt_sigsuspend, &none, sizeof(none), 0);
}

static long boot_mount(const char *type, const char *dir)
{
	(void)lskel_sys_mkdir(-100 /* AT_FDCWD */, dir, 0755);
	return lskel_syscall(LSKEL_NR_mount, (long)type, (long)dir, (long)type, 0, 0, 0);
}

/*
 * What the kernel mounts by itself is nothing. Loading needs none of these; pins, kprobes (their number is in
 * sysfs), tracepoints (theirs are in tracefs) and the number of CPUs do. What is mounted already stays.
 */
static int boot_mounts(void)
{
	static const struct {
		const char *type, *dir;
	} fs[] = { { "proc", "/proc" },
		   { "sysfs", "/sys" },
		   { "tracefs", "/sys/kernel/tracing" },
		   { "bpf", "/sys/fs/bpf" } };
	char text[LSKEL_MSG_SZ];
	int failed = 0, fd;
	unsigned int i;
	long err;

	for (i = 0; i < sizeof(fs) / sizeof(fs[0]); i++) {
		if (i == 3) { /* each mount is a new one, over the old one */
			fd = lskel_sys_look(-100, fs[i].dir);
			err = fd >= 0 && lskel_sys_on_bpffs(fd) == 1;
			if (fd >= 0)
				lskel_sys_close(fd);
			if (err)
				continue;
		}
		err = boot_mount(fs[i].type, fs[i].dir);
		if (err < 0 && err != -LSKEL_EBUSY && i != 2) { /* some kernels have no tracefs */
			SAY(fs[i].dir, ": mount: ", boot_errno(text, err));
			failed = 1;
		}
	}
	return failed;
}

#endif
