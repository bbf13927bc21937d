// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Each operation of a load made to fail in turn. The runtime's hook spoils one operation in the blob: commands and look-ups
 * get the blob's header for an attr or a name, all others become a command that the kernel does not know. Then the right
 * thing must be named, with what was done to it, and no descriptor may be left. LSKEL_FAULT_STRIDE=n
 * spoils every nth operation only, for machines where a load is slow.
 */
#ifndef LSKEL_PEER

struct lskel_io;
static void fault_hook(const struct lskel_io *io, unsigned char *blob);
#define LSKEL_TEST_HOOK(io, blob) fault_hook(io, blob)

#include "attach_loader.lskel.h"
#include "ksym_weak.lskel.h"
#include "sections_net.lskel.h"
#include "tailcall_init.lskel.h"
#ifndef FAULT_TEAM
#include "attach_tp.lskel.h"
#include "callbacks.lskel.h"
#include "core.lskel.h"
#include "kfunc.lskel.h"
#include "ksym_typeless.lskel.h"
#include "mapinmap.lskel.h"
#include "maps.lskel.h"
#include "maps_retry.lskel.h"
#include "noprogs.lskel.h"
#include "optional.lskel.h"
#include "sized.lskel.h"
#include "struct_ops_cc.lskel.h"
#include "subprogs.lskel.h"
#endif

#include "load.h"

#include <linux/btf.h>

static struct {
	unsigned int op;                /* which to spoil; ~0u: none */
	const struct lskel_desc *desc;  /* of the load that ran last */
	struct lskel_op was;            /* the operation before it was spoilt */
	bool soft;                      /* it may fail */
	bool may_be_skipped;            /* another operation may jump over it */
	unsigned int unwind;            /* the operation that ends a run: it can't fail */
} fault;

static struct lskel_op *op_at(unsigned char *blob, unsigned int i)
{
	return (struct lskel_op *)(void *)(blob + fault.desc->ops_off) + i;
}

static void fault_hook(const struct lskel_io *io, unsigned char *blob)
{
	const unsigned int op_sz = sizeof(struct lskel_op);
	const struct lskel_hdr *hdr = (const void *)blob;
	struct lskel_op *spoilt;

	fault.desc = io->desc;
	fault.unwind = (hdr->unwind - io->desc->ops_off) / op_sz;
	if (fault.op == ~0u)
		return;
	spoilt = op_at(blob, fault.op);
	fault.was = *spoilt;
	fault.may_be_skipped = false;
	fault.soft = false;
	for (unsigned int i = 0; i < fault.op; i++) {
		const unsigned int last = i + op_at(blob, i)->skip / op_sz;

		if (last >= fault.op && last + 1 != fault.unwind)
			fault.may_be_skipped = true;
	}
	switch (fault.was.kind) {
	case LSKEL_OP_SYS:
	case LSKEL_OP_FIND:
	case LSKEL_OP_KSYM:
		fault.soft = fault.op + 1 + spoilt->skip / op_sz != fault.unwind;
		spoilt->a = 0;
		break;
	default:
		spoilt->kind = LSKEL_OP_SYS;
		spoilt->arg = 255;
		spoilt->skip = (fault.unwind - fault.op - 1) * op_sz;
	}
}

/* What the message must begin with. */
static void expected_subject(char *buf, size_t sz)
{
	const struct lskel_desc *desc = fault.desc;

	snprintf(buf, sz, "loader: ");
	for (unsigned int i = 0; i < desc->span_cnt; i++) {
		const struct lskel_span *s = &desc->spans[i];

		if (fault.op < s->first_op || fault.op - s->first_op >= s->op_cnt)
			continue;
		if (s->kind == LSKEL_SUBJ_BTF)
			snprintf(buf, sz, "BTF: ");
		else if (s->kind == LSKEL_SUBJ_SYM)
			snprintf(buf, sz, "%s: ", desc->syms[s->idx].what);
		else if (s->kind == LSKEL_SUBJ_MAP)
			snprintf(buf, sz, "map '%s': ", desc->maps[s->idx].name);
		else if (s->kind == LSKEL_SUBJ_PROG)
			snprintf(buf, sz, "prog '%s': ", desc->progs[s->idx].name);
	}
}

/* What the message must say after that. */
static const char *expected_deed(void)
{
	switch (fault.was.kind) {
	case LSKEL_OP_FIND:
		return "kernel BTF";
	case LSKEL_OP_KSYM:
		return "kallsyms";
	case LSKEL_OP_SYS:
		break;
	default:
		return "bpf: -EINVAL";
	}
	switch (fault.was.arg) {
	case BPF_MAP_CREATE:
		return "BPF_MAP_CREATE: -E";
	case BPF_MAP_UPDATE_ELEM:
		return "BPF_MAP_UPDATE_ELEM: -E";
	case BPF_MAP_FREEZE:
		return "BPF_MAP_FREEZE: -E";
	case BPF_BTF_LOAD:
		return "BPF_BTF_LOAD: -E";
	case BPF_PROG_LOAD:
		return "BPF_PROG_LOAD: -E";
	case BPF_LINK_CREATE:
		return "BPF_LINK_CREATE: -E";
	}
	test_fail(__FILE__, __LINE__, "operation %u: unexpected command %u", fault.op, fault.was.arg);
}

/* One load; the message to @msg. The skeleton is gone afterwards. */
typedef int (*load_fn)(char *msg);

static void fail_each_op(load_fn load, const char *needs_jit)
{
	const char *env = getenv("LSKEL_FAULT_STRIDE");
	unsigned int stride = env && atoi(env) > 0 ? (unsigned int)atoi(env) : 1, cnt, refused = 0, tried = 0;
	int fds = open_fds(), maps = bpf_mappings(), err;
	char msg[1024], want[256];

	if (needs_jit)
		need_jit(needs_jit);
	fault.op = ~0u;
	err = load(msg);
	CHECK(!err, "nothing spoilt: %d: %s", err, msg);
	cnt = fault.unwind;
	CHECK(cnt > 0 && cnt < fault.desc->op_cnt, "%u of %u operations", cnt, fault.desc->op_cnt);
	/* With a stride, other operations on other kernels. */
	for (unsigned int i = (kernel_version() >> 8) % stride; i < cnt; i += stride, tried++) {
		fault.op = i;
		err = load(msg);
		CHECK(open_fds() == fds, "operation %u: %d descriptors left", i, open_fds() - fds);
		if (!err) {
			CHECK(fault.soft || fault.may_be_skipped, "operation %u (kind %u) is spoilt, yet it loads", i,
			      fault.was.kind);
			continue;
		}
		refused++;
		if (fault.soft)
			continue; /* something that needed its result has failed: whatever that is */
		expected_subject(want, sizeof(want));
		CHECK(!strncmp(msg, want, strlen(want)), "operation %u: '%s' is not about %s", i, msg, want);
		CHECK(strstr(msg + strlen(want), expected_deed()), "operation %u: '%s' does not say %s", i, msg,
		      expected_deed());
	}
	CHECK(bpf_mappings() == maps, "mappings of maps are left");
	/* Much of a load has a fallback, but never all of it. A few operations may happen to be such. */
	CHECK(refused > tried / 8 || tried < 16, "only %u of %u operations matter", refused, tried);
}

#define FAULT_LOAD(name)                                                                           \
	static int fault_load_##name(char *msg)                                                    \
	{                                                                                          \
		struct name *skel = OPEN(name);                                                    \
		int err = name##__load(skel);                                                      \
                                                                                                   \
		snprintf(msg, 1024, "%s", name##__strerror(skel));                                 \
		name##__destroy(skel);                                                             \
		return err;                                                                        \
	}

#ifdef FAULT_TEAM
#define FAULT_NAME(name) fault_in_each_operation_of_##name##_by_a_team
#else
#define FAULT_NAME(name) fault_in_each_operation_of_##name
#endif
/* two steps: LOAD_TEST() makes names of its argument as it is */
#define FAULT_LOAD_TEST(test) LOAD_TEST(test)
#define FAULT_TEST(name, needs_jit)                                                                \
	FAULT_LOAD(name)                                                                           \
	FAULT_LOAD_TEST(FAULT_NAME(name))                                                          \
	{                                                                                          \
		fail_each_op(fault_load_##name, needs_jit);                                        \
	}

FAULT_TEST(attach_loader, NULL)
FAULT_TEST(sections_net, NULL)
FAULT_TEST(tailcall_init, NULL)

/* The direct gear reads all of the kernel's names for each load: once is enough. */
#if !defined(FAULT_TEAM) || !defined(LSKEL_DIRECT)
FAULT_TEST(ksym_weak, NULL)
#endif

#ifndef FAULT_TEAM
FAULT_TEST(attach_tp, NULL)
FAULT_TEST(callbacks, "callbacks")
FAULT_TEST(core, NULL)
FAULT_TEST(kfunc, "kfuncs")
FAULT_TEST(ksym_typeless, NULL)
FAULT_TEST(mapinmap, NULL)
FAULT_TEST(maps, NULL)
FAULT_TEST(maps_retry, NULL)
FAULT_TEST(noprogs, NULL)
FAULT_TEST(optional, NULL)
FAULT_TEST(sized, NULL)
FAULT_TEST(subprogs, NULL)

FAULT_LOAD(struct_ops_cc)
LOAD_TEST(fault_in_each_operation_of_struct_ops_cc)
{
	if (!vmlinux_find("bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT))
		SKIP("struct_ops for tcp_congestion_ops");
	fail_each_op(fault_load_struct_ops_cc, NULL);
}
#endif

#endif
