// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

/* What is no regular file (a pipe, /dev/null) can't be replaced by renaming; it is written to. */
static int write_special(const char *path, const void *data, size_t len, struct lsk_err *err)
{
	FILE *f = fopen(path, "wb");
	int ret;

	if (!f)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	ret = write_all(fileno(f), data, len);
	fclose(f);
	return ret ? err_set(err, ret, "%s: %s", path, strerror(-ret)) : 0;
}

int output_write(const char *path, const void *data, size_t len, struct lsk_err *err)
{
	struct stat st;
	mode_t mask;
	char *tmp;
	int fd, ret;

	if (!path || !strcmp(path, "-")) {
		ret = write_all(STDOUT_FILENO, data, len);
		return ret ? err_set(err, ret, "standard output: %s", strerror(-ret)) : 0;
	}
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return write_special(path, data, len, err);
	if (asprintf(&tmp, "%s.XXXXXX", path) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	fd = mkstemp(tmp);
	if (fd < 0) {
		ret = err_set(err, -errno, "%s: %s", path, strerror(errno));
		free(tmp);
		return ret;
	}
	mask = umask(0);
	umask(mask);
	ret = write_all(fd, data, len);
	if (!ret && fchmod(fd, 0666 & ~mask))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret) {
		unlink(tmp);
		err_set(err, ret, "%s: %s", path, strerror(-ret));
	}
	free(tmp);
	return ret;
}
