#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Which packages are missing? Says so, and as root installs them, unless LSKEL_NO_INSTALL=1.
#
# Names are Debian's; what is looked for is the command or header itself, so that this is also right elsewhere.
# Exits with 1 if something that building needs is still missing. Without the packages for tests, tests are skipped.
set -u

PATH=$PATH:/usr/sbin:/sbin

have_cmd() { command -v "$1" > /dev/null 2>&1; }
have_hdr() {
	for dir in /usr/include /usr/include/*-linux-gnu* /usr/local/include; do
		[ ! -e "$dir/$1" ] || return 0
	done
	return 1
}

# package, what for, how to see that it is there
list() {
	cat <<-END
	gcc build cmd gcc
	make build cmd make
	libc6-dev build hdr stdio.h
	libelf-dev build hdr gelf.h
	libbpf-dev build hdr bpf/bpf.h
	zlib1g-dev build hdr zlib.h
	liblzma-dev build hdr lzma.h
	libzstd-dev build hdr zstd.h
	liblz4-dev build hdr lz4.h
	libssl-dev build hdr openssl/cms.h
	pkg-config build cmd pkg-config
	clang build cmd clang
	llvm build cmd llvm-objcopy
	libcmocka-dev test hdr cmocka.h
	clang-19 test cmd clang-19
	openssl test cmd openssl
	bpftool test cmd bpftool
	g++ test cmd g++
	musl-tools test cmd musl-gcc
	qemu-system-x86 test cmd qemu-system-x86_64
	qemu-system-arm test cmd qemu-system-aarch64
	qemu-system-misc test cmd qemu-system-s390x
	gcc-aarch64-linux-gnu test cmd aarch64-linux-gnu-gcc
	gcc-riscv64-linux-gnu test cmd riscv64-linux-gnu-gcc
	gcc-s390x-linux-gnu test cmd s390x-linux-gnu-gcc
	libc6-dev-arm64-cross test hdr ../aarch64-linux-gnu/include/stdio.h
	libc6-dev-riscv64-cross test hdr ../riscv64-linux-gnu/include/stdio.h
	libc6-dev-s390x-cross test hdr ../s390x-linux-gnu/include/stdio.h
	cpio test cmd cpio
	busybox-static test cmd busybox
	xz-utils test cmd xz
	zstd test cmd zstd
	debian-archive-keyring test hdr ../share/keyrings/debian-archive-keyring.gpg
	END
}

missing() { # build|test
	list | while read -r pkg for how what; do
		[ "$for" = "$1" ] || continue
		"have_$how" "$what" || printf ' %s' "$pkg"
	done
}

apt() { DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" < /dev/null; }

install_pkgs() {
	log=$(mktemp)
	if ! ls /var/lib/apt/lists/*_Packages* > /dev/null 2>&1 || ! apt install "$@" > "$log" 2>&1; then
		{ apt update && apt install "$@"; } > "$log" 2>&1 || {
			grep '^[EW]:' "$log" | head -n 5
			# One package that is not to be had must not keep the others away.
			for pkg in "$@"; do
				apt install "$pkg" > "$log" 2>&1 || echo "deps: could not install $pkg"
			done
		}
	fi
	rm -f "$log"
}

build=$(missing build)
tests=$(missing test)
if [ -z "$build$tests" ]; then
	echo "deps: everything is there"
	exit 0
fi
[ -z "$build" ] || echo "deps: missing for building:$build"
[ -z "$tests" ] || echo "deps: missing for tests:$tests"

if ! have_cmd apt-get; then
	echo "deps: this system has no apt: install what your distribution calls these packages"
elif [ "$(id -u)" -ne 0 ] || [ "${LSKEL_NO_INSTALL:-0}" = 1 ]; then
	echo "deps: not installing ($([ "$(id -u)" -ne 0 ] && echo "not root" || echo LSKEL_NO_INSTALL=1)). The command is:"
	echo "	apt-get install --no-install-recommends$build$tests"
else
	echo "deps: installing them"
	install_pkgs $build $tests
	build=$(missing build)
	tests=$(missing test)
	[ -z "$build$tests" ] && echo "deps: everything is there now"
fi
[ -z "$tests" ] || echo "deps: tests that need$tests will be skipped"
if [ -n "$build" ]; then
	echo "deps: building is not possible without$build" >&2
	exit 1
fi
