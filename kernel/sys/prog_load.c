// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF_PROG_LOAD, in the kernel's order as far as an error shows it: attr, what it attaches to, instructions,
 * BTF, CO-RE, maps. */
#include "model_priv.h"

#include <stdlib.h>
#include <string.h>

#include "../verify/verify.h"

enum { INSNS_MAX = 1000000 };

const char *prog_label(const struct kprog *p)
{
	return p->name[0] ? p->name : "(no name)";
}

static u32 known_flags(const struct model *m)
{
	u32 flags = 0x1f;

	flags |= model_maybe_since(m, KVER(5, 18, 0)) ? 0x20 : 0;
	flags |= model_maybe_since(m, KVER(6, 3, 0)) ? 0x40 : 0;
	flags |= model_maybe_since(m, KVER(6, 8, 0)) ? 0x80 : 0;
	flags |= model_maybe_since(m, KVER(6, 9, 0)) ? F_TOKEN_FD : 0;
	return flags;
}

static int check_log(struct caller *c)
{
	const u32 level = a32(c, PL_LOG_LEVEL), size = a32(c, PL_LOG_SIZE);
	const u64 buf = a64(c, PL_LOG_BUF);

	if (!model_maybe_since(c->m, KVER(6, 4, 0))) {
		if ((level || size || buf) && (size < 128 || size > ~0u >> 2 || !level || !buf || level > 7))
			return model_fail(c->m, -EINVAL,
					  "the log's level, size and buffer do not go together");
		return 0;
	}
	if (!!buf != !!size || (buf && !level) || level > 15 || size > ~0u >> 2)
		return model_fail(c->m, -EINVAL, "the log's level, size and buffer do not go together");
	return 0;
}

static int check_attr(struct load *l)
{
	struct caller *c = l->c;
	const u32 flags = a32(c, PL_FLAGS), type = a32(c, PL_TYPE), cnt = a32(c, PL_INSN_CNT);

	if (flags & ~known_flags(l->m))
		return model_fail(l->m, -EINVAL, "prog_flags 0x%x: the kernel does not know 0x%x", flags,
				  flags & ~known_flags(l->m));
	if (flags & F_TOKEN_FD)
		return model_fail(l->m, -EBADF, "descriptor %u is no token", a32(c, PL_TOKEN));
	if (!cnt || cnt > INSNS_MAX)
		return model_fail(l->m, -E2BIG, "%u instructions", cnt);
	l->prog->type = type;
	l->prog->attach_type = a32(c, PL_ATTACH_TYPE);
	l->prog->flags = flags;
	l->prog->insn_cnt = cnt;
	return 0;
}

/* Licences that programs need for what is only there for those (include/linux/license.h). */
static bool is_gpl(const char *license)
{
	static const char *const names[] = { "GPL",	     "GPL v2",	     "GPL and additional rights",
					     "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(license, names[i]))
			return true;
	return false;
}

static int take_license(struct load *l)
{
	const u64 at = a64(l->c, PL_LICENSE);
	char license[128];
	u32 i;
	int err;

	for (i = 0; i < sizeof(license); i++) {
		err = model_copy_in(l->c, license + i, at + i, 1);
		if (err)
			return err;
		if (!license[i])
			break;
	}
	license[sizeof(license) - 1] = 0;
	l->prog->gpl = is_gpl(license);
	return 0;
}

static int take_insns(struct load *l)
{
	struct kprog *p = l->prog;
	const bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	u8 *raw = malloc((size_t)p->insn_cnt * 8);
	u32 i;
	int err;

	p->insns = calloc(p->insn_cnt, sizeof(*p->insns));
	if (!raw || !p->insns)
		err = model_fail(l->m, -ENOMEM, "out of memory");
	else
		err = model_copy_in(l->c, raw, a64(l->c, PL_INSNS), (u64)p->insn_cnt * 8);
	for (i = 0; !err && i < p->insn_cnt; i++) {
		const u8 *r = raw + 8 * (size_t)i;

		p->insns[i] = (struct insn){ r[0], big ? r[1] >> 4 : r[1] & 15, big ? r[1] & 15 : r[1] >> 4,
					     (s16)get16(r + 2, big), (s32)get32(r + 4, big) };
	}
	free(raw);
	return err ? err : take_license(l);
}

/* The form with a count (6.14): all of it is looked at, and belongs to the program. */
static int check_fd_array(struct load *l)
{
	const u32 cnt = a32(l->c, PL_FD_CNT);
	u32 i;
	int err, fd;

	if (cnt > 1 << 20)
		return model_fail(l->m, -E2BIG, "fd_array_cnt %u", cnt);
	for (i = 0; i < cnt; i++) {
		err = fd_array_at(l, i, &fd);
		if (err)
			return err == -EPROTO ? -EFAULT : err;
		if (fd_kind(l->m, fd) == KFD_FREE)
			return model_fail(l->m, -EBADF, "fd_array[%u]: descriptor %d is not open", i, fd);
		if (fd_kind(l->m, fd) != KFD_MAP && fd_kind(l->m, fd) != KFD_BTF)
			return model_fail(l->m, -EINVAL,
					  "fd_array[%u]: descriptor %d is neither a map nor BTF", i, fd);
		if (model_map(l->m, fd) && model_map(l->m, fd)->exclusive &&
		    model_since(l->m, KVER(7, 3, 0)) != TARGET_YES)
			return model_fail(l->m, -EACCES, "fd_array[%u]: map '%s' is exclusive", i,
					  model_map(l->m, fd)->name);
	}
	return 0;
}

int fd_array_at(struct load *l, u32 idx, int *fd)
{
	const u64 at = a64(l->c, PL_FD_ARRAY);

	if (!at)
		return model_fail(l->m, -EPROTO, "there is no fd_array");
	return model_copy_in(l->c, fd, at + 4ull * idx, 4);
}

static struct kmap *verify_map(void *fds, int fd)
{
	return model_map(((struct load *)fds)->m, fd);
}

static struct kbtf *verify_btf(void *fds, int fd)
{
	struct load *l = fds;

	return fd_kind(l->m, fd) == KFD_BTF ? l->m->fds[fd].obj : NULL;
}

static int verify_fd_array(void *fds, u32 idx, int *fd)
{
	struct load *l = fds;
	char msg[sizeof(l->m->err.msg)];
	int err;

	memcpy(msg, l->m->err.msg, sizeof(msg));
	err = fd_array_at(l, idx, fd);
	memcpy(l->m->err.msg, msg, sizeof(msg));
	return err;
}

/* The verifier's log, as far as the model has one: its message. */
static void write_log(struct load *l, const char *text)
{
	const u32 sz = a32(l->c, PL_LOG_SIZE);
	char line[sizeof(l->m->err.msg) + 2];
	u32 len;

	if (!a64(l->c, PL_LOG_BUF) || !sz)
		return;
	snprintf(line, sizeof(line), "%s\n", text);
	len = (u32)strlen(line);
	if (len >= sz) {
		len = sz - 1;
		line[len] = 0;
	}
	model_copy_out_user(l->m, a64(l->c, PL_LOG_BUF), line, len + 1);
}

int prog_verify(struct load *l)
{
	struct kprog *p = l->prog;
	const struct verify_input in = {
		.target = l->m->target,
		.prog_type = p->type,
		.attach_type = p->attach_type,
		.flags = p->flags,
		.gpl = p->gpl,
		.insns = p->insns,
		.insn_cnt = p->insn_cnt,
		.btf = l->btf ? l->btf->btf : NULL,
		.funcs = p->funcs,
		.func_cnt = p->func_cnt,
		.attach_btf = p->attach_btf,
		.attach_btf_id = p->attach_btf_id,
		.attach_prog = p->attach_prog,
		.fds = l,
		.map_by_fd = verify_map,
		.btf_by_fd = verify_btf,
		.fd_array = verify_fd_array,
	};
	struct verify_result res = {};
	int err;
	u32 i;

	/* the loader itself is known to be fine; it is interpreted */
	if (!l->m->verify || !l->m->target || p->type == BPF_PROG_TYPE_SYSCALL)
		return 0;
	err = l->m->verify(&in, &res);
	if (err)
		return model_fail(l->m, err, "verifier: %s", err_name(err));
	for (i = 0; i < res.finding_cnt && !err; i++) {
		const struct verify_finding *f = &res.findings[i];

		if (f->outcome == VERIFY_UNDECIDED)
			model_undecided(l->m, "prog '%s': insn %u: %s", prog_label(p), f->insn, f->text);
		else if (f->outcome == VERIFY_REFUSED)
			err = model_fail(l->m, f->err ? f->err : -EINVAL, "insn %u: %s", f->insn, f->text);
	}
	if (l->m->verify_free)
		l->m->verify_free(&res);
	return err;
}

static int load(struct load *l)
{
	struct caller *c = l->c;
	int err = check_attr(l);

	if (!err)
		err = prog_check_attach(l);
	if (!err && model_ask_prog_type(l->m, l->prog->type) == TARGET_NO)
		err = model_fail(l->m, -EINVAL, "the kernel has no programs of type %u", l->prog->type);
	if (!err)
		err = take_insns(l);
	if (!err)
		err = model_check_obj_name(l->m, c->attr + PL_NAME, l->prog->name, "program");
	if (!err && a32(c, PL_SIG_SZ))
		model_undecided(l->m, "prog '%s': its signature", prog_label(l->prog));
	if (!err)
		err = check_log(c);
	l->log = !err;
	if (!err)
		err = check_fd_array(l);
	if (!err)
		err = prog_find_subprogs(l);
	if (!err)
		err = prog_check_info(l);
	if (!err)
		err = prog_apply_core(l);
	if (!err && model_since(l->m, KVER(6, 2, 0)) == TARGET_NO)
		err = prog_check_attach_target(l);
	if (!err)
		err = prog_resolve(l);
	if (!err && model_since(l->m, KVER(6, 2, 0)) != TARGET_NO)
		err = prog_check_attach_target(l);
	if (!err)
		err = prog_verify(l);
	if (err && l->log)
		write_log(l, l->m->err.msg);
	return err;
}

long cmd_prog_load(struct caller *c)
{
	struct load l = { .c = c, .m = c->m };
	int err;

	l.prog = calloc(1, sizeof(*l.prog));
	if (!l.prog)
		return model_fail(c->m, -ENOMEM, "out of memory");
	l.prog->refs = 1;
	err = load(&l);
	free(l.funcs);
	free(l.starts);
	if (err) {
		kprog_put(c->m, l.prog);
		return err;
	}
	l.prog->id = ++c->m->last_id[1];
	return fd_new(c->m, KFD_PROG, l.prog, 0);
}
