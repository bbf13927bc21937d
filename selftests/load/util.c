// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the loading tests ask the kernel, by plain system calls. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <linux/btf.h>
#include <linux/capability.h>

#include "load.h"

#define PTR(p) ((__u64)(uintptr_t)(p))

int sys_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	long ret = syscall(SYS_bpf, cmd, attr, size);

	return ret < 0 ? -errno : (int)ret;
}

static int elem(int cmd, int fd, const void *key, const void *value, __u64 flags)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = (__u32)fd;
	attr.key = PTR(key);
	attr.value = PTR(value);
	attr.flags = flags;
	return sys_bpf(cmd, &attr, 32);
}

int map_lookup(int fd, const void *key, void *value)
{
	return elem(BPF_MAP_LOOKUP_ELEM, fd, key, value, 0);
}

int map_update(int fd, const void *key, const void *value, __u64 flags)
{
	return elem(BPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

int map_delete(int fd, const void *key)
{
	return elem(BPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

int map_freeze(int fd)
{
	union bpf_attr attr = { .map_fd = (__u32)fd };

	return sys_bpf(BPF_MAP_FREEZE, &attr, 4);
}

int map_create(unsigned int type, unsigned int key_sz, unsigned int value_sz, unsigned int entries)
{
	union bpf_attr attr = { 0 };

	attr.map_type = type;
	attr.key_size = key_sz;
	attr.value_size = value_sz;
	attr.max_entries = entries;
	return sys_bpf(BPF_MAP_CREATE, &attr, 48);
}

static void get_info(int fd, void *info, __u32 sz)
{
	union bpf_attr attr = { 0 };
	int err;

	attr.info.bpf_fd = (__u32)fd;
	attr.info.info_len = sz;
	attr.info.info = PTR(info);
	err = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, 16);
	CHECK(!err, "OBJ_GET_INFO_BY_FD of fd %d: %s", fd, strerror(-err));
}

void map_info(int fd, struct bpf_map_info *info)
{
	memset(info, 0, sizeof(*info));
	get_info(fd, info, sizeof(*info));
}

void prog_info(int fd, struct bpf_prog_info *info)
{
	memset(info, 0, sizeof(*info));
	get_info(fd, info, sizeof(*info));
}

int link_create(int prog_fd, int target_fd, unsigned int attach_type)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = (__u32)prog_fd;
	attr.link_create.target_fd = (__u32)target_fd;
	attr.link_create.attach_type = attach_type;
	return sys_bpf(BPF_LINK_CREATE, &attr, 16);
}

void *btf_by_id(__u32 id, __u32 *sz)
{
	struct bpf_btf_info info = { 0 };
	union bpf_attr attr = { 0 };
	void *data;
	int fd;

	attr.btf_id = id;
	fd = sys_bpf(BPF_BTF_GET_FD_BY_ID, &attr, 12);
	CHECK(fd >= 0, "BTF_GET_FD_BY_ID %u: %s", id, strerror(-fd));
	get_info(fd, &info, sizeof(info));
	data = malloc(info.btf_size);
	CHECK(data, "no memory");
	*sz = info.btf_size;
	memset(&info, 0, sizeof(info));
	info.btf = PTR(data);
	info.btf_size = *sz;
	get_info(fd, &info, sizeof(info));
	close(fd);
	return data;
}

/* Bytes that follow a struct btf_type. */
static size_t btf_tail(const struct btf_type *t)
{
	size_t vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

__u32 btf_find(const void *btf, __u32 sz, const char *name, unsigned int kind)
{
	const struct btf_header *hdr = btf;
	const char *base = btf, *str = base + hdr->hdr_len + hdr->str_off;
	const char *p = base + hdr->hdr_len + hdr->type_off, *end = p + hdr->type_len;

	CHECK(sz > sizeof(*hdr) && hdr->magic == BTF_MAGIC, "not BTF");
	for (__u32 id = 1; p < end; id++) {
		const struct btf_type *t = (const void *)p;

		if ((!kind || BTF_INFO_KIND(t->info) == kind) && !strcmp(str + t->name_off, name))
			return id;
		p += sizeof(*t) + btf_tail(t);
	}
	return 0;
}

static char *read_btf(const char *whose, __u32 *sz)
{
	size_t cap = 64 << 20;
	char path[64], *btf;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", whose);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		SKIP("BTF (%s)", path);
	btf = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(btf != MAP_FAILED, "no memory");
	for (*sz = 0; (n = read(fd, btf + *sz, cap - *sz)) > 0;)
		*sz += (__u32)n;
	close(fd);
	return btf;
}

static char *vmlinux_btf(__u32 *sz)
{
	static char *btf;
	static __u32 btf_sz;

	if (!btf)
		btf = read_btf("vmlinux", &btf_sz);
	*sz = btf_sz;
	return btf;
}

__u32 vmlinux_find(const char *name, unsigned int kind)
{
	__u32 sz;
	const char *btf = vmlinux_btf(&sz);

	return btf_find(btf, sz, name, kind);
}

int vmlinux_field(const char *type, const char *field)
{
	__u32 sz, i;
	const char *btf = vmlinux_btf(&sz), *str, *p, *end;
	const struct btf_header *hdr = (const void *)btf;

	str = btf + hdr->hdr_len + hdr->str_off;
	p = btf + hdr->hdr_len + hdr->type_off;
	for (end = p + hdr->type_len; p < end;) {
		const struct btf_type *t = (const void *)p;
		const struct btf_member *m = (const void *)(t + 1);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT && !strcmp(str + t->name_off, type))
			for (i = 0; i < BTF_INFO_VLEN(t->info); i++)
				if (!strcmp(str + m[i].name_off, field))
					return (int)((BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m[i].offset) : m[i].offset) / 8);
		p += sizeof(*t) + btf_tail(t);
	}
	return -1;
}

bool is_in_both(const char *module, const char *name, unsigned int kind)
{
	__u32 sz, mod_sz;
	const char *vmlinux = vmlinux_btf(&sz), *strs, *str, *p, *end;
	const struct btf_header *hdr = (const void *)vmlinux;
	const char *mod = read_btf(module, &mod_sz);

	/* a module's names that vmlinux has, too, are offsets in vmlinux's strings */
	strs = vmlinux + hdr->hdr_len + hdr->str_off;
	for (str = strs + 1; str < strs + hdr->str_len && strcmp(str, name);)
		str += strlen(str) + 1;
	if (str >= strs + hdr->str_len || !btf_find(vmlinux, sz, name, kind))
		return false;
	hdr = (const void *)mod;
	p = mod + hdr->hdr_len + hdr->type_off;
	for (end = p + hdr->type_len; p < end;) {
		const struct btf_type *t = (const void *)p;

		if (BTF_INFO_KIND(t->info) == kind && t->name_off == (__u32)(str - strs))
			return true;
		p += sizeof(*t) + btf_tail(t);
	}
	return false;
}

static int test_run(int fd, void *data, __u32 data_sz, void *ctx, __u32 ctx_sz, __u32 *retval)
{
	union bpf_attr attr = { 0 };
	int err;

	attr.test.prog_fd = (__u32)fd;
	attr.test.data_in = PTR(data);
	attr.test.data_size_in = data_sz;
	attr.test.repeat = data ? 1 : 0;
	attr.test.ctx_in = PTR(ctx);
	attr.test.ctx_size_in = ctx_sz;
	err = sys_bpf(BPF_PROG_TEST_RUN, &attr, 80);
	*retval = attr.test.retval;
	return err;
}

int try_run_pkt(int prog_fd, __u32 *retval)
{
	char pkt[64] = { 0 };

	return test_run(prog_fd, pkt, sizeof(pkt), NULL, 0, retval);
}

__u32 run_pkt(int prog_fd)
{
	__u32 retval;
	int err = try_run_pkt(prog_fd, &retval);

	CHECK(!err, "PROG_TEST_RUN of fd %d: %s", prog_fd, strerror(-err));
	return retval;
}

__u32 run_ctx(int prog_fd, void *ctx, __u32 sz)
{
	__u32 retval;
	int err = test_run(prog_fd, NULL, 0, ctx, sz, &retval);

	CHECK(!err, "PROG_TEST_RUN of fd %d: %s", prog_fd, strerror(-err));
	return retval;
}

void check_says(const char *text, const char *part)
{
#ifndef LSKEL_PEER
	CHECK(strstr(text, part), "'%s' is not in the message: '%s'", part, text);
#else
	(void)text;
	(void)part;
#endif
}

unsigned int kernel_version(void)
{
	unsigned int a = 0, b = 0;
	struct utsname u;

	uname(&u);
	sscanf(u.release, "%u.%u", &a, &b);
	return KVER(a, b);
}

void need_kernel(unsigned int version, const char *what)
{
	if (kernel_version() < version)
		SKIP("Linux %u.%u (%s)", version >> 16, version >> 8 & 255, what);
}

int possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	int first, last, n;

	CHECK(f, "/sys/devices/system/cpu/possible: %s", strerror(errno));
	n = fscanf(f, "%d-%d", &first, &last);
	fclose(f);
	CHECK(n >= 1 && first == 0, "odd list of possible CPUs");
	return n == 1 ? 1 : last + 1;
}

/*
 * Reading /proc/kallsyms takes seconds on an emulated machine, so it is read once for all tests: the table lies in
 * memory that their processes share.
 */
static const char *const ksym_names[] = { "runqueues", "this_cpu_off", "bpf_prog_put", "bpf_map_put",
					  "bpf_xdp_ct_lookup" };
#define KSYM_CNT (sizeof(ksym_names) / sizeof(ksym_names[0]))

static struct {
	bool read;
	unsigned long long addr[KSYM_CNT];
} *ksyms;

__attribute__((constructor)) static void ksym_alloc(void)
{
	ksyms = mmap(NULL, sizeof(*ksyms), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ksyms == MAP_FAILED)
		abort();
}

static void ksym_read(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[1024];

	CHECK(f, "/proc/kallsyms: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		/* "ffffffff81000000 T name", and "\t[module]" */
		char *name = strchr(line, ' ');
		size_t len;

		if (!name || !name[1] || !name[2])
			continue;
		name += 3;
		len = strcspn(name, "\t\n");
		for (size_t i = 0; i < KSYM_CNT; i++)
			if (!ksyms->addr[i] && !strncmp(name, ksym_names[i], len) && !ksym_names[i][len])
				ksyms->addr[i] = strtoull(line, NULL, 16);
	}
	fclose(f);
	ksyms->read = true;
}

unsigned long long ksym_addr(const char *name)
{
	if (!ksyms->read)
		ksym_read();
	for (size_t i = 0; i < KSYM_CNT; i++)
		if (!strcmp(ksym_names[i], name))
			return ksyms->addr[i];
	test_fail(__FILE__, __LINE__, "'%s' is not in ksym_names[]", name);
}

int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	CHECK(d, "/proc/self/fd: %s", strerror(errno));
	while (readdir(d))
		n++;
	closedir(d);
	return n - 3; /* ".", ".." and the directory itself */
}

int bpf_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[1024];
	int n = 0;

	CHECK(f, "/proc/self/maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		n += strstr(line, "bpf-map") != NULL;
	fclose(f);
	return n;
}

/* Load and attach `return 0` with the means of bpf(2) alone. */
static int try_tracing(unsigned int prog_type, unsigned int attach_type, const char *func)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };
	int prog, link;

	attr.prog_type = prog_type;
	attr.expected_attach_type = attach_type;
	attr.insns = PTR(insns);
	attr.insn_cnt = 2;
	attr.license = PTR("GPL");
	attr.attach_btf_id = vmlinux_find(func, BTF_KIND_FUNC);
	if (!attr.attach_btf_id)
		return -ENOENT;
	prog = sys_bpf(BPF_PROG_LOAD, &attr, 120);
	if (prog < 0)
		return prog;
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = (__u32)prog;
	link = sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, 16);
	close(prog);
	if (link < 0)
		return link;
	close(link);
	return 0;
}

void need_tracing(unsigned int prog_type, unsigned int attach_type, const char *func, const char *what)
{
	int err = try_tracing(prog_type, attach_type, func);

	if (err)
		SKIP("%s (a plain program gives: %s)", what, strerror(-err));
}

void need_jit(const char *what)
{
	FILE *f = fopen("/proc/sys/net/core/bpf_jit_enable", "re");
	int on = 1;

	/* Without the file there is nothing to switch: no JIT, if it isn't only that the files beside it are not to be seen. */
	if (!f)
		on = access("/proc/sys/net/core/rmem_max", F_OK) != 0;
	if (f && fscanf(f, "%d", &on) != 1)
		on = 1;
	if (f)
		fclose(f);
	if (!on)
		SKIP("the JIT (%s)", what);
}

void need_fentry(void)
{
	need_tracing(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "bpf_fentry_test1", "fentry");
}

/*
 * Kernels from about 7.0 take the memory of timers, local storages and arenas from an allocator without locks, which
 * wants cmpxchg16b; emulators and their users switch that off.
 */
void skip_if_no_lockless_memory(int err)
{
	char line[4096];
	FILE *f;

	if (err != -ENOMEM)
		return;
	f = fopen("/proc/cpuinfo", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "flags", 5)) {
			fclose(f);
			if (!strstr(line, " cx16"))
				SKIP("a CPU with cmpxchg16b (the kernel's memory without locks)");
			return;
		}
	}
	if (f)
		fclose(f);
}

void new_netns(void)
{
	struct ifreq ifr = { 0 };
	int fd;

	if (unshare(CLONE_NEWNET))
		SKIP("a network namespace: %s", strerror(errno));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		SKIP("IPv4: %s", strerror(errno));
	strcpy(ifr.ifr_name, "lo");
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	CHECK(!ioctl(fd, SIOCSIFFLAGS, &ifr), "lo up: %s", strerror(errno));
	close(fd);
}

#define CGROUP_DIR "/sys/fs/cgroup"

int new_cgroup(void)
{
	int fd;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		SKIP("a mount namespace: %s", strerror(errno));
	/* Busy: it is there already. */
	if (mount("none", CGROUP_DIR, "cgroup2", 0, NULL) && errno != EBUSY)
		SKIP("cgroup2: %s", strerror(errno));
	/* One that a failed test left behind is as good as a new one: its links are gone. */
	if (mkdir(CGROUP_DIR "/lskel-test", 0755) && errno != EEXIST)
		SKIP("a cgroup: %s", strerror(errno));
	fd = open(CGROUP_DIR "/lskel-test", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0, "cgroup: %s", strerror(errno));
	return fd;
}

void move_to_cgroup(int cg, const char *procs)
{
	int fd = openat(cg, procs, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && dprintf(fd, "%d", getpid()) > 0, "%s of the cgroup: %s", procs, strerror(errno));
	close(fd);
}

void end_cgroup(int fd)
{
	close(fd);
	rmdir(CGROUP_DIR "/lskel-test");
}

void keep_caps(__u64 caps)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = (__u32)(caps >> 32 * i);
	for (int cap = 0; cap <= 63; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	CHECK(!syscall(SYS_capset, &hdr, data), "capset: %s", strerror(errno));
}

__u64 file_offset(const void *func)
{
	unsigned long addr = (unsigned long)func, from, to;
	unsigned long long off, found = 0;
	char line[512];
	FILE *f = fopen("/proc/self/maps", "re");

	CHECK(f, "maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %*s %llx", &from, &to, &off) == 3 && addr >= from && addr < to)
			found = addr - from + off;
	fclose(f);
	CHECK(found, "the function is nowhere");
	return found;
}
