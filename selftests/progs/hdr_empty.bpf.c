// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Neither programs nor maps. */
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
