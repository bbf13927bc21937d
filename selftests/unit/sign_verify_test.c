// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * `lskel verify`: what is signed is taken; 200 bytes anywhere in it, changed one at a time, are not; and who
 * puts right what can be put right without the key (digests, hashes, checksums) is told of the next thing
 * that is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "lskel/gen/gen.h"
#include "lskel/pack.h"
#include "lskel/sha256.h"
#include "lskel/sign/verify.h"
#include "lskel/runtime/desc.h"
#include "lskel/pack_format.h"

#include "progs.h"

static char dir[] = "/tmp/lskel-verify-XXXXXX";

static char *file(const char *name)
{
	static char paths[4][128];
	static int next;
	char *p = paths[next++ % 4];

	snprintf(p, 128, "%s/%s", dir, name);
	return p;
}

static void make_key(const char *name, EVP_PKEY *key)
{
	char cert_name[64];
	X509 *x = X509_new();
	X509_EXTENSION *skid;
	X509V3_CTX ctx;
	FILE *f;

	assert_non_null(key);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const u8 *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	skid = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_key_identifier, "hash");
	assert_non_null(skid);
	X509_add_ext(x, skid, -1);
	assert_true(X509_sign(x, key, EVP_sha256()));
	f = fopen(file(name), "w");
	assert_true(f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) && !fclose(f));
	snprintf(cert_name, sizeof(cert_name), "%s.crt", name);
	f = fopen(file(cert_name), "w");
	assert_true(f && PEM_write_X509(f, x) && !fclose(f));
	X509_EXTENSION_free(skid);
	X509_free(x);
	EVP_PKEY_free(key);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	make_key("rsa", EVP_RSA_gen(2048));
	make_key("ec", EVP_EC_gen("P-256"));
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "rsa", "rsa.crt", "ec", "ec.crt" };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		unlink(file(names[i]));
	return rmdir(dir);
}

struct made {
	struct cms_cert *cert;
	char *data;
	size_t len;
};

static void sign(struct made *m, const char *key)
{
	char cert_name[64], key_path[128], cert_path[128];
	struct cms_signer *signer;
	struct lsk_err err = {};
	struct artefact a;
	int gear, scheme;
	char *out;

	snprintf(cert_name, sizeof(cert_name), "%s.crt", key);
	snprintf(key_path, sizeof(key_path), "%s", file(key));
	snprintf(cert_path, sizeof(cert_path), "%s", file(cert_name));
	if (cms_signer_open(key_path, cert_path, &signer, &err) || cms_cert_open(cert_path, &m->cert, &err) ||
	    artefact_open("x", m->data, m->len, &a, &err))
		fail_msg("%s", err.msg);
	for (gear = 0; gear < GEAR_CNT; gear++) {
		for (scheme = 0; scheme < SCHEME_CNT && a.gears[gear][PART_INSNS].sz; scheme++) {
			u8 *tbs, *sig;
			size_t sz, sig_sz;

			if (artefact_tbs(&a, gear, scheme, &tbs, &sz, &err) ||
			    cms_sign(signer, tbs, sz, &sig, &sig_sz, &err) ||
			    artefact_attach(&a, gear, scheme, sig, sig_sz, &err))
				fail_msg("%s", err.msg);
			free(tbs);
			free(sig);
		}
	}
	if (artefact_write(&a, &out, &m->len, &err))
		fail_msg("%s", err.msg);
	artefact_close(&a);
	free(m->data);
	m->data = out;
	cms_signer_close(signer);
}

static void make(struct made *m, const char *name, bool packed, enum gen_gears gears, const char *key)
{
	const struct trace_opts topts = { .fixed = true };
	const struct gen_opts gopts = { .name = "x", .input_name = name, .gears = gears, .sign = true };
	struct object *obj = NULL;
	struct trace *tr = NULL;
	struct blob *blob = NULL;
	struct lsk_err err = {};
	u8 *data;
	char *elf;
	size_t sz;
	int ret;

	memset(m, 0, sizeof(*m));
	elf = read_prog(name, &sz);
	ret = object_open(name, elf, sz, "x", &obj, &err);
	free(elf);
	if (ret || trace_record_opts(obj, &topts, &tr, &err))
		fail_msg("%s", err.msg);
	if (packed) {
		ret = pack_write(obj, tr, "x", gears, &data, &m->len, &err);
		m->data = (char *)data;
	} else {
		ret = blob_emit(tr, &blob, &err);
		if (!ret)
			ret = gen_header(obj, tr, blob, &gopts, &m->data, &m->len, &err);
	}
	if (ret)
		fail_msg("%s", err.msg);
	blob_free(blob);
	trace_free(tr);
	object_free(obj);
	sign(m, key);
}

static void drop(struct made *m)
{
	cms_cert_close(m->cert);
	free(m->data);
}

static int verify(const struct made *m, unsigned int schemes, struct lsk_err *err)
{
	struct artefact a;
	int ret;

	memset(err, 0, sizeof(*err));
	ret = artefact_open("x", m->data, m->len, &a, err);
	if (!ret)
		ret = verify_artefact(&a, m->cert, schemes, err);
	artefact_close(&a);
	return ret;
}

#define BOTH 3u

static void takes(const struct made *m, unsigned int schemes)
{
	struct lsk_err err;

	if (verify(m, schemes, &err))
		fail_msg("%s", err.msg);
}

static void refuses(const struct made *m, unsigned int schemes, const char *words)
{
	struct lsk_err err;

	if (!verify(m, schemes, &err))
		fail_msg("taken: %s", words);
	if (!strstr(err.msg, words))
		fail_msg("not '%s', but '%s'", words, err.msg);
}

/* --- flips */

static void flip(struct made *m, size_t from, size_t to, const char *what)
{
	struct lsk_err err;
	unsigned int i;

	srand(7);
	for (i = 0; i < 200; i++) {
		const size_t at = from + (size_t)rand() % (to - from);
		const char old = m->data[at];

		m->data[at] ^= (char)(1 + rand() % 255);
		if (!verify(m, BOTH, &err))
			fail_msg("%s: byte %zu: 0x%02x for 0x%02x is taken", what, at, (u8)m->data[at],
				 (u8)old);
		assert_true(err.msg[0]);
		m->data[at] = old;
	}
	takes(m, BOTH);
}

static size_t place(const struct made *m, const char *text)
{
	const char *at = memmem(m->data, m->len, text, strlen(text));

	if (!at)
		fail_msg("no '%s'", text);
	return at - m->data;
}

static void flips_in_header(void **state)
{
	struct made m;

	(void)state;
	make(&m, "globals.bpf.o", false, GEARS_AUTO, "rsa");
	flip(&m, 0, m.len, "header");
	flip(&m, place(&m, "\n" ARTEFACT_BEGIN), place(&m, "\n" ARTEFACT_END),
	     "blob, loaders and signatures");
	flip(&m, place(&m, "loop_sig_insns["), place(&m, "\n" ARTEFACT_END), "signatures");
	drop(&m);
}

static void flips_in_packed(void **state)
{
	struct made m;

	(void)state;
	make(&m, "globals.bpf.o", true, GEARS_STEPPER, "ec");
	flip(&m, 0, m.len, "packed file");
	flip(&m, m.len - 700, m.len, "signatures");
	drop(&m);
}

/* Of what is around a signature's value all bits: an encoding is where there is room for things that mean the
 * same. */
static void flips_all_over_signatures(void **state)
{
	static const char *const keys[] = { "rsa", "ec" };
	struct lsk_err err = {};
	struct artefact a;
	struct made m;
	u32 k, i, bit;

	(void)state;
	for (k = 0; k < ARRAY_SIZE(keys); k++) {
		struct artefact_part *sig = &a.gears[GEAR_LOOP][PART_SIG + SCHEME_ALL];

		make(&m, "globals.bpf.o", true, GEARS_AUTO, keys[k]);
		assert_int_equal(artefact_open("x", m.data, m.len, &a, &err), 0);
		for (i = 0; i < sig->sz; i++) {
			for (bit = i < 120 ? 0 : 7; bit < 8; bit++) {
				struct made other = { .cert = m.cert };

				sig->data[i] ^= 1 << bit;
				assert_int_equal(artefact_write(&a, &other.data, &other.len, &err), 0);
				refuses(&other, BOTH, "scheme all (Linux 7.3 and later): the signature ");
				free(other.data);
				sig->data[i] ^= 1 << bit;
			}
		}
		artefact_close(&a);
		takes(&m, BOTH);
		drop(&m);
	}
}

/* --- what is wrong */

/* Another text, of the same length, for the first @from. */
static void edit(struct made *m, const char *from, const char *to)
{
	assert_int_equal(strlen(from), strlen(to));
	memcpy(m->data + place(m, from), to, strlen(to));
}

/* Puts bytes into an array of a header, over those that are there. */
static void put_array(struct made *m, const struct artefact_part *part, const u8 *data)
{
	char *at = memchr(m->data + part->from, '\n', m->len - part->from);
	char digits[3];
	u32 i = 0;

	for (at++; i < part->sz; at++) {
		if (!strncmp(at, "0x", 2)) {
			snprintf(digits, sizeof(digits), "%02x", data[i++]);
			memcpy(at + 2, digits, 2);
			at += 3;
		}
	}
}

/* Makes everything right again that can be made right without the key, in a header whose blob has been
 * changed at @off. */
static void forge(struct made *m, u32 off, u8 value)
{
	struct lsk_err err = {};
	struct artefact a;
	struct blob blob;
	struct loader ld;
	u8 digest[32];

	assert_int_equal(artefact_open("x", m->data, m->len, &a, &err), 0);
	a.blob.data[off] = value;
	blob = (struct blob){ .data = a.blob.data, .data_sz = a.blob.sz, .area = a.value_sz - LSKEL_SLACK };
	put_array(m, &a.blob, a.blob.data);
	artefact_value_digest(&blob, digest);
	put_array(m, &a.blob_digest, digest);
	assert_int_equal(loader_make_signed(GEAR_LOOP, false, blob.area, digest, &ld), 0);
	put_array(m, &a.gears[GEAR_LOOP][PART_INSNS], ld.insns);
	lskel_sha256_of(ld.insns, ld.insns_sz, digest);
	put_array(m, &a.gears[GEAR_LOOP][PART_DIGEST], digest);
	loader_free(&ld);
	artefact_close(&a);
}

static void header_says_what_is_wrong(void **state)
{
	static const struct {
		const char *from, *to, *words;
	} cases[] = {
		{ "Generated by lskel", "Generated by somek",
		  "x:1: the runtime from here on is not that of lskel " },
		{ "LSKEL_SIG_MIN = 16", "LSKEL_SIG_MIN = 17",
		  "the runtime from here on is not that of lskel " },
		{ "loop_btf[52]", "loop_btf[51]",
		  "the btf of the loop loader is not that of this version of lskel" },
		{ "loop_func_info[16]", "loop_func_info[15]",
		  "the func_info of the loop loader is not that of" },
		{ "{ loop_digest, ", "{ lo0p_digest, ",
		  "a loop loader is there, but the skeleton is not to have one" },
		{ "\t\t\"x\",\n", "\t\t\"y\",\n", "what surrounds the blob (names, attach specs, pin paths, tables, C code) has been "
		  "altered" },
		{ "blob's map: 4352 */\n", "blob's map: 8448 */\n", "the blob is not the one that the skeleton uses" },
		{ "loop_sig_all[", "l00p_sig_all[", ": another array, or none, than should be here" },
	};
	struct made m;
	char *good;
	u32 i;

	(void)state;
	make(&m, "globals.bpf.o", false, GEARS_AUTO, "rsa");
	good = malloc(m.len);
	assert_non_null(good);
	memcpy(good, m.data, m.len);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		edit(&m, cases[i].from, cases[i].to);
		refuses(&m, BOTH, cases[i].words);
		memcpy(m.data, good, m.len);
	}
	takes(&m, BOTH);
	free(good);
	drop(&m);
}

static void header_with_another_loader(void **state)
{
	struct lsk_err err = {};
	struct artefact a;
	struct made m;
	u8 digest[32];

	(void)state;
	make(&m, "globals.bpf.o", false, GEARS_AUTO, "rsa");
	assert_int_equal(artefact_open("x", m.data, m.len, &a, &err), 0);
	a.gears[GEAR_LOOP][PART_INSNS].data[8] ^= 1;
	put_array(&m, &a.gears[GEAR_LOOP][PART_INSNS], a.gears[GEAR_LOOP][PART_INSNS].data);
	refuses(&m, BOTH, "the loop loader is not the one of its digest");
	lskel_sha256_of(a.gears[GEAR_LOOP][PART_INSNS].data, a.gears[GEAR_LOOP][PART_INSNS].sz, digest);
	put_array(&m, &a.gears[GEAR_LOOP][PART_DIGEST], digest);
	refuses(&m, BOTH, "the loop loader is not that of this version of lskel, for this blob");
	artefact_close(&a);
	drop(&m);
}

static void header_with_another_blob(void **state)
{
	struct made m;

	(void)state;
	make(&m, "globals.bpf.o", false, GEARS_AUTO, "rsa");
	forge(&m, 0x7f0, 0x5a);
	refuses(&m, BOTH,
		"loop loader, scheme insns (Linux 6.18 to 7.2): the signature is not that of this "
		"certificate's key");
	refuses(&m, 1u << SCHEME_ALL, "the signature is not that of this certificate's key over these bytes");
	drop(&m);
}

static void signatures_missing_or_exchanged(void **state)
{
	struct made m, one = {};
	struct lsk_err err = {};
	struct artefact_part *sigs;
	struct artefact a;
	u32 packed;

	(void)state;
	for (packed = 0; packed < 2; packed++) {
		make(&m, "globals.bpf.o", packed, GEARS_AUTO, "ec");
		assert_int_equal(artefact_open("x", m.data, m.len, &a, &err), 0);
		sigs = &a.gears[GEAR_LOOP][PART_SIG];
		one.cert = m.cert;
		sigs[SCHEME_ALL].sz = 0;
		assert_int_equal(artefact_write(&a, &one.data, &one.len, &err), 0);
		refuses(&one, BOTH, "loop loader, scheme all (Linux 7.3 and later): there is no signature");
		takes(&one, 1u << SCHEME_INSNS);
		free(one.data);
		assert_int_equal(artefact_attach(&a, GEAR_LOOP, SCHEME_ALL, sigs[SCHEME_INSNS].data,
						 sigs[SCHEME_INSNS].sz, &err),
				 0);
		assert_int_equal(artefact_write(&a, &one.data, &one.len, &err), 0);
		refuses(&one, BOTH,
			"scheme all (Linux 7.3 and later): the signature is not that of this certificate's "
			"key");
		free(one.data);
		artefact_close(&a);
		drop(&m);
	}
}

static void another_certificate(void **state)
{
	struct lsk_err err = {};
	struct made m;

	(void)state;
	make(&m, "globals.bpf.o", true, GEARS_AUTO, "ec");
	cms_cert_close(m.cert);
	assert_int_equal(cms_cert_open(file("rsa.crt"), &m.cert, &err), 0);
	refuses(&m, BOTH, "the signature names another key than that of the certificate");
	drop(&m);
}

/* A file's checksum, made right again; and @hash: what its blob says of what is before it, too. */
static void checksum(struct made *m, bool hash)
{
	u8 *p = (u8 *)m->data, *blob = p + get32(p + offsetof(struct lskel_pack_hdr, blob), false);
	u32 sz = get32(p + offsetof(struct lskel_pack_hdr, sz), false) - LSKEL_SHA256_SZ;

	if (hash)
		lskel_sha256_of(p, blob - p, blob + get32(blob + offsetof(struct lskel_hdr, resv[2]), false));
	lskel_sha256_of(p, sz, p + sz);
}

static void packed_says_what_is_wrong(void **state)
{
	struct made m;
	size_t at;
	char *btf;

	(void)state;
	make(&m, "attach_tp.bpf.o", true, GEARS_AUTO, "rsa");
	at = place(&m, "tp/");
	m.data[at] = 'T';
	refuses(&m, BOTH, "is damaged: its checksum is another");
	checksum(&m, false);
	refuses(&m, BOTH, "is malformed: its blob belongs to other tables");
	checksum(&m, true);
	refuses(&m, BOTH, "the signature is not that of this certificate's key over these bytes");
	m.data[at] = 't';
	checksum(&m, true);
	takes(&m, BOTH);
	/* the loader's BTF has one string: f */
	btf = memmem(m.data, m.len, "\0f\0\0", 4);
	assert_non_null(btf);
	btf[1] = 'g';
	checksum(&m, true);
	refuses(&m, BOTH, "the btf of the loop loader is not that of this version of lskel");
	btf[1] = 'f';
	checksum(&m, true);
	m.data = realloc(m.data, m.len + 1);
	m.data[m.len++] = 0;
	refuses(&m, BOTH, "is malformed: its signatures");
	drop(&m);
}

/* --- what is right */

static void report_of(const struct made *m, char **text)
{
	struct lsk_err err = {};
	struct artefact a;
	size_t len;
	FILE *f = open_memstream(text, &len);

	assert_int_equal(artefact_open("x", m->data, m->len, &a, &err), 0);
	verify_report(&a, f);
	fclose(f);
	artefact_close(&a);
}

static void reports(void **state)
{
	struct made m;
	char *text;
	u32 packed;

	(void)state;
	for (packed = 0; packed < 2; packed++) {
		make(&m, "globals.bpf.o", packed, packed ? GEARS_STEPPER : GEARS_AUTO, "rsa");
		takes(&m, BOTH);
		report_of(&m, &text);
		assert_non_null(strstr(text, "signature loop/all (Linux 7.3 and later): good\n"));
		assert_non_null(
			strstr(text,
			       "\nmap '.rodata.fixed': array, key 4, value 4, entries 1, flags 0x480\n"));
		assert_non_null(strstr(text, "\nprog 'count': xdp, "));
		assert_non_null(strstr(text, " instructions, flags 0x0, licence GPL\n"));
		assert_non_null(strstr(text, packed ? "\nstepper: the signer allows it"
						    : "\nstepper: not allowed by the signer"));
		free(text);
		drop(&m);
	}
}

static void report_without_what_is_off(void **state)
{
	struct made m;
	char *text;

	(void)state;
	make(&m, "attach_tp.bpf.o", false, GEARS_AUTO, "ec");
	takes(&m, BOTH);
	report_of(&m, &text);
	assert_non_null(strstr(text, "\nprog 'by_raw_exit': "));
	assert_null(strstr(text, "not_loaded"));
	free(text);
	drop(&m);
}

/* Objects whose headers have other parts of the runtime. */
static void all_kinds_of_objects(void **state)
{
	static const char *const names[] = { "attach_tp", "attach_multi", "attach_net", "attach_lsm",
					     "attach_fmulti", "ksym_weak", "maps", "mapinmap", "pin",
					     "subprogs", "tailcall_init" };
	char file_name[64];
	struct made m;
	u32 i, packed;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		for (packed = 0; packed < 2; packed++) {
			snprintf(file_name, sizeof(file_name), "%s.bpf.o", names[i]);
			make(&m, file_name, packed, GEARS_AUTO, "ec");
			takes(&m, BOTH);
			drop(&m);
		}
	}
}

static void either_byte_order(void **state)
{
	struct made m;
	u32 packed;

	(void)state;
	for (packed = 0; packed < 2; packed++) {
		make(&m, "globals.be.o", packed, GEARS_STEPPER, "ec");
		takes(&m, BOTH);
		drop(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports),
		cmocka_unit_test(report_without_what_is_off),
		cmocka_unit_test(all_kinds_of_objects),
		cmocka_unit_test(either_byte_order),
		cmocka_unit_test(flips_in_header),
		cmocka_unit_test(flips_in_packed),
		cmocka_unit_test(flips_all_over_signatures),
		cmocka_unit_test(header_says_what_is_wrong),
		cmocka_unit_test(header_with_another_loader),
		cmocka_unit_test(header_with_another_blob),
		cmocka_unit_test(signatures_missing_or_exchanged),
		cmocka_unit_test(another_certificate),
		cmocka_unit_test(packed_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
