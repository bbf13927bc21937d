#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Loads each object of the corpus in three ways (libbpf, bpftool's light path, lskel), each in a process of its own, and
# prints a table and a summary. Runs under a plain POSIX shell (also busybox's, inside the VM).
#
# usage: run.sh [-k KCONFIG] [-l] OBJDIR [NAME...]      NAME: without .bpf.o
#   -l  lskel only; the others' columns are "-", and the last one is the end of the verifier's log
# environment: LSKEL (build/lskel), LIBBPF_LOAD (compiled from libbpf_load.c), BPFTOOL, RESULT (the table's file),
# LIMIT (seconds that one load may take, 20), LSKEL_ARGS (arguments of `lskel run`)
#
# A line of the table: NAME libbpf bpftool lskel | lskel's message | libbpf's message | the verifier's last words
set -u

here=$(cd "$(dirname "$0")" && pwd)
kconfig= only=
[ "${1:-}" = -k ] && { kconfig=$2; shift 2; }
[ "${1:-}" = -l ] && { only=1; shift; }
[ $# -ge 1 ] || { echo "usage: run.sh [-k KCONFIG] [-l] OBJDIR [NAME...]" >&2; exit 2; }
objdir=$1
shift
lskel=${LSKEL:-$here/../../build/lskel}
bpftool=${BPFTOOL:-bpftool}
libbpf_load=${LIBBPF_LOAD:-$objdir/../libbpf_load}
result=${RESULT:-$objdir/../result}
limit=${LIMIT:-20}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [ ! -x "$libbpf_load" ] || [ "$here/libbpf_load.c" -nt "$libbpf_load" ]; then
	cc -O1 -o "$libbpf_load" "$here/libbpf_load.c" -lbpf || exit 1
fi

# verdict FILE COMMAND...: ok, fail, crash or timeout; what the command says goes to FILE.
verdict() {
	_file=$1
	shift
	timeout "$limit" "$@" > "$_file" 2>&1 < /dev/null
	_rc=$?
	case $_rc in
	0) echo ok ;;
	124 | 143) echo timeout ;;
	126 | 127) echo none ;;
	129 | 13[0-9]) echo crash ;;
	*) echo fail ;;
	esac
}

# One line of a message, without what the table uses as a separator: lskel's own message (not the verifier's log before
# it), else the first.
line() {
	{ grep '^lskel: ' "$1"; grep -v '^$' "$1"; } | head -n 1 | tr '|' '!' | cut -c 1-300
}

# What the verifier's log ends with, before its figures.
words() {
	awk '/^processed [0-9]+ insns/ {print last; exit} NF {last = $0}' "$1" | tr '|' '!' | cut -c 1-200
}

[ $# -gt 0 ] || set -- $(cd "$objdir" && ls -- *.bpf.o | sed 's/\.bpf\.o$//')
: > "$result"
for name in "$@"; do
	obj=$objdir/$name.bpf.o
	a=- b=-
	: > "$out/libbpf"
	[ -n "$only" ] || a=$(verdict "$out/libbpf" "$libbpf_load" "$obj")
	if [ "$a" = timeout ]; then
		# What the verifier does not finish for one, it does not for the others.
		echo "$name timeout - - | | |" | tee -a "$result"
		continue
	fi
	[ -n "$only" ] || b=$(verdict "$out/bpftool" "$bpftool" -L prog load "$obj" /sys/fs/bpf/unused)
	c=$(verdict "$out/lskel" "$lskel" run ${kconfig:+--kconfig "$kconfig"} ${LSKEL_ARGS:-} "$obj")
	said=
	[ "$c" = ok ] || said=$(line "$out/lskel")
	[ -z "$only" ] || { [ "$c" = ok ] || grep -vE '^(lskel: |processed |verification time|stack depth|$)' "$out/lskel" | tail -n 1; } > "$out/libbpf"
	echo "$name $a $b $c | $said | $(line "$out/libbpf") | $([ "$c" = ok ] || words "$out/lskel")" | tee -a "$result"
done
[ -n "$only" ] || sh "$here/summary.sh" "$result"
