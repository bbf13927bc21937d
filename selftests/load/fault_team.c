// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* fault.c by several threads (a "team"), for some objects. */
#ifndef LSKEL_PEER
#define FAULT_TEAM
#define LSKEL_THREADS 3
#include "fault.c"
#endif
