// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What is asked of the kernel by number: the loader's helpers, types of programs and maps, helpers; and
 * CONFIG_* externs.
 */
#include "check_priv.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../gen_loader/object/kconfig.h"
#include "../../gen_loader/trace/trace.h"

#define HELPER_SYS_BPF 166
#define HELPER_FIND 167
#define HELPER_KSYM 179

static bool has_core(const struct check *c)
{
	u32 i;

	for (i = 0; i < c->prog_cnt; i++)
		if (c->progs[i].l.core_cnt)
			return true;
	return false;
}

static void need_helper(struct check *c, u32 id, const char *what)
{
	enum target_answer answer = target_helper(c->t, id);

	if (answer == TARGET_NO)
		item(c, CHECK_LOADER, CHECK_FATAL, NULL, 0, what,
		     "the kernel has no helper %u: only the direct gear can load", id);
	else if (answer == TARGET_UNKNOWN)
		item(c, CHECK_LOADER, CHECK_UNDECIDED, NULL, 0, what, "the kernel's BTF does not tell");
	else
		item(c, CHECK_LOADER, CHECK_FINE, NULL, 0, what, "there");
}

/*
 * Records the load as `gen` does: what can't be recorded can't be loaded. Without loader programs (no BTF, so
 * that nobody can tell) the release decides.
 */
void check_loader(struct check *c)
{
	const struct trace_opts topts = { .target_has_no_btf = !c->t->btf_cnt };
	struct lsk_err why = {};
	bool find = false, ksym = false;
	struct trace *tr;
	u32 i;

	if (c->obj->big_endian != c->t->big_endian)
		item(c, CHECK_LOADER, CHECK_FATAL, NULL, 0, "byte order", "the object is for %s-endian machines",
		     c->obj->big_endian ? "big" : "little");
	if (trace_record_opts(c->obj, &topts, &tr, &why)) {
		item(c, CHECK_LOADER, CHECK_FATAL, NULL, 0, "the loader's operations", "%s", why.msg);
		return;
	}
	for (i = 0; i < tr->op_cnt; i++) {
		find |= tr->ops[i].kind == LSKEL_OP_FIND;
		ksym |= tr->ops[i].kind == LSKEL_OP_KSYM;
	}
	trace_free(tr);
	if (!c->t->btf_cnt) {
		enum target_answer answer = target_since(c->t, KVER(5, 16));

		if (answer != TARGET_YES)
			item(c, CHECK_LOADER, answer == TARGET_NO ? CHECK_FATAL : CHECK_UNDECIDED, NULL, 0,
			     "loader programs", "%s",
			     answer == TARGET_NO ? "before 5.16 only the direct gear can load"
						 : "the release is not known");
		return;
	}
	if (target_prog_type(c->t, BPF_PROG_TYPE_SYSCALL) == TARGET_NO)
		item(c, CHECK_LOADER, CHECK_FATAL, NULL, 0, "programs of type SYSCALL",
		     "the kernel has none: only the direct gear can load");
	need_helper(c, HELPER_SYS_BPF, "helper bpf_sys_bpf");
	if (find)
		need_helper(c, HELPER_FIND, "helper bpf_btf_find_by_name_kind");
	if (ksym)
		need_helper(c, HELPER_KSYM, "helper bpf_kallsyms_lookup_name");
	if (ksym)
		item(c, CHECK_LOADER, CHECK_FINE, NULL, 0, "permission to read kallsyms",
		     "needed: CAP_SYSLOG with kptr_restrict 0 or 1");
	if (has_core(c)) {
		enum target_answer answer = target_since(c->t, KVER(5, 17));

		/* enum bpf_core_relo_kind came with it */
		if (answer == TARGET_UNKNOWN && target_uapi_name(c->t, "bpf_core_relo_kind", 0))
			answer = TARGET_YES;
		item(c, CHECK_LOADER,
		     answer == TARGET_YES  ? CHECK_FINE
		     : answer == TARGET_NO ? CHECK_FATAL
					   : CHECK_UNDECIDED,
		     NULL, 0, "CO-RE by the kernel", "%s",
		     answer == TARGET_YES  ? "there"
		     : answer == TARGET_NO ? "since 5.17 only: gen --btf resolves it before"
					   : "the release is not known");
	}
}

static const char *answer_text(enum target_answer answer)
{
	return answer == TARGET_YES  ? "there"
	       : answer == TARGET_NO ? "the kernel does not have it"
				     : "the target's files don't tell";
}

static enum check_verdict answer_verdict(enum target_answer answer)
{
	return answer == TARGET_YES ? CHECK_FINE : answer == TARGET_NO ? CHECK_FATAL : CHECK_UNDECIDED;
}

/* A struct_ops map: the kernel has the struct, what goes around it, and each member that has a program. */
static void check_ops(struct check *c, u32 map)
{
	const struct obj_map *m = &c->obj->maps[map];
	const struct target_btf *where = NULL, *value_where;
	char name[256], what[400];
	u32 i;
	int id;

	snprintf(what, sizeof(what), "struct_ops '%s' of map '%s'", m->ops->type, m->name);
	snprintf(name, sizeof(name), "bpf_struct_ops_%s", m->ops->type);
	id = target_find(c->t, m->ops->type, BTF_KIND_STRUCT, &where);
	if (id < 0 || target_find(c->t, name, BTF_KIND_STRUCT, &value_where) < 0) {
		item(c, CHECK_MAP, CHECK_FATAL, NULL, 0, what, "%s",
		     c->t->btf_cnt ? "not among the kernel's" : "the kernel has no BTF");
		return;
	}
	item(c, CHECK_MAP, CHECK_FINE, NULL, 0, what, "in %s", where->name);
	for (i = 0; i < m->ops->prog_cnt; i++) {
		bool there = ops_member(c, m->ops, i, where, id, name, sizeof(name)) >= 0;

		snprintf(what, sizeof(what), "member '%s' of struct_ops '%s'", name, m->ops->type);
		item(c, CHECK_MAP, there ? CHECK_FINE : CHECK_FATAL, NULL, 0, what, "%s",
		     there ? "there" : "the kernel's struct has none");
	}
}

void check_maps(struct check *c)
{
	char type[64], what[300], title[200];
	u32 i;

	for (i = 0; i < c->obj->map_cnt; i++) {
		const struct obj_map *m = &c->obj->maps[i];
		enum target_answer answer = target_map_type(c->t, m->type);

		if (m->ops && !m->ops->autocreate)
			continue;
		snprintf(what, sizeof(what), "%s of %s",
			 uapi_name(c, "bpf_map_type", m->type, type, sizeof(type)),
			 map_title(c, i, title, sizeof(title)));
		item(c, CHECK_MAP, answer_verdict(answer), NULL, 0, what, "%s", answer_text(answer));
		if (m->ops)
			check_ops(c, i);
	}
}

/* Types that could be sleepable later than others: where it is certain, and where certainly not. */
static const struct {
	u32 prog_type, attach_type, since, not_until;
} sleepable[] = {
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, KVER(7, 2), KVER(6, 13) },
	{ PROG_RAW_TRACEPOINT, 0, KVER(7, 2), KVER(6, 13) },
	{ PROG_TRACEPOINT, 0, KVER(7, 2), KVER(6, 13) },
	{ PROG_KPROBE, 0, KVER(6, 0), KVER(5, 20) },
};

static void check_sleepable(struct check *c, struct check_prog *p, const char *what)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sleepable); i++) {
		if (sleepable[i].prog_type != p->func->def->prog_type ||
		    sleepable[i].attach_type != p->func->def->expected_attach_type)
			continue;
		if (target_since(c->t, sleepable[i].since) == TARGET_YES)
			return;
		if (target_since(c->t, sleepable[i].not_until) == TARGET_NO)
			item(c, CHECK_PROG, CHECK_FATAL, p, 0, what,
			     "the kernel has no sleepable programs of this type");
		else
			item(c, CHECK_PROG, CHECK_UNDECIDED, p, 0, what, "may be sleepable, or not");
		p->lost = p->untyped = true;
	}
}

void check_prog_type(struct check *c, struct check_prog *p)
{
	const struct sec_def *def = p->func->def;
	enum target_answer answer = target_prog_type(c->t, def->prog_type);
	char type[64], what[300];

	snprintf(what, sizeof(what), "%s", uapi_name(c, "bpf_prog_type", def->prog_type, type, sizeof(type)));
	item(c, CHECK_PROG, answer_verdict(answer), p, 0, what, "%s", answer_text(answer));
	if (answer != TARGET_YES)
		p->lost = p->untyped = true;
	if (def->expected_attach_type && !(def->flags & SEC_ATTACH_OPT)) {
		answer = target_attach_type(c->t, def->expected_attach_type);
		snprintf(what, sizeof(what), "%s",
			 uapi_name(c, "bpf_attach_type", def->expected_attach_type, type, sizeof(type)));
		item(c, CHECK_PROG, answer_verdict(answer), p, 0, what, "%s", answer_text(answer));
		if (answer != TARGET_YES)
			p->lost = p->untyped = true;
	}
	snprintf(what, sizeof(what), "SEC(\"%s\")", p->func->sec_name);
	if (def->flags & SEC_SLEEPABLE)
		check_sleepable(c, p, what);
	if (def->flags & SEC_XDP_FRAGS && target_since(c->t, KVER(5, 18)) != TARGET_YES) {
		item(c, CHECK_PROG, answer_verdict(target_since(c->t, KVER(5, 18))), p, 0, what,
		     "frags came with 5.18");
		p->lost = p->untyped = true;
	}
}

void check_helpers(struct check *c, struct check_prog *p)
{
	char name[64], what[100];
	u32 i;

	for (i = 0; i < p->l.insn_cnt; i++) {
		const struct insn *insn = &p->l.insns[i];
		enum target_answer answer;

		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			i++;
			continue;
		}
		if (insn->code != (BPF_JMP | BPF_CALL) || insn->src || insn->imm == CORE_POISON_IMM)
			continue;
		answer = target_helper(c->t, insn->imm);
		uapi_name(c, "bpf_func_id", insn->imm, name, sizeof(name));
		if (!strncmp(name, "BPF_FUNC_", 9))
			snprintf(what, sizeof(what), "helper bpf_%s", name + 9);
		else
			snprintf(what, sizeof(what), "helper %d", insn->imm);
		if (answer == TARGET_NO)
			pend(c, p, CHECK_HELPER, i, what, "the kernel does not have it", NULL);
		else
			item(c, CHECK_HELPER, answer_verdict(answer), p, i, what, "%s", answer_text(answer));
	}
}

static void store(const struct object *obj, u8 *p, const struct obj_extern *e, u64 v)
{
	switch (e->size) {
	case 1: *p = v; break;
	case 2: put16(p, obj->big_endian, v); break;
	case 4: put32(p, obj->big_endian, v); break;
	case 8: put64(p, obj->big_endian, v); break;
	}
}

/* What the runtime finds out on the target. */
static bool virtual_value(const struct check *c, const char *name, u64 *v)
{
	if (!strcmp(name, "LINUX_KERNEL_VERSION"))
		*v = c->t->version;
	else if (!strcmp(name, "LINUX_HAS_SYSCALL_WRAPPER"))
		*v = c->t->version >= KVER(4, 17);
	else if (!strcmp(name, "LINUX_HAS_BPF_COOKIE"))
		*v = c->t->version >= KVER(5, 15);
	else
		return false;
	return true;
}

/* The target's values, by the way that a configuration file's take. */
static int apply(struct check *c, struct lsk_err *err)
{
	int fd = memfd_create("kconfig", MFD_CLOEXEC), ret;
	char path[64];
	FILE *f;
	u32 i;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		if (fd >= 0)
			close(fd);
		return err_set(err, -errno, "no temporary file: %s", strerror(errno));
	}
	for (i = 0; i < c->obj->extern_cnt; i++) {
		const struct obj_extern *e = &c->obj->externs[i];
		const char *value = e->kind == EXT_KCONFIG ? target_config(c->t, e->name) : NULL;

		if (value)
			fprintf(f, "%s=%s\n", e->name, value);
	}
	fflush(f);
	ret = kconfig_apply(c->obj, path, err);
	fclose(f);
	return ret;
}

void check_kconfig(struct check *c)
{
	struct obj_map *map = NULL;
	struct lsk_err why = {};
	u32 i;
	u64 v;

	for (i = 0; i < c->obj->map_cnt; i++)
		if (c->obj->maps[i].kind == MAP_KCONFIG)
			map = &c->obj->maps[i];
	if (!map)
		return;
	if (apply(c, &why)) {
		/* the message names the memory file first */
		const char *text = strstr(why.msg, "extern '");

		item(c, CHECK_KCONFIG, CHECK_FATAL, NULL, 0, "configuration", "%s", text ? text : why.msg);
		return;
	}
	for (i = 0; i < c->obj->extern_cnt; i++) {
		const struct obj_extern *e = &c->obj->externs[i];
		const char *value;

		if (e->kind != EXT_KCONFIG)
			continue;
		value = target_config(c->t, e->name);
		if (virtual_value(c, e->name, &v)) {
			if (map->data && e->off + e->size <= map->value_size)
				store(c->obj, (u8 *)map->data + e->off, e, v);
			item(c, CHECK_KCONFIG, c->t->version ? CHECK_FINE : CHECK_UNDECIDED, NULL, 0, e->name,
			     "%s", c->t->version ? "the runtime finds it" : "the release is not known");
		} else if (e->kcfg_set) {
			item(c, CHECK_KCONFIG, CHECK_FINE, NULL, 0, e->name, "%s", value ? value : "set");
		} else if (!c->t->has_config) {
			item(c, CHECK_KCONFIG, CHECK_UNDECIDED, NULL, 0, e->name,
			     "the target's configuration is not known");
		} else if (e->weak) {
			item(c, CHECK_KCONFIG, CHECK_GUARDED, NULL, 0, e->name, "not set: 0");
		} else {
			item(c, CHECK_KCONFIG, CHECK_FATAL, NULL, 0, e->name,
			     "not set, and the extern is not weak");
		}
	}
}
