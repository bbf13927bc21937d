// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* For the unit tests of the object stage: one of everything. Not meant to be loaded. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#define HIDDEN __attribute__((visibility("hidden")))

struct pair {
	__u64 a;
	__u32 b;
};

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct pair);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [3] = &inner_a, [1] = &inner_b },
};

int entry(void *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, 4);
	__array(values, int (void *));
} jumps SEC(".maps") = {
	.values = { [2] = (void *)&entry },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE);
	__uint(numa_node, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct pair);
	__uint(value_size, 24);
} a_hash_with_a_long_name SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, int);
	__type(value, int);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1000); /* no page multiple: the target's business */
} ring SEC(".maps");

__u64 counter;
static __u32 hits;
const volatile __u32 limit = 7;
__u32 start = 5;
int hot_one SEC(".data.hot") = 3;
HIDDEN int lonely SEC(".data.private") = 4;
const int fixed_one SEC(".rodata.fixed") = 6;
int thing_one SEC(".data.thing") = 1; /* these two get other names in the tests */
int ignored SEC("spam") = 1;      /* no map: not a name of data */

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BOOL __kconfig;
extern enum libbpf_tristate CONFIG_TRI __kconfig __weak;
extern char CONFIG_CHAR __kconfig;
extern char CONFIG_STR[10] __kconfig;
extern unsigned long CONFIG_HZ __kconfig;

extern const void plain_sym __ksym;
extern const struct pair typed_sym __ksym __weak;
extern int kernel_func(struct pair *, int) __ksym;
extern int weak_func(int) __ksym __weak;

static __attribute__((noinline)) int text_static(int x)
{
	return x * (int)limit + (int)bpf_get_prandom_u32();
}

__attribute__((noinline)) int text_global(int x)
{
	return text_static(x) + 1;
}

HIDDEN __attribute__((noinline)) int text_hidden(int x)
{
	return text_static(x) + 2;
}

SEC("helpers") __attribute__((noinline)) int called_elsewhere(int x)
{
	return text_global(x) + 3;
}

static int callback(__u32 i, void *ctx)
{
	hits += i;
	return 0;
}

SEC("tc") int entry(void *ctx)
{
	__u32 key = 1;

	counter += start + hot_one + lonely + fixed_one;
	bpf_map_lookup_elem(&inner_a, &key);
	bpf_loop(3, callback, 0, 0);
	return called_elsewhere(hits) + text_hidden(1);
}

SEC("?fentry/do_nothing") int optional(void *ctx)
{
	struct pair p = { CONFIG_BOOL, CONFIG_TRI };

	p.a += (long)&plain_sym;
	if (&typed_sym)
		p.a += typed_sym.a;
	if (weak_func)
		p.a += weak_func(1);
	p.a += CONFIG_HZ + CONFIG_CHAR + CONFIG_STR[3] + LINUX_KERNEL_VERSION;
	return kernel_func(&p, 1);
}

__attribute__((noinline)) int on_throw(unsigned long cookie)
{
	return cookie + 1;
}

#define CATCH __attribute__((btf_decl_tag("exception_callback:on_throw")))

CATCH SEC("raw_tp") int bare(void *ctx)
{
	bpf_tail_call(ctx, &jumps, 2);
	return 0;
}

char _license[] SEC("license") = "GPL";
__u32 _version SEC("version") = 0x60102;
