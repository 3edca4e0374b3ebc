#!/bin/sh
# Prints agent|library|language|version for each peer of the matrix: versions.sh IMAGE. The
# versions are those of conformance/peers/go.mod, and of the Debian packages in the image.
set -eu
cd "$(dirname "$0")/../.."
echo "ref|wsspec echo|Go|$(git describe --tags --always --dirty)"
while read -r agent module; do
	version=$(cd conformance/peers && go list -m -f '{{.Version}}' "$module")
	echo "$agent|${module#*/}|Go|${version#v}"
done <<END
gorilla github.com/gorilla/websocket
gobwas github.com/gobwas/ws
coder github.com/coder/websocket
gws github.com/lxzan/gws
xnet golang.org/x/net
END
grep -v '^#' conformance/peers/debian/peers | while IFS='|' read -r agent library language package _; do
	# Debian's own part of a version is left out: 1:2.3+ds1-4+deb12u1 is 2.3.
	version=$(docker run --rm --entrypoint dpkg-query "$1" -W -f '${Version}' "$package" </dev/null | sed 's/^[0-9]*://; s/[-+~].*//')
	echo "$agent|$library|$language|$version"
done
