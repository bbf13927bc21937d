// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* struct_ops: congestion controls that carry TCP connections. */
#include "struct_ops_broken.lskel.h"
#include "struct_ops_cc.lskel.h"
#include "struct_ops_link.lskel.h"
#include "struct_ops_pin.lskel.h"

#include "load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <linux/btf.h>

static void need_struct_ops(void)
{
	if (!vmlinux_find("bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT))
		SKIP("struct_ops for tcp_congestion_ops");
}

/* Registered: a socket can be given it. */
static int choose(int sock, const char *cc)
{
	return setsockopt(sock, IPPROTO_TCP, TCP_CONGESTION, cc, (socklen_t)strlen(cc)) ? -errno : 0;
}

static int try_choose(const char *cc)
{
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	CHECK(sock >= 0, "socket: %s", strerror(errno));
	err = choose(sock, cc);
	close(sock);
	return err;
}

#define CHUNK 8192

/* A connection over loopback whose sender uses @cc, and half a megabyte through it. */
static void carry(const char *cc)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int sender = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), receiver, err;
	static unsigned char out[CHUNK], in[CHUNK];
	socklen_t len = sizeof(addr);
	char name[16] = "";

	CHECK(listener >= 0 && sender >= 0, "socket: %s", strerror(errno));
	CHECK(!bind(listener, (struct sockaddr *)&addr, sizeof(addr)), "bind: %s", strerror(errno));
	CHECK(!listen(listener, 1) && !getsockname(listener, (struct sockaddr *)&addr, &len), "listen: %s",
	      strerror(errno));
	err = choose(sender, cc);
	CHECK(!err, "TCP_CONGESTION '%s': %s", cc, strerror(-err));
	len = sizeof(name);
	CHECK(!getsockopt(sender, IPPROTO_TCP, TCP_CONGESTION, name, &len), "getsockopt: %s", strerror(errno));
	CHECK(!strcmp(name, cc), "the socket has '%s', not '%s'", name, cc);
	CHECK(!connect(sender, (struct sockaddr *)&addr, sizeof(addr)), "connect: %s", strerror(errno));
	receiver = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK(receiver >= 0, "accept: %s", strerror(errno));
	for (int i = 0; i < 64; i++) {
		memset(out, i + 1, sizeof(out));
		memset(in, 0, sizeof(in));
		CHECK(send(sender, out, CHUNK, 0) == CHUNK, "send: %s", strerror(errno));
		CHECK(recv(receiver, in, CHUNK, MSG_WAITALL) == CHUNK, "recv: %s", strerror(errno));
		CHECK(!memcmp(in, out, CHUNK), "chunk %d has changed", i);
	}
	close(sender);
	close(receiver);
	close(listener);
}

LOAD_TEST(struct_ops_carries_a_connection)
{
	struct struct_ops_cc *skel;

	need_struct_ops();
	new_netns();
	skel = OPEN_AND_LOAD(struct_ops_cc);
	CHECK_EQ(try_choose("lskel_cc"), -ENOENT, "before attach");
	CHECK_EQ(struct_ops_cc__attach(skel), 0, "attach");
	/* what the maps attach is not spoken of, the rest is */
	check_says(SKEL_ERR(struct_ops_cc, skel), "classify");
	CHECK(!strstr(SKEL_ERR(struct_ops_cc, skel), "cc_init"), "'%s'", SKEL_ERR(struct_ops_cc, skel));
	CHECK(skel->links.cc_fd > 0, "no fd in links");
	carry("lskel_cc");
	CHECK(skel->bss->init_cnt == 1, "init: %llu calls", skel->bss->init_cnt);
	CHECK(skel->bss->avoid_cnt > 0, "cong_avoid is never called");
	CHECK(skel->bss->release_cnt == 1, "release: %llu calls", skel->bss->release_cnt);
	CHECK(run_pkt(skel->progs.classify.prog_fd) == 7, "the program of another type");
	struct_ops_cc__detach(skel);
	CHECK_EQ(skel->links.cc_fd, 0, "link after detach");
	CHECK_EQ(try_choose("lskel_cc"), -ENOENT, "after detach");
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_ids_are_the_kernels)
{
	struct struct_ops_cc *skel;
	struct bpf_map_info map;
	struct bpf_prog_info prog;

	need_struct_ops();
	skel = OPEN_AND_LOAD(struct_ops_cc);
	map_info(skel->maps.cc.map_fd, &map);
	CHECK_EQ(map.type, BPF_MAP_TYPE_STRUCT_OPS, "type");
	CHECK_EQ(map.btf_vmlinux_value_type_id, vmlinux_find("bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT),
		 "value type");
	prog_info(skel->progs.cc_cong_avoid.prog_fd, &prog);
	CHECK_EQ(prog.type, BPF_PROG_TYPE_STRUCT_OPS, "program type");
	if (kernel_version() >= KVER(5, 18)) /* since then told */
		CHECK_EQ(prog.attach_btf_id, vmlinux_find("tcp_congestion_ops", BTF_KIND_STRUCT), "attach BTF id");
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_maps_decide_which_programs_load)
{
	struct struct_ops_cc *skel;

	need_struct_ops();
	skel = OPEN_AND_LOAD(struct_ops_cc);
	CHECK(skel->maps.cc.map_fd > 0 && skel->maps.second.map_fd == 0, "maps %d, %d", skel->maps.cc.map_fd,
	      skel->maps.second.map_fd);
	CHECK(skel->progs.cc_init.prog_fd > 0, "a used one");
	CHECK(skel->progs.cc_set_state.prog_fd > 0, "a used one in a '?' section");
	CHECK(skel->progs.other_cong_avoid.prog_fd == 0, "one that no map uses");
	CHECK(skel->progs.only_second_init.prog_fd == 0, "one of a map that isn't created");
	struct_ops_cc__destroy(skel);

	skel = OPEN(struct_ops_cc);
	skel->opts.autocreate.cc = LSKEL_OFF;
	LOAD(struct_ops_cc, skel);
	CHECK(skel->maps.cc.map_fd == 0 && skel->progs.cc_init.prog_fd == 0, "switched off, but there");
	CHECK_EQ(struct_ops_cc__cc__attach(skel), -EBADF, "attach of a map that is not there");
	check_says(SKEL_ERR(struct_ops_cc, skel), "map 'cc': not loaded");
	CHECK_EQ(struct_ops_cc__attach(skel), 0, "attach of the rest");
	CHECK_EQ(skel->links.cc_fd, 0, "link");
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_optional_map_shares_programs)
{
	struct struct_ops_cc *skel;

	need_struct_ops();
	new_netns();
	skel = OPEN(struct_ops_cc);
	skel->opts.autocreate.second = LSKEL_ON;
	LOAD(struct_ops_cc, skel);
	CHECK(skel->progs.only_second_init.prog_fd > 0, "its program is not loaded");
	CHECK_EQ(struct_ops_cc__attach(skel), 0, "attach");
	carry("lskel_second");
	CHECK(skel->bss->init_cnt == 100, "init: %llu", skel->bss->init_cnt);
	CHECK(skel->bss->avoid_cnt > 0, "the shared cong_avoid is not called");
	carry("lskel_cc");
	CHECK(skel->bss->init_cnt == 101, "init: %llu", skel->bss->init_cnt);
	struct_ops_cc__destroy(skel);
	/* destroying detaches */
	CHECK_EQ(try_choose("lskel_cc"), -ENOENT, "after destroy");
	CHECK_EQ(try_choose("lskel_second"), -ENOENT, "after destroy");
}

LOAD_TEST(struct_ops_shadow_is_what_the_kernel_gets)
{
	struct struct_ops_cc *skel;

	need_struct_ops();
	new_netns();
	skel = OPEN(struct_ops_cc);
	CHECK(!strcmp(skel->struct_ops.cc->name, "lskel_cc"), "name '%.16s'", skel->struct_ops.cc->name);
	CHECK(skel->struct_ops.cc->init == &skel->progs.cc_init, "init is not cc_init");
	CHECK(!skel->struct_ops.cc->lskel_no_such_function, "a function that nobody set");
	strcpy(skel->struct_ops.cc->name, "lskel_renamed");
	skel->struct_ops.cc->cong_avoid = &skel->progs.other_cong_avoid;
	skel->struct_ops.cc->set_state = NULL;
	skel->struct_ops.cc->release = NULL;
	LOAD(struct_ops_cc, skel);
	CHECK(skel->progs.other_cong_avoid.prog_fd > 0, "the new program is not loaded");
	CHECK(skel->progs.cc_cong_avoid.prog_fd == 0 && skel->progs.cc_set_state.prog_fd == 0, "dropped ones are");
	CHECK_EQ(struct_ops_cc__attach(skel), 0, "attach");
	CHECK_EQ(try_choose("lskel_cc"), -ENOENT, "the old name");
	carry("lskel_renamed");
	CHECK(skel->bss->other_cnt > 0, "the new program is not called");
	CHECK(skel->bss->init_cnt == 1, "init: %llu calls", skel->bss->init_cnt);
	CHECK(skel->bss->avoid_cnt == 0 && skel->bss->state_cnt == 0 && skel->bss->release_cnt == 0,
	      "dropped programs are called");
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_program_switched_off_leaves_its_member_out)
{
	struct struct_ops_cc *skel;

	need_struct_ops();
	new_netns();
	skel = OPEN(struct_ops_cc);
	skel->opts.autoload.cc_init = LSKEL_OFF;
	LOAD(struct_ops_cc, skel);
	CHECK_EQ(skel->progs.cc_init.prog_fd, 0, "the program");
	CHECK_EQ(struct_ops_cc__attach(skel), 0, "attach");
	carry("lskel_cc");
	CHECK(skel->bss->avoid_cnt > 0 && skel->bss->init_cnt == 0, "cong_avoid %llu, init %llu", skel->bss->avoid_cnt,
	      skel->bss->init_cnt);
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_program_without_a_map_is_refused_by_name)
{
	struct struct_ops_cc *skel;
	char msg[1024];

	need_struct_ops();
	skel = OPEN(struct_ops_cc);
	skel->opts.autoload.other_cong_avoid = LSKEL_ON;
	CHECK_EQ(LOAD_FAILS(struct_ops_cc, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'other_cong_avoid': no struct_ops map that is created uses it");
	/* the skeleton can be loaded after all */
	skel->opts.autoload.other_cong_avoid = LSKEL_DEFAULT;
	LOAD(struct_ops_cc, skel);
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_members_take_struct_ops_programs_only)
{
	struct struct_ops_cc *skel;
	struct bpf_prog_desc own = { 0 };
	char msg[1024];

	need_struct_ops();
	skel = OPEN(struct_ops_cc);
	skel->struct_ops.cc->init = &skel->progs.classify;
	CHECK_EQ(LOAD_FAILS(struct_ops_cc, skel, msg), -EINVAL, "a program of another type");
	check_says(msg, "map 'cc': member 'init' points to no struct_ops program");
	skel->struct_ops.cc->init = &own;
	CHECK_EQ(LOAD_FAILS(struct_ops_cc, skel, msg), -EINVAL, "something else");
	check_says(msg, "map 'cc': member 'init' points to no struct_ops program");
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_shadow_of_a_missing_member)
{
	struct struct_ops_cc *skel;
	char msg[1024];

	need_struct_ops();
	skel = OPEN(struct_ops_cc);
	skel->struct_ops.cc->lskel_no_such_number = 5;
	CHECK_EQ(LOAD_FAILS(struct_ops_cc, skel, msg), -EOPNOTSUPP, "error");
	check_says(msg, "map 'cc': member 'lskel_no_such_number' is not in the kernel's tcp_congestion_ops: -EOPNOTSUPP");
	CHECK(!skel->maps.cc.map_fd && !skel->maps.bss.map_fd, "a map is open");
	skel->struct_ops.cc->lskel_no_such_number = 0;
	LOAD(struct_ops_cc, skel);
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_what_does_not_fit_is_named)
{
	static const struct {
		size_t map; /* in opts.autocreate */
		int err;
		const char *msg;
	} cases[] = {
#define CASE(map, err, msg) { offsetof(struct struct_ops_broken, opts.autocreate.map), err, "map '" #map "': " msg }
		CASE(no_such, -ENOENT, "the kernel has no struct_ops type called 'lskel_no_such_ops': -ENOENT"),
		CASE(missing_function, -EOPNOTSUPP,
		     "member 'lskel_no_such_function' is not in the kernel's tcp_congestion_ops: -EOPNOTSUPP"),
		CASE(missing_number, -EOPNOTSUPP, "member 'lskel_no_such_number' is not in the kernel's"),
		CASE(narrow, -EOPNOTSUPP, "member 'flags' has another size in the kernel"),
		CASE(pointer, -EOPNOTSUPP, "member 'owner' is a pointer to data, which must be 0"),
		CASE(function, -EOPNOTSUPP, "member 'key' is no function pointer in the kernel"),
		CASE(number, -EOPNOTSUPP, "member 'ssthresh' is of another kind in the kernel"),
#undef CASE
		{ offsetof(struct struct_ops_broken, opts.autocreate.twice), -EINVAL,
		  "prog 'a_prog': it can't be two different members of struct_ops: -EINVAL" },
	};
	struct struct_ops_broken *skel;
	char msg[1024];

	need_struct_ops();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		skel = OPEN(struct_ops_broken);
		((unsigned char *)skel)[cases[i].map] = LSKEL_ON;
		CHECK_EQ(LOAD_FAILS(struct_ops_broken, skel, msg), cases[i].err, msg);
		check_says(msg, cases[i].msg);
		struct_ops_broken__destroy(skel);
	}
	skel = OPEN_AND_LOAD(struct_ops_broken); /* none of them is created by default */
	CHECK_EQ(skel->progs.a_prog.prog_fd, 0, "the program");
	CHECK_EQ(struct_ops_broken__attach(skel), 0, "attach");
	struct_ops_broken__destroy(skel);
}

LOAD_TEST(struct_ops_plain_map_registers_once)
{
	struct struct_ops_cc *skel, *other;
	int fd;

	need_struct_ops();
	skel = OPEN_AND_LOAD(struct_ops_cc);
	other = OPEN_AND_LOAD(struct_ops_cc);
	fd = struct_ops_cc__cc__attach(skel);
	CHECK(fd > 0, "attach: %s", SKEL_ERR(struct_ops_cc, skel));
	CHECK_EQ(fd, skel->links.cc_fd, "the fd in links");
	CHECK_EQ(struct_ops_cc__cc__attach(skel), -EBUSY, "twice");
	check_says(SKEL_ERR(struct_ops_cc, skel), "map 'cc': already attached");
	CHECK_EQ(struct_ops_cc__attach(skel), 0, "all that isn't attached yet");
	CHECK_EQ(fd, skel->links.cc_fd, "the fd in links, after attaching the rest");
	/* the name is taken */
	CHECK_EQ(struct_ops_cc__attach(other), -EEXIST, "another one");
	check_says(SKEL_ERR(struct_ops_cc, other), "map 'cc': BPF_MAP_UPDATE_ELEM: -EEXIST");
	CHECK_EQ(other->links.cc_fd, 0, "its link");
	struct_ops_cc__detach(skel);
	CHECK(struct_ops_cc__attach(skel) < 0, "the kernel registers such a map twice");
	check_says(SKEL_ERR(struct_ops_cc, skel), "map 'cc': BPF_MAP_UPDATE_ELEM");
	struct_ops_cc__destroy(other);
	struct_ops_cc__destroy(skel);
}

LOAD_TEST(struct_ops_link)
{
	struct struct_ops_link *skel;
	int fd;

	need_struct_ops();
	need_kernel(KVER(6, 4), "struct_ops links");
	new_netns();
	skel = OPEN_AND_LOAD(struct_ops_link);
	CHECK_EQ(try_choose("lskel_link"), -ENOENT, "before attach");
	for (int round = 0; round < 2; round++) {
		__u64 seen = skel->bss->avoid_cnt;

		fd = round ? struct_ops_link__attach(skel) ?: skel->links.cc_link_fd :
			     struct_ops_link__cc_link__attach(skel);
		CHECK(fd > 0, "attach in round %d: %s", round, SKEL_ERR(struct_ops_link, skel));
		CHECK_EQ(fd, skel->links.cc_link_fd, "the fd in links");
		carry("lskel_link");
		CHECK(skel->bss->avoid_cnt > seen, "not called in round %d", round);
		struct_ops_link__detach(skel);
		CHECK_EQ(try_choose("lskel_link"), -ENOENT, "after detach");
	}
	struct_ops_link__destroy(skel);
}

LOAD_TEST(struct_ops_link_without_stdin)
{
	struct struct_ops_link *skel;
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);

	need_struct_ops();
	need_kernel(KVER(6, 4), "struct_ops links");
	close(0);
	skel = OPEN_AND_LOAD(struct_ops_link);
	CHECK_EQ(struct_ops_link__attach(skel), 0, "attach");
	CHECK(skel->links.cc_link_fd > 0, "link");
	CHECK_EQ(try_choose("lskel_link"), 0, "registered");
	struct_ops_link__destroy(skel);
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	}
}

/* Kernels before 6.4 know no links: the map that asks for one is named. */
LOAD_TEST(struct_ops_link_on_old_kernels)
{
	struct struct_ops_link *skel;
	char msg[1024];

	need_struct_ops();
	if (kernel_version() >= KVER(6, 4))
		SKIP("a kernel before 6.4");
	skel = OPEN(struct_ops_link);
	CHECK(LOAD_FAILS(struct_ops_link, skel, msg) < 0, "error");
	check_says(msg, "map 'cc_link': BPF_MAP_CREATE");
	struct_ops_link__destroy(skel);
}

LOAD_TEST(struct_ops_with_a_pinned_map)
{
	__u64 calls = 0, before;
	__u32 key = 0;

	need_struct_ops();
	new_netns();
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		SKIP("a BPF file system of its own: %s", strerror(errno));
	for (int round = 0; round < 2; round++) {
		struct struct_ops_pin *skel = OPEN_AND_LOAD(struct_ops_pin);

		CHECK_EQ(skel->opts.pinned.lskel_calls, round ? LSKEL_PIN_FOUND : LSKEL_PIN_MADE, "pinned");
		CHECK_EQ(skel->opts.pinned.cc_pin, 0, "the map of struct_ops");
		CHECK(!map_lookup(skel->maps.lskel_calls.map_fd, &key, &before), "look-up");
		CHECK_EQ(before, calls, "what the last round has left");
		CHECK_EQ(struct_ops_pin__attach(skel), 0, SKEL_ERR(struct_ops_pin, skel));
		carry("lskel_pin");
		CHECK(!map_lookup(skel->maps.lskel_calls.map_fd, &key, &calls), "look-up");
		CHECK(calls > before, "no calls in round %d", round);
		if (round)
			CHECK_EQ(struct_ops_pin__unpin_maps(skel), 0, "unpin");
		struct_ops_pin__destroy(skel);
		CHECK_EQ(try_choose("lskel_pin"), -ENOENT, "after destroy");
	}
}
