// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Programs for cgroups; the kernel compares the expected attach type when they are attached. */
#include "prog.h"

#define PROG(sec, name)                                                                            \
	SEC(sec) int name(void *ctx)                                                               \
	{                                                                                          \
		return 1;                                                                          \
	}

PROG("cgroup_skb/ingress", c_skb_ingress)
PROG("cgroup_skb/egress", c_skb_egress)
PROG("cgroup/skb", c_skb)
PROG("cgroup/sock_create", c_sock_create)
PROG("cgroup/sock_release", c_sock_release)
PROG("cgroup/sock", c_sock)
PROG("cgroup/post_bind4", c_post_bind4)
PROG("cgroup/post_bind6", c_post_bind6)
PROG("cgroup/bind4", c_bind4)
PROG("cgroup/bind6", c_bind6)
PROG("cgroup/connect4", c_connect4)
PROG("cgroup/connect6", c_connect6)
PROG("cgroup/sendmsg4", c_sendmsg4)
PROG("cgroup/sendmsg6", c_sendmsg6)
PROG("cgroup/recvmsg4", c_recvmsg4)
PROG("cgroup/recvmsg6", c_recvmsg6)
PROG("cgroup/getpeername4", c_getpeername4)
PROG("cgroup/getpeername6", c_getpeername6)
PROG("cgroup/getsockname4", c_getsockname4)
PROG("cgroup/getsockname6", c_getsockname6)
PROG("cgroup/sysctl", c_sysctl)
PROG("cgroup/getsockopt", c_getsockopt)
PROG("cgroup/setsockopt", c_setsockopt)
PROG("cgroup/dev", c_dev)
PROG("sockops", c_sockops)
