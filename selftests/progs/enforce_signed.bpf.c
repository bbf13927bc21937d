// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --sign @B@/sign/rsa_key.pem --cert @B@/sign/rsa_cert.pem
/* The same, so that it can be loaded where it is attached already. */
#include "lskel/examples/enforce.bpf.c"
