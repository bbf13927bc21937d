// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// LSKEL: --kconfig selftests/progs/signed.config --sign @B@/sign/rsa_key.pem --cert @B@/sign/rsa_cert.pem
/* Signed: whatever the target would have decided for an unsigned one, and all that must not be set. */
#include "prog.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, int);
	__type(value, int);
} samples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 7);
	__type(key, u32);
	__type(value, u32);
} limits SEC(".maps");

extern int CONFIG_HZ __kconfig;

u64 sum = 40;
const volatile u32 step = 3;

SEC("xdp")
int add(void *ctx)
{
	u32 key = 0, *limit = bpf_map_lookup_elem(&limits, &key);

	sum += step;
	return limit && sum > *limit ? 1 : CONFIG_HZ == 250 ? 2 : 3;
}

SEC("?xdp")
int unused(void *ctx)
{
	return 0;
}

SEC("?fentry/bpf_fentry_test1")
int entry(void *ctx)
{
	return 0;
}

