#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# The benchmark, on the running kernel: loading, what it needs, and generating.
#
#   [B=build] tools/bench/run.sh [--json FILE]
#
# OBJECTS="small medium": only these (default: all of the file `objects`). CONTESTANTS="lskel floor": only
# these. REPS=N: repetitions, instead of the ones given there. GEN=0: not the generator; GEN_OBJ=FILE: the
# largest object for it. OPT=-O0: how the contestants are compiled. BENCH_JSON=FILE: as --json. BPFTOOL=,
# BPFTOOL_INCLUDE=: see bpftool.sh.
#
# What is measured goes to $WORK/results ($B/bench), a line "OBJECT CONTESTANT KEY VALUE" each; tables and
# JSON are made from that.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=tools/bench
B=${B:-build}
json=${BENCH_JSON:-}
[ "${1:-}" != --json ] || json=${2:?--json FILE}
export B WORK=${WORK:-$B/bench} CONTESTANTS=${CONTESTANTS:-} OPT=${OPT:--O2}
mkdir -p "$WORK" || exit 1
out=$WORK/results

for p in rounds watch $([ "${GEN:-1}" = 0 ] || echo cost); do
	"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE= -Wall -Wextra "$OPT" $here/$p.c -o "$WORK/$p" || exit 1
done
# Without it there is no vmlinux.h either.
if ! found=$($here/bpftool.sh 2> "$WORK/bpftool.log"); then
	sed 's/^/bench: /' "$WORK/bpftool.log" >&2
	exit 1
fi
read -r version BPFTOOL BPFTOOL_INCLUDE <<< "$found"
export BPFTOOL BPFTOOL_INCLUDE

"$BPFTOOL" btf dump file /sys/kernel/btf/vmlinux format c > "$WORK/vmlinux.h" 2> "$WORK/vmlinux.log" ||
	{ cat "$WORK/vmlinux.log" >&2; exit 1; }

{
	echo "- - kernel $(uname -r)"
	echo "- - cpu $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	echo "- - cpus $(nproc)"
	echo "- - lskel $("$B/lskel" --version | sed 's,^lskel \([0-9.]*\).*,\1,')"
	echo "- - bpftool $version"
	echo "- - libbpf $(pkg-config --modversion libbpf 2> /dev/null || echo unknown)"
} > "$out"

. $here/lib.sh

measure() { # OBJECT: a line of results for each of the contestants that could be made
	local args=() name in cpus reps use
	read -r _ maps progs fields kfuncs reps use < <(row objects "$1")
	while read -r name in _ _ cpus _; do
		[ "$in" = "$use" ] && wanted "$name" && [ -x "$WORK/$1.$name" ] &&
			args+=("$name:$cpus:$WORK/$1.$name")
	done < <(rows contestants)
	"$WORK/rounds" "${REPS:-$reps}" "${args[@]}" | sed "s/^/$1 /"
	for name in "${args[@]}"; do
		"$WORK/watch" "${name##*:}" 2> /dev/null | sed "s/^/$1 ${name%%:*} /"
	done
}

for obj in ${OBJECTS:-$(rows objects | cut -d ' ' -f 1)}; do
	echo "bench: $obj" >&2
	read -r _ maps progs fields kfuncs _ use < <(row objects "$obj")
	$here/build.sh "$obj" > "$WORK/built" || exit 1
	{
		echo "$obj - use $use"
		echo "$obj - maps $maps"
		echo "$obj - progs $progs"
		echo "$obj - relocations $((progs * (fields + kfuncs)))"
		echo "$obj - bytes $(stat -c %s "$WORK/$obj.bpf.o")"
		cat "$WORK/built"
		measure "$obj"
	} >> "$out"
done
[ "${GEN:-1}" = 0 ] || $here/gen.sh >> "$out" || exit 1
awk -f $here/table.awk "$out"
[ -z "$json" ] || awk -f $here/json.awk "$out" > "$json"
