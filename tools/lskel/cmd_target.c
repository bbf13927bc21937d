// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernel/target/target.h"
#include "tool.h"

static int save(const struct target *t, const char *out, struct lsk_err *err)
{
	struct lsk_err why = {};
	char *data = NULL;
	size_t sz = 0;
	FILE *f = open_memstream(&data, &sz);
	int ret;

	if (!f)
		return err_set(err, -ENOMEM, "out of memory");
	ret = target_save(t, f, &why);
	if (fclose(f) && !ret)
		ret = err_set(&why, -ENOMEM, "out of memory");
	if (ret)
		err_set(err, ret, "%s: %s", t->name, why.msg);
	else
		ret = output_write(out, data, sz, err);
	free(data);
	return ret;
}

static int target_run(int argc, char **argv)
{
	static const struct option options[] = { { "output", required_argument, NULL, 'o' }, {} };
	const char *out = NULL, *what = argc > 1 ? argv[1] : NULL;
	struct lsk_err err = {};
	struct target *t;
	int c, ret;

	if (!what || (strcmp(what, "save") && strcmp(what, "show")))
		return usage(&cmd_target, "what to do: save or show?");
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc - 1, argv + 1, "o:", options, NULL)) != -1) {
		if (c != 'o')
			return usage(&cmd_target, "bad option '%s'", argv[optind]);
		out = optarg;
	}
	if (optind + 1 != argc - 1)
		return usage(&cmd_target, "one target must be named");
	if (!strcmp(what, "show") && out)
		return usage(&cmd_target, "-o goes with save");
	ret = target_open(argv[optind + 1], &t, &err);
	if (ret)
		return complain(&err);
	if (!strcmp(what, "save"))
		ret = save(t, out, &err);
	else
		target_show(t, stdout);
	if (!ret && (fflush(stdout) || ferror(stdout)))
		ret = err_set(&err, -EIO, "standard output: %s", strerror(errno));
	target_close(t);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_target = {
	.name = "target",
	.args = "save|show TARGET [-o FILE]",
	.what = "a kernel as files: write it as one file, or say what is known of it",
	.help = "        TARGET: / (the running machine), a directory (kernel/target/dir.c says what of), a "
		"saved target, or a\n"
		"        file that has BTF: raw, vmlinux, a kernel's image, a kernel package of Debian's\n",
	.run = target_run,
};
