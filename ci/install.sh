#!/bin/sh
# Puts the program wsspec into a folder:
#
#   install.sh DIR [VERSION]
#
# VERSION is a release such as v1.2.3, latest (the default), or what go install takes. The
# binary of a release is downloaded with curl, and has to have the SHA-256 that the release
# lists. If there is no binary, Go builds VERSION from source; it needs Go for that.
#
# WSSPEC_RELEASES=URL names a mirror of https://github.com/wsspec/wsspec/releases.
# WSSPEC_SOURCE=DIR has Go build this checkout instead, and downloads no release.
set -eu
dir=$1 version=${2:-latest}
releases=${WSSPEC_RELEASES:-https://github.com/wsspec/wsspec/releases}
source=${WSSPEC_SOURCE-}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "wsspec: $1"; }
fetch() { curl --fail --silent --location --retry 3 --connect-timeout 20 --output "$@"; }

# system: prints the system as the names of the archives have it, such as linux_amd64.
system() {
	case $(uname -s) in
	Linux) os=linux ;;
	Darwin) os=darwin ;;
	FreeBSD) os=freebsd ;;
	MINGW* | MSYS* | CYGWIN*) os=windows ;;
	*) return 1 ;;
	esac
	case $(uname -m) in
	x86_64 | amd64) echo "${os}_amd64" ;;
	aarch64 | arm64) echo "${os}_arm64" ;;
	*) return 1 ;;
	esac
}

# sum: prints the SHA-256 of the standard input.
sum() {
	if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# download: gets and checks the binary of a release. Without one it returns 1 and has said
# why. A binary that is not the one of the release ends the script.
download() {
	command -v curl >/dev/null || { say 'there is no curl to download a release'; return 1; }
	command -v sha256sum >/dev/null || command -v shasum >/dev/null || { say 'there is no sha256sum to check a release'; return 1; }
	system=$(system) || { say "there is no release for $(uname -s) on $(uname -m)"; return 1; }
	if [ "$version" = latest ]; then
		# The address of the latest release leads to its own.
		tag=$(fetch /dev/null --write-out '%{url_effective}' "$releases/latest") || { say "there is no release at $releases"; return 1; }
		tag=${tag##*/}
	else
		tag=$version
	fi
	case $tag in
	v[0-9]*.[0-9]*.[0-9]*) ;;
	*) say "$tag is no release"; return 1 ;;
	esac
	archive=wsspec_${tag#v}_$system.tar.gz sums=wsspec_${tag#v}_checksums.txt
	case $system in windows_*) archive=${archive%.tar.gz}.zip ;; esac
	for file in "$archive" "$sums"; do
		fetch "$work/$file" "$releases/download/$tag/$file" || { say "cannot download $releases/download/$tag/$file"; return 1; }
	done
	want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/$sums")
	got=$(sum <"$work/$archive")
	if [ "$got" != "$want" ]; then
		say "$archive has the SHA-256 $got, and the release lists ${want:-none}: it is not installed" >&2
		exit 3
	fi
	case $archive in
	*.zip) unzip -q -o "$work/$archive" wsspec.exe -d "$dir" ;;
	*) tar -x -z -f "$work/$archive" -C "$dir" wsspec ;;
	esac || {
		say "$archive cannot be unpacked" >&2
		exit 3
	}
	say "$tag for $system is downloaded, and its SHA-256 is right"
}

# build: has Go build it. The module, the workspace and the flags of the job do not matter,
# and where the Go that is here is too old, it fetches a newer one for this build alone.
build() {
	command -v go >/dev/null || {
		say 'there is no Go to build it from source: install Go, or name a release that has a binary' >&2
		exit 3
	}
	export GOFLAGS='' GOWORK=off GOTOOLCHAIN=auto CGO_ENABLED=0
	if [ -n "$source" ]; then
		cd "$source"
		go build -trimpath -o "$dir/" ./cmd/wsspec
	else
		cd "$work"
		GOBIN=$dir go install -trimpath "github.com/wsspec/wsspec/cmd/wsspec@$version"
	fi
	say "${source:-$version} was built from source by $(go env GOVERSION)"
}

{ [ -z "$source" ] && download; } || build
