#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Runs the corpus inside a VM, on one of Debian's kernels.
#
# usage: vm.sh [-t | -x | -e | -l] [-k KCONFIG] [-m MODULE]... WORKDIR RELEASE [NAME...]
#   -t  runs the kernel's tests of light skeletons (prog_tests.sh) instead; NAMEs are tests then
#   -x  compares what the kernel makes of the programs (xlated.sh) instead; to WORKDIR/xlated-RELEASE
#   -e  asks the kernel about each program (each_prog.c) instead; to WORKDIR/each-RELEASE
#   -l  loads through lskel only; to WORKDIR/lskel-RELEASE
#   -k  the kernel's configuration, for CONFIG_* externs (libbpf finds it as /boot/config-RELEASE)
#   -m  a module to insert first (bpf_testmod.ko)
# RELEASE: as in tools/vm/kernels. The table comes to WORKDIR/result-RELEASE (-t: WORKDIR/tests-RELEASE).
# environment: LSKEL (build/lskel), FLAVOURS (of -t: bpftool lskel)
set -u

here=$(cd "$(dirname "$0")" && pwd)
tests= xlated= each= only= config= modules=
while getopts txelk:m: opt; do
	case $opt in
	t) tests=1 ;;
	x) xlated=1 ;;
	e) each=1 ;;
	l) only=1 ;;
	k) config=$OPTARG ;;
	m) modules="$modules $OPTARG" ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { echo "usage: vm.sh [-t | -x | -e | -l] [-k KCONFIG] [-m MODULE]... WORKDIR RELEASE [NAME...]" >&2; exit 2; }
work=$(cd "$1" && pwd) || exit 1
release=$2
shift 2
kernel=$("$here/../vm/fetch.sh" "$release")
kernel=${kernel#* }
case $kernel in /*) ;; *) echo "vm.sh: no kernel $release: $kernel" >&2; exit 1 ;; esac
[ -n "$config" ] || [ ! -e "$kernel/config" ] || config=$kernel/config

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
dir=$tmp/dir
mkdir "$dir"
# A shell reads a script as it goes; this one runs so long that it must not change meanwhile.
cp -r "$here/../vm" "$tmp/vm"
setup='ulimit -l unlimited; ulimit -c 0'
if [ -n "$config" ]; then
	cp "$config" "$dir/kconfig"
	setup="$setup; mkdir -p /boot; ln -s /t/kconfig /boot/config-\$(uname -r)"
fi
for m in $modules; do
	cp "$m" "$dir/"
	setup="$setup; insmod /t/$(basename "$m")"
done

if [ -n "$tests" ]; then
	out=$work/tests-$release
	for f in ${FLAVOURS:-bpftool lskel}; do
		mkdir -p "$dir/$f"
		cp "$work/prog_tests/$f/test_progs" "$dir/$f/"
		strip "$dir/$f/test_progs"
		# The harness inserts bpf_testmod itself.
		for m in $modules; do
			cp "$m" "$dir/$f/"
		done
	done
	[ $# -gt 0 ] || set -- $(sed -n 's/^DEFINE_TEST(\(.*\))/\1/p' "$work/prog_tests/common/prog_tests/tests.h")
	cat > "$dir/cmd" <<-END
	for t in $*; do
		for f in ${FLAVOURS:-bpftool lskel}; do
			# Each test has a process of its own, so that a crash ends only itself.
			(cd /t/\$f && timeout 60 ./test_progs -t \$t -vv > /tmp/out 2>&1; echo \$? > /tmp/rc)
			sum=\$(grep '^Summary:' /tmp/out)
			echo "\$t \$f \$(cat /tmp/rc) \$sum"
			[ \$(cat /tmp/rc) = 0 ] || grep -E '(:FAIL:|libbpf: .*(fail|not found))' /tmp/out | sed 's/^/    /' | head -n 8
		done
	done
	END
else
	out=$work/result-$release
	lskel=${LSKEL:-$here/../../build/lskel}
	[ "$work/libbpf_load" -nt "$here/libbpf_load.c" ] || cc -O1 -o "$work/libbpf_load" "$here/libbpf_load.c" -lbpf || exit 1
	[ $# -gt 0 ] || set -- $(cd "$work/obj" && ls -- *.bpf.o | sed 's/\.bpf\.o$//')
	mkdir -p "$dir/obj" "$dir/tools"
	for name in "$@"; do
		# DWARF is of no use there, and memory is short.
		llvm-strip -g -o "$dir/obj/$name.bpf.o" "$work/obj/$name.bpf.o" 2>/dev/null ||
			cp "$work/obj/$name.bpf.o" "$dir/obj/"
	done
	if [ -n "$xlated" ]; then
		out=$work/xlated-$release
		cc -O1 -shared -fPIC -o "$dir/tools/xlated.so" "$here/xlated.c" -lbpf || exit 1
	fi
	[ -z "$only" ] || out=$work/lskel-$release
	if [ -n "$each" ]; then
		out=$work/each-$release
		cc -O1 -Wall -o "$dir/tools/each_prog" "$here/each_prog.c" -lbpf || exit 1
	fi
	cp "$here/run.sh" "$here/xlated.sh" "$here/summary.sh" "$work/libbpf_load" "$(PATH=$PATH:/usr/sbin command -v bpftool)" "$dir/tools/"
	cp "$lskel" "$dir/tools/lskel" 2>/dev/null || echo "vm.sh: no $lskel; its column will be 'none'" >&2
	cat > "$dir/cmd" <<-END
	export LSKEL=/t/tools/lskel BPFTOOL=/t/tools/bpftool LIBBPF_LOAD=/t/tools/libbpf_load RESULT=/tmp/result LIMIT=60
	export PRELOAD=/t/tools/xlated.so
	${each:+exec /t/tools/each_prog 30 /t/obj/*.bpf.o}
	sh /t/tools/$([ -n "$xlated" ] && echo xlated || echo run).sh ${config:+-k /t/kconfig} ${only:+-l} /t/obj
	END
fi
nice "$tmp/vm/boot.sh" --modules --timeout "${LIMIT:-2400}" "$kernel" "$dir" "$setup; sh /t/cmd" > "$out.log"
rc=$?
if [ -n "$each" ]; then
	grep -E '^[^ ]+ [^ ]+ (ok|fail|timeout|crash) -?[0-9]+ \|' "$out.log" > "$out"
	awk '{ n[($2 == "-" ? "objects" : "programs") ": " $3]++ } END { for (i in n) print i, n[i] }' "$out" | sort
elif [ -n "$tests$xlated" ]; then
	cp "$out.log" "$out"
	cat "$out"
else
	grep -E '^[^ ]+ (ok|fail|crash|timeout|none|-) [a-z-]+ [a-z-]+ \|' "$out.log" > "$out"
	[ -n "$only" ] || sh "$here/summary.sh" "$out"
fi
exit $rc
