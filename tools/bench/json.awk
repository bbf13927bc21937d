# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Results ("OBJECT CONTESTANT KEY VALUE...") as JSON: what "- -" is about, then the objects, each with its
# contestants. Numbers are numbers; keys that end in _us are the six of rounds.c.

function quote(s) {
	gsub(/[\\"]/, "\\\\&", s)
	gsub(/[\001-\037]/, " ", s)
	return "\"" s "\""
}

function value(key, v,   p) {
	if (key ~ /_us$/ && split(v, p, " ") == 6)
		return sprintf("{\"count\": %s, \"min\": %s, \"q1\": %s, \"median\": %s, \"q3\": %s, \"max\": %s}",
			p[1], p[2], p[3], p[4], p[5], p[6])
	return v ~ /^[0-9]+(\.[0-9]+)?$/ && key !~ /^(kernel|lskel|bpftool|libbpf)$/ ? v : quote(v)
}

function add(list, key, v) {
	return list (list == "" ? "" : ", ") quote(key) ": " value(key, v)
}

{
	v = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ ?/, "", v)
	if ($1 == "-") {
		about = add(about, $3, v)
		next
	}
	if (!($1 in object)) {
		object[$1] = ""
		order[++objects] = $1
	}
	if ($2 == "-") {
		object[$1] = add(object[$1], $3, v)
		next
	}
	if (!(($1, $2) in one)) {
		one[$1, $2] = ""
		who[$1, ++cnt[$1]] = $2
	}
	one[$1, $2] = add(one[$1, $2], $3, v)
}

END {
	printf "{%s, \"objects\": [", about
	for (i = 1; i <= objects; i++) {
		o = order[i]
		printf "%s\n{\"name\": %s, %s, \"contestants\": [", (i > 1 ? "," : ""), quote(o), object[o]
		for (j = 1; j <= cnt[o]; j++)
			printf "%s\n\t{\"name\": %s, %s}", (j > 1 ? "," : ""), quote(who[o, j]), one[o, who[o, j]]
		printf "]}"
	}
	print "]}"
}
