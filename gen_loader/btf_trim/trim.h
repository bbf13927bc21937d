/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What the kernel needs of an object's BTF. Most of an object's types are the kernel's own, declared because
 * CO-RE reads a few of their members; the kernel looks at the names of these only. So:
 *
 * - What describes values that people or the kernel look into is kept as it is, with all that lies in it: keys
 *   and values of maps, variables, parameters of functions, what is allocated by type
 *   (bpf_core_type_id_local), what decl tags name.
 * - Of a struct that CO-RE accesses the accessed members are kept, at their offsets, and access strings count
 *   these. Of an enum likewise.
 * - What is only pointed to keeps its name, kind and size.
 *
 * First say what refers to the BTF (trim_keep_*), then trim_run(), then ask what became of ids and strings.
 * All functions but trim_new() and trim_free() take NULL, for a BTF that is left as it is.
 */
#ifndef LSK_TRIM_H
#define LSK_TRIM_H

#include "../object/object.h"

struct trim;

/* trim_new() - @btf is borrowed until trim_free(). */
int trim_new(const struct btf *btf, bool big_endian, struct trim **trim);
void trim_free(struct trim *trim); /* NULL is fine */

/* Failures (-ENOMEM) are kept until trim_run(). */
void trim_keep_type(struct trim *trim, u32 id); /* 0: nothing */
/* @entry: the program's first function. What the others get may be looked into by who attaches to them. */
void trim_keep_func(struct trim *trim, u32 id, bool entry);
void trim_keep_core(struct trim *trim, const struct obj_core *relo);

int trim_run(struct trim *trim);

u32 trim_id(const struct trim *trim, u32 id); /* of what was kept */
/* Strings are in the new BTF because somebody asked for them. -ENOMEM is kept until trim_data(). */
u32 trim_str(struct trim *trim, u32 off);
u32 trim_access_str(struct trim *trim, const struct obj_core *relo);

/*
 * trim_data() - the BTF in the target's byte order, valid until trim_free(). No strings can be added from now on.
 */
int trim_data(struct trim *trim, const void **data, u32 *sz);

#endif
