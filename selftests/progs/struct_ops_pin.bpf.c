// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A congestion control that counts in a map that is pinned. */
#include "struct_ops.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lskel_calls SEC(".maps");

SEC("struct_ops/pin_ssthresh")
u32 BPF_PROG(pin_ssthresh, struct sock *sk)
{
	return half_cwnd(sk);
}

SEC("struct_ops/pin_undo_cwnd")
u32 BPF_PROG(pin_undo_cwnd, struct sock *sk)
{
	return old_cwnd(sk);
}

SEC("struct_ops/pin_cong_avoid")
void BPF_PROG(pin_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	u32 key = 0;
	u64 *cnt = bpf_map_lookup_elem(&lskel_calls, &key);

	if (cnt)
		__sync_fetch_and_add(cnt, 1);
	grow_cwnd(sk, acked);
}

SEC(".struct_ops")
struct tcp_congestion_ops cc_pin = {
	.ssthresh = (void *)pin_ssthresh,
	.undo_cwnd___twice = (void *)pin_undo_cwnd,
	.cong_avoid = (void *)pin_cong_avoid,
	.name = "lskel_pin",
};
