#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# What generating costs, `lskel gen` against `bpftool gen skeleton -L`: from the largest object of the
# benchmark (GEN_OBJ=FILE: that one), from one of 10 MB that bpftool's limits allow, and from one of many
# programs and maps, once, twice, four and eight times. Reads B, WORK, BPFTOOL; prints results.
set -u
here=tools/bench
reps=${REPS:-7}
multiarch=$(${CC:-cc} -print-multiarch 2> /dev/null)

part() { # FILE FIRST UNITS REPEAT
	awk -v first="$2" -v units="$3" -v repeat="$4" -f $here/big.awk > "$1.c" &&
		"${CLANG:-clang}" -O2 -g -target bpf -mcpu=v3 ${multiarch:+-idirafter "/usr/include/$multiarch"} \
			-c "$1.c" -o "$1.o"
}

# In several parts, since the compiler is slow with large sources.
parts() { # NAME COUNT UNITS REPEAT
	local i
	for ((i = 0; i < $2; i++)); do
		part "$WORK/$1.part$i" $((i * $3)) "$3" "$4" || exit 1
	done
}

measure() { # NAME FILE
	echo "$1 - use gen"
	echo "$1 - file $(basename "$2")"
	echo "$1 - bytes $(stat -c %s "$2")"
	"$WORK/cost" "$reps" lskel "$WORK/gen.lskel.h" "$B/lskel" gen --name big "$2" -- \
		bpftool "$WORK/gen.light.h" "$BPFTOOL" gen skeleton -L "$2" name big \
		> "$WORK/gen.out" 2> "$WORK/gen.log"
	why=$(grep -m 1 -o 'Total .*\|lskel: .*\|Error: .*' "$WORK/gen.log")
	sed "s/^/$1 /; s|error .*|error $why|" "$WORK/gen.out"
	echo "$1 lskel header $(stat -c %s "$WORK/gen.lskel.h")"
}

link() { # NAME PART...
	"$BPFTOOL" gen object "$WORK/$1.o" "${@:2}" || exit 1
	measure "$1" "$WORK/$1.o"
}

if [ -n "${GEN_OBJ:-}" ]; then
	measure "$(basename "$GEN_OBJ" .bpf.o)" "$GEN_OBJ"
elif [ -e "$WORK/huge.bpf.o" ]; then
	measure gen-huge "$WORK/huge.bpf.o"
fi
parts few 6 4 900
link few "$WORK"/few.part?.o
parts many 8 40 60
link many-1 "$WORK"/many.part0.o
link many-2 "$WORK"/many.part[01].o
link many-4 "$WORK"/many.part[0-3].o
link many-8 "$WORK"/many.part[0-7].o
rm -f "$WORK"/few.part* "$WORK"/many.part*
