/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Signed skeletons as files: what in them is signed, and where the signatures go. Nothing here needs cryptography but SHA-256.
 *
 * A header has, between a line that starts with ARTEFACT_BEGIN and the line ARTEFACT_END, arrays of bytes only:
 *	NAME__blob                       the blob
 *	blob_digest                      SHA-256 of the value of the blob's map
 *	GEAR_insns, GEAR_digest          the instructions and their SHA-256; GEAR: loop, and then stepper if the signer wants it
 *	GEAR_sig_insns, GEAR_sig_all     signatures; one byte stands for one that is missing
 * In the blob, lskel_hdr.resv[2] is the offset of the SHA-256 of all of the header's text but what is between these two lines.
 *
 * A packed file has its signatures behind it, see lskel/pack_format.h.
 *
 * The value of the blob's map is the blob and zeroes up to value_sz. SCHEME_INSNS signs the instructions, which have the hash of
 * that value in them; SCHEME_ALL the instructions and the value, one after the other.
 */
#ifndef LSK_SIGN_ARTEFACT_H
#define LSK_SIGN_ARTEFACT_H

#include "../../gen_loader/emit/emit.h"
#include "../gen/text.h"

#define ARTEFACT_BEGIN "\t/* --- what is signed, and what signs it; bytes of the blob's map: "
#define ARTEFACT_END "\t/* --- end of what is signed */\n"

enum scheme {
	SCHEME_INSNS, /* Linux 6.18 to 7.2 */
	SCHEME_ALL,   /* from 7.3 on */
	SCHEME_CNT,
};

#define GEAR_CNT 2 /* enum gear */
extern const char *const artefact_gears[GEAR_CNT];  /* "stepper", "loop" */
extern const char *const artefact_sigs[SCHEME_CNT]; /* "sig_insns", "sig_all" */
extern const char *const artefact_schemes[SCHEME_CNT]; /* for people and options: "insns", "all" */

/* An array of a header; or something like it in a packed file. */
struct artefact_part {
	const char *what; /* "insns", "digest", "sig_insns", "sig_all" */
	u8 *data;         /* owned */
	u32 sz;
	size_t from, to;  /* in a header: its text, from the declaration to behind the last line */
};

enum { PART_INSNS, PART_DIGEST, PART_SIG, PART_CNT = PART_SIG + SCHEME_CNT };

struct artefact {
	const char *path;   /* for messages; borrowed */
	const char *text;   /* the file; borrowed */
	size_t len;
	bool packed;
	bool big_endian;
	char *name;         /* of the skeleton */
	struct artefact_part blob, blob_digest;
	u32 value_sz;       /* of the blob's map */
	struct artefact_part gears[GEAR_CNT][PART_CNT]; /* insns of size 0: this gear is not there */
	u8 around[32];      /* SHA-256 of what the signatures reach through the blob only */
	u8 claimed[32];     /* what the blob says of that */
};

/*
 * artefact_open() - take a signed header or packed file apart. Signatures may be missing.
 * @data: borrowed, as is @path; a NUL follows it
 * Checks its form, and that blob, instructions and digests belong together; not the signatures.
 * Errors: -EINVAL (what is wrong), -ENOMEM. artefact_close() in both cases.
 */
int artefact_open(const char *path, const char *data, size_t len, struct artefact *a, struct lsk_err *err);
void artefact_close(struct artefact *a);

/* artefact_tbs() - the bytes to be signed, to be freed by the caller. -ENOENT: it has no such gear. */
int artefact_tbs(const struct artefact *a, enum gear gear, enum scheme scheme, u8 **data, size_t *sz, struct lsk_err *err);

/* artefact_attach() - put a signature in place of what is there. It is copied. */
int artefact_attach(struct artefact *a, enum gear gear, enum scheme scheme, const u8 *sig, size_t sz, struct lsk_err *err);

/* artefact_write() - the file with its signatures, to be freed by the caller. */
int artefact_write(const struct artefact *a, char **data, size_t *len, struct lsk_err *err);

/* artefact_is_header() - whether a file says that it is a header that can be signed. */
bool artefact_is_header(const char *data, size_t len);

/* For the generator: the SHA-256 of the value of a blob's map, of a header's text (-EINVAL: without the two lines), an array. */
void artefact_value_digest(const struct blob *blob, u8 digest[32]);
int artefact_text_digest(const char *text, size_t len, u8 digest[32]);
void artefact_print(struct text *t, const char *whose, const char *what, const void *data, u32 sz);

#endif
