// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../../gen_loader/trace/explain.h"
#include "../../lskel/pack.h"
#include "../../lskel/sign/verify.h"
#include "tool.h"

static int flush(int ret, struct lsk_err *err)
{
	if (!ret && (fflush(stdout) || ferror(stdout)))
		return err_set(err, -EIO, "standard output: %s", strerror(errno));
	return ret;
}

/* Nor has a signed header. */
static int explain_header(const char *path, const char *data, size_t sz, bool json, struct lsk_err *err)
{
	struct artefact a = {};
	int ret = json ? err_set(err, -EINVAL, "%s: a header can't be printed in JSON (its object can)", path) :
			 artefact_open(path, data, sz, &a, err);

	if (!ret) {
		printf("skeleton '%s'\n", a.name);
		ret = attest_trace(a.blob.data, a.blob.sz, a.big_endian, stdout);
		if (ret)
			err_set(err, ret, "out of memory");
		ret = flush(ret, err);
	}
	artefact_close(&a);
	return ret;
}

/* A packed file has no object behind it any more, but it can be printed, too. 1: it is none. */
static int explain_pack(const char *path, bool json, struct lsk_err *err)
{
	char *data = NULL;
	size_t sz;
	int ret = file_read(path, &data, &sz, err);

	if (!ret && artefact_is_header(data, sz))
		ret = explain_header(path, data, sz, json, err);
	else if (!ret && !pack_is(data, sz))
		ret = 1;
	else if (!ret)
		ret = flush(json ? pack_json(path, data, sz, NULL, stdout, err) : pack_explain(path, data, sz, stdout, err),
			    err);
	free(data);
	return ret;
}

static int explain_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		INPUT_OPTIONS,
		{},
	};
	struct lsk_err err = {};
	struct input in = {};
	bool json = false;
	int c, ret;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'j': json = true; break;
		default:
			ret = input_option(&in, c, optarg);
			if (ret)
				return usage(&cmd_explain, "%s '%s'", ret == -E2BIG ? "too many" : "bad option",
					     argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage(&cmd_explain, "no object given");
	if (optind + 1 == argc) {
		ret = explain_pack(argv[optind], json, &err);
		if (ret <= 0)
			return ret ? complain(&err) : EXIT_OK;
	}
	ret = input_open(&in, argv + optind, argc - optind, &err);
	if (ret)
		return complain(&err);
	if (json)
		trace_explain_json(in.obj, in.tr, stdout);
	else
		trace_explain(in.obj, in.tr, stdout);
	ret = flush(0, &err);
	input_close(&in);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_explain = {
	.name = "explain",
	.args = "OBJ...|FILE [--json] " INPUT_ARGS,
	.what = "print what loading the object (or a packed FILE, a signed header) takes, one operation a line",
	.run = explain_run,
};
