/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Signed headers, see artefact.h: what of an artefact is in the text, and the text with its signatures. */
#ifndef LSK_SIGN_HEADER_H
#define LSK_SIGN_HEADER_H

#include "artefact.h"

int header_read(struct artefact *a, struct lsk_err *err);
int header_write(const struct artefact *a, char **data, size_t *len, struct lsk_err *err);

#endif
