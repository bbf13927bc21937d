// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../gen/gen.h"
#include "../loader_digest.h"
#include "../version.h"
#include "der.h"
#include "header.h"
#include "packed.h"

static const enum gear order[] = { GEAR_LOOP, GEAR_STEPPER };
static const char *const kernels[] = {
	[SCHEME_INSNS] = "Linux 6.18 to 7.2", [SCHEME_ALL] = "Linux 7.3 and later"
};

static bool has(const struct artefact *a, enum gear gear)
{
	return a->gears[gear][PART_INSNS].sz;
}

static bool contains(const char *text, size_t len, const char *what, size_t what_len)
{
	return memmem(text, len, what, what_len);
}

/* In a header, what is not between the marks: is there this version's array of a name, in that text? */
static int check_array(const struct artefact *a, enum gear gear, const char *what, const u8 *data, u32 sz,
		       struct lsk_err *err)
{
	struct text t = {};
	bool ok;
	int ret = 0;

	if (!sz)
		return 0;
	artefact_print(&t, artefact_gears[gear], what, data, sz);
	ok = !t.err && contains(a->text, a->len, t.buf, t.len);
	if (t.err)
		ret = err_set(err, -ENOMEM, "out of memory");
	else if (!ok)
		ret = err_set(err, -EINVAL,
			      "%s: the %s of the %s loader is not that of this version of lskel", a->path,
			      what, artefact_gears[gear]);
	text_free(&t);
	return ret;
}

static int check_header_loader(const struct artefact *a, enum gear gear, struct lsk_err *err)
{
	char row[64];
	struct loader ld;
	int ret;

	snprintf(row, sizeof(row), "\t\t{ %s_digest, ", artefact_gears[gear]);
	if (has(a, gear) != contains(a->text, a->len, row, strlen(row)))
		return err_set(err, -EINVAL, "%s: a %s loader is %s", a->path, artefact_gears[gear],
			       has(a, gear) ? "there, but the skeleton is not to have one" : "missing");
	if (!has(a, gear))
		return 0;
	if (loader_make_signed(gear, a->big_endian, a->value_sz - LSKEL_SLACK, a->blob_digest.data, &ld))
		return err_set(err, -ENOMEM, "out of memory");
	ret = check_array(a, gear, "btf", ld.btf, ld.btf_sz, err);
	if (!ret)
		ret = check_array(a, gear, "func_info", ld.func_info, ld.func_info_sz, err);
	loader_free(&ld);
	return ret;
}

static int check_header(const struct artefact *a, struct lsk_err *err)
{
	const char *at = gen_is_not_ours(a->name, a->big_endian, a->text, a->len), *p;
	u32 i, line = 1;
	int ret = 0;

	if (at) {
		for (p = a->text; p < at; p++)
			line += *p == '\n';
		return err_set(err, -EINVAL,
			       "%s:%u: the runtime from here on is not that of lskel " LSKEL_VERSION, a->path,
			       line);
	}
	for (i = 0; i < ARRAY_SIZE(order) && !ret; i++)
		ret = check_header_loader(a, order[i], err);
	return ret;
}

static int check_rest(const struct artefact *a, struct lsk_err *err)
{
	int ret = a->packed ? packed_check_loaders(a, err) : check_header(a, err);

	if (ret)
		return ret;
	if (memcmp(a->around, a->claimed, sizeof(a->around)))
		return err_set(err, -EINVAL,
			       "%s: what surrounds the blob (names, attach specs, pin paths, tables%s) has "
			       "been altered: "
			       "it is not what the blob has the hash of",
			       a->path, a->packed ? "" : ", C code");
	return a->packed ? packed_account(a, err) : header_account(a, err);
}

static int check_signature(const struct artefact *a, enum gear gear, enum scheme scheme,
			   const struct cms_cert *cert, bool must, struct lsk_err *err)
{
	const struct artefact_part *sig = &a->gears[gear][PART_SIG + scheme];
	struct lsk_err why = {};
	const u8 *keyid;
	u8 *tbs = NULL;
	size_t sz, keyid_sz;
	int ret;

	if (!sig->sz && !must)
		return 0;
	if (!sig->sz)
		return err_set(err, -EKEYREJECTED, "%s: %s loader, scheme %s (%s): there is no signature",
			       a->path, artefact_gears[gear], artefact_schemes[scheme], kernels[scheme]);
	ret = artefact_tbs(a, gear, scheme, &tbs, &sz, err);
	if (ret)
		return ret;
	keyid = cms_cert_keyid(cert, &keyid_sz);
	ret = der_check(sig->data, sig->sz, keyid, keyid_sz, &why);
	if (!ret)
		ret = cms_verify(cert, tbs, sz, sig->data, sig->sz, &why);
	if (ret)
		err_set(err, ret, "%s: %s loader, scheme %s (%s): %s", a->path, artefact_gears[gear],
			artefact_schemes[scheme], kernels[scheme], why.msg);
	free(tbs);
	return ret;
}

int verify_artefact(const struct artefact *a, const struct cms_cert *cert, unsigned int schemes,
		    struct lsk_err *err)
{
	int scheme, ret = check_rest(a, err);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(order) && !ret; i++)
		for (scheme = 0; scheme < SCHEME_CNT && has(a, order[i]) && !ret; scheme++)
			ret = check_signature(a, order[i], scheme, cert, schemes & 1u << scheme, err);
	return ret;
}

static void print_hex(FILE *f, const u8 *data, size_t sz)
{
	while (sz--)
		fprintf(f, "%02x", *data++);
	fputc('\n', f);
}

static void report_gear(const struct artefact *a, enum gear gear, FILE *f)
{
	u8 digest[32];
	int scheme;

	fprintf(f,
		"loader %s: lskel " LSKEL_VERSION
		", %s-endian, for %u bytes; digest without the blob's hash: ",
		artefact_gears[gear], a->big_endian ? "big" : "little", a->value_sz - LSKEL_SLACK);
	if (loader_digest(gear, true, a->big_endian, a->value_sz - LSKEL_SLACK, digest))
		fputs("?\n", f);
	else
		print_hex(f, digest, sizeof(digest));
	for (scheme = 0; scheme < SCHEME_CNT; scheme++)
		fprintf(f, "signature %s/%s (%s): %s\n", artefact_gears[gear], artefact_schemes[scheme],
			kernels[scheme], a->gears[gear][PART_SIG + scheme].sz ? "good" : "none");
}

void verify_report(const struct artefact *a, FILE *f)
{
	u32 i;

	fprintf(f, "%s '%s'\n", a->packed ? "packed skeleton" : "skeleton", a->name);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (has(a, order[i]))
			report_gear(a, order[i], f);
	fputs(has(a, GEAR_STEPPER)
		      ? "stepper: the signer allows it; between its operations, control is in user space\n"
		      : "stepper: not allowed by the signer; the target needs a JIT\n",
	      f);
	fputs("trace: ", f);
	print_hex(f, a->blob_digest.data, a->blob_digest.sz);
	fputs("around it: ", f);
	print_hex(f, a->claimed, sizeof(a->claimed));
	attest_print(a->blob.data, a->blob.sz, a->big_endian, f);
}
