// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Attaches enforce.bpf.c until standard input ends, and says then what it let in and refused.
 *	enforce [KEYRING]	the serial number of a keyring that counts besides the kernel's own
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "enforce.lskel.h"

/* On a kernel that knows nothing of signatures, the hook itself would not load, with less clear words. */
static int kernel_can(void)
{
	struct enforce *skel = enforce__open();
	int can;

	if (!skel)
		return -errno;
	skel->opts.autoload.on_load = LSKEL_OFF;
	can = enforce__load(skel);
	if (!can)
		can = enforce__can_enforce__run(skel, NULL, 0);
	if (can < 0)
		fprintf(stderr, "%s\n", enforce__strerror(skel));
	enforce__destroy(skel);
	return can;
}

int main(int argc, char **argv)
{
	struct enforce *skel;
	int can = kernel_can();
	char c;

	if (can <= 0) {
		if (!can)
			fprintf(stderr, "this kernel does not tell LSM programs what a signature is worth: "
					"that takes Linux 7.2\n");
		return 1;
	}
	skel = enforce__open();
	if (!skel)
		return 1;
	if (argc > 1)
		skel->rodata->trusted_keyring = atoi(argv[1]);
	if (enforce__load(skel) || enforce__attach(skel)) {
		fprintf(stderr, "%s\n", enforce__strerror(skel));
		enforce__destroy(skel);
		return 1;
	}
	fprintf(stderr, "unsigned programs are refused from now on\n");
	while (read(0, &c, 1) > 0)
		;
	printf("let in: %llu signed, %llu from the kernel; refused: %llu unsigned, %llu of other keyrings, "
	       "%llu with relocations\n",
	       (unsigned long long)skel->bss->signed_cnt, (unsigned long long)skel->bss->inside_cnt,
	       (unsigned long long)skel->bss->unsigned_cnt, (unsigned long long)skel->bss->stranger_cnt,
	       (unsigned long long)skel->bss->relocated_cnt);
	enforce__destroy(skel);
	return 0;
}
