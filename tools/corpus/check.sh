#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Compares what `lskel check` says of each object with what a kernel did.
#
# usage: check.sh [-a] WORKDIR TARGET RESULT [NAME...]
#   TARGET: as for `lskel check --target`: of the kernel that made RESULT
#   RESULT: the table that run.sh or vm.sh made there: lskel's column counts, and libbpf's where lskel has none
#   -a: always libbpf's
# environment: LSKEL (build/lskel), LIMIT (seconds for one object, 20), OUT (a directory for what check says; what is
#   there already, of an earlier run, is not made again)
#
# Prints how many items of each kind are decided, how many objects, and which verdicts are wrong: "loads" of what the
# kernel refused, with the kernel's words, and "fails" of what it loaded, with ours. Exit status 1 if a "loads" is
# wrong for what check is about: a ksym, kfunc, attach target or CO-RE relocation.
set -u

here=$(cd "$(dirname "$0")" && pwd)
column=4
[ "${1:-}" = -a ] && { column=2; shift; }
[ $# -ge 3 ] || { echo "usage: check.sh [-a] WORKDIR TARGET RESULT [NAME...]" >&2; exit 2; }
work=$1 target=$2 result=$3
shift 3
lskel=${LSKEL:-$here/../../build/lskel}
limit=${LIMIT:-20}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
out=${OUT:-$tmp/out}
mkdir -p "$out"
[ $# -gt 0 ] || mapfile -t names < <(cut -d' ' -f1 "$result")
[ $# -eq 0 ] || names=("$@")

# Each in a process of its own: one that hangs or crashes is counted, and no more.
for n in "${names[@]}"; do
	[ -e "$work/obj/$n.bpf.o" ] && [ ! -s "$out/$n" ] || continue
	timeout "$limit" "$lskel" check --verbose --target "$target" "$work/obj/$n.bpf.o" > "$out/$n" 2> "$tmp/err"
	rc=$?
	case $rc in
	0 | 3) ;;
	1) [ -s "$out/$n" ] || echo "unread $(head -n 1 "$tmp/err" | tr '|' '!')" > "$out/$n" ;;
	124) echo "timeout" > "$out/$n" ;;
	*) echo "crash status $rc: $(head -n 1 "$tmp/err" | tr '|' '!')" > "$out/$n" ;;
	esac
done

awk -v column="$column" -v dir="$out" '
function trim(s) { gsub(/^ +| +$/, "", s); return s }
function say(title, list, n,    i) {
	printf "%s: %d\n", title, n
	for (i = 1; i <= n; i++)
		print "  " list[i]
}
BEGIN { FS = "|" }
{
	split($1, w, " ")
	name = w[1]; real = w[column] == "ok" || w[column] == "fail" ? w[column] : w[2]
	words = trim($4) != "" ? trim($4) " (" trim($2) ")" : trim($2) != "" ? trim($2) : trim($3)
	file = dir "/" name
	if ((getline line < file) <= 0)
		next
	objects++
	outcome = ""
	if (line ~ /^(timeout|crash|unread)/) {
		split(line, f, " ")
		odd[++odd_cnt] = name ": " line
		outcome = f[1] == "unread" ? "fails" : "undecided"
		why = f[1] == "unread" ? "can not be read" : f[1]
	} else if (match(line, /: (loads|fails|undecided) \(/)) {
		outcome = substr(line, RSTART + 2, RLENGTH - 4)
		why = ""
	}
	while ((getline line < file) > 0) {
		if (line !~ /^  [a-z]/)
			continue
		split(line, f, " ")
		items[f[1]]++
		verdicts[f[1], f[2]]++
		if (f[2] == "undecided")
			open[f[1]]++
		rest = line; sub(/^  [a-z]+ +[a-z]+ +/, "", rest)
		if (why == "" && ((outcome == "fails" && f[2] == "fatal") || (outcome == "undecided" && f[2] == "undecided"))) {
			why = f[1] ": " rest
			first = f[1]
		}
	}
	close(file)
	if (real != "ok" && real != "fail") {
		unknown++
		next
	}
	said[outcome, real]++
	if (outcome == "loads" && real == "fail") {
		wrong[++wrong_cnt] = name ": the kernel: " words
		if (words ~ /ksym |kfunc|kernel function|kernel BTF|kallsyms|kernel symbol|attach target|attach_btf_id|not modifiable|not sleepable|unknown#195896080|relo/)
			ours[++ours_cnt] = name
	}
	if (outcome == "fails" && real == "ok")
		harsh[++harsh_cnt] = name ": " why
	if (outcome == "undecided") {
		cause = why
		gsub(/\x27[^\x27]*\x27/, "..", cause); gsub(/[0-9]+/, "N", cause)
		causes[cause]++
	}
}
END {
	n = split("loader core ksym kfunc attach helper map prog kconfig verifier load", order, " ")
	printf "%-10s%8s%8s%8s%8s%10s%8s  decided\n", "items", "all", "fine", "guarded", "fatal", "doubtful", "open"
	for (i = 1; i <= n; i++) {
		k = order[i]
		if (!items[k])
			continue
		printf "%-10s%8d%8d%8d%8d%10d%8d  %.1f %%\n", k, items[k], verdicts[k, "fine"], verdicts[k, "guarded"],
		       verdicts[k, "fatal"], verdicts[k, "doubtful"], open[k], 100 * (items[k] - open[k]) / items[k]
		if (k ~ /^(core|ksym|kfunc|attach)$/) { four += items[k]; four_open += open[k] }
	}
	if (four)
		printf "core, ksym, kfunc, attach: %d of %d decided (%.1f %%)\n", four - four_open, four, 100 * (four - four_open) / four
	judged = objects - unknown
	printf "\n%d objects, %d of them with a result of the kernel\n", objects, judged
	if (!judged)
		exit 2
	printf "%-12s%10s%10s\n", "", "loaded", "refused"
	n = split("loads undecided fails", order, " ")
	for (i = 1; i <= n; i++)
		printf "%-12s%10d%10d\n", order[i], said[order[i], "ok"], said[order[i], "fail"]
	u = said["undecided", "ok"] + said["undecided", "fail"]
	printf "decided: %.1f %%\n\n", 100 * (judged - u) / judged
	say("wrong \"loads\"", wrong, wrong_cnt)
	say("of these, for a ksym, kfunc, attach target or CO-RE", ours, ours_cnt)
	say("wrong \"fails\"", harsh, harsh_cnt)
	if (odd_cnt)
		say("not judged", odd, odd_cnt)
	print "undecided, by the first cause:"
	for (c in causes)
		printf "  %4d  %s\n", causes[c], c | "sort -rn"
	close("sort -rn")
	exit ours_cnt > 0
}' "$result"
