/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
#ifndef LSKEL_VERSION
#define LSKEL_VERSION "0.1.0"
#endif
