// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "tool.h"

#define TARGETS 64

struct options {
	const char *targets[TARGETS];
	u32 target_cnt;
	const char *html;
	bool json, verbose, quiet, no_load;
	struct check_opts check;
};

/* Where somebody looks on and it takes long: how far it is. */
static void progress(u32 done, u32 cnt, const char *path)
{
	static time_t start;
	static bool shown;

	if (!start)
		start = time(NULL);
	if (!isatty(STDERR_FILENO) || (!shown && time(NULL) - start < 1))
		return;
	if (done == cnt)
		fprintf(stderr, shown ? "\r\033[K" : "");
	else
		fprintf(stderr, "\rlskel check: %u of %u: %.60s\033[K", done, cnt, path);
	shown = true;
}

/* Read again for each target: what the target's configuration says becomes part of it. */
static int check_pair(const char *path, const char *data, size_t sz, const struct target *t,
		      const struct options *o, struct check_result **res, struct lsk_err *err)
{
	struct object *obj;
	int ret = object_open(path, data, sz, "obj", &obj, err);

	if (ret)
		return ret;
	ret = check_object(obj, t, &o->check, res, err);
	if (!ret && !o->no_load) {
		ret = dry_load(obj, t, *res, err);
		if (ret) {
			check_free(*res);
			*res = NULL;
		}
	}
	object_free(obj);
	return ret;
}

static int check_row(struct check_report *r, struct check_row *row, const struct options *o,
		     struct lsk_err *err)
{
	struct lsk_err why = {};
	char *data = NULL;
	size_t sz;
	u32 t;
	int ret;

	row->res = calloc(r->target_cnt, sizeof(*row->res));
	if (!row->res)
		return err_set(err, -ENOMEM, "out of memory");
	ret = file_read(row->path, &data, &sz, &why);
	for (t = 0; t < r->target_cnt && !ret; t++)
		ret = check_pair(row->path, data, sz, r->targets[t], o, &row->res[t], &why);
	free(data);
	if (!ret)
		return 0;
	/* one that can't be read keeps nobody from judging the others */
	row->error = strdup(why.msg);
	return row->error ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static int write_html(const struct check_report *r, const char *path, struct lsk_err *err)
{
	char *data = NULL;
	size_t sz = 0;
	FILE *f = open_memstream(&data, &sz);
	int ret = 0;

	if (!f)
		return err_set(err, -ENOMEM, "out of memory");
	report_html(r, f);
	if (fclose(f))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret)
		ret = output_write(path, data, sz, err);
	free(data);
	return ret;
}

static int run(struct check_report *r, const struct options *o, char **paths, struct lsk_err *err)
{
	u32 i;
	int ret = 0;

	r->rows = calloc(r->row_cnt, sizeof(*r->rows));
	r->targets = calloc(o->target_cnt, sizeof(*r->targets));
	if (!r->rows || !r->targets)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < o->target_cnt && !ret; i++) {
		ret = target_open(o->targets[i], &r->targets[i], err);
		r->target_cnt += !ret;
	}
	for (i = 0; i < r->row_cnt && !ret; i++) {
		r->rows[i].path = paths[i];
		progress(i, r->row_cnt, paths[i]);
		ret = check_row(r, &r->rows[i], o, err);
	}
	progress(r->row_cnt, r->row_cnt, "");
	if (ret)
		return ret;
	for (i = 0; i < r->row_cnt; i++)
		if (r->rows[i].error)
			fprintf(stderr, "lskel: %s\n", r->rows[i].error);
	if (o->json)
		report_json(r, stdout);
	else
		report_text(r,
			    o->verbose || (r->row_cnt == 1 && r->target_cnt == 1 && !o->quiet) ? SHOW_ALL
			    : o->quiet							       ? SHOW_VERDICTS
											       : SHOW_REASONS,
			    stdout);
	if (fflush(stdout) || ferror(stdout))
		return err_set(err, -EIO, "standard output: %s", strerror(errno));
	return o->html ? write_html(r, o->html, err) : 0;
}

/* The worst of all: 1 something fails or can't be read, 3 something is undecided. */
static int exit_status(const struct check_report *r)
{
	int status = EXIT_OK;
	u32 i, t;

	for (i = 0; i < r->row_cnt; i++) {
		if (r->rows[i].error)
			return EXIT_FAILED;
		for (t = 0; t < r->target_cnt; t++) {
			if (r->rows[i].res[t]->outcome == CHECK_FAILS)
				return EXIT_FAILED;
			if (r->rows[i].res[t]->outcome == CHECK_OPEN)
				status = EXIT_UNDECIDED;
		}
	}
	return status;
}

static void cleanup(struct check_report *r)
{
	u32 i, t;

	for (i = 0; i < r->row_cnt && r->rows; i++) {
		for (t = 0; t < r->target_cnt && r->rows[i].res; t++)
			check_free(r->rows[i].res[t]);
		free(r->rows[i].res);
		free(r->rows[i].error);
	}
	for (t = 0; t < r->target_cnt; t++)
		target_close(r->targets[t]);
	free(r->rows);
	free(r->targets);
}

static int check_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "target", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "html", required_argument, NULL, 'h' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "no-verifier", no_argument, NULL, 'n' },
		{},
	};
	struct check_report r = {};
	struct lsk_err err = {};
	struct options o = {};
	int c, ret;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "vq", options, NULL)) != -1) {
		switch (c) {
		case 't':
			if (o.target_cnt == TARGETS)
				return usage(&cmd_check, "more than %u targets", TARGETS);
			o.targets[o.target_cnt++] = optarg;
			break;
		case 'j': o.json = true; break;
		case 'h': o.html = optarg; break;
		case 'v': o.verbose = true; break;
		case 'q': o.quiet = true; break;
		case 'l': o.no_load = true; break;
		case 'n': o.check.no_verifier = true; break;
		default: return usage(&cmd_check, "bad option '%s'", argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage(&cmd_check, "no object given");
	if (!o.target_cnt)
		return usage(&cmd_check, "no target given (--target / is the running machine)");
	r.row_cnt = argc - optind;
	ret = run(&r, &o, argv + optind, &err);
	ret = ret ? complain(&err) : exit_status(&r);
	cleanup(&r);
	return ret;
}

const struct command cmd_check = {
	.name = "check",
	.args = "OBJ... --target TARGET [--target TARGET]... [--json] [--html FILE] [--verbose] [--quiet] "
		"[--no-verifier] [--no-load]",
	.what = "say whether objects would load on other kernels, and why not",
	.help = "        Exit status: 0 all load; 1 something fails, or can't be read; 3 nothing fails, but "
		"something is not decided.\n"
		"        One object on one target: all that it asks for; else what is not fine, and a table. "
		"--verbose, --quiet: more,\n"
		"        less. --no-verifier: without a model of the verifier; --no-load: without a load on a model of bpf(2).\n",
	.run = check_run,
};
