/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Attaching to sockmaps, and to sockets by setsockopt(). Extra calls: BPF_PROG_ATTACH, BPF_PROG_DETACH;
 * setsockopt. */
#ifndef LSKEL_ATTACH_SOCK_H
#define LSKEL_ATTACH_SOCK_H

static inline void lskel_sockmap_undo(struct lskel_hold *hold, int prog_fd, int fd)
{
	struct lskel_attr_prog_attach attr;

	lskel_zero(&attr, sizeof(attr));
	attr.target_fd = (__u32)fd;
	attr.attach_bpf_fd = (__u32)prog_fd;
	attr.attach_type = hold->attach_type;
	(void)lskel_sys_bpf(LSKEL_BPF_PROG_DETACH, &attr, sizeof(attr));
	lskel_sys_close(fd);
}

/*
 * sk_skb, sk_msg: by a link where sockmaps have them (6.10), else by PROG_ATTACH; what stands for the link
 * then is another descriptor of the map.
 */
static inline int lskel_attach_sockmap(struct lskel_attach *a)
{
	struct lskel_attr_prog_attach attr;
	struct lskel_attr_link link;
	long fd;
	int err;

	err = lskel_attach_needs(a, a->opts.target_fd > 0, LSKEL_TEXT("needs a sockmap in target_fd"));
	if (err)
		return err;
	lskel_attr_link_init(&link, a);
	if (!link.attach_type)
		return lskel_attach_fail(a, -EINVAL,
					 LSKEL_TEXT("needs attach_type: BPF_SK_SKB_VERDICT or the like"));
	link.target_fd = (__u32)a->opts.target_fd;
	fd = lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, &link, LSKEL_LINK_MIN);
	if (fd != -EINVAL || !a->hold)
		return lskel_attach_done(a, LSKEL_TEXT("BPF_LINK_CREATE"), fd);
	fd = lskel_sys_dup_nonzero(a->opts.target_fd);
	if (fd < 0)
		return lskel_attach_fail(a, fd, LSKEL_TEXT("target_fd"));
	lskel_zero(&attr, sizeof(attr));
	attr.target_fd = (__u32)fd;
	attr.attach_bpf_fd = (__u32)a->prog_fd;
	attr.attach_type = link.attach_type;
	attr.attach_flags = link.flags;
	err = (int)lskel_sys_bpf(LSKEL_BPF_PROG_ATTACH, &attr, sizeof(attr));
	if (err < 0) {
		lskel_sys_close((int)fd);
		return lskel_attach_fail(a, err, LSKEL_TEXT("BPF_PROG_ATTACH"));
	}
	a->hold->attach_type = link.attach_type;
	a->hold->undo = lskel_sockmap_undo;
	return (int)fd;
}

/* SOL_SOCKET and its options. */
#if LSKEL_HOSTED
#include <sys/socket.h>
#endif
#ifndef SOL_SOCKET
#define SOL_SOCKET 1
#endif
#ifndef SO_DETACH_FILTER
#define SO_DETACH_FILTER 27
#endif
#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif
#ifndef SO_ATTACH_REUSEPORT_EBPF
#define SO_ATTACH_REUSEPORT_EBPF 52
#endif
#ifndef SO_DETACH_REUSEPORT_BPF
#define SO_DETACH_REUSEPORT_BPF 68
#endif

#if !LSKEL_HOSTED
#if defined(__x86_64__)
#define LSKEL_NR_setsockopt 54
#elif defined(__s390x__)
#define LSKEL_NR_setsockopt 366
#else
#define LSKEL_NR_setsockopt 208
#endif
#define LSKEL_SETSOCKOPT(fd, opt, val)                                                                       \
	lskel_syscall(LSKEL_NR_setsockopt, (long)(fd), SOL_SOCKET, (long)(opt), (long)(val), sizeof(*(val)), \
		      0)
#else
#define LSKEL_SETSOCKOPT(fd, opt, val) lskel_ret(setsockopt(fd, SOL_SOCKET, opt, val, sizeof(*(val))))
#endif

static inline void lskel_socket_undo(struct lskel_hold *hold, int prog_fd, int fd)
{
	const int none = 0;

	(void)prog_fd;
	(void)LSKEL_SETSOCKOPT(fd, (int)hold->attach_type, &none);
	lskel_sys_close(fd);
}

/* SEC("socket"), SEC("sk_reuseport"): what stands for the link is another descriptor of the socket. */
static inline int lskel_attach_socket(struct lskel_attach *a)
{
	const int reuse = a->to->attach_type != 0, prog_fd = a->prog_fd;
	long fd;
	int err;

	err = lskel_attach_needs(a, a->opts.target_fd > 0, LSKEL_TEXT("needs a socket in target_fd"));
	if (err)
		return err;
	if (!a->hold)
		return lskel_attach_fail(a, -EOPNOTSUPP, LSKEL_TEXT("has no link for own_fd"));
	fd = lskel_sys_dup_nonzero(a->opts.target_fd);
	if (fd < 0)
		return lskel_attach_fail(a, fd, LSKEL_TEXT("target_fd"));
	err = (int)LSKEL_SETSOCKOPT((int)fd, reuse ? SO_ATTACH_REUSEPORT_EBPF : SO_ATTACH_BPF, &prog_fd);
	if (err < 0) {
		lskel_sys_close((int)fd);
		return lskel_attach_fail(a, err, LSKEL_TEXT("setsockopt"));
	}
	a->hold->attach_type = reuse ? SO_DETACH_REUSEPORT_BPF : SO_DETACH_FILTER;
	a->hold->undo = lskel_socket_undo;
	return (int)fd;
}

#endif
