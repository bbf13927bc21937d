#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# What the verifier's model (kernel/verify/) says of each object of the corpus, beside what a kernel said.
#
# usage: judge.sh [-k KCONFIG] TARGET OBJDIR RESULT
# TARGET: as `lskel target` takes it ("/", a directory, a saved target); RESULT: run.sh's or vm.sh's table for that kernel
# environment: JUDGE (build/judge)
#
# Prints the objects that the model refuses and the kernel loads, those that are undecided, and those that the model takes
# for fine and the kernel refuses, each with its reasons, and then the counts. Of the last, most are refused for what the
# model does not look at: maps that can't be created, attach targets, programs too large. Only a refusal of the first kind makes
# the exit status 1.
set -u

kconfig=
[ "${1:-}" = -k ] && { kconfig=$2; shift 2; }
[ $# -eq 3 ] || { echo "usage: judge.sh [-k KCONFIG] TARGET OBJDIR RESULT" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
judge=${JUDGE:-$here/../../build/judge}
[ -x "$judge" ] || { echo "judge.sh: no $judge: make build/judge" >&2; exit 2; }

"$judge" ${kconfig:+-k "$kconfig"} "$1" "$2"/*.bpf.o | awk -v result="$3" '
	BEGIN {
		while ((getline line < result) > 0) {
			split(line, w, " ")
			real[w[1]] = w[4] == "ok" || w[2] == "ok" ? "loads" : w[2] == "timeout" ? "?" : "fails"
			said[w[1]] = line
			sub(/^[^|]*\| */, "", said[w[1]])
		}
	}
	function flush() {
		if (name == "")
			return
		r = name in real ? real[name] : "?"
		cnt[model " " r]++
		if (r == "?" || model == r || model == "unread")
			return
		if (model == "fails")
			wrong++
		print name ": the model says " model ", the kernel " r
		if (r == "fails")
			print "    " substr(said[name], 1, 160)
		printf "%s", why
	}
	/^ / { why = why "  " $0 "\n"; next }
	{ flush(); name = $1; model = $2; why = ""; walked += $3; us += $4 }
	END {
		flush()
		for (k in cnt)
			printf "# model, kernel: %s: %d\n", k, cnt[k] | "sort"
		close("sort")
		printf "# %d instructions in %.1f s\n", walked, us / 1e6
		exit wrong > 0
	}'
