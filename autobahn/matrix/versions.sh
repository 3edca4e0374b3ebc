#!/bin/sh
# Prints agent|library|language|version for each peer of the matrix: versions.sh WSSPEC IMAGE. The
# versions are those of conformance/peers/go.mod, and of the Debian packages in the image.
set -eu
cd "$(dirname "$0")/../.."
echo "ref|wsspec echo|Go|$("$1" version | cut -d' ' -f2)"
while read -r agent module; do
	echo "$agent|$module|Go|$(cd conformance/peers && go list -m -f '{{.Version}}' "$module")"
done <<END
gorilla github.com/gorilla/websocket
gobwas github.com/gobwas/ws
coder github.com/coder/websocket
gws github.com/lxzan/gws
xnet golang.org/x/net
END
grep -v '^#' conformance/peers/debian/peers | while IFS='|' read -r agent library language package _; do
	# Debian's own part of a version is left out: 1:2.3+ds1-4+deb12u1 is 2.3.
	version=$(docker run --rm --entrypoint dpkg-query "$2" -W -f '${Version}' "$package" </dev/null | sed 's/^[0-9]*://; s/[-+~].*//')
	echo "$agent|$library|$language|$version"
done
