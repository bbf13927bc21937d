#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Shows the example that `make demo` built: its trace, then what it counts; where it can't be loaded, how it would be.
set -u

D=${B:-build}/demo
echo
echo "The trace of lskel/examples/switches.bpf.c: what loading it takes (lskel explain $D/switches.bpf.o)"
"${B:-build}/lskel" explain "$D/switches.bpf.o" > "$D/trace" || exit 1
head -n 30 "$D/trace" | cut -c 1-150 | sed 's/^/    /'
lines=$(wc -l < "$D/trace")
[ "$lines" -le 30 ] || echo "    ... ($((lines - 30)) more lines)"
echo
echo "Running it ($D/switches: loads itself through the header $D/switches.lskel.h, without libbpf):"
"$D/switches" 2 > "$D/out" 2>&1
status=$?
sed 's/^/    /' "$D/out"
case $status in
0) ;;
77)
	echo
	echo "This machine does not let this user load BPF programs (as root it usually does). So here is a dry run: the same"
	echo "runtime and the same loader program, but the commands go to a model of the kernel, and nothing is loaded"
	echo "(lskel run --dry-run $D/switches.bpf.o):"
	"${B:-build}/lskel" run --dry-run "$D/switches.bpf.o" > "$D/dry" 2>&1
	status=$?
	cut -c 1-170 "$D/dry" | sed 's/^/    /'
	exit $status
	;;
*)
	echo
	echo "Nothing was loaded, see above (exit status $status)." >&2
	exit 1
	;;
esac
