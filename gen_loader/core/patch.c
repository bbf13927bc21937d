// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Values into instructions. */
#include "core_priv.h"

#include <linux/bpf.h>

static bool is_ld_imm64(const struct insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

void core_poison(struct insn *insns, u32 cnt, u32 at)
{
	static const struct insn poison = { .code = BPF_JMP | BPF_CALL, .imm = CORE_POISON_IMM };
	bool wide;

	if (at >= cnt)
		return;
	wide = is_ld_imm64(&insns[at]) && at + 1 < cnt;
	insns[at] = poison;
	if (wide) /* half of a wide instruction would be refused for another reason */
		insns[at + 1] = poison;
}

static int differs(const struct core_value *val, s64 has, struct lsk_err *err)
{
	return err_set(err, -EINVAL, "the instruction has %lld, not the %lld that the object's BTF says",
		       (long long)has, (long long)val->local);
}

static int patch_imm(const struct core_value *val, struct insn *insn, struct lsk_err *err)
{
	if (BPF_SRC(insn->code) != BPF_K)
		return err_set(err, -EINVAL, "the instruction has no constant");
	if (val->check && (u64)(s64)insn->imm != val->local)
		return differs(val, insn->imm, err);
	insn->imm = (s32)val->target;
	return 0;
}

static int size_bits(u32 sz)
{
	switch (sz) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 4:
		return BPF_W;
	case 8:
		return BPF_DW;
	}
	return -EINVAL;
}

static int patch_off(const struct core_value *val, struct insn *insns, u32 cnt, u32 at, struct lsk_err *err)
{
	struct insn *insn = &insns[at];

	if (val->check && (u64)(s64)insn->off != val->local)
		return differs(val, insn->off, err);
	if (val->target > INT16_MAX)
		return err_set(err, -ERANGE, "offset %llu is more than an instruction has room for",
			       (unsigned long long)val->target);
	if (val->no_resize) {
		core_poison(insns, cnt, at);
		return 0;
	}
	insn->off = (s16)val->target;
	if (!val->resize)
		return 0;
	if (BPF_SIZE(insn->code) != size_bits(val->local_sz))
		return err_set(err, -EINVAL,
			       "the instruction accesses another size than the %u bytes of the field",
			       val->local_sz);
	if (size_bits(val->target_sz) < 0)
		return err_set(err, -EINVAL,
			       "the kernel's field has %u bytes: no instruction accesses so many",
			       val->target_sz);
	insn->code = BPF_CLASS(insn->code) | (insn->code & 0xe0) /* mode */ | size_bits(val->target_sz);
	return 0;
}

static int patch_wide(const struct core_value *val, struct insn *insn, u32 left, struct lsk_err *err)
{
	u64 has;

	if (!is_ld_imm64(insn) || left < 2 || insn[0].src || insn[0].off || insn[1].code || insn[1].dst ||
	    insn[1].src || insn[1].off)
		return err_set(err, -EINVAL, "the instruction is no constant");
	has = (u32)insn[0].imm | (u64)(u32)insn[1].imm << 32;
	if (val->check && has != val->local)
		return differs(val, (s64)has, err);
	insn[0].imm = (s32)(u32)val->target;
	insn[1].imm = (s32)(u32)(val->target >> 32);
	return 0;
}

int core_patch(const struct core_value *val, struct insn *insns, u32 cnt, u32 at, struct lsk_err *err)
{
	if (at >= cnt)
		return err_set(err, -EINVAL, "there is no such instruction");
	if (val->poison) {
		core_poison(insns, cnt, at);
		return 0;
	}
	switch (BPF_CLASS(insns[at].code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return patch_imm(val, &insns[at], err);
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return patch_off(val, insns, cnt, at, err);
	case BPF_LD:
		return patch_wide(val, &insns[at], cnt - at, err);
	}
	return err_set(err, -EINVAL, "an instruction of code 0x%02x holds no value that could be changed",
		       insns[at].code);
}
