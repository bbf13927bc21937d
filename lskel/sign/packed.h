/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Signed packed files, see artefact.h and lskel/pack_format.h. */
#ifndef LSK_SIGN_PACKED_H
#define LSK_SIGN_PACKED_H

#include "artefact.h"

int packed_read(struct artefact *a, struct lsk_err *err);
int packed_write(const struct artefact *a, char **data, size_t *len, struct lsk_err *err);

/*
 * packed_sign_room() - struct lskel_pack_sigs behind a file without one.
 * @gears: the signatures to be in it; NULL: none
 * @data: replaced by a larger one. Errors: -ENOMEM, *@data is as it was.
 */
int packed_sign_room(bool big_endian, const struct artefact_part (*gears)[PART_CNT], u8 **data, size_t *len);

#endif
