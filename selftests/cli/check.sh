# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Sourced by run.sh ($lskel, $progs, $work, ok, not_ok, refused, check): `lskel target` and `lskel check`, with a kernel that
# a test object plays, and on the running machine.

mkdir -p k
cp "$progs/check_kernel.bpf.o" k/vmlinux
printf 'ffffffff81000000 T %s\n' lskel_function lskel_kfunc lskel_thing lskel_number lskel_symbol > k/kallsyms
printf 'CONFIG_X86_64=y\nCONFIG_BPF_JIT=y\nCONFIG_LSKEL_NUMBER=17\n' > k/config
echo 6.12.1-lskel > k/release

refused target_no_command 2 '^lskel target: what to do: save or show' target
refused target_none 2 '^lskel target: one target must be named' target save -o out.h
refused target_junk 1 '^lskel: junk.o: no BTF can be read' target save junk.o -o out.h
refused target_empty 1 '^lskel: .*: nothing of a kernel is in it' target save "$work/.." -o out.h
refused check_no_object 2 '^lskel check: no object given' check --target /
refused check_no_target 2 '^lskel check: no target given' check globals.bpf.o
refused check_bad_target 1 '^lskel: nowhere: No such file' check globals.bpf.o --target nowhere
refused check_bad_option 2 "^lskel check: bad option '--frob'" check globals.bpf.o --target k --frob

target_saved() {
	"$lskel" target save k -o k.target && "$lskel" target save k.target | cmp - k.target || return 1
	"$lskel" target show k > a && "$lskel" target show k.target | cmp - a && grep -q '^release *6.12.1-lskel$' a &&
		grep -q '^symbols *5, from kallsyms$' a && grep -q '^kfuncs *1, by tags in BTF$' a
}
target_damaged() {
	head -c 500 k.target > cut.target
	! "$lskel" target show cut.target 2> stderr && grep -q '^lskel: cut.target: the saved target is damaged: ' stderr
}

# A kernel package of Debian's, as far as it is looked at.
deb() { # COMPRESSOR SUFFIX
	mkdir -p p/boot && cp k/vmlinux p/boot/vmlinuz-6.12.1-lskel && cp k/config p/boot/config-6.12.1-lskel &&
		tar -C p -cf - ./boot | $1 > "data.tar$2" && echo 2.0 > debian-binary && rm -f k.deb &&
		ar rc k.deb debian-binary "data.tar$2" 2> /dev/null && "$lskel" target show k.deb > a &&
		grep -q '^release *6.12.1-lskel$' a && grep -q '^BTF *vmlinux' a && grep -q '^config *3 options' a
}
target_deb() {
	deb cat '' || { echo "not compressed"; return 1; }
	deb gzip .gz || { echo gzip; return 1; }
	deb xz .xz || { echo xz; return 1; }
	head -c 300 k.deb > cut.deb
	! "$lskel" target show cut.deb 2> stderr && grep -q '^lskel: cut.deb: ' stderr
}

# NAME PATTERN: a line of what check says of check_asks.bpf.o there.
says() {
	if grep -qE -- "$2" said; then ok "check.$1"; else not_ok "check.$1" "not '$2' but '$(grep -E "^  ${2%% *}" said | head -n 3)'"; fi
}

check target_saved target_saved
check target_damaged target_damaged
if command -v ar > /dev/null && command -v xz > /dev/null; then check target_deb target_deb; else skip cli.target_deb "no ar or xz"; fi
"$lskel" check "$progs/check_asks.bpf.o" --no-verifier --target k.target > said
status=$?
if [ $status -eq 1 ]; then ok check.status_of_failure; else not_ok check.status_of_failure "$status"; fi
says outcome 'check_asks.bpf.o on 6.12.1-lskel: fails \('
says core_value "core +fine +byte offset of 'struct lskel_thing.id': 8, 0 in the object"
says core_existence "core +guarded +existence of 'struct lskel_thing.gone': no"
says core_absent "core +undecided +byte offset of 'struct lskel_thing.gone': not in the kernel"
says source_line "check_asks.bpf.c:[0-9]+: .*gone"
says ksym_plain_global "ksym +fine +ksym 'lskel_thing': in vmlinux"
says ksym_compatible "ksym +fine +ksym 'lskel_number': in vmlinux"
says ksym_without_address "ksym +guarded +weak ksym 'lskel_no_address': in the kernel's BTF, but kallsyms has no address: 0"
says ksym_weak "ksym +guarded +weak ksym 'lskel_absent': not in the kernel's BTF: 0"
says ksym_typeless "ksym +fine +typeless ksym 'lskel_symbol': has an address"
says kfunc_of_unknown_sets "kfunc +undecided +kfunc 'lskel_kfunc': in vmlinux; whether programs of this type may call it"
says kfunc_is_none "kfunc +undecided +kfunc 'lskel_function': a function of the kernel, but no kfunc; perhaps"
says attach_function "attach +fine +function 'lskel_function': in vmlinux"
says attach_tracepoint "attach +fine +tracepoint 'btf_trace_lskel_event': in vmlinux"
says attach_rule "attach +fatal +function 'lskel_function': its return value may not be modified"
says attach_later "attach +doubtful +tracepoint 'lskel_no_event': loads, but can't be attached"
says helper "helper +fine +helper bpf_get_current_task: there"
says map_type "map +fatal +BPF_MAP_TYPE_STACK_TRACE of map 'stacks': the kernel does not have it"
says prog_type "prog +fine +BPF_PROG_TYPE_SCHED_CLS: there"
says kconfig "kconfig +fine +CONFIG_LSKEL_NUMBER: 17"
says kconfig_weak "kconfig +guarded +CONFIG_LSKEL_OTHER: not set: 0"

# What the verifier's model adds: whether the program gets to what is not there.
"$lskel" check "$progs/check_asks.bpf.o" --target k.target > said
says not_reached "core +guarded +byte offset of 'struct lskel_thing.gone': not in the kernel, and the program does not get there"
says reached "kfunc +fatal +kfunc 'lskel_function': a function of the kernel, but no kfunc, and the program gets there"

# The same questions, to a kernel of which less is known.
sed -i /lskel_function/d k/kallsyms
rm k/config
"$lskel" check "$progs/check_asks.bpf.o" --no-verifier --target k > said
says attach_without_address "attach +fatal +function 'lskel_function': in the kernel's BTF, but kallsyms has no address"
says kconfig_unknown "kconfig +undecided +CONFIG_LSKEL_NUMBER: the target's configuration is not known"
says map_type_unknown "map +undecided +BPF_MAP_TYPE_STACK_TRACE of map 'stacks': the target's files don't tell"

# A kernel of the other byte order, and one without BTF.
mkdir -p be no
"$lskel" check "$progs/globals.be.o" --target k.target > said
says byte_order 'loader +fatal +byte order: the object is for big-endian machines'
printf 'CONFIG_S390=y\n' > no/config
echo 6.1.0 > no/release
echo 'no BTF here' > no/vmlinuz
"$lskel" check "$progs/core.bpf.o" --target no > said
says no_btf 'core +fatal +all relocations: the kernel has no BTF'

# A matrix; one bad object is said to be bad, and does not stop the others.
matrix() {
	"$lskel" check junk.o "$progs/noprogs.bpf.o" "$progs/check_asks.bpf.o" --target k.target --target k/vmlinux --no-verifier \
		--quiet --html page.html > said 2> stderr
	[ $? -eq 1 ] || { echo "status"; return 1; }
	grep -q '^lskel: junk.o: ' stderr && [ "$(wc -l < stderr)" -eq 1 ] || { echo "$(head -n 1 stderr)"; return 1; }
	grep -qE "^junk.o +- +-$" said && grep -qE 'noprogs.bpf.o +loads +loads$' said && grep -qE 'check_asks.bpf.o +fails ' said &&
		grep -qE '^ *loads +1 +1$' said || { cat said; return 1; }
	! grep -qiE 'src=|href=|<script|url\(' page.html && [ "$(grep -c '<details>' page.html)" -eq 4 ]
}
loads() {
	"$lskel" check "$progs/noprogs.bpf.o" --target k.target > said && grep -q ': loads (' said
}
html_escapes() {
	cp "$progs/noprogs.bpf.o" 'a<b>&.o' && "$lskel" check 'a<b>&.o' --target k.target --html page.html > said &&
		grep -q 'a&lt;b&gt;&amp;.o' page.html && ! grep -q 'a<b>' page.html
}
check_json() {
	"$lskel" check junk.o "$progs/check_asks.bpf.o" --target k.target --no-verifier --json 2> stderr | python3 -c 'import json, sys
r = json.load(sys.stdin)
assert r["targets"][0]["release"] == "6.12.1-lskel" and "error" in r["objects"][0]
res = r["objects"][1]["results"][0]
assert res["outcome"] == "fails" and res["items"][res["why"]]["verdict"] == "fatal"
i = [i for i in res["items"] if "struct lskel_thing.gone" in i["what"] and i["verdict"] == "undecided"][0]
assert i["kind"] == "core" and i["prog"] == "asks" and i["line"] > 30 and "gone" in i["source"]'
}
same_twice() {
	"$lskel" check "$progs"/k*.bpf.o --target k.target --no-verifier --json > a 2> /dev/null
	"$lskel" check "$progs"/k*.bpf.o --target k.target --no-verifier --json 2> /dev/null | cmp - a
}
check check_matrix matrix
check check_loads loads
check check_html_escapes html_escapes
check check_same_twice same_twice
if command -v python3 > /dev/null; then check check_json check_json; else skip cli.check_json "no python3"; fi

# The running machine, by whoever runs the tests, and by a user who may nothing.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi
}
# NAME KIND: fails for such a reason; NAME: does not fail
on_this_machine() {
	as_nobody "$lskel" check "$1.bpf.o" --no-verifier --target / > said 2> stderr
	if [ $# -eq 2 ]; then
		grep -q ': fails (' said && grep -qE "^  $2 +fatal " said
	else
		grep -qE ': (loads|undecided) \(' said
	fi || { echo "$1: $(head -n 1 stderr) $(grep -m1 fatal said)"; return 1; }
}
machine() {
	cp "$lskel" "$progs"/{globals,core,maps,subprogs,ksym_weak,kfunc_weak,missing_kfunc,missing_ksym,missing_target,missing_var}.bpf.o open/ &&
		chmod -R a+rX . && chmod 755 "$work" && cd open && lskel=./lskel || return 1
	for o in globals core maps subprogs ksym_weak kfunc_weak; do
		on_this_machine $o || return 1
	done
	on_this_machine missing_kfunc kfunc && on_this_machine missing_ksym ksym && on_this_machine missing_var ksym &&
		on_this_machine missing_target attach
}
mkdir -p open
if [ ! -r /sys/kernel/btf/vmlinux ]; then
	skip cli.check_this_machine "the running kernel has no BTF"
elif [ "$(id -u)" -eq 0 ] && ! command -v setpriv > /dev/null; then
	skip cli.check_this_machine "no setpriv to become an ordinary user with"
else
	check check_this_machine eval '(machine)'
fi
