// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Helpers: what they are given, and what they give. */
#include <errno.h>
#include <string.h>

#include "priv.h"
#include "../../gen_loader/core/core.h"

enum { HELPER_GPL = 1, HELPER_SLEEPS = 2 };

/*
 * Arguments:
 *   a c C m       anything, context, context or NULL, map
 *   k v V u       key and value of that map (V: may be NULL, u: written)
 *   r R w W f     memory that is read (R: or NULL), written (W: or NULL), written and of a fixed size
 *   z Z x         size of the memory before it (Z: may be 0); size of what is returned
 *   F s q         callback, stack or NULL, constant string
 *   l t K n       lock, timer, kptr field, what goes into it
 *   y Y j e       dynptr, where one is made, one that ends; ring buffer memory that ends
 *   o O L p X     socket, also of BTF, that is released, or NULL, context or socket by type of program
 *   P             per-CPU pointer of BTF
 *   1-9 g         a struct of the kernel's
 * Results:
 *   i v           number, none     M m map value (M: or NULL)     S C T socket
 *   A D           ring buffer memory, memory of a dynptr     P p per-CPU data     K what was in a kptr
 *   Bname bname   struct of the kernel's (B: or NULL)
 */
static const struct helper { const char *name, *args, *ret; u8 flags; } helpers[] = {
#include "helpers.inc"
};

static const char *const arg_types[] = { ['1'] = "task_struct", ['2'] = "seq_file", ['3'] = "sk_buff",
	['4'] = "xdp_buff",
	['5'] = "tcp_sock", ['6'] = "inode", ['7'] = "path", ['8'] = "linux_binprm", ['9'] = "file",
	  ['g'] = "cgroup" };

struct call {
	const struct helper *h;
	u32 id;
	struct kmap *map;
	const struct field *kptr;
	const struct val *size; /* constant size of what is returned */
	struct val arg[6];
	u32 cb;
	u32 map_uid;
	u32 timer_uid;
	struct kmap *timer_map;
	u32 cast_ref;
	u32 release;
	struct val dyn;
};

bool in_rcu(const struct env *e)
{
	return e->st->rcu || e->st->lock || !e->st->sleepable;
}

bool is_trusted(const struct val *v)
{
	if (v->ref && v->ref == v->id)
		return true;
	if (v->ref && !(v->flags & (F_UNTRUSTED | F_NULL)))
		return true;
	if (v->kind == V_SOCK || v->kind == V_MAP)
		return !(v->flags & F_NULL);
	return v->flags & (F_TRUSTED | F_ALLOC) && !(v->flags & (F_UNTRUSTED | F_NULL | F_USER | F_PERCPU));
}

void acquired(struct env *e, struct val *v)
{
	v->ref = ref_new(e);
	v->id = v->ref;
}

static int bad_arg(struct env *e, u8 reg, const char *want)
{
	const struct val *v = &cur(e)->r[reg];
	enum verify_cause cause = v->flags & F_NULL ? VERIFY_NULL : v->flags & F_USER ? VERIFY_USER :
				  v->kind == V_BTF && v->flags & F_PERCPU ? VERIFY_PERCPU : VERIFY_HELPER;

	return refuse(e, cause, -EACCES, "R%u type=%s expected=%s", reg, val_str(e, v), want);
}

int arg_ctx(struct env *e, u8 reg)
{
	const struct val *v = &cur(e)->r[reg];

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be the context", reg);
		return GO;
	}
	if (v->kind == V_CTX && (v->off || v->flags & F_VAROFF))
		return refuse(e, VERIFY_CTX, -EACCES, "dereference of modified ctx ptr R%u off=%d disallowed",
			      reg, v->off);
	return v->kind == V_CTX ? GO : bad_arg(e, reg, "ctx");
}

int arg_func(struct env *e, u8 reg, u32 *insn)
{
	const struct val *v = &cur(e)->r[reg];

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be a function", reg);
		*insn = NOWHERE;
		return GO;
	}
	*insn = v->type;
	return v->kind == V_FUNC ? GO : bad_arg(e, reg, "func");
}

static bool null_const(const struct val *v)
{
	return v->kind == V_NUM && is_const(v) && !v->lo;
}

/* Do bytes that a helper touches belong to special fields? */
static int special_bytes(struct env *e, u8 reg, const struct val *v, u64 size)
{
	const struct fields *fs = map_fields(e, v->map);
	const struct field *fld;

	if (!fs || !fs->cnt)
		return GO;
	if (v->flags & F_VAROFF) {
		unsure(e, VERIFY_KPTR,
		       "R%u: where in a map value that holds special fields is not known here", reg);
		return GO;
	}
	fld = field_at(fs, v->off, size ?: 1);
	if (!fld)
		return GO;
	if (fs->unsure)
		unsure(e, VERIFY_KPTR,
		       "R%u: whether the kernel takes the field at offset %u for special is not known", reg,
			       fld->off);
	return refuse(e, VERIFY_KPTR, -EACCES,
		      "R%u: a special field of a map value cannot be accessed indirectly by helper", reg);
}

int arg_mem(struct env *e, u8 reg, enum mem_use use, bool null_ok, const struct val *size)
{
	const struct val *v = &cur(e)->r[reg];
	struct walk_res res;
	u64 sz = size && is_const(size) ? size->lo : 0;

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be memory", reg);
		return GO;
	}
	if (null_const(v) && (null_ok || (size && is_const(size) && !size->lo && v->kind == V_NUM &&
					  null_ok)))
		return GO;
	if (v->flags & F_NULL && !null_ok)
		return bad_arg(e, reg, "mem");
	switch (v->kind) {
	case V_STACK:
		if (use == MEM_READ && stack_objects(e, reg, v, sz ?: 1))
			return STOP;
		if (use == MEM_WRITES)
			stack_touch(e, v, v->off, size && !is_const(size) ? 512 : sz ?: 1);
		return GO;
	case V_MAPVAL:
		if (use == MEM_WRITES && v->map->flags & BPF_F_RDONLY_PROG)
			return refuse(e, VERIFY_WRITE, -EACCES, "R%u: write into map forbidden", reg);
		if (use == MEM_READ && v->map->flags & BPF_F_WRONLY_PROG)
			return refuse(e, VERIFY_MAP, -EACCES, "R%u: read from map forbidden", reg);
		return special_bytes(e, reg, v, sz);
	case V_MEM:
		if (v->flags & F_EMPTY)
			return refuse(e, VERIFY_ACCESS, -EACCES, "R%u: invalid access to memory, mem_size=0",
				      reg);
		if (use == MEM_WRITES && v->flags & F_RDONLY)
			return refuse(e, VERIFY_WRITE, -EACCES,
				      "R%u type=%s expected=mem: cannot write into it", reg, val_str(e, v));
		if (v->type && sz && !(v->flags & F_VAROFF) && (v->off < 0 || v->off + sz > v->type))
			return refuse(e, VERIFY_ACCESS, -EACCES,
				      "R%u: invalid access to memory, mem_size=%u off=%d size=%llu", reg,
				      v->type, v->off, (unsigned long long)sz);
		return GO;
	case V_MAPKEY:
		return use == MEM_READ ? GO : refuse(e, VERIFY_WRITE, -EACCES,
						     "R%u: write to change key not allowed", reg);
	case V_PKT: case V_ARENA:
		return GO;
	case V_CTX:
		if (kernel_since(e, KV(7, 0)) == 0)
			return bad_arg(e, reg, "mem");
		if (kernel_since(e, KV(7, 2)) != 1)
			unsure(e, VERIFY_HELPER, "R%u: the context as memory of a helper", reg);
		return GO;
	case V_BTF:
		if (!kernel_since(e, KV(6, 2)) || !(v->flags & F_TRUSTED) ||
		    v->flags & (F_USER | F_PERCPU | F_RCU | F_UNTRUSTED | F_ALLOC))
			return bad_arg(e, reg, "mem");
		if (use == MEM_WRITES)
			return refuse(e, VERIFY_WRITE, -EACCES, "R%u: %s may be written into", reg,
				      val_str(e, v));
		return sz ? struct_at(e, v->btf, v->type, v->off, sz, &res) : GO;
	default:
		return bad_arg(e, reg, "mem");
	}
}

int arg_btf(struct env *e, u8 reg, int want, const char *name, bool null_ok)
{
	const struct val *v = &cur(e)->r[reg];
	u32 ok = F_VAROFF | F_LOSSY | (null_ok ? F_NULL : 0) | (kernel_since(e, KV(6, 2)) ?
								F_TRUSTED | F_RCU : 0);

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be a struct %s", reg, name);
		return GO;
	}
	if (null_ok && null_const(v))
		return GO;
	if (v->kind != V_BTF || v->flags & ~ok)
		return bad_arg(e, reg, name);
	if (!want) {
		unsure(e, VERIFY_HELPER, "R%u: the kernel's BTF has no struct %s", reg, name);
		return GO;
	}
	if (v->flags & F_VAROFF || !type_matches(v->btf, v->type, v->off, e->vmlinux, want, false))
		return refuse(e, VERIFY_HELPER, -EACCES, "R%u is of type %s but %s is expected", reg,
			      btf_nm(v->btf, v->type), name);
	return GO;
}

static int arg_sock(struct env *e, u8 reg, char code, struct call *c)
{
	const struct val *v = &cur(e)->r[reg];
	u32 ok = F_VAROFF | F_LOSSY | (kernel_since(e, KV(6, 2)) ? F_TRUSTED : 0);
	int want = kernel_type(e, "sock_common");

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be a socket", reg);
		return GO;
	}
	if (code == 'p' && (null_const(v) || v->kind == V_SOCK || v->kind == V_BTF))
		return GO; /* which kind, depends on the type of program */
	if (code == 'X' && v->kind == V_CTX)
		return GO;
	if (v->flags & F_NULL)
		return bad_arg(e, reg, "sock_common");
	c->cast_ref = v->ref;
	if (v->kind == V_SOCK)
		return GO;
	if (v->kind == V_BTF && code == 'X' && c->id == BPF_FUNC_xdp_get_buff_len)
		return arg_btf(e, reg, kernel_type(e, "xdp_buff"), "xdp_buff", false);
	if (v->kind != V_BTF || code == 'o')
		return bad_arg(e, reg, "sock_common");
	if (v->flags & ~(ok | F_RCU))
		return bad_arg(e, reg, "sock_common");
	if (v->flags & F_RCU)
		unsure(e, VERIFY_HELPER, "R%u: a socket that is protected by RCU", reg);
	if (!want || v->flags & F_VAROFF || !type_matches(v->btf, v->type, v->off, e->vmlinux, want, false))
		return refuse(e, VERIFY_HELPER, -EACCES, "R%u is of type %s but sock_common is expected", reg,
			      btf_nm(v->btf, v->type));
	return GO;
}

const struct field *arg_field(struct env *e, u8 reg, enum field_kind kind, const char *what)
{
	const struct val *v = &cur(e)->r[reg];
	const struct fields *fs = NULL;
	const struct field *fld;

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_KPTR, "R%u: nothing is known of what should be %s", reg, what);
		return NULL;
	}
	if (v->flags & F_NULL) {
		bad_arg(e, reg, what);
		return NULL;
	}
	if (v->kind == V_MAPVAL)
		fs = map_fields(e, v->map);
	else if (v->kind == V_BTF && v->flags & F_ALLOC)
		fs = fields_of(e, v->btf, v->type);
	else {
		bad_arg(e, reg, "map_value");
		return NULL;
	}
	if (v->flags & F_VAROFF) {
		refuse(e, VERIFY_KPTR, -EINVAL,
		       "R%u: the offset is not a constant, as that of %s must be", reg, what);
		return NULL;
	}
	fld = fs ? field_at(fs, v->off, 1) : NULL;
	if (fs && fs->unsure) {
		unsure(e, VERIFY_KPTR, "R%u: what the kernel takes for special fields is not known", reg);
		return NULL;
	}
	if (!fs || !fs->cnt) {
		refuse(e, VERIFY_KPTR, -EINVAL, "R%u: the map has no valid %s", reg, what);
		return NULL;
	}
	if (!fld || (u32)v->off != fld->off || (fld->kind != kind &&
						!(kind == FLD_KPTR && fld->kind == FLD_KPTR_PERCPU))) {
		refuse(e, VERIFY_KPTR, kind == FLD_KPTR ? -EACCES : -EINVAL,
		       "R%u: off=%d doesn't point to %s", reg, v->off,
		       kind == FLD_KPTR ? "a referenced kptr" : what);
		return NULL;
	}
	return fld;
}

int lock_taken(struct env *e, const struct val *v, bool take)
{
	u32 id = v->kind == V_MAPVAL ? v->id ?: 1 : v->ref ?: 1;

	if (take && e->st->lock)
		return refuse(e, VERIFY_REF, -EINVAL, "a second lock while one is held");
	if (!take && !e->st->lock)
		return refuse(e, VERIFY_REF, -EINVAL, "unlocks what is not locked");
	e->st->lock = take ? id : 0;
	return GO;
}

static int release(struct env *e, u8 reg, struct call *c)
{
	const struct val *v = &cur(e)->r[reg];

	if (v->kind == V_ANY)
		return GO;
	if (!v->ref && !null_const(v))
		return refuse(e, VERIFY_REF, -EINVAL,
			      "R%u holds no reference that could be released", reg);
	if (v->kind == V_BTF && v->off)
		return refuse(e, VERIFY_REF, -EINVAL, "R%u: what is released must have no offset",
			      reg);
	c->release = v->ref;
	return GO;
}

static int kptr_arg(struct env *e, u8 reg, struct call *c)
{
	const struct val *v = &cur(e)->r[reg];

	if (v->kind == V_ANY || !c->kptr) {
		unsure(e, VERIFY_KPTR, "R%u: nothing is known of what goes into a kptr", reg);
		return GO;
	}
	if (null_const(v))
		return GO;
	if (v->kind != V_BTF)
		return bad_arg(e, reg, "ptr_");
	if (v->flags & F_NULL && kernel_since(e, KV(6, 2)))
		return refuse(e, VERIFY_NULL, -EACCES, "argument %u of a helper may be NULL", reg);
	if (!kptr_matches(e, c->kptr, v))
		return refuse(e, VERIFY_KPTR, -EACCES, "R%u: a kptr of another type: %s, not struct %s",
			      reg, val_str(e, v),
			      btf_nm(c->kptr->btf, c->kptr->type));
	return release(e, reg, c);
}

static int map_arg(struct env *e, u8 reg, struct call *c)
{
	const struct val *v = &cur(e)->r[reg];

	if (v->kind == V_ANY) {
		unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be a map", reg);
		return GO;
	}
	if (v->kind == V_BTF && !strcmp(btf_nm(v->btf, v->type), "bpf_map") && kernel_since(e, KV(6, 2)) &&
	    !(v->flags & F_NULL)) {
		/* of an iterator, say */
		if (v->flags & F_UNTRUSTED)
			return bad_arg(e, reg, "map_ptr");
		unsure(e, VERIFY_HELPER, "R%u: a struct bpf_map as the map", reg);
		return GO;
	}
	if (v->kind != V_MAP || v->flags & F_NULL)
		return bad_arg(e, reg, "map_ptr");
	c->map = v->map;
	c->map_uid = v->type;
	if (c->timer_map && (c->timer_map != v->map || c->timer_uid != v->type))
		return refuse(e, VERIFY_MAP, -EINVAL, "timer pointer in R1 doesn't match map pointer in R%u",
			      reg);
	return GO;
}

static int check_arg(struct env *e, u8 reg, char code, struct call *c)
{
	const struct val *v = &cur(e)->r[reg], *size = reg < 5 ? &cur(e)->r[reg + 1] : NULL;
	struct val known;
	u32 fn;

	if (code == 'a') /* a pointer, too: addresses are no secret to those that may see them */
		return GO;
	switch (code) {
	case 'C':
		return null_const(v) ? GO : arg_ctx(e, reg);
	case 'c':
		return arg_ctx(e, reg);
	case 'm':
		return map_arg(e, reg, c);
	case 'k':
		if (c->map && !c->map->key_size)
			return refuse(e, VERIFY_HELPER, -EACCES, "R%u: invalid zero-sized read", reg);
		val_num(&known, c->map ? c->map->key_size : 0, c->map ? c->map->key_size : 0);
		return arg_mem(e, reg, MEM_READ, false, &known);
	case 'v': case 'V': case 'u':
		if (code == 'V' && null_const(v))
			return GO;
		val_num(&known, c->map ? c->map->value_size : 0, c->map ? c->map->value_size : 0);
		if (v->kind == V_SOCK || (v->kind == V_BTF && c->map &&
					  (c->map->type == BPF_MAP_TYPE_SOCKMAP ||
									  c->map->type == BPF_MAP_TYPE_SOCKHASH)))
			return arg_sock(e, reg, 'O', c);
		return arg_mem(e, reg, code == 'u' ? MEM_WRITES : MEM_READ, code == 'V', &known);
	case 'r': case 'R':
		return arg_mem(e, reg, MEM_READ, code == 'R', size);
	case 'w': case 'W':
		if (c->id == BPF_FUNC_dynptr_from_mem && v->kind != V_MAPVAL && v->kind != V_ANY)
			return bad_arg(e, reg, "map_value");
		if (size && null_const(size) &&
		    null_const(v)) /* bpf_probe_read(NULL, 0, ...) is not worth a thought */
			return code == 'W' ? GO : bad_arg(e, reg, "mem");
		return arg_mem(e, reg, MEM_WRITES, code == 'W', size);
	case 'f':
		val_num(&known, 8, 8);
		if (v->kind == V_MEM || v->kind == V_BTF)
			return arg_mem(e, reg, MEM_WRITES, false, NULL);
		return arg_mem(e, reg, MEM_WRITES, false, &known);
	case 'z': case 'Z': case 'x':
		if (is_ptr(v))
			return bad_arg(e, reg, "scalar");
		if (v->kind == V_ANY) {
			unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be a size", reg);
			return GO;
		}
		if (code == 'x') {
			if (!is_const(v) && v->flags & F_LOSSY)
				unsure(e, VERIFY_HELPER,
				       "R%u: whether the size is a constant is not known here", reg);
			else if (!is_const(v))
				return refuse(e, VERIFY_HELPER, -EACCES, "R%u must be a constant", reg);
			c->size = &c->arg[reg];
		}
		return GO;
	case 'F':
		if (arg_func(e, reg, &fn))
			return STOP;
		c->cb = fn;
		return GO;
	case 's':
		if (null_const(v) || v->kind == V_STACK || v->kind == V_ANY)
			return GO;
		return bad_arg(e, reg, "fp");
	case 'q':
		if (v->kind == V_ANY) {
			unsure(e, VERIFY_HELPER, "R%u: nothing is known of what should be a string", reg);
			return GO;
		}
		if (v->kind != V_MAPVAL || v->flags & F_NULL)
			return bad_arg(e, reg, "map_value");
		if (!v->map->frozen || !(v->map->flags & BPF_F_RDONLY_PROG))
			return refuse(e, VERIFY_HELPER, -EACCES, "R%u must point into a read-only map",
				      reg);
		return GO;
	case 'l':
		return arg_field(e, reg, FLD_LOCK, "bpf_spin_lock") ?
			lock_taken(e, v, c->id == BPF_FUNC_spin_lock) :
		       v->kind == V_ANY ? GO : STOP;
	case 't':
		if (c->id == BPF_FUNC_timer_init && v->kind == V_MAPVAL) {
			c->timer_map = v->map;
			c->timer_uid = v->type;
		}
		return arg_field(e, reg, FLD_TIMER, "bpf_timer") || v->kind == V_ANY ? GO : STOP;
	case 'K':
		c->kptr = arg_field(e, reg, FLD_KPTR, "kptr");
		return c->kptr || e->st->inexact ? GO : STOP;
	case 'n':
		return kptr_arg(e, reg, c);
	case 'y':
		if (v->kind != V_STACK && v->kind != V_DYNPTR && v->kind != V_ANY)
			return bad_arg(e, reg, "fp");
		return dynptr_use(e, reg, &c->dyn);
	case 'Y':
		return v->kind == V_STACK || v->kind == V_ANY ? GO :
			bad_arg(e, reg, "fp"); /* the rest, when all others are fine */
	case 'j':
		if (v->kind == V_DYNPTR)
			return refuse(e, VERIFY_REF, -EINVAL,
				      "R%u: a callback's dynptr is not its own to release", reg);
		if (v->kind != V_STACK && v->kind != V_ANY)
			return bad_arg(e, reg, "fp");
		return dynptr_end(e, reg);
	case 'e':
		if (v->kind != V_ANY && (v->kind != V_MEM || !(v->flags & F_RINGBUF) || v->flags & F_NULL))
			return bad_arg(e, reg, "alloc_mem");
		if (v->kind == V_MEM && (v->off || v->flags & F_VAROFF))
			return refuse(e, VERIFY_HELPER, -EINVAL,
				      "R%u: what is released must have no offset", reg);
		return release(e, reg, c);
	case 'L':
		return arg_sock(e, reg, 'O', c) ? STOP : release(e, reg, c);
	case 'o': case 'O': case 'p': case 'X':
		return arg_sock(e, reg, code, c);
	case 'P':
		if (v->kind == V_ANY) {
			unsure(e, VERIFY_PERCPU, "R%u: nothing is known of what should be a per-CPU pointer",
			       reg);
			return GO;
		}
		if (v->kind != V_BTF || !(v->flags & F_PERCPU) || v->flags & (F_NULL | F_UNTRUSTED | F_USER))
			return refuse(e, v->flags & F_NULL ? VERIFY_NULL : VERIFY_PERCPU, -EACCES,
				      "R%u type=%s expected=percpu_ptr_", reg,
				      val_str(e, v));
		if (v->flags & F_VAROFF || v->off)
			unsure(e, VERIFY_PERCPU, "R%u: a per-CPU pointer with an offset", reg);
		return GO;
	default:
		return arg_btf(e, reg, kernel_type(e, arg_types[(u8)code]), arg_types[(u8)code],
			       kernel_since(e, KV(6, 2)) && (c->id == BPF_FUNC_task_storage_get ||
							     c->id == BPF_FUNC_task_storage_delete ||
						      c->id == BPF_FUNC_inode_storage_get ||
							      c->id == BPF_FUNC_inode_storage_delete ||
						      c->id == 210 || c->id == 211));
	}
}

static void ret_percpu(struct env *e, struct val *r0, const struct val *arg, bool null)
{
	const struct btf_type *t;
	u32 flags = null ? F_NULL : 0;
	s64 sz;

	if (arg->kind != V_BTF) {
		any(r0);
		return;
	}
	t = btf__type_by_id(arg->btf, arg->type);
	if (t && btf_is_composite(t)) {
		if (arg->flags & F_ALLOC || !target_of(e, arg->btf))
			flags |= F_ALLOC | F_RCU;
		*r0 = (struct val){ .kind = V_BTF, .type = arg->type, .flags = flags };
		r0->btf = arg->btf;
	} else {
		sz = btf_size(arg->btf, arg->type);
		*r0 = (struct val){ .kind = V_MEM, .type = sz > 0 ? sz : 0, .flags = flags | F_RDONLY | (sz > 0 ? 0 : F_EMPTY) };
	}
	if (null)
		r0->id = ++e->ids;
}

/* A constant index within an array: there is such an element. */
static bool certain_element(struct env *e, struct call *c)
{
	const struct val *k = &c->arg[2];
	struct val n;

	if ((c->map->type != BPF_MAP_TYPE_ARRAY && c->map->type != BPF_MAP_TYPE_PERCPU_ARRAY) ||
	    k->kind != V_STACK ||
	    c->map->key_size != 4)
		return false;
	stack_read(e, k, k->off, 4, &n);
	return is_const(&n) && n.lo < c->map->max_entries;
}

static void ret_map_value(struct env *e, struct val *r0, struct call *c, bool null)
{
	if (!c->map) {
		any(r0);
		return;
	}
	*r0 = (struct val){ .kind = V_MAPVAL, .type = c->map_uid, .flags = null ? F_NULL : 0, .id = ++e->ids };
	r0->map = c->map;
	if (null && c->id == BPF_FUNC_map_lookup_elem && certain_element(e, c)) {
		int known = kernel_since(e, KV(6, 14));

		if (known == 1)
			r0->flags &= ~F_NULL;
		else if (known < 0)
			e->st->inexact = true;
	}
	switch (c->map->type) {
	case BPF_MAP_TYPE_ARRAY_OF_MAPS: case BPF_MAP_TYPE_HASH_OF_MAPS:
		r0->kind = V_MAP;
		r0->type = r0->id; /* which of the inner maps, nobody knows: this one */
		r0->map = c->map->inner;
		if (!r0->map)
			any(r0);
		break;
	case BPF_MAP_TYPE_SOCKMAP: case BPF_MAP_TYPE_SOCKHASH:
		*r0 = (struct val){ .kind = V_SOCK, .flags = F_NULL };
		acquired(e, r0);
		break;
	case BPF_MAP_TYPE_XSKMAP:
		*r0 = (struct val){ .kind = V_SOCK, .flags = F_NULL, .id = ++e->ids };
		break;
	default: break;
	}
}

static void ret_struct(struct env *e, struct val *r0, struct call *c)
{
	const char *name = c->h->ret + 1;
	int id = kernel_type(e, name);

	if (!id) {
		any(r0);
		return;
	}
	*r0 = (struct val){ .kind = V_BTF, .type = id, .flags = *c->h->ret == 'B' ? F_NULL : 0 };
	r0->btf = e->vmlinux;
	if (*c->h->ret == 'B') {
		r0->id = ++e->ids;
		r0->ref = c->cast_ref;
	}
	if (c->id == BPF_FUNC_get_current_task_btf && kernel_since(e, KV(6, 2)))
		r0->flags |= F_TRUSTED;
}

static int result(struct env *e, struct call *c)
{
	struct val *r0 = &cur(e)->r[0];
	bool acquires = c->id == BPF_FUNC_sk_lookup_tcp || c->id == BPF_FUNC_sk_lookup_udp ||
		c->id == BPF_FUNC_skc_lookup_tcp;
	u32 size = c->size && is_const(c->size) ? c->size->lo : 0;

	val_num_any(r0);
	switch (*c->h->ret) {
	case 'i':
		break;
	case 'v':
		*r0 = (struct val){ .kind = V_NONE };
		break;
	case 'M': case 'm':
		ret_map_value(e, r0, c, *c->h->ret == 'M');
		break;
	case 'S': case 'C': case 'T':
		*r0 = (struct val){ .kind = V_SOCK, .flags = F_NULL | (*c->h->ret == 'C' ? F_COMMON : *c->h->ret == 'T' ? F_TCP : 0) };
		if (acquires)
			acquired(e, r0);
		else
			r0->id = ++e->ids;
		if (c->id == BPF_FUNC_tcp_sock || c->id == BPF_FUNC_sk_fullsock)
			r0->ref = c->cast_ref;
		break;
	case 'A':
		*r0 = (struct val){ .kind = V_MEM, .type = size, .flags = F_NULL | F_RINGBUF };
		acquired(e, r0);
		break;
	case 'D':
		*r0 = (struct val){ .kind = V_MEM, .type = size, .flags = F_NULL, .id = ++e->ids };
		r0->ref = c->dyn.ref;
		break;
	case 'P': case 'p':
		ret_percpu(e, r0, &c->arg[1], *c->h->ret == 'P');
		break;
	case 'K':
		if (!c->kptr) {
			any(r0);
			break;
		}
		*r0 = (struct val){ .kind = V_BTF, .type = c->kptr->type, .flags = F_NULL };
		r0->btf = c->kptr->btf;
		if (!target_of(e, c->kptr->btf))
			r0->flags |= F_ALLOC | (c->kptr->kind == FLD_KPTR_PERCPU ? F_PERCPU : 0);
		acquired(e, r0);
		break;
	default:
		ret_struct(e, r0, c);
	}
	return GO;
}

/* What callbacks get. */
static int callbacks(struct env *e, struct call *c)
{
	struct val a[5] = { { .kind = V_NONE } };
	enum cb_kind kind = CB_LOOP;
	u32 i;

	switch (c->id) {
	case BPF_FUNC_for_each_map_elem: case BPF_FUNC_timer_set_callback:
		a[0] = (struct val){ .kind = V_MAP };
		a[0].map = c->map;
		a[1] = (struct val){ .kind = V_MAPKEY };
		a[1].map = c->map;
		a[2] = (struct val){ .kind = V_MAPVAL, .id = ++e->ids };
		a[2].map = c->map;
		if (c->id == BPF_FUNC_timer_set_callback) {
			const struct val *t = &c->arg[1];

			kind = CB_ASYNC;
			if (t->kind != V_MAPVAL) {
				any(&a[0]), any(&a[1]), any(&a[2]);
				break;
			}
			a[0].map = a[1].map = a[2].map = t->map;
			break;
		}
		if (!c->map)
			any(&a[0]), any(&a[1]), any(&a[2]);
		a[3] = c->arg[3];
		break;
	case BPF_FUNC_loop:
		val_num_any(&a[0]);
		a[1] = c->arg[3];
		break;
	case BPF_FUNC_find_vma:
		a[0] = (struct val){ .kind = V_BTF, .type = kernel_type(e, "task_struct") };
		a[1] = (struct val){ .kind = V_BTF, .type = kernel_type(e, "vm_area_struct") };
		a[0].btf = a[1].btf = e->vmlinux;
		if (kernel_since(e, KV(6, 4)))
			a[0].flags = a[1].flags = 0;
		a[2] = c->arg[4];
		kind = CB_ONCE;
		break;
	case BPF_FUNC_user_ringbuf_drain:
		a[0] = (struct val){ .kind = V_DYNPTR, .type = DYN_LOCAL };
		a[1] = c->arg[3];
		break;
	default:
		return GO;
	}
	if (c->cb == NOWHERE || c->cb >= e->in->insn_cnt)
		return GO;
	/*
	 * what the callback writes to the caller's stack is seen by walking it; what it is given may be
	 * overwritten there
	 */
	for (i = 0; i < 5; i++)
		if (a[i].kind == V_STACK && a[i].type >= e->st->frame_cnt)
			any(&a[i]);
	return push_callback(e, c->cb, kind, a);
}

static int allowed(struct env *e, const struct insn *in, struct call *c)
{
	u32 id = in->imm;

	if (id == CORE_POISON_IMM)
		return refuse(e, VERIFY_CORE, -EINVAL,
			      "invalid func unknown#%u: a CO-RE relocation for which the kernel has nothing",
				      id);
	switch (target_helper(e->in->target, id)) {
	case TARGET_NO:
		return refuse(e, VERIFY_HELPER, -EINVAL, "invalid func unknown#%u", id);
	case TARGET_UNKNOWN:
		unsure(e, VERIFY_HELPER, "whether the kernel has helper #%u is not known", id);
		break;
	default:
		break;
	}
	if (!id || id >= ARRAY_SIZE(helpers) || !helpers[id].name) {
		unsure(e, VERIFY_HELPER, "helper #%u is not known here", id);
		return STOP;
	}
	c->h = &helpers[id];
	c->id = id;
	if (helper_allowed(e, id) == TARGET_NO)
		return refuse(e, VERIFY_HELPER, -EINVAL, "program of this type cannot use helper bpf_%s#%u",
			      c->h->name, id);
	if (c->h->flags & HELPER_GPL && !e->in->gpl)
		return refuse(e, VERIFY_HELPER, -EINVAL,
			      "cannot call GPL-restricted function bpf_%s from non-GPL compatible program",
			      c->h->name);
	if (c->h->flags & HELPER_SLEEPS && !e->st->sleepable)
		return refuse(e, VERIFY_HELPER, -EINVAL,
			      "program of this type cannot use helper bpf_%s: it is not sleepable",
			      c->h->name);
	if (c->h->flags & HELPER_SLEEPS && (e->st->rcu || e->st->preempt || e->st->irq))
		return refuse(e, VERIFY_HELPER, -EINVAL,
			      "sleepable helper bpf_%s in a section that may not sleep", c->h->name);
	if (e->st->lock && id != BPF_FUNC_spin_unlock && id != BPF_FUNC_kptr_xchg)
		return refuse(e, VERIFY_REF, -EINVAL, "a call while a lock is held");
	return GO;
}

int do_helper(struct env *e, const struct insn *in)
{
	struct call c = { .id = 0, .cb = NOWHERE };
	const char *a;
	u32 i;

	if (in->off || in->src)
		return refuse(e, VERIFY_PROG, -EINVAL, "a call with fields set that must be zero");
	if (allowed(e, in, &c))
		return STOP;
	for (i = 1; i <= 5; i++)
		c.arg[i] = cur(e)->r[i];
	for (a = c.h->args, i = 1; *a; a++, i++)
		if (check_reg(e, i) || check_arg(e, i, *a, &c))
			return STOP;
	if (c.map && map_for_helper(e, c.map, c.id, c.h->name))
		return STOP;
	for (a = c.h->args, i = 1; *a; a++, i++) {
		struct val r = { .kind = V_NONE };

		if (*a != 'Y')
			continue;
		if (c.id == BPF_FUNC_ringbuf_reserve_dynptr)
			r.ref = ref_new(e);
		if (dynptr_new(e, i, r.ref ? DYN_RINGBUF : DYN_LOCAL, r.ref))
			return STOP;
	}
	if (c.id == BPF_FUNC_tail_call && e->st->ref_cnt)
		return refuse(e, VERIFY_REF, -EINVAL, "a tail call while a reference is held");
	if (c.id == BPF_FUNC_tail_call && e->st->lock)
		return refuse(e, VERIFY_REF, -EINVAL, "tail_call inside a locked section");
	if (c.release && ref_release(e, c.release))
		return STOP;
	if (callbacks(e, &c))
		return STOP;
	scratch_regs(e);
	return result(e, &c);
}
