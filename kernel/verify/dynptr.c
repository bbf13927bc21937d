// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the kernel keeps on a program's stack: dynptrs, iterators, interrupt flags. */
#include <errno.h>
#include <string.h>

#include "priv.h"

/* The slot at the start of an object that a register points to. */
static struct slot *object(struct env *e, u8 reg, const char *what, u32 size)
{
	struct val *v = &cur(e)->r[reg];

	if (check_reg(e, reg))
		return NULL;
	if (v->kind == V_ANY) {
		unsure(e, VERIFY_OTHER, "R%u: nothing is known of what should be %s", reg, what);
		return NULL;
	}
	if (v->kind != V_STACK || v->flags & F_VAROFF || v->off % 8 || v->off + (s64)size > 0) {
		refuse(e, VERIFY_OTHER, -EINVAL, "R%u: %s on the stack is expected, not %s", reg, what,
		       val_str(e, v));
		return NULL;
	}
	return slot_at(e, v, v->off);
}

static struct slot *second(struct env *e, u8 reg, s32 off)
{
	return slot_at(e, &cur(e)->r[reg], cur(e)->r[reg].off + off);
}

int dynptr_new(struct env *e, u8 reg, enum dyn_kind kind, u32 ref)
{
	struct slot *s = object(e, reg, "a dynptr", 16), *t;
	u32 id;

	if (!s)
		return STOP;
	if (s->kind == S_DYNPTR && s->v.ref)
		return refuse(e, VERIFY_REF, -EINVAL, "a dynptr that holds a reference is written over");
	t = second(e, reg, 8);
	s = second(e, reg, 0);
	id = ref ?: ++e->ids;
	*s = (struct slot){ .kind = S_DYNPTR, .sz = 0, .v = { .type = kind, .id = id, .ref = ref } };
	if (t)
		*t = (struct slot){ .kind = S_DYNPTR, .sz = 1, .v = { .type = kind, .id = id, .ref = ref } };
	return GO;
}

int dynptr_use(struct env *e, u8 reg, struct val *dyn)
{
	struct slot *s;

	if (check_reg(e, reg))
		return STOP;
	if (cur(e)->r[reg].kind == V_DYNPTR) {
		if (cur(e)->r[reg].off || cur(e)->r[reg].flags & F_VAROFF)
			return refuse(e, VERIFY_OTHER, -EACCES,
				      "dereference of modified dynptr R%u disallowed", reg);
		*dyn = cur(e)->r[reg];
		return GO;
	}
	s = object(e, reg, "a dynptr", 16);
	if (!s)
		return STOP;
	if (s->kind == S_VAL && s->v.kind == V_ANY) {
		unsure(e, VERIFY_OTHER, "R%u: it's not known whether the dynptr is one", reg);
		*dyn = (struct val){ .type = DYN_OTHER };
		return GO;
	}
	if (s->kind != S_DYNPTR || s->sz)
		return refuse(e, VERIFY_OTHER, -EINVAL, "argument %u is no dynptr that has been made", reg - 1);
	*dyn = s->v;
	return GO;
}

int dynptr_end(struct env *e, u8 reg)
{
	struct val dyn;

	if (dynptr_use(e, reg, &dyn))
		return STOP;
	if (!dyn.ref)
		return refuse(e, VERIFY_REF, -EINVAL, "argument %u holds no reference", reg);
	return ref_release(e, dyn.ref);
}

static u32 hash(const char *s)
{
	u32 h = 5381;

	while (*s)
		h = h * 33 + (u8)*s++;
	return h;
}

int iter_new(struct env *e, u8 reg, const char *type, u32 size)
{
	struct slot *s = object(e, reg, "an iterator", size);
	u32 i, ref;

	if (!s)
		return STOP;
	if (s->kind == S_ITER || s->kind == S_DYNPTR)
		return refuse(e, VERIFY_OTHER, -EINVAL, "argument %2$u is a %1$s already", type,
			      reg - 1);
	ref = ref_new(e);
	for (i = 0; i < size; i += 8) {
		s = second(e, reg, i);
		if (s)
			*s = (struct slot){ .kind = S_ITER, .sz = i / 8, .v = { .type = hash(type), .id = ref, .ref = ref } };
	}
	return GO;
}

int iter_use(struct env *e, u8 reg, const char *type, struct slot **slot)
{
	struct slot *s = object(e, reg, "an iterator", 8);

	if (!s)
		return STOP;
	if (s->kind != S_ITER || s->sz || s->v.type != hash(type))
		return refuse(e, VERIFY_OTHER, -EINVAL, "argument %2$u is no %1$s that has been made", type,
			      reg - 1);
	*slot = s;
	return GO;
}

int iter_end(struct env *e, u8 reg, const char *type, u32 size)
{
	struct slot *s;

	(void)size;
	if (iter_use(e, reg, type, &s))
		return STOP;
	return ref_release(e, s->v.ref);
}

int flag_new(struct env *e, u8 reg)
{
	struct slot *s = object(e, reg, "an irq flag", 8);

	if (!s)
		return STOP;
	if (s->kind == S_FLAG)
		return refuse(e, VERIFY_OTHER, -EINVAL, "expected uninitialized irq flag as arg#%u", reg - 1);
	*s = (struct slot){ .kind = S_FLAG };
	e->st->irq++;
	return GO;
}

int flag_end(struct env *e, u8 reg)
{
	struct slot *s = object(e, reg, "an irq flag", 8);

	if (!s)
		return STOP;
	if (s->kind != S_FLAG || !e->st->irq)
		return refuse(e, VERIFY_OTHER, -EINVAL, "expected an initialized irq flag as arg#%u",
			      reg - 1);
	*s = (struct slot){ .kind = S_MISC };
	e->st->irq--;
	return GO;
}
