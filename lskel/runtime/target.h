/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What is known only on the machine that loads: kernel version, number of CPUs, syscall wrappers. */
#ifndef LSKEL_TARGET_H
#define LSKEL_TARGET_H

/* A decimal number at *@s, which is moved behind it; ~0u if there is none. */
static inline unsigned int lskel_parse_num(const char **s)
{
	unsigned int n = 0;

	if (**s < '0' || **s > '9')
		return ~0u;
	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n * 10 + (unsigned int)(**s - '0');
	return n;
}

/* "6.1.192-1" as KERNEL_VERSION() has it; 0 if it is not a version. */
static inline unsigned int lskel_parse_version(const char *s)
{
	unsigned int major, minor, patch = 0;

	major = lskel_parse_num(&s);
	if (major == ~0u || *s++ != '.')
		return 0;
	minor = lskel_parse_num(&s);
	if (minor == ~0u)
		return 0;
	if (*s++ == '.')
		patch = lskel_parse_num(&s);
	if (patch == ~0u)
		patch = 0;
	return (major << 16) + (minor << 8) + (patch > 255 ? 255 : patch);
}

static inline const char *lskel_find(const char *s, const char *what)
{
	for (; *s; s++) {
		unsigned int i = 0;

		while (what[i] && s[i] == what[i])
			i++;
		if (!what[i])
			return s + i;
	}
	return NULL;
}

static inline int lskel_same(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

/* What follows @prefix in @s, or NULL. */
static inline const char *lskel_skip_prefix(const char *s, const char *prefix)
{
	for (; *prefix; s++, prefix++) {
		if (*s != *prefix)
			return NULL;
	}
	return s;
}

/*
 * LINUX_KERNEL_VERSION. The release of a distribution's kernel ("6.1.0-37-amd64") hides the stable version
 * that it was built from: Debian puts that into uname's version ("#1 SMP ... Debian 6.1.140-1 (date)"),
 * Ubuntu into a file
 * ("Ubuntu 6.8.0-60.63-generic 6.8.12").
 */
static inline unsigned int lskel_kernel_version(void)
{
	struct lskel_utsname uts;
	unsigned int version;
	char sig[128];
	const char *s;

	if (lskel_sys_uname(&uts) < 0)
		return 0;
	if (lskel_sys_read_file("/proc/version_signature", sig, sizeof(sig)) > 0) {
		const char *last = sig;

		for (s = sig; *s; s++) {
			if (*s == ' ')
				last = s + 1;
		}
		version = lskel_parse_version(last);
		if (version)
			return version;
	}
	s = lskel_find(uts.version, "Debian ");
	version = s ? lskel_parse_version(s) : 0;
	return version ? version : lskel_parse_version(uts.release);
}

/* LINUX_HAS_SYSCALL_WRAPPER: since when __x64_sys_bpf and the like are the names of system calls. */
static inline int lskel_has_syscall_wrapper(unsigned int version)
{
#if defined(__x86_64__) || defined(__i386__) || defined(__s390__)
	return version >= ((4u << 16) + (17u << 8));
#elif defined(__aarch64__)
	return version >= ((4u << 16) + (19u << 8));
#elif defined(__riscv)
	return version >= ((6u << 16) + (6u << 8));
#elif defined(__powerpc__)
	return version >= ((6u << 16) + (1u << 8));
#else
	(void)version;
	return 0;
#endif
}

/*
 * The CPUs in a list like "0-3,8": one more than the highest, because a perf event array is indexed by the
 * number of the CPU. 0 if it is not a list.
 */
static inline unsigned int lskel_parse_cpus(const char *s)
{
	unsigned int max = 0;

	for (;;) {
		unsigned int n = lskel_parse_num(&s);

		if (n == ~0u)
			return 0;
		if (*s == '-') {
			s++;
			n = lskel_parse_num(&s);
			if (n == ~0u)
				return 0;
		}
		if (n + 1 > max)
			max = n + 1;
		if (*s != ',')
			return *s && *s != '\n' ? 0 : max;
		s++;
	}
}

/* Returns 0 with the number in *@cpus, or a negative errno. */
static inline int lskel_possible_cpus(unsigned int *cpus)
{
	char list[256];
	int err = lskel_sys_read_file("/sys/devices/system/cpu/possible", list, sizeof(list));

	if (err < 0)
		return err;
	*cpus = lskel_parse_cpus(list);
	return *cpus ? 0 : -EINVAL;
}

/* A ring buffer's size: a power of two times the page size, at least @sz. What can't be rounded is left to
 * the kernel to refuse. */
static inline unsigned int lskel_round_ringbuf(unsigned int sz, unsigned int page)
{
	unsigned int n = page;

	if (!sz)
		return 0;
	while (n && n < sz)
		n <<= 1;
	return n ? n : sz;
}

#endif
