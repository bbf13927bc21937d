// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* kfuncs that are a module's on most kernels (nf_conntrack), beside one of vmlinux where there is one. */
#include "prog.h"

struct nf_conn;

struct bpf_ct_opts {
	s32 netns_id;
	s32 error;
	u8 l4proto;
	u8 dir;
	u8 reserved[2];
};

extern struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, u32 tuple_sz,
					 struct bpf_ct_opts *opts, u32 opts_sz) __ksym;
extern struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, u32 tuple_sz,
					 struct bpf_ct_opts *opts, u32 opts_sz) __ksym;
extern void bpf_ct_release(struct nf_conn *ct) __ksym;

int error;

SEC("xdp")
int look_xdp(struct xdp_md *ctx)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 17 };
	struct bpf_sock_tuple tuple = { 0 };
	struct nf_conn *ct = bpf_xdp_ct_lookup(ctx, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));

	error = opts.error;
	if (!ct)
		return 1;
	bpf_ct_release(ct);
	return 2;
}

SEC("tc")
int look_tc(struct __sk_buff *skb)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 99 };
	struct bpf_sock_tuple tuple = { 0 };
	struct nf_conn *ct = bpf_skb_ct_lookup(skb, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));

	error = opts.error;
	if (!ct)
		return 1;
	bpf_ct_release(ct);
	return 2;
}
