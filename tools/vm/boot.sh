#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Boots a kernel in QEMU, without a disk, and runs one command in it.
#
#   [LSKEL_ARCH=arm64] tools/vm/boot.sh [--nojit] [--modules] [--timeout SECONDS] [--lib LIBRARY]... KERNEL DIR CMD
#
# LSKEL_ARCH: Debian's name of the machine (amd64); DIR's programs must be for it, and static ones unless it is this one's.
# KERNEL: a directory as tools/vm/fetch.sh prints it, or a kernel file.
# DIR: becomes /t in the VM. The shared libraries of its programs come along (found by ldd here).
# CMD: what `sh -c` runs in /t, as root. What it prints is printed here; its exit status is ours.
#   --nojit    switches the BPF JIT off first
#   --modules  inserts the modules that lie beside the kernel
#   --timeout  for the whole VM; default 150
# Our own statuses: 124 out of time while still at work, 125 the VM did not come up, died or hangs (a message says how),
# 126 cannot run here.
set -u

here=$(cd "$(dirname "$0")" && pwd)
nojit=0 modules=0 timeout=150 libs=()
while [ $# -gt 0 ]; do
	case $1 in
	--nojit) nojit=1 ;;
	--modules) modules=1 ;;
	--timeout) timeout=$2; shift ;;
	--lib) libs+=("$2"); shift ;;
	-*) echo "boot.sh: unknown option '$1'" >&2; exit 126 ;;
	*) break ;;
	esac
	shift
done
[ $# -eq 3 ] || { echo "usage: boot.sh [--nojit] [--modules] [--timeout SECONDS] KERNEL DIR CMD" >&2; exit 126; }
kernel=$1 dir=$2 cmd=$3
kdir=
[ -d "$kernel" ] && kdir=$kernel kernel=$kernel/vmlinuz
PATH=$PATH:/usr/sbin:/sbin
arch=${LSKEL_ARCH:-amd64}
qemu_cmd=$("$here/qemu.sh" --command "$arch") || exit 126
for tool in "$qemu_cmd" cpio busybox gzip; do
	command -v "$tool" > /dev/null || { echo "boot.sh: no $tool on this machine" >&2; exit 126; }
done
busybox=$(command -v busybox)
[ "$arch" = amd64 ] || busybox=$(dirname "$kdir")/busybox
[ -s "$busybox" ] || { echo "boot.sh: no busybox for $arch beside $kdir" >&2; exit 126; }

work=$(mktemp -d) || exit 126
qemu=
trap 'if [ -n "$qemu" ]; then kill "$qemu" 2>/dev/null; fi; rm -rf "$work"' EXIT
trap 'exit 124' INT TERM
root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp,t,modules,root,etc}
cp -rL "$dir/." "$root/t/" || exit 126
cp "$busybox" "$root/bin/busybox"
for l in $( { find "$root/t" "$root/bin" -type f -perm -100 -exec ldd {} + 2>/dev/null
	printf '%s\n' "${libs[@]}"; } | grep -o '/[^ ():]*' | sort -u); do
	case $l in "$root"/*) continue ;; esac
	[ -f "$l" ] && mkdir -p "$root$(dirname "$l")" && cp -L "$l" "$root$l"
done
if [ $modules = 1 ] && [ -n "$kdir" ]; then
	sed -n 's/^\([a-z].*\)/\1/p' "$here/modules" > "$root/modules/list"
	cp "$kdir"/modules/*.ko "$root/modules/" 2>/dev/null
fi
printf '%s\n' "$cmd" > "$root/cmd"
cat > "$root/init" <<END
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/t HOME=/root LSKEL_VM=1
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t bpf bpf /sys/fs/bpf
mkdir -p /sys/fs/cgroup /dev/shm && mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
ip link set lo up 2>/dev/null
dmesg -n 1
for m in \$(cat /modules/list 2>/dev/null); do
	[ ! -e /modules/\$m.ko ] || insmod /modules/\$m.ko || echo "vm: insmod \$m failed"
done
[ $nojit = 0 ] || echo 0 > /proc/sys/net/core/bpf_jit_enable || echo "vm: the JIT can't be switched off"
cd /t
echo "lskel: the VM is up" > /dev/kmsg
echo
echo LSKEL-VM-UP
sh /cmd < /dev/null 2>&1
r=\$?
echo
echo LSKEL-VM-EXIT \$r
poweroff -f
END
chmod 755 "$root/init"
# Without a console node there, init has no descriptors until devtmpfs is mounted; only root can make one, and only
# the first lines of output are lost without.
mknod -m 600 "$root/dev/console" c 5 1 2>/dev/null
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) > "$work/initrd" || exit 126

# Has a VM that is not up by now had time enough? A boot costs 4 to 10 s of processor time; on a busy machine that can be
# minutes, so they count, and the clock only for a VM that does nothing.
stuck() {
	local cpu
	cpu=$(awk '{print int(($14 + $15) / 100)}' "/proc/$qemu/stat" 2>/dev/null)
	[ "${cpu:-99}" -ge 40 ] || [ $((SECONDS - $1)) -ge 180 ]
}

boot() {
	"$here/qemu.sh" "$arch" "$kernel" "$work/initrd" > "$work/out" 2> "$work/qemu.err" &
	qemu=$!
	local start=$SECONDS
	while kill -0 $qemu 2>/dev/null; do
		if [ $((SECONDS - begin)) -ge "$timeout" ]; then
			kill $qemu
			how="out of time after $timeout s"
			idle=$(($(date +%s) - $(stat -c %Y "$work/out")))
			[ $idle -lt 90 ] || how="hangs: no output for $idle s"
			break
		elif [ $((SECONDS - start)) -ge 40 ] && ! grep -q LSKEL-VM-UP "$work/out" && stuck $start; then
			kill $qemu
			how="no init after $((SECONDS - start)) s"
			break
		fi
		sleep 0.2
	done
	wait $qemu 2>/dev/null
	qemu=
	tr -d '\r' < "$work/out" > "$work/text"
}

begin=$SECONDS
for try in 1 2; do
	how=
	boot
	grep -q '^LSKEL-VM-UP' "$work/text" && break
	[ $((SECONDS - begin)) -lt "$timeout" ] || break
	[ $try = 1 ] && echo "boot.sh: the VM did not come up${how:+ ($how)}; once more" >&2
done
sed '1,/^LSKEL-VM-UP/d; /^LSKEL-VM-EXIT/,$d' "$work/text"
status=$(sed -n 's/^LSKEL-VM-EXIT \([0-9]*\)$/\1/p' "$work/text" | tail -n 1)
[ -z "$status" ] || exit "$status"
if grep -q 'Kernel panic' "$work/text"; then
	how="kernel panic: $(sed -n 's/.*Kernel panic - //p' "$work/text" | head -n 1)"
fi
case $how in
'out of time'*) echo "boot.sh: $how" >&2; exit 124 ;;
esac
echo "boot.sh: the VM failed: ${how:-QEMU ended without a word}" >&2
tail -n 15 "$work/text" "$work/qemu.err" >&2
exit 125
