#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Makes targets (see `lskel target`) of the matrix's kernels: boots each once and writes down what it says of itself.
#
#   [LSKEL_ARCH=arm64] tools/vm/target.sh [--module FILE.ko]... [--as SUFFIX] [RELEASE...]
#
# Prints one line per release: "RELEASE FILE", or "RELEASE - why it is not to be had". The files lie in the cache, as
# targets/ARCH-RELEASE.target; what they were made of stays beside them, in ARCH-RELEASE.d, and no kernel is booted twice.
# --module: inserted besides those of tools/vm/modules; --as: such a target is called ARCH-RELEASE-SUFFIX.
# LSKEL: the tool (build/lskel).
set -u

here=$(cd "$(dirname "$0")" && pwd)
cache=${LSKEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lskel}
arch=${LSKEL_ARCH:-amd64}
lskel=${LSKEL:-$here/../../build/lskel}
modules=() suffix=
while [ $# -gt 0 ]; do
	case $1 in
	--module) modules+=("$2"); shift ;;
	--as) suffix=-$2; shift ;;
	-*) echo "target.sh: unknown option '$1'" >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
list=$here/kernels
[ "$arch" = amd64 ] || list=$here/kernels-$arch
[ $# -gt 0 ] || set -- $(awk '!/^#/ && NF {print $1}' "$list")
mkdir -p "$cache/targets" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# The console is the only way out: text, between two marks.
cat > "$tmp/say" <<'END'
mkdir -p /tmp/x/btf
for f in /sys/kernel/btf/*; do
	[ "${f##*/}" = vmlinux ] || cat $f > /tmp/x/btf/${f##*/}
done
cat /proc/kallsyms > /tmp/x/kallsyms
uname -r > /tmp/x/release
{
	echo "arch $(uname -m)"
	echo "page_size $(awk '/^KernelPageSize:/ {print $2 * 1024; exit}' /proc/self/smaps)"
	sed 's/.*-//; s/^/cpus /' /sys/devices/system/cpu/possible | awk '{print $1, $2 + 1}'
} > /tmp/x/machine
echo LSKEL-TARGET-BEGIN
tar -C /tmp/x -c . | gzip -9 | base64
echo LSKEL-TARGET-END
END

# The configuration is in the package only: of the headers if they are there, else of the kernel.
config() { # release full-release directory
	local f=$cache/headers-$arch/$1/usr/src/linux-headers-$2/.config
	[ ! -e "$3/config" ] && [ -e "$f" ] && cp "$f" "$3/config"
	[ ! -e "$3/config" ] && [ -e "$cache/kernels-$arch/$1/config" ] && cp "$cache/kernels-$arch/$1/config" "$3/config"
	return 0
}

capture() { # release kernel-directory directory
	local t=$tmp/t-$1 m cmd=
	mkdir -p "$t" "$3.tmp"
	cp "$tmp/say" "$t/say"
	for m in "${modules[@]}"; do
		cp "$m" "$t/" && cmd="$cmd insmod /t/$(basename "$m");"
	done
	"$here/boot.sh" --modules --timeout 300 "$2" "$t" "$cmd sh /t/say" > "$t.out" 2> "$t.err" ||
		{ why="the VM failed: $(tail -n 1 "$t.err")"; return 1; }
	sed -n "/^LSKEL-TARGET-BEGIN/,/^LSKEL-TARGET-END/p" "$t.out" | sed "/^LSKEL-TARGET-/d" | base64 -d 2>/dev/null | tar -xz -C "$3.tmp" 2>/dev/null ||
		{ why="the console's text is damaged"; return 1; }
	[ -s "$3.tmp/kallsyms" ] && cp "$2/vmlinuz" "$3.tmp/vmlinuz" && rm -rf "$3" && mv "$3.tmp" "$3" ||
		{ why="no kallsyms came out"; return 1; }
}

status=0
for r in "$@"; do
	dir=$cache/targets/$arch-$r$suffix.d file=$cache/targets/$arch-$r$suffix.target
	kernel=$("$here/fetch.sh" "$r" | cut -d' ' -f2-)
	case $kernel in /*) ;; *) echo "$r $kernel"; continue ;; esac
	why=
	if cmp -s "$kernel/release" "$dir/release" || capture "$r" "$kernel" "$dir"; then
		config "$r" "$(cat "$kernel/release")" "$dir"
		if [ ! -x "$lskel" ]; then
			why="no $lskel to save it with"
		elif ! "$lskel" target save "$dir" -o "$file" 2> "$tmp/err"; then
			why=$(head -n 1 "$tmp/err")
		fi
	fi
	[ -n "$why" ] && { echo "$r - $why"; status=1; } || echo "$r $file"
done
exit $status
