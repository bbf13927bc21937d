// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF_BTF_LOAD, and the kernel's own BTFs by their ids: vmlinux's is 1, modules' follow. */
#include "model_priv.h"
#include "btf_check.h"

#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

int kbtf_register(struct model *m, struct kbtf *btf)
{
	struct kbtf **at = PUSH(m->btfs, m->btf_cnt, m->btf_cap);

	if (!at)
		return model_fail(m, -ENOMEM, "out of memory");
	*at = btf;
	btf->id = m->btf_cnt;
	return 0;
}

/* The first that asks has all of the kernel's BTFs numbered. */
static int register_kernels(struct model *m)
{
	u32 i;

	for (i = m->btf_cnt; m->target && i < m->target->btf_cnt; i++) {
		struct kbtf *b = calloc(1, sizeof(*b));

		if (!b)
			return model_fail(m, -ENOMEM, "out of memory");
		b->kernel = &m->target->btfs[i];
		b->refs = 1;
		if (kbtf_register(m, b)) {
			free(b);
			return -ENOMEM;
		}
	}
	return 0;
}

struct kbtf *model_kernel_kbtf(struct model *m, const struct target_btf *btf)
{
	u32 i;

	if (register_kernels(m))
		return NULL;
	for (i = 0; i < m->btf_cnt; i++)
		if (m->btfs[i] && m->btfs[i]->kernel == btf)
			return m->btfs[i];
	return NULL;
}

/* A log without a buffer is fine since 6.4; before, all or nothing. */
static int check_log(struct caller *c, u32 level, u32 size, u64 buf)
{
	struct model *m = c->m;

	if (!model_maybe_since(m, KVER(6, 4, 0))) {
		if ((level || size || buf) && (size < 128 || size > ~0u >> 2 || !level || !buf || level > 7))
			return model_fail(m, -EINVAL, "the log's level, size and buffer do not go together");
		return 0;
	}
	if (!!buf != !!size || (buf && !level) || level > 15 || size > ~0u >> 2)
		return model_fail(m, -EINVAL, "the log's level, size and buffer do not go together");
	return 0;
}

static int load_types(struct caller *c, struct kbtf *b)
{
	struct model *m = c->m;
	struct lsk_err why = {};
	int err;

	err = model_copy_in(c, b->raw, a64(c, BL_BTF), b->raw_sz);
	if (!err) {
		err = btf_check(b->raw, b->raw_sz, model_version(m), &why);
		if (err)
			model_fail(m, err, "%s", why.msg);
	}
	if (err)
		return err;
	b->btf = btf__new(b->raw, b->raw_sz);
	if (b->btf)
		return 0;
	/* newer than the libbpf that reads it */
	model_undecided(m, "BTF of %u bytes: whether what refers to its types is right", b->raw_sz);
	b->btf = btf__new_empty();
	return b->btf ? 0 : model_fail(m, -ENOMEM, "out of memory");
}

long cmd_btf_load(struct caller *c)
{
	struct model *m = c->m;
	struct kbtf *b;
	int err;

	if (a32(c, BL_FLAGS) & ~(u32)F_TOKEN_FD)
		return model_fail(m, -EINVAL, "btf_flags 0x%x", a32(c, BL_FLAGS));
	if (a32(c, BL_FLAGS))
		return model_fail(m, -EBADF, "descriptor %u is no token", a32(c, BL_TOKEN));
	if (a32(c, BL_SIZE) > 16 << 20)
		return model_fail(m, -E2BIG, "BTF of %u bytes: more than 16 MiB", a32(c, BL_SIZE));
	err = check_log(c, a32(c, BL_LOG_LEVEL), a32(c, BL_LOG_SIZE), a64(c, BL_LOG_BUF));
	if (!err)
		err = register_kernels(m);
	if (err)
		return err;
	b = calloc(1, sizeof(*b));
	if (!b)
		return model_fail(m, -ENOMEM, "out of memory");
	b->refs = 1;
	b->raw_sz = a32(c, BL_SIZE);
	b->raw = malloc((size_t)b->raw_sz + 1);
	err = b->raw ? load_types(c, b) : model_fail(m, -ENOMEM, "out of memory");
	if (!err)
		err = kbtf_register(m, b);
	if (err) {
		kbtf_put(m, b);
		return err;
	}
	return fd_new(m, KFD_BTF, b, 0);
}

long cmd_btf_by_id(struct caller *c)
{
	struct model *m = c->m;
	const u32 id = a32(c, 0);

	if (register_kernels(m))
		return -ENOMEM;
	if (!id || id > m->btf_cnt || !m->btfs[id - 1])
		return model_fail(m, -ENOENT, "no BTF has id %u", id);
	m->btfs[id - 1]->refs++;
	return fd_new(m, KFD_BTF, m->btfs[id - 1], 0);
}

long cmd_btf_next_id(struct caller *c)
{
	struct model *m = c->m;
	u32 id = a32(c, 0);

	if (register_kernels(m))
		return -ENOMEM;
	while (id < m->btf_cnt && !m->btfs[id])
		id++;
	if (id >= m->btf_cnt)
		return model_fail(m, -ENOENT, "there is no more BTF");
	put32(c->user_attr + 4, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, id + 1);
	return 0;
}
