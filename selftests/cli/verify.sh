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
	area=$(($(sed -n 's/^\t\tg__blob, [0-9]*, \([0-9]*\),$/\1/p' "$h") - 512))
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
