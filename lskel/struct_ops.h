/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The tables of struct_ops maps (lskel/runtime/desc.h), and finding at generation what the runtime finds on the target else. */
#ifndef LSK_STRUCT_OPS_H
#define LSK_STRUCT_OPS_H

#include "../gen_loader/trace/trace.h"
#include "runtime/desc.h"

struct btf;

/*
 * struct_ops_build() - the tables of all struct_ops maps of @obj.
 * @ops: NULL if it has none; free with struct_ops_drop(), which takes NULL. Borrows from @obj.
 * patch and find are left NULL. Returns 0 or -ENOMEM.
 */
int struct_ops_build(const struct object *obj, const struct trace *tr, struct lskel_ops_desc **ops);
void struct_ops_drop(struct lskel_ops_desc *ops);

/*
 * struct_ops_resolve() - find the kernel's structs in @kernel, the BTF of the kernel that the skeleton is for.
 * @desc: as desc_build() made it
 * Afterwards desc->ops has kern and slots. What doesn't fit is the runtime's to say: the program may change it before load.
 * Errors: -ENOENT (the kernel has no such struct_ops type; not for maps that are off by default), -ENOMEM.
 */
int struct_ops_resolve(const struct lskel_desc *desc, const struct btf *kernel, struct lsk_err *err);

#endif
