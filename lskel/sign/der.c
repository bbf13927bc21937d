// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "der.h"

#include <errno.h>
#include <string.h>

enum { TAG_OCTETS = 0x04, TAG_SEQ = 0x30, TAG_SET = 0x31, TAG_KEYID = 0x80, TAG_CONTENT = 0xa0 };

/* Object identifiers with what DER puts around them: of PKCS #7, of NIST's hashes, of ANSI X9.62. */
static const u8 signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
static const u8 content_elsewhere[] = { 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
					0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const u8 version3[] = { 0x02, 0x01, 0x03 };
static const u8 rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
			  0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };

static const struct {
	u8 digest[13], ecdsa[12];
} algs[] = {
	{ { 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, /* SHA-256 */
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 } },
	{ { 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02 }, /* SHA-384 */
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 } },
	{ { 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03 }, /* SHA-512 */
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 } },
};

struct der {
	const u8 *at, *end;
};

static bool exact(struct der *d, const void *what, size_t sz)
{
	if ((size_t)(d->end - d->at) < sz || memcmp(d->at, what, sz))
		return false;
	d->at += sz;
	return true;
}

/* A tag and its length, in as few bytes as possible. */
static bool open_tag(struct der *d, u8 tag, size_t *len)
{
	size_t n = 0;
	u8 first;

	if (d->end - d->at < 2 || *d->at++ != tag)
		return false;
	first = *d->at++;
	if (first < 0x80) {
		n = first;
	} else {
		u8 cnt = first & 0x7f;

		if (!cnt || cnt > 2 || d->end - d->at < cnt || !*d->at)
			return false;
		while (cnt--)
			n = n << 8 | *d->at++;
		if (n < 0x80 || (first == 0x82 && n < 0x100))
			return false;
	}
	*len = n;
	return n <= (size_t)(d->end - d->at);
}

/* Something that takes all of what is left. */
static bool rest(struct der *d, u8 tag)
{
	size_t len;

	return open_tag(d, tag, &len) && len == (size_t)(d->end - d->at);
}

/* A digest algorithm; its parameter may be left out, or be NULL (RFC 5754). */
static bool digest_alg(struct der *d, size_t alg, bool null)
{
	u8 with[15];

	if (!null)
		return exact(d, algs[alg].digest, sizeof(algs[alg].digest));
	memcpy(with, algs[alg].digest, sizeof(algs[alg].digest));
	with[1] += 2;
	with[13] = 0x05;
	with[14] = 0x00;
	return exact(d, with, sizeof(with));
}

/* @keyid: set to what names the signer */
static bool is_with(struct der d, size_t alg, bool null, const u8 **keyid, size_t *keyid_sz)
{
	const size_t alg_sz = null ? 15 : 13;
	size_t len;

	if (!rest(&d, TAG_SEQ) || !exact(&d, signed_data, sizeof(signed_data)) || !rest(&d, TAG_CONTENT) ||
	    !rest(&d, TAG_SEQ) || !exact(&d, version3, sizeof(version3)) || !open_tag(&d, TAG_SET, &len) ||
	    len != alg_sz || !digest_alg(&d, alg, null) ||
	    !exact(&d, content_elsewhere, sizeof(content_elsewhere)))
		return false;
	if (!rest(&d, TAG_SET) || !rest(&d, TAG_SEQ) || !exact(&d, version3, sizeof(version3)) ||
	    !open_tag(&d, TAG_KEYID, keyid_sz))
		return false;
	*keyid = d.at;
	d.at += *keyid_sz;
	return digest_alg(&d, alg, null) &&
	       (exact(&d, rsa, sizeof(rsa)) || exact(&d, algs[alg].ecdsa, sizeof(algs[alg].ecdsa))) &&
	       rest(&d, TAG_OCTETS);
}

int der_check(const u8 *sig, size_t sz, const u8 *keyid, size_t keyid_sz, struct lsk_err *err)
{
	const u8 *id = NULL;
	size_t i, id_sz = 0;

	for (i = 0; i < 2 * ARRAY_SIZE(algs); i++)
		if (is_with((struct der){ sig, sig + sz }, i / 2, i % 2, &id, &id_sz))
			break;
	if (i == 2 * ARRAY_SIZE(algs))
		return err_set(err, -EINVAL,
			       "the signature is not of the form that lskel makes, or is damaged");
	if (id_sz != keyid_sz || memcmp(id, keyid, id_sz))
		return err_set(err, -ENOKEY, "the signature names another key than that of the certificate");
	return 0;
}
