# shellcheck shell=bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Sourced by run.sh: does the benchmark measure? One load each of the smallest object. What it counts is
# known: the floor is one command for the BTF, one for each of the three maps, one for the program.
bench_once() {
	if ! (cd "$root" && B=${lskel%/*} OPT=-O0 REPS=1 GEN=0 OBJECTS=small CONTESTANTS="lskel floor" WORK=$work/bench \
		tools/bench/run.sh --json "$work/bench.json") > bench.txt 2>&1; then
		grep -v '^$' bench.txt | tail -n 1
		return 1
	fi
	"$root/tools/bench/chart.py" bench.json > bench.svg || return 1
	python3 - << 'PY'
import json
import xml.etree.ElementTree as xml

bench = json.load(open("bench.json"))
small, = bench["objects"]
assert (small["name"], small["maps"], small["progs"], small["use"]) == ("small", 3, 1, "load"), small
who = {c["name"]: c for c in small["contestants"]}
assert set(who) == {"lskel", "floor"}, who
for c in who.values():
    t = c["load_us"]
    assert t["count"] == 1 and 0 < t["min"] == t["q1"] == t["median"] == t["q3"] == t["max"], t
ours, floor = who["lskel"], who["floor"]
assert floor["syscalls"] == 5, floor
assert ours["syscalls"] > 5 and 0 < ours["peak_kb"] < 1024, ours
assert 0 < ours["loader_us"]["median"] < ours["load_us"]["median"], ours
assert "loader_us" not in floor, floor
assert 0 < ours["loader"] < 4096 < ours["static"] < ours["header"] and 0 < ours["blob"] < ours["static"], ours
texts = {e.text for e in xml.parse("bench.svg").iter("{http://www.w3.org/2000/svg}text")}
assert {"small", "3 maps, 1 prog", "lskel", "floor"} <= texts, texts
PY
}
# Whoever fails has no times, but says why; the others have theirs.
bench_failure() {
	printf '%s\n' '- - kernel 6.1' 'small - use load' 'small - maps 3' 'small - progs 1' \
		'small lskel load_us 3 1.0 2.0 3.0 4.0 5.0' 'small bpftool error says "no" \ to it' > results
	awk -f "$root/tools/bench/json.awk" results | python3 -c 'import json, sys
one, two = json.load(sys.stdin)["objects"][0]["contestants"]
assert one["load_us"] == {"count": 3, "min": 1, "q1": 2, "median": 3, "q3": 4, "max": 5}, one
assert two == {"name": "bpftool", "error": "says \"no\" \\ to it"}, two' &&
		awk -f "$root/tools/bench/table.awk" results | grep -q '^bpftool *says "no" . to it$'
}

root=$OLDPWD
if ! command -v python3 > /dev/null; then
	skip cli.bench "no python3"
	skip cli.bench_failure "no python3"
else
	check bench_failure bench_failure
	if ! "$lskel" run "$progs/maps.bpf.o" > /dev/null 2>&1; then
		skip cli.bench "loading BPF programs"
	elif ! [ -e /sys/kernel/btf/vmlinux ]; then
		skip cli.bench "this kernel has no BTF"
	elif ! why=$("$root/tools/bench/bpftool.sh" 2>&1 > /dev/null); then
		skip cli.bench "${why##*$'\n'}"
	else
		check bench bench_once
	fi
fi
