// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Loading without BTF: what can't be done without it is refused by name, now, rather than on the target in
 * the kernel's words. Programs that are not loaded by default are let pass: they don't keep the others from
 * being loaded.
 */
#include "record.h"

#include <errno.h>
#include <string.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#define MAX_DEPTH 32

static int refuse(struct rec *r, const char *subject, const char *name, const char *what, const char *whose)
{
	const bool kernel = r->target_has_no_btf;

	return r->b.ret = err_set(r->b.err, -ENOTSUP, "%s '%s': %s%s%s%s: not without BTF (%s)", subject,
				  name, what, whose ? " '" : "", whose ? whose : "", whose ? "'" : "",
				  kernel ? "--target-has-no-btf" : "--no-btf");
}

static const char *func_at(const struct rec *r, const struct linked *l, u32 insn)
{
	u32 i;

	for (i = 0; i < l->func_cnt; i++)
		if (l->funcs[i].start == insn)
			return r->b.obj->funcs[l->funcs[i].func].name;
	return "?";
}

/* What needs the program's own BTF. */
static int check_prog(struct rec *r, const struct obj_func *f, const struct linked *l)
{
	u32 i;

	for (i = 0; i < l->core_cnt; i++) {
		if (l->cores[i].kind == CORE_ID_LOCAL)
			return refuse(r, "prog", f->name,
				      "uses ids of its own types (bpf_core_type_id_local)", NULL);
		if (!r->core)
			return r->b.ret = err_set(r->b.err, -ENOTSUP,
						  "prog '%s': insn %u: CO-RE: not by the kernel without BTF: "
						  "resolve it now, with --btf FILE",
						  f->name, l->cores[i].insn);
	}
	if (f->def->prog_type == BPF_PROG_TYPE_EXT)
		return refuse(r, "prog", f->name, "replaces a function of another program", NULL);
	if (f->exception_cb >= 0)
		return refuse(r, "prog", f->name, "has an exception callback,",
			      r->b.obj->funcs[f->exception_cb].name);
	for (i = 0; i < l->insn_cnt; i++)
		if (l->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && l->insns[i].src == BPF_PSEUDO_FUNC)
			return refuse(r, "prog", f->name, "takes the address of function",
				      func_at(r, l, i + 1 + (u32)l->insns[i].imm));
	return 0;
}

/* What needs the kernel's. Weak symbols are just not there. */
static int check_prog_kernel(struct rec *r, const struct obj_func *f, const struct linked *l)
{
	u32 i;

	if (f->def->flags & SEC_ATTACH_BTF)
		return refuse(r, "prog", f->name, "its attach target is found by BTF: SEC", f->sec_name);
	for (i = 0; i < l->relo_cnt; i++) {
		const struct obj_relo *relo = &l->relos[i];
		const struct obj_extern *ext = &r->b.obj->externs[relo->ref];

		if ((relo->kind != RELO_KFUNC && relo->kind != RELO_KSYM) || ext->kind == EXT_KSYM ||
		    ext->weak)
			continue;
		return refuse(r, "prog", f->name,
			      relo->kind == RELO_KFUNC ? "calls kfunc" : "refers to typed ksym", ext->name);
	}
	return 0;
}

int nobtf_check_prog(struct rec *r, const struct obj_func *f, const struct linked *l)
{
	int ret = 0;

	if (r->has_btf || !f->autoload)
		return 0;
	if (r->target_has_no_btf)
		ret = check_prog_kernel(r, f, l);
	return ret ? ret : check_prog(r, f, l);
}

static const char *special_struct(const char *name)
{
	static const char *const names[] = {
		"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer",   "bpf_wq",	     "bpf_list_head",
		"bpf_list_node", "bpf_rb_root",	      "bpf_rb_node", "bpf_refcount", "bpf_task_work",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return names[i];
	return NULL;
}

static const char *special_ptr(const struct btf *btf, u32 id)
{
	static const char *const tags[] = { "kptr_untrusted", "kptr", "kptr_ref", "percpu_kptr", "uptr" };
	const struct btf_type *t;
	size_t i;
	u32 n;

	for (n = 0; n < MAX_DEPTH; n++) {
		t = btf__type_by_id(btf, id);
		if (!t || (!btf_is_mod(t) && !btf_is_typedef(t)))
			break;
		for (i = 0; btf_is_type_tag(t) && i < ARRAY_SIZE(tags); i++)
			if (!strcmp(btf__name_by_offset(btf, t->name_off), tags[i]))
				return tags[i];
		id = t->type;
	}
	return NULL;
}

/* What the kernel finds in a map's value by BTF, and programs can't use if it does not. NULL: nothing. */
static const char *special_in(const struct btf *btf, u32 id, u32 depth)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const char *found = NULL;
	u32 i;

	if (!t || depth == MAX_DEPTH)
		return NULL;
	if (btf_is_ptr(t))
		return special_ptr(btf, t->type);
	if (btf_is_mod(t) || btf_is_typedef(t) || btf_is_var(t))
		return special_in(btf, t->type, depth + 1);
	if (btf_is_array(t))
		return special_in(btf, btf_array(t)->type, depth + 1);
	if (btf_is_datasec(t))
		for (i = 0; i < btf_vlen(t) && !found; i++)
			found = special_in(btf, btf_var_secinfos(t)[i].type, depth + 1);
	if (btf_is_composite(t))
		found = special_struct(btf__name_by_offset(btf, t->name_off));
	for (i = 0; btf_is_composite(t) && i < btf_vlen(t) && !found; i++)
		found = special_in(btf, btf_members(t)[i].type, depth + 1);
	return found;
}

int nobtf_check_map(struct rec *r, const struct obj_map *m)
{
	u32 id = m->btf_value_id ? m->btf_value_id : m->btf_sec_id;
	const char *special;

	if (r->has_btf || !r->b.obj->btf)
		return 0;
	if (m->kind == MAP_STRUCT_OPS)
		return refuse(r, "map", m->name, "is a struct_ops map", NULL);
	if (map_is_local_storage(m->type))
		return refuse(r, "map", m->name, "is a local storage", NULL);
	special = id ? special_in(r->b.obj->btf, id, 0) : NULL;
	return special ? refuse(r, "map", m->name, "its value has a", special) : 0;
}
