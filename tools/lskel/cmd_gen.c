// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "../../lskel/pack.h"
#include "signing.h"

/* The packed form, in words. */
static int gen_json(struct input *in, enum gen_gears gears, char **text, size_t *len, struct lsk_err *err)
{
	FILE *f = open_memstream(text, len);
	u8 *data = NULL;
	size_t sz = 0;
	int ret;

	if (!f)
		return err_set(err, -ENOMEM, "out of memory");
	ret = pack_write(in->obj, in->tr, in->name, gears, &data, &sz, err);
	if (!ret)
		ret = pack_json(in->file_name, data, sz, in->obj, f, err);
	if (fclose(f) && !ret)
		ret = err_set(err, -ENOMEM, "out of memory");
	free(data);
	return ret;
}

static int gen_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "gear", required_argument, NULL, 'g' },
		{ "emit-types", no_argument, NULL, 't' },
		{ "pinning", no_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' },
		SIGNING_OPTIONS,
		INPUT_OPTIONS,
		{},
	};
	const char *out = NULL;
	struct gen_opts opts = {};
	struct lsk_err err = {}, why = {};
	struct signing signing = {};
	struct input in = {};
	bool json = false;
	char *text = NULL;
	size_t len;
	int c, ret;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (c) {
		case 'o': out = optarg; break;
		case 't': opts.emit_types = true; break;
		case 'p': opts.pinning = true; break;
		case 'j': json = true; break;
		case 'g':
			if (!gears_parse(optarg, &opts.gears))
				break;
			return usage(&cmd_gen, "no gear is called '%s'", optarg);
		default:
			ret = signing_option(&signing, c, optarg);
			if (ret)
				ret = input_option(&in, c, optarg);
			if (ret)
				return usage(&cmd_gen, "%s '%s'", ret == -E2BIG ? "too many" : "bad option",
					     argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage(&cmd_gen, "no object given");
	if (signing_wrong(&signing))
		return usage(&cmd_gen, "%s", signing_wrong(&signing));
	if (signing_wanted(&signing) && json)
		return usage(&cmd_gen, "--json has no room for signatures");
	opts.sign = in.fixed = signing_wanted(&signing);
	ret = input_open(&in, argv + optind, argc - optind, &err);
	if (!ret) {
		opts.name = in.name;
		opts.input_name = in.file_name;
		opts.kernel_btf = in.btf;
		ret = json ? gen_json(&in, opts.gears, &text, &len, &why) :
			     gen_header(in.obj, in.tr, in.blob, &opts, &text, &len, &why);
		if (ret)
			err_set(&err, ret, "%s: %s", argv[optind], why.msg);
	}
	if (!ret)
		ret = signing_do(&signing, &text, &len, &err);
	if (!ret)
		ret = output_write(out, text, len, &err);
	free(text);
	input_close(&in);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_gen = {
	.name = "gen",
	.args = "OBJ... [-o FILE] [--gear auto|stepper|loop] [--emit-types] [--pinning] [--json] " SIGNING_ARGS INPUT_ARGS,
	.what = "generate a light skeleton: a C header that loads the object",
	.help = "      --name NAME      names struct and functions (default: the first file's name without .o)\n"
		"      -o FILE          write to FILE, whole or not at all (default: standard output)\n"
		"      --gear GEAR      how the loader program runs: one operation per call (stepper), all in one (loop),\n"
		"                       or the better one for the object's size, with the other in reserve (auto)\n"
		"      --kconfig FILE   values for CONFIG_* externs, from a kernel configuration (plain or gzip)\n"
		"      --btf FILE       BTF of the kernel that will load it: raw, in an ELF file (vmlinux), in a kernel\n"
		"                       image; CO-RE and struct_ops are resolved now, instead of on the target;\n"
		"                       further ones: BTF of that kernel's modules (.ko), for CO-RE\n"
		"      --no-btf         load no BTF: smaller; what can't do without is refused\n"
		"      --target-has-no-btf  the kernel has no BTF: also refuse what has to be found in it\n"
		"      --full-btf       load all of the object's BTF (default: what the kernel looks at)\n"
		"      --no-line-info   leave out the source lines that the verifier's log shows\n"
		"      --emit-types     define the named types that global variables use\n"
		"      --pinning        any map can be pinned (default: if the object says that one is)\n"
		"      --attach-in-loader  loading attaches tp_btf, fentry and its like, lsm, iter and freplace programs\n"
		SIGNING_HELP
		"      --json           the blob, the loaders and all tables in JSON, instead of a header\n",
	.run = gen_run,
};
