// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "../../lskel/pack.h"
#include "signing.h"

static int pack_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "gear", required_argument, NULL, 'g' },
		SIGNING_OPTIONS,
		INPUT_OPTIONS,
		{},
	};
	const char *out = NULL;
	enum gen_gears gears = GEARS_AUTO;
	struct lsk_err err = {}, why = {};
	struct signing signing = {};
	struct input in = {};
	u8 *data = NULL;
	size_t sz = 0;
	int c, ret;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			out = optarg;
			break;
		case 'g':
			if (!gears_parse(optarg, &gears))
				break;
			return usage(&cmd_pack, "no gear is called '%s'", optarg);
		default:
			ret = signing_option(&signing, c, optarg);
			if (ret)
				ret = input_option(&in, c, optarg);
			if (ret)
				return usage(&cmd_pack, "%s '%s'", ret == -E2BIG ? "too many" : "bad option",
					     argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage(&cmd_pack, "no object given");
	if (signing_wrong(&signing))
		return usage(&cmd_pack, "%s", signing_wrong(&signing));
	in.fixed = signing_wanted(&signing);
	ret = input_open(&in, argv + optind, argc - optind, &err);
	if (!ret) {
		ret = pack_write(in.obj, in.tr, in.name, gears, &data, &sz, &why);
		if (ret)
			err_set(&err, ret, "%s: %s", argv[optind], why.msg);
	}
	if (!ret)
		ret = signing_do(&signing, (char **)&data, &sz, &err);
	if (!ret)
		ret = output_write(out, data, sz, &err);
	free(data);
	input_close(&in);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_pack = {
	.name = "pack",
	.args = "OBJ... -o FILE [--gear auto|stepper|loop] " SIGNING_ARGS INPUT_ARGS,
	.what = "pack the light skeleton into a file, for lskel-boot and others (lskel/pack_format.h)",
	.run = pack_run,
};
