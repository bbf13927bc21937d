// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* BPF_OBJ_GET_INFO_BY_FD, as far as the runtime asks for it. */
#include "model_priv.h"

#include <string.h>
#include <bpf/btf.h>

/* What the user's struct has beyond ours must be zero; *@len becomes what is filled. */
static int check_len(struct caller *c, u32 *len, u32 known)
{
	u32 i;
	int err;
	u8 byte;

	for (i = known; i < *len; i++) {
		err = model_copy_in_user(c->m, &byte, a64(c, GI_INFO) + i, 1);
		if (err)
			return err;
		if (byte)
			return model_fail(c->m, -E2BIG,
					  "the info has something at %u, the kernel knows %u bytes", i,
					  known);
	}
	*len = *len < known ? *len : known;
	return 0;
}

static int answer(struct caller *c, const void *info, u32 len)
{
	int err = model_copy_out_user(c->m, a64(c, GI_INFO), info, len);

	if (!err)
		put32(c->user_attr + GI_LEN, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, len);
	return err;
}

static int map_info(struct caller *c, const struct kmap *map)
{
	struct bpf_map_info info = {
		.type = map->type,
		.id = map->id,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
		.map_flags = map->flags,
		.btf_id = map->btf ? map->btf->id : 0,
		.btf_key_type_id = map->key_id,
		.btf_value_type_id = map->value_id,
		.btf_vmlinux_value_type_id = map->ops_id,
		.map_extra = map->extra,
	};
	u32 len = a32(c, GI_LEN);
	int err = check_len(c, &len, sizeof(info));

	memcpy(info.name, map->name, sizeof(info.name));
	return err ? err : answer(c, &info, len);
}

static int prog_info(struct caller *c, const struct kprog *prog)
{
	struct bpf_prog_info info = {
		.type = prog->type,
		.id = prog->id,
		.gpl_compatible = prog->gpl,
		.btf_id = prog->btf ? prog->btf->id : 0,
	};
	u32 len = a32(c, GI_LEN);
	int err = check_len(c, &len, sizeof(info));

	memcpy(info.name, prog->name, sizeof(info.name));
	return err ? err : answer(c, &info, len);
}

static int btf_info(struct caller *c, const struct kbtf *b)
{
	struct bpf_btf_info info = {};
	u32 len = a32(c, GI_LEN), sz = b->raw_sz, name_len;
	const char *name = b->kernel ? b->kernel->name : "";
	const void *raw = b->raw;
	int err = check_len(c, &len, sizeof(info));

	if (!err)
		err = model_copy_in_user(c->m, &info, a64(c, GI_INFO), len);
	if (err)
		return err;
	if (b->kernel)
		raw = btf__raw_data(b->kernel->btf, &sz);
	if (!raw)
		return model_fail(c->m, -ENOMEM, "out of memory");
	name_len = (u32)strlen(name) + 1;
	if (info.btf)
		err = model_copy_out_user(c->m, info.btf, raw, sz < info.btf_size ? sz : info.btf_size);
	if (!err && info.name && info.name_len >= name_len)
		err = model_copy_out_user(c->m, info.name, name, name_len);
	else if (!err && info.name && info.name_len)
		err = model_fail(c->m, -ENOSPC, "the name has %u bytes", name_len);
	info.btf_size = sz;
	info.id = b->id;
	info.name_len = name_len - 1;
	info.kernel_btf = b->kernel != NULL;
	return err ? err : answer(c, &info, len);
}

long cmd_info(struct caller *c)
{
	const int fd = (int)a32(c, GI_FD);
	const enum kfd_kind kind = fd_kind(c->m, fd);
	const u32 zero = 0;

	if (kind == KFD_MAP)
		return map_info(c, c->m->fds[fd].obj);
	if (kind == KFD_PROG)
		return prog_info(c, c->m->fds[fd].obj);
	if (kind == KFD_BTF)
		return btf_info(c, c->m->fds[fd].obj);
	if (kind == KFD_LINK)
		return answer(c, &zero, 0);
	return model_fail(c->m, kind == KFD_FREE ? -EBADF : -EINVAL, "descriptor %d is nothing of BPF's", fd);
}
