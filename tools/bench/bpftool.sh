#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Finds the newest bpftool of this machine, in PATH, the sbin directories and our cache
# (~/.cache/lskel/bpftool*/), and the headers that belong to it: its light skeletons include
# <bpf/skel_internal.h> of the same release of libbpf.
#
# Prints "VERSION PROGRAM INCLUDE-DIRECTORY"; of two with the same version, the first. BPFTOOL=PROGRAM takes
# that one, BPFTOOL_INCLUDE=DIRECTORY says where its headers are. Fails, with the reason on stderr, if there
# is none.
set -u
cache=${LSKEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lskel}

# The directory whose headers are those of libbpf $1 ("1.1").
headers_of() {
	local dir f
	for dir in ${BPFTOOL_INCLUDE:-} "${2%/*}/include" "${2%/usr/sbin/*}/usr/include" \
		/usr/local/include /usr/include; do
		f=$dir/bpf/libbpf_version.h
		[ -e "$f" ] && [ -e "$dir/bpf/skel_internal.h" ] || continue
		[ "$(awk '$2 ~ /_M(AJ|IN)OR_/ {v = v "." $3} END {print substr(v, 2)}' "$f")" = "$1" ] || continue
		echo "$dir"
		return
	done
	return 1
}

best= best_line=
for tool in ${BPFTOOL:-$(type -ap bpftool) /usr/local/sbin/bpftool /usr/sbin/bpftool "$cache"/bpftool*/bpftool \
	"$cache"/bpftool*/usr/sbin/bpftool}; do
	[ -x "$tool" ] || continue
	text=$("$tool" version 2> /dev/null) || continue
	version=$(echo "$text" | sed -n 's/^[^ ]* v\([0-9.]*\).*/\1/p')
	libbpf=$(echo "$text" | sed -n 's/^using libbpf v\([0-9.]*\).*/\1/p')
	if ! dir=$(headers_of "$libbpf" "$tool"); then
		echo "$tool $version: no <bpf/skel_internal.h> of libbpf $libbpf" >&2
		continue
	fi
	[ "$version" != "$best" ] || continue
	if [ "$(printf '%s\n' "$best" "$version" | sort -V | tail -n 1)" = "$version" ]; then
		best=$version
		best_line="$version $tool $dir"
	fi
done
[ -n "$best" ] || { echo "no bpftool with its headers" >&2; exit 1; }
echo "$best_line"
