#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Compares the traces of test objects with those checked in here. `run.sh --renew` writes them anew, to be read in the diff.
# What clang makes of a source differs between its versions, so the traces are those of the pinned one.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh
lskel=${LSKEL:-build/lskel}
progs=${LSKEL_PROGS:-build/progs}
pinned=14
version=$(${CLANG:-clang} --version 2>/dev/null | sed -n 's/.*clang version \([0-9]*\).*/\1/p')

for want in selftests/golden/*.txt; do
	name=$(basename "$want" .txt)
	if [ "$version" != $pinned ]; then
		skip "golden.$name" "made with clang $pinned, this is clang ${version:-(none)}"
		continue
	fi
	if ! "$lskel" explain "$progs/$name.bpf.o" > "${TMPDIR:-/tmp}/golden.$$" 2>&1; then
		not_ok "golden.$name" "$(head -n 1 "${TMPDIR:-/tmp}/golden.$$")"
	elif [ "$1" = --renew ]; then
		cp "${TMPDIR:-/tmp}/golden.$$" "$want"
		ok "golden.$name"
	elif cmp -s "${TMPDIR:-/tmp}/golden.$$" "$want"; then
		ok "golden.$name"
	else
		not_ok "golden.$name" "$(diff "$want" "${TMPDIR:-/tmp}/golden.$$" | head -n 3 | tr '\n' ' ')"
	fi
done
rm -f "${TMPDIR:-/tmp}/golden.$$"
finish
