#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# gcc-12 with the flags of kernels that newer compilers have built: what it has another name for, or can do
# without.
args=()
for a; do
	case $a in
	-fmin-function-alignment=*) args+=("-falign-functions=${a#*=}") ;;
	-fzero-init-padding-bits=* | -fdiagnostics-show-context*) ;;
	*) args+=("$a") ;;
	esac
done
exec gcc-12 "${args[@]}" -Wno-attributes
