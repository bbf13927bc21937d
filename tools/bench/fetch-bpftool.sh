#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Gets Debian's newest bpftool, and the headers of the same release from that kernel's source package, into our cache
# (~/.cache/lskel/bpftool-VERSION/), where bpftool.sh finds it. It comes with the libraries that it wants, so it
# runs on older systems; nothing is installed. 170 MB are downloaded. `make bench` never does that by itself.
#
# apt's configuration is the one that tools/vm/fetch.sh makes.
set -eu
cache=${LSKEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lskel}
suite=${SUITE:-forky}
export APT_CONFIG=$cache/apt-amd64/apt.conf
[ -e "$APT_CONFIG" ] || { echo "fetch-bpftool.sh: run tools/vm/fetch.sh first" >&2; exit 1; }
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "fetch-bpftool.sh: for amd64 only" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download "bpftool/$suite" {libc6,libcap2,libelf1t64,libssl3t64,zlib1g,libzstd1}/"$suite" > log 2>&1 ||
	{ tail -n 1 log >&2; exit 1; }
# "bpftool_7.8.0+7.2.12-1_amd64.deb": version 7.8.0, of Linux 7.2
deb=$(echo bpftool_*.deb)
version=${deb#bpftool_}
kernel=${version#*+}
version=${version%%+*}
kernel=$(echo "$kernel" | cut -d . -f 1,2)
apt-get -q download "linux-source-$kernel" > log 2>&1 || { tail -n 1 log >&2; exit 1; }

mkdir -p tool/root tool/include
for deb in *.deb; do
	case $deb in
	linux-source-*)
		dpkg-deb --fsys-tarfile "$deb" | tar xO --wildcards "*/linux-source-$kernel.tar.xz" | xz -dc |
			tar x --wildcards "linux-source-$kernel/tools/lib/bpf/*.h" \
				"linux-source-$kernel/tools/include/uapi/linux/*.h"
		;;
	*) dpkg-deb -x "$deb" tool/root ;;
	esac
done
# Its skeletons use fields that older systems' headers don't have.
mv "linux-source-$kernel/tools/lib/bpf" tool/include/bpf
mkdir tool/include/linux
mv "linux-source-$kernel/tools/include/uapi/linux/bpf.h" tool/include/linux
cat > tool/bpftool << 'WRAPPER'
#!/bin/sh
root=${0%/*}/root
lib=$root/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/usr/sbin/bpftool" "$@"
WRAPPER
chmod +x tool/bpftool
tool/bpftool version | head -n 1
rm -rf "$cache/bpftool-$version"
mv tool "$cache/bpftool-$version"
