/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Attaching by BPF_LINK_CREATE to something that is given: a cgroup, an interface, a network namespace, a
 * map. */
#ifndef LSKEL_ATTACH_LINK_H
#define LSKEL_ATTACH_LINK_H

/* What LINK_CREATE has for cgroup, tcx and netkit beside the target. Returns the size to pass. */
static inline unsigned int lskel_attach_order(const struct lskel_attach *a, struct lskel_attr_link *attr)
{
	const struct lskel_attach_opts *o = &a->opts;

	attr->u.order.relative = o->relative_id	      ? o->relative_id
				 : o->relative_fd > 0 ? (__u32)o->relative_fd
						      : 0;
	attr->u.order.expected_revision = o->expected_revision;
	if (!attr->u.order.relative && !attr->u.order.expected_revision)
		return 0;
	return LSKEL_LINK_END(order.expected_revision);
}

static inline int lskel_attach_cgroup(struct lskel_attach *a)
{
	struct lskel_attr_link attr;
	int err;

	err = lskel_attach_needs(a, a->opts.target_fd > 0, LSKEL_TEXT("needs a cgroup in target_fd"));
	if (err)
		return err;
	lskel_attr_link_init(&attr, a);
	attr.target_fd = (__u32)a->opts.target_fd;
	return lskel_link_create(a, &attr, lskel_attach_order(a, &attr));
}

/* sk_lookup, flow_dissector */
static inline int lskel_attach_netns(struct lskel_attach *a)
{
	struct lskel_attr_link attr;
	int err;

	err = lskel_attach_needs(a, a->opts.target_fd > 0,
				 LSKEL_TEXT("needs a network namespace in target_fd"));
	if (err)
		return err;
	lskel_attr_link_init(&attr, a);
	attr.target_fd = (__u32)a->opts.target_fd;
	return lskel_link_create(a, &attr, 0);
}

/* xdp, tcx, netkit */
static inline int lskel_attach_netdev(struct lskel_attach *a)
{
	struct lskel_attr_link attr;
	int err;

	err = lskel_attach_needs(a, a->opts.ifindex != 0, LSKEL_TEXT("needs an interface in ifindex"));
	if (err)
		return err;
	lskel_attr_link_init(&attr, a);
	if (!attr.attach_type)
		return lskel_attach_fail(a, -EINVAL,
					 LSKEL_TEXT("needs attach_type: BPF_TCX_INGRESS, BPF_TCX_EGRESS"));
	attr.target_fd = a->opts.ifindex;
	return lskel_link_create(a, &attr, lskel_attach_order(a, &attr));
}

static inline int lskel_attach_netfilter(struct lskel_attach *a)
{
	struct lskel_attr_link attr;
	int err;

	err = lskel_attach_needs(a, a->opts.nf_pf != 0, LSKEL_TEXT("needs nf_pf and nf_hooknum"));
	if (err)
		return err;
	lskel_attr_link_init(&attr, a);
	attr.flags = 0;
	attr.u.netfilter.pf = a->opts.nf_pf;
	attr.u.netfilter.hooknum = a->opts.nf_hooknum;
	attr.u.netfilter.priority = a->opts.nf_priority;
	attr.u.netfilter.flags = a->opts.flags;
	return lskel_link_create(a, &attr, LSKEL_LINK_END(netfilter.flags));
}

/* union bpf_iter_link_info as of Linux 6.1, 16 bytes: a newer kernel takes the rest as zero. */
struct lskel_iter_info {
	__u32 first, second; /* map_fd; order, cgroup_fd; tid, pid */
	__u32 third, fourth; /* cgroup_id; pid_fd */
};

static inline int lskel_attach_iter(struct lskel_attach *a)
{
	const struct lskel_attach_opts *o = &a->opts;
	const unsigned int kind = a->to->flags;
	struct lskel_attr_link attr;
	struct lskel_iter_info info;

	lskel_zero(&info, sizeof(info));
	if (o->iter_info) {
		;
	} else if (kind & LSKEL_AT_ITER_MAP) {
		if (o->target_fd <= 0)
			return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs a map in target_fd"));
		info.first = (__u32)o->target_fd;
	} else if (kind & LSKEL_AT_ITER_CGROUP) {
		if (o->target_fd <= 0 || !o->iter_order)
			return lskel_attach_fail(a, -EINVAL,
						 LSKEL_TEXT("needs a cgroup in target_fd, and iter_order"));
		info.first = o->iter_order;
		info.second = (__u32)o->target_fd;
	} else if (kind & LSKEL_AT_ITER_TASK) {
		info.first = (__u32)o->iter_tid;
		info.second = (__u32)o->pid;
		info.third = o->target_fd > 0 ? (__u32)o->target_fd : 0;
	}
	lskel_attr_link_init(&attr, a);
	attr.u.iter.info = o->iter_info ? lskel_ptr(o->iter_info) : lskel_ptr(&info);
	attr.u.iter.info_len = o->iter_info ? o->iter_info_sz : (unsigned int)sizeof(info);
	if (!o->iter_info && !info.first && !info.second && !info.third)
		return lskel_link_create(a, &attr, 0);
	return lskel_link_create(a, &attr, LSKEL_LINK_END(iter.info_len));
}

#endif
