// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What the verifier's model says of an object's programs: follows the object's trace with make-believe
 * descriptors, and has each program that would be loaded walked.
 *
 * judge [-aq] [-k CONFIG] TARGET OBJ...
 *
 * -a: all programs, each on its own line "NAME/PROG", also those that are not loaded unless asked for
 *
 * One line for an object: NAME loads|fails|undecided WALKED MICROSECONDS, then its findings.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "../../gen_loader/core/core.h"
#include "../../gen_loader/emit/emit.h"
#include "../../gen_loader/object/kconfig.h"
#include "../../kernel/verify/verify.h"

#define BASE 0x100000000ull
#define FDS 8192
#define AT(field) offsetof(union bpf_attr, field)

static struct {
	struct target *t;
	struct object *obj;
	struct trace *tr;
	struct blob *blob;
	u8 *mem;
	u32 sz;
	struct { struct kmap *map; struct kbtf *btf; bool prog; } fd[FDS];
	int next;
	u64 fd_array;
	u32 walked, decided;
	enum verify_outcome worst;
	u64 us;
	bool quiet, all;
	const char *name;
	char out[65536];
	u32 out_len;
} j;


static const char *const words[] = { "loads", "undecided", "fails" };

static u8 *ptr(u64 addr, u32 len)
{
	return addr >= BASE && addr - BASE + len <= j.sz ? j.mem + (addr - BASE) : NULL;
}

static struct kmap *map_by_fd(void *fds, int fd)
{
	(void)fds;
	return fd > 0 && fd < FDS ? j.fd[fd].map : NULL;
}

static struct kbtf *btf_by_fd(void *fds, int fd)
{
	(void)fds;
	return fd > 0 && fd < FDS ? j.fd[fd].btf : NULL;
}

static int from_array(void *fds, u32 idx, int *fd)
{
	u8 *p = ptr(j.fd_array + 4 * (u64)idx, 4);

	(void)fds;
	if (!j.fd_array)
		return -EPROTO;
	if (!p)
		return -EFAULT;
	*fd = get32(p, false);
	return 0;
}

static u32 a32(const u8 *attr, u32 len, u32 off)
{
	return off + 4 <= len ? get32(attr + off, false) : 0;
}

static u64 a64(const u8 *attr, u32 len, u32 off)
{
	return off + 8 <= len ? get64(attr + off, false) : 0;
}

static int new_fd(void)
{
	return j.next < FDS ? j.next++ : -EMFILE;
}

static int map_create(const u8 *a, u32 len)
{
	struct kmap *m = calloc(1, sizeof(*m));
	int fd = new_fd();

	m->type = a32(a, len, AT(map_type));
	m->key_size = a32(a, len, AT(key_size));
	m->value_size = a32(a, len, AT(value_size));
	m->max_entries = a32(a, len, AT(max_entries));
	m->flags = a32(a, len, AT(map_flags));
	m->btf = btf_by_fd(NULL, a32(a, len, AT(btf_fd)));
	m->key_id = a32(a, len, AT(btf_key_type_id));
	m->value_id = a32(a, len, AT(btf_value_type_id));
	m->inner = map_by_fd(NULL, a32(a, len, AT(inner_map_fd)));
	if (m->type == BPF_MAP_TYPE_ARRAY && m->max_entries == 1)
		m->value = calloc(1, (m->value_size + 7) & ~7u);
	if (fd > 0)
		j.fd[fd].map = m;
	return fd;
}

static void kconfig_values(struct kmap *m)
{
	u32 i;

	for (i = 0; i < j.obj->extern_cnt; i++) {
		const struct obj_extern *x = &j.obj->externs[i];

		if (x->kind != EXT_KCONFIG || x->off + 4 > m->value_size)
			continue;
		if (!strcmp(x->name, "LINUX_KERNEL_VERSION"))
			put32(m->value + x->off, false, j.t->version);
		else if (!strcmp(x->name, "LINUX_HAS_BPF_COOKIE") ||
			 !strcmp(x->name, "LINUX_HAS_SYSCALL_WRAPPER"))
			m->value[x->off] = 1;
	}
}

static int map_update(const u8 *a, u32 len)
{
	struct kmap *m = map_by_fd(NULL, a32(a, len, AT(map_fd)));
	u8 *v;
	u32 i;

	if (!m)
		return -EBADF;
	if (!m->value)
		return 0;
	v = ptr(a64(a, len, AT(value)), m->value_size);
	if (!v)
		return -EFAULT;
	memcpy(m->value, v, m->value_size);
	for (i = 0; i < j.obj->map_cnt; i++)
		if (j.obj->maps[i].kind == MAP_KCONFIG && j.obj->maps[i].value_size == m->value_size &&
		    m->flags & BPF_F_RDONLY_PROG)
			kconfig_values(m);
	return 0;
}

static int btf_load(const u8 *a, u32 len)
{
	u32 sz = a32(a, len, AT(btf_size));
	u8 *p = ptr(a64(a, len, AT(btf)), sz);
	struct kbtf *kb = calloc(1, sizeof(*kb));
	int fd = new_fd();

	kb->btf = p ? btf__new(p, sz) : NULL;
	if (!kb->btf || fd < 0)
		return -EINVAL;
	j.fd[fd].btf = kb;
	return fd;
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(j.out + j.out_len, sizeof(j.out) - j.out_len, fmt, ap);
	va_end(ap);
	j.out_len += n;
	if (j.out_len > sizeof(j.out) - 512)
		j.out_len = sizeof(j.out) - 512;
}

static void bad(const char *what, int err)
{
	say("  %s: %s\n", what, err_name(err));
	j.worst = VERIFY_REFUSED;
}

/* A struct_ops program's struct and member: of the map that refers to it. */
static void ops_target(u32 prog, struct verify_input *in)
{
	const struct target_btf *where;
	u32 i, k, m;

	for (i = 0; i < j.obj->map_cnt; i++) {
		const struct obj_struct_ops *ops = j.obj->maps[i].ops;

		for (k = 0; ops && k < ops->prog_cnt; k++) {
			const struct btf_type *lt = btf__type_by_id(j.obj->btf, ops->struct_id), *kt;
			const char *name = btf__name_by_offset(j.obj->btf,
							       btf_members(lt)[ops->progs[k].member].name_off);
			int id;

			if (ops->progs[k].func != j.tr->progs[prog].func)
				continue;
			id = target_find(j.t, ops->type, BTF_KIND_STRUCT, &where);
			if (id < 0)
				continue;
			kt = btf__type_by_id(where->btf, id);
			for (m = 0; m < btf_vlen(kt); m++) {
				if (strcmp(btf__name_by_offset(where->btf, btf_members(kt)[m].name_off),
					   name))
					continue;
				in->attach_btf = where;
				in->attach_btf_id = id;
				in->attach_type = m;
			}
		}
	}
}

static int apply_core(const u8 *a, u32 len, const struct btf *btf, struct insn *insns, u32 cnt)
{
	u32 n = a32(a, len, AT(core_relo_cnt)), i;
	struct obj_core *relos;
	struct core *core;
	struct lsk_err err = {};
	u8 *p;
	int ret;

	if (!n)
		return 0;
	p = ptr(a64(a, len, AT(core_relos)), 16 * n);
	if (!p || !btf)
		return -EINVAL;
	relos = calloc(n, sizeof(*relos));
	for (i = 0; i < n; i++)
		relos[i] = (struct obj_core){ get32(p + 16 * i, false) / 8, get32(p + 16 * i + 4, false),
			get32(p + 16 * i + 8, false),
					      get32(p + 16 * i + 12, false) };
	core_new(btf, CORE_AS_KERNEL, &core);
	for (i = 0; i < j.t->btf_cnt; i++)
		core_add_target(core, j.t->btfs[i].btf);
	ret = core_apply(core, relos, n, insns, cnt, false, &err);
	if (ret)
		say("  %s\n", err.msg);
	core_free(core);
	free(relos);
	return ret;
}

static int prog_load(const u8 *a, u32 len, u32 idx)
{
	struct verify_input in = { .target = j.t, .map_by_fd = map_by_fd, .btf_by_fd = btf_by_fd,
		.fd_array = from_array };
	const struct obj_func *f = &j.obj->funcs[j.tr->progs[idx].func];
	struct kbtf *kb = btf_by_fd(NULL, a32(a, len, AT(prog_btf_fd)));
	u32 cnt = a32(a, len, AT(insn_cnt)), n = a32(a, len, AT(func_info_cnt)), i;
	u8 *p = ptr(a64(a, len, AT(insns)), 8 * cnt), *fi = ptr(a64(a, len, AT(func_info)), 8 * n);
	const char *lic = (const char *)ptr(a64(a, len, AT(license)), 1);
	struct insn *insns = calloc(cnt + 1, sizeof(*insns));
	struct kprog_func *funcs = calloc(n + 1, sizeof(*funcs));
	struct verify_result res;
	struct timespec t0, t1;
	int ret, fd = new_fd();

	in.prog_type = a32(a, len, AT(prog_type));
	in.attach_type = a32(a, len, AT(expected_attach_type));
	in.flags = a32(a, len, AT(prog_flags));
	in.gpl = lic && (!strcmp(lic, "GPL") || !strcmp(lic, "GPL v2") || strstr(lic, "GPL"));
	for (i = 0; i < cnt; i++)
		insns[i] = (struct insn){ p[8 * i], p[8 * i + 1] & 15, p[8 * i + 1] >> 4,
			get16(p + 8 * i + 2, false),
					  get32(p + 8 * i + 4, false) };
	in.insns = insns;
	in.insn_cnt = cnt;
	in.btf = kb ? kb->btf : NULL;
	for (i = 0; i < n; i++)
		funcs[i] = (struct kprog_func){ get32(fi + 8 * i, false), get32(fi + 8 * i + 4, false) };
	in.funcs = funcs;
	in.func_cnt = n;
	in.attach_btf_id = a32(a, len, AT(attach_btf_id));
	if (in.attach_btf_id) {
		struct kbtf *ab = btf_by_fd(NULL, a32(a, len, AT(attach_btf_obj_fd)));

		in.attach_btf = ab && ab->kernel ? ab->kernel : j.t->btf_cnt ? &j.t->btfs[0] : NULL;
	}
	if (in.prog_type == BPF_PROG_TYPE_STRUCT_OPS)
		ops_target(idx, &in);
	j.fd_array = a64(a, len, AT(fd_array));
	ret = n || a32(a, len, AT(line_info_cnt)) ? apply_core(a, len, in.btf, insns, cnt) : 0;
	if (ret) {
		bad(f->name, ret);
		goto out;
	}
	clock_gettime(CLOCK_MONOTONIC, &t0);
	verify_prog(&in, &res);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	if (j.all)
		printf("%s/%s %s %d %s\n", j.name, f->name, words[res.outcome],
		       res.finding_cnt ? res.findings[0].err : 0, res.finding_cnt ? res.findings[0].text :
			       "");
	j.us += (t1.tv_sec - t0.tv_sec) * 1000000 + (t1.tv_nsec - t0.tv_nsec) / 1000;
	j.walked += res.walked;
	if (res.outcome > j.worst)
		j.worst = res.outcome;
	for (i = 0; i < res.finding_cnt; i++)
		say("  %s insn %u: %s %s %s: %s\n", f->name, res.findings[i].insn,
		    res.findings[i].outcome == VERIFY_REFUSED ? "REFUSED" : "UNDECIDED",
			    verify_cause_name(res.findings[i].cause),
		    res.findings[i].err ? err_name(res.findings[i].err) : "", res.findings[i].text);
	verify_free(&res);
out:
	free(insns);
	free(funcs);
	return fd;
}

static u32 prog_of(u32 attr_off)
{
	u32 i;

	for (i = 0; i < j.tr->prog_cnt; i++)
		if (j.blob->chunk_off[j.tr->progs[i].attr] == attr_off)
			return i;
	return 0;
}

static s64 find(const char *name, u32 kind, int *fd)
{
	const struct target_btf *where;
	int id = target_find(j.t, name, kind, &where), i;

	*fd = 0;
	if (id < 0)
		return id;
	if (where == &j.t->btfs[0])
		return id;
	i = new_fd();
	j.fd[i].btf = calloc(1, sizeof(struct kbtf));
	j.fd[i].btf->kernel = where;
	*fd = i;
	return id;
}

static s64 operation(const struct lskel_op *op)
{
	s64 ret = 0;
	u64 addr = 0;
	int fd;

	switch (op->kind) {
	case LSKEL_OP_SYS: {
		const u8 *a = j.mem + op->a;
		u32 len = op->len + 1;

		switch (op->arg) {
		case BPF_MAP_CREATE: ret = map_create(a, len); break;
		case BPF_MAP_UPDATE_ELEM: ret = map_update(a, len); break;
		case BPF_MAP_FREEZE:
			if (map_by_fd(NULL, a32(a, len, AT(map_fd))))
				map_by_fd(NULL, a32(a, len, AT(map_fd)))->frozen = true;
			break;
		case BPF_BTF_LOAD: ret = btf_load(a, len); break;
		case BPF_PROG_LOAD: ret = prog_load(a, len, prog_of(op->a)); break;
		default: ret = new_fd();
		}
		put32(j.mem + op->c, false, ret);
		return ret;
	}
	case LSKEL_OP_FIND:
		ret = find((char *)j.mem + op->a, op->arg, &fd);
		put64(j.mem + op->c, false, ret < 0 ? (u64)ret : (u64)(u32)ret | (u64)fd << 32);
		return ret;
	case LSKEL_OP_KSYM:
		/* what the target's files don't tell is taken to be there: that is the trace's business, not the verifier's */
		addr = 1;
		ret = target_symbol(j.t, (char *)j.mem + op->a, &addr) == TARGET_NO ? -ENOENT : 0;
		put64(j.mem + op->c, false, addr);
		return ret;
	case LSKEL_OP_COPY:
		put32(j.mem + op->c, false, get32(j.mem + op->a, false));
		return (s32)(get32(j.mem + op->a, false) - op->min);
	case LSKEL_OP_CLOSE:
		return 0;
	default:
		put64(j.mem + op->c, false, BASE + op->a);
		return 0;
	}
}

static void follow(void)
{
	u32 pc = j.blob->ops_off, end = pc + 16 * j.tr->unwind_op;
	struct lskel_op op;

	while (pc < end) {
		s64 ret;

		memcpy(&op, j.mem + pc, 16);
		ret = operation(&op);
		pc += 16 + (ret < 0 ? op.skip : 0);
		if (ret < 0 && pc >= end && op.kind != LSKEL_OP_COPY)
			bad(op.kind == LSKEL_OP_SYS ? "a command" : (char *)j.mem + op.a, ret);
	}
}

static void judge(const char *path, const char *config)
{
	struct lsk_err err = {};
	char *data = NULL, name[100];
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t sz;
	int ret;
	u32 c;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	ret = file_read(path, &data, &sz, &err);
	ret = ret ?: object_open(path, data, sz, name, &j.obj, &err);
	free(data);
	if (!ret && config)
		ret = kconfig_apply(j.obj, config, &err);
	for (c = 0; !ret && j.all && c < j.obj->func_cnt; c++)
		if (j.obj->funcs[c].is_prog && j.obj->funcs[c].def)
			j.obj->funcs[c].autoload = true;
	j.name = name;
	ret = ret ?: trace_record(j.obj, &j.tr, &err);
	ret = ret ?: blob_emit(j.tr, &j.blob, &err);
	j.worst = VERIFY_FINE;
	j.out_len = 0;
	j.out[0] = 0;
	j.walked = 0;
	j.us = 0;
	if (ret) {
		printf("%s unread 0 0\n  %s\n", name, err.msg);
	} else {
		j.sz = j.blob->area + 512;
		j.mem = calloc(1, j.sz);
		memcpy(j.mem, j.blob->data, j.blob->data_sz);
		memset(j.fd, 0, sizeof(j.fd));
		j.next = 3;
		follow();
		if (!j.all)
			printf("%s %s %u %llu\n%s", name, words[j.worst], j.walked, (unsigned long long)j.us,
			       j.quiet ? "" : j.out);
		free(j.mem);
	}
	fflush(stdout);
	blob_free(j.blob);
	trace_free(j.tr);
	object_free(j.obj);
	j.obj = NULL, j.tr = NULL, j.blob = NULL;
}

int main(int argc, char **argv)
{
	struct lsk_err err = {};
	const char *config = NULL;
	int c;

	libbpf_set_print(NULL);
	while ((c = getopt(argc, argv, "aqk:")) != -1) {
		if (c == 'k')
			config = optarg;
		else if (c == 'q')
			j.quiet = true;
		else if (c == 'a')
			j.all = true;
		else
			return 2;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: judge [-aq] [-k CONFIG] TARGET OBJ...\n");
		return 2;
	}
	if (target_open(argv[optind], &j.t, &err)) {
		fprintf(stderr, "judge: %s\n", err.msg);
		return 1;
	}
	for (c = optind + 1; c < argc; c++) {
		/* a process for each: one that never ends is told from the others */
		int status = 0;
		pid_t pid = fork();

		if (!pid) {
			alarm(10);
			judge(argv[c], config);
			exit(0);
		}
		waitpid(pid, &status, 0);
		if (status)
			printf("%s crash %d 0\n", argv[c], status);
		fflush(stdout);
	}
	target_close(j.t);
	return 0;
}
