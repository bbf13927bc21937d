# shellcheck shell=bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# The tables `objects` and `contestants`, for run.sh and build.sh.

rows() { grep -v '^#' "tools/bench/$1"; }            # FILE
row() { rows "$1" | grep "^$2 "; }                   # FILE NAME
wanted() { [ -z "$CONTESTANTS" ] || [[ " $CONTESTANTS " == *" $1 "* ]]; } # NAME
