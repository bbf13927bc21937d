#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# --btf, --no-btf and --target-has-no-btf: what a kernel's BTF is read from, what is refused, and, on this machine's
# kernel, that CO-RE at generation comes to the same instructions as the kernel's own. What can't be tried is named and
# skipped.
set -u

cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
lskel=${LSKEL:-$B/lskel}
progs=${LSKEL_PROGS:-$B/progs}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
failed=0

fail() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}
skipped() { echo "core: SKIP: $*"; }
have() { command -v "$1" > /dev/null 2>&1; }

# --- what BTF is read from. All of these hold the BTF of core_target.bpf.o, and a kernel's amount of other types: the traces
# must be the same.
small=$progs/core_target.bpf.o
target=$out/target.o
{
	echo '#include "selftests/progs/core_target.bpf.c"'
	i=0
	while [ $i -lt 3000 ]; do
		echo "struct filler_$i { int filler_$i; } filler_of_$i;"
		i=$((i + 1))
	done
} > "$out/target.c"
for end in el eb; do
	${CLANG:-clang} -target bpf$end -O2 -g -I. -idirafter "/usr/include/$(gcc -print-multiarch)" -c "$out/target.c" \
		-o "$out/target.$end" 2> "$out/log" || fail "$(head -n 1 "$out/log")"
done
mv "$out/target.el" "$target"
"$lskel" explain --btf "$target" "$progs/core_file.bpf.o" > "$out/want" || fail "an ELF file"
grep -q core_relos "$out/want" && fail "relocations are left to the kernel, though there is --btf"
"$lskel" explain "$progs/core_file.bpf.o" | grep -q core_relos || fail "without --btf relocations are not left to the kernel"
same() { # FILE WHAT
	if ! "$lskel" explain --btf "$1" "$progs/core_file.bpf.o" > "$out/got" 2>&1; then
		fail "$2: $(head -n 1 "$out/got")"
	elif ! cmp -s "$out/want" "$out/got"; then
		fail "$2: another trace"
	fi
}
junk() { head -c "$1" /dev/zero | tr '\0' "$2"; }
if have llvm-objcopy && llvm-objcopy --dump-section .BTF="$out/raw" "$target" "$out/unused.o" 2> /dev/null; then
	same "$out/raw" "raw BTF"
	{ junk 4096 j; cat "$out/raw"; junk 777 k; } > "$out/image"
	same "$out/image" "BTF in the middle of an image"
	llvm-objcopy --dump-section .BTF="$out/raw.small" "$small" "$out/unused.o"
	same "$out/raw.small" "raw BTF, a small one"
	{ junk 4096 j; cat "$out/raw.small"; junk 777 k; } > "$out/short"
	"$lskel" explain --btf "$out/short" "$progs/core_file.bpf.o" > "$out/log" 2>&1 &&
		fail "takes the BTF of a program in a kernel for the kernel's"
	head -c 1000 "$out/raw" > "$out/short"
	"$lskel" explain --btf "$out/short" "$progs/core_file.bpf.o" 2> "$out/log" && fail "takes half a BTF"
	grep -q '/short: no BTF can be read: ' "$out/log" || fail "half a BTF: $(cat "$out/log")"
else
	skipped "raw BTF: llvm-objcopy"
	cp "$target" "$out/image"
fi
for packer in gzip xz zstd "lz4 -l"; do
	have ${packer%% *} || { skipped "images packed by $packer: the command"; continue; }
	$packer -c < "$out/image" > "$out/packed" 2> /dev/null
	same "$out/packed" "an image packed by $packer"
	{ junk 513 j; cat "$out/packed"; junk 5000 k; } > "$out/payload"
	same "$out/payload" "an image with a payload packed by $packer"
	head -c 300 "$out/packed" > "$out/cut"
	"$lskel" explain --btf "$out/cut" "$progs/core_file.bpf.o" > "$out/log" 2>&1 && fail "takes half a $packer stream"
done
"$lskel" explain --btf "$out/none" "$progs/core_file.bpf.o" 2>&1 | grep -q '/none: No such file' ||
	fail "a file that is not there"
"$lskel" explain --btf Makefile "$progs/core_file.bpf.o" 2>&1 | grep -q '^lskel: Makefile: no BTF can be read: ' ||
	fail "a file without BTF"
same "$small" "an ELF file, a small one"
same "$out/target.eb" "BTF of the other byte order"

# --- what is refused, by name
refused() { # PATTERN ARGS...
	pattern=$1
	shift
	"$lskel" gen "$@" -o "$out/refused.h" > "$out/log" 2>&1 && fail "not refused: $*"
	grep -qE "^lskel: [^ ]*: $pattern\$" "$out/log" || fail "$*: says '$(head -n 1 "$out/log")'"
	[ ! -e "$out/refused.h" ] || fail "$*: left a file"
}
refused "prog 'look': insn [0-9]+: CO-RE: not by the kernel without BTF: resolve it now, with --btf FILE" \
	--no-btf "$progs/core.bpf.o"
refused "map 'of_task': is a local storage: not without BTF \(--no-btf\)" --no-btf "$progs/storage.bpf.o"
refused "map 'hash_btf': its value has a 'bpf_spin_lock': not without BTF \(--no-btf\)" \
	--no-btf "$progs/maps.bpf.o"
refused "map 'cc_link': is a struct_ops map: not without BTF \(--no-btf\)" --btf "$target" \
	--no-btf "$progs/struct_ops_link.bpf.o"
refused "prog 'looping': takes the address of function 'add_idx': not without BTF \(--no-btf\)" \
	--btf "$target" --no-btf "$progs/callbacks.bpf.o"
refused "prog 'throws': has an exception callback, 'handler': not without BTF \(--no-btf\)" \
	--no-btf "$progs/newer_throw.bpf.o"
refused "prog 'new_answer': replaces a function of another program: not without BTF \(--no-btf\)" \
	--no-btf "$progs/attach_ext.bpf.o"
no_kernel() { # PROG WHAT OBJECT
	refused "prog '$1': $2: not without BTF \(--target-has-no-btf\)" --target-has-no-btf "$progs/$3.bpf.o"
}
no_kernel on_entry "its attach target is found by BTF: SEC 'fentry/bpf_fentry_test1'" attach_fentry
no_kernel on_open "its attach target is found by BTF: SEC 'lsm/file_open'" attach_lsm
no_kernel dump "its attach target is found by BTF: SEC 'iter/task'" attach_iter
no_kernel by_tp_btf "its attach target is found by BTF: SEC 'tp_btf/sys_enter'" attach_tp
no_kernel call "calls kfunc 'lskel_no_such_kfunc'" missing_kfunc
no_kernel look "refers to typed ksym 'bpf_prog_put'" ksym_func
refused "map 'fifo': is a struct_ops map: not without BTF \(--target-has-no-btf\)" \
	--btf "$target" --target-has-no-btf "$progs/struct_ops_scx.bpf.o"

# Weak symbols are not there, and not looked for.
for o in kfunc_weak ksym_weak; do
	"$lskel" explain --btf "$small" --target-has-no-btf "$progs/$o.bpf.o" > "$out/log" 2>&1 || fail "$o: $(head -n 1 "$out/log")"
	if grep -qE 'BTF id of|BPF_BTF_LOAD' "$out/log"; then fail "$o, without BTF: $(grep -m1 BTF "$out/log")"; fi
done
"$lskel" explain "$progs/kfunc_weak.bpf.o" | grep -q 'BTF id of' || fail "kfunc_weak: a kernel with BTF is not asked"

# Fields of maps that the kernel finds by BTF, wherever they lie in a value.
cat > "$out/special.bpf.c" <<'END'
#include "selftests/progs/prog.h"
struct some { int x; };
#define TAG(x) __attribute__((btf_type_tag(x)))
typedef struct { struct bpf_timer deep[2]; } timers_t;
struct value { int x; FIELD; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct value);
} m SEC(".maps");
END
compile() { # COMPILER FIELD
	"$1" -target bpf -O2 -g -I. -idirafter "/usr/include/$(gcc -print-multiarch)" "-DFIELD=$2" \
		-c "$out/special.bpf.c" -o "$out/special.bpf.o" 2> "$out/log" || fail "$(head -n 1 "$out/log")"
}
for field in "struct some TAG(\"kptr\") *f|kptr" "struct some TAG(\"kptr_untrusted\") *f[2]|kptr_untrusted" \
	"timers_t f|bpf_timer" "struct some *f|" "struct some TAG(\"user\") *f|"; do
	special=${field#*|}
	# older compilers leave some tags out
	found=
	for cc in "${CLANG:-clang}" clang-19; do
		if [ -n "$found" ] || ! have "$cc"; then continue; fi
		compile "$cc" "${field%|*}"
		if [ -n "$special" ]; then
			bpftool btf dump file "$out/special.bpf.o" 2> /dev/null | grep -q "'$special'" || continue
		fi
		found=$cc
	done
	if [ -z "$found" ]; then
		skipped "a map's $special: a compiler that writes it into BTF, and bpftool"
	elif [ -n "$special" ]; then
		refused "map 'm': its value has a '$special': not without BTF \(--no-btf\)" \
			--no-btf "$out/special.bpf.o"
	elif ! "$lskel" gen --no-btf "$out/special.bpf.o" -o "$out/special.h"; then
		fail "refused: ${field%|*}"
	fi
	rm -f "$out/special.h"
done

# --- on this kernel
btf=/sys/kernel/btf/vmlinux
if ! [ -r $btf ] || ! why=$("$B/can-bpf"); then
	skipped "this machine's kernel: ${why:-no $btf}"
	[ $failed -eq 0 ]
	exit
fi
# The same tests, with skeletons that have been resolved already; with BTF and without.
for opt in "" --no-btf; do
	for o in core core_missing; do
		"$lskel" gen --btf $btf $opt --name $o "$progs/$o.bpf.o" -o "$out/$o.lskel.h" || fail "gen $opt $o"
	done
	grep -q 'CO-RE relocations' "$out/core.lskel.h" && fail "the header has relocations for the kernel"
	gcc -I"$out" -I. -D_GNU_SOURCE= -std=gnu11 -O1 selftests/load/core.c selftests/load/main.c \
		selftests/load/util.c selftests/load/needs.c -o "$out/load" 2> "$out/log" || fail "$(head -n 1 "$out/log")"
	"$out/load" core > "$out/log" 2>&1 || fail "$opt: $(grep '^not ok' "$out/log" | head -n 1)"
	grep -q '^[1-9][0-9]* passed, 0 failed' "$out/log" || fail "$opt: $(tail -n 1 "$out/log")"
done
# What the kernel makes of the programs, in its own words.
if [ -n "${SANITIZE:-}" ]; then
	skipped "the kernel's instructions: sanitizers do not like preloading"
	[ $failed -eq 0 ]
	exit
fi
gcc -O1 -shared -fPIC -o "$out/xlated.so" tools/corpus/xlated.c -lbpf || fail "xlated.so"
compared=0
clang -target bpf -O2 -g -mcpu=v3 -Ilskel/examples -idirafter "/usr/include/$(gcc -print-multiarch)" -c \
	lskel/examples/switches.bpf.c -o "$out/switches.bpf.o" 2> "$out/log" || fail "$(head -n 1 "$out/log")"
for obj in "$progs/core.bpf.o" "$out/switches.bpf.o"; do
	o=$(basename "$obj")
	rm -rf "$out/kernel" "$out/ours"
	mkdir "$out/kernel" "$out/ours"
	if ! XLATED=$out/kernel LD_PRELOAD=$out/xlated.so "$lskel" run "$obj" > "$out/log" 2>&1; then
		skipped "instructions of $o: $(tail -n 1 "$out/log")"
		continue
	fi
	XLATED=$out/ours LD_PRELOAD=$out/xlated.so "$lskel" run --btf $btf "$obj" > "$out/log" 2>&1 ||
		fail "$o: $(tail -n 1 "$out/log")"
	if [ -z "$(ls "$out/kernel")" ]; then fail "$o: nothing to compare"; fi
	diff -r "$out/kernel" "$out/ours" > "$out/log" || fail "$o: other instructions: $(head -n 3 "$out/log")"
	compared=$((compared + 1))
done
[ $compared -gt 0 ] || fail "no instructions were compared"

[ $failed -eq 0 ]
