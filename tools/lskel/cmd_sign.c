// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Signing elsewhere: `lskel tbs` writes what is to be signed, `lskel attach-signature` takes the signature. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../../lskel/sign/cms.h"
#include "signing.h"

struct which {
	const char *out;
	enum gear gear;
	enum scheme scheme;
	bool has_scheme;
};

/* @names: @cnt of them; returns the index or -1 */
static int find(const char *const *names, int cnt, const char *name)
{
	while (--cnt >= 0 && strcmp(names[cnt], name))
		;
	return cnt;
}

/* Returns 0, or an exit code when the command line has been complained about. */
static int parse(const struct command *cmd, int argc, char **argv, int args, struct which *w)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "gear", required_argument, NULL, 'g' },
		{ "scheme", required_argument, NULL, 's' },
		{},
	};
	int c, i;

	*w = (struct which){ .gear = GEAR_LOOP };
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			w->out = optarg;
			break;
		case 'g':
			i = find(artefact_gears, GEAR_CNT, optarg);
			if (i < 0)
				return usage(cmd, "no gear is called '%s'", optarg);
			w->gear = i;
			break;
		case 's':
			i = find(artefact_schemes, SCHEME_CNT, optarg);
			if (i < 0)
				return usage(cmd, "no scheme is called '%s'", optarg);
			w->scheme = i;
			w->has_scheme = true;
			break;
		default:
			return usage(cmd, "bad option '%s'", argv[optind - 1]);
		}
	}
	if (argc - optind != args)
		return usage(cmd, argc - optind < args ? "an argument is missing" : "too many arguments");
	if (!w->has_scheme)
		return usage(cmd, "which scheme? Linux 6.18 to 7.2: insns, from 7.3 on: all");
	if (!w->out)
		return usage(cmd, "no -o FILE given");
	return 0;
}

static int tbs_run(int argc, char **argv)
{
	struct artefact a = {};
	struct lsk_err err = {};
	struct which w;
	char *data = NULL;
	u8 *tbs = NULL;
	size_t len, sz;
	int ret = parse(&cmd_tbs, argc, argv, 1, &w);

	if (ret)
		return ret;
	ret = file_read(argv[optind], &data, &len, &err);
	if (!ret)
		ret = artefact_open(argv[optind], data, len, &a, &err);
	if (!ret)
		ret = artefact_tbs(&a, w.gear, w.scheme, &tbs, &sz, &err);
	if (!ret)
		ret = output_write(w.out, tbs, sz, &err);
	free(tbs);
	artefact_close(&a);
	free(data);
	return ret ? complain(&err) : EXIT_OK;
}

static int attach_run(int argc, char **argv)
{
	struct artefact a = {};
	struct lsk_err err = {}, why = {};
	struct which w;
	char *data = NULL, *sig = NULL, *out = NULL;
	size_t len, sig_sz, out_len;
	int ret = parse(&cmd_attach_signature, argc, argv, 2, &w);

	if (ret)
		return ret;
	ret = file_read(argv[optind], &data, &len, &err);
	if (!ret)
		ret = artefact_open(argv[optind], data, len, &a, &err);
	if (!ret)
		ret = file_read(argv[optind + 1], &sig, &sig_sz, &err);
	if (!ret) {
		ret = cms_check_form(sig, sig_sz, &why);
		if (ret)
			err_set(&err, ret, "%s: %s", argv[optind + 1], why.msg);
	}
	if (!ret)
		ret = artefact_attach(&a, w.gear, w.scheme, (u8 *)sig, sig_sz, &err);
	if (!ret)
		ret = artefact_write(&a, &out, &out_len, &err);
	if (!ret)
		ret = output_write(w.out, out, out_len, &err);
	free(out);
	free(sig);
	artefact_close(&a);
	free(data);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_tbs = {
	.name = "tbs",
	.args = "ARTEFACT --scheme insns|all [--gear loop|stepper] -o FILE",
	.what = "write the bytes of a signed (or --signable) header or packed file that a signature is over",
	.help = "      --scheme SCHEME  for Linux 6.18 to 7.2: insns, from 7.3 on: all. An artefact should have both\n"
		"                       to sign: openssl cms -sign -binary -noattr -nocerts -nosmimecap -keyid -md sha256\n"
		"                       -outform DER -signer CERT -inkey KEY -in FILE\n",
	.run = tbs_run,
};

const struct command cmd_attach_signature = {
	.name = "attach-signature",
	.args = "ARTEFACT SIGNATURE --scheme insns|all [--gear loop|stepper] -o FILE",
	.what = "put a signature that was made elsewhere into a header or packed file",
	.run = attach_run,
};
