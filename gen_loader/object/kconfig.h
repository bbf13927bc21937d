/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Values for CONFIG_* externs from a kernel configuration that the user names. The build host's is never looked at. */
#ifndef LSK_KCONFIG_H
#define LSK_KCONFIG_H

#include "object.h"

/*
 * kconfig_apply() - set the values of @obj's CONFIG_* externs in its .kconfig map.
 * @path: a kernel configuration, plain or gzip
 * An option that the file sets twice keeps the first value. A strong extern that the file does not set stays to be set on
 * the target, before load. Errors: -EINVAL (a value that does not fit the extern's type), -ERANGE, -ENOENT...; a message.
 */
int kconfig_apply(struct object *obj, const char *path, struct lsk_err *err);

#endif
