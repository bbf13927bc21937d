// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --sign @B@/sign/rsa_key.pem --cert @B@/sign/rsa_cert.pem
/* Signed, and the kernel's verifier still refuses the second program: it returns what nobody has set. */
#include "prog.h"

SEC("xdp")
int fine(void *ctx)
{
	return 2;
}

SEC("xdp")
int broken(void *ctx)
{
	int ret;

	asm volatile("%0 = r7" : "=r"(ret));
	return ret;
}

