// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * rmmod with files open under all small numbers: those that the module's descriptors had in the process that
 * loaded it. They must still be open when the module is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILES = 32 };

int main(int argc, char **argv)
{
	int fd, gone = 0;

	while ((fd = open("/dev/null", O_RDONLY)) >= 0 && fd < FILES)
		;
	if (argc != 2 || syscall(SYS_delete_module, argv[1], O_NONBLOCK)) {
		printf("delete_module: %s\n", strerror(errno));
		return 1;
	}
	for (fd = 3; fd < FILES; fd++) {
		if (fcntl(fd, F_GETFD) < 0) {
			printf("descriptor %d was closed\n", fd);
			gone = 1;
		}
	}
	return gone;
}
