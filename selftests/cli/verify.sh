# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Sourced by run.sh ($lskel, $progs, $OLDPWD is the tree, ok, not_ok, skip, check): loader digests, and what `verify` says of
# signed skeletons.

tree=$OLDPWD
digests=$tree/gen_loader/emit/loaders/DIGESTS
digests_are_published() { "$lskel" loader-digest | cmp - "$digests"; }
check loader_digests_are_those_published digests_are_published
refused loader_digest_takes_nothing 2 "^lskel loader-digest: 'x' is of no use here\$" loader-digest x

# GEAR: the bytes of the loader in a generated header, hashed by somebody else.
digest_of_header() {
	local h=$1.h area
	"$lskel" gen --gear "$1" globals.bpf.o --name g -o "$h" || return
	area=$(($(sed -n 's/^\t\tg__blob, [0-9]*, \([0-9]*\),$/\1/p' "$h") - 256))
	sed -n "/${1}_insns\[/,/};/p" "$h" | grep -o '0x[0-9a-f][0-9a-f],' | sed 's/0x\(..\),/\\x\1/' | tr -d '\n' > "$1.esc"
	printf "$(cat "$1.esc")" | sha256sum | grep -qf - <(awk -v g="$1" -v a=$area '
		$1 == g && $2 == "unsigned" && $3 == "little" && $4 == a { print $5 "  -" }' "$digests") && [ -s "$1.esc" ] ||
		{ echo "$1, $area bytes: not in the table"; return 1; }
}
check loader_digest_is_that_of_a_header_stepper digest_of_header stepper
check loader_digest_is_that_of_a_header_loop digest_of_header loop

# The same for a signed one from its source, with the masks of 4096 bytes and no hash.
digest_of_source() {
	local w
	w=$(for w in $(grep -o '0x[0-9a-f][0-9a-f]\(,\| \)' "$tree/gen_loader/emit/loaders/$1_signed_bpfel.h" | head -n $((8 * $2))); do
		printf '%s' "${w:2:2}"
	done | sed 's/\(................\)/\1 /g; s/0800ad7e /f80f0000 /g; s/0400ad7e /fc0f0000 /g; s/0[0-3]70ad7e /00000000 /g; s/ //g; s/../\\x&/g')
	printf "$w" | sha256sum | grep -qf - <(awk -v g="$1" '
		$1 == g && $2 == "insns,all" && $3 == "little" && $4 == 4096 { print $5 "  -" }' "$digests")
}
check loader_digest_of_signed_stepper digest_of_source stepper "$(grep -c '/\* [0-9].*\*/$' "$tree/gen_loader/emit/loaders/stepper_signed_bpfel.h")"
check loader_digest_of_signed_loop digest_of_source loop "$(grep -c '/\* [0-9].*\*/$' "$tree/gen_loader/emit/loaders/loop_signed_bpfel.h")"

# The command; what is refused, and in which words, is unit/verify_test's.
refused verify_nothing 2 '^lskel verify: nothing to verify is given$' verify --cert x
refused verify_without_certificate 2 '^lskel verify: no --cert given: whose signatures are they to be\?$' verify globals.bpf.o
refused verify_bad_scheme 2 "^lskel verify: no scheme is called 'both'\$" verify globals.bpf.o --cert x --scheme both
verify_takes() {
	"$lskel" "$1" globals.bpf.o --name g --sign v.key --cert v.crt $2 -o "v.$1" && "$lskel" verify "v.$1" --cert v.crt > "v.$1.txt" &&
		[ "$(grep -c "^map '\|^prog '" "v.$1.txt")" -eq 6 ] || return
	# what it says of the loader is in the table
	sed -n "s/.*digest without the blob's hash: //p" "v.$1.txt" | sort -u > "v.$1.digests"
	[ "$(wc -l < "v.$1.digests")" -eq "$3" ] && [ "$(grep -cf "v.$1.digests" "$digests")" -eq "$3" ]
}
operations() { "$lskel" explain "$1" | sed -n "s/0x[0-9a-f]*/_/g; s/'[^']*'//g; s/^ *\([0-9][0-9]*  .*\)/\1/p"; }
explains_header() {
	operations v.gen > v.gen.ops && operations v.pack | grep -v ' close ' > v.pack.ops && [ "$(wc -l < v.gen.ops)" -gt 40 ] &&
		[ "$(wc -l < v.gen.ops)" -eq "$(wc -l < v.pack.ops)" ] && [ "$(grep -c BPF_PROG_LOAD v.gen.ops)" -eq 1 ] &&
		"$lskel" explain v.gen | grep -q "prog 'count'.fd = BPF_PROG_LOAD at prog 'count'.attr+0, "
}
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout v.key -out v.crt -days 30 -subj /CN=v \
	2> /dev/null; then
	check verify_header verify_takes gen "" 1
	check verify_packed verify_takes pack "--gear stepper" 2
	# the same operations as in the packed file, at whatever places; closing is not the loader's
	check explain_signed_header explains_header
	refused explain_signed_header_in_json 1 '^lskel: v.gen: a header can.t be printed in JSON' explain --json v.gen
	refused verify_unsigned_header 1 '^lskel: loop.h: is neither a header nor a packed file that can be signed' verify loop.h --cert v.crt
	"$lskel" pack globals.bpf.o -o unsigned.lskel
	refused verify_unsigned_file 1 '^lskel: unsigned.lskel: is not to be signed' verify unsigned.lskel --cert v.crt
	refused verify_no_certificate 1 '^lskel: junk.o: can.t read a certificate: ' verify v.gen --cert junk.o
	sed '30s/$/ /' v.gen > altered.h
	refused verify_altered_header 1 '^lskel: altered.h:[0-9]*: the runtime from here on is not that of lskel ' verify altered.h --cert v.crt
else
	skip cli.verify "no openssl"
fi
