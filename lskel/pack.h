/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Writes the packed form (lskel/pack_format.h), and the same in JSON. */
#ifndef LSK_PACK_H
#define LSK_PACK_H

#include "gen/gen.h"

/*
 * pack_write() - a light skeleton as a file.
 * @name: of the skeleton
 * @tr: gets a chunk more, for the hash; so its blob is not that of a header, but otherwise equal to it
 * @data: the finished file, to be freed by the caller; set on success only
 * The same input gives the same bytes on every host. Errors: -EINVAL, -E2BIG, -ENOMEM.
 */
int pack_write(const struct object *obj, struct trace *tr, const char *name, enum gen_gears gears, u8 **data,
	       size_t *sz, struct lsk_err *err);

struct text;
struct lskel_pack;

/*
 * pack_json() - what a packed file holds, for programs in other languages.
 * @obj: where the file comes from, for the names and places of global variables; NULL: without them
 * Bytes are in base64, places in the blob as in the file.
 */
void pack_json(struct text *t, const struct lskel_pack *p, const struct object *obj);

/* pack_explain() - what a packed file holds, for people. */
void pack_explain(struct text *t, const struct lskel_pack *p);

#endif
