/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Looking at a signed skeleton without loading it: is it what its signer signed, and what was that. */
#ifndef LSK_SIGN_VERIFY_H
#define LSK_SIGN_VERIFY_H

#include <stdio.h>

#include "artefact.h"
#include "cms.h"

/*
 * verify_artefact() - accounts for each byte of an artefact that artefact_open() took.
 * @cert: whose signatures they must be
 * @schemes: bits, 1 << enum scheme: signatures that must be there. Others may be missing, but not wrong
 *
 * The kernel checks the loader's instructions and the blob. The rest is this version's own (the loader's BTF
 * and func_info, the runtime in a header), or what the hash in the blob says it is (attach specs, names, pin
 * paths, tables). Errors: -EINVAL, -EKEYREJECTED, -ENOKEY, -ENOMEM; a sentence each.
 */
int verify_artefact(const struct artefact *a, const struct cms_cert *cert, unsigned int schemes,
		    struct lsk_err *err);

/* verify_report() - what the signatures attest to. */
void verify_report(const struct artefact *a, FILE *f);

/* attest.c: maps and programs, by what the blob will ask the kernel for. */
void attest_print(const u8 *blob, u32 sz, bool big_endian, FILE *f);

/* attest_trace() - its operations, as `lskel explain` prints them. Errors: -ENOMEM. */
int attest_trace(const u8 *blob, u32 sz, bool big_endian, FILE *f);

#endif
