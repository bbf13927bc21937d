#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Runs in the virtual machine, beside the modules: loads them, looks at what they do, takes them away again.
set -u

p=/sys/module/lskel_preload/parameters/tasks
name=
fail() { echo "not ok $name: $1"; }
# The kernel must not say anything of the kind, whatever else went well.
trouble='BUG\|WARNING\|Oops\|general protection\|Call Trace\|stack-protector\|refcount\|hung task\|unable to handle'
ok() {
	said=$(dmesg | grep -m1 "$trouble") && fail "$said" || echo "ok $name"
}
# A listing's programs and maps; "title: 3 3" when ours are all that there are.
listing() {
	mkdir -p /tmp/b && mount -t bpf bpf /tmp/b || return
	echo "$(sed -n '1s/:.*//p' /tmp/b/maps.debug): $(sed 1,2d /tmp/b/maps.debug | wc -l) $(sed 1,2d /tmp/b/progs.debug | wc -l)"
	umount /tmp/b
}
# What is gone is gone after a grace period or two.
settled() {
	for i in 1 2 3 4 5 6 7 8; do
		have=$(listing)
		[ "$have" = "$1" ] && return
		sleep 1
	done
	return 1
}
work() { for i in 1 2 3 4 5; do /bin/busybox true; done; }
holders() { ls -l /proc/[0-9]*/fd 2> /dev/null | grep -c 'anon_inode:bpf'; }

name=stays_attached
if ! insmod lskel_preload.ko title=hello start=1000; then
	fail "insmod: $(dmesg | tail -n 1)"
	exit 1
fi
a=$(cat $p); work; b=$(cat $p)
if [ "$(holders)" != 0 ]; then
	fail "a process has a descriptor"
elif [ $((${b% *} - ${a% *})) -lt 5 ]; then
	fail "counted '$a', then '$b'"
elif [ $((${b#* } - ${b% *})) != 1000 ]; then
	fail "data set before load: '$b'"
else
	ok
	echo "# counted $a, and $b after five more processes"
fi

name=publishes
have=$(listing)
[ "$have" = "hello: 3 3" ] && ok || fail "listing '$have'"

# Pins of a mount are the mount's: they work when the module is gone, and what they hold goes with them.
name=rmmod
mkdir -p /tmp/kept && mount -t bpf bpf /tmp/kept
if ! said=$(./leave lskel_preload); then
	fail "$said"
elif [ -e $p ]; then
	fail "still there"
elif ! grep -q 'iterator.rodata' /tmp/kept/maps.debug; then
	fail "pinned listing: $(cat /tmp/kept/maps.debug)"
elif sed 1,2d /tmp/kept/progs.debug | grep -q count_tasks && sleep 2 && grep -q count_tasks /tmp/kept/progs.debug; then
	fail "the program is still there"
else
	ok
fi
umount /tmp/kept

for how in 1 2 3 4; do
	name=failed_load_$how
	n=$(dmesg | grep -c 'lskel_preload: ')
	if insmod lskel_preload.ko broken=$how 2> /dev/null; then
		fail "insmod of what is broken"
		rmmod lskel_preload
	elif [ -e $p ]; then
		fail "the module is there"
	elif [ $how != 4 ] && [ "$(dmesg | grep -c 'lskel_preload: ')" = "$n" ]; then
		fail "no message"
	else
		ok
		[ $how = 4 ] || echo "# $(dmesg | grep 'lskel_preload: ' | tail -n 1 | sed 's/^\[[^]]*\] *//')"
	fi
done

name=nothing_is_left
insmod lskel_preload.ko
settled "lskel: 3 3" && ok || fail "listing '$have'"
rmmod lskel_preload

# Descriptor 0 means "absent" in a skeleton, and here it is the first one that is free.
name=without_stdin
if insmod lskel_preload.ko <&- && a=$(cat $p) && work && b=$(cat $p) && [ "$a" != "$b" ]; then
	settled "lskel: 3 3" && ok || fail "listing '$have'"
else
	fail "counted '${a:-}', then '${b:-}'"
fi
rmmod lskel_preload

name=again_and_again
(while :; do cat $p; done > /tmp/seen 2> /dev/null) & reader=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	insmod lskel_preload.ko && rmmod lskel_preload || { fail "round $i"; break; }
done
kill $reader
insmod lskel_preload.ko
[ $i = 10 ] && { settled "lskel: 3 3" && ok || fail "listing '$have'"; }
rmmod lskel_preload

if [ -e bpf_preload.ko ]; then
	name=kernels_own_preload
	if ! insmod bpf_preload.ko; then
		fail "insmod: $(dmesg | tail -n 1)"
	elif settled "lskel: 1 2"; then
		# the module's destroy runs in another process than its load
		said=$(./leave bpf_preload) && ok || fail "$said"
		mkdir -p /tmp/c && mount -t bpf bpf /tmp/c
		[ ! -e /tmp/c/maps.debug ] || fail "still published"
	else
		fail "listing '$have'"
	fi
fi
