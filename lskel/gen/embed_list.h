/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* The files that a generated header starts with, in the order of lskel/runtime/runtime.h. Paths are from the repository's root. */
EMBED(format, "gen_loader/format.h")
EMBED(desc, "lskel/runtime/desc.h")
EMBED(sys, "lskel/runtime/sys.h")
EMBED(compat, "lskel/runtime/compat.h")
EMBED(api, "lskel/runtime/api.h")
EMBED(error, "lskel/runtime/error.h")
EMBED(data, "lskel/runtime/data.h")
EMBED(target, "lskel/runtime/target.h")
EMBED(patch, "lskel/runtime/patch.h")
EMBED(load, "lskel/runtime/load.h")
EMBED(attach, "lskel/runtime/attach.h")
EMBED(global, "lskel/gen/global.h")
