// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "../../gen_loader/trace/explain.h"
#include "tool.h"

static int explain_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "name", required_argument, NULL, 'n' },
		{ "kconfig", required_argument, NULL, 'k' },
		{ "btf", required_argument, NULL, 'b' },
		{ "no-btf", no_argument, NULL, 'N' },
		{ "target-has-no-btf", no_argument, NULL, 'T' },
		{ "attach-in-loader", no_argument, NULL, 'a' },
		{},
	};
	const char *name = NULL, *kconfig = NULL;
	struct lsk_err err = {};
	struct input in = {};
	bool json = false;
	int c, ret;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'j': json = true; break;
		case 'n': name = optarg; break;
		case 'k': kconfig = optarg; break;
		case 'a': in.attach = true; break;
		case 'b':
			if (!input_add_btf(&in, optarg))
				break;
			return usage(&cmd_explain, "too many --btf");
		case 'N': in.no_btf = true; break;
		case 'T': in.target_has_no_btf = true; break;
		default:
			return usage(&cmd_explain, "bad option '%s'", argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage(&cmd_explain, "no object given");
	ret = input_open(&in, argv + optind, argc - optind, name, kconfig, &err);
	if (ret)
		return complain(&err);
	if (json)
		trace_explain_json(in.obj, in.tr, stdout);
	else
		trace_explain(in.obj, in.tr, stdout);
	if (fflush(stdout) || ferror(stdout))
		ret = err_set(&err, -EIO, "standard output: %s", strerror(errno));
	input_close(&in);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_explain = {
	.name = "explain",
	.args = "OBJ... [--json] [--name NAME] [--kconfig FILE] [--btf FILE] [--no-btf] [--target-has-no-btf]"
		" [--attach-in-loader]",
	.what = "print what loading the object takes, one operation a line",
	.run = explain_run,
};
