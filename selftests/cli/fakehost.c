// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Preloaded into lskel to make the build host look like another machine: another kernel, page size, number of CPUs. Opening
 * anything that tells about the running kernel ends the process, since generation must not look at it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <unistd.h>

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, #name))

int uname(struct utsname *u)
{
	memset(u, 0, sizeof(*u));
	strcpy(u->sysname, "Linux");
	strcpy(u->release, "4.4.1-fake");
	strcpy(u->version, "#1 Debian 4.4.1-1");
	strcpy(u->machine, "s390x");
	return 0;
}

long sysconf(int name)
{
	if (name == _SC_PAGESIZE)
		return 65536;
	if (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF)
		return 97;
	return REAL(long (*)(int), sysconf)(name);
}

int getpagesize(void)
{
	return 65536;
}

unsigned long getauxval(unsigned long type)
{
	return type == AT_PAGESZ ? 65536 : REAL(unsigned long (*)(unsigned long), getauxval)(type);
}

static void check(const char *path)
{
	if (!strncmp(path, "/sys/", 5) || !strncmp(path, "/proc/", 6) || !strncmp(path, "/boot/", 6)) {
		fprintf(stderr, "fakehost: opened %s\n", path);
		_exit(99);
	}
}

#define OPEN(name)                                                                        \
	int name(const char *path, int flags, ...)                                        \
	{                                                                                 \
		va_list ap;                                                               \
		int mode;                                                                 \
                                                                                          \
		va_start(ap, flags);                                                      \
		mode = va_arg(ap, int);                                                   \
		va_end(ap);                                                               \
		check(path);                                                              \
		return REAL(int (*)(const char *, int, ...), name)(path, flags, mode);    \
	}
OPEN(open)
OPEN(open64)

FILE *fopen(const char *path, const char *mode)
{
	check(path);
	return REAL(FILE * (*)(const char *, const char *), fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	check(path);
	return REAL(FILE * (*)(const char *, const char *), fopen64)(path, mode);
}
