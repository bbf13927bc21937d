// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Networking programs: type and expected attach type come from the section's name. */
#include "prog.h"

#define PROG(sec, name, ret)                                                                       \
	SEC(sec) int name(void *ctx)                                                               \
	{                                                                                          \
		return ret;                                                                        \
	}

PROG("socket", n_socket, 0)
PROG("sk_reuseport", n_sk_reuseport, 1)
PROG("sk_reuseport/migrate", n_sk_reuseport_migrate, 1)
PROG("tc", n_tc, 0)
PROG("classifier", n_classifier, 0)
PROG("action", n_action, 0)
PROG("xdp", n_xdp, 2)
PROG("xdp.frags", n_xdp_frags, 2)
PROG("xdp/devmap", n_xdp_devmap, 2)
PROG("xdp.frags/devmap", n_xdp_frags_devmap, 2)
PROG("xdp/cpumap", n_xdp_cpumap, 2)
PROG("xdp.frags/cpumap", n_xdp_frags_cpumap, 2)
PROG("lwt_in", n_lwt_in, 0)
PROG("lwt_out", n_lwt_out, 0)
PROG("lwt_xmit", n_lwt_xmit, 0)
PROG("lwt_seg6local", n_lwt_seg6local, 0)
PROG("sk_skb", n_sk_skb, 1)
PROG("sk_skb/stream_parser", n_sk_skb_parser, 1)
PROG("sk_skb/stream_verdict", n_sk_skb_verdict, 1)
PROG("sk_msg", n_sk_msg, 1)
PROG("flow_dissector", n_flow_dissector, 0)
PROG("sk_lookup", n_sk_lookup, 1)
