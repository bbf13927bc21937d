// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Loads an object with the runtime that generated headers carry, from memory instead of from a header. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "../../lskel/attach.h"
#include "../../lskel/desc.h"
#include "../../lskel/gen/gen.h"
#include "../../lskel/struct_ops.h"
#include "tool.h"

#include "../../kernel/sys/env.h" /* --dry-run: system calls go to the model */
#include "../../kernel/verify/verify.h"

/* --direct: the operations as plain system calls. */
static bool direct;
#define LSKEL_DIRECT
#define LSKEL_DIRECT_WANTED(io) direct
#define LSKEL_LOG_PLACE(desc) "its log above"
#include "../../lskel/runtime/runtime.h"
#include "../../lskel/runtime/struct_ops.h"
#include "../../lskel/runtime/btf_ops.h"

struct run {
	struct input in;
	struct loader loop, stepper;
	struct lskel_desc *desc;
	struct bpf_map_desc *maps;
	struct bpf_prog_desc *progs;
	int *links; /* by program; 0: none */
	struct lskel_hold *holds;
	struct lskel_arena *arenas; /* by map */
	unsigned char *pinned;
	int *reuse_fd;
	const char **pin_path; /* none is set: each by its name */
	struct lskel_state state;
	struct lskel_ops_desc ops; /* the desc's, with the runtime's functions */
	struct lskel_ops *ops_state;
	int *ops_links;
	struct lskel_io io;
};

/* The desc knows the struct_ops maps, a generated header would name the functions that work on them. */
static int run_prepare_ops(struct run *r, struct lsk_err *err)
{
	r->ops = *r->desc->ops;
	r->ops.patch = lskel_ops_patch;
	r->ops.find = lskel_btf_find_ops;
	r->desc->ops = &r->ops;
	r->ops_state = calloc(r->ops.cnt, sizeof(*r->ops_state));
	r->ops_links = calloc(r->ops.cnt, sizeof(*r->ops_links));
	if (!r->ops_state || !r->ops_links)
		return err_set(err, -ENOMEM, "out of memory");
	r->io.ops = r->ops_state;
	return lskel_ops_open(&r->io) ? err_set(err, -ENOMEM, "out of memory") : 0;
}

static int run_prepare(struct run *r, enum gen_gears gears, struct lsk_err *err)
{
	const struct blob *b = r->in.blob;
	int ret = gears_make(gears, b, &r->loop, &r->stepper);

	if (ret)
		return err_set(err, ret, "loader: %s", err_name(ret));
	ret = desc_build(r->in.obj, r->in.tr, b, &r->loop, &r->stepper, &r->desc, err);
	if (!ret && r->in.btf)
		ret = struct_ops_resolve(r->desc, r->in.btf, err);
	if (ret)
		return ret;
	r->maps = calloc(r->in.obj->map_cnt + 1, sizeof(*r->maps));
	r->progs = calloc(r->in.tr->prog_cnt + 1, sizeof(*r->progs));
	r->links = calloc(r->in.tr->prog_cnt + 1, sizeof(*r->links));
	r->holds = calloc(r->in.tr->prog_cnt + 1, sizeof(*r->holds));
	r->arenas = calloc(r->in.obj->map_cnt + 1, sizeof(*r->arenas));
	r->pinned = calloc(r->in.obj->map_cnt + 1, sizeof(*r->pinned));
	r->reuse_fd = calloc(r->in.obj->map_cnt + 1, sizeof(*r->reuse_fd));
	r->pin_path = calloc(r->in.obj->map_cnt + 1, sizeof(*r->pin_path));
	if (!r->maps || !r->progs || !r->links || !r->holds || !r->arenas || !r->pinned || !r->reuse_fd ||
	    !r->pin_path)
		return err_set(err, -ENOMEM, "out of memory");
	r->io = (struct lskel_io){ .desc = r->desc, .maps = r->maps, .progs = r->progs, .state = &r->state,
				   .links = r->links, .patch_targets = lskel_patch_targets,
				   .arenas = r->arenas, .patch_arenas = lskel_patch_arenas,
				   .pinned = r->pinned, .reuse_fd = r->reuse_fd,
				   .pin_path = r->pin_path };
	return r->desc->ops ? run_prepare_ops(r, err) : 0;
}

static void run_close(struct run *r)
{
	u32 i;

	for (i = 0; r->links && r->holds && i < r->in.tr->prog_cnt; i++)
		lskel_detach_one(r->progs[i].prog_fd, &r->links[i], &r->holds[i]);
	if (r->io.ops && r->ops_links)
		lskel_ops_detach_all(&r->io, r->ops_links);
	if (r->io.ops)
		lskel_ops_free(&r->io);
	if (r->maps && r->progs)
		lskel_unload(&r->io);
	if (r->io.pinned) /* what was pinned before stays so */
		lskel_unpin(&r->io, LSKEL_PIN_MADE);
	if (r->arenas && r->desc)
		lskel_arena_free(&r->io);
	lskel_state_free(&r->state);
	free(r->arenas);
	free(r->pinned);
	free(r->reuse_fd);
	free(r->pin_path);
	free(r->maps);
	free(r->progs);
	free(r->ops_state);
	free(r->ops_links);
	free(r->links);
	free(r->holds);
	desc_free(r->desc);
	loader_free(&r->loop);
	loader_free(&r->stepper);
	input_close(&r->in);
}

static int load(struct run *r, const char *path, struct lsk_err *err)
{
	int ret = lskel_pin_load(&r->io, r->io.ops ? lskel_ops_load : lskel_load);

	if (!ret)
		return 0;
	if (lskel_log(&r->state))
		fputs(lskel_log(&r->state), stderr);
	return err_set(err, ret, "%s: %s", path, lskel_strerror(&r->state));
}

static void list(const struct run *r)
{
	u32 i, len;

	if (env_model)
		return;
	for (i = 0; i < r->in.obj->map_cnt; i++) {
		struct bpf_map_info info = {};

		len = sizeof(info);
		if (r->maps[i].map_fd && !bpf_obj_get_info_by_fd(r->maps[i].map_fd, &info, &len))
			printf("map  %6u  %s\n", info.id, r->in.obj->maps[i].name);
	}
	for (i = 0; i < r->in.tr->prog_cnt; i++) {
		const struct obj_func *f = &r->in.obj->funcs[r->in.tr->progs[i].func];
		struct bpf_prog_info info = {};

		len = sizeof(info);
		if (!r->progs[i].prog_fd)
			printf("prog  (not loaded)  %s\n", f->name);
		else if (!bpf_obj_get_info_by_fd(r->progs[i].prog_fd, &info, &len))
			printf("prog %6u  %s  (%s)\n", info.id, f->name, f->sec_name);
	}
}

static int attach_one(struct run *r, u32 prog, const char *name, const struct attach_how *how)
{
#define X(kind, func, part) [AT_##kind] = lskel_attach_##func,
	static int (*const kinds[])(struct lskel_attach *) = { ATTACH_KINDS(X) };
#undef X
	struct lskel_attach_to to = { name, how->target, how->type, how->flags };

	return lskel_attach_one(kinds[how->kind], &r->state, &to, r->progs[prog].prog_fd, NULL,
				&r->links[prog], &r->holds[prog]);
}

static int attach(struct run *r, const char *path, struct lsk_err *err)
{
	u32 i, attached = 0;
	sigset_t wake;
	int sig;

	for (i = 0; i < r->in.tr->prog_cnt; i++) {
		const struct obj_func *f = &r->in.obj->funcs[r->in.tr->progs[i].func];
		struct attach_how how = attach_how(f);
		int fd;

		if (!r->progs[i].prog_fd || r->desc->progs[i].flags & LSKEL_PROG_OPS)
			continue;
		if (r->links[i]) { /* the loader has done it */
			attached++;
			continue;
		}
		if (!how.alone) {
			printf("%s: not attached: SEC(\"%s\") %s\n", f->name, f->sec_name,
			       how.runs ? "is run, not attached" : "does not say what to");
			continue;
		}
		fd = attach_one(r, i, f->name, &how);
		if (fd < 0)
			return err_set(err, fd, "%s: %s", path, lskel_strerror(&r->state));
		attached++;
	}
	if (r->io.ops) {
		int ret = lskel_ops_attach_all(&r->io, r->ops_links);

		if (ret)
			return err_set(err, ret, "%s: %s", path, lskel_strerror(&r->state));
		for (i = 0; i < r->ops.cnt; i++)
			attached += r->ops_links[i] > 0;
	}
	/* not all of it ends with the process, so a signal must not end it before it has detached */
	sigemptyset(&wake);
	sigaddset(&wake, SIGINT);
	sigaddset(&wake, SIGTERM);
	sigprocmask(SIG_BLOCK, &wake, NULL);
	printf("%u attached; interrupt to detach and unload\n", attached);
	fflush(stdout);
	sigwait(&wake, &sig);
	return 0;
}

/* What will be looked up by name, for those who read files to do it. */
static int dry_names(const struct run *r, struct model_name **names, char **ops_names, struct lsk_err *err)
{
	const struct trace *tr = r->in.tr;
	const u32 ops = r->desc->ops ? r->desc->ops->cnt : 0;
	const struct object *obj = r->in.obj;
	size_t sz = 1;
	char *s;
	u32 i;

	for (i = 0; i < ops; i++)
		sz += strlen(r->desc->ops->rows[i].type) + sizeof("bpf_struct_ops_");
	*names = calloc(tr->sym_cnt + ops + 1, sizeof(**names));
	*ops_names = malloc(sz);
	if (!*names || !*ops_names)
		return err_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < tr->sym_cnt; i++)
		(*names)[i] = (struct model_name){ tr->syms[i].name, tr->syms[i].btf_kind,
						   tr->syms[i].kallsyms, 0 };
	for (i = 0, s = *ops_names; i < ops; i++) {
		(*names)[tr->sym_cnt + i] =
			(struct model_name){ s, 4 /* BTF_KIND_STRUCT */, false,
					     obj->maps[r->desc->ops->rows[i].map].ops->struct_id };
		s += sprintf(s, "bpf_struct_ops_%s", r->desc->ops->rows[i].type) + 1;
	}
	env_model->names = *names;
	env_model->name_cnt = tr->sym_cnt + ops;
	env_model->types = obj->btf;
	return 0;
}

static int dry_check_order(const struct run *r, struct lsk_err *err)
{
	return r->in.blob->big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ?
		       0 : err_set(err, -ENOTSUP, "a dry run takes an object of this machine's byte order");
}

/* --dry-run: the same, up to the last close. What the loader leaves behind is its error. */
static int dry_run(struct run *r, const char *path, const struct target *target, enum gen_gears gears,
		   struct lsk_err *err)
{
	struct model *m = model_new(target);
	struct model_name *names = NULL;
	struct lsk_err why = {};
	char *ops_names = NULL, left[512];
	u32 i, open;
	int ret;

	env_model = m;
	ret = m ? dry_check_order(r, &why) : err_set(&why, -ENOMEM, "out of memory");
	if (!ret)
		ret = run_prepare(r, gears, &why);
	if (!ret)
		ret = dry_names(r, &names, &ops_names, &why);
	if (ret) {
		err_set(err, ret, "%s: %s", path, why.msg);
	} else {
		m->log = stdout;
		m->verify = verify_prog;
		m->verify_free = verify_free;
		ret = load(r, path, err);
		if (!ret)
			printf("loaded\n");
		m->log = NULL;
	}
	run_close(r);
	for (i = 0; m && i < m->undecided.cnt; i++)
		printf("undecided: %s\n", m->undecided.text[i]);
	for (i = 0; m && i < m->faults.cnt; i++)
		ret = err_set(err, -EFAULT, "%s: the loader: %s", path, m->faults.text[i]);
	open = m ? model_open_fds(m, left, sizeof(left)) : 0;
	if (open)
		ret = err_set(err, -EBUSY, "%s: the loader leaves %u descriptors open: %s", path, open, left);
	env_model = NULL;
	model_free(m);
	free(names);
	free(ops_names);
	return ret;
}

static int run_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "attach", no_argument, NULL, 'a' },
		{ "direct", no_argument, NULL, 'd' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "target", required_argument, NULL, 't' },
		{ "gear", required_argument, NULL, 'g' },
		INPUT_OPTIONS,
		{},
	};
	bool want_attach = false, dry = false;
	const char *target_path = NULL;
	struct target *target = NULL;
	enum gen_gears gears = GEARS_AUTO;
	struct lsk_err err = {}, why = {};
	struct run r = {};
	int c, ret;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'a': want_attach = true; break;
		case 'd': direct = true; break;
		case 'n': dry = true; break;
		case 't': target_path = optarg; break;
		case 'g':
			if (!gears_parse(optarg, &gears))
				break;
			return usage(&cmd_run, "no gear is called '%s'", optarg);
		default:
			ret = input_option(&r.in, c, optarg);
			if (ret)
				return usage(&cmd_run, "%s '%s'", ret == -E2BIG ? "too many" : "bad option",
					     argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage(&cmd_run, "no object given");
	if (target_path && !dry)
		return usage(&cmd_run, "--target is for --dry-run");
	if (want_attach && dry)
		return usage(&cmd_run, "--dry-run attaches only what the loader does (--attach-in-loader)");
	ret = target_path ? target_open(target_path, &target, &err) : 0;
	if (!ret)
		ret = input_open(&r.in, argv + optind, argc - optind, &err);
	if (dry) {
		if (!ret)
			ret = dry_run(&r, argv[optind], target, gears, &err);
		target_close(target);
		return ret ? complain(&err) : EXIT_OK;
	}
	if (!ret) {
		ret = run_prepare(&r, gears, &why);
		if (ret)
			err_set(&err, ret, "%s: %s", argv[optind], why.msg);
	}
	if (!ret)
		ret = load(&r, argv[optind], &err);
	if (!ret) {
		list(&r);
		if (want_attach)
			ret = attach(&r, argv[optind], &err);
	}
	run_close(&r);
	return ret ? complain(&err) : EXIT_OK;
}

const struct command cmd_run = {
	.name = "run",
	.args = "OBJ... [--attach] [--gear auto|stepper|loop] [--direct] [--dry-run [--target TARGET]] "
		INPUT_ARGS,
	.what = "load the object into the running kernel and list its maps and programs with their ids",
	.help = "      --attach         attach what can be attached alone, and stay until interrupted\n"
		"      --direct         execute the same trace by plain system calls, without a loader program\n"
		"      --dry-run        load nothing, show the commands; needs no permission\n"
		"      --target TARGET  by the rules of that kernel; else much is undecided\n",
	.run = run_run,
};
