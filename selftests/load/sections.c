// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Section names: type and expected attach type, what is loaded and what is not. */
#include "optional.lskel.h"
#include "sections_cgroup.lskel.h"
#include "sections_net.lskel.h"
#include "sections_trace.lskel.h"

#include <fcntl.h>
#include <net/if.h>

#include "load.h"

struct sec {
	const char *name;
	int fd;
	unsigned int type;
};

static void check_types(const struct sec *secs, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		struct bpf_prog_info info;

		prog_info(secs[i].fd, &info);
		CHECK(info.type == secs[i].type, "%s: type %u, not %u", secs[i].name, info.type, secs[i].type);
		CHECK(!strncmp(info.name, secs[i].name, 15), "'%s' is called '%s'", secs[i].name, info.name);
	}
}

#define SEC_OF(p, type) { #p, skel->progs.p.prog_fd, BPF_PROG_TYPE_##type }
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

LOAD_TEST(sections_networking_types)
{
	struct sections_net *skel = OPEN_AND_LOAD(sections_net);
	const struct sec secs[] = {
		SEC_OF(n_socket, SOCKET_FILTER),
		SEC_OF(n_sk_reuseport, SK_REUSEPORT),
		SEC_OF(n_sk_reuseport_migrate, SK_REUSEPORT),
		SEC_OF(n_tc, SCHED_CLS),
		SEC_OF(n_classifier, SCHED_CLS),
		SEC_OF(n_action, SCHED_ACT),
		SEC_OF(n_xdp, XDP),
		SEC_OF(n_xdp_frags, XDP),
		SEC_OF(n_xdp_devmap, XDP),
		SEC_OF(n_xdp_frags_devmap, XDP),
		SEC_OF(n_xdp_cpumap, XDP),
		SEC_OF(n_xdp_frags_cpumap, XDP),
		SEC_OF(n_lwt_in, LWT_IN),
		SEC_OF(n_lwt_out, LWT_OUT),
		SEC_OF(n_lwt_xmit, LWT_XMIT),
		SEC_OF(n_lwt_seg6local, LWT_SEG6LOCAL),
		SEC_OF(n_sk_skb, SK_SKB),
		SEC_OF(n_sk_skb_parser, SK_SKB),
		SEC_OF(n_sk_skb_verdict, SK_SKB),
		SEC_OF(n_sk_msg, SK_MSG),
		SEC_OF(n_flow_dissector, FLOW_DISSECTOR),
		SEC_OF(n_sk_lookup, SK_LOOKUP),
	};

	check_types(secs, COUNT(secs));
	sections_net__destroy(skel);
}

LOAD_TEST(sections_xdp_expected_attach_types)
{
	struct sections_net *skel = OPEN_AND_LOAD(sections_net);
	struct {
		__u32 ifindex;
		int fd;
	} dev = { 0 };
	struct {
		__u32 qsize;
		int fd;
	} cpu = { 128, 0 };
	int link, devmap = map_create(BPF_MAP_TYPE_DEVMAP, 4, 8, 4);
	int cpumap = map_create(BPF_MAP_TYPE_CPUMAP, 4, 8, 4), key = 0;

	CHECK(devmap >= 0 && cpumap >= 0, "devmap %d, cpumap %d", devmap, cpumap);
	new_netns();
	dev.ifindex = if_nametoindex("lo");
	dev.fd = skel->progs.n_xdp_devmap.prog_fd;
	CHECK_EQ(map_update(devmap, &key, &dev, 0), 0, "xdp/devmap in a devmap");
	dev.fd = skel->progs.n_xdp_cpumap.prog_fd;
	CHECK_EQ(map_update(devmap, &key, &dev, 0), -EINVAL, "xdp/cpumap in a devmap");
	cpu.fd = skel->progs.n_xdp_cpumap.prog_fd;
	CHECK_EQ(map_update(cpumap, &key, &cpu, 0), 0, "xdp/cpumap in a cpumap");
	cpu.fd = skel->progs.n_xdp.prog_fd;
	CHECK(map_update(cpumap, &key, &cpu, 0) < 0, "xdp in a cpumap");
	link = link_create(skel->progs.n_xdp_devmap.prog_fd, (int)dev.ifindex, BPF_XDP);
	CHECK_EQ(link, -EINVAL, "xdp/devmap on a device");
	link = link_create(skel->progs.n_xdp_frags.prog_fd, (int)dev.ifindex, BPF_XDP);
	CHECK(link >= 0, "xdp.frags on lo: %d", link);
	close(link);
	/* Frags and plain programs don't mix: the flag has arrived. */
	key = 1;
	dev.fd = skel->progs.n_xdp_frags_devmap.prog_fd;
	CHECK(map_update(devmap, &key, &dev, 0) < 0, "a frags program in a map that holds one without");
	close(devmap);
	close(cpumap);
	sections_net__destroy(skel);
}

LOAD_TEST(sections_attach_to_netns)
{
	struct sections_net *skel = OPEN_AND_LOAD(sections_net);
	int ns, link;

	new_netns();
	ns = open("/proc/self/ns/net", 0);
	CHECK(ns >= 0, "netns");
	link = link_create(skel->progs.n_sk_lookup.prog_fd, ns, BPF_SK_LOOKUP);
	CHECK(link >= 0, "sk_lookup: %d", link);
	close(link);
	link = link_create(skel->progs.n_flow_dissector.prog_fd, ns, BPF_FLOW_DISSECTOR);
	CHECK(link >= 0, "flow_dissector: %d", link);
	close(link);
	close(ns);
	sections_net__destroy(skel);
}

LOAD_TEST(sections_attach_to_sockmap)
{
	struct sections_net *skel = OPEN_AND_LOAD(sections_net);
	static const unsigned int types[] = { BPF_SK_MSG_VERDICT, BPF_SK_SKB_STREAM_PARSER,
					      BPF_SK_SKB_STREAM_VERDICT };
	int fds[] = { skel->progs.n_sk_msg.prog_fd, skel->progs.n_sk_skb_parser.prog_fd,
		      skel->progs.n_sk_skb_verdict.prog_fd };
	int map = map_create(BPF_MAP_TYPE_SOCKMAP, 4, 4, 2);

	CHECK(map >= 0, "sockmap: %d", map);
	for (int i = 0; i < 3; i++) {
		union bpf_attr attr = { 0 };

		attr.target_fd = (__u32)map;
		attr.attach_bpf_fd = (__u32)fds[i];
		attr.attach_type = types[i];
		CHECK_EQ(sys_bpf(BPF_PROG_ATTACH, &attr, 16), 0, "attach");
	}
	close(map);
	sections_net__destroy(skel);
}

LOAD_TEST(sections_cgroup_expected_attach_types)
{
	struct sections_cgroup *skel = OPEN_AND_LOAD(sections_cgroup);
#define C(p, prog_type, attach) { #p, skel->progs.p.prog_fd, BPF_PROG_TYPE_##prog_type, BPF_##attach }
	const struct {
		const char *name;
		int fd;
		unsigned int type, attach;
	} rows[] = {
		C(c_skb_ingress, CGROUP_SKB, CGROUP_INET_INGRESS),
		C(c_skb_egress, CGROUP_SKB, CGROUP_INET_EGRESS),
		C(c_skb, CGROUP_SKB, CGROUP_INET_EGRESS),
		C(c_sock_create, CGROUP_SOCK, CGROUP_INET_SOCK_CREATE),
		C(c_sock_release, CGROUP_SOCK, CGROUP_INET_SOCK_RELEASE),
		C(c_sock, CGROUP_SOCK, CGROUP_INET_SOCK_CREATE),
		C(c_post_bind4, CGROUP_SOCK, CGROUP_INET4_POST_BIND),
		C(c_post_bind6, CGROUP_SOCK, CGROUP_INET6_POST_BIND),
		C(c_bind4, CGROUP_SOCK_ADDR, CGROUP_INET4_BIND),
		C(c_bind6, CGROUP_SOCK_ADDR, CGROUP_INET6_BIND),
		C(c_connect4, CGROUP_SOCK_ADDR, CGROUP_INET4_CONNECT),
		C(c_connect6, CGROUP_SOCK_ADDR, CGROUP_INET6_CONNECT),
		C(c_sendmsg4, CGROUP_SOCK_ADDR, CGROUP_UDP4_SENDMSG),
		C(c_sendmsg6, CGROUP_SOCK_ADDR, CGROUP_UDP6_SENDMSG),
		C(c_recvmsg4, CGROUP_SOCK_ADDR, CGROUP_UDP4_RECVMSG),
		C(c_recvmsg6, CGROUP_SOCK_ADDR, CGROUP_UDP6_RECVMSG),
		C(c_getpeername4, CGROUP_SOCK_ADDR, CGROUP_INET4_GETPEERNAME),
		C(c_getpeername6, CGROUP_SOCK_ADDR, CGROUP_INET6_GETPEERNAME),
		C(c_getsockname4, CGROUP_SOCK_ADDR, CGROUP_INET4_GETSOCKNAME),
		C(c_getsockname6, CGROUP_SOCK_ADDR, CGROUP_INET6_GETSOCKNAME),
		C(c_sysctl, CGROUP_SYSCTL, CGROUP_SYSCTL),
		C(c_getsockopt, CGROUP_SOCKOPT, CGROUP_GETSOCKOPT),
		C(c_setsockopt, CGROUP_SOCKOPT, CGROUP_SETSOCKOPT),
		C(c_dev, CGROUP_DEVICE, CGROUP_DEVICE),
		C(c_sockops, SOCK_OPS, CGROUP_SOCK_OPS),
	};
#undef C
	int cg = new_cgroup(), link;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct sec s = { rows[i].name, rows[i].fd, rows[i].type };

		check_types(&s, 1);
		link = link_create(rows[i].fd, cg, rows[i].attach);
		CHECK(link >= 0, "%s: attach: %d", rows[i].name, link);
		close(link);
	}
	/* The kernel does look at it. */
	link = link_create(skel->progs.c_connect4.prog_fd, cg, BPF_CGROUP_INET6_CONNECT);
	CHECK_EQ(link, -EINVAL, "cgroup/connect4 as connect6");
	end_cgroup(cg);
	sections_cgroup__destroy(skel);
}

LOAD_TEST(sections_tracing_types)
{
	struct sections_trace *skel = OPEN_AND_LOAD(sections_trace);
	const struct sec secs[] = {
		SEC_OF(t_tracepoint, TRACEPOINT),
		SEC_OF(t_tp_target, TRACEPOINT),
		SEC_OF(t_raw_tp, RAW_TRACEPOINT),
		SEC_OF(t_raw_tracepoint, RAW_TRACEPOINT),
		SEC_OF(t_raw_tracepoint_w, RAW_TRACEPOINT_WRITABLE),
		SEC_OF(t_perf_event, PERF_EVENT),
		SEC_OF(t_kprobe, KPROBE),
		SEC_OF(t_kretprobe, KPROBE),
		SEC_OF(t_uprobe, KPROBE),
		SEC_OF(t_uretprobe, KPROBE),
		SEC_OF(t_uprobe_s, KPROBE),
		SEC_OF(t_kprobe_multi, KPROBE),
		SEC_OF(t_kretprobe_multi, KPROBE),
		SEC_OF(t_ksyscall, KPROBE),
		SEC_OF(t_usdt, KPROBE),
		SEC_OF(t_syscall, SYSCALL),
	};
	int arg = 5;

	check_types(secs, COUNT(secs));
	CHECK_EQ(run_ctx(skel->progs.t_syscall.prog_fd, &arg, sizeof(arg)), 0, "syscall program");
	sections_trace__destroy(skel);
}

LOAD_TEST(sections_question_mark_is_not_loaded)
{
	struct optional *skel = OPEN_AND_LOAD(optional);
	struct bpf_prog_info info;

	CHECK_EQ(skel->progs.skipped_first.prog_fd, 0, "fd of skipped_first");
	CHECK_EQ(skel->progs.skipped_middle.prog_fd, 0, "fd of skipped_middle");
	prog_info(skel->progs.taken.prog_fd, &info);
	CHECK(!strcmp(info.name, "taken") && info.type == BPF_PROG_TYPE_XDP, "taken: '%s'", info.name);
	prog_info(skel->progs.also_taken.prog_fd, &info);
	CHECK(!strcmp(info.name, "also_taken") && info.type == BPF_PROG_TYPE_SCHED_CLS, "also_taken: '%s'",
	      info.name);
	CHECK_EQ(run_pkt(skel->progs.taken.prog_fd), 2, "taken");
	CHECK_EQ(run_pkt(skel->progs.taken_too.prog_fd), 3, "taken_too");
	CHECK_EQ(run_pkt(skel->progs.also_taken.prog_fd), 5, "also_taken");
	optional__destroy(skel);
}
