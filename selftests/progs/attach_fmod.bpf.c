// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* fmod_ret: what it returns is what the function returns. */
#include "prog.h"

u64 cnt;
int verdict;

SEC("fmod_ret/bpf_modify_return_test")
int instead(u64 *ctx)
{
	cnt++;
	return verdict;
}
