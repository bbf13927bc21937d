/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Keys, certificates and the signatures that kernels take, through OpenSSL's libcrypto. Only this file's .c knows of it. */
#ifndef LSK_SIGN_CMS_H
#define LSK_SIGN_CMS_H

#include "../../gen_loader/util.h"

struct cms_signer;

/*
 * cms_signer_open() - a private key and the certificate that kernels will know it by.
 * @key: a file (PEM or DER, PKCS#8 or traditional, maybe encrypted), or a URI of an OpenSSL store: "pkcs11:...", "file:..."
 * @cert: the same for the certificate (X.509, with a subjectKeyIdentifier, by which the signature names the key)
 * A passphrase comes from the environment's LSKEL_KEY_PIN if it is set, else OpenSSL asks for it.
 * Errors: -EINVAL, -ENOENT, -ENOMEM; a message names the file.
 */
int cms_signer_open(const char *key, const char *cert, struct cms_signer **signer, struct lsk_err *err);
void cms_signer_close(struct cms_signer *signer);

/*
 * cms_sign() - a detached signature over @data, as
 *	openssl cms -sign -binary -noattr -nocerts -nosmimecap -keyid -md sha256 -outform DER
 * makes it. @sig is to be freed by the caller.
 */
int cms_sign(const struct cms_signer *signer, const void *data, size_t sz, u8 **sig, size_t *sig_sz, struct lsk_err *err);

/* cms_check_form() - whether @sig is a signature that kernels could take: one signer, by key identifier, nothing inside. */
int cms_check_form(const void *sig, size_t sz, struct lsk_err *err);

/*
 * cms_verify() - whether @sig is @cert's signature over @data, and of the form that kernels take.
 * @cert: as for cms_signer_open()
 * Errors: -EKEYREJECTED (another key's, or over other data), -EINVAL (its form, or @cert), -ENOMEM.
 */
struct cms_cert;
int cms_cert_open(const char *cert, struct cms_cert **out, struct lsk_err *err);
void cms_cert_close(struct cms_cert *cert);
int cms_verify(const struct cms_cert *cert, const void *data, size_t sz, const void *sig, size_t sig_sz, struct lsk_err *err);

#endif
