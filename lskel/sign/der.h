/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The form of a signature to the byte. A library's parser takes more than one encoding of a thing, and looks
 * at part of it. */
#ifndef LSK_SIGN_DER_H
#define LSK_SIGN_DER_H

#include "../../gen_loader/util.h"

/*
 * der_check() - whether @sig is, in the one DER encoding there is of it, a CMS SignedData (RFC 5652) of
 * version 3: over data that is elsewhere, by one signer that is named by key identifier; SHA-256, -384 or
 * -512 with RSA (PKCS #1 v1.5) or ECDSA; no certificates, no attributes, nothing else. Then only the
 * signature's own value is left that nobody has compared with anything.
 * @keyid: what the signer must be named by
 * Errors: -EINVAL (the form), -ENOKEY (another key identifier).
 */
int der_check(const u8 *sig, size_t sz, const u8 *keyid, size_t keyid_sz, struct lsk_err *err);

#endif
