/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Builds the tables of lskel/runtime/desc.h from what the stages before left. The header generator prints
 * them, `lskel run` hands them to the runtime as they are: one builder, so that they describe a blob alike.
 */
#ifndef LSK_DESC_H
#define LSK_DESC_H

#include "../gen_loader/emit/emit.h"
#include "runtime/desc.h"

/*
 * desc_build() - describe a blob to the runtime.
 * @loop, @stepper: the loaders to carry; NULL or zero: this gear is left out (one must be there)
 * @desc: set on success only; free with desc_free()
 * The rows borrow names from @obj and @tr, bytes from @blob and the loaders; these must outlive @desc.
 * Row i of desc.maps is map i of @obj, row i of desc.progs is prog i of @tr, and so with syms and spans.
 * Errors: -E2BIG (more programs than a user index can hold), -EINVAL (stages that don't fit), -ENOMEM.
 */
int desc_build(const struct object *obj, const struct trace *tr, const struct blob *blob,
	       const struct loader *loop, const struct loader *stepper, struct lskel_desc **desc,
	       struct lsk_err *err);

/* desc_free() - NULL is fine. */
void desc_free(struct lskel_desc *desc);

/* desc_map_mmaps() - whether the skeleton has a data pointer for @map: user space may map its value. */
bool desc_map_mmaps(const struct obj_map *map);

#endif
