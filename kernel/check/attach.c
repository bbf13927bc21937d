// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What programs attach to. Some must be found to load a program (by BTF), of others it only matters later. */
#include "check_priv.h"

static void find_btf(struct check *c, struct check_prog *p)
{
	const char *target = p->func->attach_target, *colon = target ? strchr(target, ':') : NULL;
	const struct target_btf *where = NULL;
	char name[256], module[64] = "", what[400];
	int kind, id;

	if (p->func->def->prog_type == BPF_PROG_TYPE_EXT) {
		snprintf(what, sizeof(what), "function '%s'", target ? target : "?");
		item(c, CHECK_ATTACH, CHECK_UNDECIDED, p, 0, what,
		     "of another program, which is not known here");
		p->lost = p->untyped = true;
		return;
	}
	if (!target || !*target)
		return; /* named when it is loaded */
	if (colon)
		snprintf(module, sizeof(module), "%.*s", (int)(colon - target), target);
	kind = sec_attach_btf(p->func->def, colon ? colon + 1 : target, name, sizeof(name));
	if (kind < 0)
		return; /* the loader's trouble */
	snprintf(what, sizeof(what), "%s '%s%s%s'", kind == BTF_KIND_TYPEDEF ? "tracepoint" : "function",
		 module, colon ? ":" : "", name);
	id = colon ? target_find_in(c->t, module, name, kind, &where) : target_find(c->t, name, kind, &where);
	if (id < 0) {
		item(c, CHECK_ATTACH, CHECK_FATAL, p, 0, what, "%s",
		     c->t->btf_cnt ? "not in the kernel's BTF" : "the kernel has no BTF");
		p->lost = p->untyped = true;
		return;
	}
	p->attach_btf = where;
	p->attach_id = id;
	if (kind == BTF_KIND_FUNC && p->func->def->expected_attach_type != ATTACH_TRACE_ITER) {
		enum target_answer answer = target_symbol(c->t, name, NULL);

		if (answer != TARGET_YES) {
			item(c, CHECK_ATTACH, answer == TARGET_NO ? CHECK_FATAL : CHECK_UNDECIDED, p, 0, what,
			     "in the kernel's BTF, but kallsyms has no address");
			p->lost = p->untyped = true;
			return;
		}
	}
	if (kind == BTF_KIND_TYPEDEF || check_attach_rules(c, p, name, what))
		item(c, CHECK_ATTACH, CHECK_FINE, p, 0, what, "in %s", where->name);
}

/* Members that the kernel lets no program be: bpf_tcp_ca's only. */
static void check_member(struct check *c, struct check_prog *p, const char *type, const char *member)
{
	char what[200];

	if (strcmp(type, "tcp_congestion_ops") || strcmp(member, "get_info"))
		return;
	snprintf(what, sizeof(what), "member '%s' of struct_ops '%s'", member, type);
	item(c, CHECK_ATTACH, CHECK_FATAL, p, 0, what, "the kernel does not support programs there");
	p->lost = true;
}

int ops_member(const struct check *c, const struct obj_struct_ops *ops, u32 prog,
	       const struct target_btf *where, u32 id, char *name, size_t sz)
{
	const struct btf_type *local = btf__type_by_id(c->obj->btf, ops->struct_id),
			      *kern = btf__type_by_id(where->btf, id);
	const char *s = NULL, *flavour;
	u32 i;

	if (local && btf_is_composite(local) && ops->progs[prog].member < btf_vlen(local))
		s = btf__str_by_offset(c->obj->btf, btf_members(local)[ops->progs[prog].member].name_off);
	flavour = s ? strstr(s, "___") : NULL;
	snprintf(name, sz, "%.*s",
		 s ? (int)(flavour && flavour != s ? flavour - s : (ptrdiff_t)strlen(s)) : 0, s ? s : "");
	for (i = 0; kern && btf_is_composite(kern) && i < btf_vlen(kern); i++) {
		s = btf__str_by_offset(where->btf, btf_members(kern)[i].name_off);
		if (s && *name && !strcmp(s, name))
			return (int)i;
	}
	return -ENOENT;
}

/* A struct_ops program is a member of the struct that a map has it in. */
static void find_member(struct check *c, struct check_prog *p)
{
	u32 func = p->func - c->obj->funcs, i, j;
	char member[128];
	int k;

	for (i = 0; i < c->obj->map_cnt; i++) {
		const struct obj_struct_ops *ops = c->obj->maps[i].ops;

		for (j = 0; ops && j < ops->prog_cnt; j++) {
			if (ops->progs[j].func != func)
				continue;
			k = target_find(c->t, ops->type, BTF_KIND_STRUCT, &p->attach_btf);
			p->attach_id = k;
			if (k >= 0)
				k = ops_member(c, ops, j, p->attach_btf, p->attach_id, member,
					       sizeof(member));
			if (k >= 0) {
				p->attach_type = k;
				check_member(c, p, ops->type, member);
			} else {
				p->lost = p->untyped = true; /* said of the map */
			}
			return;
		}
	}
	p->lost = p->untyped = true; /* in no map: it is not loaded */
}

/* "func+0x10" */
static void plain_name(const char *target, char *name, size_t sz)
{
	snprintf(name, sz, "%.*s", (int)strcspn(target, "+"), target);
}

static const char *syscall_prefix(const struct target *t)
{
	static const char *const prefixes[][2] = { { "x86_64", "__x64_sys_" },
						   { "aarch64", "__arm64_sys_" },
						   { "s390x", "__s390x_sys_" },
						   { "riscv64", "__riscv_sys_" } };
	u32 i;

	for (i = 0; t->arch && i < ARRAY_SIZE(prefixes); i++)
		if (!strcmp(t->arch, prefixes[i][0]))
			return prefixes[i][1];
	return NULL;
}

static void say_probe(struct check *c, struct check_prog *p, const char *what, enum target_answer answer)
{
	if (answer == TARGET_YES)
		item(c, CHECK_ATTACH, CHECK_FINE, p, 0, what, "there");
	else
		item(c, CHECK_ATTACH, CHECK_DOUBTFUL, p, 0, what, "%s",
		     answer == TARGET_NO ? "loads, but can't be attached: no such function"
					 : "loads; whether it can be attached is not known");
}

static void find_probe(struct check *c, struct check_prog *p)
{
	const char *sec = p->func->def->name, *target = p->func->attach_target, *prefix = "";
	char name[256], full[300], what[400];

	if (!target || !*target || strchr(target, '*') || strchr(target, '?'))
		return; /* named later, or a pattern */
	if (!strncmp(sec, "ksyscall", 8) || !strncmp(sec, "kretsyscall", 11)) {
		prefix = syscall_prefix(c->t);
		if (!prefix)
			return;
	} else if (strncmp(sec, "kprobe", 6) && strncmp(sec, "kretprobe", 9)) {
		return; /* of user space */
	}
	plain_name(target, name, sizeof(name));
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	snprintf(what, sizeof(what), "function '%s'", full);
	say_probe(c, p, what, target_symbol(c->t, full, NULL));
}

/* Each tracepoint has a typedef in BTF, except for those of system calls, which are made of another one. */
static void find_tracepoint(struct check *c, struct check_prog *p)
{
	const char *target = p->func->attach_target, *slash = target ? strchr(target, '/') : NULL;
	const struct target_btf *where;
	enum target_answer answer;
	char name[256], what[400];

	if (!target || !*target || !c->t->btf_cnt)
		return;
	snprintf(what, sizeof(what), "tracepoint '%s'", target);
	if (slash && !strncmp(target, "syscalls/", 9)) {
		const char *prefix = syscall_prefix(c->t), *call = slash + 1;

		call += !strncmp(call, "sys_enter_", 10) ? 10 : !strncmp(call, "sys_exit_", 9) ? 9 : 0;
		if (!prefix)
			return;
		snprintf(name, sizeof(name), "%s%s", prefix, call);
		answer = target_symbol(c->t, name, NULL);
	} else {
		snprintf(name, sizeof(name), "btf_trace_%s", slash ? slash + 1 : target);
		answer = target_find(c->t, name, BTF_KIND_TYPEDEF, &where) > 0 ? TARGET_YES : TARGET_NO;
		/* events share a tracepoint's class, not its name: some have a symbol only */
		snprintf(name, sizeof(name), "event_%s", slash ? slash + 1 : target);
		if (answer == TARGET_NO && slash)
			answer = target_symbol(c->t, name, NULL) == TARGET_YES ? TARGET_YES : TARGET_NO;
	}
	if (answer == TARGET_YES)
		item(c, CHECK_ATTACH, CHECK_FINE, p, 0, what, "there");
	else
		item(c, CHECK_ATTACH, CHECK_DOUBTFUL, p, 0, what,
		     "loads, but can't be attached: no such tracepoint");
}

void check_attach(struct check *c, struct check_prog *p)
{
	if (p->func->def->flags & SEC_ATTACH_BTF)
		find_btf(c, p);
	else if (p->func->def->prog_type == BPF_PROG_TYPE_STRUCT_OPS)
		find_member(c, p);
	else if (p->func->def->prog_type == BPF_PROG_TYPE_KPROBE)
		find_probe(c, p);
	else if (p->func->def->prog_type == BPF_PROG_TYPE_TRACEPOINT ||
		 p->func->def->prog_type == BPF_PROG_TYPE_RAW_TRACEPOINT ||
		 p->func->def->prog_type == BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE)
		find_tracepoint(c, p);
}
