// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --no-line-info
#include "trim.bpf.c"
