/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Attaching to perf events: kprobes, uprobes, tracepoints, and the caller's own. Extra calls:
 * perf_event_open, ioctl; openat, read, write in /sys/kernel/tracing and /sys/bus/event_source.
 */
#ifndef LSKEL_ATTACH_PERF_H
#define LSKEL_ATTACH_PERF_H

#if !LSKEL_HOSTED
#if defined(__x86_64__)
#define LSKEL_NR_write 1
#define LSKEL_NR_ioctl 16
#define LSKEL_NR_perf_event_open 298
#elif defined(__s390x__)
#define LSKEL_NR_write 4
#define LSKEL_NR_ioctl 54
#define LSKEL_NR_perf_event_open 331
#else
#define LSKEL_NR_ioctl 29
#define LSKEL_NR_write 64
#define LSKEL_NR_perf_event_open 241
#endif
#define LSKEL_SYS5(name, a, b, c, d, e)                                                                      \
	lskel_syscall(LSKEL_NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#else
#define LSKEL_SYS5(name, a, b, c, d, e) lskel_ret(syscall(__NR_##name, a, b, c, d, e))
#endif

/* struct perf_event_attr up to config2 (PERF_ATTR_SIZE_VER1). */
struct lskel_perf_attr {
	__u32 type, size;
	__aligned_u64 config, sample_period, sample_type, read_format, flags;
	__u32 wakeup_events, bp_type;
	__aligned_u64 config1, config2;
};

enum { LSKEL_PERF_TYPE_TRACEPOINT = 2 };

/* The kernel declares its flags as bit fields, so the end they start from is the byte order's. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LSKEL_PERF_FREQ ((__u64)1 << 53)
#else
#define LSKEL_PERF_FREQ ((__u64)1 << 10)
#endif

/* PERF_EVENT_IOC_ENABLE and PERF_EVENT_IOC_SET_BPF, as the architecture's _IO() and _IOW() make them. */
#if defined(__mips__) || defined(__powerpc__) || defined(__sparc__) || defined(__alpha__)
#define LSKEL_PERF_ENABLE 0x20002400u
#define LSKEL_PERF_SET_BPF 0x80042408u
#else
#define LSKEL_PERF_ENABLE 0x2400u
#define LSKEL_PERF_SET_BPF 0x40042408u
#endif

static inline long lskel_perf_open(struct lskel_perf_attr *attr, int pid, int cpu)
{
	attr->size = sizeof(*attr);
	return LSKEL_SYS5(perf_event_open, attr, pid, cpu, -1, 8 /* PERF_FLAG_FD_CLOEXEC */);
}

/*
 * Puts the program on a perf event. Takes @fd over: where there are perf links (5.15) the link holds the
 * event, else the event is the link.
 */
static inline int lskel_attach_event(struct lskel_attach *a, int fd)
{
	struct lskel_attr_link attr;
	long link, err;

	lskel_attr_link_init(&attr, a);
	attr.target_fd = (__u32)fd;
	attr.attach_type = LSKEL_BPF_PERF_EVENT;
	attr.flags = 0;
	attr.u.perf_event.cookie = a->opts.cookie;
	link = lskel_sys_bpf(LSKEL_BPF_LINK_CREATE, &attr,
			     attr.u.perf_event.cookie ? LSKEL_LINK_END(perf_event.cookie) : LSKEL_LINK_MIN);
	if (link == -EINVAL && !a->opts.cookie) {
		err = LSKEL_SYS3(ioctl, fd, LSKEL_PERF_SET_BPF, a->prog_fd);
		link = err < 0 ? link : fd;
	}
	if (link >= 0) {
		err = LSKEL_SYS3(ioctl, fd, LSKEL_PERF_ENABLE, 0);
		if (err < 0) {
			if (link != fd)
				lskel_sys_close((int)link);
			link = err;
		}
	}
	if (link != fd)
		lskel_sys_close(fd);
	return lskel_attach_done(a, LSKEL_TEXT("BPF_LINK_CREATE"), link);
}

/* --- tracefs */

/* Opens a file of tracefs for writing; what is there stays there, without O_TRUNC. */
static inline long lskel_tracefs_open(const char *name)
{
	char path[96];
	struct lskel_path p;
	unsigned int which;
	long fd = -ENOENT;

	for (which = 0; which < 2 && fd < 0; which++) {
		p.buf = path;
		p.len = 0;
		p.sz = sizeof(path);
		lskel_path_add(&p, lskel_tracefs(which));
		lskel_path_add(&p, name);
		fd = LSKEL_SYS4(openat, -100 /* AT_FDCWD */, path, LSKEL_O_CLOEXEC | 1 /* O_WRONLY */, 0);
	}
	return fd;
}

/* The number of the event "category/name", or a negative errno. */
static inline long lskel_tp_id(const char *event)
{
	char path[256], text[24];
	struct lskel_path p;
	unsigned int which, id;
	int len = -ENOENT;

	for (which = 0; which < 2 && len < 0; which++) {
		const char *s = text;

		p.buf = path;
		p.len = 0;
		p.sz = sizeof(path);
		lskel_path_add(&p, lskel_tracefs(which));
		lskel_path_add(&p, "events/");
		lskel_path_add(&p, event);
		lskel_path_add(&p, "/id");
		len = lskel_sys_read_file(path, text, sizeof(text));
		if (len >= 0) {
			id = lskel_parse_num(&s);
			return id == ~0u ? -EINVAL : (long)id;
		}
	}
	return len;
}

/* Opens the perf event of a tracepoint. */
static inline long lskel_tp_open(long id, int pid)
{
	struct lskel_perf_attr attr;

	lskel_zero(&attr, sizeof(attr));
	attr.type = LSKEL_PERF_TYPE_TRACEPOINT;
	attr.config = (__u64)id;
	return lskel_perf_open(&attr, pid > 0 ? pid : -1, pid > 0 ? -1 : 0);
}

static inline int lskel_attach_tp(struct lskel_attach *a)
{
	const char *tp = a->opts.func ? a->opts.func : a->to->target;
	long fd;

	if (!tp)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs \"category/name\" in func"));
	fd = lskel_tp_id(tp);
	if (fd < 0)
		return lskel_attach_fail(a, fd, LSKEL_TEXT("no such tracepoint in tracefs"));
	fd = lskel_tp_open(fd, 0);
	if (fd < 0)
		return lskel_attach_fail(a, fd, LSKEL_TEXT("perf_event_open"));
	return lskel_attach_event(a, (int)fd);
}

static inline int lskel_attach_perf_event(struct lskel_attach *a)
{
	const struct lskel_attach_opts *o = &a->opts;
	struct lskel_perf_attr attr;
	long fd;

	if (o->target_fd > 0) {
		fd = lskel_sys_dup_nonzero(o->target_fd);
		if (fd < 0)
			return lskel_attach_fail(a, fd, LSKEL_TEXT("target_fd"));
		return lskel_attach_event(a, (int)fd);
	}
	if (!o->perf_period)
		return lskel_attach_fail(a, -EINVAL,
					 LSKEL_TEXT("needs a perf event in target_fd, or perf_period"));
	lskel_zero(&attr, sizeof(attr));
	attr.type = o->perf_type;
	attr.config = o->perf_config;
	attr.sample_period = o->perf_period;
	attr.flags = o->perf_freq ? LSKEL_PERF_FREQ : 0;
	fd = lskel_perf_open(&attr, o->pid > 0 ? o->pid : -1, o->pid > 0 ? -1 : (int)o->cpu);
	if (fd < 0)
		return lskel_attach_fail(a, fd, LSKEL_TEXT("perf_event_open"));
	return lskel_attach_event(a, (int)fd);
}

/* --- kprobes and uprobes */

struct lskel_probe {
	int uprobe, ret;
	const char *what; /* function, or path; NUL-terminated */
	__u64 offset, ref_ctr;
	int pid;
};

/* The number behind the first ':' of a format file ("config:0"), or of the whole file: ~0u if there is none.
 */
static inline unsigned int lskel_pmu_num(int uprobe, const char *file)
{
	char path[96], text[32];
	struct lskel_path p;
	const char *s = text, *colon;

	p.buf = path;
	p.len = 0;
	p.sz = sizeof(path);
	lskel_path_add(&p, "/sys/bus/event_source/devices/");
	lskel_path_add(&p, uprobe ? "uprobe/" : "kprobe/");
	lskel_path_add(&p, file);
	if (lskel_sys_read_file(path, text, sizeof(text)) < 0)
		return ~0u;
	colon = lskel_find(s, ":");
	s = colon ? colon : s;
	return lskel_parse_num(&s);
}

/* By the PMU (4.17). -ENODEV: there is none. */
static inline long lskel_probe_pmu(const struct lskel_probe *probe)
{
	unsigned int type = lskel_pmu_num(probe->uprobe, "type"), bit = 0;
	struct lskel_perf_attr attr;

	if (probe->ret && type != ~0u)
		bit = lskel_pmu_num(probe->uprobe, "format/retprobe");
	if (type == ~0u || bit > 63)
		return -LSKEL_ENODEV;
	lskel_zero(&attr, sizeof(attr));
	attr.type = type;
	attr.config = probe->ret ? (__u64)1 << bit : 0;
	attr.config |= probe->ref_ctr << 32; /* PERF_UPROBE_REF_CTR_OFFSET_SHIFT */
	attr.config1 = lskel_ptr(probe->what);
	attr.config2 = probe->offset;
	return lskel_perf_open(&attr, probe->pid > 0 ? probe->pid : -1, probe->pid > 0 ? -1 : 0);
}

static inline long lskel_tracefs_write(int uprobe, const char *line, unsigned int len)
{
	long fd = lskel_tracefs_open(uprobe ? "uprobe_events" : "kprobe_events"), ret;

	if (fd < 0)
		return -LSKEL_ENODEV;
	ret = LSKEL_SYS3(write, fd, line, len);
	lskel_sys_close((int)fd);
	return ret < 0 ? ret : 0;
}

static inline void lskel_probe_remove(const struct lskel_hold *hold)
{
	char line[64];
	struct lskel_path p;

	p.buf = line;
	p.len = 0;
	p.sz = sizeof(line);
	lskel_path_add(&p, "-:");
	lskel_path_add(&p, hold->event);
	(void)lskel_tracefs_write(hold->attach_type != 0, line, p.len);
}

static inline void lskel_probe_undo(struct lskel_hold *hold, int prog_fd, int fd)
{
	(void)prog_fd;
	lskel_sys_close(fd); /* an event that is in use can't be removed */
	lskel_probe_remove(hold);
}

/*
 * An event of our own in tracefs. Its name must be one that nobody has, since a second definition would be
 * added to the first one: the address of @hold tells this process's apart; a name that is taken makes way for
 * the next.
 */
static inline long lskel_probe_legacy(const struct lskel_probe *probe, struct lskel_hold *hold)
{
	__u64 unique = lskel_ptr(hold) >> 3;
	struct lskel_path p;
	unsigned int tries;
	char line[512];
	long ret;

	hold->attach_type = (unsigned int)probe->uprobe;
	for (tries = 0;; tries++, unique++) {
		p.buf = hold->event;
		p.len = 0;
		p.sz = sizeof(hold->event);
		lskel_path_add(&p, "lskel/p");
		lskel_path_hex(&p, unique);
		ret = lskel_tp_id(hold->event);
		if (ret < 0)
			break;
		if (tries == 1000)
			return -LSKEL_EBUSY;
	}
	p.buf = line;
	p.len = 0;
	p.sz = sizeof(line);
	lskel_path_add(&p, probe->ret ? "r:" : "p:");
	lskel_path_add(&p, hold->event);
	lskel_path_add(&p, " ");
	lskel_path_add(&p, probe->what);
	if (probe->uprobe || probe->offset) {
		lskel_path_add(&p, probe->uprobe ? ":0x" : "+0x");
		lskel_path_hex(&p, probe->offset);
	}
	if (probe->ref_ctr) {
		lskel_path_add(&p, "(0x");
		lskel_path_hex(&p, probe->ref_ctr);
		lskel_path_add(&p, ")");
	}
	ret = lskel_tracefs_write(probe->uprobe, line, p.len);
	if (ret < 0)
		return ret;
	ret = lskel_tp_id(hold->event);
	if (ret >= 0)
		ret = lskel_tp_open(ret, probe->pid);
	if (ret < 0)
		lskel_probe_remove(hold);
	else
		hold->undo = lskel_probe_undo;
	return ret;
}

static inline long lskel_probe_open(struct lskel_attach *a, const struct lskel_probe *probe)
{
	long fd = lskel_probe_pmu(probe);

	return fd == -LSKEL_ENODEV && a->hold ? lskel_probe_legacy(probe, a->hold) : fd;
}

/* @fd: from lskel_probe_open() */
static inline int lskel_attach_probe(struct lskel_attach *a, long fd, const char *what)
{
	int link;

	if (fd == -LSKEL_ENODEV)
		what = LSKEL_TEXT("no such probes in this kernel's perf events, nor in tracefs");
	if (fd < 0)
		return lskel_attach_fail(a, fd, what);
	link = lskel_attach_event(a, (int)fd);
	if (link < 0 && a->hold && a->hold->undo) {
		lskel_probe_remove(a->hold);
		a->hold->undo = NULL;
	}
	return link;
}

static inline void lskel_probe_init(struct lskel_probe *probe, const struct lskel_attach *a)
{
	lskel_zero(probe, sizeof(*probe));
	probe->ret = (a->to->flags & LSKEL_AT_RETURN) || a->opts.retprobe;
	probe->offset = a->opts.offset;
}

static inline int lskel_attach_kprobe(struct lskel_attach *a)
{
	const char *func = a->opts.func ? a->opts.func : a->to->target;
	struct lskel_probe probe;
	char name[256];
	__u64 offset;

	if (!func)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs a function's name in func"));
	lskel_probe_init(&probe, a);
	if (lskel_split_offset(func, '+', name, sizeof(name), &offset))
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("no function+offset"));
	probe.what = name;
	probe.offset += offset;
	return lskel_attach_probe(a, lskel_probe_open(a, &probe), LSKEL_TEXT("kprobe"));
}

/* The name of a system call's function, as the architecture has it. */
#if defined(__x86_64__)
#define LSKEL_SYSCALL_PREFIX "__x64_sys_"
#elif defined(__i386__)
#define LSKEL_SYSCALL_PREFIX "__ia32_sys_"
#elif defined(__s390x__)
#define LSKEL_SYSCALL_PREFIX "__s390x_sys_"
#elif defined(__s390__)
#define LSKEL_SYSCALL_PREFIX "__s390_sys_"
#elif defined(__aarch64__)
#define LSKEL_SYSCALL_PREFIX "__arm64_sys_"
#elif defined(__riscv)
#define LSKEL_SYSCALL_PREFIX "__riscv_sys_"
#elif defined(__powerpc64__)
#define LSKEL_SYSCALL_PREFIX "__powerpc64_sys_"
#elif defined(__powerpc__)
#define LSKEL_SYSCALL_PREFIX "__powerpc_sys_"
#else
#define LSKEL_SYSCALL_PREFIX "sys_"
#endif

static inline int lskel_attach_ksyscall(struct lskel_attach *a)
{
	const int wrapper = lskel_has_syscall_wrapper(lskel_kernel_version());
	const char *func = a->opts.func ? a->opts.func : a->to->target;
	struct lskel_probe probe;
	struct lskel_path p;
	char name[256];
	long fd = -ENOENT;
	int i;

	if (!func)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs a system call's name in func"));
	lskel_probe_init(&probe, a);
	probe.what = name;
	/* versions lie: backports, options; the other name is the second guess */
	for (i = 0; i < 2 && fd == -ENOENT; i++) {
		p.buf = name;
		p.len = 0;
		p.sz = sizeof(name);
		lskel_path_add(&p, wrapper != i ? LSKEL_SYSCALL_PREFIX : "__se_sys_");
		lskel_path_add(&p, func);
		fd = lskel_probe_open(a, &probe);
	}
	return lskel_attach_probe(a, fd, LSKEL_TEXT("kprobe"));
}

static inline int lskel_attach_uprobe(struct lskel_attach *a)
{
	struct lskel_probe probe;
	char path[256];
	int err;

	lskel_probe_init(&probe, a);
	err = lskel_uprobe_file(a, path, sizeof(path), &probe.what, &probe.offset);
	if (err)
		return err;
	if (!probe.offset)
		return lskel_attach_fail(a, -EINVAL, LSKEL_TEXT("needs an offset in the file"));
	probe.ref_ctr = a->opts.ref_ctr_off;
	probe.pid = a->opts.pid;
	probe.uprobe = 1;
	return lskel_attach_probe(a, lskel_probe_open(a, &probe), LSKEL_TEXT("uprobe"));
}

#endif
