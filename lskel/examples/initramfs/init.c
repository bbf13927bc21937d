// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The first process of an initramfs: loads and attaches first.bpf.c, pins its links and its counters, and
 * becomes the program that its argument names. Compiles with each kind of skeleton, so that their sizes can
 * be compared:
 *	-DHEADER='"first.lskel.h"'            lskel's; also without a libc: -ffreestanding -nostdlib -static
 *	-DHEADER='"first.light.h"'            bpftool's light skeleton
 *	-DHEADER='"first.skel.h"' -DLIBBPF    libbpf's
 */
#if __STDC_HOSTED__

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include HEADER

#define SYS(name, a, b, c, d, e) syscall(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define SAY(text) fputs("init: " text "\n", stderr)

#else /* lskel's skeleton only, and x86-64 */

#include HEADER
#include "../../../tools/boot/start.h"

#define LSKEL_NR_mkdirat 258
#define LSKEL_NR_write 1
#define LSKEL_NR_execve 59
#define LSKEL_NR_mount 165
#define SYS(name, a, b, c, d, e) \
	lskel_syscall(LSKEL_NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define SAY(text) SYS(write, 2, "init: " text "\n", sizeof("init: " text), 0, 0)

#endif

#ifdef LIBBPF
#define LINK_FD(skel, prog) bpf_link__fd(skel->links.prog)
#define MAP_FD(skel, map) bpf_map__fd(skel->maps.map)
#else
#define LINK_FD(skel, prog) skel->links.prog##_fd
#define MAP_FD(skel, map) skel->maps.map.map_fd
#endif

#define DIR "/sys/fs/bpf/boot"

static void mount_at(const char *type, const char *dir)
{
	SYS(mkdirat, -100 /* AT_FDCWD */, dir, 0755, 0, 0);
	SYS(mount, type, dir, type, 0, 0);
}

static int pin(int fd, const char *path)
{
	struct {
		unsigned long long pathname;
		unsigned int bpf_fd, flags;
	} attr = { (unsigned long)path, (unsigned int)fd, 0 };

	return (int)SYS(bpf, 6 /* BPF_OBJ_PIN */, &attr, sizeof(attr), 0, 0);
}

static int start(void)
{
	struct first *skel;

	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("bpf", "/sys/fs/bpf");
	skel = first__open_and_load();
	if (!skel || first__attach(skel)) {
		SAY("not loaded");
		return 1;
	}
	SYS(mkdirat, -100, DIR, 0700, 0, 0);
	SYS(mkdirat, -100, DIR "/first", 0700, 0, 0);
	SYS(mkdirat, -100, DIR "/first/maps", 0700, 0, 0);
	SYS(mkdirat, -100, DIR "/first/links", 0700, 0, 0);
	if (pin(MAP_FD(skel, bss), DIR "/first/maps/_bss") ||
	    pin(LINK_FD(skel, on_syscall), DIR "/first/links/on_syscall") ||
	    pin(LINK_FD(skel, on_exec), DIR "/first/links/on_exec")) {
		SAY("not pinned");
		return 1;
	}
	return 0;
}

static int become(char **argv, char **env)
{
	start();
	if (argv[1])
		SYS(execve, argv[1], argv + 1, env, 0, 0);
	SAY("no program to become");
	return 1;
}

#if __STDC_HOSTED__
int main(int argc, char **argv, char **env)
{
	(void)argc;
	return become(argv, env);
}
#else
__attribute__((used, noreturn)) void boot_main(long *sp);
void boot_main(long *sp)
{
	char **argv = (char **)(sp + 1);

	become(argv, argv + sp[0] + 1);
	for (;;)
		lskel_syscall(231 /* exit_group */, 1, 0, 0, 0, 0, 0);
}
#endif
