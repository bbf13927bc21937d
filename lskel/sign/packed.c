// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "packed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/runtime.h"
#include "../sha256.h"

#include "../pack_format.h"
#include "../pack_read.h"

static const enum gear order[] = { GEAR_LOOP, GEAR_STEPPER }; /* of the loaders and signatures in the file */

static int take(struct artefact_part *part, const char *what, const void *data, u32 sz)
{
	part->what = what;
	part->sz = sz;
	part->data = malloc(sz + 1);
	if (!part->data)
		return -ENOMEM;
	memcpy(part->data, data, sz);
	return 0;
}

static int take_gear(struct artefact *a, enum gear gear, const struct lskel_loader *ld, const struct lskel_sig_row *sig)
{
	struct artefact_part *parts = a->gears[gear];
	int ret;

	if (!ld->insns_sz)
		return 0;
	ret = take(&parts[PART_INSNS], "insns", ld->insns, ld->insns_sz);
	if (!ret)
		ret = take(&parts[PART_DIGEST], "digest", sig->digest, LSKEL_SHA256_SZ);
	if (!ret)
		ret = take(&parts[PART_SIG + SCHEME_INSNS], artefact_sigs[SCHEME_INSNS], sig->insns, sig->insns_sz);
	if (!ret)
		ret = take(&parts[PART_SIG + SCHEME_ALL], artefact_sigs[SCHEME_ALL], sig->all, sig->all_sz);
	return ret;
}

int packed_read(struct artefact *a, struct lsk_err *err)
{
	struct lskel_pack p;
	const char *more, *why;
	int ret = 0;

	why = lskel_pack_open(&p, a->text, a->len, 1, &more);
	if (why)
		ret = err_set(err, -EINVAL, "%s: %s%s", a->path, why, more);
	else if (!p.is_signed)
		ret = err_set(err, -EINVAL, "%s: is not to be signed (pack it with --sign or --signable)", a->path);
	if (!ret) {
		a->value_sz = p.desc.value_sz;
		a->name = strdup(p.desc.name);
		lskel_sha256_of(p.file, p.blob_off, a->around);
		if (!a->name || take(&a->blob, "blob", p.desc.blob, p.desc.blob_sz) ||
		    take(&a->blob_digest, "digest", p.blob_digest, LSKEL_SHA256_SZ) ||
		    take_gear(a, GEAR_LOOP, &p.desc.loop, &p.sign.loop) ||
		    take_gear(a, GEAR_STEPPER, &p.desc.stepper, &p.sign.stepper))
			ret = err_set(err, -ENOMEM, "out of memory");
	}
	lskel_pack_close(&p);
	return ret;
}

/* Grows the file to @sz bytes, the new ones zero. */
static int extend(u8 **buf, size_t *cap, size_t *at, size_t sz)
{
	if (grow((void **)buf, cap, sz + 1, 1))
		return -ENOMEM;
	memset(*buf + *at, 0, sz - *at);
	*at = sz;
	return 0;
}

int packed_sign_room(bool big_endian, const struct artefact_part (*gears)[PART_CNT], u8 **data, size_t *len)
{
	const size_t end = *len, from = (end + 7) & ~(size_t)7;
	size_t at = end, cap = 0, i, ref;
	u8 *buf = NULL;
	int scheme;

	if (extend(&buf, &cap, &at, from + sizeof(struct lskel_pack_sigs)))
		goto nomem;
	memcpy(buf, *data, end);
	for (i = 0; gears && i < ARRAY_SIZE(order); i++) {
		for (scheme = 0; scheme < SCHEME_CNT; scheme++) {
			const struct artefact_part *sig = &gears[order[i]][PART_SIG + scheme];
			const size_t to = (at + 7) & ~(size_t)7;

			if (!sig->sz)
				continue;
			if (extend(&buf, &cap, &at, to + sig->sz))
				goto nomem;
			memcpy(buf + to, sig->data, sig->sz);
			ref = from + offsetof(struct lskel_pack_sigs, gears[i]) + 8 * scheme;
			put32(buf + ref, big_endian, to - from);
			put32(buf + ref + 4, big_endian, sig->sz);
		}
	}
	put32(buf + from, big_endian, LSKEL_PACK_SIGS_MAGIC);
	put32(buf + from + 4, big_endian, at + LSKEL_SHA256_SZ - from);
	if (extend(&buf, &cap, &at, at + LSKEL_SHA256_SZ))
		goto nomem;
	lskel_sha256_of(buf + from, at - LSKEL_SHA256_SZ - from, buf + at - LSKEL_SHA256_SZ);
	free(*data);
	*data = buf;
	*len = at;
	return 0;
nomem:
	free(buf);
	return -ENOMEM;
}

int packed_write(const struct artefact *a, char **data, size_t *len, struct lsk_err *err)
{
	size_t sz = get32((const u8 *)a->text + offsetof(struct lskel_pack_hdr, sz), a->big_endian);
	u8 *buf = malloc(sz + 1);

	if (buf)
		memcpy(buf, a->text, sz);
	if (!buf || packed_sign_room(a->big_endian, a->gears, &buf, &sz)) {
		free(buf);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*data = (char *)buf;
	*len = sz;
	return 0;
}
