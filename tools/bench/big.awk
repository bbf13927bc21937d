# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Writes the source of a part of an object as large as one likes, for the generator; nobody loads it.
#
#   awk -v first=N -v units=N -v repeat=N -f big.awk
#
# A unit is everything that is in an object: a map, a global variable, a kernel struct of its own with
# relocations to its fields, and a program with relocations to the map. The repetitions, 400 bytes each, are
# the assembler's, since they cost the compiler little. Units are numbered from `first`, so that parts can be
# linked.

BEGIN {
	print "/* made by tools/bench/big.awk */"
	print "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
	for (u = first; u < first + units; u++) {
		printf "struct kernel_%d {", u
		for (i = 0; i < 40; i++)
			printf " int field_%d_%d;", u, i
		print " } __attribute__((preserve_access_index));"
		printf "struct value_%d { long a, b[%d]; int c; };\n", u, u % 7 + 1
		printf "struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, int); " \
			"__type(value, struct value_%d); } map_%d SEC(\".maps\");\n", u, u
		printf "long global_%d = %d;\n", u, u
		printf "SEC(\"raw_tp/sys_enter\")\nint prog_%d(void *ctx)\n{\n\tstruct kernel_%d *k = ctx;\n" \
			"\tlong s = global_%d++;\n\n", u, u, u
		for (i = 0; i < 20; i++)
			printf "\ts += bpf_probe_read_kernel(ctx, 4, &k->field_%d_%d);\n", u, i * 2
		for (i = 0; i < 10; i++)
			printf "\tasm volatile(\".rept %d\\n r1 = map_%d ll\\n r2 = 1\\n .endr\"" \
				" ::: \"r1\", \"r2\");\n", repeat, u
		print "\treturn s;\n}\n"
	}
	print "char LICENSE[] SEC(\"license\") = \"GPL\";"
}
