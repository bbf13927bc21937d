# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Sourced by run.sh ($lskel, $progs, ok, not_ok): what traces and loaders say about scale, without loading anything.

# NAME OBJECT TEXT COUNT: the trace has so many lines that contain the text.
trace_has() {
	local n
	n=$("$lskel" explain "$progs/$2.bpf.o" | grep -cF -- "$3")
	if [ "$n" -eq "$4" ]; then ok "explain.$1"; else not_ok "explain.$1" "'$3' $n times, not $4"; fi
}

# 30 programs call both.
trace_has kfunc_of_30_programs_is_looked_up_once kfunc30 'BTF id of "bpf_lookup_system_key"' 1
trace_has second_kfunc_is_looked_up_once kfunc30 'BTF id of "bpf_key_put"' 1
trace_has each_program_is_patched kfunc30 "imm = kfunc 'bpf_key_put'.id" 30
trace_has address_in_two_programs_is_looked_up_once ksym_typeless 'address of "bpf_prog_put"' 1
trace_has scale_maps scale 'BPF_MAP_CREATE array key 4 value 4 entries 32' 200 # each with its fallback
trace_has scale_programs scale 'BPF_PROG_LOAD' 100

# With a kernel's BTF: what it does not have.
absent=$("$lskel" explain --btf "$progs/core_target.bpf.o" "$progs/core_poison.bpf.o" | grep 'must not be reached')
if echo "$absent" | grep -qE "^ *insn [0-9]+ must not be reached: byte offset of 'struct lskel_thing.gone': not in the kernel"; then
	ok explain.says_what_is_absent
else
	not_ok explain.says_what_is_absent "says '$absent'"
fi
if ! command -v python3 > /dev/null; then
	skip explain.json_says_what_is_absent "no python3"
elif "$lskel" explain --json --btf "$progs/core_target.bpf.o" "$progs/core_poison.bpf.o" | python3 -c 'import json, sys
p = json.load(sys.stdin)["must_not_be_reached"][-1]
assert p["prog"] == "look" and p["what"].endswith(".gone\x27")'; then
	ok explain.json_says_what_is_absent
else
	not_ok explain.json_says_what_is_absent "not there"
fi

# The loader in a header, one instruction a line, without the constants of its masks (`and` with an immediate).
loader_of() {
	"$lskel" gen --gear "$1" "$progs/$2.bpf.o" | sed -n "/${1}_insns\[/,/};/p" | grep -o '0x[0-9a-f][0-9a-f]' |
		paste -d ' ' - - - - - - - - | sed 's/^\(0x57 0x..\) .*/\1 mask/'
}
for gear in stepper loop; do
	loader_of $gear empty > small.insns
	loader_of $gear scale > big.insns
	if [ "$(wc -l < small.insns)" -lt 50 ]; then
		not_ok "explain.same_$gear" "no loader found in the header"
	elif cmp -s small.insns big.insns; then
		ok "explain.same_$gear"
	else
		not_ok "explain.same_$gear" "$(diff small.insns big.insns | sed -n 2p)"
	fi
done
