// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The example, to be tested. */
#include "lskel/examples/enforce.bpf.c"
