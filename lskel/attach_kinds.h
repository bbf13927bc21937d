/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The kinds of attaching: AT_KPROBE is the runtime's lskel_attach_kprobe(), which is in the part PERF of it.
 * A packed file names a kind by its function, so a name that was given once stays.
 */
#ifndef LSK_ATTACH_KINDS_H
#define LSK_ATTACH_KINDS_H

#define ATTACH_KINDS(X) \
	X(RAW_TP, raw_tp, CORE)             /* BPF_RAW_TRACEPOINT_OPEN by name */ \
	X(TRACE, trace, CORE)               /* BPF_LINK_CREATE, the target is part of loading */ \
	X(ITER, iter, LINK) \
	X(CGROUP, cgroup, LINK) \
	X(NETNS, netns, LINK) \
	X(NETDEV, netdev, LINK)             /* xdp, tcx, netkit */ \
	X(NETFILTER, netfilter, LINK) \
	X(SOCKMAP, sockmap, SOCK)           /* sk_skb, sk_msg */ \
	X(SOCKET, socket, SOCK)             /* setsockopt() */ \
	X(TP, tp, PERF) \
	X(KPROBE, kprobe, PERF) \
	X(KSYSCALL, ksyscall, PERF) \
	X(UPROBE, uprobe, PERF) \
	X(PERF_EVENT, perf_event, PERF) \
	X(KPROBE_MULTI, kprobe_multi, MULTI) \
	X(UPROBE_MULTI, uprobe_multi, MULTI) \
	X(TRACE_MULTI, trace_multi, BTF)    /* BPF_LINK_CREATE of many, by BTF ids */

#endif
