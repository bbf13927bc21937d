#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Sums up a table of run.sh: of the objects that libbpf loads, how many the others load, and lskel's failures by cause.
# usage: summary.sh TABLE
exec awk -F '|' '
{
	split($1, v, " ")
	total++
	if (v[4] == "crash" || v[4] == "timeout")
		odd[++odd_cnt] = v[1] " " v[4]
	if (v[2] != "ok") {
		if (v[4] == "ok")
			more[++more_cnt] = v[1] ":" $3
		next
	}
	base++
	bpftool += v[3] == "ok"
	lskel += v[4] == "ok"
	if (v[4] == "ok")
		next
	cause = $2
	gsub(/^ +| +$/, "", cause)
	sub(/^lskel: /, "", cause)
	sub(/^[^ ]*\.bpf\.o: /, "", cause)
	gsub(/\x27[^\x27]*\x27/, "\x27...\x27", cause)
	gsub(/[0-9]+/, "N", cause)
	if (!(cause in cnt))
		causes[++cause_cnt] = cause
	cnt[cause]++
	objs[cause] = objs[cause] "\n      " v[1] " [" v[4] "; bpftool " v[3] "]:" $2
}
END {
	print "-----"
	printf "%d objects; libbpf loads %d\n", total, base
	if (!base)
		exit 1
	printf "of these: bpftool -L loads %d (%.1f %%), lskel loads %d (%.1f %%)\n",
	       bpftool, 100 * bpftool / base, lskel, 100 * lskel / base
	for (i = 1; i <= cause_cnt; i++)
		printf "  %4d  %s%s\n", cnt[causes[i]], causes[i], objs[causes[i]]
	for (i = 1; i <= odd_cnt; i++)
		print "  crash or timeout: " odd[i]
	for (i = 1; i <= more_cnt; i++)
		print "  only lskel loads " more[i]
}' "$1"
