// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Nothing but a licence: loading it does nothing and works. */
#include "prog.h"
