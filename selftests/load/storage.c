// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps that store by object: tasks, sockets, inodes, cgroups; arenas. */
#include "arena.lskel.h"
#include "storage.lskel.h"
#include "storage_cgroup.lskel.h"

#include "load.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static struct storage *load_storage(void)
{
	if (!vmlinux_find("inode_storage_map_alloc", 12 /* BTF_KIND_FUNC */))
		SKIP("inode storage (CONFIG_BPF_LSM)");
	return OPEN_AND_LOAD(storage);
}

/* Whether this kernel can store anything now, as seen with the map of inodes. */
static void try_storage(int map_fd)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned long long v = 1;

	skip_if_no_lockless_memory(map_update(map_fd, &fd, &v, 0));
	close(fd);
}

LOAD_TEST(storage_of_tasks)
{
	struct storage *skel = load_storage();
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	unsigned long long v = 0;

	try_storage(skel->maps.of_inode.map_fd);

	CHECK(pidfd >= 0, "pidfd: %s", strerror(errno));
	CHECK_EQ(map_lookup(skel->maps.of_task.map_fd, &pidfd, &v), -ENOENT, "before the first call");
	CHECK(storage__on_enter__attach(skel) > 0, "attach: %s", SKEL_ERR(storage, skel));
	skel->bss->pid = (__u32)getpid();
	for (int i = 0; i < 3; i++)
		syscall(SYS_getppid);
	storage__detach(skel);
	CHECK(!map_lookup(skel->maps.of_task.map_fd, &pidfd, &v), "lookup by pidfd");
	CHECK(v >= 3 && v == skel->bss->seen, "%llu calls, the program saw %llu", v,
	      (unsigned long long)skel->bss->seen);
	close(pidfd);
	storage__destroy(skel);
}

LOAD_TEST(storage_of_sockets)
{
	struct storage *skel = load_storage();
	int cg = new_cgroup(), link, sk;
	unsigned long long v = 0;
	try_storage(skel->maps.of_inode.map_fd);
	link = link_create(skel->progs.on_sock.prog_fd, cg, BPF_CGROUP_INET_SOCK_CREATE);
	CHECK(link >= 0, "attach: %d", link);
	move_to_cgroup(cg, "cgroup.procs");
	sk = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(sk >= 0, "socket: %s", strerror(errno));
	CHECK(!map_lookup(skel->maps.of_sk.map_fd, &sk, &v), "lookup by socket");
	CHECK_EQ(v, 4711, "value");
	close(sk);
	close(link);
	/* Out again, so that the cgroup can go. */
	move_to_cgroup(cg, "../cgroup.procs");
	end_cgroup(cg);
	storage__destroy(skel);
}

LOAD_TEST(storage_of_inodes)
{
	struct storage *skel = load_storage();
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned long long v = 99, w = 0;

	try_storage(skel->maps.of_inode.map_fd);
	CHECK_EQ(map_update(skel->maps.of_inode.map_fd, &fd, &v, 0), 0, "update");
	CHECK(!map_lookup(skel->maps.of_inode.map_fd, &fd, &w) && w == 99, "value %llu", w);
	close(fd);
	storage__destroy(skel);
}

LOAD_TEST(storage_of_cgroups)
{
	struct storage_cgroup *skel = OPEN(storage_cgroup);
	unsigned long long v = 5, w = 0;
	int cg, err;

	need_kernel(KVER(6, 2), "BPF_MAP_TYPE_CGRP_STORAGE");
	LOAD(storage_cgroup, skel);
	cg = new_cgroup();
	err = map_update(skel->maps.of_cgroup.map_fd, &cg, &v, 0);
	skip_if_no_lockless_memory(err);
	CHECK_EQ(err, 0, "update");
	CHECK(!map_lookup(skel->maps.of_cgroup.map_fd, &cg, &w) && w == 5, "value %llu", w);
	end_cgroup(cg);
	storage_cgroup__destroy(skel);
}

LOAD_TEST(arena_with_address)
{
	struct arena *skel = OPEN(arena);
	struct bpf_map_info info;
	int err;

	need_kernel(KVER(6, 9), "BPF_MAP_TYPE_ARENA");
	need_jit("arenas");
	err = arena__load(skel);
	skip_if_no_lockless_memory(err);
	CHECK(!err, "load: %d: %s", err, SKEL_ERR(arena, skel));
	map_info(skel->maps.arena.map_fd, &info);
	CHECK_EQ(info.map_extra, 0x10000000, "map_extra");
	CHECK_EQ(info.max_entries, 10, "max_entries");
	CHECK_EQ(run_ctx(skel->progs.alloc.prog_fd, NULL, 0), 1, "a page");
	arena__destroy(skel);
}
