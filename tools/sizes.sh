#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# How large is a program that loads, attaches and pins a BPF object, and then becomes another one? The same object
# (lskel/examples/initramfs/first.bpf.c), the same source (init.c there), the same flags; only the skeleton differs.
#
#   B=build tools/sizes.sh
#
# Prints a table in Markdown. The programs stay in $B/sizes. What can't be built here is named, with the reason.
set -u

cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
out=$B/sizes
src=lskel/examples/initramfs
multiarch=$(${CC:-cc} -print-multiarch 2> /dev/null)
mkdir -p "$out" || exit 1
flags="-Os -Wall -Wextra -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -Wl,--gc-sections -Wl,--build-id=none"
flags="$flags -Wl,-z,norelro -Wl,-z,noseparate-code -s"

"${CLANG:-clang}" -O2 -g -target bpf -mcpu=v3 ${multiarch:+-idirafter "/usr/include/$multiarch"} -c $src/first.bpf.c \
	-o "$out/first.bpf.o" || exit 1
"$B/lskel" gen "$out/first.bpf.o" --name first -o "$out/first.lskel.h" || exit 1
"$B/lskel" pack "$out/first.bpf.o" --name first -o "$out/first.lskel" || exit 1
if command -v bpftool > /dev/null || PATH=$PATH:/usr/sbin command -v bpftool > /dev/null; then
	PATH=$PATH:/usr/sbin
	bpftool gen skeleton -L "$out/first.bpf.o" name first > "$out/first.light.h"
	bpftool gen skeleton "$out/first.bpf.o" name first > "$out/first.skel.h"
fi

row() { printf '| %s | %s |\n' "$1" "$2"; }

# build NAME WHAT HEADER COMPILER FLAG... [-- LIBRARY...]
build() {
	local name=$1 what=$2 header=$3 cc=$4 libs=()
	shift 4
	local args=()
	while [ $# -gt 0 ]; do
		if [ "$1" = -- ]; then shift; libs=("$@"); break; fi
		args+=("$1")
		shift
	done
	rm -f "$out/$name"
	if ! command -v "$cc" > /dev/null; then
		row "$what" "no $cc here"
	elif ! [ -s "$out/$header" ]; then
		row "$what" "no bpftool here"
	# shellcheck disable=SC2086
	elif "$cc" $flags "${args[@]}" -DHEADER="\"$header\"" -I"$out" $src/init.c -o "$out/$name" "${libs[@]}" > "$out/log" 2>&1; then
		row "$what" "$(stat -c %s "$out/$name")"
	else
		row "$what" "does not build: $(grep -m1 -E 'error|undefined|cannot find' "$out/log" | cut -c 1-60)"
	fi
}

# musl's own headers first, then the kernel's
musl=(-static -idirafter /usr/include ${multiarch:+-idirafter "/usr/include/$multiarch"} -DLSKEL_NO_LIBBPF)
echo "| | bytes |"
echo "|---|---:|"
row "packed object" "$(stat -c %s "$out/first.lskel")"
row "lskel-boot, for any packed object, all kinds of attaching, pins and struct_ops; no libc" "$(stat -c %s "$B/lskel-boot")"
build nolibc "lskel's skeleton, no libc, static" first.lskel.h "${CC:-cc}" -static -nostdlib -ffreestanding -fno-stack-protector \
	-fno-pic -no-pie
build nolibc-mute "the same without messages (-DLSKEL_NO_STRERROR)" first.lskel.h "${CC:-cc}" -static -nostdlib -ffreestanding \
	-fno-stack-protector -fno-pic -no-pie -DLSKEL_NO_STRERROR
build musl "lskel's skeleton, musl, static" first.lskel.h musl-gcc "${musl[@]}"
build light-musl "bpftool's light skeleton, musl, static" first.light.h musl-gcc "${musl[@]}"
build glibc "lskel's skeleton, glibc, static" first.lskel.h "${CC:-cc}" -static
build light-glibc "bpftool's light skeleton, glibc, static" first.light.h "${CC:-cc}" -static
build libbpf "libbpf's skeleton, libbpf, libelf, zlib and glibc, static" first.skel.h "${CC:-cc}" -static -DLIBBPF \
	-- -lbpf -lelf -lz
build dynamic "lskel's skeleton, glibc, dynamic" first.lskel.h "${CC:-cc}"
build light-dynamic "bpftool's light skeleton, glibc, dynamic" first.light.h "${CC:-cc}"
build libbpf-dynamic "libbpf's skeleton, dynamic (and libbpf.so, libelf.so, libz.so)" first.skel.h "${CC:-cc}" -DLIBBPF -- -lbpf
