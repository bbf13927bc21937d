#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Builds the modules against a kernel's headers, and tries them in a virtual machine that boots it.
#
#   B=build kernel/preload/test.sh [RELEASE...]
#
# Default: LSKEL_MODULE_KERNELS, or 6.1, whose compiler is Debian 12's. Others' is cc.sh, if it is not there.
# Also the kernel's own bpf_preload module, from its own source, is built on a header of ours:
# LSKEL_GET_SOURCE=1 gets that source (140 MB) if it is not in the cache.
set -u

cd "$(dirname "$0")/../.." || exit 2
here=kernel/preload
B=$(realpath "${B:-build}")
PATH=$PATH:/usr/sbin:/sbin
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- ${LSKEL_MODULE_KERNELS:-6.1}
failed=0

skip() { echo "skip $1: $2"; }

# The compiler that built the kernel, or the one that there is.
compiler() { # headers
	local want
	want=$(sed -n 's/.*\(gcc-[0-9]*\)$/\1/p' "$1/.kernelvariables")
	command -v "${want:-none}" > /dev/null && echo "CC=$want" || echo "CC=$PWD/$here/cc.sh"
}

build() { # release headers
	local out=$B/module/$1
	rm -rf "$out" && mkdir -p "$out/own/iterators" "$out/vm" || return 1
	cp $here/lskel_preload.c $here/Kbuild "$B/module/iterators.lskel.h" "$out/" || return 1
	# the test of the runtime's compilers, as one more module
	sed "s,\"\.\./\.\./,\"$PWD/," selftests/unit/runtime_compiles.c > "$out/lskel_all.c"
	echo 'MODULE_LICENSE("GPL");' >> "$out/lskel_all.c"
	make -C "$2" M="$out" "$(compiler "$2")" modules > "$out/make.log" 2>&1 || return 1
	${CC:-cc} -O2 $here/leave.c -o "$out/vm/leave" && cp "$out/lskel_preload.ko" $here/in_vm.sh "$out/vm/"
}

# Since 6.3 the header's name says for which byte order it is.
build_own() { # release headers source
	local out=$B/module/$1/own name
	name=$(sed -n 's,^#include "iterators/\(.*\)".*,\1,p' "$3/bpf_preload_kern.c" | grep -v big | head -n 1)
	cp "$3/bpf_preload_kern.c" "$3/bpf_preload.h" "$out/" &&
		cp "$B/module/iterators_bpf.lskel.h" "$out/iterators/$name" || return 1
	printf 'obj-m := bpf_preload.o\nbpf_preload-y := bpf_preload_kern.o\n' > "$out/Kbuild"
	make -C "$2" M="$out" "$(compiler "$2")" modules > "$out/make.log" 2>&1 || return 1
	cp "$out/bpf_preload.ko" "$B/module/$1/vm/"
}

for r in "$@"; do
	for tool in qemu-system-x86_64 cpio busybox gcc-12; do
		command -v $tool > /dev/null || { skip "$r/module" "no $tool on this machine"; continue 2; }
	done
	headers=$(tools/vm/headers.sh "$r" | cut -d' ' -f2-)
	case $headers in "- "*) skip "$r/module" "${headers#- }"; continue ;; esac
	if ! build "$r" "$headers"; then
		echo "not ok $r/module_builds: $(grep -m1 -e error -e Error "$B/module/$r/make.log")"
		failed=1
		continue
	fi
	echo "ok $r/module_builds"
	source=$(LSKEL_NO_FETCH=$((1 - ${LSKEL_GET_SOURCE:-0})) tools/vm/headers.sh --source "$r" | cut -d' ' -f2-)
	case $source in
	"- "*) skip "$r/kernels_own_preload" "${source#- }" ;;
	*) build_own "$r" "$headers" "$source" || {
		echo "not ok $r/kernels_own_preload_builds: $(grep -m1 -e error -e Error "$B/module/$r/own/make.log")"
		failed=1
	} ;;
	esac
	tools/vm/boot.sh --timeout 150 "$(tools/vm/fetch.sh "$r" | cut -d' ' -f2-)" "$B/module/$r/vm" "sh in_vm.sh" \
		> "$B/module/$r/vm.log" 2>&1
	rc=$?
	sed -n "s,^\(ok\|not ok\) ,&$r/,p; /^#/p" "$B/module/$r/vm.log"
	if [ $rc != 0 ]; then
		echo "not ok $r/module: $(tail -n 1 "$B/module/$r/vm.log")"
		failed=1
	elif grep -q '^not ok' "$B/module/$r/vm.log"; then
		failed=1
	fi
done
exit $failed
