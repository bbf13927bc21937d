#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Builds the kernel's own tests of light skeletons (prog_tests/*.c that include *.lskel.h), unchanged and with their own
# harness, once with bpftool's headers and once with lskel's. Run build.sh first; vm.sh -t runs what comes out.
#
# usage: prog_tests.sh WORKDIR [bpftool|lskel]...    (default: both)
# Result: WORKDIR/prog_tests/FLAVOUR/test_progs, a static program. environment: LSKEL (build/lskel), CC (gcc)
set -u

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: prog_tests.sh WORKDIR [bpftool|lskel]..." >&2; exit 2; }
work=$(cd "$1" && pwd) || exit 1
shift
[ $# -gt 0 ] || set -- bpftool lskel
lskel=$(realpath -m "${LSKEL:-$here/../../build/lskel}")
cc=${CC:-gcc}
tools=$work/src/tools
bpf=$tools/testing/selftests/bpf
dir=$work/prog_tests
common=$dir/common
mkdir -p "$common"

die() { echo "prog_tests.sh: $*" >&2; exit 1; }

tests=$(cd "$bpf/prog_tests" && grep -l '"[^"]*\.lskel\.h"' -- *.c | sed 's/\.c$//')
headers() { # lskel|skel: the objects whose headers the tests include
	(cd "$bpf/prog_tests" && for t in $tests; do sed -n "s/^#include \"\\(.*\\)\\.$1\\.h\"/\\1/p" "$t.c"; done) | sort -u
}

# 1. The library of that source, and what does not depend on the flavour.
if [ ! -e "$common/lib/libbpf.a" ]; then
	mkdir -p "$common/lib"
	nice make -s -C "$tools/lib/bpf" OUTPUT="$common/lib/" DESTDIR="$common" prefix= EXTRA_CFLAGS="-g -O1" \
		"$common/lib/libbpf.a" install_headers > "$common/make.log" 2>&1 || die "libbpf: see $common/make.log"
fi
for o in $(headers lskel; headers skel); do
	[ -e "$common/$o.linked.o" ] && continue
	bpftool gen object "$common/$o.1.o" "$work/obj/$o.bpf.o" &&
		bpftool gen object "$common/$o.linked.o" "$common/$o.1.o" || die "$o: can't be linked"
done
for o in $(headers skel); do
	[ -s "$common/$o.skel.h" ] || bpftool gen skeleton "$common/$o.linked.o" name "$o" > "$common/$o.skel.h"
done

cflags="-g -O0 -w -I$common/include -I$common -I$bpf -I$tools/lib -I$tools/include -I$tools/include/uapi -I$work/inc"
{
	echo "/* the tests of light skeletons */"
	for t in $tests; do
		sed -n -E 's/^void (serial_)?test_([a-zA-Z0-9_]+)\((void)?\).*/DEFINE_TEST(\2)/p' "$bpf/prog_tests/$t.c"
	done | sort
} > "$common/tests.h.tmp"
mkdir -p "$common/prog_tests"
mv "$common/tests.h.tmp" "$common/prog_tests/tests.h"
for f in test_progs cgroup_helpers trace_helpers network_helpers testing_helpers btf_helpers cap_helpers test_loader; do
	[ -e "$common/$f.o" ] && continue
	# tests.h is looked for beside the includer first, so the source is read from a directory without one.
	cp "$bpf/$f.c" "$common/$f.c"
	# shellcheck disable=SC2086
	(cd "$common" && nice $cc $cflags -c "$f.c" -o "$f.o") || die "$f.c does not compile"
done

# 2. The headers of each flavour, the tests with them, the program.
for flavour in "$@"; do
	out=$dir/$flavour
	rm -rf "$out"
	mkdir -p "$out"
	objs= failed=
	for o in $(headers lskel); do
		if [ "$flavour" = lskel ]; then
			"$lskel" gen --name "${o}_lskel" -o "$out/$o.lskel.h" "$common/$o.linked.o"
		else
			bpftool gen skeleton -L "$common/$o.linked.o" name "${o}_lskel" > "$out/$o.lskel.h"
		fi || echo "$flavour: no header for $o"
	done
	for t in $tests; do
		# shellcheck disable=SC2086
		if nice $cc -I"$out" $cflags -c "$bpf/prog_tests/$t.c" -o "$out/$t.o" 2> "$out/$t.log"; then
			objs="$objs $out/$t.o"
		else
			failed="$failed $t"
			echo "$flavour: $t does not compile: $(grep -m 1 error: "$out/$t.log")"
			# A stand-in that crashes keeps the program linkable.
			sed -n -E 's/^void ((serial_)?test_[a-zA-Z0-9_]+)\((void)?\).*/void \1(void) { __builtin_trap(); }/p' \
				"$bpf/prog_tests/$t.c" > "$out/$t.stub.c"
			$cc -c "$out/$t.stub.c" -o "$out/$t.o"
			objs="$objs $out/$t.o"
		fi
	done
	# shellcheck disable=SC2086
	$cc -g -rdynamic -static -o "$out/test_progs" $objs "$common"/*_helpers.o "$common/test_progs.o" \
		"$common/test_loader.o" "$common/lib/libbpf.a" -lelf -lz -lrt -lpthread 2> "$out/link.log" ||
		die "$flavour: test_progs does not link: $(grep -v warning "$out/link.log" | tail -n 2)"
	echo "$flavour: $(echo $tests | wc -w) tests,$(echo $failed | wc -w) of them do not compile: $out/test_progs"
done
