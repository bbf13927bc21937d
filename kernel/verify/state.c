// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* States: copies, whether one covers another, what two have in common. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

void val_num(struct val *v, u64 lo, u64 hi)
{
	*v = (struct val){ .kind = V_NUM };
	v->lo = lo;
	v->hi = hi;
}

struct state *state_new(struct env *e)
{
	struct state *s = e->pool;

	if (s)
		e->pool = s->next;
	else
		s = malloc(sizeof(*s));
	if (!s) {
		e->ret = -ENOMEM;
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	return s;
}

/* Free frames are chained through their first word. */
static struct frame *frame_new(struct env *e)
{
	struct frame *f = e->frames;

	if (f)
		memcpy(&e->frames, f, sizeof(e->frames));
	else
		f = malloc(sizeof(*f));
	if (!f)
		e->ret = -ENOMEM;
	return f;
}

static void frame_free(struct env *e, struct frame *f)
{
	memcpy(f, &e->frames, sizeof(e->frames));
	e->frames = f;
}

struct frame *frame_push(struct env *e, struct state *s)
{
	struct frame *f = s->frame_cnt < FRAMES ? frame_new(e) : NULL;

	if (!f)
		return NULL;
	memset(f, 0, offsetof(struct frame, slots));
	f->r[10] = (struct val){ .kind = V_STACK, .type = s->frame_cnt };
	f->ret = NOWHERE;
	s->f[s->frame_cnt++] = f;
	return f;
}

void frame_pop(struct env *e, struct state *s)
{
	frame_free(e, s->f[--s->frame_cnt]);
}

static void frame_copy(struct frame *to, const struct frame *from)
{
	memcpy(to, from, offsetof(struct frame, slots) + from->used * sizeof(struct slot));
}

struct state *state_copy(struct env *e, const struct state *s)
{
	struct state *n = state_new(e);
	u32 i;

	if (!n)
		return NULL;
	*n = *s;
	n->next = NULL;
	for (i = 0; i < s->frame_cnt; i++) {
		n->f[i] = frame_new(e);
		if (!n->f[i]) {
			n->frame_cnt = i;
			state_free(e, n);
			return NULL;
		}
		frame_copy(n->f[i], s->f[i]);
	}
	return n;
}

void state_free(struct env *e, struct state *s)
{
	if (!s)
		return;
	while (s->frame_cnt)
		frame_pop(e, s);
	s->next = e->pool;
	e->pool = s;
}

void pools_free(struct env *e)
{
	struct state *s;
	struct frame *f;
	u32 i;

	for (i = 0; i <= e->in->insn_cnt; i++) {
		while ((s = e->aux[i].seen)) {
			e->aux[i].seen = s->next;
			state_free(e, s);
		}
	}
	while ((s = e->wait)) {
		e->wait = s->next;
		state_free(e, s);
	}
	while ((s = e->pool)) {
		e->pool = s->next;
		free(s);
	}
	while ((f = e->frames)) {
		memcpy(&e->frames, f, sizeof(e->frames));
		free(f);
	}
}

void each_val(struct state *s, void (*fn)(struct env *e, struct val *v, u32 arg), struct env *e, u32 arg)
{
	u32 i, j;

	for (i = 0; i < s->frame_cnt; i++) {
		struct frame *f = s->f[i];

		for (j = 0; j < 10; j++)
			fn(e, &f->r[j], arg);
		for (j = 0; j < f->used; j++)
			if (f->slots[j].kind == S_VAL)
				fn(e, &f->slots[j].v, arg);
	}
}

static void to_null(struct env *e, struct val *v, u32 id)
{
	(void)e;
	if (v->id == id && v->flags & F_NULL && is_ptr(v))
		val_num(v, 0, 0);
}

static void to_nonnull(struct env *e, struct val *v, u32 id)
{
	(void)e;
	if (v->id != id || !(v->flags & F_NULL) || !is_ptr(v))
		return;
	v->flags &= ~F_NULL;
	v->id = 0;
}

void null_resolved(struct env *e, struct state *s, u32 id, bool null)
{
	each_val(s, null ? to_null : to_nonnull, e, id);
}

/* Ids mean nothing but "the same as that one": a state covers another if they can be renamed. */
struct idmap {
	u32 cnt;
	struct { u32 old, new; } m[96];
};

static bool same_id(struct idmap *map, u32 old, u32 new)
{
	u32 i;

	if (!old || !new)
		return old == new;
	for (i = 0; i < map->cnt; i++)
		if (map->m[i].old == old || map->m[i].new == new)
			return map->m[i].old == old && map->m[i].new == new;
	if (map->cnt == ARRAY_SIZE(map->m))
		return false;
	map->m[map->cnt].old = old;
	map->m[map->cnt++].new = new;
	return true;
}

static bool same_target(const struct val *a, const struct val *b)
{
	switch (a->kind) {
	case V_MAP: case V_MAPVAL: case V_MAPKEY: return a->map == b->map;
	case V_BTF: return a->btf == b->btf && a->type == b->type;
	case V_MEM: case V_FUNC: case V_STACK: return a->type == b->type;
	default: return true;
	}
}

static bool val_covers(struct idmap *map, const struct val *old, const struct val *new)
{
	if (old->kind == V_NONE)
		return true;
	if (old->kind == V_ANY)
		return !new->ref;
	if (old->kind != new->kind)
		return false;
	if (old->kind == V_NUM)
		return old->lo <= new->lo && new->hi <= old->hi;
	if (!same_target(old, new))
		return false;
	if (!(old->flags & F_VAROFF) && (old->off != new->off || new->flags & F_VAROFF))
		return false;
	if ((old->flags ^ new->flags) & ~(F_VAROFF | F_LOSSY))
		return false;
	if ((old->kind == V_MAP || old->kind == V_MAPVAL) && !same_id(map, old->type, new->type))
		return false;
	return same_id(map, old->id, new->id) && same_id(map, old->ref, new->ref);
}

static bool slot_covers(struct idmap *map, const struct slot *old, const struct slot *new)
{
	if (old->kind == S_NONE)
		return new->kind != S_DYNPTR && new->kind != S_ITER && new->kind != S_FLAG;
	if (old->kind == S_MISC)
		return (new->kind == S_MISC && !(old->sz & ~new->sz)) ||
			(!old->sz && new->kind == S_VAL && new->v.kind == V_NUM);
	if (old->kind != new->kind || old->sz != new->sz)
		return false;
	if (old->kind == S_VAL)
		return val_covers(map, &old->v, &new->v);
	return old->v.type == new->v.type && old->v.flags == new->v.flags &&
		same_id(map, old->v.id, new->v.id) &&
	       same_id(map, old->v.ref, new->v.ref);
}

bool same_place(const struct state *a, const struct state *b)
{
	u32 i;

	if (a->frame_cnt != b->frame_cnt || a->ref_cnt != b->ref_cnt || a->rcu != b->rcu ||
	    a->preempt != b->preempt ||
	    a->irq != b->irq || a->sleepable != b->sleepable || !a->lock != !b->lock)
		return false;
	for (i = 0; i < a->frame_cnt; i++)
		if (a->f[i]->call != b->f[i]->call || a->f[i]->ret != b->f[i]->ret ||
		    a->f[i]->callback != b->f[i]->callback)
			return false;
	return true;
}

bool state_covers(const struct state *old, const struct state *new)
{
	struct idmap map = { .cnt = 0 };
	static const struct slot none;
	u32 i, j;

	if (!same_place(old, new))
		return false;
	for (i = 0; i < old->frame_cnt; i++) {
		const struct frame *o = old->f[i], *n = new->f[i];
		u32 cnt = o->used > n->used ? o->used : n->used;

		for (j = 0; j < 10; j++)
			if (!val_covers(&map, &o->r[j], &n->r[j]))
				return false;
		for (j = 0; j < cnt; j++)
			if (!slot_covers(&map, j < o->used ? &o->slots[j] : &none, j < n->used ?
					 &n->slots[j] : &none))
				return false;
	}
	for (i = 0; i < old->ref_cnt; i++)
		if (!same_id(&map, old->refs[i].id, new->refs[i].id))
			return false;
	return same_id(&map, old->lock, new->lock);
}

static bool val_like(const struct val *a, const struct val *b)
{
	return a->kind == b->kind && (a->kind == V_NUM || (same_target(a, b) &&
							   !((a->flags ^ b->flags) & ~(F_VAROFF | F_LOSSY)))) &&
	       !a->ref == !b->ref;
}

bool state_like(const struct state *a, const struct state *b)
{
	u32 i, j;

	if (!same_place(a, b))
		return false;
	for (i = 0; i < a->frame_cnt; i++) {
		const struct frame *x = a->f[i], *y = b->f[i];

		for (j = 0; j < 10; j++)
			if (x->r[j].kind && y->r[j].kind && !val_like(&x->r[j], &y->r[j]))
				return false;
		for (j = 0; j < x->used && j < y->used; j++) {
			bool px = x->slots[j].kind == S_VAL && is_ptr(&x->slots[j].v);
			bool py = y->slots[j].kind == S_VAL && is_ptr(&y->slots[j].v);

			if (px != py || (px && !val_like(&x->slots[j].v, &y->slots[j].v)))
				return false;
		}
	}
	return true;
}

static void val_join(struct val *a, const struct val *b)
{
	if (a->kind == V_NONE || b->kind == V_NONE) {
		*a = (struct val){ .kind = V_NONE };
	} else if (a->kind == V_NUM && b->kind == V_NUM) {
		/* by steps, so that there is an end to it */
		static const u64 steps[] = { 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff,
			~0ull };
		u64 hi = a->hi > b->hi ? a->hi : b->hi;
		u32 i = 0;

		if (a->lo == b->lo && a->hi == b->hi)
			return;
		while (steps[i] < hi)
			i++;
		val_num(a, 0, steps[i]);
		a->flags = F_LOSSY;
	} else if (!val_like(a, b)) {
		any(a);
	} else if (a->off != b->off) {
		a->flags |= F_VAROFF | F_LOSSY;
	} else {
		a->flags |= b->flags & (F_VAROFF | F_LOSSY);
	}
}

void state_join(struct state *into, const struct state *with)
{
	u32 i, j;

	for (i = 0; i < into->frame_cnt; i++) {
		struct frame *x = into->f[i];
		const struct frame *y = with->f[i];

		for (j = 0; j < 10; j++)
			val_join(&x->r[j], &y->r[j]);
		for (j = 0; j < x->used; j++) {
			struct slot *a = &x->slots[j];
			const struct slot *b = &y->slots[j];

			if (j >= y->used || b->kind == S_NONE) {
				a->kind = S_NONE;
			} else if (a->kind == S_VAL && b->kind == S_VAL && a->sz == b->sz) {
				val_join(&a->v, &b->v);
			} else if (a->kind == S_MISC && b->kind == S_MISC) {
				a->sz &= b->sz;
			} else if (a->kind != b->kind || (a->kind == S_VAL && a->sz != b->sz)) {
				bool plain = (a->kind != S_VAL || a->v.kind == V_NUM) &&
					(b->kind != S_VAL || b->v.kind == V_NUM);

				if (a->kind <= S_VAL && b->kind <= S_VAL && plain) {
					*a = (struct slot){ .kind = S_MISC };
				} else {
					a->kind = S_VAL;
					a->sz = 8;
					any(&a->v);
				}
			}
		}
	}
	into->inexact |= with->inexact;
}

void state_trim(struct env *e, struct state *s)
{
	u16 live = e->aux[s->insn].live;
	u64 slots = e->aux[s->insn].slots;
	u32 i, j;

	for (i = s->frame_cnt; i-- > 0;) {
		struct frame *f = s->f[i];

		for (j = 0; j < 10; j++)
			if (!(live & 1 << j))
				f->r[j] = (struct val){ .kind = V_NONE };
		for (j = 0; j < f->used; j++)
			if (!(slots & 1ull << j))
				f->slots[j].kind = S_NONE;
		while (f->used && f->slots[f->used - 1].kind == S_NONE)
			f->used--;
		if (f->ret == NOWHERE)
			return;
		live = e->aux[f->ret].live;
		slots = e->aux[f->ret].slots | e->aux[f->ret].taken; /* what is called may look at it */
	}
}
