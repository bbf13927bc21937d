// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../../lskel/sign/verify.h"
#include "tool.h"

static int verify(const char *path, const char *cert_path, unsigned int schemes, struct lsk_err *err)
{
	struct cms_cert *cert = NULL;
	struct artefact a = {};
	char *data = NULL;
	size_t len;
	int ret = cms_cert_open(cert_path, &cert, err);

	if (!ret)
		ret = file_read(path, &data, &len, err);
	if (!ret)
		ret = artefact_open(path, data, len, &a, err);
	if (!ret)
		ret = verify_artefact(&a, cert, schemes, err);
	if (!ret) {
		verify_report(&a, stdout);
		if (fflush(stdout) || ferror(stdout))
			ret = err_set(err, -EIO, "standard output: %s", strerror(errno));
	}
	artefact_close(&a);
	free(data);
	cms_cert_close(cert);
	return ret;
}

static int verify_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cert", required_argument, NULL, 'c' },
		{ "scheme", required_argument, NULL, 's' },
		{},
	};
	const char *cert = NULL;
	unsigned int schemes = 0;
	struct lsk_err err = {};
	int c, i;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			cert = optarg;
			break;
		case 's':
			for (i = 0; i < SCHEME_CNT && strcmp(optarg, artefact_schemes[i]); i++)
				;
			if (i == SCHEME_CNT)
				return usage(&cmd_verify, "no scheme is called '%s'", optarg);
			schemes |= 1u << i;
			break;
		default:
			return usage(&cmd_verify, "bad option '%s'", argv[optind - 1]);
		}
	}
	if (argc - optind != 1)
		return usage(&cmd_verify,
			     argc == optind ? "nothing to verify is given" : "too many arguments");
	if (!cert)
		return usage(&cmd_verify, "no --cert given: whose signatures are they to be?");
	if (!schemes)
		schemes = (1u << SCHEME_CNT) - 1;
	return verify(argv[optind], cert, schemes, &err) ? complain(&err) : EXIT_OK;
}

const struct command cmd_verify = {
	.name = "verify",
	.args = "ARTEFACT --cert CERT [--scheme insns|all]",
	.what = "check a signed header or packed file to the byte, and print what its signatures attest to",
	.help = "      --cert CERT      the signer's certificate\n"
		"      --scheme SCHEME  only this one must be signed (default: both); see tbs\n",
	.run = verify_run,
};
