// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The small programs that the verifier's model is tried with (selftests/unit/verify_test.c): every kernel
 * must say of them what the table says.
 */
#include "load.h"

#include <linux/btf.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "../unit/verify_progs.h"

enum { INT = 1, STRUCT = 4, FUNC = 12, VAR = 14 };

static int fds[M_CNT];

/* BTF of the value with kptrs; type numbers are positions. */
static int kptr_btf(void)
{
	static const char strs[] = "\0long\0int\0task_struct\0cgroup\0kptr_untrusted\0kptr\0value\0unref\0ref\0num\0other";
	enum { LONG = 1, INT_ = 6, TASK_ = 10, CGROUP = 22, UNTRUSTED = 29, KPTR = 44, VALUE_ = 49,
		UNREF = 55, REF = 61, NUM = 65,
	       OTHER = 69 };
#define KIND(k, n) ((__u32)(k) << 24 | (n))
	static const __u32 types[] = {
		LONG, KIND(1, 0), 8, 64,              /* 1 */
		INT_, KIND(1, 0), 4, 1 << 24 | 32,    /* 2 */
		TASK_, KIND(4, 0), 0,                 /* 3 */
		CGROUP, KIND(4, 0), 0,                /* 4 */
		UNTRUSTED, KIND(18, 0), 3,            /* 5 */
		KPTR, KIND(18, 0), 3,                 /* 6 */
		UNTRUSTED, KIND(18, 0), 4,            /* 7 */
		0, KIND(2, 0), 5, 0, KIND(2, 0), 6, 0, KIND(2, 0), 7, /* 8, 9, 10 */
		VALUE_, KIND(4, 4), KPTR_VALUE,       /* 11 */
		UNREF, 8, 8 * AT_UNREF, REF, 9, 8 * AT_REF, NUM, 1, 8 * AT_NUM, OTHER, 10, 8 * AT_OTHER,
	};
	struct { struct btf_header h; __u32 t[ARRAY_SIZE(types)]; char s[sizeof(strs)]; } raw = {
		.h = { .magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(struct btf_header),
			.type_len = sizeof(types),
		       .str_off = sizeof(types), .str_len = sizeof(strs) } };
	union bpf_attr attr = { 0 };

	memcpy(raw.t, types, sizeof(types));
	memcpy(raw.s, strs, sizeof(strs));
	attr.btf = (__u64)(uintptr_t)&raw;
	attr.btf_size = sizeof(raw.h) + sizeof(types) + sizeof(strs);
	return sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

static void make_maps(void)
{
	__u32 key = 0, rodata[2] = { 42, 41 };
	union bpf_attr attr = { 0 };

	fds[M_PLAIN] = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	fds[M_RINGBUF] = map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	fds[M_HASH] = map_create(BPF_MAP_TYPE_HASH, 4, 8, 4);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_RDONLY_PROG;
	fds[M_RDONLY] = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	attr.map_flags = 0;
	attr.value_size = KPTR_VALUE;
	attr.btf_fd = (__u32)kptr_btf();
	CHECK((int)attr.btf_fd > 0, "BTF: %d", (int)attr.btf_fd);
	attr.btf_key_type_id = 2;
	attr.btf_value_type_id = 11;
	fds[M_KPTR] = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	close((int)attr.btf_fd);
	CHECK(fds[M_RDONLY] > 0 && fds[M_KPTR] > 0, "maps: %d %d", fds[M_RDONLY], fds[M_KPTR]);
	CHECK_EQ(map_update(fds[M_RDONLY], &key, rodata, 0), 0, "update");
	CHECK_EQ(map_freeze(fds[M_RDONLY]), 0, "freeze");
}

static __u32 type_id(const char *name, unsigned int kind)
{
	unsigned int i;
	__u32 id = 0;

	if (!strcmp(name, "#-"))
		return 10000000;
	if (!strcmp(name, "#int"))
		return vmlinux_find("int", INT);
	if (!strcmp(name, "@func"))
		return vmlinux_find("schedule", FUNC);
	if (!strcmp(name, "@struct"))
		return vmlinux_find("runqueues", VAR);
	for (i = 0; !strcmp(name, "@int") && !id && i < ARRAY_SIZE(percpu_ints); i++)
		id = vmlinux_find(percpu_ints[i], VAR);
	return id ?: vmlinux_find(name, kind);
}

/* How many instructions; 0: this kernel lacks what they name. */
static unsigned int assemble(const struct vcase *c, struct bpf_insn *out)
{
	const struct tinsn none = { .fix = FIX_NOT };
	unsigned int i, n = 0;

	while (n < ARRAY_SIZE(c->insns) && memcmp(&c->insns[n], &none, sizeof(none)))
		n += c->insns[n].i.code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1;
	for (i = 0; i < n; i++) {
		const struct tinsn *t = &c->insns[i];
		const char *dot = t->name ? strchr(t->name, '.') : NULL;
		char type[64];
		int off;

		out[i] = (struct bpf_insn){ .code = t->i.code, .dst_reg = t->i.dst & 15,
			.src_reg = t->i.src & 15, .off = t->i.off,
					    .imm = t->i.imm };
		switch (t->fix) {
		case FIX_VAR:
		case FIX_KFUNC:
			out[i].imm = (__s32)type_id(t->name, t->fix == FIX_VAR ? VAR : FUNC);
			if (!out[i].imm)
				return 0;
			break;
		case FIX_MAP:
		case FIX_VALUE:
			out[i].imm = fds[t->map];
			break;
		case FIX_FIELD:
			snprintf(type, sizeof(type), "%.*s", (int)(dot - t->name), t->name);
			off = vmlinux_field(type, dot + 1);
			CHECK(off >= 0, "no %s", t->name);
			out[i].off = (__s16)off;
			break;
		default:
			break;
		}
	}
	return n;
}

static _Bool names_percpu(const struct vcase *c)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(c->insns); i++)
		if (c->insns[i].fix == FIX_VAR && *c->insns[i].name == '@')
			return 1;
	return 0;
}

LOAD_TEST(verifier_says_what_the_model_says)
{
	static char log[65536];
	_Bool data = ksym_addr("runqueues");
	unsigned int i, bad = 0, tried = 0, patch;
	struct utsname u;

	need_kernel(KVER(6, 12), "rules of 6.12 and later");
	need_jit("kfuncs");
	uname(&u);
	if (sscanf(u.release, "6.18.%u", &patch) == 1 && patch < 44)
		SKIP("a verifier that survives it: that of 6.18.15 crashes, that of 6.18.44 does not");
	make_maps();
	for (i = 0; i < ARRAY_SIZE(vcases); i++) {
		const struct vcase *c = &vcases[i];
		struct bpf_insn insns[48];
		union bpf_attr attr = { 0 };
		int ret, want = c->outcome == VERIFY_FINE ? 0 : c->err;

		if (c->made_up || c->since > kernel_version() || (!data && names_percpu(c)))
			continue;
		attr.insn_cnt = assemble(c, insns);
		if (!attr.insn_cnt)
			continue;
		attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
		attr.insns = (__u64)(uintptr_t)insns;
		attr.license = (__u64)(uintptr_t)(c->no_gpl ? "none" : "GPL");
		attr.prog_flags = c->flags;
		attr.log_level = 1;
		attr.log_buf = (__u64)(uintptr_t)log;
		attr.log_size = sizeof(log);
		*log = 0;
		ret = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
		tried++;
		if (ret > 0) {
			close(ret);
			ret = 0;
		}
		if (ret == want)
			continue;
		printf("# %s: %d, not %d\n%s\n", c->name, ret, want, strlen(log) > 500 ?
		       log + strlen(log) - 500 : log);
		bad++;
	}
	for (i = 0; i < M_CNT; i++)
		close(fds[i]);
	CHECK_EQ(bad, 0, "programs that the kernel judges in another way");
	CHECK(tried > 50, "only %u programs tried", tried);
}
