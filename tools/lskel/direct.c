// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* gen_loader/emit/loader.bpf.c once more, as a user-space program: what it does and how it fails must be the same. */
#include "direct.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "../../gen_loader/format.h"
#include "../../gen_loader/util.h"

static s64 kallsyms(const char *name, u64 *addr)
{
	char line[1024], sym[512];
	unsigned long long value;
	FILE *f = fopen("/proc/kallsyms", "r");
	s64 ret = -ENOENT;

	*addr = 0;
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %*c %511s", &value, sym) == 2 && !strcmp(sym, name)) {
			*addr = value;
			ret = value ? 0 : -EPERM; /* kptr_restrict shows zeroes */
			break;
		}
	}
	fclose(f);
	return ret;
}

/* The modules' BTFs in the order of their ids, as the kernel goes through them. */
static s64 find_in_modules(struct btf *vmlinux, const char *name, u32 kind)
{
	u32 id = 0, len;
	s64 ret;

	while (!bpf_btf_get_next_id(id, &id)) {
		int fd = bpf_btf_get_fd_by_id(id);
		char mod[64] = "";
		struct bpf_btf_info info = { .name = (u64)(unsigned long)mod, .name_len = sizeof(mod) };
		struct btf *btf;

		if (fd < 0)
			continue;
		len = sizeof(info);
		ret = -ENOENT;
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf && strcmp(mod, "vmlinux")) {
			btf = btf__load_from_kernel_by_id_split(id, vmlinux);
			if (btf)
				ret = btf__find_by_name_kind(btf, name, kind);
			btf__free(btf);
		}
		if (ret > 0)
			return ret | (s64)fd << 32;
		close(fd);
	}
	return -ENOENT;
}

static s64 find(const char *name, u32 kind)
{
	static struct btf *vmlinux;
	s64 id;

	if (!vmlinux)
		vmlinux = btf__load_vmlinux_btf();
	if (!vmlinux)
		return -EINVAL;
	id = btf__find_by_name_kind(vmlinux, name, kind);
	return id > 0 ? id : find_in_modules(vmlinux, name, kind);
}

/* One operation; what is stored where is as in the loader. Returns the operation's result. */
static s64 execute(u8 *blob, const struct lskel_op *op)
{
	void *a = blob + op->a, *c = blob + op->c;
	s64 ret = 0;
	u64 addr;
	s32 val;

	switch (op->kind) {
	case LSKEL_OP_SYS:
		ret = syscall(__NR_bpf, op->arg, a, op->len + 1);
		if (ret < 0)
			ret = -errno;
		val = ret;
		memcpy(c, &val, sizeof(val));
		return ret;
	case LSKEL_OP_FIND:
		ret = find(a, op->arg);
		memcpy(c, &ret, sizeof(ret));
		return ret;
	case LSKEL_OP_KSYM:
		return kallsyms(a, c);
	case LSKEL_OP_ADDR:
		addr = (unsigned long)a;
		memcpy(c, &addr, sizeof(addr));
		return 0;
	case LSKEL_OP_CLOSE:
		memcpy(&val, a, sizeof(val));
		if (val > 0)
			close(val);
		val = -1;
		memcpy(a, &val, sizeof(val));
		return 0;
	}
	return -EINVAL;
}

static void copy(u8 *blob, const struct lskel_op *op, struct lskel_hdr *hdr)
{
	s32 val;

	memcpy(&val, blob + op->a, sizeof(val));
	memcpy(blob + op->c, &val, sizeof(val));
	if (val < (s8)op->skip)
		hdr->pc += op->len * sizeof(*op);
}

void direct_run(void *blob)
{
	struct lskel_hdr *hdr = blob;

	while (hdr->pc) {
		/* a copy, since it may be about to change itself */
		struct lskel_op op = *(struct lskel_op *)((u8 *)blob + hdr->pc);
		u32 at = hdr->pc;
		s64 ret;

		hdr->pc += sizeof(op);
		if (op.kind == LSKEL_OP_COPY) {
			copy(blob, &op, hdr);
			continue;
		}
		ret = execute(blob, &op);
		if (ret >= 0) {
			hdr->pc += op.skip * sizeof(op);
		} else if (!op.soft) {
			hdr->err = ret;
			hdr->at = at;
			hdr->pc = hdr->unwind;
		}
	}
}
