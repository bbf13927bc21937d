#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Builds the selftests' bpf_testmod.ko for Debian's 6.1 cloud kernel, with BTF, and prints its path. Three of the kernel's
# tests of light skeletons (core_kern*, ksyms_module) need it. The packages it takes are downloaded and unpacked below
# WORKDIR/testmod, not installed. Run build.sh first.
#
# usage: testmod.sh WORKDIR
set -eu

work=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
dir=$work/testmod
kernel=$("$here/../vm/fetch.sh" 6.1)
kernel=${kernel#* }
release=$(cat "$kernel/release")
mkdir -p "$dir/deb" "$dir/resolve_btfids"
cd "$dir"

if [ ! -d root ]; then
	(cd deb && apt-get -q download "linux-headers-$release" "linux-headers-${release%-cloud-amd64}-common" \
		linux-kbuild-6.1 linux-compiler-gcc-12-x86 pahole) > apt.log 2>&1 || { tail -n 1 apt.log >&2; exit 1; }
	for deb in deb/*.deb; do
		dpkg-deb -x "$deb" root.tmp
	done
	mv root.tmp root
fi
headers=$dir/root/usr/src/linux-headers-$release
kbuild=$dir/root/usr/lib/linux-kbuild-6.1
sed -i "s,include /usr/src/,include $dir/root/usr/src/," "$headers/Makefile"
[ -e "$headers/vmlinux" ] || sh "$work/src/scripts/extract-vmlinux" "$kernel/vmlinuz" > "$headers/vmlinux"
if [ ! -e "$kbuild/tools/bpf/resolve_btfids/resolve_btfids" ]; then
	nice make -s -C "$work/src/tools/bpf/resolve_btfids" OUTPUT="$dir/resolve_btfids/" > resolve_btfids.log 2>&1
	mkdir -p "$kbuild/tools/bpf/resolve_btfids"
	cp resolve_btfids/resolve_btfids "$kbuild/tools/bpf/resolve_btfids/"
fi
rm -rf mod
cp -r "$work/src/tools/testing/selftests/bpf/bpf_testmod" mod
PATH=$dir/root/usr/bin:$PATH nice make -C "$headers" M="$dir/mod" modules > make.log 2>&1 ||
	{ tail -n 3 make.log >&2; exit 1; }
echo "$dir/mod/bpf_testmod.ko"
