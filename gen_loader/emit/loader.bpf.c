// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The loader: the one BPF program behind every light skeleton. It executes the operations of a blob
 * (gen_loader/format.h). Built twice from this source, see loaders.mk:
 *   stepper      one operation per BPF_PROG_RUN; returns 0 when it was the last one
 *   loop (-DLOOP)  all operations in one run, by bpf_loop(); returns 0
 * Both return REFUSED, and do nothing, if the blob's magic is not there. With -DSIGNED they are those of signed skeletons: they
 * insist on one blob (loader_signed.bpf.h), and otherwise return ALTERED.
 *
 * The builds are checked in, in loaders/; every generated skeleton carries one or both of them. Nothing in
 * them differs between skeletons but the two masks, which depend on the size of the blob.
 *
 * Helpers need Linux 5.16 (stepper) or 5.17 (loop). Every load of a skeleton has this program verified and
 * compiled, so what that takes counts. What is done for it is noted where it shapes the code.
 */
#include "../format.h"

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#define REFUSED 0xffffffffu
#define RUNNING (LSKEL_MAGIC & ~0xffu) /* what the loop has for a magic */
#define ALTERED 0xfffffffeu
#define BUSY (LSKEL_MAGIC & ~0xffu)    /* what the signed stepper has for one, during a step */

/*
 * Placeholders, known by values that nothing else in the program has. loader-gen.sh makes the first two what
 * they stand for, loader_make() does the other two for each blob.
 */
#define BLOB 0x7ead6000     /* the blob's address: BPF_PSEUDO_MAP_IDX_VALUE of fd_array[0] */
#define CALLBACK 0x7ead4000 /* the address of step(): BPF_PSEUDO_FUNC */
#define MASK8 0x7ead0008    /* area - 8 */
#define MASK4 0x7ead0004    /* area - 4 */

#define SEC(name) __attribute__((section(name), used))
#define inline inline __attribute__((always_inline))
#define likely(cond) __builtin_expect(cond, 1)
#define LD_IMM64(dst, imm) asm("%0 = %1 ll" : "=r"(dst) : "i"(imm))

static long (*const sys_bpf)(u32 cmd, void *attr, u32 attr_sz) = (void *)166;
static long (*const btf_find_by_name_kind)(void *name, u32 name_sz, u32 kind, u32 flags) = (void *)167;
static long (*const kallsyms_lookup_name)(void *name, u32 name_sz, u32 flags, void *res) = (void *)179;
#ifdef LOOP
static long (*const bpf_loop)(u32 nr, void *callback, void *ctx, u64 flags) = (void *)181;
#endif

/*
 * An operand's address. In assembly, so that the verifier sees the mask on the very register that is added to:
 * clang would merge the masks of two operands or drop the one that it finds redundant. volatile, so that it
 * is done before the ways part, once for all of them. The mask also proves the alignment that kernels without
 * unaligned access insist on.
 */
static inline void *at8(u8 *blob, u32 off)
{
	u64 o = off;

	asm volatile("%0 &= %1; %0 += %2" : "+r"(o) : "i"(MASK8), "r"(blob));
	return (void *)o;
}

static inline void *at4(u8 *blob, u32 off)
{
	u64 o = off;

	asm volatile("%0 &= %1; %0 += %2" : "+r"(o) : "i"(MASK4), "r"(blob));
	return (void *)o;
}

#ifdef SIGNED
#include "loader_signed.bpf.h"
#endif

static inline int is(u64 *kind, u64 want)
{
	asm("" : "+r"(*kind));
	return *kind == want;
}

/*
 * One operation. Conditions are computed, not branched on, where that is possible: the verifier walks every
 * branch. volatile keeps clang from loading things early and spilling them over the calls.
 */
static inline void step(u8 *blob)
{
	volatile struct lskel_hdr *hdr = (void *)blob;
	const volatile struct lskel_op *op = at8(blob, hdr->pc);
	void *a = at4(blob, op->a);
	s32 *c4 = at4(blob, op->c);
	s64 *c8 = at8(blob, op->c);
	u64 sz = (u64)op->len + 1, kind = op->kind;
	s64 found;
	s32 ret;
	u32 pc;

	/*
	 * Not a switch, and hidden from clang, which would make one. The order matters: the verifier remembers
	 * what it knows behind a call, so it should first walk the way whose call is the last thing before the
	 * ways meet. It then finds that the others add nothing there, and walks on only once.
	 */
	if (likely(is(&kind, LSKEL_OP_KSYM))) {
		ret = kallsyms_lookup_name(a, sz, 0, c8);
	} else if (likely(is(&kind, LSKEL_OP_SYS))) {
		ret = sys_bpf(op->arg, a, sz);
		*c4 = ret;
	} else if (likely(is(&kind, LSKEL_OP_FIND))) {
		found = btf_find_by_name_kind(a, sz, op->arg, 0);
		*c8 = found;
		ret = found;
	} else if (likely(is(&kind, LSKEL_OP_COPY))) {
		ret = *(s32 *)a;
		*c4 = ret;
		ret -= op->min;
		pc = hdr->pc;
		goto next; /* err and at stay what they are, for the end of the run */
	} else {
		*c8 = (s64)a;
		ret = 0;
	}
	pc = hdr->pc;
	hdr->err = ret;
	hdr->at = pc;
next:
	ret >>= 31;
	asm volatile("" : "+r"(ret)); /* else clang sees a comparison and makes a branch of it */
	hdr->pc = pc + (op->skip & ret) + sizeof(*op);
}

#if !defined(LOOP) && !defined(SIGNED)
SEC("main") u32 run(void)
{
	volatile struct lskel_hdr *hdr;
	u8 *blob;

	LD_IMM64(blob, BLOB);
	hdr = (void *)blob;
	if (hdr->magic != LSKEL_MAGIC)
		return REFUSED;
	step(blob);
	return hdr->magic;
}
#elif !defined(LOOP)
/* Claims the blob for one operation, so that of two that run it at once one is refused. */
SEC("main") u32 run(struct lskel_host *ctx)
{
	volatile struct lskel_hdr *hdr;
	u8 *blob;

	if (is_another_blob())
		return ALTERED;
	LD_IMM64(blob, BLOB);
	hdr = (void *)blob;
	if (__sync_val_compare_and_swap(&hdr->magic, LSKEL_MAGIC, BUSY) != LSKEL_MAGIC)
		return REFUSED;
	take_host(blob, ctx);
	step(blob);
	if (!hdr->magic)
		return 0;
	hdr->magic = LSKEL_MAGIC;
	return LSKEL_MAGIC;
}
#else
SEC("step") u64 callback(void)
{
	volatile struct lskel_hdr *hdr;
	u8 *blob;

	LD_IMM64(blob, BLOB);
	hdr = (void *)blob;
	step(blob);
	return ((u64)hdr->magic - 1) >> 63; /* 1, which ends the loop, for 0 */
}

#ifdef SIGNED
SEC("main") u32 run(struct lskel_host *ctx)
#else
SEC("main") u32 run(void)
#endif
{
	struct lskel_hdr *hdr;
	void *fn;

#ifdef SIGNED
	if (is_another_blob())
		return ALTERED;
#endif
	LD_IMM64(hdr, BLOB);
	/* Claims the blob: of two runs at once, one finds the magic gone. */
	if (__sync_lock_test_and_set(&hdr->magic, RUNNING) != LSKEL_MAGIC)
		return REFUSED;
#ifdef SIGNED
	take_host((u8 *)hdr, ctx);
#endif
	LD_IMM64(fn, CALLBACK);
	bpf_loop(1 << 23, fn, (void *)0, 0); /* the largest count that it takes */
	return ((volatile struct lskel_hdr *)hdr)->magic;
}
#endif
