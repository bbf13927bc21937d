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
