#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# The command: exit codes and messages, output files whole or not at all, the same bytes on every host.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
lskel=$PWD/${LSKEL:-build/lskel}
progs=$PWD/${LSKEL_PROGS:-build/progs}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$progs/globals.bpf.o" "$work/globals.bpf.o"
printf 'not an ELF file' > "$work/junk.o"
head -c 700 "$work/globals.bpf.o" > "$work/short.o"
mkdir "$work/dir.o"
"$lskel" pack "$progs/globals.bpf.o" | sed '1,$s/count/COUNT/' > "$work/broken.lskel"
cd "$work" || exit 1

# NAME EXIT-CODE MESSAGE-PATTERN ARGUMENTS...: one line on stderr that matches, and no output file.
refused() {
	local name=$1 code=$2 pattern=$3 got
	shift 3
	rm -f out.h
	"$lskel" "$@" > stdout 2> stderr
	got=$?
	if [ $got -ne "$code" ]; then
		not_ok "cli.$name" "exit code $got, not $code: $(head -n 1 stderr)"
	elif ! head -n 1 stderr | grep -qE "$pattern"; then
		not_ok "cli.$name" "says '$(head -n 1 stderr)'"
	elif [ -e out.h ] || ls out.h.* > /dev/null 2>&1; then
		not_ok "cli.$name" "left a file behind"
	elif [ -s stdout ]; then
		not_ok "cli.$name" "wrote to standard output before it failed"
	elif [ "$code" -eq 1 ] && [ "$(wc -l < stderr)" -ne 1 ]; then
		not_ok "cli.$name" "$(wc -l < stderr) lines of error"
	else
		ok "cli.$name"
	fi
}

refused no_such_file 1 '^lskel: nowhere.o: No such file or directory$' gen nowhere.o -o out.h
refused junk 1 '^lskel: junk.o: ' gen junk.o -o out.h
refused truncated 1 '^lskel: short.o: ' gen short.o -o out.h
refused directory 1 '^lskel: dir.o: is a directory$' gen dir.o -o out.h
refused no_object 2 '^lskel gen: no object given$' gen -o out.h
refused bad_option 2 "^lskel gen: bad option '--frob'\$" gen --frob globals.bpf.o -o out.h
refused bad_gear 2 "^lskel gen: no gear is called 'reverse'\$" gen --gear reverse globals.bpf.o -o out.h
refused bad_name 1 "name '1x' is not a C identifier" gen --name 1x globals.bpf.o -o out.h
refused pack_junk 1 '^lskel: junk.o: ' pack junk.o -o out.h
refused pack_no_object 2 '^lskel pack: no object given$' pack -o out.h
refused explain_broken_pack 1 '^lskel: broken.lskel: is damaged: its checksum is another$' explain broken.lskel
refused bad_command 2 "^lskel: unknown command 'frob'" frob
refused no_such_dir 1 '^lskel: no/out.h: ' gen globals.bpf.o -o no/out.h
refused link_junk 1 '^lskel: junk.o: ' gen globals.bpf.o junk.o -o out.h
refused target_without_dry_run 2 '^lskel run: --target is for --dry-run$' run --target x globals.bpf.o
refused dry_run_attach 2 '^lskel run: --dry-run attaches only what the loader does' run --dry-run --attach globals.bpf.o
refused dry_run_no_target 1 '^lskel: nowhere: ' run --dry-run --target nowhere globals.bpf.o
refused kconfig_missing 1 'nowhere.config: No such file' gen globals.bpf.o --kconfig nowhere.config -o out.h
refused kconfig_unknown_name 1 "extern 'LINUX_LSKEL_NEVER_HEARD_OF': nothing of that name is known" gen "$progs/kconfig_unknown.bpf.o" -o out.h

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" > check.out 2>&1; then ok "cli.$name"; else not_ok "cli.$name" "$(head -n 1 check.out)"; fi
}
old_file_survives() {
	echo old > out.h
	"$lskel" gen junk.o -o out.h 2> /dev/null && return 1
	[ "$(cat out.h)" = old ]
}
default_name() { "$lskel" gen globals.bpf.o -o out.h && grep -q '^struct globals_bpf {' out.h; }
stdout_is_the_same() { "$lskel" gen globals.bpf.o -o out.h && "$lskel" gen globals.bpf.o | cmp - out.h; }
file_mode() { rm -f out.h; (umask 027; "$lskel" gen globals.bpf.o -o out.h) && [ "$(stat -c %a out.h)" = 640 ]; }
help_lists_commands() { "$lskel" --help | grep -q 'lskel explain OBJ'; }
version() { "$lskel" --version | grep -qE '^lskel [0-9]+\.[0-9]+\.[0-9]+'; }
full_device() { ! "$lskel" explain globals.bpf.o > /dev/full 2> stderr && grep -q '^lskel: standard output: ' stderr; }
json() {
	command -v python3 > /dev/null || { echo "no python3"; return 1; }
	"$lskel" explain --json globals.bpf.o | python3 -c 'import json, sys
t = json.load(sys.stdin)
assert [o["op"] for o in t["operations"]] == list(range(len(t["operations"])))
assert t["byte_order"] == "little" and t["operations"][t["unwind"]]["text"] == "header.magic = 0"'
}
linked() {
	"$lskel" gen "$progs/link_a.bpf.o" "$progs/link_b.bpf.o" --name both -o both.h &&
		"$lskel" explain "$progs/link_a.bpf.o" "$progs/link_b.bpf.o" > both.txt &&
		grep -q "prog 'from_a'" both.txt && grep -q "prog 'from_b'" both.txt
}
# How much BTF is loaded is of no concern to what the header declares; nor do the options depend on the command.
btf_size() { "$lskel" explain "$@" | sed -n 's/.*BPF_BTF_LOAD \([0-9]*\) bytes.*/\1/p'; }
btf_options() {
	local o=$progs/trim.bpf.o part
	part=$(btf_size "$o")
	[ "$part" -lt "$(btf_size --full-btf "$o")" ] || { echo "--full-btf: not more"; return 1; }
	[ "$(btf_size --no-line-info "$o")" -lt "$part" ] || { echo "--no-line-info: not less"; return 1; }
	for part in "" --full-btf --no-line-info; do
		"$lskel" gen $part "$o" --name trim > out.h && "$lskel" gen $part "$o" --name trim | cmp - out.h || return 1
		sed -n '/^struct trim {/,/^}/p' out.h > "struct$part"
		"$lskel" pack $part "$o" --name trim -o "pack$part" || return 1
	done
	grep -q leader_tgid struct && cmp struct struct--full-btf && cmp struct struct--no-line-info || return 1
	[ "$(wc -c < pack--no-line-info)" -lt "$(wc -c < pack)" ] && [ "$(wc -c < pack)" -lt "$(wc -c < pack--full-btf)" ]
}
# The code for pins is where it is asked for: by the object or by the option.
pinning() {
	"$lskel" gen globals.bpf.o -o out.h && ! grep -q 'lskel_pin_load\|unpin_maps\|statx' out.h || return 1
	"$lskel" gen globals.bpf.o --pinning -o out.h && grep -q 'globals_bpf__unpin_maps' out.h || return 1
	"$lskel" gen "$progs/pin.bpf.o" --name pin -o out.h && grep -q '	err = lskel_pin_load(&io, lskel_load);' out.h
}
# Pinned while it runs; what was pinned before stays. In a mount namespace of its own.
run_pins() {
	unshare -m sh -c 'mount -t bpf bpf /sys/fs/bpf || exit
		"$0" run "$1" --attach > run.out &
		for i in 1 2 3 4 5 6 7 8 9 10; do grep -q interrupt run.out && break; sleep 0.2; done
		[ -e /sys/fs/bpf/lskel_kept ] || { echo "nothing is pinned"; kill $!; exit 1; }
		kill $!
		wait
		[ ! -e /sys/fs/bpf/lskel_kept ] || { echo "still pinned"; exit 1; }' "$lskel" "$progs/pin.bpf.o"
}
if "$lskel" run "$progs/maps.bpf.o" > /dev/null 2>&1 && unshare -m mount -t bpf bpf /sys/fs/bpf 2> /dev/null; then
	check run_pins run_pins
else
	skip cli.run_pins "loading BPF programs, or mounting bpffs in a namespace of its own"
fi
# What is shown is what a kernel would be asked for, in both gears and without a loader; nothing is loaded.
dry_run() {
	local gear maps n
	for gear in "--gear stepper" "--gear loop" --direct; do
		"$lskel" run --dry-run $gear "$progs/maps.bpf.o" > dry || return 1
		grep -q '^loaded$' dry || { echo "$gear: does not say so"; return 1; }
		grep -q 'BPF_MAP_CREATE {map_type=lpm_trie, key_size=8, value_size=4, max_entries=3, map_flags=0x1, map_name="trie"' dry ||
			{ echo "$gear: no map 'trie'"; return 1; }
		n=$(grep -c 'BPF_PROG_LOAD {prog_type=sched_cls' dry)
		[ "$n" = 1 ] || { echo "$gear: $n programs"; return 1; }
		maps="$maps $(grep -c 'BPF_MAP_CREATE.*lskel.blob' dry)"
	done
	[ "$maps" = " 1 1 0" ] || { echo "maps of blobs:$maps"; return 1; }
	"$lskel" run --dry-run "$progs/ksym_percpu.bpf.o" > dry && grep -q "^undecided: " dry || { echo "nothing is undecided"; return 1; }
	! "$lskel" run --dry-run "$progs/bad_map.bpf.o" > dry 2> stderr || { echo "bad_map loads"; return 1; }
	grep -q "^lskel: .*bad_map.bpf.o: map 'refused': BPF_MAP_CREATE: -EINVAL$" stderr && grep -q 'map_name="refused".* = -EINVAL (' dry
}
check dry_run dry_run
check failure_keeps_old_file old_file_survives
check pinning pinning
check btf_options btf_options
check default_name default_name
check stdout stdout_is_the_same
check file_mode file_mode
check help help_lists_commands
check version version
check write_error full_device
if command -v python3 > /dev/null; then check json json; else skip cli.json "no python3"; fi
check several_objects linked

# One object, two hosts.
if cc -shared -fPIC -o fakehost.so "$OLDPWD/selftests/cli/fakehost.c" -ldl 2> stderr && [ -z "$SANITIZE" ]; then
	here() { (cd "$progs" && "$lskel" "$@" 2>&1); }
	there() { (mkdir -p "$work/far/away" && cp "$progs/$obj" "$work/far/away/" && cd "$work/far/away" &&
		env -i LD_PRELOAD="$work/fakehost.so" TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 HOME=/ "$lskel" "$@" 2>&1); }
	for path in "$progs"/*.bpf.o; do
		obj=$(basename "$path")
		case $obj in link_*) continue ;; esac
		differs=
		for gear in auto stepper loop; do
			[ "$(here gen "$obj" --gear $gear | sha256sum)" = "$(there gen "$obj" --gear $gear | sha256sum)" ] || differs=$gear
		done
		[ "$(here explain "$obj" | sha256sum)" = "$(there explain "$obj" | sha256sum)" ] || differs=explain
		[ "$(here pack "$obj" | sha256sum)" = "$(there pack "$obj" | sha256sum)" ] || differs=pack
		if [ -n "$differs" ]; then
			not_ok "same_bytes.${obj%.bpf.o}" "$differs: $(there explain "$obj" | head -n 1)"
		else
			ok "same_bytes.${obj%.bpf.o}"
		fi
	done
else
	skip same_bytes "${SANITIZE:+sanitizers do not like preloading}$(head -n 1 stderr)"
fi
. "$OLDPWD/selftests/cli/explain.sh"
. "$OLDPWD/selftests/cli/bench.sh"
. "$OLDPWD/selftests/cli/verify.sh"
. "$OLDPWD/selftests/cli/sign.sh"
. "$OLDPWD/selftests/cli/check.sh"
finish
