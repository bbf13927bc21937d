// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Global data of each kind: set before load, seen by the program, changed by it, seen by the loader's process. */
#include "prog.h"

int counter;
u64 sum = 40;
static u64 hidden_cnt;
u8 bytes[5] = { 1, 2, 3, 4, 5 };
struct pair {
	u32 a;
	u64 b;
} both = { 7, 8 };

const volatile u32 step = 3;
const volatile char word[8] = "tick";

int hot SEC(".data.hot") = 11;
const int fixed SEC(".rodata.fixed") = 13;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	int i = step & 3;

	counter++;
	hidden_cnt += 2;
	sum += step;
	both.b += both.a + bytes[4];
	hot += *(volatile const int *)&fixed;
	return (int)hidden_cnt + word[i];
}
