// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Prints what first.bpf.c counts, out of its pinned map: peek /sys/fs/bpf/.../maps/_bss */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "first.lskel.h" /* struct first__bss */

int main(int argc, char **argv)
{
	struct lskel_attr_pin attr = { .pathname = (unsigned long)argv[1] };
	const struct first__bss *bss;
	int fd, i;

	fd = argc == 2 ? (int)syscall(__NR_bpf, LSKEL_BPF_OBJ_GET, &attr, sizeof(attr)) : -1;
	bss = mmap(NULL, sizeof(*bss), PROT_READ, MAP_SHARED, fd, 0);
	if (bss == MAP_FAILED) {
		fprintf(stderr, "peek: %s: %s\n", argc == 2 ? argv[1] : "no file given", strerror(errno));
		return 1;
	}
	printf("counted: %ld system calls, %ld programs started:", (long)bss->syscalls, (long)bss->execs);
	for (i = 0; i < bss->execs && i < 8; i++)
		printf(" %s(pid %d)", bss->comms[i], bss->pids[i]);
	printf("\n");
	return 0;
}
