// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* More of what attaches to things that are given. */
#include "attach_more.lskel.h"

#include "load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#ifndef LSKEL_PEER

LOAD_TEST(attach_raw_tp_writable)
{
	struct attach_more *skel = OPEN_AND_LOAD(attach_more);
	__u32 ret = 0;

	skel->bss->pid = getpid();
	skel->bss->error = -EDOM;
	CHECK_EQ(try_run_pkt(skel->progs.plain.prog_fd, &ret), 0, "before attach");
	CHECK(attach_more__on_finish__attach(skel) > 0, "attach: %s", SKEL_ERR(attach_more, skel));
	CHECK_EQ(try_run_pkt(skel->progs.plain.prog_fd, &ret), -EDOM, "what the program made of it");
	CHECK_EQ(skel->bss->finish_cnt, 1, "runs");
	attach_more__detach(skel);
	CHECK_EQ(try_run_pkt(skel->progs.plain.prog_fd, &ret), 0, "after detach");
	attach_more__destroy(skel);
}

static int bound_socket(struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	socklen_t len = sizeof(*addr);

	CHECK(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) &&
		      !bind(fd, (void *)addr, len) && !getsockname(fd, (void *)addr, &len),
	      "udp: %s", strerror(errno));
	return fd;
}

LOAD_TEST(attach_sk_reuseport)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct lskel_attach_opts opts = { 0 };
	struct attach_more *skel;
	int fds[2], from;

	new_netns();
	skel = OPEN_AND_LOAD(attach_more);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (__u32 i = 0; i < 2; i++) {
		__u64 fd;

		fds[i] = bound_socket(&addr);
		fd = (__u64)fds[i];
		CHECK_EQ(map_update(skel->maps.socks.map_fd, &i, &fd, 0), 0, "update");
	}
	opts.target_fd = fds[0];
	CHECK(attach_more__pick__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_more, skel));
	from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(from >= 0 && !connect(from, (void *)&addr, sizeof(addr)), "connect: %s", strerror(errno));
	for (__u32 i = 0; i < 4; i++) {
		__u32 to = (i >> 1) ^ 1;
		char c;

		skel->bss->chosen = to;
		CHECK_EQ(send(from, "x", 1, 0), 1, "send");
		poll(&(struct pollfd){ .fd = fds[to], .events = POLLIN }, 1, 5000); /* loopback may take its time */
		CHECK_EQ(recv(fds[to], &c, 1, 0), 1, "at the one that was chosen");
		CHECK_EQ(recv(fds[to ^ 1], &c, 1, 0), -1, "at the other one");
	}
	CHECK_EQ(skel->bss->pick_cnt, 4, "choices");
	attach_more__detach(skel);
	CHECK_EQ(send(from, "x", 1, 0), 1, "send");
	CHECK_EQ(skel->bss->pick_cnt, 4, "after detach");
	close(from);
	close(fds[0]);
	close(fds[1]);
	attach_more__destroy(skel);
}

/* `ip link add lskel_a type netkit` */
static void add_netkit(void)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
		struct rtattr name;
		char name_text[8];
		struct rtattr info, kind;
		char kind_text[8];
	} req = {
		.nlh = { .nlmsg_len = sizeof(req), .nlmsg_type = RTM_NEWLINK,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL },
		.name = { sizeof(struct rtattr) + 8, IFLA_IFNAME },
		.name_text = "lskel_a",
		.info = { 2 * sizeof(struct rtattr) + 8, IFLA_LINKINFO },
		.kind = { sizeof(struct rtattr) + 7, IFLA_INFO_KIND },
		.kind_text = "netkit",
	};
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
		char more[256];
	} reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	CHECK(fd >= 0 && send(fd, &req, sizeof(req), 0) == sizeof(req) && recv(fd, &reply, sizeof(reply), 0) > 0,
	      "netlink: %s", strerror(errno));
	close(fd);
	if (reply.err.error == -EOPNOTSUPP || reply.err.error == -ENODEV)
		SKIP("netkit devices");
	CHECK_EQ(reply.err.error, 0, "RTM_NEWLINK");
}

static void set_up(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_flags = IFF_UP };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	CHECK(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &ifr), "%s up: %s", name, strerror(errno));
	close(fd);
}

static void send_through(unsigned int ifindex)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)ifindex };
	static const char packet[64] = { 0x45, 0, 0, 64 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to.sll_protocol = htons(ETH_P_IP);
	CHECK(fd >= 0 && sendto(fd, packet, sizeof(packet), 0, (void *)&to, sizeof(to)) == sizeof(packet), "send: %s",
	      strerror(errno));
	close(fd);
}

LOAD_TEST(attach_netkit)
{
	struct lskel_attach_opts opts = { 0 };
	struct attach_more *skel;
	char name[IF_NAMESIZE];
	unsigned int peer;

	need_kernel(KVER(6, 7), "netkit");
	new_netns();
	add_netkit();
	opts.ifindex = if_nametoindex("lskel_a");
	CHECK(opts.ifindex, "no device");
	peer = opts.ifindex - 1; /* made first */
	CHECK(if_indextoname(peer, name), "no peer: %s", strerror(errno));
	set_up("lskel_a");
	set_up(name);
	skel = OPEN(attach_more);
	skel->opts.autoload.on_primary = LSKEL_ON;
	skel->opts.autoload.on_peer = LSKEL_ON;
	LOAD(attach_more, skel);
	CHECK_EQ(attach_more__on_primary__attach(skel), -EOPNOTSUPP, "without a device");
	CHECK(attach_more__on_primary__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_more, skel));
	/* the other end's program is attached at the same end */
	CHECK(attach_more__on_peer__attach_opts(skel, &opts) > 0, "attach: %s", SKEL_ERR(attach_more, skel));
	send_through(opts.ifindex);
	CHECK_EQ(skel->bss->primary_cnt, 1, "at the primary");
	CHECK_EQ(skel->bss->peer_cnt, 0, "at the peer");
	send_through(peer);
	CHECK_EQ(skel->bss->peer_cnt, 1, "at the peer");
	attach_more__detach(skel);
	send_through(opts.ifindex);
	send_through(peer);
	CHECK_EQ(skel->bss->primary_cnt + skel->bss->peer_cnt, 2, "after detach");
	attach_more__destroy(skel);
}

#endif
