// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <errno.h>
#include <stdlib.h>

#include "../../lskel/sign/cms.h"
#include "signing.h"

int signing_option(struct signing *s, int c, const char *arg)
{
	switch (c) {
	case SIGNING_KEY: s->key = arg; return 0;
	case SIGNING_CERT: s->cert = arg; return 0;
	case SIGNING_LATER: s->later = true; return 0;
	}
	return -ENOENT;
}

const char *signing_wrong(const struct signing *s)
{
	if (s->key && s->later)
		return "--sign or --signable, not both";
	if (!s->key != !s->cert)
		return s->key ? "--sign takes --cert" : "--cert is of use with --sign";
	return NULL;
}

bool signing_wanted(const struct signing *s)
{
	return s->key || s->later;
}

/* Every gear in both schemes: the way of `lskel tbs` and `lskel attach-signature`, so that the outcome is the same. */
static int sign_all(struct artefact *a, const struct cms_signer *signer, struct lsk_err *err)
{
	int gear, scheme, ret = 0;

	for (gear = 0; gear < GEAR_CNT && !ret; gear++) {
		for (scheme = 0; scheme < SCHEME_CNT && !ret && a->gears[gear][PART_INSNS].sz; scheme++) {
			u8 *tbs = NULL, *sig = NULL;
			size_t sz, sig_sz;

			ret = artefact_tbs(a, gear, scheme, &tbs, &sz, err);
			if (!ret)
				ret = cms_sign(signer, tbs, sz, &sig, &sig_sz, err);
			if (!ret)
				ret = artefact_attach(a, gear, scheme, sig, sig_sz, err);
			free(tbs);
			free(sig);
		}
	}
	return ret;
}

int signing_do(const struct signing *s, char **data, size_t *len, struct lsk_err *err)
{
	struct cms_signer *signer = NULL;
	struct artefact a = {};
	char *out = NULL;
	size_t out_len;
	int ret;

	if (!s->key)
		return 0;
	ret = cms_signer_open(s->key, s->cert, &signer, err);
	if (!ret)
		ret = artefact_open("what was generated", *data, *len, &a, err);
	if (!ret)
		ret = sign_all(&a, signer, err);
	if (!ret)
		ret = artefact_write(&a, &out, &out_len, err);
	if (!ret) {
		free(*data);
		*data = out;
		*len = out_len;
	}
	artefact_close(&a);
	cms_signer_close(signer);
	return ret;
}
