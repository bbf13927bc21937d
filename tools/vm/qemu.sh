#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Becomes the QEMU that boots a kernel without a disk; its console is standard output.
#
#   tools/vm/qemu.sh ARCH KERNEL INITRD [MORE KERNEL PARAMETERS]
#
# ARCH is Debian's name: amd64, arm64, riscv64, s390x. With --command first: only prints the name of the program.
set -u

[ "$1" = --command ] && only=1 && shift || only=
arch=$1
case $arch in
amd64)
	# Debian 12's QEMU emulates cmpxchg16b badly: without -cx16 one boot in twelve of 6.12 dies early.
	qemu=qemu-system-x86_64 machine="-machine q35,accel=tcg -cpu max,-cx16 -serial stdio"
	console="ttyS0 mitigations=off"
	;;
arm64)
	# -cpu max costs six seconds a boot: pointer authentication
	qemu=qemu-system-aarch64 machine="-machine virt,accel=tcg -cpu cortex-a57 -serial stdio" console=ttyAMA0
	;;
riscv64)
	qemu=qemu-system-riscv64 machine="-machine virt,accel=tcg -cpu rv64 -serial stdio" console="ttyS0 earlycon=sbi"
	;;
s390x)
	qemu=qemu-system-s390x console=ttysclp0
	machine="-machine s390-ccw-virtio,accel=tcg -cpu max -chardev stdio,id=c0 -device sclpconsole,chardev=c0"
	;;
*)
	echo "qemu.sh: no machine is known for '$arch'" >&2
	exit 126
	;;
esac
if [ -n "$only" ]; then
	echo $qemu
	exit
fi
kernel=$2 initrd=$3
shift 3
# On a busy machine the emulated timer is late: nothing that takes that for an error.
patient="nowatchdog workqueue.watchdog_thresh=0 rcupdate.rcu_cpu_stall_suppress=1"
[ $arch = amd64 ] && patient="no_timer_check $patient"
# shellcheck disable=SC2086
exec $qemu $machine -m 1G -smp 1 -display none -monitor none -no-reboot -nodefaults -kernel "$kernel" -initrd "$initrd" \
	-append "console=$console quiet panic=-1 $patient $*" < /dev/null
