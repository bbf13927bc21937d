#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Runs the loading tests on each kernel of tools/vm/kernels, two virtual machines at a time.
#
#   B=build [LSKEL_ARCH=arm64] tools/vm/matrix.sh [RELEASE...]
#
# For another architecture: the kernels of tools/vm/kernels-ARCH and the runners in $B, which is that architecture's. Names
# of results then start with it. LSKEL_VM_SMALL=1: only kernels marked `small`, only the stepper.
#
# On each kernel what tools/vm/kernels says, and at the end a look at the kernel's log. Prints result lines
# (`ok 6.1/stepper/NAME`, ...), and lines that start with `# `: one per kernel with its counts and seconds. The whole output of a VM is in $B/vm/RELEASE.log.
#
# LSKEL_VM_BUDGET (480): seconds for all; LSKEL_VM_TIMEOUT (240): seconds for one kernel. What is not done by then is
# skipped by name; a VM that hangs is a failure. LSKEL_VM_JOBS (2): machines at a time.
set -u

here=$(cd "$(dirname "$0")" && pwd)
B=${B:-build}
begin=$SECONDS
budget=${LSKEL_VM_BUDGET:-480}
limit=${LSKEL_VM_TIMEOUT:-240}
jobs=${LSKEL_VM_JOBS:-2}
PATH=$PATH:/usr/sbin:/sbin

arch=${LSKEL_ARCH:-amd64}
small=${LSKEL_VM_SMALL:-0}
list=$here/kernels pre=
[ "$arch" = amd64 ] || list=$here/kernels-$arch pre=$arch/

releases=("$@")
[ $# -gt 0 ] || mapfile -t releases < <(awk -v small="$small" '!/^#/ && NF && (small != 1 || $3 == "small") {print $1}' "$list")

skip_all() {
	for r in "${releases[@]}"; do
		echo "skip $pre$r: $1"
	done
	exit 0
}

[ "$arch" != amd64 ] || [ "$(uname -m)" = x86_64 ] || skip_all "the matrix has kernels for x86_64 only"
for tool in "$("$here/qemu.sh" --command "$arch")" busybox cpio gzip; do
	command -v $tool > /dev/null || skip_all "no $tool on this machine"
done
gears="stepper loop direct"
[ "$small" != 1 ] || gears=stepper
for gear in $gears; do
	[ -x "$B/load/load-$gear" ] || { echo "not ok load-$gear: not built"; exit 1; }
done

work=$(mktemp -d) || exit 1
trap 'pkids=$(jobs -p); [ -z "$pkids" ] || kill $pkids 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$B/vm" "$work/t"
for gear in $gears; do
	cp "$B/load/load-$gear" "$work/t/"
done

for f in lskel-boot peek first.lskel attach_probe.lskel struct_ops_cc.lskel; do
	[ ! -e "$B/boot/$f" ] || cp "$B/boot/$f" "$work/t/"
done

# A runner that dies, or that finds no test, must not go unnoticed: `end RUN STATUS` follows each.
cat > "$work/t/all.sh" <<'END'
export LSKEL_TEST_TIMEOUT=60 LSKEL_FAULT_STRIDE=13
one() {
	echo "== $1"
	shift
	"$@"
	echo "end $?"
}
# The names of a runner's tests without those that match.
but() { ./$1 --list | grep -vE "$2"; }
# A kernel without JIT has nothing to switch, and refuses the loop gear; on riscv64 the JIT is off at boot.
jit=/proc/sys/net/core/bpf_jit_enable
[ "$(cat $jit 2>/dev/null)" != 0 ] || echo 1 > $jit
loop() {
	if [ -e $jit ]; then one loop ./load-loop "$@"; else echo "skip loop: this kernel has no JIT"; fi
}
case $1 in
all)
	one stepper ./load-stepper
	loop
	one direct ./load-direct $(but load-direct '^fault_')
	;;
old)
	one stepper ./load-stepper $(./load-stepper --list | grep refused_on_old_kernel)
	one direct ./load-direct
	one direct-core ./load-core
	;;
fast)
	one stepper ./load-stepper $(but load-stepper '^fault_')
	loop $(but load-loop '^fault_')
	;;
small)
	one stepper ./load-stepper
	;;
nobtf)
	one stepper ./load-stepper $(./load-stepper --list | grep -E '^(core_at_generation|no_btf)_')
	;;
esac
case $1 in
all|fast)
	if [ ! -e $jit ]; then
		echo "skip stepper-nojit: this kernel has no JIT anyway"
	elif [ "$(uname -m)" = aarch64 ]; then
		# 6.12 dies in the interpreter of any program that calls bpf_get_current_task(), 7.2 refuses it
		echo "skip stepper-nojit: arm64's verifier makes instructions of helpers that only its JIT knows"
	elif echo 0 > $jit; then
		one stepper-nojit ./load-stepper $(but load-stepper '^(fault|scale|signals)_')
	else
		echo "skip stepper-nojit: the JIT of this kernel can't be switched off"
	fi
	;;
esac
boot() {
	local a b counts=/sys/fs/bpf/boot/first/maps/_bss
	./lskel-boot -p /sys/fs/bpf/boot first.lskel || return
	a=$(./peek $counts | cut -d' ' -f2)
	b=$(./peek $counts | cut -d' ' -f2)
	if [ "$a" -gt 0 ] && [ "$b" -gt "$a" ]; then echo "ok lskel_boot"; else echo "not ok lskel_boot: $a, then $b"; fi
	rm -r /sys/fs/bpf/boot
	[ -e attach_probe.lskel ] || return 0
	./lskel-boot -p /sys/fs/bpf/boot attach_probe.lskel struct_ops_cc.lskel
	a=$(ls /sys/fs/bpf/boot/attach_probe/links | wc -l)
	if [ "$a" -eq 6 ]; then echo "ok lskel_boot_probes"; else echo "not ok lskel_boot_probes: $a links, not 6"; fi
	a=$(cat /proc/sys/net/ipv4/tcp_available_congestion_control)
	case $a in
	*lskel_cc*) echo "ok lskel_boot_struct_ops" ;;
	*) echo "not ok lskel_boot_struct_ops: not in '$a'" ;;
	esac
	rm -r /sys/fs/bpf/boot
}
case $1 in
old|nobtf) ;; # lskel-boot has a loader program, and its objects want the kernel's BTF
*) [ ! -e first.lskel ] || one boot boot ;;
esac
echo "== kernel"
bad=$(dmesg | sed '1,/lskel: the VM is up/d' | grep -m1 -E 'WARNING:|BUG:|Oops|Internal error|general protection|unregister_netdevice')
[ -z "$bad" ] && echo "ok log_without_warnings" || echo "not ok log_without_warnings: $bad"
echo "end 0"
END

# Result lines of a VM's output, with RELEASE/RUN/ before each name.
results() {
	awk -v rel="$pre$1" '
		/^== / { run = $2; seen = 0; failed = 0; open = 1; next }
		/^(ok|skip) / { seen++; w = $1; sub(/^[a-z]+ /, ""); print w " " rel "/" run "/" $0; next }
		/^not ok / { seen++; failed++; sub(/^not ok /, ""); print "not ok " rel "/" run "/" $0; next }
		/^end / {
			if (!seen) print "not ok " rel "/" run ": no tests, exit status " $2
			else if ($2 != 0 && !failed) print "not ok " rel "/" run ": exit status " $2
			open = 0
		}'
}

# one RELEASE DIRECTORY
one() {
	local r=$1 dir=$2 what secs left=$((budget - (SECONDS - begin))) t0=$SECONDS status max=$limit
	what=$(awk -v r="$r" '$1 == r {print $2}' "$list")
	[ "$small" != 1 ] || [ "$what" = nobtf ] || what=small
	if [ $left -lt 20 ]; then
		echo "skip $pre$r: out of time (LSKEL_VM_BUDGET=$budget)" > "$work/$r"
		return
	fi
	[ $left -ge "$max" ] || max=$left
	# no CO-RE in that kernel: resolved for it, and only for it
	if [ "$what" = old ] && ! env -u MAKEFLAGS make -s B="$B" KERNEL_IMAGE="$dir/vmlinuz" "$B/load/load-core" > "$B/vm/$r.make" 2>&1; then
		echo "not ok $pre$r: load-core: $(tail -n 1 "$B/vm/$r.make")" > "$work/$r"
		return
	fi
	[ "$what" != old ] || cp "$B/load/load-core" "$work/t/"
	"$here/boot.sh" --modules --timeout "$max" "$dir" "$work/t" "sh ./all.sh ${what:-all}" > "$B/vm/$r.log" 2>&1
	status=$?
	results "$r" < "$B/vm/$r.log" > "$work/$r.part"
	secs=$((SECONDS - t0))
	if [ $status -eq 124 ]; then
		echo "skip $pre$r: not finished: out of time after $max s" >> "$work/$r.part"
	elif [ $status -ne 0 ]; then
		echo "not ok $pre$r: $(sed -n 's/^boot.sh: //p' "$B/vm/$r.log" | tail -n 1) (exit status $status)" >> "$work/$r.part"
	fi
	awk -v r="$pre$r" -v full="$(cat "$dir/release")" -v secs="$secs" '
		/^ok /{p++} /^not ok /{f++} /^skip /{s++}
		END { printf "# %s (%s): %d passed, %d failed, %d skipped in %d s\n", r, full, p, f, s, secs }' "$work/$r.part" >> "$work/$r.part"
	mv "$work/$r.part" "$work/$r"
}

timeout "$budget" "$here/fetch.sh" "${releases[@]}" > "$work/fetched" 2> "$work/fetch.err"
cat "$work/fetch.err"
for r in "${releases[@]}"; do
	line=$(awk -v r="$r" '$1 == r' "$work/fetched")
	case $line in
	"$r - "*) echo "skip $pre$r: ${line#"$r - "}" > "$work/$r"; continue ;;
	'') echo "skip $pre$r: out of time while fetching kernels" > "$work/$r"; continue ;;
	esac
	while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	one "$r" "${line#* }" &
done
wait
for r in "${releases[@]}"; do
	cat "$work/$r"
done
echo "# ${pre:+$arch: }${#releases[@]} kernels in $((SECONDS - begin)) s"
! grep -q '^not ok' "${releases[@]/#/$work/}"
