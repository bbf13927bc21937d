#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Boots a real kernel whose first process is lskel-boot, out of an initramfs that holds it and a packed file and nothing
# else; then the same with a program that has the skeleton in it, and with one that has libbpf.
#
#   B=build [KERNEL=6.12] lskel/examples/initramfs/demo.sh [runner|skeleton|libbpf]...
#
# What the "real root" needs (a shell, peek) comes in a second archive behind the first one, since Debian's kernels have no
# driver for disks built in; /next moves it to a tmpfs and does what switch_root does. Sizes are those of the first archive.
set -u

cd "$(dirname "$0")/../../.." || exit 1
B=${B:-build}
here=lskel/examples/initramfs
release=${KERNEL:-6.12}
PATH=$PATH:/usr/sbin:/sbin
out=$B/initramfs
rm -rf "$out" && mkdir -p "$out" || exit 1

skip() { echo "skip demo_initramfs: $1"; exit 0; }
for tool in qemu-system-x86_64 cpio busybox gzip; do
	command -v $tool > /dev/null || skip "no $tool on this machine"
done
[ "$(uname -m)" = x86_64 ] || skip "a demo for x86-64"
kernel=$(tools/vm/fetch.sh "$release" | cut -d' ' -f2-)
case $kernel in "- "*) skip "kernel $release: ${kernel#- }" ;; esac

B=$B tools/sizes.sh > "$out/sizes.md" || exit 1
S=$B/sizes
${CC:-cc} -Os -static -I"$S" $here/peek.c -o "$out/peek" || exit 1

pack() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -9n) > "$1.cpio.gz"; }

# The root that comes after.
root=$out/root
mkdir -p "$root/bin" "$root/real"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$out/peek" "$root/peek"
cat > "$root/next" <<'END'
#!/bin/busybox sh
b=/bin/busybox
echo
echo "LSKEL in the initramfs, process $$: $(/peek /sys/fs/bpf/boot/first/maps/_bss)"
$b mount -t tmpfs root /real && $b mkdir -p /real/bin /real/proc /real/sys /real/dev
$b cp /bin/busybox /real/bin/ && $b cp /peek /real/peek
$b mv /real-init /real/init
$b mount -o move /sys /real/sys && $b mount -o move /proc /real/proc
$b mount -t devtmpfs dev /real/dev
exec $b switch_root /real /init
END
cat > "$root/real-init" <<'END'
#!/bin/busybox sh
b=/bin/busybox
echo "LSKEL after switch_root, process $$: $(/peek /sys/fs/bpf/boot/first/maps/_bss)"
echo "LSKEL a moment later: $(/peek /sys/fs/bpf/boot/first/maps/_bss)"
echo "LSKEL pinned: $($b find /sys/fs/bpf/boot -type f | $b sed 's,/sys/fs/bpf/,,' | $b sort | $b tr '\n' ' ')"
echo "LSKEL files of the initramfs that are left: $($b ls / | $b grep -c -e first.lskel -e next)"
$b poweroff -f
END
chmod 755 "$root/next" "$root/real-init"
pack "$root"

# try NAME ARGUMENTS-OF-INIT
try() {
	local name=$1 args=$2 pid begin=$SECONDS
	pack "$out/$name"
	case $which in *" $name "*) ;; *) echo "    (not tried)"; return ;; esac
	cat "$out/$name.cpio.gz" "$root.cpio.gz" > "$out/$name.initrd"
	tools/vm/qemu.sh amd64 "$kernel/vmlinuz" "$out/$name.initrd" "$args" > "$out/$name.log" 2>&1 &
	pid=$!
	while kill -0 $pid 2> /dev/null && [ $((SECONDS - begin)) -lt "${LSKEL_VM_TIMEOUT:-180}" ]; do
		sleep 0.2
	done
	kill $pid 2> /dev/null
	wait $pid 2> /dev/null
	tr -d '\r' < "$out/$name.log" | sed -n 's/.*LSKEL /    /p' > "$out/$name.said"
	cat "$out/$name.said"
	# each count must be there, and be larger than the one before; nothing may have been started before /next
	if ! awk '/counted: / { sub(/.*counted: /, ""); if ($1 <= last) exit 1; last = $1; n++ }
		/started: / { if ($0 !~ /started: next\(pid 1\)/) exit 1 } END { exit n != 3 }' "$out/$name.said"; then
		echo "not ok demo_initramfs/$name: not what was to be expected, see $out/$name.log"
		failed=1
	else
		echo "ok demo_initramfs/$name"
	fi
}

failed=0
which=" ${*:-runner skeleton libbpf} "
echo "Linux $(cat "$kernel/release"), lskel-boot as the first process:"
mkdir "$out/runner" && cp "$B/lskel-boot" "$out/runner/init" && cp "$S/first.lskel" "$out/runner/"
try runner "-- -v -p /sys/fs/bpf/boot -x /next /first.lskel"
echo "A program with the skeleton in it, without a libc:"
mkdir "$out/skeleton" && cp "$S/nolibc" "$out/skeleton/init"
try skeleton "-- /next"
if [ -x "$S/libbpf" ]; then
	echo "The same program with libbpf's skeleton, linked statically:"
	mkdir "$out/libbpf" && cp "$S/libbpf" "$out/libbpf/init"
	try libbpf "-- /next"
fi
echo
echo "| initramfs with | bytes, gzip -9 | program | object |"
echo "|---|---:|---:|---:|"
size() { stat -c %s "$1" 2> /dev/null || echo "-"; }
echo "| lskel-boot and a packed file | $(size "$out/runner.cpio.gz") | $(size "$B/lskel-boot") | $(size "$S/first.lskel") |"
echo "| a program with lskel's skeleton, no libc | $(size "$out/skeleton.cpio.gz") | $(size "$S/nolibc") | in it |"
echo "| a program with libbpf's skeleton, static | $(size "$out/libbpf.cpio.gz") | $(size "$S/libbpf") | in it |"
exit $failed
