#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Gets Debian's kernels for the VM matrix, without installing anything.
#
#   [LSKEL_ARCH=arm64] tools/vm/fetch.sh [RELEASE...]
#
# LSKEL_ARCH is Debian's name of the machine: amd64 (default), arm64, riscv64, s390x.
# Prints one line per release: "RELEASE DIRECTORY", or "RELEASE - why it is not to be had". DIRECTORY holds vmlinuz,
# `release` (the full release name), config and modules/ (the modules of tools/vm/modules, not compressed).
#
# apt gets a configuration of its own: archive and key of the machine's own apt sources, with lists and packages in our
# cache. So it works for any user, what is downloaded is verified by apt's signatures, and mirrors and proxies are those
# that the machine uses anyway. A kernel that is in the cache is never asked for again; remove its directory to renew it.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cache=${LSKEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lskel}
arch=${LSKEL_ARCH:-amd64}
kernels=$cache/kernels-$arch
apt=$cache/apt-$arch
case $arch in
amd64|arm64) flavour=cloud-$arch ;; # smaller, and has all that we want
riscv64|s390x) flavour=$arch ;;
*) echo "fetch.sh: no kernels are known for '$arch'" >&2; exit 2 ;;
esac

releases=("$@")
[ $# -gt 0 ] || mapfile -t releases < <(awk '!/^#/ && NF {print $1}' "$here/kernels")

suites() { # the suites that may hold a kernel of this series
	case $1 in
	5.10) echo bullseye bullseye-security ;;
	6.1) echo bookworm bookworm-security ;;
	6.12) echo trixie trixie-security bookworm-backports ;;
	6.18) echo trixie-backports ;;
	*) echo trixie-backports forky sid ;;
	esac
}

# Where the machine gets Debian from: "URI<tab>keyring" of the first source whose suites are Debian's, security or not.
source_of() { # main|security
	local want=$1
	{
		cat /etc/apt/sources.list.d/*.sources 2>/dev/null
		# one-line style, as stanzas
		cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk '
			$1 == "deb" {
				key = ""; i = 2
				if ($2 ~ /^\[/) {
					for (; i <= NF; i++) {
						o = $i; gsub(/[][]/, "", o)
						if (o ~ /^signed-by=/) key = substr(o, 11)
						if ($i ~ /\]$/) { i++; break }
					}
				}
				printf "\nTypes: deb\nURIs: %s\nSuites: %s\n%s\n", $i, $(i + 1), key == "" ? "" : "Signed-By: " key
			}'
	} | awk -v want="$want" '
		function end_stanza() {
			if (uri != "" && hit && !done) { printf "%s\t%s\n", uri, key; done = 1 }
			uri = ""; key = ""; hit = 0
		}
		/^[ \t]*$/ { end_stanza(); next }
		/^#/ { next }
		tolower($1) == "uris:" { uri = $2 }
		tolower($1) == "signed-by:" { key = $2 }
		tolower($1) == "suites:" {
			for (i = 2; i <= NF; i++) {
				s = $i
				sec = sub(/-security$/, "", s) || sub(/\/updates$/, "", s)
				if (s ~ /^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)$/ && sec == (want == "security"))
					hit = 1
			}
		}
		END { end_stanza() }'
}

setup_apt() {
	local uri key suite release
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" || return 1
	IFS=$'\t' read -r uri key < <(source_of main)
	IFS=$'\t' read -r suri skey < <(source_of security)
	[ -n "${uri:-}" ] || { why="no Debian archive among this machine's apt sources"; return 1; }
	[ -e "${key:-}" ] || key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "${skey:-}" ] || skey=$key
	[ -e "$key" ] || { why="no Debian archive key (package debian-archive-keyring)"; return 1; }
	for release in "$@"; do
		suites "$release"
	done | tr ' ' '\n' | sort -u | while read -r suite; do
		case $suite in
		*-security) [ -z "${suri:-}" ] || echo "deb [signed-by=$skey] $suri $suite main" ;;
		*) echo "deb [signed-by=$key] $uri $suite main" ;;
		esac
	done > "$apt/sources.list"
	cat > "$apt/apt.conf" <<-END
	Dir::Etc::sourcelist "$apt/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	Dir::State::lists "$apt/lists";
	Dir::State::status "/dev/null";
	Dir::Cache::archives "$apt/archives";
	Dir::Cache::pkgcache "$apt/pkgcache.bin";
	Dir::Cache::srcpkgcache "";
	APT::Architecture "$arch";
	APT::Architectures { "$arch"; };
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	Acquire::Check-Valid-Until "false";
	Acquire::Retries "2";
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	#clear Acquire::IndexTargets;
	Acquire::IndexTargets::deb::Packages {
		MetaKey "\$(COMPONENT)/binary-\$(ARCHITECTURE)/Packages";
		flatMetaKey "Packages";
		ShortDescription "Packages";
		Description "\$(RELEASE)/\$(COMPONENT) \$(ARCHITECTURE) Packages";
	};
	END
	export APT_CONFIG=$apt/apt.conf
	# A suite that is gone must not hide the others, so apt-get's status says little here. Lists are good for a day.
	if [ -z "$(find "$apt/stamp" -mmin -1440 2>/dev/null)" ] || ! cmp -s "$apt/stamp" "$apt/sources.list"; then
		timeout 240 apt-get -q update < /dev/null > "$apt/update.log" 2>&1
		cp "$apt/sources.list" "$apt/stamp"
	fi
	apt-cache pkgnames linux-image- > "$apt/names"
	apt-cache pkgnames linux-binary- >> "$apt/names"
	[ -s "$apt/names" ] || {
		rm -f "$apt/stamp"
		why="apt reached no package list ($(grep -m1 '^[EW]:' "$apt/update.log" | cut -c1-100))"
		return 1
	}
}

# The $2nd newest kernel of a series: "package version full-release". From 7.x on linux-image-* is empty and
# linux-binary-* of the same version holds the kernel.
newest() {
	local names
	mapfile -t names < <(grep -E "^linux-(image|binary)-${1//./\\.}[-.+].*-$flavour\$" "$apt/names")
	[ ${#names[@]} -gt 0 ] || return
	apt-cache show --no-all-versions "${names[@]}" 2>/dev/null | awk '
		$1 == "Package:" {name = $2}
		$1 == "Version:" {full = name; sub(/^linux-(image|binary)-/, "", full); print name, $2, full}' |
		sort -k2,2V -k1,1r | tail -n "$2" | head -n $(($2 > ${#names[@]} ? 0 : 1))
}

download() { # package=version... -> .deb files into the current directory
	timeout 300 apt-get -q download "$@" < /dev/null > "$apt/download.log" 2>&1
}

# A busybox for machines of another architecture; this one's has its own. A release of Debian that has it will do.
fetch_busybox() {
	local tmp=$kernels/busybox.tmp version
	[ "$arch" != amd64 ] && ! [ -s "$kernels/busybox" ] || return 0
	rm -rf "$tmp"
	mkdir -p "$tmp"
	version=$(apt-cache show --no-all-versions busybox-static 2>/dev/null | sed -n 's/^Version: //p' | head -n 1)
	(cd "$tmp" && download "busybox-static${version:+=$version}" && dpkg-deb -x busybox-static*.deb x) &&
		cp "$(find "$tmp/x" -path '*bin/busybox' -type f | head -n 1)" "$kernels/busybox" 2>/dev/null
	rm -rf "$tmp"
	[ -s "$kernels/busybox" ] || { why="download of busybox-static failed"; return 1; }
}

fetch() {
	local series=$1 pkg version full dir tmp deb mod wanted
	mapfile -t wanted < <(printf '%s\n' '*/vmlinuz*' '*/vmlinux*' '*/config-*'; sed -n 's,^[a-z].*,*/&.ko*,p' "$here/modules")
	pkg=
	read -r pkg version full < <(newest "$series" "$2")
	[ -n "${pkg:-}" ] || { why="apt offers no $series kernel ($flavour)"; return 1; }
	dir=$kernels/$series
	tmp=$dir.tmp
	rm -rf "$tmp"
	mkdir -p "$tmp/deb" "$tmp/root" "$tmp/out/modules"
	local pkgs=("$pkg=$version")
	case $pkg in linux-binary-*) pkgs+=("linux-modules-$full=$version") ;; esac
	fetch_busybox || return 1
	(cd "$tmp/deb" && download "${pkgs[@]}") || { why="download of ${pkgs[*]} failed"; rm -rf "$tmp"; return 1; }
	for deb in "$tmp"/deb/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tmp/root" --wildcards "${wanted[@]}" 2>/dev/null
	done
	cp "$(find "$tmp/root" -name 'vmlinu[xz]*' -type f | head -n 1)" "$tmp/out/vmlinuz" 2>/dev/null ||
		{ why="no kernel in $pkg"; rm -rf "$tmp"; return 1; }
	cp "$(find "$tmp/root" -path '*/boot/config-*' -type f | head -n 1)" "$tmp/out/config" 2>/dev/null
	find "$tmp/root" -name '*.ko*' -type f | while read -r mod; do
		case $mod in
		*.xz) xz -dc "$mod" > "$tmp/out/modules/$(basename "$mod" .xz)" || rm -f "$tmp/out/modules/$(basename "$mod" .xz)" ;;
		*.zst) zstd -qdc "$mod" > "$tmp/out/modules/$(basename "$mod" .zst)" || rm -f "$tmp/out/modules/$(basename "$mod" .zst)" ;;
		*) cp "$mod" "$tmp/out/modules/" ;;
		esac
	done
	echo "$full" > "$tmp/out/release"
	rm -rf "$dir"
	mv "$tmp/out" "$dir" && rm -rf "$tmp"
}

[ "${BASH_SOURCE[0]}" = "$0" ] || return 0 # headers.sh takes the functions

mkdir -p "$kernels" || exit 1
# One fetch at a time; the second finds the first one's kernels.
exec 9> "$cache/lock"
flock 9

missing=()
for r in "${releases[@]}"; do
	[ -s "$kernels/$r/release" ] || missing+=("$r")
done
why=
ready=no
if [ ${#missing[@]} -gt 0 ]; then
	if ! command -v apt-get > /dev/null; then
		why="no apt on this machine"
	elif [ "${LSKEL_NO_FETCH:-0}" = 1 ]; then
		why="not in the cache, and LSKEL_NO_FETCH=1"
	else
		setup_apt "${missing[@]}" && ready=yes
	fi
fi
for r in "${releases[@]}"; do
	if [ -s "$kernels/$r/release" ]; then
		echo "$r $kernels/$r"
	# lists may name packages that the archive has replaced since: then an older one is as good
	elif [ $ready = yes ] && { fetch "$r" 1 || fetch "$r" 2 || fetch "$r" 3; }; then
		echo "$r $kernels/$r"
	else
		echo "$r - $why"
	fi
done
rm -rf "$apt/archives"
