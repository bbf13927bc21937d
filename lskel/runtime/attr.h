/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The bpf(2) commands that the runtime gives by itself, with its own declarations of the parts of union
 * bpf_attr that they use (include/uapi/linux/bpf.h is the source of truth), so that no particular
 * linux/bpf.h is needed.
 */
#ifndef LSKEL_ATTR_H
#define LSKEL_ATTR_H

enum {
	LSKEL_BPF_MAP_CREATE = 0,
	LSKEL_BPF_MAP_UPDATE_ELEM = 2,
	LSKEL_BPF_MAP_DELETE_ELEM = 3,
	LSKEL_BPF_PROG_LOAD = 5,
	LSKEL_BPF_OBJ_PIN = 6,
	LSKEL_BPF_OBJ_GET = 7,
	LSKEL_BPF_PROG_ATTACH = 8,
	LSKEL_BPF_PROG_DETACH = 9,
	LSKEL_BPF_PROG_RUN = 10,
	LSKEL_BPF_MAP_GET_FD_BY_ID = 14,
	LSKEL_BPF_OBJ_GET_INFO_BY_FD = 15,
	LSKEL_BPF_RAW_TRACEPOINT_OPEN = 17,
	LSKEL_BPF_BTF_LOAD = 18,
	LSKEL_BPF_BTF_GET_FD_BY_ID = 19,
	LSKEL_BPF_MAP_FREEZE = 22,
	LSKEL_BPF_BTF_GET_NEXT_ID = 23,
	LSKEL_BPF_LINK_CREATE = 28,
};

enum {
	LSKEL_BPF_MAP_TYPE_ARRAY = 2,
	LSKEL_BPF_PROG_TYPE_SYSCALL = 31,
	LSKEL_BPF_TRACE_RAW_TP = 23, /* enum bpf_attach_type */
	LSKEL_BPF_PERF_EVENT = 41,
	LSKEL_BPF_F_SLEEPABLE = 1 << 4,
	LSKEL_BPF_F_MMAPABLE = 1 << 10,
};

/* The same number everywhere; without a libc the name is not there. */
#define LSKEL_EBUSY 16
#define LSKEL_ENODEV 19
#define LSKEL_ENOTSUPP 524 /* kernel-internal, but it comes out of bpf(2) */

struct lskel_attr_map_create {
	__u32 map_type, key_size, value_size, max_entries, map_flags, inner_map_fd, numa_node;
	char map_name[16];
	__u32 map_ifindex, btf_fd, btf_key_type_id, btf_value_type_id, btf_vmlinux_value_type_id;
	__aligned_u64 map_extra;
	__u32 value_type_btf_obj_fd, map_token_fd;
	__aligned_u64 excl_prog_hash;
	__u32 excl_prog_hash_size, pad;
};

struct lskel_attr_elem {
	__u32 map_fd, pad;
	__aligned_u64 key, value, flags;
};

struct lskel_attr_prog_load {
	__u32 prog_type, insn_cnt;
	__aligned_u64 insns, license;
	__u32 log_level, log_size;
	__aligned_u64 log_buf;
	__u32 kern_version, prog_flags;
	char prog_name[16];
	__u32 prog_ifindex, expected_attach_type, prog_btf_fd, func_info_rec_size;
	__aligned_u64 func_info;
	__u32 func_info_cnt, line_info_rec_size;
	__aligned_u64 line_info;
	__u32 line_info_cnt, attach_btf_id, attach_prog_fd, core_relo_cnt;
	__aligned_u64 fd_array; /* ends at 128: what 5.14 knows */
	__aligned_u64 core_relos;
	__u32 core_relo_rec_size, log_true_size, prog_token_fd, fd_array_cnt;
	__aligned_u64 signature;
	__u32 signature_size;
	__s32 keyring_id;
};

struct lskel_attr_pin {
	__aligned_u64 pathname;
	__u32 bpf_fd, file_flags;
};

struct lskel_attr_info {
	__u32 bpf_fd, info_len;
	__aligned_u64 info;
};

/* struct bpf_map_info, what is asked of it. */
struct lskel_map_info {
	__u32 other[22];
	__aligned_u64 hash;
	__u32 hash_size, pad;
};

struct lskel_attr_btf_load {
	__aligned_u64 btf, btf_log_buf;
	__u32 btf_size, btf_log_size, btf_log_level, btf_log_true_size;
	__u32 btf_flags, btf_token_fd; /* 6.9 */
};

struct lskel_attr_run {
	__u32 prog_fd, retval, data_size_in, data_size_out;
	__aligned_u64 data_in, data_out;
	__u32 repeat, duration, ctx_size_in, ctx_size_out;
	__aligned_u64 ctx_in, ctx_out;
};

struct lskel_attr_raw_tp {
	__aligned_u64 name;
	__u32 prog_fd, pad; /* pass 12 bytes: the pad is not looked at */
	__aligned_u64 cookie; /* 6.10 */
};

struct lskel_attr_link {
	__u32 prog_fd, target_fd, attach_type, flags;
	union {
		struct {
			__u32 target_btf_id, pad;
			__aligned_u64 cookie;
		} tracing;
		struct {
			__aligned_u64 info;
			__u32 info_len;
		} iter;
		struct {
			__aligned_u64 cookie;
		} perf_event;
		struct {
			__u32 flags, cnt;
			__aligned_u64 syms, addrs, cookies;
		} kprobe_multi;
		struct {
			__u32 pf, hooknum;
			__s32 priority;
			__u32 flags;
		} netfilter;
		struct {
			__u32 relative, pad; /* an fd or an id */
			__aligned_u64 expected_revision;
		} order; /* tcx, netkit, cgroup */
		struct {
			__aligned_u64 path, offsets, ref_ctr_offsets, cookies;
			__u32 cnt, flags, pid;
		} uprobe_multi;
		struct {
			__aligned_u64 ids, cookies;
			__u32 cnt;
		} tracing_multi;
	} u;
};

#define LSKEL_LINK_MIN ((unsigned int)offsetof(struct lskel_attr_link, u))
/* The size to pass so that the kernel sees a field of the union. */
#define LSKEL_LINK_END(member) LSKEL_ATTR_END(lskel_attr_link, u.member)

struct lskel_attr_prog_attach {
	__u32 target_fd, attach_bpf_fd, attach_type, attach_flags;
};

#define LSKEL_ATTR_OFF(type, member) ((unsigned int)offsetof(struct type, member))
#define LSKEL_ATTR_END(type, member)                                                                       \
	((unsigned int)(offsetof(struct type, member) + sizeof(((struct type *)0)->member)))

/* What a call has returned: a descriptor, never 0, which in public fields and in blobs means "absent". */
static inline int lskel_sys_not_zero(int fd)
{
	if (fd != 0)
		return fd;
	fd = lskel_sys_dup_nonzero(0);
	lskel_sys_close(0);
	return fd;
}

/*
 * A link of a program whose target is part of loading it, as it was made before Linux 5.18 (BPF_LINK_CREATE says EINVAL there).
 * @cookie: 0: none; since 6.10.
 */
static inline long lskel_sys_trace_open(int prog_fd, __u64 cookie)
{
	struct lskel_attr_raw_tp attr;

	lskel_zero(&attr, sizeof(attr));
	attr.prog_fd = (__u32)prog_fd;
	attr.cookie = cookie;
	return lskel_sys_bpf(LSKEL_BPF_RAW_TRACEPOINT_OPEN, &attr,
			     cookie ? LSKEL_ATTR_END(lskel_attr_raw_tp, cookie) : LSKEL_ATTR_END(lskel_attr_raw_tp, prog_fd));
}

/* A size that is wrong anywhere stops the compiler: the offsets are the kernel's ABI. */
typedef char lskel_attr_check[
	sizeof(struct lskel_attr_map_create) == 96 && offsetof(struct lskel_attr_map_create, map_extra) == 64 &&
	sizeof(struct lskel_attr_elem) == 32 && sizeof(struct lskel_attr_prog_load) == 168 &&
	offsetof(struct lskel_attr_map_create, excl_prog_hash) == 80 &&
	offsetof(struct lskel_attr_prog_load, signature) == 152 && sizeof(struct lskel_map_info) == 104 &&
	offsetof(struct lskel_attr_prog_load, log_buf) == 32 &&
	offsetof(struct lskel_attr_prog_load, prog_btf_fd) == 72 &&
	LSKEL_ATTR_END(lskel_attr_prog_load, fd_array) == 128 && sizeof(struct lskel_attr_btf_load) == 40 &&
	offsetof(struct lskel_attr_run, ctx_in) == 48 && sizeof(struct lskel_attr_raw_tp) == 24 &&
	LSKEL_LINK_MIN == 16 && LSKEL_LINK_END(uprobe_multi.pid) == 60 && LSKEL_LINK_END(kprobe_multi.cookies) == 48 &&
	LSKEL_LINK_END(order.expected_revision) == 32 && LSKEL_LINK_END(tracing_multi.cnt) == 36 ? 1 : -1];

#endif
