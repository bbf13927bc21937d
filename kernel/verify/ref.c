// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* References: what a path has acquired, and must release. */
#include <errno.h>

#include "priv.h"

u32 ref_new(struct env *e)
{
	struct state *s = e->st;

	if (s->ref_cnt == REFS) {
		unsure(e, VERIFY_REF, "more references than are counted here");
		return 0;
	}
	s->refs[s->ref_cnt] = (struct ref){ .id = ++e->ids, .insn = e->at };
	return s->refs[s->ref_cnt++].id;
}

bool ref_held(const struct state *s, u32 ref)
{
	u32 i;

	for (i = 0; i < s->ref_cnt; i++)
		if (s->refs[i].id == ref)
			return true;
	return false;
}

static void gone(struct env *e, struct val *v, u32 ref)
{
	(void)e;
	if (v->ref == ref && is_ptr(v))
		val_num_any(v); /* an address, no more */
}

int ref_release(struct env *e, u32 ref)
{
	struct state *s = e->st;
	u32 i, j;

	if (!ref_held(s, ref))
		return refuse(e, VERIFY_REF, -EINVAL, "there is no such reference");
	for (i = j = 0; i < s->ref_cnt; i++)
		if (s->refs[i].id != ref)
			s->refs[j++] = s->refs[i];
	s->ref_cnt = j;
	each_val(s, gone, e, ref);
	for (i = 0; i < s->frame_cnt; i++)
		for (j = 0; j < s->f[i]->used; j++)
			if ((s->f[i]->slots[j].kind == S_DYNPTR || s->f[i]->slots[j].kind == S_ITER) &&
			    s->f[i]->slots[j].v.ref == ref)
				s->f[i]->slots[j] = (struct slot){ .kind = S_MISC };
	return GO;
}

int refs_at_exit(struct env *e, const char *what)
{
	struct state *s = e->st;

	if (s->lock)
		return refuse(e, VERIFY_REF, -EINVAL, "%s: a lock is held", what);
	if (s->rcu)
		return refuse(e, VERIFY_REF, -EINVAL, "%s: bpf_rcu_read_unlock is missing", what);
	if (s->preempt)
		return refuse(e, VERIFY_REF, -EINVAL, "%s: %u bpf_preempt_enable are missing", what,
			      s->preempt);
	if (s->irq)
		return refuse(e, VERIFY_REF, -EINVAL, "%s: bpf_local_irq_restore is missing", what);
	if (s->ref_cnt)
		return refuse(e, VERIFY_REF, -EINVAL, "reference %u, from instruction %u, is never released",
			      s->refs[0].id, s->refs[0].insn);
	return GO;
}
