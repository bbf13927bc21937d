// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What else attaches: a tracepoint that may be written to, a choice among sockets, a pair of netkit
 * devices.
 */
#include "prog.h"
#include <bpf/bpf_endian.h>

s32 pid, error;
u32 chosen;
u64 finish_cnt, pick_cnt, primary_cnt, peer_cnt;

/* The kernel's own test runs end with this tracepoint, which may change what they return. */
SEC("raw_tp.w/bpf_test_finish")
int on_finish(struct bpf_raw_tracepoint_args *ctx)
{
	int *err = (int *)ctx->args[0];

	if (bpf_get_current_pid_tgid() >> 32 != pid || *err)
		return 0;
	finish_cnt++;
	*err = error;
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} socks SEC(".maps");

SEC("sk_reuseport")
int pick(struct sk_reuseport_md *md)
{
	u32 key = chosen;

	pick_cnt++;
	return bpf_sk_select_reuseport(md, &socks, &key, 0) ? SK_DROP : SK_PASS;
}

/* IPv4 only: IPv6 speaks up by itself. */
SEC("?netkit/primary")
int on_primary(struct __sk_buff *skb)
{
	primary_cnt += skb->protocol == bpf_htons(0x0800);
	return 0; /* NETKIT_PASS */
}

SEC("?netkit/peer")
int on_peer(struct __sk_buff *skb)
{
	peer_cnt += skb->protocol == bpf_htons(0x0800);
	return 0;
}

SEC("tc")
int plain(struct __sk_buff *skb)
{
	return 3;
}
