#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Open + load on the running kernel: lskel's gears against bpftool's light skeletons and libbpf's normal ones, all in one
# run, alternating, with medians and the spread. Prints a table; ratios are against bpftool's light skeleton.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
reps=${REPS:-30}
work=$B/bench
mkdir -p "$work"
multiarch=$(${CC:-cc} -print-multiarch 2>/dev/null)

command -v bpftool > /dev/null || echo "bench: no bpftool: only lskel is measured"
tools/bench/objects.sh "$work" || exit 1
for obj in small medium large; do
	${CLANG:-clang} -O2 -g -target bpf -mcpu=v3 ${multiarch:+-idirafter /usr/include/$multiarch} \
		-c "$work/$obj.bpf.c" -o "$work/$obj.bpf.o" || exit 1
	for gear in stepper loop; do
		"$B/lskel" gen --gear $gear --name $obj "$work/$obj.bpf.o" -o "$work/$obj.$gear.h" || exit 1
	done
	if command -v bpftool > /dev/null; then
		# its own objcopy of the BTF makes the normal skeleton strip DWARF, as users do
		bpftool gen skeleton -L "$work/$obj.bpf.o" name $obj > "$work/$obj.light.h" 2> /dev/null || rm -f "$work/$obj.light.h"
		bpftool gen object "$work/$obj.stripped.o" "$work/$obj.bpf.o" &&
			bpftool gen skeleton "$work/$obj.stripped.o" name $obj > "$work/$obj.libbpf.h" || rm -f "$work/$obj.libbpf.h"
	fi
	for kind in stepper loop light libbpf; do
		[ -s "$work/$obj.$kind.h" ] || continue
		${CC:-cc} -O2 -DSKEL_HEADER="\"$PWD/$work/$obj.$kind.h\"" -DSKEL_NAME=$obj tools/bench/bench.c \
			-lbpf -o "$work/$obj.$kind" || exit 1
	done
done

blob_sz() { # FILE KIND: bytes of data that the header carries
	case $2 in
	stepper | loop) sed -n 's/.*__blob\[\([0-9]*\)\].*/\1/p' "$1" | head -n 1 ;;
	light) sed -n 's/.*opts\.data_sz = \([0-9]*\);.*/\1/p' "$1" | head -n 1 ;;
	*) echo - ;;
	esac
}

printf '%-8s %-10s %10s %10s %10s %8s %12s %10s\n' object loader 'min us' 'median us' 'max us' ratio 'header bytes' 'blob bytes'
for obj in small medium large; do
	base=
	for kind in light libbpf stepper loop; do
		[ -x "$work/$obj.$kind" ] || continue
		t=$("$work/$obj.$kind" "$reps" 2>&1)
		case $t in
		[0-9]*) ;;
		*) printf '%-8s %-10s %s\n' $obj $kind "$t"; continue ;;
		esac
		set -- $t
		[ -n "$base" ] || base=$2
		printf '%-8s %-10s %10s %10s %10s %8s %12s %10s\n' $obj $kind "$1" "$2" "$3" \
			"$(awk "BEGIN { printf \"%.2f\", $2 / $base }")" "$(stat -c %s "$work/$obj.$kind.h")" \
			"$(blob_sz "$work/$obj.$kind.h" $kind)"
	done
done
