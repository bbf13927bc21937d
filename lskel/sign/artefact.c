// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "artefact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../pack.h"
#include "../sha256.h"
#include "header.h"
#include "packed.h"

const char *const artefact_gears[] = { [GEAR_STEPPER] = "stepper", [GEAR_LOOP] = "loop" };
const char *const artefact_sigs[] = { [SCHEME_INSNS] = "sig_insns", [SCHEME_ALL] = "sig_all" };
const char *const artefact_schemes[] = { [SCHEME_INSNS] = "insns", [SCHEME_ALL] = "all" };

/* The kernel takes no larger ones (KMALLOC_MAX_CACHE_SIZE). */
#define SIG_MAX 8192u
/* nor more than this of instructions and values */
#define ALL_MAX (16u << 20)

static void digest_value(const u8 *data, u32 sz, u32 value_sz, u8 *digest)
{
	static const u8 zero[4096];
	struct lskel_sha256 s;

	lskel_sha256_init(&s);
	lskel_sha256_add(&s, data, sz);
	for (; sz < value_sz; sz += sizeof(zero))
		lskel_sha256_add(&s, zero, value_sz - sz < sizeof(zero) ? value_sz - sz : sizeof(zero));
	lskel_sha256_end(&s, digest);
}

void artefact_value_digest(const struct blob *blob, u8 digest[32])
{
	digest_value(blob->data, blob->data_sz, blob->area + LSKEL_SLACK, digest);
}

static int check_blob(struct artefact *a, struct lsk_err *err)
{
	const u8 *blob = a->blob.data;
	u8 digest[LSKEL_SHA256_SZ];
	u32 off, area = a->value_sz - LSKEL_SLACK;

	if (a->value_sz <= LSKEL_SLACK || area & (area - 1) || a->blob.sz > area ||
	    a->blob.sz < LSKEL_HOST_OFF + sizeof(struct lskel_host))
		return err_set(err, -EINVAL, "%s: the size of the blob is wrong", a->path);
	a->big_endian = get32(blob, true) == LSKEL_MAGIC;
	if (get32(blob, a->big_endian) != LSKEL_MAGIC)
		return err_set(err, -EINVAL, "%s: the blob is of another version, or none", a->path);
	off = get32(blob + offsetof(struct lskel_hdr, resv[2]), a->big_endian);
	if (off > a->blob.sz || a->blob.sz - off < LSKEL_SHA256_SZ || off < LSKEL_HOST_OFF + sizeof(struct lskel_host))
		return err_set(err, -EINVAL, "%s: the blob does not say what surrounds it", a->path);
	memcpy(a->claimed, blob + off, sizeof(a->claimed));
	digest_value(blob, a->blob.sz, a->value_sz, digest);
	if (a->blob_digest.sz != sizeof(digest) || memcmp(a->blob_digest.data, digest, sizeof(digest)))
		return err_set(err, -EINVAL, "%s: the blob is not the one of its digest", a->path);
	return 0;
}

/* The instructions must be those of a loader for this blob: a signature over others would say nothing about it. */
static int check_gear(struct artefact *a, enum gear gear, struct lsk_err *err)
{
	const struct artefact_part *parts = a->gears[gear];
	u8 digest[LSKEL_SHA256_SZ];
	struct loader ld;
	bool same;

	if (!parts[PART_INSNS].sz)
		return 0;
	lskel_sha256_of(parts[PART_INSNS].data, parts[PART_INSNS].sz, digest);
	if (parts[PART_DIGEST].sz != sizeof(digest) || memcmp(parts[PART_DIGEST].data, digest, sizeof(digest)))
		return err_set(err, -EINVAL, "%s: the %s loader is not the one of its digest", a->path, artefact_gears[gear]);
	if (loader_make_signed(gear, a->big_endian, a->value_sz - LSKEL_SLACK, a->blob_digest.data, &ld))
		return err_set(err, -ENOMEM, "out of memory");
	same = ld.insns_sz == parts[PART_INSNS].sz && !memcmp(ld.insns, parts[PART_INSNS].data, ld.insns_sz);
	loader_free(&ld);
	if (!same)
		return err_set(err, -EINVAL, "%s: the %s loader is not that of this version of lskel, for this blob", a->path,
			       artefact_gears[gear]);
	return 0;
}

bool artefact_is_header(const char *data, size_t len)
{
	static const char start[] = "/* SPDX";

	return len >= sizeof(start) && !memcmp(data, start, sizeof(start) - 1) &&
	       memmem(data, len, "\n" ARTEFACT_BEGIN, sizeof(ARTEFACT_BEGIN));
}

int artefact_open(const char *path, const char *data, size_t len, struct artefact *a, struct lsk_err *err)
{
	int ret, gear;

	memset(a, 0, sizeof(*a));
	a->path = path;
	a->text = data;
	a->len = len;
	a->packed = pack_is(data, len);
	ret = a->packed ? packed_read(a, err) : header_read(a, err);
	if (!ret)
		ret = check_blob(a, err);
	for (gear = 0; gear < GEAR_CNT && !ret; gear++)
		ret = check_gear(a, gear, err);
	if (!ret && !a->gears[GEAR_LOOP][PART_INSNS].sz && !a->gears[GEAR_STEPPER][PART_INSNS].sz)
		ret = err_set(err, -EINVAL, "%s: has no loader", path);
	return ret;
}

void artefact_close(struct artefact *a)
{
	int gear, part;

	free(a->name);
	free(a->blob.data);
	free(a->blob_digest.data);
	for (gear = 0; gear < GEAR_CNT; gear++)
		for (part = 0; part < PART_CNT; part++)
			free(a->gears[gear][part].data);
	memset(a, 0, sizeof(*a));
}

static int check_has(const struct artefact *a, enum gear gear, struct lsk_err *err)
{
	if (a->gears[gear][PART_INSNS].sz)
		return 0;
	return err_set(err, -ENOENT, "%s: has no %s loader", a->path, artefact_gears[gear]);
}

int artefact_tbs(const struct artefact *a, enum gear gear, enum scheme scheme, u8 **data, size_t *sz, struct lsk_err *err)
{
	const struct artefact_part *insns = &a->gears[gear][PART_INSNS];
	size_t len = insns->sz + (scheme == SCHEME_ALL ? (size_t)a->value_sz : 0);
	int ret = check_has(a, gear, err);
	u8 *p;

	if (ret)
		return ret;
	if (scheme == SCHEME_ALL && len >= ALL_MAX)
		return err_set(err, -E2BIG, "%s: %zu bytes are to be signed, kernels take less than %u", a->path, len, ALL_MAX);
	p = calloc(1, len);
	if (!p)
		return err_set(err, -ENOMEM, "out of memory");
	memcpy(p, insns->data, insns->sz);
	if (scheme == SCHEME_ALL)
		memcpy(p + insns->sz, a->blob.data, a->blob.sz);
	*data = p;
	*sz = len;
	return 0;
}

int artefact_attach(struct artefact *a, enum gear gear, enum scheme scheme, const u8 *sig, size_t sz, struct lsk_err *err)
{
	struct artefact_part *part = &a->gears[gear][PART_SIG + scheme];
	int ret = check_has(a, gear, err);
	u8 *copy;

	if (ret)
		return ret;
	if (sz > SIG_MAX)
		return err_set(err, -E2BIG, "%s: a signature of %zu bytes, kernels take %u", a->path, sz, SIG_MAX);
	copy = malloc(sz + 1);
	if (!copy)
		return err_set(err, -ENOMEM, "out of memory");
	memcpy(copy, sig, sz);
	free(part->data);
	part->data = copy;
	part->sz = sz;
	return 0;
}

int artefact_write(const struct artefact *a, char **data, size_t *len, struct lsk_err *err)
{
	return a->packed ? packed_write(a, data, len, err) : header_write(a, data, len, err);
}
