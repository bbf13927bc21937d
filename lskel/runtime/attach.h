/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Attaching: what all kinds share, and the kinds that BPF_RAW_TRACEPOINT_OPEN and BPF_LINK_CREATE do without
 * a target. The others are in attach_*.h, which are only in the headers of skeletons that have such programs.
 *
 * A kind is a function that takes a struct lskel_attach and returns the link's fd or a negative errno, after
 * having said why. NAME__P__attach() and NAME__P__attach_opts() are calls of lskel_attach_one() with the kind
 * and with what the object says.
 */
#ifndef LSKEL_ATTACH_H
#define LSKEL_ATTACH_H

/*
 * Arguments of NAME__P__attach_opts(). 0 and NULL mean: not given, as the section says, or the usual.
 * A cookie is refused (-EINVAL) where the kernel has none; other members that a kind has no use for are
 * ignored.
 */
struct lskel_attach_opts {
	__u64 cookie;  /* for bpf_get_attach_cookie() */
	int target_fd; /* what is attached to: a cgroup, a network namespace, a sockmap, a socket, a map
			* (iter), a pidfd (iter/task), a perf event of the caller's (perf_event) */
	unsigned int ifindex;	  /* xdp, tcx, netkit: the interface */
	unsigned int attach_type; /* enum bpf_attach_type, where the section leaves it open: tc, cgroup/skb,
				     sk_skb */
	unsigned int flags; /* of the command: XDP_FLAGS_*, BPF_F_BEFORE, BPF_F_NETFILTER_IP_DEFRAG, ... */
	int own_fd; /* non-zero: the link is the caller's, to close; the skeleton does not keep it, and
		     * the program may be attached any number of times */

	/* cgroup, tcx, netkit: a place among others, with BPF_F_BEFORE or BPF_F_AFTER in flags */
	int relative_fd;
	unsigned int relative_id; /* with BPF_F_ID */
	__u64 expected_revision;

	/* kprobe, ksyscall, raw_tp, tracepoint, kprobe.multi, uprobe */
	const char *func;  /* function, system call, "category/name", or pattern instead of the section's */
	const char *path;  /* uprobe: the file */
	__u64 offset;	   /* kprobe: from the function's start; uprobe: in the file */
	__u64 ref_ctr_off; /* uprobe: offset of the semaphore in the file */
	int pid;	   /* uprobe, perf_event: only this process; iter/task: its number */
	unsigned int cpu;  /* perf_event: all processes on this CPU (if pid is 0) */
	int retprobe;	   /* non-zero: at the return, also if the section does not say so */

	/* kprobe.multi: syms or addrs; uprobe.multi: offsets; fentry.multi: syms or btf_ids */
	unsigned int cnt;
	const char *const *syms;
	const __u64 *addrs;
	const __u64 *offsets;
	const __u64 *ref_ctr_offs;
	const __u64 *cookies;

	const __u32 *btf_ids; /* fentry.multi and its like: functions, or syms */

	/* perf_event: struct perf_event_attr in short */
	unsigned int perf_type; /* PERF_TYPE_HARDWARE is 0 */
	__u64 perf_config;
	__u64 perf_period; /* events between samples, or with perf_freq: samples a second */
	int perf_freq;

	/* iter */
	const void *iter_info; /* union bpf_iter_link_info, instead of target_fd and the two below */
	unsigned int iter_info_sz;
	unsigned int iter_order; /* iter/cgroup: BPF_CGROUP_ITER_* */
	int iter_tid;		 /* iter/task */

	/* netfilter */
	unsigned int nf_pf, nf_hooknum; /* NFPROTO_IPV4 is 2; NF_INET_PRE_ROUTING is 0 */
	int nf_priority;
};

/* What the object says about attaching a program. */
struct lskel_attach_to {
	const char *prog;	  /* its name */
	const char *target;	  /* what follows the section's name; NULL: nothing */
	unsigned int attach_type; /* enum bpf_attach_type */
	unsigned int flags;	  /* LSKEL_AT_* */
};

enum {
	LSKEL_AT_RETURN = 1,	  /* kretprobe and its like */
	LSKEL_AT_ITER_MAP = 2,	  /* iter: needs a map in target_fd */
	LSKEL_AT_ITER_CGROUP = 4, /* a cgroup */
	LSKEL_AT_ITER_TASK = 8,	  /* may have a task */
};

/*
 * What must be undone beyond closing the link, where the kernel has no link for something. The skeleton has
 * one for each program of such a kind.
 */
struct lskel_hold {
	/* closes fd too; NULL: there is nothing */
	void (*undo)(struct lskel_hold *hold, int prog_fd, int fd);
	unsigned int attach_type;
	char event[28]; /* in tracefs */
};

/* One attachment, while it is being made. */
struct lskel_attach {
	struct lskel_state *st;
	const struct lskel_attach_to *to;
	int prog_fd;
	struct lskel_attach_opts opts;
	struct lskel_hold *hold; /* NULL: nothing may be left to undo */
};

static inline int lskel_attach_fail(const struct lskel_attach *a, long err, const char *what)
{
	return lskel_fail(a->st, (int)err, LSKEL_TEXT("prog"), a->to->prog, what);
}

/* The same, about something that has a name. */
static inline int lskel_attach_fail_name(const struct lskel_attach *a, long err, const char *what, const char *name)
{
	const char *parts[] = { what, name };

	return lskel_fail_parts(a->st, (int)err, LSKEL_TEXT("prog"), a->to->prog, parts, 2);
}

/* The link's fd, or what the command says. (It would be 0 if the program had closed its stdin.) */
static inline int lskel_attach_done(const struct lskel_attach *a, const char *cmd, long fd)
{
	fd = lskel_sys_not_zero((int)fd);
	return fd < 0 ? lskel_attach_fail(a, fd, cmd) : (int)fd;
}

/* Attach one program; @link: where the skeleton keeps the fd. Returns the link's fd. */
static inline int lskel_attach_one(int (*kind)(struct lskel_attach *), struct lskel_state *st,
				   const struct lskel_attach_to *to, int prog_fd,
				   const struct lskel_attach_opts *opts, int *link, struct lskel_hold *hold)
{
	struct lskel_attach a;
	int fd;

	a.st = st;
	a.to = to;
	a.prog_fd = prog_fd;
	a.hold = hold;
	if (opts)
		lskel_copy(&a.opts, opts, sizeof(a.opts));
	else
		lskel_zero(&a.opts, sizeof(a.opts));
	if (a.opts.own_fd)
		a.hold = NULL;
	if (prog_fd <= 0)
		return lskel_attach_fail(&a, -EBADF, LSKEL_TEXT("not loaded"));
	if (*link > 0 && !a.opts.own_fd)
		return lskel_attach_fail(&a, -LSKEL_EBUSY, LSKEL_TEXT("attached already"));
	fd = kind(&a);
	if (fd > 0 && !a.opts.own_fd)
		*link = fd;
	return fd;
}

/* Undo lskel_attach_one(). @hold: NULL where the kind has none. */
static inline void lskel_detach_one(int prog_fd, int *link, struct lskel_hold *hold)
{
	if (hold && hold->undo && *link > 0) {
		hold->undo(hold, prog_fd, *link);
		hold->undo = NULL;
		*link = 0;
	} else if (*link > 0) {
		lskel_sys_close(*link);
		*link = 0;
	}
}

/* A kind that needs something and has no cookie: 0, or what it says. */
static inline int lskel_attach_needs(const struct lskel_attach *a, int given, const char *what)
{
	if (!given)
		return lskel_attach_fail(a, -EINVAL, what);
	return a->opts.cookie ? lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("has no cookie")) : 0;
}

static inline int lskel_attach_raw_tp(struct lskel_attach *a)
{
	const char *tp = a->opts.func ? a->opts.func : a->to->target;
	struct lskel_attr_raw_tp attr;

	if (!tp)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs the name of a tracepoint in func"));
	if (LSKEL_IN_KERNEL)
		return lskel_attach_fail(a, -EOPNOTSUPP,
					 LSKEL_TEXT("a module can't name a tracepoint; tp_btf needs no name"));
	lskel_zero(&attr, sizeof(attr));
	attr.name = lskel_ptr(tp);
	attr.prog_fd = (__u32)a->prog_fd;
	attr.cookie = a->opts.cookie;
	return lskel_attach_done(a, LSKEL_TEXT("BPF_RAW_TRACEPOINT_OPEN"),
				 lskel_sys_bpf(LSKEL_BPF_RAW_TRACEPOINT_OPEN, &attr,
					       attr.cookie ? LSKEL_ATTR_END(lskel_attr_raw_tp, cookie)
							   : LSKEL_ATTR_END(lskel_attr_raw_tp, prog_fd)));
}

static inline void lskel_attr_link_init(struct lskel_attr_link *attr, const struct lskel_attach *a)
{
	lskel_zero(attr, sizeof(*attr));
	attr->prog_fd = (__u32)a->prog_fd;
	attr->attach_type = a->opts.attach_type ? a->opts.attach_type : a->to->attach_type;
	attr->flags = a->opts.flags;
}

/* @sz: up to where the kernel must look, the four fields that all links have at least. */
static inline int lskel_link_create(const struct lskel_attach *a, struct lskel_attr_link *attr,
				    unsigned int sz)
{
	return lskel_attach_done(
		a, LSKEL_TEXT("BPF_LINK_CREATE"),
		lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, attr, sz > LSKEL_LINK_MIN ? sz : LSKEL_LINK_MIN));
}

/*
 * Programs whose target is part of loading them: tp_btf, fentry and its like, lsm, freplace. BPF_LINK_CREATE of 6.1
 * ignores the cookie of a tracepoint without a word; the other command refuses it.
 */
static inline int lskel_attach_trace(struct lskel_attach *a)
{
	struct lskel_attr_link attr;
	long fd;

	if (a->to->attach_type == LSKEL_BPF_TRACE_RAW_TP && a->opts.cookie)
		return lskel_attach_done(a, LSKEL_TEXT("BPF_RAW_TRACEPOINT_OPEN"),
					 lskel_sys_trace_open(a->prog_fd, a->opts.cookie));
	lskel_attr_link_init(&attr, a);
	attr.u.tracing.cookie = a->opts.cookie;
	fd = lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, &attr, a->opts.cookie ? LSKEL_LINK_END(tracing.cookie) : LSKEL_LINK_MIN);
	if (fd == -EINVAL && !a->opts.cookie) {
		fd = lskel_sys_trace_open(a->prog_fd, 0);
		fd = fd < 0 ? -EINVAL : fd;
	}
	return lskel_attach_done(a, LSKEL_TEXT("BPF_LINK_CREATE"), fd);
}

static inline int lskel_attach_none(struct lskel_state *st, const char *prog)
{
	return lskel_fail(st, -EOPNOTSUPP, LSKEL_TEXT("prog"), prog,
			  LSKEL_TEXT("can't be attached without more arguments"));
}

static inline int lskel_attach_skip(struct lskel_state *st, const char *prog)
{
	lskel_remark(st, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("not attached, it needs more arguments"));
	return 0;
}

/* Run a SEC("syscall") program. Returns what it returns, or a negative errno. */
static inline int lskel_run_prog(struct lskel_state *st, const char *prog, int prog_fd, void *ctx, size_t sz)
{
	struct lskel_attr_run attr;
	long err;

	if (prog_fd <= 0)
		return lskel_fail(st, -EBADF, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("not loaded"));
	if (sz > 0xffff) /* the kernel's limit; more bits than this would be cut off */
		return lskel_fail(st, -E2BIG, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("context"));
	lskel_zero(&attr, sizeof(attr));
	attr.prog_fd = (__u32)prog_fd;
	attr.ctx_in = sz ? lskel_ptr(ctx) : 0;
	attr.ctx_size_in = (__u32)sz;
	err = lskel_sys_bpf(LSKEL_BPF_PROG_RUN, &attr, sizeof(attr));
	if (err < 0)
		return lskel_fail(st, (int)err, LSKEL_TEXT("prog"), prog, LSKEL_TEXT("BPF_PROG_RUN"));
	return (int)attr.retval;
}

static inline void lskel_close(int *fd)
{
	if (*fd > 0)
		lskel_sys_close(*fd);
	*fd = 0;
}

#endif
