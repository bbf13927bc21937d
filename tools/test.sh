#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Runs the tests and counts over all of them.
#
#   B=build [LSKEL_ARCH=arm64] tools/test.sh host|arch|demo|module|vm|PART...
#
# Parts: unit golden cli header boot load (together: host), arch, demo, module, vm. Each part's whole output is in $B/test/PART.log. A test is a
# line `ok NAME`, `not ok NAME: why` or `skip NAME: why`, or a line of cmocka's TAP output. The last line is
# `N passed, N failed, N skipped` over everything; what failed and what was skipped is named before it.
# A part without any test, or that ends badly without a failed test, is a failure.
#
# LSKEL_TEST_START (seconds since the epoch): the virtual machines get what is left of LSKEL_TEST_BUDGET (900) seconds
# since then, at most 600. KERNELS: only these.
set -u

cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
case $B in /*) B=$(realpath --relative-to=. "$B") ;; esac # the shell tests want it so
export B LSKEL="$B/lskel" LSKEL_PROGS="$B/progs"
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1}"
out=$B/test
mkdir -p "$out" || exit 2

# Other machines, see tools/vm/kernels-ARCH.
arches="arm64 riscv64 s390x"
small_kernel() { awk '$3 == "small" {print $1}' "tools/vm/kernels-$1"; }

# Streams run beside each other up to a "wait"; the parts of a stream one after the other.
streams=()
for p in "$@"; do
	case $p in
	host) streams+=("unit,golden" "header,cli,boot" wait load) ;;
	*) streams+=(wait "$p") ;;
	esac
done

# Downloading the VMs' kernels needs the network, the tests on this machine don't: do both at once.
case "$*" in
*host*vm*)
	if PATH=$PATH:/usr/sbin:/sbin command -v qemu-system-x86_64 > /dev/null; then
		{
			nice tools/vm/fetch.sh ${KERNELS:-}
			for a in $arches; do
				[ ! -x "$B/$a-small/load/load-stepper" ] || LSKEL_ARCH=$a nice tools/vm/fetch.sh $(small_kernel $a)
			done
		} > "$out/fetch.log" 2>&1 < /dev/null &
	fi
	;;
esac
trap 'pids=$(jobs -p); [ -z "$pids" ] || kill $pids 2>/dev/null' EXIT
trap 'exit 130' INT TERM

# Result lines of a log, as `ok NAME`, `not ok NAME: why`, `skip NAME: why`, with $1 put before NAME.
results() {
	awk -v pre="$1" '
		function flush() { if (held != "") print held; held = "" }
		/^not ok [0-9]+ # SKIP / { flush(); sub(/^not ok [0-9]+ # SKIP /, ""); print "skip " pre $0; next }
		/^ok [0-9]+ # SKIP / { flush(); sub(/^ok [0-9]+ # SKIP /, ""); print "skip " pre $0; next }
		/^ok [0-9]+ - / { flush(); sub(/^ok [0-9]+ - /, ""); print "ok " pre $0; next }
		/^not ok [0-9]+ - / { flush(); sub(/^not ok [0-9]+ - /, ""); held = "not ok " pre $0; next }
		held != "" && /^# / { print held ": " substr($0, 3); held = ""; next }
		/^ok / { flush(); print "ok " pre substr($0, 4); next }
		/^not ok / { flush(); print "not ok " pre substr($0, 8); next }
		/^skip / { flush(); print "skip " pre substr($0, 6); next }
		END { flush() }'
}

# run NAME COMMAND...: appends to the part's log, and its results to the part's results.
run() {
	name=$1
	shift
	log=$out/$part.$(echo "$name" | tr / _).out
	"$@" > "$log" 2>&1 < /dev/null
	rc=$?
	{ echo "== $name"; cat "$log"; } >> "$out/$part.log"
	results "${prefix:-}" < "$log" > "$out/$part.one"
	if ! [ -s "$out/$part.one" ]; then
		echo "not ok $name: no tests (exit status $rc)" >> "$out/$part.one"
		tail -n 20 "$log"
	elif [ $rc -ne 0 ] && ! grep -q '^not ok' "$out/$part.one"; then
		echo "not ok $name: exit status $rc" >> "$out/$part.one"
		tail -n 20 "$log"
	fi
	cat "$out/$part.one" >> "$out/$part.results"
	rm -f "$log" "$out/$part.one"
}

skip() { echo "skip $1: $2" >> "$out/$part.results"; }

# A script that is one test: its exit status counts, its last line is the reason; "SKIP: ..." names what it left out.
one_test() {
	name=$1
	shift
	if text=$("$@" 2>&1); then
		echo "ok $name"
	else
		echo "not ok $name: $(echo "$text" | tail -n 1)"
	fi
	echo "$text" | sed "s/^[^:]*: SKIP: /skip $name (part): /"
}

part_unit() {
	for src in $(grep -l cmocka_run_group_tests selftests/unit/*.c); do
		t=$(basename "$src" .c)
		prefix=unit/$t/
		if [ -x "$B/unit/$t" ]; then
			run "unit/$t" timeout 300 "$B/unit/$t"
		else
			skip "unit/$t" "not built (package libcmocka-dev)"
		fi
	done
	prefix=unit/
	for src in selftests/unit/*.sh; do
		[ ! -x "$src" ] || run "unit/$(basename "$src" .sh)" one_test "$(basename "$src" .sh)" timeout 900 "$src"
	done
}

script() {
	prefix=$part/
	[ ! -e "selftests/$part/run.sh" ] || run "$part" timeout 900 "selftests/$part/run.sh"
}
part_golden() { script; }
part_cli() { script; }
part_header() { script; }
part_boot() { script; }

part_load() {
	for gear in stepper loop direct; do
		prefix=load/$gear/
		[ -x "$B/load/load-$gear" ] || { echo "not ok load/$gear: not built" >> "$out/load.results"; continue; }
		if why=$("$B/can-bpf"); then
			run "load/$gear" timeout 900 "$B/load/load-$gear"
		else
			for t in $("$B/load/load-$gear" --list); do
				skip "load/$gear/$t" "$why"
			done
		fi
	done
}

# A few tests on each of the other machines; `make check-vm ARCH=...` runs all of them on more kernels.
part_arch() {
	prefix=vm/
	for a in $arches; do
		if [ -x "$B/$a-small/load/load-stepper" ]; then
			run "vm/$a" env B="$B/$a-small" LSKEL_ARCH=$a LSKEL_VM_SMALL=1 LSKEL_VM_BUDGET=150 tools/vm/matrix.sh
			grep "^# $a/" "$out/arch.log"
		else
			skip "$a" "no cross compiler for it (package gcc-$(uname_of $a)-linux-gnu)"
		fi
	done
}
uname_of() { [ "$1" = arm64 ] && echo aarch64 || echo "$1"; }

part_module() {
	prefix=vm/
	run vm/module timeout 500 kernel/preload/test.sh
	grep '^# ' "$out/module.log"
}

part_demo() {
	prefix=vm/
	run vm/demo env LSKEL_VM_TIMEOUT=100 lskel/examples/initramfs/demo.sh runner
}

part_vm() {
	prefix=vm/
	if [ -n "${LSKEL_TEST_START:-}" ] && [ -z "${LSKEL_VM_BUDGET:-}" ]; then
		LSKEL_VM_BUDGET=$((LSKEL_TEST_START + ${LSKEL_TEST_BUDGET:-900} - $(date +%s)))
		[ $LSKEL_VM_BUDGET -gt 0 ] || LSKEL_VM_BUDGET=1
		[ $LSKEL_VM_BUDGET -lt 600 ] || LSKEL_VM_BUDGET=600
		export LSKEL_VM_BUDGET
	fi
	run vm tools/vm/matrix.sh ${KERNELS:-}
	# what it says about times
	grep '^# ' "$out/vm.log"
}

# Adds up results: "N passed, N failed, N skipped".
tally() {
	awk '/^ok /{p++} /^not ok /{f++} /^skip /{s++}
		END { printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$@"
}

parts=
run_parts() {
	for part in "$@"; do
		rm -f "$out/$part.log"
		: > "$out/$part.results"
		start=$(date +%s)
		part_"$part"
		echo "$part: $(tally "$out/$part.results") ($(($(date +%s) - start)) s)"
	done
}
pids=()
for s in "${streams[@]}"; do
	if [ "$s" = wait ]; then
		[ ${#pids[@]} -eq 0 ] || wait "${pids[@]}"
		pids=()
	else
		parts="$parts ${s//,/ }"
		run_parts ${s//,/ } & pids+=($!)
	fi
done
[ ${#pids[@]} -eq 0 ] || wait "${pids[@]}"

: > "$out/all"
for part in $parts; do
	cat "$out/$part.results" >> "$out/all"
done
grep -c . "$out/all" > /dev/null || echo "not ok tests: none found" >> "$out/all"
echo
grep '^skip ' "$out/all"
grep '^not ok ' "$out/all"
tally "$out/all"
! grep -q '^not ok ' "$out/all"
