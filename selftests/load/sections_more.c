// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Sections newer than Linux 6.1, and raw_tp without a target. */
#include "rawtp_bare.lskel.h"
#include "sections_new.lskel.h"

#include <net/if.h>

#include "load.h"

/* Not in the oldest linux/bpf.h that we build with. */
#define TYPE_NETFILTER 32
#define TCX_INGRESS 46
#define TCX_EGRESS 47

LOAD_TEST(sections_of_later_kernels)
{
	struct sections_new *skel = OPEN(sections_new);
	struct bpf_prog_info info;
	int link;

	need_kernel(KVER(6, 7), "cgroup/*_unix and netkit programs");
	LOAD(sections_new, skel);
	prog_info(skel->progs.w_netfilter.prog_fd, &info);
	CHECK_EQ(info.type, TYPE_NETFILTER, "type of netfilter");
	prog_info(skel->progs.w_uprobe_multi.prog_fd, &info);
	CHECK_EQ(info.type, BPF_PROG_TYPE_KPROBE, "type of uprobe.multi");
	prog_info(skel->progs.w_netkit_peer.prog_fd, &info);
	CHECK_EQ(info.type, BPF_PROG_TYPE_SCHED_CLS, "type of netkit/peer");
	prog_info(skel->progs.w_connect_unix.prog_fd, &info);
	CHECK_EQ(info.type, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "type of cgroup/connect_unix");
	new_netns();
	link = link_create(skel->progs.w_tcx_ingress.prog_fd, (int)if_nametoindex("lo"), TCX_INGRESS);
	CHECK(link >= 0, "tcx/ingress: %d", link);
	close(link);
	link = link_create(skel->progs.w_tc_egress.prog_fd, (int)if_nametoindex("lo"), TCX_EGRESS);
	CHECK(link >= 0, "tc/egress: %d", link);
	close(link);
	sections_new__destroy(skel);
}

LOAD_TEST(raw_tp_without_target)
{
	struct rawtp_bare *skel = OPEN_AND_LOAD(rawtp_bare);
	unsigned long long args[1] = { 41 };
	struct bpf_prog_info info;

	CHECK_EQ(run_ctx(skel->progs.bare.prog_fd, args, sizeof(args)), 42, "return value");
	prog_info(skel->progs.bare_writable.prog_fd, &info);
	CHECK_EQ(info.type, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, "type of raw_tp.w");
	CHECK_EQ(rawtp_bare__bare__attach(skel), -EOPNOTSUPP, "attach of one that names no tracepoint");
	CHECK_EQ(rawtp_bare__attach(skel), 0, "attach of all");
	check_says(SKEL_ERR(rawtp_bare, skel), "bare");
	rawtp_bare__destroy(skel);
}
