// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Attaching to what is given: interfaces, cgroups, namespaces, sockets, maps. Each counts until it is detached. */
#include "attach_iters.lskel.h"
#include "attach_net.lskel.h"
#include "attach_nf.lskel.h"

#include "load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#ifndef LSKEL_PEER

#define LO 1 /* the first interface of a new network namespace */

static struct sockaddr_in any_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

/* A packet over loopback to a socket that receives it. */
static void one_packet(void)
{
	struct sockaddr_in addr = any_port();
	socklen_t len = sizeof(addr);
	int to = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char c;

	CHECK(to >= 0 && from >= 0 && !bind(to, (void *)&addr, len) && !getsockname(to, (void *)&addr, &len), "udp: %s",
	      strerror(errno));
	CHECK(!connect(from, (void *)&addr, len) && send(from, "x", 1, 0) == 1 && recv(to, &c, 1, 0) == 1, "send: %s",
	      strerror(errno));
	close(to);
	close(from);
}

/* Loaded; its program of type SYSCALL only where there are such. */
static struct attach_net *open_net(void)
{
	struct attach_net *skel = OPEN(attach_net);

	if (kernel_version() < KVER(5, 14))
		skel->opts.autoload.double_it = LSKEL_OFF;
	LOAD(attach_net, skel);
	return skel;
}

static int netns_fd(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0, "netns: %s", strerror(errno));
	return fd;
}

#define COUNTS(skel, name, fd, cnt, cause)                                                         \
	do {                                                                                       \
		int fd_ = (fd);                                                                    \
		__u64 seen_ = (cnt);                                                               \
                                                                                                   \
		CHECK(fd_ > 0, "attach: %d: %s", fd_, SKEL_ERR(name, skel));                       \
		cause;                                                                             \
		CHECK((cnt) > seen_, "not counted");                                               \
		name##__detach(skel);                                                              \
		seen_ = (cnt);                                                                     \
		cause;                                                                             \
		CHECK_EQ(cnt, seen_, "counted after detach");                                      \
	} while (0)

LOAD_TEST(attach_xdp)
{
	struct lskel_attach_opts opts = { .ifindex = LO, .flags = 2 /* XDP_FLAGS_SKB_MODE */ };
	struct attach_net *skel;

	new_netns();
	skel = open_net();
	CHECK_EQ(attach_net__on_xdp__attach(skel), -EOPNOTSUPP, "without an interface");
	CHECK_EQ(attach_net__on_xdp__attach_opts(skel, NULL), -EINVAL, "without an interface");
	check_says(SKEL_ERR(attach_net, skel), "prog 'on_xdp': needs an interface in ifindex");
	COUNTS(skel, attach_net, attach_net__on_xdp__attach_opts(skel, &opts), skel->bss->xdp_cnt, one_packet());
	opts.cookie = 1;
	CHECK_EQ(attach_net__on_xdp__attach_opts(skel, &opts), -EINVAL, "with a cookie");
	check_says(SKEL_ERR(attach_net, skel), "has no cookie");
	attach_net__destroy(skel);
}

LOAD_TEST(attach_tcx)
{
	struct lskel_attach_opts opts = { .ifindex = LO };
	struct attach_nf *skel;

	need_kernel(KVER(6, 6), "tcx");
	new_netns();
	skel = OPEN_AND_LOAD(attach_nf);
	COUNTS(skel, attach_nf, attach_nf__on_tcx__attach_opts(skel, &opts), skel->bss->tcx_cnt, one_packet());
	attach_nf__destroy(skel);
}

/* Two of them, in the order that is asked for. */
LOAD_TEST(attach_tcx_before_another)
{
	struct lskel_attach_opts opts = { .ifindex = LO, .attach_type = 46 /* BPF_TCX_INGRESS */ };
	struct attach_net *skel;
	struct attach_nf *other;

	need_kernel(KVER(6, 6), "tcx");
	new_netns();
	skel = open_net();
	other = OPEN_AND_LOAD(attach_nf);
	CHECK(attach_nf__on_tcx__attach_opts(other, &opts) > 0, "attach: %s", SKEL_ERR(attach_nf, other));
	opts.attach_type = 0;
	CHECK_EQ(attach_net__on_tc__attach_opts(skel, &opts), -EINVAL, "SEC(\"tc\") does not say where");
	check_says(SKEL_ERR(attach_net, skel), "needs attach_type");
	opts.attach_type = 46;
	opts.flags = 1u << 3; /* BPF_F_BEFORE */
	opts.relative_fd = skel->progs.on_xdp.prog_fd;
	CHECK(attach_net__on_tc__attach_opts(skel, &opts) < 0, "before something that is not there");
	opts.relative_fd = other->progs.on_tcx.prog_fd;
	CHECK(attach_net__on_tc__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_net, skel));
	other->bss->tcx_cnt = 0;
	one_packet();
	CHECK(skel->bss->tc_cnt > 0 && skel->bss->tc_cnt == other->bss->tcx_cnt, "counted %llu, %llu",
	      (unsigned long long)skel->bss->tc_cnt, (unsigned long long)other->bss->tcx_cnt);
	attach_net__destroy(skel);
	attach_nf__destroy(other);
}

LOAD_TEST(attach_netfilter)
{
	struct lskel_attach_opts opts = { .nf_pf = 2 /* NFPROTO_IPV4 */, .nf_hooknum = 1 /* LOCAL_IN */, .nf_priority = -128 };
	struct attach_nf *skel;
	int err;

	need_kernel(KVER(6, 6), "netfilter programs (6.4), tcx");
	new_netns();
	skel = OPEN_AND_LOAD(attach_nf);
	err = attach_nf__on_nf__attach_opts(skel, &opts);
	if (err == -EAFNOSUPPORT || err == -EOPNOTSUPP)
		SKIP("netfilter hooks for IPv4");
	attach_nf__detach(skel);
	COUNTS(skel, attach_nf, attach_nf__on_nf__attach_opts(skel, &opts), skel->bss->nf_cnt, one_packet());
	attach_nf__destroy(skel);
}

static void one_bind(void)
{
	struct sockaddr_in addr = any_port();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0 && !bind(fd, (void *)&addr, sizeof(addr)), "bind: %s", strerror(errno));
	close(fd);
}

LOAD_TEST(attach_cgroup_hooks)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_net *skel;
	int cg = new_cgroup();

	new_netns();
	move_to_cgroup(cg, "cgroup.procs");
	opts.target_fd = cg;
	skel = open_net();
	CHECK_EQ(attach_net__on_bind__attach_opts(skel, NULL), -EINVAL, "without a cgroup");
	check_says(SKEL_ERR(attach_net, skel), "prog 'on_bind': needs a cgroup in target_fd");
	COUNTS(skel, attach_net, attach_net__on_bind__attach_opts(skel, &opts), skel->bss->bind_cnt, one_bind());
	COUNTS(skel, attach_net, attach_net__on_create__attach_opts(skel, &opts), skel->bss->create_cnt, one_bind());
	COUNTS(skel, attach_net, attach_net__on_connect__attach_opts(skel, &opts), skel->bss->connect_cnt, one_packet());
	COUNTS(skel, attach_net, attach_net__on_egress__attach_opts(skel, &opts), skel->bss->skb_cnt, one_packet());
	attach_net__destroy(skel);
	move_to_cgroup(cg, "../cgroup.procs");
	end_cgroup(cg);
}

LOAD_TEST(attach_sk_lookup)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_net *skel;

	new_netns();
	opts.target_fd = netns_fd();
	skel = open_net();
	CHECK_EQ(attach_net__on_lookup__attach_opts(skel, NULL), -EINVAL, "without a namespace");
	COUNTS(skel, attach_net, attach_net__on_lookup__attach_opts(skel, &opts), skel->bss->lookup_cnt, one_packet());
	attach_net__destroy(skel);
	close(opts.target_fd);
}

/* Two ends of a connection over loopback. */
static void tcp_pair(int pair[2])
{
	struct sockaddr_in addr = any_port();
	socklen_t len = sizeof(addr);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(s >= 0 && !bind(s, (void *)&addr, len) && !listen(s, 1) && !getsockname(s, (void *)&addr, &len), "listen: %s",
	      strerror(errno));
	CHECK(!connect(pair[0], (void *)&addr, len), "connect: %s", strerror(errno));
	pair[1] = accept4(s, NULL, NULL, SOCK_CLOEXEC);
	CHECK(pair[1] >= 0, "accept: %s", strerror(errno));
	close(s);
}

static void one_byte(int pair[2])
{
	char c;

	CHECK(send(pair[0], "x", 1, 0) == 1 && recv(pair[1], &c, 1, 0) == 1, "send: %s", strerror(errno));
}

LOAD_TEST(attach_sockmap)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_net *skel;
	int pair[2], again[2];
	__u64 seen;
	__u32 key = 0;
	__u64 fd;

	need_kernel(KVER(5, 13), "BPF_SK_SKB_VERDICT");
	new_netns();
	skel = open_net();
	opts.target_fd = skel->maps.socks.map_fd;
	for (int round = 0; round < 2; round++) {
		CHECK(attach_net__on_verdict__attach_opts(skel, &opts) > 0, "verdict: %s", SKEL_ERR(attach_net, skel));
		CHECK(attach_net__on_msg__attach_opts(skel, &opts) > 0, "msg: %s", SKEL_ERR(attach_net, skel));
		tcp_pair(pair);
		key = 0;
		fd = (__u64)pair[0];
		CHECK_EQ(map_update(skel->maps.socks.map_fd, &key, &fd, 0), 0, "update");
		key = 1;
		fd = (__u64)pair[1];
		CHECK_EQ(map_update(skel->maps.socks.map_fd, &key, &fd, 0), 0, "update");
		seen = skel->bss->msg_cnt;
		one_byte(pair);
		CHECK_EQ(skel->bss->msg_cnt, seen + 1, "msg");
		CHECK(skel->bss->verdict_cnt > (__u64)round, "verdict");
		close(pair[0]);
		close(pair[1]);
		attach_net__detach(skel);
		/* sockets that come into the map now have no programs */
		tcp_pair(again);
		key = 2;
		fd = (__u64)again[0];
		CHECK_EQ(map_update(skel->maps.socks.map_fd, &key, &fd, 0), 0, "update");
		seen = skel->bss->msg_cnt;
		one_byte(again);
		CHECK_EQ(skel->bss->msg_cnt, seen, "counted after detach");
		close(again[0]);
		close(again[1]);
	}
	attach_net__destroy(skel);
}

LOAD_TEST(attach_socket_filter)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_net *skel;
	int pair[2];

	skel = open_net();
	CHECK(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), "socketpair: %s", strerror(errno));
	opts.target_fd = pair[1];
	COUNTS(skel, attach_net, attach_net__on_filter__attach_opts(skel, &opts), skel->bss->filter_cnt, one_byte(pair));
	opts.own_fd = 1;
	CHECK_EQ(attach_net__on_filter__attach_opts(skel, &opts), -EOPNOTSUPP, "a link of one's own");
	attach_net__destroy(skel);
	close(pair[0]);
	close(pair[1]);
}

LOAD_TEST(attach_all_of_what_needs_targets)
{
	struct attach_net *skel = open_net();

	CHECK_EQ(attach_net__attach(skel), 0, "attach");
	check_says(SKEL_ERR(attach_net, skel), "prog 'on_xdp': not attached");
	CHECK(!strstr(SKEL_ERR(attach_net, skel), "double_it"), "a program that is run is none to attach");
	attach_net__destroy(skel);
}

LOAD_TEST(run_of_a_syscall_program)
{
	struct attach_net *skel = OPEN(attach_net);
	struct {
		__u32 in, out;
	} args = { 21, 0 };

	CHECK_EQ(attach_net__double_it__run(skel, &args, sizeof(args)), -EBADF, "before load");
	need_kernel(KVER(5, 14), "BPF_PROG_TYPE_SYSCALL");
	LOAD(attach_net, skel);
	CHECK_EQ(attach_net__double_it__run(skel, &args, sizeof(args)), 5, "return value");
	CHECK_EQ(args.out, 42, "what it left in the context");
	args.in = 13;
	CHECK_EQ(attach_net__double_it__run(skel, &args, sizeof(args)), -13, "negative return value");
	CHECK_EQ(attach_net__double_it__run(skel, NULL, 1), -EINVAL, "no context");
	check_says(SKEL_ERR(attach_net, skel), "prog 'double_it': BPF_PROG_RUN: -EINVAL");
	CHECK_EQ(attach_net__double_it__run(skel, &args, 1 << 20), -E2BIG, "a large context");
	attach_net__destroy(skel);
}

/* --- iterators */

static void read_all(int link_fd)
{
	union bpf_attr attr = { 0 };
	char text[256];
	int it;

	attr.iter_create.link_fd = (__u32)link_fd;
	it = sys_bpf(BPF_ITER_CREATE, &attr, 8);
	CHECK(it >= 0, "ITER_CREATE: %d", it);
	while (read(it, text, sizeof(text)) > 0)
		;
	close(it);
}

static struct attach_iters *open_iters(void)
{
	struct attach_iters *skel = OPEN(attach_iters);
	int err = attach_iters__load(skel);

	/* with all capabilities, and the verifier not even started: the host does not have tracing allowed */
	if (err == -EPERM)
		SKIP("iterators: %s", SKEL_ERR(attach_iters, skel));
	CHECK(!err, "load: %s", SKEL_ERR(attach_iters, skel));
	return skel;
}

LOAD_TEST(attach_iter_over_a_map)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_iters *skel = open_iters();
	int link;

	CHECK_EQ(attach_iters__over_map__attach(skel), -EOPNOTSUPP, "without a map");
	CHECK_EQ(attach_iters__over_map__attach_opts(skel, &opts), -EINVAL, "without a map");
	opts.target_fd = skel->maps.five.map_fd;
	link = attach_iters__over_map__attach_opts(skel, &opts);
	CHECK(link > 0, "attach: %s", SKEL_ERR(attach_iters, skel));
	read_all(link);
	CHECK_EQ(skel->bss->elems, 5, "elements");
	CHECK_EQ(attach_iters__attach(skel), 0, "the others");
	check_says(SKEL_ERR(attach_iters, skel), "prog 'over_cgroups': not attached");
	attach_iters__destroy(skel);
}

LOAD_TEST(attach_iter_over_one_task)
{
	struct lskel_attach_opts opts = { .iter_tid = getpid() };
	struct attach_iters *skel;
	int link;

	need_kernel(KVER(6, 1), "parameters of task iterators");
	skel = open_iters();
	link = attach_iters__over_tasks__attach_opts(skel, &opts);
	CHECK(link > 0, "attach: %s", SKEL_ERR(attach_iters, skel));
	read_all(link);
	CHECK_EQ(skel->bss->tasks, 1, "tasks");
	attach_iters__detach(skel);
	link = attach_iters__over_tasks__attach(skel);
	CHECK(link > 0, "attach: %s", SKEL_ERR(attach_iters, skel));
	read_all(link);
	CHECK(skel->bss->tasks > 2, "all tasks");
	attach_iters__destroy(skel);
}

LOAD_TEST(attach_iter_over_a_cgroup)
{
	struct lskel_attach_opts opts = { .iter_order = 1 /* BPF_CGROUP_ITER_SELF_ONLY */ };
	struct attach_iters *skel;
	int link, cg = new_cgroup();

	opts.target_fd = cg;
	skel = open_iters();
	link = attach_iters__over_cgroups__attach_opts(skel, &opts);
	CHECK(link > 0, "attach: %s", SKEL_ERR(attach_iters, skel));
	read_all(link);
	CHECK_EQ(skel->bss->cgroups, 1, "cgroups");
	attach_iters__destroy(skel);
	end_cgroup(cg);
}

#endif /* LSKEL_PEER */
