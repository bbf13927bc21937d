#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Compiles loader.bpf.c and prints it as a C header.
#	loader-gen.sh GEAR TARGET	GEAR: stepper, loop, stepper_signed or loop_signed; TARGET: bpfel or bpfeb
# The compiler is pinned to major version 14, because other versions give other bytes. CLANG, LLVM_OBJCOPY: the commands to use.
set -eu

gear=$1 target=$2
dir=$(dirname "$0")
clang=${CLANG:-clang-14} objcopy=${LLVM_OBJCOPY:-llvm-objcopy-14}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

define=
case $gear in loop*) define=-DLOOP ;; esac
case $gear in *_signed) define="$define -DSIGNED" ;; esac
"$clang" -target "$target" -mcpu=v3 -Os -Wall -Wextra -Werror $define -c "$dir/loader.bpf.c" -o "$tmp/o"

# main first: the entry is subprogram 0, the callback follows it.
for section in main step; do
	"$objcopy" -O binary --only-section=$section "$tmp/o" "$tmp/$section" 2>/dev/null || : > "$tmp/$section"
	od -An -v -tx1 -w8 "$tmp/$section" | sed "s/^/$section/"
done > "$tmp/insns"

awk -v gear="$gear" -v target="$target" '
function bytes(v,    i, b, s) { # v as a u32 in target order
	for (i = 0; i < 4; i++) {
		b = sprintf("0x%02x", int(v / 256 ^ i) % 256)
		s = target == "bpfel" ? s (i ? ", " : "") b : b (i ? ", " : "") s
	}
	return s
}
function u32s(name, n, v,    i) {
	printf "\nstatic const u8 %s_%s_%s[] = {\n", gear, target, name
	for (i = 0; i < n; i++)
		printf "\t%s,%s\n", bytes(v[i]), (i in note ? " /* " note[i] " */" : "")
	print "};"
	delete note
}
function src_reg(regs, src) { return target == "bpfel" ? src substr(regs, 2, 1) : substr(regs, 1, 1) src }
BEGIN { le = target == "bpfel" }
$1 == "main" { main_cnt++ }
{
	for (i = 0; i < 8; i++)
		insn[NR - 1, i] = $(i + 2)
	imm[NR - 1] = le ? $9 $8 $7 $6 : $6 $7 $8 $9
}
END {
	print "/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */"
	print "/* Made by loader-gen.sh from loader.bpf.c with clang 14; do not edit, run `make loaders`. */"
	printf "\nstatic const u8 %s_%s_insns[] = {\n", gear, target
	for (n = 0; n < NR; n++) {
		code = insn[n, 0]
		if (code == "18" && imm[n] == "7ead6000") { # BLOB
			insn[n, 1] = src_reg(insn[n, 1], 6)
			for (i = 4; i < 8; i++)
				insn[n, i] = "00"
		} else if (code == "18" && imm[n] == "7ead4000") { # CALLBACK
			insn[n, 1] = src_reg(insn[n, 1], 4)
			for (i = 4; i < 8; i++)
				insn[n, i] = "00"
			insn[n, le ? 4 : 7] = sprintf("%02x", main_cnt - n - 1)
		} else if (code == "18" && imm[n] == "7ead5000") { # MAP
			insn[n, 1] = src_reg(insn[n, 1], 5)
			for (i = 4; i < 8; i++)
				insn[n, i] = "00"
		} else if (code == "18" && imm[n] !~ /^7ead700[0-3]$/) { # HASH0 and so on: loader_make()
			print "loader-gen.sh: unexpected 64-bit load at insn " n > "/dev/stderr"
			exit 1
		}
		printf "\t"
		for (i = 0; i < 8; i++)
			printf "0x%s,%s", insn[n, i], i < 7 ? " " : ""
		printf " /* %d%s */\n", n, n == 0 ? ": run" : n == main_cnt ? ": callback" : ""
	}
	print "};"
	if (gear !~ /^loop/)
		exit 0

	# The kernel wants a FUNC for each subprogram, static for a callback; one void (*)(void) serves both.
	split("", v)
	note[0] = "magic, version, flags"; v[0] = le ? 125855 : 3953066240 # bytes 9f eb or eb 9f, 1, 0
	note[1] = "hdr_len"; v[1] = 24
	note[2] = "type_off"; v[2] = 0
	note[3] = "type_len"; v[3] = 24
	note[4] = "str_off"; v[4] = 24
	note[5] = "str_len"; v[5] = 4
	note[6] = "[1] FUNC_PROTO, no name, no parameters"; v[6] = 0
	v[7] = 13 * 2 ^ 24; v[8] = 0
	note[9] = "[2] FUNC f, static, [1]"; v[9] = 1
	v[10] = 12 * 2 ^ 24; v[11] = 1
	note[12] = "strings"; v[12] = le ? 26112 : 6684672 # "\0f\0\0"
	u32s("btf", 13, v)

	split("", v)
	v[0] = 0; v[1] = 2; v[2] = main_cnt; v[3] = 2
	u32s("func_info", 4, v)
}' "$tmp/insns"
