#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Headers with struct_ops maps: they compile in all the ways that others do, and no libc's function is wanted where there is
# none; --btf leaves the BTF walker out, and what was generated so loads where /sys is not mounted; `lskel run --attach` takes
# back what it has registered. What can't be tried is named and skipped.
set -u

cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
lskel=${LSKEL:-$B/lskel}
progs=${LSKEL_PROGS:-$B/progs}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
warn="-Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wundef"
failed=0

fail() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}

# try COMMAND...: must work.
try() {
	"$@" > "$out/log" 2>&1 || { fail "$*"; head -n 5 "$out/log"; }
}

have() { command -v "$1" > /dev/null 2>&1; }

skipped() { echo "struct_ops: SKIP: $*"; }

for o in cc link broken scx; do
	try "$lskel" gen --name $o -o "$out/$o.h" "$progs/struct_ops_$o.bpf.o"
done
btf=/sys/kernel/btf/vmlinux
[ -r $btf ] && grep -qa bpf_struct_ops_tcp_congestion_ops $btf || btf=
if [ -n "$btf" ]; then
	try "$lskel" gen --btf $btf --name here -o "$out/here.h" "$progs/struct_ops_cc.bpf.o"
	# it is there for the direct gear, and only for that
	if ${CC:-cc} -E "$out/here.h" | grep -q lskel_btf_; then fail "the walker is in a header that was generated with --btf"; fi
else
	cp "$out/cc.h" "$out/here.h"
	skipped "--btf: no BTF with struct_ops in /sys/kernel/btf/vmlinux"
fi
grep -q lskel_btf_find_ops "$out/cc.h" || fail "the walker is not in a header that needs it"
"$lskel" gen --name none -o "$out/none.h" "$progs/maps.bpf.o"
if grep -q LSKEL_STRUCT_OPS_H "$out/none.h"; then fail "a header without struct_ops maps carries their runtime"; fi
[ -z "$btf" ] || try "$lskel" gen --btf $btf --name x -o "$out/x.h" "$progs/struct_ops_broken.bpf.o" # all maps are optional
if "$lskel" gen --btf "$0" --name x -o "$out/x.h" "$progs/struct_ops_cc.bpf.o" 2> "$out/log"; then
	fail "--btf takes a file without BTF"
fi
grep -q "no BTF can be read" "$out/log" || fail "--btf of a file without BTF says: $(cat "$out/log")"

cat > "$out/use.c" <<'EOF'
#include "cc.h"
#include "link.h"
#include "here.h"
#include "broken.h"
#include "scx.h"
int use(struct cc *skel, struct link *l, struct scx *s);
int use(struct cc *skel, struct link *l, struct scx *s)
{
	struct here *h = here__open();
	struct broken *b = broken__open_and_load();

	skel->struct_ops.cc->init = &skel->progs.only_second_init;
	skel->struct_ops.cc->set_state = 0;
	skel->struct_ops.cc->name[0] = 'x';
	s->struct_ops.fifo->timeout_ms = 1000;
	s->struct_ops.fifo->flags = 0;
	l->opts.autocreate.cc_link = LSKEL_OFF;
	if (cc__load(skel) || cc__attach(skel) || here__load(h) || !link__open_and_load() || scx__load(s))
		return 1;
	link__cc_link__attach(l);
	broken__destroy(b);
	cc__detach(skel);
	cc__destroy(skel);
	return l->links.cc_link_fd + h->links.cc_fd;
}
EOF

free_of_libc() {
	try "$@" -ffreestanding -fno-stack-protector $warn -I"$out" -c "$out/use.c" -o "$out/use.o"
	undefined=$(nm -u "$out/use.o")
	[ -z "$undefined" ] || fail "undefined: $undefined: $*"
}

for cc in gcc clang; do
	have $cc || { skipped "$cc"; continue; }
	try $cc -std=c99 -fsyntax-only $warn -I"$out" "$out/use.c"
	try $cc -x c++ -std=c++11 -fsyntax-only $warn -I"$out" "$out/use.c"
	try $cc -x c++ -std=c++17 -fsyntax-only $warn -I"$out" "$out/use.c"
	try $cc -std=gnu17 -O2 -DLSKEL_NO_STRERROR $warn -I"$out" -c "$out/use.c" -o "$out/use.o"
	free_of_libc $cc -std=c99 -O0
	free_of_libc $cc -std=c99 -O3
done

# A 32-bit machine's pointers are smaller than BPF's; the shadows have to be laid out as there.
if have clang; then
	printf '#define __NR_bpf 386\n#include <stddef.h>\n' > "$out/arm.c"
	sed 's/^\(extern\|typedef\).*//' "$out/use.c" >> "$out/arm.c"
	clang --target=arm-linux-gnueabihf -nostdlibinc -fsyntax-only -x c -std=c99 -ffreestanding -I"$out" "$out/arm.c" 2>&1 |
		grep -m1 misplaced && fail "the shadow of a 32-bit machine is laid out otherwise"
fi

if [ -z "$btf" ] || ! why=$("$B/can-bpf"); then
	skipped "running them: ${why:-no BTF}"
	[ $failed -eq 0 ]
	exit
fi

cat > "$out/main.c" <<'EOF'
#include HEADER
#include <stdio.h>
int main(void)
{
	struct NAME *skel = OPEN();
	int err;

	if (!skel) {
		puts(STRERROR(0));
		return 1;
	}
	err = ATTACH(skel);
	printf("%d: %s\n", err, STRERROR(skel));
	DESTROY(skel);
	return err != 0;
}
EOF
for n in here cc; do
	try gcc -DHEADER="\"$n.h\"" -DNAME=$n -DOPEN=${n}__open_and_load -DATTACH=${n}__attach -DSTRERROR=${n}__strerror \
		-DDESTROY=${n}__destroy -I"$out" "$out/main.c" -o "$out/main_$n"
	try "$out/main_$n"
done
if unshare -m sh -c 'umount -l /sys' 2> /dev/null; then
	try unshare -m sh -c "umount -l /sys && ! test -e $btf && '$out/main_here'"
	text=$(unshare -m sh -c "umount -l /sys && '$out/main_cc'") && fail "without /sys and without --btf it loads"
	case $text in
	*"/sys/kernel/btf/vmlinux: -ENOENT"*) ;;
	*) fail "without /sys it says: $text" ;;
	esac
else
	skipped "where /sys is not mounted: a mount namespace"
fi

"$lskel" run --attach "$progs/struct_ops_cc.bpf.o" > "$out/run.log" 2>&1 &
pid=$!
i=0
until grep -q attached "$out/run.log" || [ $i -ge 50 ]; do
	i=$((i + 1))
	sleep 0.1
done
cc=/proc/sys/net/ipv4/tcp_available_congestion_control
grep -qw lskel_cc $cc || fail "run --attach does not register it: $(tail -n 1 "$out/run.log")"
kill -TERM $pid 2> /dev/null
wait $pid 2> /dev/null
if grep -qw lskel_cc $cc; then fail "run --attach leaves it registered"; fi

[ $failed -eq 0 ]
