#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Makes one object of the file `objects`, the headers of all kinds, and the contestants that take part in it,
# in $WORK.
#
#   B=build WORK=DIR BPFTOOL=PROGRAM BPFTOOL_INCLUDE=DIR [CONTESTANTS=...] OPT=-O2 tools/bench/build.sh OBJECT
#
# Prints results: "OBJECT CONTESTANT KEY VALUE". Whoever can't be made has an `error` that says why.
set -u
here=tools/bench
obj=$1
multiarch=$(${CC:-cc} -print-multiarch 2> /dev/null)
# Headers that belong to bpftool are for its light skeletons; the normal ones go with the system's libbpf.
include() { # KIND
	echo "-I$WORK"
	[ "$1" != light ] || [ "$BPFTOOL_INCLUDE" = /usr/include ] || echo "-I$BPFTOOL_INCLUDE"
}
bpf_flags=(-O2 -g -target bpf -mcpu=v3 ${multiarch:+-idirafter "/usr/include/$multiarch"} -I"$WORK")
. $here/lib.sh
read -r _ maps progs fields kfuncs _ use < <(row objects "$obj")

result() { echo "$obj $*"; }
first_line() { grep -m 1 . "$1" | tr -d '\000' | cut -c 1-200; }

# What a user of bpftool does to get rid of the debug information; the skeletons of libbpf carry the whole
# object.
compile_object() {
	awk -v maps="$maps" -v progs="$progs" -v fields="$fields" -v kfuncs="$kfuncs" -f $here/objects.awk \
		> "$WORK/$obj.bpf.c" &&
		"${CLANG:-clang}" "${bpf_flags[@]}" -c "$WORK/$obj.bpf.c" -o "$WORK/$obj.full.o" &&
		"$BPFTOOL" gen object "$WORK/$obj.bpf.o" "$WORK/$obj.full.o"
}

make_header() { # KIND
	case $1 in
	lskel) "$B/lskel" gen --name "$obj" "$WORK/$obj.bpf.o" ;;
	stepper | loop) "$B/lskel" gen --gear "$1" --name "$obj" "$WORK/$obj.bpf.o" ;;
	light) "$BPFTOOL" gen skeleton -L "$WORK/$obj.bpf.o" name "$obj" ;;
	libbpf) "$BPFTOOL" gen skeleton "$WORK/$obj.bpf.o" name "$obj" ;;
	esac > "$WORK/$obj.$1.h" 2> "$WORK/$obj.$1.log" && return
	rm -f "$WORK/$obj.$1.h"
	return 1
}

# The sizes of a header and of what it carries: blob and loader.
header_sizes() { # CONTESTANT KIND FLAGS
	local h=$WORK/$obj.$2.h
	result "$1" header "$(stat -c %s "$h")"
	case $2 in
	lskel | stepper | loop)
		result "$1" blob "$(sed -n 's/.*__blob\[\([0-9]*\)\].*/\1/p' "$h" | head -n 1)"
		case $3 in *LSKEL_DIRECT*) return ;; esac
		# with two loaders in it, the loop is the one that is loaded; it has BTF of its own
		sed -n 's/.*\(stepper\|loop\)_\(insns\|btf\|func_info\)\[\([0-9]*\)\].*/\1 \3/p' "$h" |
			awk -v who="$obj $1" '
				{ sz[$1] += $2 }
				END { print who, "loader", "loop" in sz ? sz["loop"] : sz["stepper"] }'
		;;
	light)
		# the bytes of the two strings, "\x12" and "\0"
		awk -v who="$obj $1" '
			/opts_data\[\] |opts\.data = .*"/ { key = "blob" }
			/opts_insn\[\] |opts\.insns = .*"/ { key = "loader" }
			key != "" { sz[key] += gsub(/\\x[0-9a-f][0-9a-f]|\\0/, "") }
			/";$/ { key = "" }
			END { for (key in sz) print who, key, sz[key] }' "$h"
		;;
	libbpf) result "$1" blob "$(stat -c %s "$WORK/$obj.bpf.o")" ;;
	esac
}

# A static program as small as it gets with this skeleton: without a libc, or with the smallest that it can
# use.
static_size() { # CONTESTANT KIND FLAG...
	local who=$1 kind=$2 out=$WORK/$obj.$1.mini cc=${CC:-cc} libs=() flags
	# shellcheck disable=SC2054
	shift 2
	flags=(-Os -static -s -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-ident
		-fno-stack-protector -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noseparate-code)
	case $kind in
	lskel) flags+=(-nostdlib -ffreestanding -fno-pic -no-pie "$@") ;;
	light)
		if command -v musl-gcc > /dev/null; then
			cc=musl-gcc
			flags+=(-idirafter /usr/include ${multiarch:+-idirafter "/usr/include/$multiarch"})
		fi
		;;
	libbpf) libs=(-lbpf -lelf -lz) ;;
	*) return ;;
	esac
	# shellcheck disable=SC2046
	"$cc" "${flags[@]}" $(include "$kind") -DSKEL_HEADER="\"$obj.$kind.h\"" -DSKEL_NAME="$obj" \
		$here/mini.c -o "$out" "${libs[@]}" 2> "$out.log" &&
		result "$who" static "$(stat -c %s "$out")"
}

contestant() { # NAME KIND SOURCE FLAG...
	local name=$1 kind=$2 src=$3
	shift 3
	rm -f "$WORK/$obj.$name"
	if [ "$kind" != - ] && [ ! -e "$WORK/$obj.$kind.h" ] && ! make_header "$kind"; then
		result "$name" error "no header: $(first_line "$WORK/$obj.$kind.log")"
		return
	fi
	# shellcheck disable=SC2046
	if ! "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE= "$OPT" -I$here $(include "$kind") -DSKEL_HEADER="\"$obj.$kind.h\"" \
		-DSKEL_NAME="$obj" $here/worker.c "$here/$src" -Wl,--wrap=syscall -o "$WORK/$obj.$name" "$@" \
		2> "$WORK/$obj.$name.log"; then
		grep error "$WORK/$obj.$name.log" > "$WORK/$obj.$name.why"
		result "$name" error "does not compile: $(first_line "$WORK/$obj.$name.why")"
		return
	fi
	[ "$src" = skel.c ] || return
	header_sizes "$name" "$kind" "$*"
	static_size "$name" "$kind" "$@"
}

rm -f "$WORK/$obj".*.h
compile_object > "$WORK/$obj.log" 2>&1 || { cat "$WORK/$obj.log" >&2; exit 1; }
while read -r name in kind src _ flags; do
	[ "$in" = "$use" ] && wanted "$name" || continue
	# shellcheck disable=SC2086
	contestant "$name" "$kind" "$src" $flags
done < <(rows contestants)
exit 0
