// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Special fields of map values and of allocated objects: kptrs, locks, timers, lists, trees. Found by
 * their types and tags in the program's BTF; which tags mean what changed in 6.4.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

static const struct { const char *name; enum field_kind kind; u32 since; } structs[] = {
	{ "bpf_spin_lock", FLD_LOCK, 0 }, { "bpf_timer", FLD_TIMER, KV(5, 15) },
	  { "bpf_list_head", FLD_LIST, KV(6, 2) },
	{ "bpf_list_node", FLD_NODE, KV(6, 2) }, { "bpf_rb_root", FLD_RBTREE, KV(6, 3) },
	  { "bpf_rb_node", FLD_NODE, KV(6, 3) },
	{ "bpf_refcount", FLD_REFCOUNT, KV(6, 4) }, { "bpf_wq", FLD_WQ, KV(6, 10) },
	  { "bpf_res_spin_lock", FLD_LOCK, KV(6, 15) },
	{ "bpf_task_work", FLD_OTHER, KV(6, 18) },
};

static struct field *add(struct fields *f, enum field_kind kind, u32 off, u32 size)
{
	if (f->cnt == ARRAY_SIZE(f->f)) {
		f->unsure = true;
		return NULL;
	}
	f->f[f->cnt] = (struct field){ .kind = kind, .off = off, .size = size };
	return &f->f[f->cnt++];
}

/* false: the kernel does not take the tag, and with it nothing of the value. */
static bool kptr(struct env *e, struct fields *f, const struct btf *btf, u32 ptr, u32 off)
{
	const struct btf_type *p = btf__type_by_id(btf, ptr), *tag = btf__type_by_id(btf, p->type), *next;
	static const enum field_kind meaning[][2] = { { FLD_KPTR_UNREF, FLD_KPTR }, { FLD_KPTR, FLD_NONE },
		{ FLD_NONE, FLD_KPTR_UNREF }, { FLD_NONE, FLD_KPTR_PERCPU }, { FLD_NONE, FLD_UPTR } };
	static const char *const names[] = { "kptr", "kptr_ref", "kptr_untrusted", "percpu_kptr", "uptr" };
	const struct target_btf *where = NULL;
	int newer = kernel_since(e, KV(6, 4)), id;
	enum field_kind kind;
	struct field *fld;
	u32 i, to;

	if (!p->type || !tag || !btf_is_type_tag(tag) || btf_kflag(tag))
		return true;
	for (i = 0; i < ARRAY_SIZE(names) && strcmp(names[i], btf_nm(btf, p->type));)
		i++;
	next = tag->type ? btf__type_by_id(btf, tag->type) : NULL;
	if (i == ARRAY_SIZE(names) || (next && btf_is_type_tag(next)))
		return false;
	if (newer < 0) /* it's known to be new enough for one of them only */
		f->unsure = true;
	kind = meaning[i][newer != 0];
	if (kind == FLD_NONE)
		return false;
	if (off % 8)
		return false;
	to = btf_skip(btf, p->type);
	next = to ? btf__type_by_id(btf, to) : NULL;
	if (!next || !(btf_is_composite(next) || btf_is_fwd(next)))
		return false;
	if (btf_is_fwd(next))
		return false;
	fld = add(f, kind, off, 8);
	if (!fld)
		return true;
	id = kind == FLD_UPTR ? -ENOENT : target_find(e->in->target, btf_nm(btf, to), btf_kind(next), &where);
	if (id > 0) {
		fld->btf = where->btf;
		fld->type = id;
		return true;
	}
	if (!kernel_since(e, KV(6, 2)))
		return false;
	fld->btf = btf; /* one of the program's own */
	fld->type = to;
	return true;
}

static bool scan(struct env *e, struct fields *f, const struct btf *btf, u32 id, u32 off, u32 depth)
{
	const struct btf_type *t;
	const char *name;
	u32 i;

	id = btf_skip(btf, id);
	t = btf__type_by_id(btf, id);
	if (!id || !t || depth > 8)
		return true;
	if (btf_is_datasec(t)) {
		for (i = 0; i < btf_vlen(t); i++) {
			const struct btf_var_secinfo *v = &btf_var_secinfos(t)[i];
			const struct btf_type *var = btf__type_by_id(btf, v->type);

			if (var && btf_is_var(var) && !scan(e, f, btf, var->type, v->offset, depth + 1))
				return false;
		}
		return true;
	}
	if (btf_is_ptr(t))
		return kptr(e, f, btf, id, off);
	if (btf_is_array(t)) {
		s64 sz = btf_size(btf, btf_array(t)->type);

		if (depth && !kernel_since(e, KV(6, 11)))
			return true; /* they did not look into arrays */
		for (i = 0; sz > 0 && i < btf_array(t)->nelems && i < ARRAY_SIZE(f->f); i++)
			if (!scan(e, f, btf, btf_array(t)->type, off + i * sz, depth + 1))
				return false;
		return true;
	}
	if (!btf_is_struct(t))
		return true;
	name = btf_nm(btf, id);
	for (i = 0; depth && i < ARRAY_SIZE(structs); i++) {
		if (!strcmp(name, structs[i].name) && kernel_since(e, structs[i].since)) {
			add(f, structs[i].kind, off, t->size);
			return true;
		}
	}
	for (i = 0; i < btf_vlen(t); i++)
		if (!btf_member_bitfield_size(t, i) &&
		    !scan(e, f, btf, btf_members(t)[i].type, off + btf_member_bit_offset(t, i) / 8,
			  depth + 1))
			return false;
	return true;
}

const struct fields *fields_of(struct env *e, const struct btf *btf, u32 type)
{
	struct fields *f;
	u32 i;

	if (!btf || !type)
		return NULL;
	for (f = e->fields; f; f = f->next)
		if (f->btf == btf && f->type == type)
			return f;
	f = calloc(1, sizeof(*f));
	if (!f) {
		e->ret = -ENOMEM;
		return NULL;
	}
	f->btf = btf;
	f->type = type;
	f->next = e->fields;
	e->fields = f;
	if (!scan(e, f, btf, type, 0, 0)) {
		/* what can't be scanned has no special fields, but for the locks and timers of old */
		for (i = 0; i < f->cnt;)
			if ((f->f[i].kind == FLD_LOCK || f->f[i].kind == FLD_TIMER) &&
			    !kernel_since(e, KV(6, 2)))
				i++;
			else
				f->f[i] = f->f[--f->cnt];
	}
	return f;
}

const struct fields *map_fields(struct env *e, struct kmap *map)
{
	const struct btf *btf = map->btf ? map->btf->kernel ? map->btf->kernel->btf : map->btf->btf : NULL;

	return fields_of(e, btf, map->value_id);
}

const struct field *field_at(const struct fields *f, s64 off, u32 size)
{
	u32 i;

	for (i = 0; i < f->cnt; i++)
		if (off < (s64)f->f[i].off + f->f[i].size && off + size > f->f[i].off)
			return &f->f[i];
	return NULL;
}

static bool is_kptr(const struct field *fld)
{
	return fld->kind == FLD_KPTR_UNREF || fld->kind == FLD_KPTR || fld->kind == FLD_KPTR_PERCPU ||
		fld->kind == FLD_UPTR;
}

static int aligned(struct env *e, const struct field *fld, s64 off, u32 size)
{
	if (!is_kptr(fld))
		return refuse(e, VERIFY_KPTR, -EACCES,
			      "a special field cannot be accessed directly by load/store, off=%lld",
			      (long long)off);
	if (off != fld->off)
		return refuse(e, VERIFY_KPTR, -EACCES, "the kptr at offset %u is accessed at %lld",
			      fld->off, (long long)off);
	if (size != 8)
		return refuse(e, VERIFY_KPTR, -EACCES, "a kptr is accessed by another size than 8");
	return GO;
}

/* Objects that stay readable in an RCU section, whoever drops them. */
static bool rcu_safe(struct env *e, const struct field *fld)
{
	static const struct { const char *name; u32 since; } types[] = { { "task_struct", KV(6, 4) },
		{ "cgroup", KV(6, 4) },
		{ "bpf_cpumask", KV(6, 4) }, { "prog_test_ref_kfunc", KV(6, 4) },
		  { "bpf_crypto_ctx", KV(6, 10) } };
	u32 i;

	if (!target_of(e, fld->btf))
		return kernel_since(e, KV(6, 6));
	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, btf_nm(fld->btf, fld->type)) && kernel_since(e, types[i].since))
			return true;
	return false;
}

int field_load(struct env *e, const struct field *fld, const struct val *p, s64 off, u32 size,
	       struct val *out)
{
	(void)p;
	if (aligned(e, fld, off, size))
		return STOP;
	*out = (struct val){ .kind = V_BTF, .type = fld->type, .flags = F_NULL | F_UNTRUSTED, .id = ++e->ids };
	out->btf = fld->btf;
	if (fld->kind == FLD_UPTR) {
		s64 sz = btf_size(fld->btf, fld->type);

		*out = (struct val){ .kind = V_MEM, .type = sz > 0 ? sz : 0, .flags = F_NULL, .id = out->id };
	} else if (fld->kind != FLD_KPTR_UNREF && kernel_since(e, KV(6, 4)) && rcu_safe(e, fld) &&
		   in_rcu(e)) {
		out->flags = F_NULL | F_RCU;
		if (fld->kind == FLD_KPTR_PERCPU)
			out->flags |= F_PERCPU;
		else if (!target_of(e, fld->btf))
			out->flags |= F_ALLOC;
	}
	return 1;
}

bool kptr_matches(struct env *e, const struct field *fld, const struct val *v)
{
	u32 ok = F_NULL | F_TRUSTED | F_RCU | F_VAROFF | F_LOSSY;

	if (v->kind != V_BTF)
		return false;
	if (fld->kind == FLD_KPTR_UNREF)
		ok |= F_UNTRUSTED;
	if (!target_of(e, v->btf))
		ok = F_NULL | F_ALLOC | (fld->kind == FLD_KPTR_PERCPU ? F_PERCPU : 0);
	if (v->flags & ~ok || v->off < 0 || v->flags & F_VAROFF)
		return false;
	return type_matches(v->btf, v->type, v->off, fld->btf, fld->type, fld->kind != FLD_KPTR_UNREF);
}

int field_store(struct env *e, const struct field *fld, const struct val *p, s64 off, u32 size,
		const struct val *v)
{
	(void)p;
	if (aligned(e, fld, off, size))
		return STOP;
	if (fld->kind != FLD_KPTR_UNREF)
		return refuse(e, VERIFY_KPTR, -EACCES, "a referenced kptr is only exchanged, not stored to");
	if (v->kind == V_ANY) {
		unsure(e, VERIFY_KPTR, "a value of which this model knows nothing is stored to a kptr");
		return 1;
	}
	if (v->kind == V_NUM && is_const(v) && !v->lo)
		return 1;
	if (BPF_CLASS(e->in->insns[e->at].code) == BPF_ST)
		return refuse(e, VERIFY_KPTR, -EACCES, "a constant other than 0 is stored to the kptr at offset %u",
			      fld->off);
	if (!kptr_matches(e, fld, v))
		return refuse(e, VERIFY_KPTR, -EACCES, "a kptr of struct %2$s does not take %1$s",
			      val_str(e, v),
			      btf_nm(fld->btf, fld->type));
	return 1;
}
