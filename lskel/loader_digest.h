/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The published digests of all loader programs there are: who reads a signed skeleton compares, instead of
 * reading instructions. gen_loader/emit/loaders/DIGESTS is the table; `make loader-check` compares.
 */
#ifndef LSK_LOADER_DIGEST_H
#define LSK_LOADER_DIGEST_H

#include <stdio.h>

#include "../gen_loader/emit/emit.h"

/*
 * loader_digest() - SHA-256 of the instructions of a loader.
 * @is_signed: one for signed skeletons, with zeroes in the place of the blob's hash. It is the same one for
 * both schemes.
 * @area: of the blob; power of two
 * Errors: -EINVAL (@area), -ENOMEM.
 */
int loader_digest(enum gear gear, bool is_signed, bool big_endian, u32 area, u8 digest[32]);

/* loader_digests_print() - the table. Errors: -ENOMEM. */
int loader_digests_print(FILE *f);

#endif
