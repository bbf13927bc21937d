/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What the commands that sign share. */
#ifndef LSK_SIGNING_H
#define LSK_SIGNING_H

#include "../../lskel/sign/artefact.h"
#include "tool.h"

/* How a command that makes artefacts is told to sign them. */
struct signing {
	const char *key, *cert; /* NULL: not given */
	bool later;             /* --signable: without signatures, for `lskel tbs` and `lskel attach-signature` */
};

#define SIGNING_OPTIONS                                                                                \
	{ "sign", required_argument, NULL, SIGNING_KEY }, { "cert", required_argument, NULL, SIGNING_CERT }, \
	{ "signable", no_argument, NULL, SIGNING_LATER }
#define SIGNING_ARGS "[--sign KEY --cert CERT | --signable] "
enum { SIGNING_KEY = 0x200, SIGNING_CERT, SIGNING_LATER };

#define SIGNING_HELP                                                                                                    \
	"      --sign KEY       sign it for kernels that check (6.18 and later): a file or an OpenSSL URI (pkcs11:...); what the\n" \
	"                       program could set before the load is then fixed. A passphrase or PIN is $LSKEL_KEY_PIN's\n" \
	"      --cert CERT      the key's certificate; kernels find it in a keyring by its subjectKeyIdentifier\n"            \
	"                       Signed ones have the loop gear; with --gear stepper that one too, for kernels without a JIT\n" \
	"                       (there the loading process stands between the operations). Ring buffers are rounded up to\n" \
	"                       64 KiB; perf event arrays without max_entries have room for 8192 CPUs\n" \
	"      --signable       the same without the signatures: see tbs and attach-signature\n"

/* signing_option() - option @c as getopt_long() returns it. -ENOENT: it is none of SIGNING_OPTIONS. */
int signing_option(struct signing *s, int c, const char *arg);
/* signing_wrong() - what is wrong with the options together, or NULL. */
const char *signing_wrong(const struct signing *s);
bool signing_wanted(const struct signing *s);

/* signing_do() - put the signatures into what was generated; *@data is replaced. Does nothing with --signable. */
int signing_do(const struct signing *s, char **data, size_t *len, struct lsk_err *err);

#endif
