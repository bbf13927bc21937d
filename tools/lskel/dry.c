// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A load on the model of bpf(2), for `lskel check`: runtime and loader as they are, and nobody's permission. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#include "../../kernel/verify/verify.h"
#include "../../lskel/desc.h"
#include "../../lskel/gen/gen.h"

#include "../../kernel/sys/env.h" /* system calls go to the model */

#include "../../lskel/runtime/runtime.h"
#include "../../lskel/runtime/struct_ops.h"
#include "../../lskel/runtime/btf_ops.h"

struct dry {
	const struct object *obj;
	struct trace *tr;
	struct blob *blob;
	struct loader loop, stepper;
	struct lskel_desc *desc;
	struct lskel_ops_desc ops; /* the desc's, with the runtime's functions */
	struct lskel_state state;
	struct lskel_io io;
};

/* Programs have been looked at, with more to say of them. */
static int verified(const struct verify_input *in, struct verify_result *res)
{
	(void)in;
	memset(res, 0, sizeof(*res));
	return 0;
}

static int prepare(struct dry *d, bool has_btf, struct lsk_err *err)
{
	const struct trace_opts opts = { .target_has_no_btf = !has_btf };
	int ret = trace_record_opts(d->obj, &opts, &d->tr, err);

	if (!ret)
		ret = blob_emit(d->tr, &d->blob, err);
	if (!ret)
		ret = gears_make(GEARS_AUTO, d->blob, &d->loop, &d->stepper);
	if (!ret)
		ret = desc_build(d->obj, d->tr, d->blob, &d->loop, &d->stepper, &d->desc, err);
	if (ret)
		return ret;
	d->io = (struct lskel_io){
		.desc = d->desc,
		.state = &d->state,
		.maps = calloc(d->obj->map_cnt + 1, sizeof(*d->io.maps)),
		.progs = calloc(d->tr->prog_cnt + 1, sizeof(*d->io.progs)),
		.links = calloc(d->tr->prog_cnt + 1, sizeof(*d->io.links)),
		.arenas = calloc(d->obj->map_cnt + 1, sizeof(*d->io.arenas)),
		.patch_targets = lskel_patch_targets,
		.patch_arenas = lskel_patch_arenas,
	};
	if (!d->io.maps || !d->io.progs || !d->io.links || !d->io.arenas)
		return -ENOMEM;
	if (!d->desc->ops)
		return 0;
	d->ops = *d->desc->ops;
	d->ops.patch = lskel_ops_patch;
	d->ops.find = lskel_btf_find_ops;
	d->desc->ops = &d->ops;
	d->io.ops = calloc(d->ops.cnt, sizeof(*d->io.ops));
	return d->io.ops && !lskel_ops_open(&d->io) ? 0 : -ENOMEM;
}

static void finish(struct dry *d)
{
	if (d->io.ops)
		lskel_ops_free(&d->io);
	if (d->io.maps && d->io.progs && d->io.arenas) {
		lskel_unload(&d->io);
		lskel_arena_free(&d->io);
	}
	lskel_state_free(&d->state);
	free(d->io.maps);
	free(d->io.progs);
	free(d->io.links);
	free(d->io.arenas);
	free(d->io.ops);
	desc_free(d->desc);
	loader_free(&d->loop);
	loader_free(&d->stepper);
	blob_free(d->blob);
	trace_free(d->tr);
}

static int note(struct check_result *res, enum check_verdict verdict, const char *text)
{
	return check_note(res, CHECK_LOAD, verdict, "on the model of bpf(2)", text);
}

/* What can be reached is the verifier's to say, and has been said. */
static bool is_said(const char *undecided)
{
	return strstr(undecided, "can be reached");
}

static int load(struct dry *d, struct model *m, struct check_result *res)
{
	struct lsk_err why = {};
	int ret = prepare(d, m->target->btf_cnt, &why), noted = 0;
	u32 i, open = 0;

	if (ret == -ENOMEM)
		return ret;
	if (!ret)
		ret = d->io.ops ? lskel_ops_load(&d->io) : lskel_load(&d->io);
	else if (!why.msg[0])
		err_set(&why, ret, "%s", err_name(ret));
	for (i = 0; i < m->undecided.cnt; i++)
		open += !is_said(m->undecided.text[i]);
	if (ret)
		noted = note(res, CHECK_FATAL, why.msg[0] ? why.msg : lskel_strerror(&d->state));
	else if (!open && !m->faults.cnt)
		noted = note(res, CHECK_FINE, "loads");
	for (i = 0; i < m->undecided.cnt && !noted; i++)
		if (!is_said(m->undecided.text[i]))
			noted = note(res, CHECK_UNDECIDED, m->undecided.text[i]);
	for (i = 0; i < m->faults.cnt && !noted; i++)
		noted = note(res, CHECK_FATAL, m->faults.text[i]);
	return noted;
}

/* Nobody can load these by default: a program that is to be named then. */
static bool needs_another_program(const struct object *obj)
{
	u32 i;

	for (i = 0; i < obj->func_cnt; i++)
		if (obj->funcs[i].is_prog && obj->funcs[i].autoload && obj->funcs[i].def &&
		    obj->funcs[i].def->prog_type == BPF_PROG_TYPE_EXT)
			return true;
	return false;
}

int dry_load(const struct object *obj, const struct target *t, struct check_result *res, struct lsk_err *err)
{
	struct dry d = { .obj = obj };
	struct model *m;
	int ret;

	if (res->outcome == CHECK_FAILS || needs_another_program(obj) ||
	    obj->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return 0;
	m = model_new(t);
	if (!m)
		return err_set(err, -ENOMEM, "out of memory");
	m->verify = verified;
	m->types = obj->btf;
	env_model = m;
	ret = load(&d, m, res);
	finish(&d);
	env_model = NULL;
	model_free(m);
	return ret ? err_set(err, ret, "out of memory") : 0;
}

