// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "cms.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

struct cms_signer {
	EVP_PKEY *key;
	X509 *cert;
};

struct cms_cert {
	X509 *x;
};

/* What OpenSSL has to say about its last failure; its queue is empty afterwards. */
static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return text ? text : "no reason given";
}

static int read_pin(char *buf, int size, int rwflag, void *arg)
{
	const char *pin = arg;
	int len = (int)strlen(pin);

	(void)rwflag;
	if (len > size)
		len = size;
	memcpy(buf, pin, len);
	return len;
}

/* The first object of a kind in a file, or that a URI stands for: takes a reference of it. */
static int load(const char *uri, int type, const char *what, void **obj, struct lsk_err *err)
{
	char *pin = getenv("LSKEL_KEY_PIN");
	UI_METHOD *ui = pin ? UI_UTIL_wrap_read_pem_callback(read_pin, 0) : NULL;
	OSSL_STORE_CTX *ctx;
	OSSL_STORE_INFO *info;
	const char *why;

	*obj = NULL;
	ERR_clear_error();
	ctx = OSSL_STORE_open(uri, ui ? ui : UI_get_default_method(), ui ? pin : NULL, NULL, NULL);
	if (ctx)
		OSSL_STORE_expect(ctx, type);
	while (ctx && !*obj && !OSSL_STORE_eof(ctx)) {
		info = OSSL_STORE_load(ctx);
		if (!info)
			break;
		if (OSSL_STORE_INFO_get_type(info) == type)
			*obj = type == OSSL_STORE_INFO_PKEY ? (void *)OSSL_STORE_INFO_get1_PKEY(info) :
							      (void *)OSSL_STORE_INFO_get1_CERT(info);
		OSSL_STORE_INFO_free(info);
	}
	why = *obj ? NULL : ERR_peek_last_error() ? reason() : "there is none in it";
	ERR_clear_error();
	OSSL_STORE_close(ctx);
	UI_destroy_method(ui);
	return *obj ? 0 : err_set(err, -EINVAL, "%s: can't read a %s: %s", uri, what, why);
}

static int load_cert(const char *uri, X509 **cert, struct lsk_err *err)
{
	void *obj;
	int ret = load(uri, OSSL_STORE_INFO_CERT, "certificate", &obj, err);

	if (ret)
		return ret;
	if (!X509_get0_subject_key_id(obj)) {
		X509_free(obj);
		return err_set(err, -EINVAL, "%s: the certificate has no subjectKeyIdentifier, by which kernels find its key", uri);
	}
	*cert = obj;
	return 0;
}

int cms_signer_open(const char *key, const char *cert, struct cms_signer **signer, struct lsk_err *err)
{
	struct cms_signer *s = calloc(1, sizeof(*s));
	void *obj = NULL;
	int ret, type;

	if (!s)
		return err_set(err, -ENOMEM, "out of memory");
	ret = load(key, OSSL_STORE_INFO_PKEY, "private key", &obj, err);
	s->key = obj;
	if (!ret)
		ret = load_cert(cert, &s->cert, err);
	if (!ret && X509_check_private_key(s->cert, s->key) != 1) {
		ERR_clear_error();
		ret = err_set(err, -EINVAL, "%s: is not the certificate of the key %s", cert, key);
	}
	type = ret ? 0 : EVP_PKEY_get_base_id(s->key);
	if (!ret && type != EVP_PKEY_RSA && type != EVP_PKEY_EC && type != EVP_PKEY_NONE && type != -1)
		ret = err_set(err, -EINVAL, "%s: is neither an RSA nor an ECDSA key", key);
	if (ret)
		cms_signer_close(s);
	else
		*signer = s;
	return ret;
}

void cms_signer_close(struct cms_signer *s)
{
	if (!s)
		return;
	EVP_PKEY_free(s->key);
	X509_free(s->cert);
	free(s);
}

int cms_sign(const struct cms_signer *s, const void *data, size_t sz, u8 **sig, size_t *sig_sz, struct lsk_err *err)
{
	const unsigned int flags = CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED;
	BIO *in = sz > INT_MAX ? NULL : BIO_new_mem_buf(data, (int)sz);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	unsigned char *der = NULL;
	int len = -1;

	if (in && cms &&
	    CMS_add1_signer(cms, s->cert, s->key, EVP_sha256(),
			    CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_USE_KEYID | CMS_NOATTR) &&
	    CMS_final(cms, in, NULL, CMS_NOCERTS | CMS_BINARY))
		len = i2d_CMS_ContentInfo(cms, &der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	if (len <= 0)
		return err_set(err, -EINVAL, "can't sign: %s", reason());
	*sig = malloc(len);
	if (*sig)
		memcpy(*sig, der, len);
	OPENSSL_free(der);
	if (!*sig)
		return err_set(err, -ENOMEM, "out of memory");
	*sig_sz = len;
	return 0;
}

/* @cms: set to the parsed signature on success. */
static int parse(const void *sig, size_t sz, CMS_ContentInfo **cms, struct lsk_err *err)
{
	const unsigned char *p = sig;
	CMS_ContentInfo *c = sz > LONG_MAX ? NULL : d2i_CMS_ContentInfo(NULL, &p, (long)sz);
	STACK_OF(CMS_SignerInfo) *infos = c ? CMS_get0_SignerInfos(c) : NULL;
	STACK_OF(X509) *certs = c ? CMS_get1_certs(c) : NULL;
	ASN1_OCTET_STRING **content = c && infos ? CMS_get0_content(c) : NULL;
	ASN1_OCTET_STRING *keyid = NULL;
	X509_NAME *issuer;
	ASN1_INTEGER *serial;
	const char *why = NULL;

	ERR_clear_error();
	if (!c || !infos)
		why = "is no CMS signature in DER";
	else if (p != (const unsigned char *)sig + sz)
		why = "has something behind it";
	else if (sk_CMS_SignerInfo_num(infos) != 1)
		why = "has not exactly one signer";
	else if (sk_X509_num(certs) > 0)
		why = "has certificates in it (-nocerts)";
	else if (!CMS_is_detached(c) || (content && *content))
		why = "has the signed bytes in it (it must be detached)";
	else if (CMS_signed_get_attr_count(sk_CMS_SignerInfo_value(infos, 0)) > 0)
		why = "has signed attributes (-noattr)";
	else if (!CMS_SignerInfo_get0_signer_id(sk_CMS_SignerInfo_value(infos, 0), &keyid, &issuer, &serial) || !keyid)
		why = "does not name its signer by key identifier (-keyid)";
	sk_X509_pop_free(certs, X509_free);
	if (why) {
		CMS_ContentInfo_free(c);
		return err_set(err, -EINVAL, "the signature %s", why);
	}
	*cms = c;
	return 0;
}

int cms_check_form(const void *sig, size_t sz, struct lsk_err *err)
{
	CMS_ContentInfo *cms;
	int ret = parse(sig, sz, &cms, err);

	if (!ret)
		CMS_ContentInfo_free(cms);
	return ret;
}

int cms_cert_open(const char *uri, struct cms_cert **out, struct lsk_err *err)
{
	struct cms_cert *cert = calloc(1, sizeof(*cert));
	int ret = cert ? load_cert(uri, &cert->x, err) : err_set(err, -ENOMEM, "out of memory");

	if (ret)
		free(cert);
	else
		*out = cert;
	return ret;
}

void cms_cert_close(struct cms_cert *cert)
{
	if (!cert)
		return;
	X509_free(cert->x);
	free(cert);
}

int cms_verify(const struct cms_cert *cert, const void *data, size_t sz, const void *sig, size_t sig_sz, struct lsk_err *err)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	CMS_ContentInfo *cms = NULL;
	BIO *in = NULL;
	int ret = parse(sig, sig_sz, &cms, err);

	if (!ret) {
		in = sz > INT_MAX ? NULL : BIO_new_mem_buf(data, (int)sz);
		if (!in || !certs || !sk_X509_push(certs, cert->x))
			ret = err_set(err, -ENOMEM, "out of memory");
		/* whose certificate it is, is for the one who gave it to know: no chain is looked at */
		else if (CMS_verify(cms, certs, NULL, in, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN) != 1)
			ret = err_set(err, -EKEYREJECTED, "the signature is not that of this certificate's key over these bytes: %s",
				      reason());
	}
	sk_X509_free(certs);
	BIO_free(in);
	CMS_ContentInfo_free(cms);
	return ret;
}
