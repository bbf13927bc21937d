#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Compiles the runtime in all the ways in which a generated header may be compiled: C99 and later, C++, with and without a
# libc, with and without messages, for the architectures that it knows. Without a libc no function may be left undefined:
# compilers like to call memcpy() and memset(). Compilers that are missing are named and counted as skipped.
set -u

dir=$(cd "$(dirname "$0")" && pwd)
src=$dir/runtime_compiles.c
obj=$(mktemp)
trap 'rm -f "$obj"' EXIT
warn="-Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual"
ok=0 failed=0 skipped=0

try() {
	if ! command -v "$1" >/dev/null; then
		skipped=$((skipped + 1))
		case " $missing " in *" $1 "*) ;; *) missing="$missing $1" ;; esac
		return 1
	fi
	# shellcheck disable=SC2086
	if "$@" $warn -c "$src" -o "$obj"; then
		ok=$((ok + 1))
		return 0
	fi
	echo "FAIL: $*"
	failed=$((failed + 1))
	return 1
}

# try, and no function of others may be wanted
try_free() {
	nm=$1
	shift
	try "$@" || return
	undefined=$("$nm" -u "$obj")
	[ -z "$undefined" ] && return
	echo "FAIL: undefined: $undefined: $*"
	failed=$((failed + 1))
}

missing=
for cc in gcc clang; do
	try $cc -std=c99 -O2 -Wstrict-prototypes
	try $cc -std=c11 -O1 -Wstrict-prototypes
	try $cc -std=c17 -O0 -Wstrict-prototypes
	try $cc -std=gnu11 -Os -DLSKEL_NO_STRERROR
	for opt in -O0 -O2 -Os; do
		try_free nm $cc -std=gnu99 $opt -ffreestanding -fno-stack-protector
		try_free nm $cc -std=gnu99 $opt -ffreestanding -fno-stack-protector -DLSKEL_DIRECT
	done
	try $cc -std=c99 -O2 -Wstrict-prototypes -DLSKEL_DIRECT
	try_free nm $cc -std=gnu99 -O3 -ffreestanding -fno-stack-protector -DLSKEL_NO_STRERROR
done
for cxx in g++ clang++; do
	try $cxx -x c++ -std=c++17 -O2
	try $cxx -x c++ -std=c++17 -O2 -DLSKEL_DIRECT
	try $cxx -x c++ -std=c++20 -O2
	try $cxx -x c++ -std=gnu++11 -O0 -DLSKEL_NO_STRERROR
done
try musl-gcc -std=c99 -O2
try musl-gcc -O2
for target in aarch64 riscv64 s390x; do
	for opt in -O0 -O2; do
		try_free llvm-nm clang --target=$target-linux-gnu -nostdlibinc -std=c99 $opt -ffreestanding
		try_free llvm-nm clang --target=$target-linux-gnu -nostdlibinc -std=c99 $opt -ffreestanding -DLSKEL_DIRECT
	done
done

[ $skipped = 0 ] || echo "runtime_compiles: SKIP: $skipped, for want of$missing"
echo "runtime_compiles: $ok compiled, $failed failed"
[ $failed = 0 ] && [ $ok -gt 0 ]
