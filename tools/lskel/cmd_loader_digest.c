// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <string.h>

#include "../../lskel/loader_digest.h"
#include "tool.h"

static int loader_digest_run(int argc, char **argv)
{
	struct lsk_err err = {};

	if (argc > 1)
		return usage(&cmd_loader_digest, "'%s' is of no use here", argv[1]);
	if (loader_digests_print(stdout))
		err_set(&err, -ENOMEM, "out of memory");
	else if (fflush(stdout) || ferror(stdout))
		err_set(&err, -EIO, "standard output: %s", strerror(errno));
	else
		return EXIT_OK;
	return complain(&err);
}

const struct command cmd_loader_digest = {
	.name = "loader-digest",
	.args = "",
	.what = "print the digests of all loader programs that this version puts into skeletons",
	.run = loader_digest_run,
};
