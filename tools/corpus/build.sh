#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Builds the kernel's own BPF selftest objects, from Debian's linux-source package, in a directory outside this
# repository. They are the corpus that run.sh and vm.sh load.
#
# usage: build.sh [WORKDIR]            (default: ${TMPDIR:-/tmp}/lskel-corpus)
# WORKDIR/src   the parts of the kernel source that the selftests need
# WORKDIR/inc   headers generated from it: vmlinux.h, bpf/*.h
# WORKDIR/obj   the objects, NAME.bpf.o
# WORKDIR/log   the compiler's messages of those that don't compile
#
# environment: CLANG (clang-14), KSRC_TAR (the package's tarball), VMLINUX (an ELF file with the .BTF of the kernel that
# vmlinux.h comes from; default: Debian's 6.1 cloud kernel, from tools/vm/fetch.sh)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=${1:-${TMPDIR:-/tmp}/lskel-corpus}
clang=${CLANG:-clang-14}
tarball=${KSRC_TAR:-/usr/src/linux-source-6.1.tar.xz}
mkdir -p "$work/inc/bpf" "$work/obj" "$work/log"
work=$(cd "$work" && pwd)

die() { echo "build.sh: $*" >&2; exit 1; }

for tool in "$clang" bpftool python3 xz; do
	command -v "$tool" >/dev/null || die "$tool is missing"
done

# 1. The source.
if [ ! -e "$work/src/.done" ]; then
	[ -e "$tarball" ] || die "$tarball is missing (package linux-source-6.1)"
	mkdir -p "$work/src"
	nice tar -xJf "$tarball" -C "$work/src" --strip-components=1 --wildcards \
		'*/tools' '*/scripts/bpf_doc.py' '*/scripts/extract-vmlinux' '*/include/linux/verification.h'
	: > "$work/src/.done"
fi
bpf=$work/src/tools/testing/selftests/bpf

# 2. The types of the kernel.
if [ ! -s "$work/inc/vmlinux.h" ]; then
	vmlinux=${VMLINUX:-}
	if [ -z "$vmlinux" ]; then
		kernel=$("$here/../vm/fetch.sh" 6.1)
		kernel=${kernel#* }
		[ -e "$kernel/vmlinuz" ] || die "no 6.1 kernel: $kernel"
		sh "$work/src/scripts/extract-vmlinux" "$kernel/vmlinuz" > "$work/vmlinux"
		vmlinux=$work/vmlinux
	fi
	bpftool btf dump file "$vmlinux" format c > "$work/inc/vmlinux.h.tmp"
	mv "$work/inc/vmlinux.h.tmp" "$work/inc/vmlinux.h"
fi

# 3. The library's headers for BPF programs, as that source has them.
if [ ! -e "$work/inc/bpf/bpf_helper_defs.h" ]; then
	lib=$work/src/tools/lib/bpf
	cp "$lib"/*.h "$work/inc/bpf/"
	python3 "$work/src/scripts/bpf_doc.py" --header --file "$work/src/tools/include/uapi/linux/bpf.h" \
		> "$work/inc/bpf/helper_defs.tmp"
	mv "$work/inc/bpf/helper_defs.tmp" "$work/inc/bpf/bpf_helper_defs.h"
fi

# 4. The objects. Flags are those of the selftests' Makefile, without -Werror.
sys_includes=$("$clang" -v -E - < /dev/null 2>&1 |
	sed -n '/<...> search starts here:/,/End of search list./s| \(/.*\)|-idirafter \1|p' | tr '\n' ' ')
cat > "$work/compile" <<END
#!/bin/sh
# compile one: \$1 is the name without .c
extra=
case \$1 in test_l4lb_noinline|test_xdp_noinline) extra=-fno-inline;; esac
[ "$work/obj/\$1.bpf.o" -nt "$bpf/progs/\$1.c" ] && exit 0
cd "$bpf" || exit 1
if $clang -g -w -D__TARGET_ARCH_x86 -mlittle-endian -I"$work/inc" -I"$bpf" -I"$work/src/tools/include/uapi" \\
	$sys_includes -Wno-compare-distinct-pointer-types -DENABLE_ATOMICS_TESTS \$extra \\
	-O2 -target bpf -mcpu=v3 -c "progs/\$1.c" -o "$work/obj/\$1.tmp" 2> "$work/log/\$1"; then
	mv "$work/obj/\$1.tmp" "$work/obj/\$1.bpf.o"
	rm -f "$work/log/\$1"
fi
exit 0
END
chmod +x "$work/compile"
for f in "$bpf"/progs/*.c; do
	basename "$f" .c
done | nice xargs -P "$(nproc)" -n 1 "$work/compile"

# 5. Those that the selftests link from several objects.
link() {
	out=$work/obj/$1.linked.bpf.o
	shift
	[ -e "$out" ] || bpftool gen object "$out" "$@" 2> "$work/log/link" || echo "link: $out: $(cat "$work/log/link")"
}
cd "$work/obj"
link test_static_linked test_static_linked1.bpf.o test_static_linked2.bpf.o
link linked_funcs linked_funcs1.bpf.o linked_funcs2.bpf.o
link linked_vars linked_vars1.bpf.o linked_vars2.bpf.o
link linked_maps linked_maps1.bpf.o linked_maps2.bpf.o
link test_subskeleton test_subskeleton_lib2.bpf.o test_subskeleton_lib.bpf.o test_subskeleton.bpf.o
link test_subskeleton_lib test_subskeleton_lib2.bpf.o test_subskeleton_lib.bpf.o
link test_usdt test_usdt.bpf.o test_usdt_multispec.bpf.o
rm -f "$work/log/link"

total=$(ls "$bpf"/progs/*.c | wc -l)
built=$(ls "$work"/obj/*.bpf.o | grep -vc '\.linked\.bpf\.o$')
linked=$(ls "$work"/obj/*.linked.bpf.o | wc -l)
echo "$built of $total programs compile with $clang, $linked are linked from several (objects in $work/obj)"
for f in "$work"/log/*; do
	[ -s "$f" ] || continue
	echo "  $(basename "$f"): $(grep -m 1 'error:' "$f" | sed 's/.*error: //')"
done
