// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Sections for what came after Linux 6.1; the newest is netkit's, 6.7. */
#include "prog.h"

#define PROG(sec, name, ret)                                                                       \
	SEC(sec) int name(void *ctx)                                                               \
	{                                                                                          \
		return ret;                                                                        \
	}

PROG("netfilter", w_netfilter, 1)
PROG("tcx/ingress", w_tcx_ingress, -1)
PROG("tcx/egress", w_tcx_egress, -1)
PROG("tc/ingress", w_tc_ingress, -1)
PROG("tc/egress", w_tc_egress, -1)
PROG("netkit/primary", w_netkit_primary, -1)
PROG("netkit/peer", w_netkit_peer, -1)
PROG("uprobe.multi//bin/sh:main", w_uprobe_multi, 0)
PROG("uretprobe.multi.s//bin/sh:main", w_uretprobe_multi_s, 0)
PROG("cgroup/connect_unix", w_connect_unix, 1)
PROG("cgroup/sendmsg_unix", w_sendmsg_unix, 1)
PROG("cgroup/recvmsg_unix", w_recvmsg_unix, 1)
PROG("cgroup/getpeername_unix", w_getpeername_unix, 1)
PROG("cgroup/getsockname_unix", w_getsockname_unix, 1)
