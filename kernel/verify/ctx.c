// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The context. Of types that the kernel calls with its own arguments, these have their types from BTF.
 * The others' fields are numbers, but for a few that are pointers to the packet or to a socket.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

#ifndef BPF_PROG_TYPE_NETFILTER
#define BPF_PROG_TYPE_NETFILTER 32
#endif

enum { PKT = 1, SOCK, SOCK_NULL, COMMON_NULL, KEYS };

#define AT(type, field) (u32)offsetof(struct type, field)

/* Fields that are no numbers. */
static const struct { u16 off; u8 what; } skb[] = {
	{ AT(__sk_buff, data), PKT }, { AT(__sk_buff, data_end), PKT }, { AT(__sk_buff, data_meta), PKT },
	{ AT(__sk_buff, sk), COMMON_NULL }, { AT(__sk_buff, flow_keys), KEYS } },
xdp[] = { { AT(xdp_md, data), PKT }, { AT(xdp_md, data_end), PKT }, { AT(xdp_md, data_meta), PKT } },
msg[] = { { AT(sk_msg_md, data), PKT }, { AT(sk_msg_md, data_end), PKT }, { AT(sk_msg_md, sk), SOCK } },
reuseport[] = { { AT(sk_reuseport_md, data), PKT }, { AT(sk_reuseport_md, data_end), PKT },
	{ AT(sk_reuseport_md, sk), SOCK },
	{ AT(sk_reuseport_md, migrating_sk), COMMON_NULL } },
lookup[] = { { AT(bpf_sk_lookup, sk), SOCK_NULL } },
ops[] = { { AT(bpf_sock_ops, sk), SOCK_NULL }, { AT(bpf_sock_ops, skb_data), PKT },
	{ AT(bpf_sock_ops, skb_data_end), PKT } },
sockopt[] = { { AT(bpf_sockopt, sk), SOCK }, { AT(bpf_sockopt, optval), PKT },
	{ AT(bpf_sockopt, optval_end), PKT } },
addr[] = { { AT(bpf_sock_addr, sk), SOCK } };

#define FIELDS(t, a) case t: *cnt = ARRAY_SIZE(a); return (const void *)(a)
typedef const struct { u16 off; u8 what; } *fields_ptr;

static const void *fields_for(u32 type, u32 *cnt)
{
	switch (type) {
	case BPF_PROG_TYPE_SOCKET_FILTER: case BPF_PROG_TYPE_SCHED_CLS: case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_CGROUP_SKB: case BPF_PROG_TYPE_LWT_IN: case BPF_PROG_TYPE_LWT_OUT: case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_LWT_SEG6LOCAL: case BPF_PROG_TYPE_SK_SKB:
	FIELDS(BPF_PROG_TYPE_FLOW_DISSECTOR, skb);
	FIELDS(BPF_PROG_TYPE_XDP, xdp);
	FIELDS(BPF_PROG_TYPE_SK_MSG, msg);
	FIELDS(BPF_PROG_TYPE_SK_REUSEPORT, reuseport);
	FIELDS(BPF_PROG_TYPE_SK_LOOKUP, lookup);
	FIELDS(BPF_PROG_TYPE_SOCK_OPS, ops);
	FIELDS(BPF_PROG_TYPE_CGROUP_SOCKOPT, sockopt);
	FIELDS(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, addr);
	default:
		*cnt = 0;
		return NULL;
	}
}

static bool from_btf(const struct env *e)
{
	return e->in->prog_type == BPF_PROG_TYPE_TRACING || e->in->prog_type == BPF_PROG_TYPE_LSM ||
	       e->in->prog_type == BPF_PROG_TYPE_STRUCT_OPS;
}

/* The prototype that the arguments have. */
int ctx_init(struct env *e)
{
	const struct verify_input *in = e->in;
	const struct btf *btf = in->attach_prog ? in->attach_prog->btf ? in->attach_prog->btf->btf : NULL :
				in->attach_btf ? in->attach_btf->btf : NULL;
	const struct btf_type *t;
	u32 id;

	if (in->prog_type == BPF_PROG_TYPE_EXT && !in->attach_prog)
		unsure(e, VERIFY_CTX, "the program that it is to be a part of is not known");
	if (!from_btf(e))
		return GO;
	if (!in->gpl && in->prog_type != BPF_PROG_TYPE_TRACING)
		return refuse(e, VERIFY_PROG, -EINVAL,
			      "programs of this type must have a GPL compatible license");
	t = btf && in->attach_btf_id ? btf__type_by_id(btf, in->attach_btf_id) : NULL;
	if (!t) {
		unsure(e, VERIFY_CTX, "what the program attaches to is not known");
		return GO;
	}
	e->ctx_btf = btf;
	if (in->prog_type == BPF_PROG_TYPE_STRUCT_OPS) {
		if (!btf_is_struct(t) || in->attach_type >= btf_vlen(t))
			return refuse(e, VERIFY_CTX, -EINVAL, "struct %2$s has no member %1$u to attach to",
				      in->attach_type,
				      btf_nm(btf, in->attach_btf_id));
		if (!strcmp(btf_nm(btf, in->attach_btf_id), "tcp_congestion_ops") &&
		    !strcmp(btf__name_by_offset(btf, btf_members(t)[in->attach_type].name_off) ?: "",
			    "get_info"))
			return refuse(e, VERIFY_PROG, -524,
				      "attach to unsupported member get_info of struct tcp_congestion_ops");
		id = btf_skip(btf, btf_members(t)[in->attach_type].type);
		t = btf__type_by_id(btf, id);
		id = t && btf_is_ptr(t) ? btf_skip(btf, t->type) : 0;
	} else if (btf_is_typedef(t)) {
		id = btf_skip(btf, t->type);
		t = btf__type_by_id(btf, id);
		id = t && btf_is_ptr(t) ? btf_skip(btf, t->type) : 0;
		e->ctx_skip = 1; /* void *__data */
	} else {
		id = btf_is_func(t) ? t->type : 0;
	}
	t = id ? btf__type_by_id(btf, id) : NULL;
	if (!t || !btf_is_func_proto(t))
		return refuse(e, VERIFY_CTX, -EINVAL, "what the program attaches to has no prototype");
	e->ctx_proto = t;
	return GO;
}

/* LSM hooks whose objects are half made, or half gone. */
static bool untrusted_hook(const char *hook)
{
	static const char *const hooks[] = { "bpf_lsm_bpf_map_free_security",
		"bpf_lsm_bpf_prog_free_security",
		"bpf_lsm_bpf_map_free", "bpf_lsm_bpf_prog_free", "bpf_lsm_file_alloc_security",
			"bpf_lsm_file_free_security",
		"bpf_lsm_file_release", "bpf_lsm_sk_alloc_security", "bpf_lsm_sk_free_security",
			"bpf_lsm_task_free" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(hook, hooks[i]))
			return true;
	return false;
}

static bool trusted_args(struct env *e)
{
	u32 at = e->in->attach_type;

	if (!kernel_since(e, KV(6, 2)))
		return false;
	switch (e->in->prog_type) {
	case BPF_PROG_TYPE_TRACING: return at == BPF_TRACE_RAW_TP || at == BPF_TRACE_ITER;
	case BPF_PROG_TYPE_LSM: return !untrusted_hook(btf_nm(e->ctx_btf, e->in->attach_btf_id));
	default: return true;
	}
}

static u32 nullable_tp(struct env *e, u32 arg, bool *number)
{
	static const struct { const char *name; u8 null, err; } tps[] = {
#include "tp_null.inc"
	};
	const char *name = btf_nm(e->ctx_btf, e->in->attach_btf_id);
	u32 i;

	if (e->in->attach_type != BPF_TRACE_RAW_TP || !kernel_since(e, KV(6, 12)))
		return 0;
	if (!strncmp(name, "btf_trace_", 10))
		name += 10;
	for (i = 0; i < ARRAY_SIZE(tps); i++) {
		if (strcmp(tps[i].name, name))
			continue;
		*number = tps[i].err >> arg & 1;
		return tps[i].null >> arg & 1 ? F_NULL : 0;
	}
	return e->ctx_btf != e->vmlinux ? F_NULL : 0;
}

/*
 * The stub of a struct_ops member, or of a tracepoint, has names of arguments that say more:
 * "task__nullable".
 */
static bool has_suffix(struct env *e, u32 arg, const char *suffix)
{
	const struct btf_type *t = e->ctx_proto;
	char stub[200];
	const struct target_btf *where;
	const char *name;
	size_t len;
	int id;

	if (e->in->prog_type == BPF_PROG_TYPE_STRUCT_OPS) {
		const struct btf_type *s = btf__type_by_id(e->ctx_btf, e->in->attach_btf_id);

		snprintf(stub, sizeof(stub), "%s__%s", btf_nm(e->ctx_btf, e->in->attach_btf_id),
			 btf__name_by_offset(e->ctx_btf, btf_members(s)[e->in->attach_type].name_off));
		id = target_find(e->in->target, stub, BTF_KIND_FUNC, &where);
		if (id <= 0)
			return false;
		t = btf__type_by_id(where->btf, id);
		t = btf__type_by_id(where->btf, t->type);
		if (!t || !btf_is_func_proto(t) || arg >= btf_vlen(t))
			return false;
		name = btf__name_by_offset(where->btf, btf_params(t)[arg].name_off) ?: "";
	} else if (e->in->attach_type == BPF_TRACE_RAW_TP && e->ctx_skip) {
		snprintf(stub, sizeof(stub), "__bpf_trace_%s", btf_nm(e->ctx_btf, e->in->attach_btf_id) + 10);
		id = target_find(e->in->target, stub, BTF_KIND_FUNC, &where);
		if (id <= 0)
			return false;
		t = btf__type_by_id(where->btf, id);
		t = btf__type_by_id(where->btf, t->type);
		if (!t || !btf_is_func_proto(t) || arg + 1 >= btf_vlen(t))
			return false;
		name = btf__name_by_offset(where->btf, btf_params(t)[arg + 1].name_off) ?: "";
	} else {
		name = btf__name_by_offset(e->ctx_btf, btf_params(t)[arg].name_off) ?: "";
	}
	len = strlen(name);
	return len > strlen(suffix) && !strcmp(name + len - strlen(suffix), suffix);
}

/* Which argument lies at an offset: structs by value take several words. */
static u32 arg_at(struct env *e, u32 off)
{
	const struct btf_type *t = e->ctx_proto;
	u32 i, at = 0, n = btf_vlen(t);

	for (i = e->ctx_skip; i < n; i++) {
		u32 id = btf_skip(e->ctx_btf, btf_params(t)[i].type);
		const struct btf_type *a = btf__type_by_id(e->ctx_btf, id);

		at += a && btf_is_composite(a) ? (a->size + 7) & ~7u : 8;
		if (off < at)
			return i - e->ctx_skip;
	}
	return i - e->ctx_skip + (off - at) / 8;
}

static bool has_result(u32 type, u32 at)
{
	return type == BPF_PROG_TYPE_LSM || (type == BPF_PROG_TYPE_TRACING &&
					     (at == BPF_TRACE_FEXIT || at == BPF_MODIFY_RETURN ||
	       at == BPF_LSM_CGROUP));
}

static int iter_flags(struct env *e, u32 arg, u32 cnt, const char *name)
{
	/* the first is struct bpf_iter_meta; a map, if elements are what is iterated over, is given, too */
	if (!arg || (arg == 1 && cnt > 2 && !strcmp(name, "map")))
		return 0;
	(void)e;
	return F_NULL;
}

static int btf_arg(struct env *e, s32 off, u32 size, struct val *out)
{
	const struct btf_type *t = e->ctx_proto, *a;
	const struct btf *btf = e->ctx_btf;
	const char *what = btf_nm(btf, e->in->attach_btf_id), *name;
	u32 cnt = btf_vlen(t) - e->ctx_skip, arg, id, flags, to;
	bool bad = false, number = false, iter = e->in->prog_type == BPF_PROG_TYPE_TRACING &&
		e->in->attach_type == BPF_TRACE_ITER;

	if (off % 8)
		return refuse(e, VERIFY_CTX, -EACCES, "'%s': offset %d in the arguments, which are of 8 bytes each", what, off);
	arg = arg_at(e, off);
	if (arg > cnt || (arg == cnt && !has_result(e->in->prog_type, e->in->attach_type)))
		return refuse(e, VERIFY_CTX, -EACCES, "func '%s' doesn't have %u-th argument", what, arg + 1);
	id = btf_skip(btf, arg == cnt ? t->type : btf_params(t)[arg + e->ctx_skip].type);
	a = id ? btf__type_by_id(btf, id) : NULL;
	if (a && ((btf_is_int(a) && a->size <= 8) || btf_is_any_enum(a) || btf_is_composite(a)))
		return GO;
	if (!a || !btf_is_ptr(a))
		return arg == cnt && !id && e->in->prog_type == BPF_PROG_TYPE_LSM ? GO :
		       refuse(e, VERIFY_CTX, -EACCES, "func '%s' arg%u: only pointer access is allowed", what,
			      arg);
	if (size != 8 && kernel_since(e, KV(6, 13)) == 1)
		return refuse(e, VERIFY_CTX, -EACCES, "func '%s' size %u must be 8", what, size);
	to = a->type ? btf_skip(btf, a->type) : 0;
	name = arg < cnt ? btf__name_by_offset(btf, btf_params(t)[arg + e->ctx_skip].name_off) ?: "" : "";
	if (iter && !to && iter_flags(e, arg, cnt, name)) {
		*out = (struct val){ .kind = V_MEM, .flags = F_NULL | (strcmp(name, "key") ? 0 : F_RDONLY), .id = ++e->ids };
		return GO;
	}
	a = to ? btf__type_by_id(btf, to) : NULL;
	if (!a || !btf_is_composite(a))
		return a && !btf_is_int(a) && kernel_since(e, KV(6, 13)) == 0 && !btf_is_ptr(a) ?
		       refuse(e, VERIFY_CTX, -EACCES, "func '%s' arg%u type is not a struct", what, arg) : GO;
	flags = tags_of(e, btf, id, &to, &bad) & ~F_RCU;
	if (bad)
		return refuse(e, VERIFY_CTX, -EACCES, "'%s': several type tags on argument %u", what, arg);
	if (iter)
		flags |= iter_flags(e, arg, cnt, name);
	if (trusted_args(e))
		flags |= F_TRUSTED;
	if (arg < cnt) {
		if (kernel_since(e, KV(6, 9)) && has_suffix(e, arg, "__nullable"))
			flags |= F_NULL;
		flags |= nullable_tp(e, arg, &number);
		if (has_suffix(e, arg, "__ref") && e->in->prog_type == BPF_PROG_TYPE_STRUCT_OPS) {
			unsure(e, VERIFY_REF, "argument %u is a reference: not followed here", arg + 1);
			any(out);
			return GO;
		}
	}
	if (number)
		return GO;
	if (e->in->attach_prog) {
		/* a context of the program, say: the kernel takes its own struct for it */
		unsure(e, VERIFY_CTX, "a pointer argument of a program's function");
		any(out);
		return GO;
	}
	if (e->in->prog_type == BPF_PROG_TYPE_STRUCT_OPS && !strcmp(btf_nm(btf, e->in->attach_btf_id),
								    "tcp_congestion_ops") &&
	    !strcmp(btf_nm(btf, to), "sock") && kernel_type(e, "tcp_sock")) {
		to = kernel_type(e, "tcp_sock"); /* it is a TCP socket */
		btf = e->vmlinux;
	}
	*out = (struct val){ .kind = V_BTF, .type = to, .flags = flags, .id = flags & F_NULL ? ++e->ids : 0 };
	out->btf = btf;
	return GO;
}

static void nf_field(struct env *e, s32 off, struct val *out)
{
	int id = kernel_type(e, off ? "sk_buff" : "nf_hook_state");

	*out = (struct val){ .kind = V_BTF, .type = id, .flags = F_TRUSTED };
	out->btf = e->vmlinux;
	if (!id)
		any(out);
}

int ctx_load(struct env *e, s32 off, u32 size, struct val *out)
{
	const struct { u16 off; u8 what; } *f;
	u32 i, cnt;

	val_num(out, 0, size < 8 ? (1ull << 8 * size) - 1 : ~0ull);
	if (from_btf(e)) {
		if (cur(e)->r[e->in->insns[e->at].src].flags & F_VAROFF)
			return refuse(e, VERIFY_CTX, -EACCES, "variable ctx access");
		if (!e->ctx_proto) {
			any(out);
			return GO;
		}
		return btf_arg(e, off, size, out);
	}
	if (e->type == BPF_PROG_TYPE_NETFILTER) {
		nf_field(e, off, out);
		return GO;
	}
	if (e->type == BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE && !off && size == 8) {
		*out = (struct val){ .kind = V_MEM }; /* what it may write to: how much, the tracepoint decides */
		return GO;
	}
	f = fields_for(e->type, &cnt);
	for (i = 0; i < cnt; i++) {
		if (f[i].off != off)
			continue;
		switch (f[i].what) {
		case PKT:
			*out = (struct val){ .kind = V_PKT };
			break;
		case KEYS:
			*out = (struct val){ .kind = V_MEM };
			break;
		case SOCK:
			*out = (struct val){ .kind = V_SOCK };
			break;
		case SOCK_NULL: case COMMON_NULL:
			*out = (struct val){ .kind = V_SOCK, .flags = F_NULL | (f[i].what == COMMON_NULL ? F_COMMON : 0), .id = ++e->ids };
			break;
		default:
			break;
		}
	}
	return GO;
}

int ctx_store(struct env *e, s32 off, u32 size)
{
	if (from_btf(e))
		return refuse(e, VERIFY_CTX, -EACCES, "the context has nothing to access at offset %d, size %u", off, size);
	return GO; /* which fields are writable is a question of the type's own rules */
}
