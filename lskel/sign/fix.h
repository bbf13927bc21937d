/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What the runtime would write into a blob before it runs is written at generation, if the blob is to be signed. */
#ifndef LSK_SIGN_FIX_H
#define LSK_SIGN_FIX_H

#include "../../gen_loader/emit/emit.h"

struct btf;

/*
 * sign_fix() - switch off what is not loaded by default, look-ups that only that needs, and fill in struct_ops.
 * @kernel_btf: where struct_ops types are found; NULL: an object with struct_ops is refused
 * Errors: -EINVAL, -ENOMEM, and what the runtime says of struct_ops.
 */
int sign_fix(const struct object *obj, const struct trace *tr, struct blob *blob, const struct btf *kernel_btf,
	     struct lsk_err *err);

#endif
