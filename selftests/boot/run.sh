#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# The packed form and lskel-boot: what is in the file, and what the runner does with it on this kernel.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
B=${B:-build}
lskel=$PWD/${LSKEL:-$B/lskel} boot=$PWD/$B/lskel-boot progs=$PWD/${LSKEL_PROGS:-$B/progs}
can_bpf=$PWD/$B/can-bpf
src=$PWD/lskel/examples/initramfs
multiarch=$(${CC:-cc} -print-multiarch 2> /dev/null)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

[ -x "$boot" ] || { skip boot "no lskel-boot for this machine"; finish; }

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" > check.out 2>&1; then ok "$name"; else not_ok "$name" "$(tail -n 1 check.out)"; fi
}

"${CLANG:-clang}" -O2 -g -target bpf -mcpu=v3 ${multiarch:+-idirafter "/usr/include/$multiarch"} -c "$src/first.bpf.c" \
	-o first.bpf.o || exit 1

# --- the file

same_bytes() {
	"$lskel" pack first.bpf.o --name first -o first.lskel && mkdir -p elsewhere && cp first.bpf.o elsewhere/ &&
		(cd elsewhere && TZ=Asia/Tokyo "$lskel" pack first.bpf.o --name first) | cmp - first.lskel
}
explains() {
	"$lskel" explain first.lskel > text && grep -q "^packed skeleton 'first'" text &&
		grep -q "attached by raw_tp to sys_enter" text &&
		[ "$(grep -c BPF_PROG_LOAD text)" = "$("$lskel" explain first.bpf.o | grep -c BPF_PROG_LOAD)" ]
}
# The hash in the blob is that of all that is before it, and changes when a name or an attach target does.
hash_covers() {
	sed 's,raw_tp/sys_enter,raw_tp/sys_exit,' "$src/first.bpf.c" > other.bpf.c
	"${CLANG:-clang}" -O2 -g -target bpf -mcpu=v3 ${multiarch:+-idirafter "/usr/include/$multiarch"} -c other.bpf.c -o other.o &&
		"$lskel" pack other.o --name first -o other.lskel || return 1
	local a b at
	a=$("$lskel" explain first.lskel | sed -n 's/.*hash of what is before it: //p')
	b=$("$lskel" explain other.lskel | sed -n 's/.*hash of what is before it: //p')
	at=$(($("$lskel" explain first.lskel | sed -n 's/^blob: .* at \(0x[0-9a-f]*\);.*/\1/p')))
	[ ${#a} = 64 ] && [ "$a" != "$b" ] && [ "$(head -c $at first.lskel | sha256sum | cut -c 1-64)" = "$a" ]
}
json() {
	"$lskel" gen --json first.bpf.o --name first -o first.json &&
		"$lskel" explain --json first.lskel > pack.json && python3 - <<-'END'
	import base64, json
	gen, pack = json.load(open("first.json")), json.load(open("pack.json"))
	data = open("first.lskel", "rb").read()
	assert base64.b64decode(gen["blob"]) in data
	assert [v["name"] for v in gen.pop("variables")] == ["syscalls", "execs", "pids", "comms"]
	assert gen == pack
	assert [p["name"] for p in gen["progs"]] == ["on_syscall", "on_exec"]
	assert gen["attach"][0]["kind"] == "raw_tp" and gen["attach"][0]["target"] == "sys_enter"
	assert all(base64.b64decode(l["insns"]) in data for l in gen["loaders"])
	END
}
every_object() {
	for o in "$progs"/*.bpf.o; do
		case $o in */kconfig_unknown*|*/link_*) continue ;; esac
		"$lskel" gen "$o" -o /dev/null 2> /dev/null || continue
		"$lskel" pack "$o" --name x -o x.lskel && "$boot" -n x.lskel && "$lskel" explain x.lskel > /dev/null || return 1
	done
}
check pack_same_bytes_everywhere same_bytes
check pack_is_explained explains
check pack_hash_covers_names_and_targets hash_covers
if command -v python3 > /dev/null; then check gen_json json; else skip gen_json "no python3"; fi
check pack_every_object every_object

# --- the runner

usage_() { "$boot"; [ $? = 2 ] && "$boot" -p; [ $? = 2 ] && "$boot" -q first.lskel; [ $? = 2 ]; }
missing() { "$boot" -n nowhere.lskel 2> err; [ $? = 1 ] && [ "$(cat err)" = 'lskel-boot: nowhere.lskel: open: -ENOENT' ]; }
truncated() {
	head -c 1000 first.lskel > short.lskel
	"$boot" -n short.lskel 2> err
	[ $? = 1 ] && [ "$(cat err)" = 'lskel-boot: short.lskel: is truncated' ]
}
flipped() {
	cp first.lskel flip.lskel
	printf '\377' | dd of=flip.lskel bs=1 seek=3000 conv=notrunc status=none
	"$boot" -n flip.lskel 2> err
	[ $? = 1 ] && [ "$(cat err)" = 'lskel-boot: flip.lskel: is damaged: its checksum is another' ]
}
no_libc() { ! file -L "$boot" 2> /dev/null | grep -q dynamic && [ "$(stat -c %s "$boot")" -le 51200 ]; }
check boot_wrong_command_line usage_
check boot_missing_file missing
check boot_truncated_file truncated
check boot_damaged_file flipped
check boot_is_static_and_small no_libc

# NAME MESSAGE FILE OPTIONS...: refused before anything is asked of the kernel
boot_refuses() {
	local name=$1 msg=$2 file=$3
	shift 3
	"$boot" -n "$@" "$file" 2> err
	if [ $? = 1 ] && [ "$(cat err)" = "lskel-boot: $file: $msg" ]; then ok "boot_$name"; else not_ok "boot_$name" "$(cat err)"; fi
}
signed_files() {
	"$lskel" pack --signable first.bpf.o --name first -o signed.lskel && "$boot" -n -s 0 signed.lskel && "$boot" -n -u signed.lskel
	[ $? = 0 ] && "$boot" -n -s x signed.lskel 2> /dev/null
	[ $? = 2 ] && "$lskel" explain signed.lskel | grep -q '^loop signed: .* 0 bytes (0: not yet)$'
}
check boot_signed_files signed_files
size=$(stat -c %s signed.lskel)
{ cat signed.lskel; printf x; } > sig-long.lskel
head -c $((size - 72)) signed.lskel > sig-none.lskel
{ head -c $((size - 60)) signed.lskel; printf x; tail -c 59 signed.lskel; } > sig-flip.lskel
boot_refuses unsigned_when_told_to 'is not signed' first.lskel -s 0
boot_refuses signatures_with_more_behind 'is malformed: its signatures' sig-long.lskel
boot_refuses signatures_cut_off 'is signed, but its signatures are missing' sig-none.lskel
boot_refuses signatures_damaged 'is damaged: the checksum of its signatures is another' sig-flip.lskel

why=$("$can_bpf") && why=
[ -n "$why" ] || unshare -m true 2> /dev/null || why="no mount namespaces for this user"
tests="pins_and_counts again_is_refused needs_nothing_but_itself refused_program_leaves_nothing keeps_going stays_without_pins
	runs_next_program pins_by_name names_missing_symbol says_what_is_not_attached attaches_in_loader
	maps_arenas"
if [ -n "$why" ]; then
	for t in $tests; do
		skip "boot_$t" "$why"
	done
	finish
fi
"$lskel" gen first.bpf.o --name first -o first.lskel.h || exit 1
check initramfs_peek_compiles ${CC:-cc} -O1 -Wall -Wextra -Werror -I. "$src/peek.c" -o peek
"$lskel" pack "$progs/bad_prog.bpf.o" --name bad_prog -o bad.lskel
"$lskel" pack "$progs/pin.bpf.o" --name pin -o pin.lskel
"$lskel" pack "$progs/missing_ksym.bpf.o" --name missing -o missing.lskel
"$lskel" pack "$progs/globals.bpf.o" --name globals -o globals.lskel
"$lskel" pack "$progs/attach_loader.bpf.o" --attach-in-loader --name in_loader -o in_loader.lskel

[ ! -e "$progs/arena_globals.bpf.o" ] || "$lskel" pack "$progs/arena_globals.bpf.o" --name arena -o arena.lskel

# A test is a function that runs in a mount namespace of its own, with an empty bpffs.
fs=/sys/fs/bpf
pins_and_counts() {
	"$boot" -v -p $fs/dir first.lskel 2> err || return 1
	[ "$(cat err)" = 'lskel-boot: first.lskel: loaded: maps 1, programs 2, attached 2' ] || return 1
	ls $fs/dir/first/{maps/_bss,progs/on_exec,progs/on_syscall,links/on_exec,links/on_syscall} > /dev/null || return 1
	local a b
	a=$(./peek $fs/dir/first/maps/_bss | cut -d' ' -f2)
	b=$(./peek $fs/dir/first/maps/_bss | cut -d' ' -f2)
	[ "$a" -gt 0 ] && [ "$b" -gt "$a" ] || { echo "counted $a, then $b"; return 1; }
	rm $fs/dir/first/links/*
	sleep 0.1
	a=$(./peek $fs/dir/first/maps/_bss | cut -d' ' -f2)
	b=$(./peek $fs/dir/first/maps/_bss | cut -d' ' -f2)
	[ "$a" = "$b" ] || { echo "without links, counted $a, then $b"; return 1; }
}
again_is_refused() {
	"$boot" -p $fs/dir first.lskel && ! "$boot" -p $fs/dir first.lskel 2> err &&
		[ "$(cat err)" = "lskel-boot: first.lskel: pin '/sys/fs/bpf/dir/first': is there already: -EEXIST" ] &&
		[ -e $fs/dir/first/links/on_exec ]
}
# As in an initramfs: a root with nothing but the runner and the file. It mounts what it needs.
needs_nothing_but_itself() {
	mkdir root && cp "$boot" first.lskel root/ && chroot root /lskel-boot -m -p $fs/dir /first.lskel &&
		[ -e root/$fs/dir/first/links/on_exec ] && ./peek root/$fs/dir/first/maps/_bss
}
refused_program_leaves_nothing() {
	! "$boot" -p $fs/dir bad.lskel 2> err && tail -n 1 err | grep -q "^lskel-boot: bad.lskel: prog '.*rejected by the verifier" &&
		[ "$(wc -l < err)" -gt 1 ] && ! [ -e $fs/dir ]
}
# Without an address of its own an arena must be mapped before its programs can be loaded.
maps_arenas() {
	"$boot" -p $fs/dir arena.lskel
}
keeps_going() {
	! "$boot" -p $fs/dir bad.lskel first.lskel 2> err && ! [ -e $fs/dir/first ] || return 1
	! "$boot" -k -p $fs/dir bad.lskel first.lskel 2> err && [ -e $fs/dir/first/links/on_exec ]
}
stays_without_pins() {
	"$boot" -v first.lskel 2> err & pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do grep -q attached err && break; sleep 0.3; done
	kill -0 $pid && kill $pid && ! wait $pid 2> /dev/null && grep -q 'attached 2' err
}
runs_next_program() {
	"$boot" -p $fs/dir -x "$work/peeker" first.lskel > out && grep -q '^counted: [1-9].* started: peeker(pid' out
}
cat > peeker <<'END'
#!/bin/sh
exec ./peek /sys/fs/bpf/dir/first/maps/_bss
END
chmod +x peeker
pins_by_name() {
	"$boot" -p $fs/dir pin.lskel > err 2>&1 || { cat err; return 1; }
	local n
	n=$(find $fs -maxdepth 1 -type f ! -name '*.debug' | wc -l)
	[ "$n" -gt 0 ] || { echo "nothing is pinned by name"; return 1; }
	rm -r $fs/dir && "$boot" -p $fs/dir pin.lskel > err 2>&1 || { cat err; return 1; }
}
names_missing_symbol() {
	! "$boot" -p $fs/dir missing.lskel 2> err && grep -q "^lskel-boot: missing.lskel: ksym '.*': not in kallsyms: -ENOENT$" err
}
says_what_is_not_attached() {
	"$boot" -p $fs/dir globals.lskel 2> err && [ -e $fs/dir/globals/progs/count ] &&
		grep -q "prog 'count' is not attached: SEC(\"xdp\") does not say what to" err
}
attaches_in_loader() {
	"$boot" -v -p $fs/dir in_loader.lskel 2> err && [ -n "$(ls $fs/dir/in_loader/links)" ]
}
for t in $tests; do
	export -f "$t"
	export boot fs work
	check "boot_$t" unshare -m bash -c "mount -t bpf bpf $fs && $t"
	rm -rf root
done
finish
