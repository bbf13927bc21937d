// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Our CO-RE against libbpf's, for all test objects and whatever BTF is at hand. libbpf believes to load them:
 * bpf(2) is ours here, says yes to everything, and keeps the instructions. So this needs neither a kernel nor
 * permissions. LSKEL_CORE_OBJS (a glob pattern) and LSKEL_CORE_BTF (a file) compare others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gen_loader/core/btf_file.h"
#include "gen_loader/core/core.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "progs.h"

struct loaded {
	struct bpf_insn *insns;
	u32 insn_cnt;
	struct bpf_func_info *funcs;
	u32 func_cnt;
};

static struct loaded loaded[4096];
static u32 loaded_cnt;

static void keep(const union bpf_attr *attr)
{
	struct loaded *l = &loaded[loaded_cnt];

	/* libbpf's probes have no func_info */
	if (loaded_cnt == ARRAY_SIZE(loaded) || attr->func_info_rec_size != sizeof(*l->funcs) ||
	    !attr->func_info_cnt)
		return;
	l->insn_cnt = attr->insn_cnt;
	l->func_cnt = attr->func_info_cnt;
	l->insns = malloc(l->insn_cnt * sizeof(*l->insns));
	l->funcs = malloc(l->func_cnt * sizeof(*l->funcs));
	assert_true(l->insns && l->funcs);
	memcpy(l->insns, (void *)(uintptr_t)attr->insns, l->insn_cnt * sizeof(*l->insns));
	memcpy(l->funcs, (void *)(uintptr_t)attr->func_info, l->func_cnt * sizeof(*l->funcs));
	loaded_cnt++;
}

/* What libbpf calls. */
long syscall(long nr, ...)
{
	static long (*real)(long nr, ...);
	long a[6];
	va_list ap;
	int i;

	va_start(ap, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	if (nr != __NR_bpf)
		return real(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	switch (a[0]) {
	case BPF_PROG_LOAD:
		keep((void *)a[1]);
		/* fall through */
	case BPF_MAP_CREATE:
	case BPF_BTF_LOAD:
	case BPF_LINK_CREATE:
	case BPF_RAW_TRACEPOINT_OPEN:
		return memfd_create("fake", MFD_CLOEXEC);
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_FREEZE:
	case BPF_PROG_BIND_MAP:
		return 0;
	}
	errno = EINVAL;
	return -1;
}

static u32 compared, poisoned, objs, refused;

static const struct obj_func *func_by_btf(const struct object *obj, u32 id)
{
	const struct obj_func *found = NULL;
	u32 i;

	for (i = 0; i < obj->func_cnt; i++) {
		if (obj->funcs[i].btf_id != id)
			continue;
		if (found)
			return NULL; /* two functions of one name */
		found = &obj->funcs[i];
	}
	return found;
}

static bool same(const struct insn *a, const struct bpf_insn *b)
{
	return a->code == b->code && a->dst == b->dst_reg && a->src == b->src_reg && a->off == b->off &&
	       a->imm == b->imm;
}

static void compare_func(const char *path, struct core *core, const struct obj_func *f,
			 const struct bpf_insn *theirs, u32 left)
{
	struct insn *ours = calloc(f->insn_cnt + 1, sizeof(*ours));
	struct lsk_err err = {};
	char what[256];
	u32 i;

	assert_non_null(ours);
	memcpy(ours, f->insns, f->insn_cnt * sizeof(*ours));
	if (core_apply(core, f->cores, f->core_cnt, ours, f->insn_cnt, false, &err))
		fail_msg("%s: '%s': libbpf has no objections: %s", path, f->name, err.msg);
	for (i = 0; i < f->core_cnt; i++) {
		u32 at = f->cores[i].insn;
		bool wide = ours[at].code == (BPF_LD | BPF_IMM | BPF_DW);

		assert_true(at + wide < left);
		core_describe(core, &f->cores[i], what, sizeof(what));
		if (!same(&ours[at], &theirs[at]) || (wide && !same(&ours[at + 1], &theirs[at + 1])))
			fail_msg(
				"%s: '%s': insn %u: %s: ours %02x off %d imm %d, libbpf's %02x off %d imm %d",
				path, f->name, at, what, ours[at].code, ours[at].off, ours[at].imm,
				theirs[at].code, theirs[at].off, theirs[at].imm);
		compared++;
		poisoned += ours[at].imm == CORE_POISON_IMM;
	}
	free(ours);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static void load_by_libbpf(const char *path, const char *btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf);
	struct bpf_object *obj = bpf_object__open_file(path, &opts);

	while (loaded_cnt) {
		loaded_cnt--;
		free(loaded[loaded_cnt].insns);
		free(loaded[loaded_cnt].funcs);
	}
	if (!obj)
		return;
	if (bpf_object__load(obj))
		refused++;
	bpf_object__close(obj);
}

static void compare_obj(const char *path, const char *btf_path, const struct btf *target)
{
	struct lsk_err err = {};
	struct object *obj;
	struct core *core;
	char *data;
	size_t sz;
	u32 i, j;

	assert_int_equal(file_read(path, &data, &sz, &err), 0);
	if (!object_open(path, data, sz, "x", &obj, &err)) {
		load_by_libbpf(path, btf_path);
		if (loaded_cnt)
			objs++;
		assert_int_equal(core_new(obj->btf, 0, &core), 0);
		assert_int_equal(core_add_target(core, target), 0);
		for (i = 0; i < loaded_cnt; i++)
			for (j = 0; j < loaded[i].func_cnt; j++) {
				u32 start = loaded[i].funcs[j].insn_off;
				const struct obj_func *f = func_by_btf(obj, loaded[i].funcs[j].type_id);

				if (f && start < loaded[i].insn_cnt)
					compare_func(path, core, f, loaded[i].insns + start,
						     loaded[i].insn_cnt - start);
			}
		core_free(core);
		object_free(obj);
	}
	free(data);
}

static void compare_all(const char *btf_path)
{
	const char *progs = progs_dir(), *pattern = getenv("LSKEL_CORE_OBJS");
	struct lsk_err err = {};
	char own[4096];
	struct btf *btf;
	glob_t g;
	size_t i;

	snprintf(own, sizeof(own), "%s/*.bpf.o", progs);
	assert_int_equal(glob(pattern ?: own, 0, NULL, &g), 0);
	if (btf_file_open(btf_path, &btf, &err))
		fail_msg("%s", err.msg);
	for (i = 0; i < g.gl_pathc; i++)
		if (!strstr(g.gl_pathv[i], "/link_")) /* halves of objects */
			compare_obj(g.gl_pathv[i], btf_path, btf);
	btf__free(btf);
	globfree(&g);
	printf("# %s: %u relocations compared in %u objects, %u of them poisoned; libbpf refused %u "
	       "objects\n",
	       btf_path, compared, objs, poisoned, refused);
}

static void with_a_file_of_ours(void **state)
{
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/core_target.bpf.o", progs_dir());
	compared = poisoned = objs = refused = 0;
	compare_all(path);
	assert_true(compared > 30 && poisoned > 0 && poisoned < compared);
}

static void with_a_kernels(void **state)
{
	const char *path = getenv("LSKEL_CORE_BTF") ?: "/sys/kernel/btf/vmlinux";

	(void)state;
	if (access(path, R_OK))
		skip();
	compared = poisoned = objs = refused = 0;
	compare_all(path);
	assert_true(compared > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_a_file_of_ours),
		cmocka_unit_test(with_a_kernels),
	};

	libbpf_set_print(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
