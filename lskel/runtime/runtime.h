/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The runtime of a light skeleton, for programs that include it from the source tree (the lskel tool, tests).
 * A generated header holds the same files, one after the other in this order; they include nothing of each other.
 */
#ifndef LSKEL_RUNTIME_H
#define LSKEL_RUNTIME_H

#include "../../gen_loader/format.h"
#include "desc.h"
#include "sys.h"
#include "sys_kernel.h"
#include "attr.h"
#include "compat.h"
#include "api.h"
#include "error.h"
#include "data.h"
#include "target.h"
#include "patch.h"
#include "token.h"
#include "maps.h"
#include "step.h"
#include "btf.h"
#include "names.h"
#include "direct.h"
#include "team.h"
#include "load.h"
#include "../sha256.h"
#include "signed.h"
#include "attach.h"
#include "attach_link.h"
#include "attach_sock.h"
#include "attach_text.h"
#include "attach_perf.h"
#include "attach_multi.h"
#include "attach_btf.h"
#include "attach_module.h"
#include "attach_prog.h"
#include "arena.h"
#include "sys_fs.h"
#include "pin.h"

#endif
