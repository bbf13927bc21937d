/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Writes the packed form (lskel/pack_format.h), and the same in JSON. */
#ifndef LSK_PACK_H
#define LSK_PACK_H

#include <stdio.h>

#include "gen/gen.h"

/*
 * pack_write() - a light skeleton as a file.
 * @name: of the skeleton
 * @tr: gets a chunk more, for the hash; so its blob is not that of a header, but otherwise equal to it. One that was recorded
 *   to be signed has that already, and makes a signed file, without its signatures (lskel/sign/artefact.h)
 * @data: the finished file, to be freed by the caller; set on success only
 * The same input gives the same bytes on every host. Errors: -EINVAL, -E2BIG, -ENOMEM.
 */
int pack_write(const struct object *obj, struct trace *tr, const char *name, enum gen_gears gears, u8 **data,
	       size_t *sz, struct lsk_err *err);

/* pack_is() - whether a file says that it is a packed one, for machines of either byte order. */
bool pack_is(const void *data, size_t sz);

/*
 * pack_explain() - what a packed file holds, for people.
 * @path: for messages; @data: at a multiple of 8
 * Errors: -EINVAL (what is wrong with the file), -ENOMEM. Errors of @f are the caller's to look for.
 */
int pack_explain(const char *path, const void *data, size_t sz, FILE *f, struct lsk_err *err);

/*
 * pack_explain_op() - one of its lines: operation @i of a blob.
 * @d: what is known of the blob: where its operations are; its maps and programs
 */
struct lskel_desc;
void pack_explain_op(const struct lskel_desc *d, const u8 *blob, bool big_endian, u32 i, FILE *f);

/*
 * pack_json() - the same for programs in other languages: all that it takes to load the object.
 * @obj: where the file comes from: adds names and places of global variables; NULL: without them Tables and
 * columns are named as in lskel/pack_format.h, bytes are in base64, all places are offsets in the blob.
 */
int pack_json(const char *path, const void *data, size_t sz, const struct object *obj, FILE *f,
	      struct lsk_err *err);

#endif
