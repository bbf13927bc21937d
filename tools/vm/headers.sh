#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Gets the headers of Debian's kernels, for building modules, without installing anything.
#
#   tools/vm/headers.sh [--source] RELEASE...
#
# --source: instead, the directory kernel/bpf/preload of the release's source.
# Prints one line per release, as fetch.sh does for kernels: "RELEASE DIRECTORY", or "RELEASE - why it is not to be had".
# DIRECTORY is what `make -C DIRECTORY M=...` wants. Headers must be those of the very kernel that is in the cache: the
# kernel takes no modules that were built for another one. apt is used as in fetch.sh, with lists of its own.
set -u

what=headers
[ "${1:-}" != --source ] || { what=source; shift; }
. "$(dirname "$0")/fetch.sh"

headers=$cache/headers-$arch
apt=$cache/apt-headers-$arch

# The packages of a flavour's headers that are files to unpack; the others are compilers.
packages() { # full-release
	local pkg=linux-headers-$1 version
	version=$(apt-cache show "$pkg" 2> /dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1)
	[ -n "$version" ] || return
	echo "$pkg=$version"
	apt-cache show "$pkg=$version" | sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -n 's/^ *\(linux-\(headers\|kbuild\)-[^ ]*\).*/\1/p' | sort -u
}

# kbuild's programs may want a newer libc than there is: they get that, from where they come from, beside them.
foreign_tools() { # directory, where it will be
	local kbuild tool real libs=usr/lib/x86_64-linux-gnu
	kbuild=$(echo "$1"/usr/lib/linux-kbuild-*)
	ldd "$kbuild"/scripts/mod/modpost* "$kbuild"/tools/objtool/objtool* 2>&1 | grep -q 'version.*not found' || return 0
	mkdir "$1/libs"
	(cd "$1/libs" && download libc6 libelf1t64 zlib1g libzstd1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done) ||
		{ why="download of the libc of its tools failed"; return 1; }
	for tool in scripts/mod/modpost scripts/basic/fixdep scripts/genksyms/genksyms tools/objtool/objtool \
		tools/bpf/resolve_btfids/resolve_btfids; do
		[ -e "$kbuild/$tool" ] || continue
		mv "$kbuild/$tool" "$kbuild/$tool.elf"
		real=$tool.elf # some are only a switch, for the machine that is built for
		for f in modpost.real-lsb-64 objtool.real-x86; do
			[ ! -e "$kbuild/${tool%/*}/$f" ] || real=${tool%/*}/$f
		done
		cat > "$kbuild/$tool" <<-END
		#!/bin/sh
		exec $2/libs/$libs/ld-linux-x86-64.so.2 --library-path $2/libs/$libs $2/usr/lib/$(basename "$kbuild")/$real "\$@"
		END
		chmod +x "$kbuild/$tool"
	done
}

fetch_headers() { # release
	local full dir tmp deb pkgs
	full=$(cat "$kernels/$1/release")
	dir=$headers/$1
	tmp=$dir.tmp
	mapfile -t pkgs < <(packages "$full")
	[ ${#pkgs[@]} -gt 0 ] || { why="apt offers no linux-headers-$full"; return 1; }
	rm -rf "$tmp" "$dir"
	mkdir -p "$tmp/deb"
	(cd "$tmp/deb" && download "${pkgs[@]}") || { why="download of ${pkgs[*]} failed"; rm -rf "$tmp"; return 1; }
	for deb in "$tmp"/deb/*.deb; do
		dpkg-deb -x "$deb" "$tmp" || { why="can't unpack $(basename "$deb")"; rm -rf "$tmp"; return 1; }
	done
	rm -rf "$tmp/deb"
	foreign_tools "$tmp" "$dir" || { rm -rf "$tmp"; return 1; }
	# They refer to each other by where they would be installed.
	sed -i "s,/usr/src/,$dir/usr/src/,g" "$tmp/usr/src/linux-headers-$full/Makefile" &&
		# BTF for modules takes the pahole that the kernel was made with. Only kbuild is told: structs depend on it.
		sed -i '/^CONFIG_DEBUG_INFO_BTF_MODULES=/d' "$tmp/usr/src/linux-headers-$full/include/config/auto.conf" ||
		{ why="no Makefile in linux-headers-$full"; rm -rf "$tmp"; return 1; }
	echo "$full" > "$tmp/release"
	mv "$tmp" "$dir"
}

# All of a source package is 140 MB, and what is wanted of it three small files.
fetch_source() { # release
	local tmp=$headers/source-$1.tmp
	rm -rf "$tmp"
	mkdir -p "$tmp/x"
	(cd "$tmp" && download "linux-source-$1" && dpkg-deb -x ./*.deb x && rm ./*.deb &&
		tar -xf x/usr/src/linux-source-"$1".tar.xz --strip-components=1 --wildcards '*/kernel/bpf/preload/*') ||
		{ why="no linux-source-$1 to be had"; rm -rf "$tmp"; return 1; }
	rm -rf "$tmp/x"
	mv "$tmp" "$headers/source-$1"
}

exec 8> "$cache/headers-lock"
flock 8
mkdir -p "$headers" || exit 1
why= ready=
for r in "${releases[@]}"; do
	if [ $what = source ]; then
		src=$headers/source-$r
		if [ -d "$src" ]; then
			:
		elif [ "${LSKEL_NO_FETCH:-0}" = 1 ]; then
			why="the kernel's source is not in the cache (make check-module gets it)"
		elif setup_apt "$r"; then
			fetch_source "$r"
		fi
		[ -d "$src" ] && echo "$r $src/kernel/bpf/preload" || echo "$r - $why"
		continue
	fi
	kernel=$("$here/fetch.sh" "$r" | cut -d' ' -f2-)
	case $kernel in "- "*) echo "$r $kernel"; continue ;; esac
	full=$(cat "$kernel/release")
	if ! cmp -s "$kernel/release" "$headers/$r/release"; then
		if [ "${LSKEL_NO_FETCH:-0}" = 1 ]; then
			echo "$r - no headers of $full in the cache, and LSKEL_NO_FETCH=1"
			continue
		fi
		[ -n "$ready" ] || { setup_apt "${releases[@]}" && ready=yes; }
		[ -n "$ready" ] && fetch_headers "$r" || { echo "$r - $why"; continue; }
	fi
	echo "$r $headers/$r/usr/src/linux-headers-$full"
done
rm -rf "$apt/archives"
