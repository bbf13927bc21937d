# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Results ("OBJECT CONTESTANT KEY VALUE...") as tables for people.

function has(o, c, key) { return (o, c, key) in all }
function get(o, c, key) { return has(o, c, key) ? all[o, c, key] : "-" }

# One of the numbers of a time: 2 min, 3 Q1, 4 median, 5 Q3, 6 max
function stat(o, c, key, n,   p) {
	return split(get(o, c, key), p, " ") == 6 ? sprintf("%.0f", p[n]) : "-"
}

function spread(o, c, key) {
	return has(o, c, key) ? stat(o, c, key, 3) "-" stat(o, c, key, 5) : "-"
}

function ratio(a, b) { return a == "-" || b == "-" || !b ? "-" : sprintf("%.2f", a / b) }

{
	v = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ ?/, "", v)
	all[$1, $2, $3] = v
	if ($1 == "-")
		next
	if (!($1 in cnt)) {
		cnt[$1] = 0
		order[++objects] = $1
	}
	if ($2 != "-" && !(($1, $2) in known)) {
		known[$1, $2] = 1
		who[$1, ++cnt[$1]] = $2
	}
}

function load_row(c, load, quartiles, floor, light, loader, peak, calls, blob, loader_sz, header, static) {
	printf "%-10s %9s %17s %7s %7s %10s %9s %8s %8s %7s %9s %9s\n", c, load, quartiles, floor, light, loader, peak, calls,
		blob, loader_sz, header, static
}

function load_table(o,   i, c, median) {
	printf "\n%s: %s maps, %s programs, %s relocations, %s bytes\n", o, get(o, "-", "maps"),
		get(o, "-", "progs"), get(o, "-", "relocations"), get(o, "-", "bytes")
	load_row("", "load us", "quartiles", "/floor", "/light", "loader us", "peak KB", "syscalls", "blob", "loader",
		"header", "static")
	for (i = 1; i <= cnt[o]; i++) {
		c = who[o, i]
		if (has(o, c, "error")) {
			printf "%-10s %s\n", c, get(o, c, "error")
			continue
		}
		median = stat(o, c, "load_us", 4)
		load_row(c, median, spread(o, c, "load_us"), ratio(median, stat(o, "floor", "load_us", 4)),
			ratio(median, stat(o, "bpftool", "load_us", 4)), stat(o, c, "loader_us", 4), get(o, c, "peak_kb"),
			get(o, c, "syscalls"), get(o, c, "blob"), get(o, c, "loader"), get(o, c, "header"),
			get(o, c, "static"))
	}
}

# What loading the loaders takes, against a program of two instructions.
function gears_table(o,   i, c) {
	printf "\nloading a loader program\n%-10s %9s %17s %7s\n", "", "us", "quartiles", "/two"
	for (i = 1; i <= cnt[o]; i++) {
		c = who[o, i]
		if (has(o, c, "error"))
			printf "%-10s %s\n", c, get(o, c, "error")
		else
			printf "%-10s %9s %17s %7s\n", c, stat(o, c, "loader_us", 4), spread(o, c, "loader_us"),
				ratio(stat(o, c, "loader_us", 4), stat(o, "two", "loader_us", 4))
	}
}

function ms(o, c, n) { return sprintf("%.1f", stat(o, c, "cpu_us", n) / 1000) }

function gen_row(o, bytes, per_mb, ours, theirs) {
	printf "%-12s %10s %10s  %s   %s\n", o, bytes, per_mb, ours, theirs
}

# One generator: processor time, quartiles, memory, or why there is nothing.
function gen_cell(o, c) {
	if (!has(o, c, "cpu_us"))
		return has(o, c, "error") ? get(o, c, "error") : "-"
	return sprintf("%8s %15s %9s", ms(o, c, 4), ms(o, c, 3) "-" ms(o, c, 5), get(o, c, "peak_kb"))
}

function gen_table(o,   per_mb) {
	if (!gen_head++) {
		print "\ngenerating (time of the processor)"
		gen_row("object", "bytes", "ms per MB", sprintf("%8s %15s %9s", "lskel ms", "quartiles", "peak KB"),
			sprintf("%8s %15s %9s", "bpftool", "quartiles", "peak KB"))
	}
	per_mb = has(o, "lskel", "cpu_us") ? sprintf("%.1f", ms(o, "lskel", 4) * 1000000 / get(o, "-", "bytes")) : "-"
	gen_row(o, get(o, "-", "bytes"), per_mb, gen_cell(o, "lskel"), gen_cell(o, "bpftool"))
}

END {
	printf "Linux %s, %s CPUs (%s); lskel %s, bpftool %s, libbpf %s\n", get("-", "-", "kernel"),
		get("-", "-", "cpus"), get("-", "-", "cpu"), get("-", "-", "lskel"), get("-", "-", "bpftool"),
		get("-", "-", "libbpf")
	for (i = 1; i <= objects; i++) {
		o = order[i]
		use = get(o, "-", "use")
		if (use == "load")
			load_table(o)
		else if (use == "gears")
			gears_table(o)
		else
			gen_table(o)
	}
}
