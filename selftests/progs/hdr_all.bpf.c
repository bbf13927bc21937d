// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* One of everything that a header has a member for; selftests/header/dropin.c runs it. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

typedef __u64 u64;
typedef __u32 u32;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u32);
} table SEC(".maps");

/* .bss */
u64 total;
bool seen;
static volatile int hidden; /* no field, but its space */
u32 grid[3][2];
char note[13];
struct {
	int a;
	union {
		long q;
		char c[4];
	} u;
} anon;
volatile long ticks;
int *pointer;
u64 wide __attribute__((aligned(64)));
const char *text;

/* .data */
int start = 42;
short small = -7;
static volatile int hidden_start = 1;
long long step = 3;

/* .rodata */
const volatile u64 limit = 1000;
const volatile int pid;
const volatile char tag[8] = "lskel";

int hot SEC(".data.hot") = 5;
const volatile int fixed SEC(".rodata.fixed") = 11;

SEC("raw_tp/sys_enter")
int count(void *ctx)
{
	u32 key = 1;
	u64 *val;

	if (pid && (int)(bpf_get_current_pid_tgid() >> 32) != pid)
		return 0;
	hidden++;
	hidden_start++;
	total += (u64)step;
	seen = true;
	hot += fixed;
	if (total > limit)
		total = limit;
	val = bpf_map_lookup_elem(&counts, &key);
	if (val)
		__sync_fetch_and_add(val, 1);
	return 0;
}

SEC("tp_btf/sys_enter")
int count_btf(u64 *ctx)
{
	if (pid && (int)(bpf_get_current_pid_tgid() >> 32) != pid)
		return 0;
	ticks++;
	return 0;
}

SEC("iter/bpf_map")
int dump(void *ctx)
{
	return 0;
}

SEC("socket")
int filter(struct __sk_buff *skb)
{
	grid[2][1] = skb->len;
	anon.a = note[0];
	start += small;
	wide = (u64)(long)pointer + (u64)(long)text + tag[0];
	return (int)skb->len;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	u32 key = 0;

	bpf_map_lookup_elem(&table, &key);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
