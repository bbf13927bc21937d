// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* "module:function", where vmlinux has a function of the same name. */
#include "attach_twin.lskel.h"

#include "load.h"

#include <linux/btf.h>

#ifndef LSKEL_PEER

static void check_owner(const struct bpf_prog_info *prog, const char *owner)
{
	struct bpf_btf_info info = { 0 };
	union bpf_attr attr = { 0 };
	char name[64] = "";
	int fd;

	attr.btf_id = prog->attach_btf_obj_id;
	fd = sys_bpf(BPF_BTF_GET_FD_BY_ID, &attr, 12);
	CHECK(fd >= 0, "BTF_GET_FD_BY_ID %u: %s", prog->attach_btf_obj_id, strerror(-fd));
	info.name = (__u64)(uintptr_t)name;
	info.name_len = sizeof(name);
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (__u32)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (__u64)(uintptr_t)&info;
	CHECK(!sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, 16), "GET_INFO");
	close(fd);
	CHECK(!strcmp(name, owner), "program %s: the function is one of '%s'", prog->name, name);
}

/*
 * The only such functions of the modules in the VMs are inline ones, which nothing can be attached to. But
 * the kernel has looked up address and prototype of what it shows here.
 */
LOAD_TEST(attach_target_in_a_module_with_a_namesake)
{
	struct bpf_prog_info info[3];
	struct attach_twin *skel;

	need_fentry();
	if (!is_in_both("nf_defrag_ipv6", "ip6frag_key_hashfn", BTF_KIND_FUNC))
		SKIP("ip6frag_key_hashfn() in vmlinux and in module nf_defrag_ipv6");
	skel = OPEN_AND_LOAD(attach_twin);
	prog_info(skel->progs.in_module.prog_fd, &info[0]);
	prog_info(skel->progs.in_module_too.prog_fd, &info[1]);
	prog_info(skel->progs.in_vmlinux.prog_fd, &info[2]);
	check_owner(&info[0], "nf_defrag_ipv6");
	check_owner(&info[1], "nf_defrag_ipv6");
	check_owner(&info[2], "vmlinux");
	CHECK_EQ(info[1].attach_btf_id, info[0].attach_btf_id, "two programs, one function");
	CHECK_EQ(info[2].attach_btf_id, vmlinux_find("ip6frag_key_hashfn", BTF_KIND_FUNC), "its function");
	attach_twin__destroy(skel);
}

#endif
