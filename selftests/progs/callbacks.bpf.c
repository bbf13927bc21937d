// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Functions whose address is taken: bpf_loop, bpf_for_each_map_elem, a timer. */
#include "prog.h"

struct bpf_map;

#define CLOCK_MONOTONIC 1

struct elem {
	struct bpf_timer t;
	u32 n;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct elem);
} timers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u64);
} table SEC(".maps");

u64 fired;

static int add_idx(u32 idx, u64 *sum)
{
	*sum += idx;
	return 0;
}

static int stop_at_five(u32 idx, void *unused)
{
	return idx == 5;
}

static long add_elem(struct bpf_map *map, u32 *key, u64 *val, u64 *sum)
{
	*sum += *key * 1000 + *val;
	return 0;
}

static int on_timer(void *map, u32 *key, struct elem *e)
{
	e->n++;
	__sync_fetch_and_add(&fired, 1);
	return 0;
}

SEC("tc")
int looping(struct __sk_buff *skb)
{
	u64 sum = 0;
	long n = bpf_loop(10, add_idx, &sum, 0);
	long m = bpf_loop(10, stop_at_five, NULL, 0);

	return (int)(sum * 10000 + n * 100 + m);
}

SEC("tc")
int visiting(struct __sk_buff *skb)
{
	u64 sum = 0;

	bpf_for_each_map_elem(&table, add_elem, &sum, 0);
	return (int)sum;
}

SEC("tc")
int arm(struct __sk_buff *skb)
{
	u32 key = 0;
	struct elem *e = bpf_map_lookup_elem(&timers, &key);

	long err;

	if (!e)
		return 1;
	err = bpf_timer_init(&e->t, &timers, CLOCK_MONOTONIC);
	if (!err)
		err = bpf_timer_set_callback(&e->t, on_timer);
	if (!err)
		err = bpf_timer_start(&e->t, 0, 0);
	return (int)err;
}
