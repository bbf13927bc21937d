#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Loads each object through libbpf and through lskel, and compares what the kernel made of the programs: instructions after
# verification (so CO-RE, symbols and maps are resolved), number of func_info and line_info records.
#
# usage: xlated.sh [-k KCONFIG] OBJDIR [NAME...]      environment: LSKEL (build/lskel), LIMIT (seconds, 20),
# LIBBPF_LOAD and PRELOAD (compiled from libbpf_load.c and xlated.c)
set -u

here=$(cd "$(dirname "$0")" && pwd)
kconfig=
[ "${1:-}" = -k ] && { kconfig=$2; shift 2; }
[ $# -ge 1 ] || { echo "usage: xlated.sh [-k KCONFIG] OBJDIR [NAME...]" >&2; exit 2; }
objdir=$1
shift
lskel=${LSKEL:-$here/../../build/lskel}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

libbpf_load=${LIBBPF_LOAD:-$tmp/libbpf_load}
preload=${PRELOAD:-$tmp/xlated.so}
[ -e "$libbpf_load" ] || cc -O1 -o "$libbpf_load" "$here/libbpf_load.c" -lbpf || exit 1
[ -e "$preload" ] || cc -O1 -Wall -shared -fPIC -o "$preload" "$here/xlated.c" -lbpf || exit 1
[ $# -gt 0 ] || set -- $(cd "$objdir" && ls -- *.bpf.o | sed 's/\.bpf\.o$//')
total=0 progs=0 same=0
for name in "$@"; do
	rm -rf "$tmp/libbpf" "$tmp/lskel"
	mkdir "$tmp/libbpf" "$tmp/lskel"
	XLATED=$tmp/libbpf LD_PRELOAD=$preload timeout "${LIMIT:-20}" "$libbpf_load" "$objdir/$name.bpf.o" \
		> /dev/null 2>&1 || continue
	XLATED=$tmp/lskel LD_PRELOAD=$preload timeout "${LIMIT:-20}" "$lskel" run ${kconfig:+--kconfig "$kconfig"} \
		"$objdir/$name.bpf.o" > /dev/null 2>&1 || continue
	total=$((total + 1))
	progs=$((progs + $(ls "$tmp/libbpf" | grep -c '\.[0-9]*$')))
	if diff -r "$tmp/libbpf" "$tmp/lskel" > "$tmp/diff"; then
		same=$((same + 1))
	else
		echo "$name: differs"
		grep -v '^---' "$tmp/diff" | sed "s,$tmp/,,g; s/^/    /" | head -n 6
	fi
done
echo "$total objects with $progs programs loaded by both; $same are the same"
[ "$total" -gt 0 ] && [ "$same" -eq "$total" ]
