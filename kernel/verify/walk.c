// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Paths. A state that is covered by one seen at the same instruction goes no further. Where many
 * different ones come by, the last two are joined: numbers become any number, and where pointers of
 * different kinds meet, nothing is known any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"
#include "../../gen_loader/core/core.h"

enum { ALL_SHAPES = 1000,
	ALL_STATES = 100000 }; /* states of one call chain at an instruction; of all: more is too many */

static struct val R(struct env *e, u8 r)
{
	return cur(e)->r[r];
}

static int later(struct env *e, struct state *s, u32 insn)
{
	if (!s)
		return STOP;
	s->insn = insn;
	s->next = e->wait;
	e->wait = s;
	return GO;
}

void scratch_regs(struct env *e)
{
	u32 i;

	for (i = 0; i <= 5; i++)
		cur(e)->r[i] = (struct val){ .kind = V_NONE };
}

/* How many states of the same kinds of pointers are kept apart: fewer when it takes long. */
static u32 same_shape(const struct env *e)
{
	return e->res->walked < 30000 ? 150 : e->res->walked < 150000 ? 24 : 6;
}

/* The most recent of the states like this one, of @cnt; @covered: one has seen to it already. */
static struct state *look(struct env *e, struct aux *aux, u32 *cnt, u32 *places, bool *covered)
{
	struct state *s, *like = NULL;

	*cnt = *places = 0;
	*covered = false;
	for (s = aux->seen; s; s = s->next) {
		if (!same_place(s, e->st))
			continue;
		(*places)++;
		if (!state_like(s, e->st))
			continue;
		like = like ?: s;
		(*cnt)++;
	}
	for (s = aux->seen; s && !*covered; s = s->next)
		*covered = state_covers(s, e->st) && (!s->inexact || e->st->inexact || *cnt >= same_shape(e));
	return like;
}

/* Is there any need to go on? Remembers the state if so. */
static bool seen(struct env *e)
{
	struct aux *aux = &e->aux[e->st->insn];
	struct state *s, *like;
	bool covered;
	u32 cnt, places;

	state_trim(e, e->st);
	like = look(e, aux, &cnt, &places, &covered);
	if (!covered && cnt >= same_shape(e)) {
		state_join(e->st, like);
		look(e, aux, &cnt, &places, &covered);
	}
	if (covered)
		return true;
	if (places >= ALL_SHAPES || e->states >= ALL_STATES) {
		unsure(e, VERIFY_OTHER, "too many different states meet");
		return true;
	}
	s = state_copy(e, e->st);
	if (!s)
		return true;
	s->next = aux->seen;
	aux->seen = s;
	e->states++;
	return false;
}

static int do_imm64(struct env *e, const struct insn *in)
{
	const struct aux *aux = &e->aux[e->st->insn];
	struct val *d = &cur(e)->r[in->dst];
	const struct btf_type *t;
	const struct target_btf *tb;
	u32 i, type;

	switch (in->src) {
	case 0:
		val_num(d, (u64)(u32)in[1].imm << 32 | (u32)in->imm,
			(u64)(u32)in[1].imm << 32 | (u32)in->imm);
		break;
	case BPF_PSEUDO_FUNC:
		*d = (struct val){ .kind = V_FUNC, .type = e->st->insn + 1 + in->imm };
		break;
	case BPF_PSEUDO_BTF_ID:
		*d = (struct val){ .kind = V_MEM, .flags = F_RDONLY };
		t = btf__type_by_id(aux->btf, aux->id);
		if (btf_is_func(t)) {
			d->flags |= F_EMPTY;
			break;
		}
		tb = target_of(e, aux->btf);
		for (i = tb ? tb->first_id : 1; i < btf__type_cnt(aux->btf); i++) {
			const struct btf_type *sec = btf__type_by_id(aux->btf, i);
			u32 j;

			if (!btf_is_datasec(sec) || strcmp(btf_nm(aux->btf, i), ".data..percpu"))
				continue;
			for (j = 0; j < btf_vlen(sec); j++)
				if (btf_var_secinfos(sec)[j].type == aux->id)
					break;
			if (j == btf_vlen(sec))
				break;
			*d = (struct val){ .kind = V_BTF, .flags = F_PERCPU, .type = btf_skip(aux->btf, t->type) };
			d->btf = aux->btf;
			return GO;
		}
		type = btf_skip(aux->btf, t->type);
		t = btf__type_by_id(aux->btf, type);
		if (t && btf_is_composite(t)) {
			*d = (struct val){ .kind = V_BTF, .type = type };
			d->btf = aux->btf;
		} else {
			s64 sz = btf_size(aux->btf, type);

			if (sz < 0)
				return refuse(e, VERIFY_KSYM, -EINVAL,
					      "unable to resolve the size of type of %s",
						      btf_nm(aux->btf, aux->id));
			d->type = sz;
		}
		break;
	case BPF_PSEUDO_MAP_VALUE: case BPF_PSEUDO_MAP_IDX_VALUE:
		*d = (struct val){ .kind = aux->map->type == 33 /* arena */ ? V_ARENA : V_MAPVAL, .off = aux->off };
		d->map = aux->map;
		break;
	default:
		*d = (struct val){ .kind = V_MAP };
		d->map = aux->map;
	}
	return GO;
}

static u32 size_of(u8 code)
{
	static const u8 sizes[] = { 4, 2, 1, 8 };

	return sizes[BPF_SIZE(code) >> 3];
}

static int do_ldx(struct env *e, const struct insn *in)
{
	u32 size = size_of(in->code), mode = BPF_MODE(in->code);
	struct val out;

	if (mode != BPF_MEM && mode != 0x80)
		return refuse(e, VERIFY_PROG, -EINVAL, "a load with fields set that must be zero");
	if (do_load(e, in->src, in->off, size, &out, false))
		return STOP;
	if (mode == 0x80 && out.kind == V_NUM) { /* with sign */
		if (is_const(&out)) {
			u64 v = size == 1 ? (u64)(s8)out.lo : size == 2 ? (u64)(s16)out.lo : (u64)(s32)out.lo;

			val_num(&out, v, v);
		} else {
			val_num_any(&out);
		}
	}
	cur(e)->r[in->dst] = out;
	return GO;
}

static int do_atomic(struct env *e, const struct insn *in)
{
	struct val *r = cur(e)->r, out, sum;
	u32 size = size_of(in->code);

	if (check_reg(e, in->src) || check_reg(e, in->dst))
		return STOP;
	if (in->imm == 0x100) {
		if (do_load(e, in->src, in->off, size, &out, true))
			return STOP;
		r[in->dst] = out;
		return GO;
	}
	if (in->imm == 0x110)
		return do_store(e, in->dst, in->off, size, &r[in->src], true);
	if (do_load(e, in->dst, in->off, size, &out, true))
		return STOP;
	val_num_any(&sum);
	if (do_store(e, in->dst, in->off, size, &sum, true))
		return STOP;
	if (out.kind != V_NUM)
		val_num_any(&out);
	if (in->imm == BPF_CMPXCHG)
		r[0] = out;
	else if (in->imm & BPF_FETCH)
		r[in->src] = out;
	return GO;
}

static int do_ld_abs(struct env *e, const struct insn *in)
{
	struct val *r6 = &cur(e)->r[6];

	(void)in;
	if (r6->kind != V_CTX && r6->kind != V_ANY)
		return refuse(e, VERIFY_CTX, -EINVAL, "LD_ABS and LD_IND want the skb in R6");
	if (e->st->ref_cnt && refs_at_exit(e, "BPF_LD_[ABS|IND]"))
		return STOP;
	scratch_regs(e);
	val_num(&cur(e)->r[0], 0, ~0ull);
	return GO;
}

int push_callback(struct env *e, u32 insn, enum cb_kind kind, const struct val args[5])
{
	struct state *s = state_copy(e, e->st);
	struct frame *f;
	u32 i;

	if (!s)
		return STOP;
	if (kind >= CB_ASYNC) {
		while (s->frame_cnt)
			frame_pop(e, s);
		s->ref_cnt = s->lock = s->rcu = s->preempt = s->irq = 0;
		s->sleepable = kind == CB_ASYNC_SLEEPS;
	}
	f = frame_push(e, s);
	if (!f) {
		state_free(e, s);
		return refuse(e, VERIFY_PROG, -E2BIG, "the call stack is too deep");
	}
	f->callback = kind;
	f->call = e->st->insn;
	f->entry = insn;
	f->ret = kind >= CB_ASYNC ? NOWHERE : e->st->insn + 1;
	for (i = 0; i < 5; i++)
		f->args[i] = f->r[i + 1] = args[i];
	return later(e, s, insn);
}

static int do_call(struct env *e, const struct insn *in, u32 *next)
{
	u32 to = e->st->insn + 1 + in->imm, i;
	const struct kprog_func *fi = func_info_at(e, to);
	const struct btf_type *t = fi && e->in->btf ? btf__type_by_id(e->in->btf, fi->type_id) : NULL;
	struct frame *from = cur(e), *f;

	if (t && btf_is_func(t) && btf_vlen(t) == BTF_FUNC_GLOBAL)
		return call_global(e, to, fi, btf__type_by_id(e->in->btf, t->type));
	f = frame_push(e, e->st);
	if (!f)
		return e->ret ? STOP : refuse(e, VERIFY_PROG, -E2BIG, "the call stack is too deep");
	f->call = e->st->insn;
	f->ret = e->st->insn + 1;
	for (i = 1; i <= 5; i++)
		f->r[i] = from->r[i];
	for (i = 0; i <= 5; i++)
		from->r[i] = (struct val){ .kind = V_NONE };
	*next = to;
	return GO;
}

/* After a callback: it may run again, or not. */
static int callback_done(struct env *e, u32 *next)
{
	struct frame *f = cur(e);
	struct val args[5];
	enum cb_kind kind = f->callback;
	u32 call = f->call, entry = f->entry, ret = f->ret, i;

	if (f->r[0].kind != V_NUM && f->r[0].kind != V_ANY)
		return refuse(e, VERIFY_PROG, -EACCES,
			      "At callback return the register R0 is not a known value (%s)",
			      val_str(e, &f->r[0]));
	if (is_const(&f->r[0]) && f->r[0].lo > 1 && kind == CB_LOOP)
		return refuse(e, VERIFY_PROG, -EINVAL,
			      "At callback return R0 has value %#llx should have been in [0, 1]",
			      (unsigned long long)f->r[0].lo);
	memcpy(args, f->args, sizeof(args));
	frame_pop(e, e->st);
	if (kind == CB_LOOP) {
		struct state *again = state_copy(e, e->st);
		struct frame *nf;

		if (!again)
			return STOP;
		nf = frame_push(e, again);
		if (!nf)
			return state_free(e, again), STOP;
		nf->callback = kind;
		nf->call = call;
		nf->entry = entry;
		nf->ret = ret;
		for (i = 0; i < 5; i++)
			nf->args[i] = nf->r[i + 1] = args[i];
		/* kernels before 6.8 look at it once */
		if (kernel_since(e, KV(6, 8)) <= 0)
			again->inexact = true;
		later(e, again, entry);
	}
	scratch_regs(e);
	val_num_any(&cur(e)->r[0]);
	*next = ret;
	return GO;
}

/* Values that programs of these types may not return. Constants only. */
static int check_return(struct env *e, const struct val *r0)
{
	u64 lo = 0, hi = ~0ull;
	u32 at = e->in->attach_type;

	switch (e->type) {
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR: case BPF_PROG_TYPE_CGROUP_SKB: case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_SOCK_OPS: case BPF_PROG_TYPE_CGROUP_DEVICE: case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		hi = 3;
		break;
	case BPF_PROG_TYPE_TRACING:
		if (at == BPF_TRACE_FENTRY || at == BPF_TRACE_FEXIT)
			hi = 0;
		else if (at == BPF_TRACE_ITER)
			hi = 1;
		break;
	case BPF_PROG_TYPE_SK_LOOKUP:
		hi = 1;
		break;
	default:
		break;
	}
	if (is_const(r0) && (r0->lo < lo || r0->lo > hi) && (u32)r0->lo > hi)
		return refuse(e, VERIFY_PROG, -EINVAL,
			      "At program exit the register R0 has value %#llx, should have been in [%llu, %llu]",
			      (unsigned long long)r0->lo, (unsigned long long)lo, (unsigned long long)hi);
	return GO;
}

static void drop_pointers_to(struct env *e, struct val *v, u32 frame)
{
	(void)e;
	if (v->kind == V_STACK && v->type == frame)
		any(v);
}

/* 1: the path ends well. */
static int do_exit(struct env *e, u32 *next)
{
	struct frame *f = cur(e);
	struct val r0 = f->r[0];

	if (f->ret == NOWHERE) {
		bool nothing = e->in_global ? e->global_void : e->ctx_proto && !e->ctx_proto->type &&
			       (e->in->prog_type == BPF_PROG_TYPE_STRUCT_OPS ||
				e->in->prog_type == BPF_PROG_TYPE_LSM);

		if (!nothing && check_reg(e, 0))
			return STOP;
		if (refs_at_exit(e, "BPF_EXIT"))
			return STOP;
		return !f->callback && !e->in_global && check_return(e, &r0) ? STOP : 1;
	}
	if (r0.kind == V_STACK && r0.type == e->st->frame_cnt - 1)
		return refuse(e, VERIFY_PROG, -EINVAL, "returns a pointer to its own stack");
	if (f->callback)
		return callback_done(e, next);
	*next = f->ret;
	frame_pop(e, e->st);
	each_val(e->st, drop_pointers_to, e, e->st->frame_cnt);
	scratch_regs(e);
	cur(e)->r[0] = r0;
	return GO;
}

static int do_branch(struct env *e, const struct insn *in, u32 *next)
{
	struct val a = R(e, in->dst), b;
	u32 to = e->st->insn + 1 + in->off;
	struct state *other;
	int known;

	if (BPF_OP(in->code) == 0xe0) { /* may_goto */
		*next = e->st->insn + 1;
		other = state_copy(e, e->st);
		return later(e, other, to);
	}
	if (check_reg(e, in->dst) || (BPF_SRC(in->code) == BPF_X && check_reg(e, in->src)))
		return STOP;
	if (BPF_SRC(in->code) == BPF_X)
		b = R(e, in->src);
	else
		val_num(&b, (u64)(s64)in->imm, (u64)(s64)in->imm);
	known = cond_known(e, in, &a, &b);
	*next = known == 1 ? to : e->st->insn + 1;
	if (known >= 0)
		return GO;
	if ((a.flags | b.flags) & F_LOSSY && (a.kind == V_NUM && b.kind == V_NUM))
		e->st->inexact = true;
	if (a.kind == V_PKT && b.kind == V_PKT) { /* the kernel remembers how far the packet goes */
		e->st->inexact |= e->st->compared;
		e->st->compared = true;
	}
	other = state_copy(e, e->st);
	if (!other)
		return STOP;
	cond_refine(e, other, in, true);
	cond_refine(e, e->st, in, false);
	return later(e, other, to);
}

/* 1: the path ends here, well. */
static int step(struct env *e, u32 *next)
{
	const struct insn *in = &e->in->insns[e->st->insn];
	u8 class = BPF_CLASS(in->code), op = BPF_OP(in->code);

	*next = e->st->insn + 1;
	switch (class) {
	case BPF_ALU: case BPF_ALU64:
		return do_alu(e, in);
	case BPF_LD:
		if (in->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			*next = e->st->insn + 2;
			return do_imm64(e, in);
		}
		if (BPF_MODE(in->code) != BPF_ABS && BPF_MODE(in->code) != BPF_IND)
			return refuse(e, VERIFY_PROG, -EINVAL, "unknown opcode %02x", in->code);
		return do_ld_abs(e, in);
	case BPF_LDX:
		return do_ldx(e, in);
	case BPF_STX:
		if (BPF_MODE(in->code) == BPF_ATOMIC)
			return do_atomic(e, in);
		if (check_reg(e, in->src))
			return STOP;
		return do_store(e, in->dst, in->off, size_of(in->code), &cur(e)->r[in->src], false);
	case BPF_ST: {
		struct val v;

		val_num(&v, (u64)(s64)in->imm, (u64)(s64)in->imm);
		return do_store(e, in->dst, in->off, size_of(in->code), &v, false);
	}
	default:
		break;
	}
	if (op == BPF_JA) {
		*next = e->st->insn + 1 + (class == BPF_JMP32 ? in->imm : in->off);
		if (*next == e->st->insn)
			return refuse(e, VERIFY_PROG, -EINVAL, "instruction %u comes again with nothing changed: an endless loop", *next);
		return GO;
	}
	if (class == BPF_JMP && op == BPF_EXIT)
		return do_exit(e, next);
	if (class == BPF_JMP && op == BPF_CALL) {
		if (in->src == BPF_PSEUDO_CALL)
			return do_call(e, in, next);
		return in->src == 2 ? do_kfunc(e, in) : do_helper(e, in);
	}
	return do_branch(e, in, next);
}

static void run(struct env *e)
{
	u32 next;
	int ret;

	for (;;) {
		u32 at = e->st->insn;
		struct aux *aux = &e->aux[at];

		e->at = at;
		if (at >= e->in->insn_cnt) {
			refuse(e, VERIFY_PROG, -EINVAL, "fell off the end");
			return;
		}
		if (!e->budget) {
			unsure(e, VERIFY_OTHER, "more instructions than are walked here");
			return;
		}
		if ((aux->join || aux->start) && seen(e))
			return;
		e->budget--;
		e->res->walked++;
		ret = step(e, &next);
		if (ret || e->ret)
			return;
		e->st->insn = next;
	}
}

void walk_from(struct env *e, struct state *s)
{
	later(e, s, s->insn);
	while ((s = e->wait) && !e->ret) {
		e->wait = s->next;
		s->next = NULL;
		e->st = s;
		if (e->budget)
			run(e);
		state_free(e, e->st);
		e->st = NULL;
	}
}

void walk_prog(struct env *e)
{
	struct state *s = state_new(e);
	u32 i;

	if (!s || !frame_push(e, s)) {
		state_free(e, s);
		return;
	}
	s->sleepable = e->sleepable;
	s->f[0]->r[1] = (struct val){ .kind = V_CTX };
	if (e->in->prog_type == BPF_PROG_TYPE_EXT) /* a function that takes another's place has its arguments */
		global_args(e, s, 0);
	walk_from(e, s);
	for (i = 0; i < e->global_cnt && !e->ret; i++) {
		s = state_new(e);
		if (!s || !frame_push(e, s)) {
			state_free(e, s);
			return;
		}
		s->insn = e->globals[i];
		s->sleepable = e->sleepable;
		s->f[0]->call = s->insn;
		global_args(e, s, s->insn);
		e->in_global = true;
		walk_from(e, s);
		e->in_global = false;
	}
}
