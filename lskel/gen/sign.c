// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What a signed header has besides (lskel/sign/artefact.h says how it is read again). Blob, instructions, their digests and
 * signatures lie between two marked lines; the SHA-256 of everything outside of them is in the blob.
 */
#include "priv.h"
#include "../sign/artefact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../sha256.h"

const char gen_sign_io[] =
	"	io->keyring_id = skel->keyring_id;\n"
	"	io->unsigned_ok = skel->opts.allow_unsigned;\n"
	"	io->try_signed = lskel_signed_try;\n";

static void print_gear(struct gen *g, enum gear gear, const struct lskel_loader *ld)
{
	static const u8 none[1];
	u8 digest[LSKEL_SHA256_SZ];
	int scheme;

	if (!ld->insns_sz)
		return;
	lskel_sha256_of(ld->insns, ld->insns_sz, digest);
	artefact_print(&g->text, artefact_gears[gear], "insns", ld->insns, ld->insns_sz);
	artefact_print(&g->text, artefact_gears[gear], "digest", digest, sizeof(digest));
	for (scheme = 0; scheme < SCHEME_CNT; scheme++)
		artefact_print(&g->text, artefact_gears[gear], artefact_sigs[scheme], none, sizeof(none));
}

void gen_print_signed(struct gen *g, void (*print_blob)(struct gen *g))
{
	const struct lskel_desc *d = g->desc;
	u8 digest[LSKEL_SHA256_SZ];

	text_printf(&g->text, ARTEFACT_BEGIN "%u */\n", d->value_sz);
	print_blob(g);
	artefact_value_digest(g->blob, digest);
	artefact_print(&g->text, "blob", "digest", digest, sizeof(digest));
	print_gear(g, GEAR_LOOP, &d->loop);
	print_gear(g, GEAR_STEPPER, &d->stepper);
	text_puts(&g->text, ARTEFACT_END);
}

static void print_row(struct gen *g, enum gear gear, const struct lskel_loader *ld)
{
	const char *n = artefact_gears[gear];
	int scheme;

	if (!ld->insns_sz) {
		text_puts(&g->text, "\t\t{ 0, 0, 0, 0, 0 },\n");
		return;
	}
	text_printf(&g->text, "\t\t{ %s_digest,", n);
	for (scheme = 0; scheme < SCHEME_CNT; scheme++)
		text_printf(&g->text, " %s_%s, sizeof(%s_%s)%s", n, artefact_sigs[scheme], n, artefact_sigs[scheme],
			    scheme + 1 < SCHEME_CNT ? "," : "");
	text_puts(&g->text, " },\n");
}

void gen_print_sign_table(struct gen *g)
{
	text_puts(&g->text, "\tstatic const struct lskel_sign sign = {\n\t\tblob_digest,\n");
	print_row(g, GEAR_LOOP, &g->desc->loop);
	print_row(g, GEAR_STEPPER, &g->desc->stepper);
	text_puts(&g->text, "\t};\n");
}

int gen_sign_bind(const struct trace *tr, struct blob *blob, const char *text, size_t len, u8 *digest)
{
	u32 off = blob->chunk_off[tr->hash_chunk];

	if (!tr->hash_chunk || off + LSKEL_SHA256_SZ > blob->data_sz)
		return -EINVAL;
	put32(blob->data + offsetof(struct lskel_hdr, resv[2]), blob->big_endian, off);
	if (artefact_text_digest(text, len, blob->data + off))
		return -EINVAL;
	artefact_value_digest(blob, digest);
	return 0;
}
