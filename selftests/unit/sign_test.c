// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Signed artefacts without a kernel: what is signed, that everything else hangs on it, and signatures themselves. Both byte
 * orders, headers and packed files.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "../../lskel/gen/gen.h"
#include "../../lskel/pack.h"
#include "../../lskel/sha256.h"
#include "../../lskel/sign/artefact.h"
#include "../../lskel/sign/cms.h"

#include "progs.h"

/* @ext: "bpf.o" or "be.o" */
static void make(const char *name, const char *ext, bool packed, char **data, size_t *len)
{
	const struct trace_opts topts = { .fixed = true };
	struct gen_opts opts = { .name = "x", .sign = true, .gears = GEARS_STEPPER };
	struct lsk_err err = {};
	struct object *obj;
	struct trace *tr;
	struct blob *blob;
	char path[512], *file;
	size_t sz;

	snprintf(path, sizeof(path), "%s/%s.%s", progs_dir(), name, ext);
	file = read_path(path, &sz);
	if (object_open(path, file, sz, name, &obj, &err) || trace_record_opts(obj, &topts, &tr, &err) ||
	    blob_emit(tr, &blob, &err))
		fail_msg("%s", err.msg);
	if (packed ? pack_write(obj, tr, "x", GEARS_STEPPER, (u8 **)data, len, &err) :
		     gen_header(obj, tr, blob, &opts, data, len, &err))
		fail_msg("%s", err.msg);
	*data = realloc(*data, *len + 1);
	(*data)[*len] = 0;
	blob_free(blob);
	trace_free(tr);
	object_free(obj);
	free(file);
}

static void opens(struct artefact *a, const char *data, size_t len)
{
	struct lsk_err err = {};

	if (artefact_open("file", data, len, a, &err))
		fail_msg("%s", err.msg);
}

static void digest_is_of_insns_and_value(void **state)
{
	static const char *const ext[] = { "bpf.o", "be.o" };
	u8 value[32], want[32];
	struct lsk_err err = {};
	struct artefact a;
	char *data;
	size_t len, sz;
	u8 *tbs;

	(void)state;
	for (int i = 0; i < 4; i++) {
		make("globals", ext[i & 1], i & 2, &data, &len);
		opens(&a, data, len);
		assert_int_equal(a.big_endian, i & 1);
		assert_string_equal(a.name, "x");
		assert_memory_equal(a.around, a.claimed, 32);
		for (int gear = 0; gear < GEAR_CNT; gear++) {
			const struct artefact_part *insns = &a.gears[gear][PART_INSNS];
			unsigned int words = 0;

			assert_int_equal(artefact_tbs(&a, gear, SCHEME_ALL, &tbs, &sz, &err), 0);
			assert_int_equal(sz, insns->sz + a.value_sz);
			assert_memory_equal(tbs, insns->data, insns->sz);
			lskel_sha256_of(tbs + insns->sz, a.value_sz, value);
			assert_memory_equal(value, a.blob_digest.data, 32);
			/* the plain 64-bit constants of the program are the hash as the target reads it from memory */
			for (u32 o = 0; o + 16 <= insns->sz; o += 8) {
				const u8 *in = insns->data + o;
				u32 lo = get32(in + 4, a.big_endian), hi = get32(in + 12, a.big_endian);

				if (in[0] != 0x18)
					continue;
				if (!(in[1] & (a.big_endian ? 0x0f : 0xf0))) {
					assert_int_equal(lo, get32(value + 8 * words + (a.big_endian ? 4 : 0), a.big_endian));
					assert_int_equal(hi, get32(value + 8 * words + (a.big_endian ? 0 : 4), a.big_endian));
					words++;
				}
				o += 8;
			}
			assert_int_equal(words, 4);
			lskel_sha256_of(insns->data, insns->sz, want);
			assert_memory_equal(a.gears[gear][PART_DIGEST].data, want, 32);
			free(tbs);
			assert_int_equal(artefact_tbs(&a, gear, SCHEME_INSNS, &tbs, &sz, &err), 0);
			assert_int_equal(sz, insns->sz);
			free(tbs);
		}
		artefact_close(&a);
		free(data);
	}
}

/* Any change of a header that artefact_open() lets pass is one of the text around what is signed, and shows in its hash. */
static void altered_header_shows(void **state)
{
	struct lsk_err err = {};
	struct artefact a;
	unsigned int passed = 0, x = 1;
	char *data;
	size_t len;

	(void)state;
	make("globals", "bpf.o", false, &data, &len);
	for (int i = 0; i < 300; i++) {
		size_t at = (x = x * 1664525 + 1013904223) % len;
		char was = data[at];

		data[at] ^= (char)(1 << i % 7);
		if (!artefact_open("file", data, len, &a, &err)) {
			assert_memory_not_equal(a.around, a.claimed, 32);
			passed++;
		} else {
			assert_true(err.msg[0]);
		}
		artefact_close(&a);
		data[at] = was;
	}
	assert_true(passed > 10);
	opens(&a, data, len);
	assert_memory_equal(a.around, a.claimed, 32);
	artefact_close(&a);
	free(data);
}

static void altered_packed_file_is_refused(void **state)
{
	struct lsk_err err = {};
	struct artefact a;
	char *data;
	size_t len;

	(void)state;
	make("globals", "bpf.o", true, &data, &len);
	for (size_t at = 0; at < len; at++) {
		data[at] ^= 0x10;
		assert_int_equal(artefact_open("file", data, len, &a, &err), -EINVAL);
		artefact_close(&a);
		data[at] ^= 0x10;
	}
	for (size_t cut = 1; cut < 200; cut++) {
		assert_int_equal(artefact_open("file", data, len - cut, &a, &err), -EINVAL);
		artefact_close(&a);
	}
	free(data);
}

/* What the target decides for others is decided. */
static void fixed_trace_leaves_nothing_open(void **state)
{
	const struct trace_opts topts = { .fixed = true };
	struct lsk_err err = {};
	struct object *obj;
	struct trace *tr;
	char path[512], *file;
	unsigned int copies = 0, loads = 0;
	size_t sz;

	(void)state;
	snprintf(path, sizeof(path), "%s/sized.bpf.o", progs_dir());
	file = read_path(path, &sz);
	if (object_open(path, file, sz, "sized", &obj, &err) || trace_record_opts(obj, &topts, &tr, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(tr->size_cnt, 0);
	assert_true(tr->hash_chunk > 0);
	for (u32 i = 0; i < tr->map_cnt; i++) {
		const struct trace_chunk *attr = &tr->chunks[tr->maps[i].attr];
		u32 entries = get32(attr->data + 12, false);

		if (obj->maps[i].type == BPF_MAP_TYPE_RINGBUF && entries)
			assert_int_equal(entries % 65536, 0);
		if (obj->maps[i].type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			assert_true(entries > 0);
	}
	for (u32 i = 0; i < tr->op_cnt; i++) {
		loads += tr->ops[i].kind == LSKEL_OP_SYS && tr->ops[i].arg == BPF_PROG_LOAD;
		copies += tr->ops[i].kind == LSKEL_OP_COPY && !tr->ops[i].a.chunk && tr->ops[i].a.off >= LSKEL_HOST_OFF;
	}
	assert_true(loads > 0);
	assert_int_equal(copies, 4 * loads);
	trace_free(tr);
	object_free(obj);
	free(file);
}

/* A key and its certificate as files; the key's kind by @curve. */
static void new_key(const char *curve, const char *key_path, const char *cert_path)
{
	EVP_PKEY *key = curve ? EVP_EC_gen(curve) : EVP_RSA_gen(2048);
	X509 *x = X509_new();
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	FILE *f;

	assert_non_null(key);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)"t", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_key_identifier, "hash");
	assert_non_null(ext);
	X509_add_ext(x, ext, -1);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	f = fopen(key_path, "w");
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	f = fopen(cert_path, "w");
	PEM_write_X509(f, x);
	fclose(f);
	X509_EXTENSION_free(ext);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void signatures_are_of_one_key_over_all_bytes(void **state)
{
	static const char *const curves[] = { NULL, "P-256", "P-384" };
	char dir[] = "/tmp/lskel-sign-XXXXXX", key[64], cert[64], other_key[64], other_cert[64];
	u8 data[3000], *sig;
	struct cms_signer *signer;
	struct cms_cert *mine, *others;
	struct lsk_err err = {};
	size_t sz;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(key, sizeof(key), "%s/k", dir);
	snprintf(cert, sizeof(cert), "%s/c", dir);
	snprintf(other_key, sizeof(other_key), "%s/ok", dir);
	snprintf(other_cert, sizeof(other_cert), "%s/oc", dir);
	memset(data, 7, sizeof(data));
	for (size_t i = 0; i < ARRAY_SIZE(curves); i++) {
		new_key(curves[i], key, cert);
		new_key(curves[i], other_key, other_cert);
		assert_int_equal(cms_signer_open(key, other_cert, &signer, &err), -EINVAL);
		if (cms_signer_open(key, cert, &signer, &err) || cms_sign(signer, data, sizeof(data), &sig, &sz, &err) ||
		    cms_cert_open(cert, &mine, &err) || cms_cert_open(other_cert, &others, &err))
			fail_msg("%s", err.msg);
		assert_true(sz < 1024);
		if (cms_verify(mine, data, sizeof(data), sig, sz, &err))
			fail_msg("%s", err.msg);
		assert_int_equal(cms_verify(others, data, sizeof(data), sig, sz, &err), -EKEYREJECTED);
		data[2999] ^= 1;
		assert_int_equal(cms_verify(mine, data, sizeof(data), sig, sz, &err), -EKEYREJECTED);
		data[2999] ^= 1;
		assert_int_equal(cms_verify(mine, data, sizeof(data) - 1, sig, sz, &err), -EKEYREJECTED);
		sig[sz - 5] ^= 1;
		assert_true(cms_verify(mine, data, sizeof(data), sig, sz, &err) < 0);
		sig[sz - 5] ^= 1;
		assert_int_equal(cms_check_form(sig, sz, &err), 0);
		assert_int_equal(cms_check_form(sig, sz - 1, &err), -EINVAL);
		assert_int_equal(cms_check_form(data, sizeof(data), &err), -EINVAL);
		assert_int_equal(cms_check_form("", 0, &err), -EINVAL);
		free(sig);
		cms_signer_close(signer);
		cms_cert_close(mine);
		cms_cert_close(others);
	}
	unlink(key);
	unlink(cert);
	unlink(other_key);
	unlink(other_cert);
	rmdir(dir);
}

/* A signature goes in and comes out; another one takes its place; nothing else changes. */
static void attached_signatures_stay(void **state)
{
	u8 first[300], second[500], big[8193];
	struct lsk_err err = {};
	struct artefact a, b;
	char *data, *one, *two;
	size_t len, one_len, two_len;

	(void)state;
	memset(first, 1, sizeof(first));
	memset(second, 2, sizeof(second));
	memset(big, 3, sizeof(big));
	for (int packed = 0; packed < 2; packed++) {
		make("globals", "bpf.o", packed, &data, &len);
		opens(&a, data, len);
		assert_int_equal(a.gears[GEAR_LOOP][PART_SIG + SCHEME_ALL].sz, 0);
		assert_int_equal(artefact_attach(&a, GEAR_LOOP, SCHEME_ALL, second, sizeof(second), &err), 0);
		assert_int_equal(artefact_attach(&a, GEAR_LOOP, SCHEME_ALL, first, sizeof(first), &err), 0);
		assert_int_equal(artefact_attach(&a, GEAR_STEPPER, SCHEME_INSNS, second, sizeof(second), &err), 0);
		assert_int_equal(artefact_attach(&a, GEAR_LOOP, SCHEME_ALL, big, sizeof(big), &err), -E2BIG);
		assert_int_equal(artefact_write(&a, &one, &one_len, &err), 0);
		opens(&b, one, one_len);
		assert_int_equal(b.gears[GEAR_LOOP][PART_SIG + SCHEME_ALL].sz, sizeof(first));
		assert_memory_equal(b.gears[GEAR_LOOP][PART_SIG + SCHEME_ALL].data, first, sizeof(first));
		assert_int_equal(b.gears[GEAR_LOOP][PART_SIG + SCHEME_INSNS].sz, 0);
		assert_int_equal(b.gears[GEAR_STEPPER][PART_SIG + SCHEME_INSNS].sz, sizeof(second));
		assert_memory_equal(b.around, b.claimed, 32);
		assert_memory_equal(b.around, a.around, 32);
		/* and taken off again */
		assert_int_equal(artefact_attach(&b, GEAR_LOOP, SCHEME_ALL, first, 0, &err), 0);
		assert_int_equal(artefact_attach(&b, GEAR_STEPPER, SCHEME_INSNS, first, 0, &err), 0);
		assert_int_equal(artefact_write(&b, &two, &two_len, &err), 0);
		assert_int_equal(two_len, len);
		assert_memory_equal(two, data, len);
		artefact_close(&a);
		artefact_close(&b);
		free(one);
		free(two);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_is_of_insns_and_value),
		cmocka_unit_test(altered_header_shows),
		cmocka_unit_test(altered_packed_file_is_refused),
		cmocka_unit_test(fixed_trace_leaves_nothing_open),
		cmocka_unit_test(signatures_are_of_one_key_over_all_bytes),
		cmocka_unit_test(attached_signatures_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
