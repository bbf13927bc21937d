#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Generates a header for each object of the corpus, twice, and compiles it alone, as C99 and as C++17, without a warning.
#
# usage: headers.sh OBJDIR [NAME...]               environment: LSKEL (build/lskel), CC (gcc), CXX (g++)
set -u

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: headers.sh OBJDIR [NAME...]" >&2; exit 2; }
objdir=$(cd "$1" && pwd) || exit 1
shift
lskel=${LSKEL:-$here/../../build/lskel}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Reads errors from a compiler's output: the first one, or what it said at all.
why() {
	grep -m 1 -E 'error|warning' "$1" | sed 's/.*\(error\|warning\): //' | cut -c 1-200
}

[ $# -gt 0 ] || set -- $(cd "$objdir" && ls -- *.bpf.o | sed 's/\.bpf\.o$//')
total=0 made=0 c=0 cxx=0
for name in "$@"; do
	total=$((total + 1))
	if ! "$lskel" gen --name corpus --emit-types -o "$tmp/h.h" "$objdir/$name.bpf.o" 2> "$tmp/err"; then
		echo "$name: gen: $(head -n 1 "$tmp/err")"
		continue
	fi
	made=$((made + 1))
	"$lskel" gen --name corpus --emit-types "$objdir/$name.bpf.o" | cmp -s - "$tmp/h.h" || echo "$name: two runs differ"
	echo '#include "h.h"' > "$tmp/x.c"
	cp "$tmp/x.c" "$tmp/x.cc"
	if nice "${CC:-gcc}" -std=c99 -Wall -Wextra -Werror -fsyntax-only "$tmp/x.c" 2> "$tmp/err"; then
		c=$((c + 1))
	else
		echo "$name: C99: $(why "$tmp/err")"
	fi
	if nice "${CXX:-g++}" -std=c++17 -Wall -Wextra -Werror -fsyntax-only "$tmp/x.cc" 2> "$tmp/err"; then
		cxx=$((cxx + 1))
	else
		echo "$name: C++17: $(why "$tmp/err")"
	fi
done
echo "$total objects: $made headers, $c of them compile as C99, $cxx as C++17"
