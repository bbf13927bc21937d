// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The loader program for a blob: a checked-in build with the blob's masks put in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "loaders/loop_bpfeb.h"
#include "loaders/loop_bpfel.h"
#include "loaders/stepper_bpfeb.h"
#include "loaders/stepper_bpfel.h"
#include "loaders/loop_signed_bpfeb.h"
#include "loaders/loop_signed_bpfel.h"
#include "loaders/stepper_signed_bpfeb.h"
#include "loaders/stepper_signed_bpfel.h"

#define BUILD(gear, target) .insns = gear##_##target##_insns, .insns_sz = sizeof(gear##_##target##_insns)
#define BTF(gear, target)                                                                          \
	.btf = gear##_##target##_btf, .btf_sz = sizeof(gear##_##target##_btf),                     \
	.func_info = gear##_##target##_func_info, .func_info_sz = sizeof(gear##_##target##_func_info)

static const struct build {
	const u8 *insns, *btf, *func_info;
	u32 insns_sz, btf_sz, func_info_sz;
} builds[][2][2] = { /* by gear, whether it is signed, byte order */
	[GEAR_STEPPER] = { { { BUILD(stepper, bpfel) }, { BUILD(stepper, bpfeb) } },
			   { { BUILD(stepper_signed, bpfel) }, { BUILD(stepper_signed, bpfeb) } } },
	[GEAR_LOOP] = { { { BUILD(loop, bpfel), BTF(loop, bpfel) }, { BUILD(loop, bpfeb), BTF(loop, bpfeb) } },
			{ { BUILD(loop_signed, bpfel), BTF(loop_signed, bpfel) },
			  { BUILD(loop_signed, bpfeb), BTF(loop_signed, bpfeb) } } },
};

/* As in loader.bpf.c: what stands for area - 8 and area - 4. */
#define MASK8 0x7ead0008u
#define MASK4 0x7ead0004u
/* As in loader_signed.bpf.h: the first of four words of the blob's hash. */
#define HASH0 0x7ead7000u

/* The verifier takes no offset into a map value that may reach 1 << 29 (BPF_MAX_VAR_OFF). */
#define AREA_MIN 64u
#define AREA_MAX (1u << 29)

#define INSN_SZ 8
#define IMM_OFF 4

/* One of the hash's words, as an instruction of two slots has it: the lower half in the first one. */
static void put_hash_word(u8 *insn, bool big_endian, const u8 *word)
{
	put32(insn + IMM_OFF, big_endian, get32(word + (big_endian ? 4 : 0), big_endian));
	put32(insn + INSN_SZ + IMM_OFF, big_endian, get32(word + (big_endian ? 0 : 4), big_endian));
}

static int make(enum gear gear, bool big_endian, u32 area, const u8 *hash, struct loader *ld)
{
	const struct build *build;
	u8 *insns;
	u32 off;

	if ((unsigned int)gear >= ARRAY_SIZE(builds) || area < AREA_MIN || area > AREA_MAX ||
	    area & (area - 1))
		return -EINVAL;
	build = &builds[gear][!!hash][big_endian];
	insns = malloc(build->insns_sz);
	if (!insns)
		return -ENOMEM;
	memcpy(insns, build->insns, build->insns_sz);
	for (off = 0; off < build->insns_sz; off += INSN_SZ) {
		u32 imm = get32(insns + off + IMM_OFF, big_endian);

		if (imm == MASK8)
			put32(insns + off + IMM_OFF, big_endian, area - 8);
		else if (imm == MASK4)
			put32(insns + off + IMM_OFF, big_endian, area - 4);
		else if (hash && imm - HASH0 < 4 && off + INSN_SZ < build->insns_sz) {
			put_hash_word(insns + off, big_endian, hash + 8 * (imm - HASH0));
			off += INSN_SZ; /* the second slot may look like anything */
		}
	}
	*ld = (struct loader){
		.insns = insns,
		.insns_sz = build->insns_sz,
		.btf = build->btf,
		.btf_sz = build->btf_sz,
		.func_info = build->func_info,
		.func_info_sz = build->func_info_sz,
	};
	return 0;
}

int loader_make(enum gear gear, bool big_endian, u32 area, struct loader *ld)
{
	return make(gear, big_endian, area, NULL, ld);
}

int loader_make_signed(enum gear gear, bool big_endian, u32 area, const u8 hash[32], struct loader *ld)
{
	return make(gear, big_endian, area, hash, ld);
}

void loader_free(struct loader *ld)
{
	if (!ld)
		return;
	free(ld->insns);
	memset(ld, 0, sizeof(*ld));
}
