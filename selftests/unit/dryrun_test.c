// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Every object of the test suite through the runtime and the loader, unmodified, on the model: in each gear,
 * with each operation spoilt in turn, and with each thing that is asked of the kernel failing in turn.
 * Nothing may be left open, and the loader may do nothing that it must not.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <cmocka.h>

#include "fake_target.h"
#include "kernel/sys/env.h"

struct lskel_io;
static void hook(const struct lskel_io *io, unsigned char *blob);
static int direct;
#define LSKEL_TEST_HOOK(io, blob) hook(io, blob)
#define LSKEL_DIRECT
#define LSKEL_DIRECT_WANTED(io) direct
#include "lskel/runtime/runtime.h"
#include "lskel/runtime/struct_ops.h"
#include "lskel/runtime/btf_ops.h"

#include "gen_loader/core/btf_file.h"
#include "gen_loader/object/kconfig.h"
#include "lskel/attach.h"
#include "lskel/desc.h"
#include "lskel/gen/gen.h"
#include "lskel/struct_ops.h"
#include "progs.h"

#include <bpf/libbpf.h>

enum gear_kind { STEPPER, LOOP, DIRECT, GEAR_CNT };
static const char *const gear_names[] = { "stepper", "loop", "direct" };

/* Objects that do not load where nothing is known, and why; everything else loads. */
static const struct {
	const char *name, *gears; /* NULL: all */
	const char *why;          /* part of the message */
} refused[] = {
	{ "attach_ext", NULL, "needs a target program; set it before load" },
	{ "attach_module", "direct", "not in kernel BTF" }, /* a module's id and name are asked for,
	  there are none */
	{ "attach_twin", "direct", "not in kernel BTF" },
	{ "bad_map", NULL, "map 'refused': BPF_MAP_CREATE: -EINVAL" },
};

/* Objects that are not for loading alone. */
static const char *const not_alone[] = { "link_a", "link_b", "kconfig_unknown" };

struct skel {
	char name[64];
	struct object *obj;
	struct trace *tr;
	struct blob *blob;
	struct btf *btf;
	struct loader loop, stepper;
	struct lskel_desc *desc;
	struct lskel_ops_desc ops;
	struct model_name *names;
	char *strings;
};

/* What a load is given; of each load its own. */
struct state {
	struct bpf_map_desc *maps;
	struct bpf_prog_desc *progs;
	struct lskel_arena *arenas;
	unsigned char *pinned, *kconfig_set;
	int *reuse_fd, *links;
	const char **pin_path;
	struct lskel_state state;
	struct lskel_ops *ops;
	struct lskel_io io;
};

/* What it is loaded on; NULL: nothing is known of the kernel. */
static const struct target *load_target;

/* Which operation to spoil; ~0u: none. */
static struct {
	u32 op;
	u32 unwind; /* the last operation of a run */
} spoil;

static void hook(const struct lskel_io *io, unsigned char *blob)
{
	const struct lskel_hdr *hdr = (const void *)blob;
	struct lskel_op *ops = (struct lskel_op *)(void *)(blob + io->desc->ops_off), *op;

	spoil.unwind = (hdr->unwind - io->desc->ops_off) / sizeof(*ops);
	if (spoil.op == ~0u)
		return;
	op = &ops[spoil.op];
	op->a = 0; /* the blob's header: no name, and no attr that any command takes */
	if (op->kind == LSKEL_OP_SYS || op->kind == LSKEL_OP_FIND || op->kind == LSKEL_OP_KSYM)
		return;
	/* the others never fail by themselves */
	op->kind = LSKEL_OP_SYS;
	op->arg = LSKEL_BPF_MAP_CREATE;
	op->skip = (spoil.unwind - spoil.op - 1) * (u32)sizeof(*op);
}

/* An object's own options: `// LSKEL:`, as the Makefile takes them. */
static void own_options(const char *name, char *opts, size_t sz)
{
	char path[256], line[256];
	FILE *f;
	int i;

	*opts = 0;
	snprintf(path, sizeof(path), "selftests/progs/%s.bpf.c", name);
	f = fopen(path, "r");
	for (i = 0; f && i < 5 && fgets(line, sizeof(line), f); i++)
		if (!strncmp(line, "// LSKEL: ", 10))
			snprintf(opts, sz, "%s", line + 10);
	if (f)
		fclose(f);
}

static void list_names(struct skel *s)
{
	const u32 ops = s->desc->ops ? s->desc->ops->cnt : 0;
	char *at;
	u32 i;

	s->names = calloc(s->tr->sym_cnt + ops + 1, sizeof(*s->names));
	s->strings = calloc(ops + 1, 128);
	assert_true(s->names && s->strings);
	for (i = 0; i < s->tr->sym_cnt; i++)
		s->names[i] = (struct model_name){ s->tr->syms[i].name, s->tr->syms[i].btf_kind,
						   s->tr->syms[i].kallsyms, 0 };
	for (i = 0, at = s->strings; i < ops; i++, at += 128) {
		snprintf(at, 128, "bpf_struct_ops_%s", s->desc->ops->rows[i].type);
		s->names[s->tr->sym_cnt + i] = (struct model_name){
			at, BTF_KIND_STRUCT, false, s->obj->maps[s->desc->ops->rows[i].map].ops->struct_id };
	}
}

static void skel_open(struct skel *s, const char *name)
{
	struct lsk_err err = {};
	struct trace_opts topts = {};
	char path[128], opts[256];
	void *data;
	size_t sz;
	int ret;

	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "%s", name);
	own_options(name, opts, sizeof(opts));
	snprintf(path, sizeof(path), "%s.bpf.o", name);
	data = read_prog(path, &sz);
	ret = object_open(path, data, sz, name, &s->obj, &err);
	free(data);
	if (!ret && strstr(opts, "--kconfig "))
		ret = kconfig_apply(s->obj, "selftests/progs/kconfig_types.config", &err);
	if (!ret && strstr(opts, "--btf ")) {
		char target[512];

		snprintf(target, sizeof(target), "%s/core_target.bpf.o", progs_dir());
		ret = btf_file_open(target, &s->btf, &err);
	}
	topts.attaches = strstr(opts, "--attach-in-loader") ? attach_in_loader : NULL;
	topts.kernel_btf = s->btf;
	topts.target_has_no_btf = strstr(opts, "--target-has-no-btf");
	topts.full_btf = strstr(opts, "--full-btf");
	topts.no_line_info = strstr(opts, "--no-line-info");
	if (!ret)
		ret = trace_record_opts(s->obj, &topts, &s->tr, &err);
	if (!ret)
		ret = blob_emit(s->tr, &s->blob, &err);
	if (ret)
		fail_msg("%s: %s", name, err.msg);
}

static void skel_gear(struct skel *s, enum gear_kind gear)
{
	struct lsk_err err = {};

	desc_free(s->desc);
	loader_free(&s->loop);
	loader_free(&s->stepper);
	memset(&s->loop, 0, sizeof(s->loop));
	memset(&s->stepper, 0, sizeof(s->stepper));
	s->desc = NULL;
	free(s->names);
	free(s->strings);
	assert_int_equal(
		gears_make(gear == LOOP ? GEARS_LOOP : GEARS_STEPPER, s->blob, &s->loop, &s->stepper), 0);
	if (gear == LOOP) { /* not the one that it could fall back to */
		loader_free(&s->stepper);
		memset(&s->stepper, 0, sizeof(s->stepper));
	}
	if (desc_build(s->obj, s->tr, s->blob, &s->loop, &s->stepper, &s->desc, &err))
		fail_msg("%s: %s", s->name, err.msg);
	if (s->btf && struct_ops_resolve(s->desc, s->btf, &err))
		fail_msg("%s: %s", s->name, err.msg);
	if (s->desc->ops) {
		s->ops = *s->desc->ops;
		s->ops.patch = lskel_ops_patch;
		s->ops.find = lskel_btf_find_ops;
		s->desc->ops = &s->ops;
	}
	list_names(s);
	direct = gear == DIRECT;
}

static void skel_close(struct skel *s)
{
	desc_free(s->desc);
	loader_free(&s->loop);
	loader_free(&s->stepper);
	blob_free(s->blob);
	trace_free(s->tr);
	btf__free(s->btf);
	object_free(s->obj);
	free(s->names);
	free(s->strings);
}

static void state_open(struct state *st, struct skel *s)
{
	memset(st, 0, sizeof(*st));
	st->maps = calloc(s->obj->map_cnt + 1, sizeof(*st->maps));
	st->progs = calloc(s->tr->prog_cnt + 1, sizeof(*st->progs));
	st->links = calloc(s->tr->prog_cnt + 1, sizeof(*st->links));
	st->arenas = calloc(s->obj->map_cnt + 1, sizeof(*st->arenas));
	st->pinned = calloc(s->obj->map_cnt + 1, 1);
	st->reuse_fd = calloc(s->obj->map_cnt + 1, sizeof(*st->reuse_fd));
	st->pin_path = calloc(s->obj->map_cnt + 1, sizeof(*st->pin_path));
	st->kconfig_set = malloc(s->desc->kconfig_cnt + 1);
	assert_true(st->maps && st->progs && st->links && st->arenas && st->pinned && st->reuse_fd &&
		    st->pin_path && st->kconfig_set);
	memset(st->kconfig_set, 1, s->desc->kconfig_cnt + 1); /* 0 will do */
	st->io = (struct lskel_io){ .desc = s->desc,
				    .maps = st->maps,
				    .progs = st->progs,
				    .state = &st->state,
				    .links = st->links,
				    .patch_targets = lskel_patch_targets,
				    .arenas = st->arenas,
				    .patch_arenas = lskel_patch_arenas,
				    .pinned = st->pinned,
				    .reuse_fd = st->reuse_fd,
				    .pin_path = st->pin_path,
				    .kconfig_set = st->kconfig_set };
	if (s->desc->ops) {
		st->ops = calloc(s->desc->ops->cnt, sizeof(*st->ops));
		assert_non_null(st->ops);
		st->io.ops = st->ops;
		assert_int_equal(lskel_ops_open(&st->io), 0);
	}
}

static void state_close(struct state *st, struct skel *s)
{
	u32 i;

	for (i = 0; i < s->tr->prog_cnt; i++)
		lskel_close(&st->links[i]);
	if (st->io.ops)
		lskel_ops_free(&st->io);
	lskel_unload(&st->io);
	lskel_unpin(&st->io, LSKEL_PIN_MADE);
	lskel_arena_free(&st->io);
	lskel_state_free(&st->state);
	free(st->maps);
	free(st->progs);
	free(st->links);
	free(st->arenas);
	free(st->pinned);
	free(st->reuse_fd);
	free(st->pin_path);
	free(st->kconfig_set);
	free(st->ops);
}

/* One load. Returns its outcome with the message; whatever it is, nothing is left. @asked: how much it asks
 * of the kernel. */
static int load_once(struct skel *s, const char *how, u32 fail_at, int fail_err, char msg[256], u32 *asked)
{
	struct model *m = model_new(load_target);
	struct state st;
	char left[512];
	int err;

	assert_non_null(m);
	m->names = s->names;
	m->name_cnt = s->tr->sym_cnt + (s->desc->ops ? s->desc->ops->cnt : 0);
	m->types = s->obj->btf;
	env_model = m;
	state_open(&st, s);
	m->fail_at = fail_at;
	m->fail_err = fail_err;
	err = lskel_pin_load(&st.io, st.io.ops ? lskel_ops_load : lskel_load);
	m->fail_at = 0;
	snprintf(msg, 256, "%s", lskel_strerror(&st.state));
	*asked = m->asked;
	if (err && model_open_fds(m, left, sizeof(left)))
		fail_msg("%s %s: %s: left open: %s", s->name, how, msg, left);
	state_close(&st, s);
	if (model_open_fds(m, left, sizeof(left)))
		fail_msg("%s %s: left open in the end: %s", s->name, how, left);
	if (m->faults.cnt)
		fail_msg("%s %s: the loader: %s", s->name, how, m->faults.text[0]);
	env_model = NULL;
	model_free(m);
	return err;
}

static const char *refusal(const char *name, enum gear_kind gear)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (!strcmp(refused[i].name, name) &&
		    (!refused[i].gears || strstr(refused[i].gears, gear_names[gear])))
			return refused[i].why;
	return NULL;
}

static struct { u32 objects, loads, refused, ops, op_fails, asks, ask_fails; } sum;

/* Returns how many operations it has before the unwind part. */
static u32 loads(struct skel *s, enum gear_kind gear, u32 *asked)
{
	const char *why = refusal(s->name, gear);
	char msg[256];
	int err;

	spoil.op = ~0u;
	spoil.unwind = 0;
	err = load_once(s, gear_names[gear], 0, 0, msg, asked);
	if (why && !strstr(msg, why))
		fail_msg("%s %s: %d: '%s' is not '%s'", s->name, gear_names[gear], err, msg, why);
	if (!why && err)
		fail_msg("%s %s: %d: %s", s->name, gear_names[gear], err, msg);
	sum.loads += !err;
	sum.refused += !!err;
	return spoil.unwind;
}

static void each_op_fails(struct skel *s, enum gear_kind gear, u32 ops, u32 stride)
{
	u32 i, asked, failed = 0, tried = 0;
	char msg[256], how[64];

	for (i = 0; i < ops; i += stride) {
		spoil.op = i;
		snprintf(how, sizeof(how), "%s, operation %u spoilt", gear_names[gear], i);
		if (load_once(s, how, 0, 0, msg, &asked))
			failed++;
		tried++;
	}
	spoil.op = ~0u;
	sum.ops += tried;
	sum.op_fails += failed;
	/* some are optional, or skipped, but never nearly all of them */
	if (tried > 8 && failed < 3)
		fail_msg("%s %s: only %u of %u operations matter", s->name, gear_names[gear], failed, tried);
}

static void each_ask_fails(struct skel *s, enum gear_kind gear, u32 asks, u32 stride)
{
	static const int errs[] = { -EPERM, -EMFILE, -ENOMEM, -EINVAL };
	u32 i, asked, failed = 0, tried = 0;
	char msg[256], how[64];

	for (i = 1; i <= asks; i += stride, tried++) {
		snprintf(how, sizeof(how), "%s, request %u failed", gear_names[gear], i);
		if (load_once(s, how, i, errs[i % ARRAY_SIZE(errs)], msg, &asked))
			failed++;
	}
	sum.asks += tried;
	sum.ask_fails += failed;
	/* most may have a fallback, or be optional, but not all */
	if (!failed)
		fail_msg("%s %s: only %u of %u requests matter", s->name, gear_names[gear], failed, tried);
}

/* Objects with thousands of operations that are all alike: not all of them, but others in each gear. */
static u32 stride_of(u32 cnt, enum gear_kind gear)
{
	return cnt > 600 ? cnt / 40 + gear : 1;
}

static bool is_one_of(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(not_alone); i++)
		if (!strcmp(not_alone[i], name))
			return true;
	return false;
}

static u32 open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	u32 cnt = 0;

	while (dir && readdir(dir))
		cnt++;
	closedir(dir);
	return cnt;
}

static void with_object(const char *name, bool ops, bool asks)
{
	enum gear_kind gear;
	struct skel s;
	u32 cnt, asked;

	skel_open(&s, name);
	for (gear = 0; gear < GEAR_CNT; gear++) {
		skel_gear(&s, gear);
		cnt = loads(&s, gear, &asked);
		if (ops)
			each_op_fails(&s, gear, cnt, stride_of(cnt, gear));
		if (asks && asked > 0)
			each_ask_fails(&s, gear, asked, stride_of(asked, gear));
	}
	skel_close(&s);
	sum.objects++;
}

static void all_objects(bool ops, bool asks)
{
	const u32 files = open_files();
	const bool slow = getenv("LSKEL_DRYRUN_TIMES");
	struct dirent **list;
	int i, cnt = scandir(progs_dir(), &list, NULL, alphasort);

	memset(&sum, 0, sizeof(sum));
	for (i = 0; i < cnt; i++) {
		char *dot = strstr(list[i]->d_name, ".bpf.o");
		struct timespec a, b;

		clock_gettime(CLOCK_MONOTONIC, &a);
		if (dot && !dot[6]) {
			*dot = 0;
			if (!is_one_of(list[i]->d_name))
				with_object(list[i]->d_name, ops, asks);
		}
		clock_gettime(CLOCK_MONOTONIC, &b);
		if (slow && (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 > 50)
			print_message(
				"# %s: %ld ms\n", list[i]->d_name,
				(long)((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000));
		free(list[i]);
	}
	free(list);
	assert_int_equal(open_files(), files); /* nor is anything of the test's own left */
}

static void every_object_loads(void **state)
{
	(void)state;
	all_objects(false, false);
	print_message("# %u objects in 3 gears: %u loads, %u refused as they should be\n", sum.objects,
		      sum.loads, sum.refused);
	assert_true(sum.objects > 80);
}

static void each_operation_fails_and_nothing_is_left(void **state)
{
	(void)state;
	all_objects(true, false);
	print_message("# %u operations spoilt, %u of them fail the load\n", sum.ops, sum.op_fails);
	assert_true(sum.ops > 5000);
}

static void each_request_fails_and_nothing_is_left(void **state)
{
	(void)state;
	all_objects(false, true);
	print_message("# %u requests failed, %u of them fail the load\n", sum.asks, sum.ask_fails);
	assert_true(sum.asks > 5000);
}

/*
 * The tests of this file need no permission. To show that, they have none: bpf(2) is the end of them, and
 * they are not root's, unless others can't read the objects.
 */
static const char *give_up_permissions(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { ARRAY_SIZE(insns), insns };
	const uid_t nobody = 65534;
	char path[512];

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		return "no seccomp filters here";
	if (geteuid())
		return NULL;
	snprintf(path, sizeof(path), "%s/maps.bpf.o", progs_dir());
	if (seteuid(nobody))
		return "root can't become another user";
	if (eaccess(path, R_OK) || eaccess("selftests/progs/maps.bpf.c", R_OK)) {
		if (seteuid(0))
			abort();
		return "others can't read the objects";
	}
	return seteuid(0) || setresuid(nobody, nobody, nobody) ? "root can't become another user" : NULL;
}

static void needs_no_permission(void **state)
{
	(void)state;
	print_message("# as user %u\n", (unsigned int)geteuid());
	assert_int_equal(prctl(PR_GET_SECCOMP), SECCOMP_MODE_FILTER);
	with_object("maps", true, true);
}

/* On a kernel with the running one's types each object loads or not, whichever gear does it. */
static void gears_agree_on_a_target(void **state)
{
	struct target_btf vmlinux = { .name = "vmlinux",
				      .first_id = 1,
				      .btf = btf__parse("/sys/kernel/btf/vmlinux", NULL) };
	const struct target target = { .name = "test",
				       .release = (char *)"6.18.0",
				       .version = (6 << 16) + (18 << 8),
				       .page_size = 4096,
				       .cpu_cnt = 2,
				       .btfs = &vmlinux,
				       .btf_cnt = 1 };
	struct dirent **list;
	int i, cnt, err[GEAR_CNT];
	enum gear_kind gear;
	struct skel s;
	char msg[256];
	u32 asked, loads = 0, fails = 0;

	(void)state;
	if (libbpf_get_error(vmlinux.btf) || !vmlinux.btf) {
		print_message("# no /sys/kernel/btf/vmlinux\n");
		skip();
	}
	load_target = &target;
	cnt = scandir(progs_dir(), &list, NULL, alphasort);
	for (i = 0; i < cnt; i++) {
		char *dot = strstr(list[i]->d_name, ".bpf.o");

		if (dot && !dot[6]) {
			*dot = 0;
			if (!is_one_of(list[i]->d_name)) {
				skel_open(&s, list[i]->d_name);
				spoil.op = ~0u;
				for (gear = 0; gear < GEAR_CNT; gear++) {
					skel_gear(&s, gear);
					err[gear] = load_once(&s, gear_names[gear], 0, 0, msg, &asked);
					if (err[gear] != err[0])
						fail_msg("%s: %s %d, %s %d (%s)", s.name, gear_names[0],
							 err[0], gear_names[gear], err[gear], msg);
				}
				loads += !err[0];
				fails += err[0] != 0;
				skel_close(&s);
			}
		}
		free(list[i]);
	}
	free(list);
	load_target = NULL;
	btf__free(vmlinux.btf);
	print_message("# %u objects load, %u do not\n", loads, fails);
	assert_true(loads > fails && fails);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_no_permission),
		cmocka_unit_test(every_object_loads),
		cmocka_unit_test(gears_agree_on_a_target),
		cmocka_unit_test(each_operation_fails_and_nothing_is_left),
		cmocka_unit_test(each_request_fails_and_nothing_is_left),
	};

	const char *why = give_up_permissions();

	if (why)
		print_message("# not without permissions: %s\n", why);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
