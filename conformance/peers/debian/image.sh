#!/bin/sh
# Builds the image of the peers that are not written in Go, from Debian's packages alone:
#
#   image.sh NAME
#
# It needs Docker and mmdebstrap, and no registry of images. The packages come from the mirror
# that apt is set up with. The system with the packages is an image of its own. It is kept, so
# that only the first build takes minutes. BASE=IMAGE names another one that has the packages.
set -eu
cd "$(dirname "$0")"
release=bookworm
base=${BASE-wsspec/peers-debian-base:$release-$(cksum <packages | cut -d' ' -f1)}
if ! docker image inspect "$base" >/dev/null 2>&1; then
	command -v mmdebstrap >/dev/null || { echo 'image.sh: there is no mmdebstrap, which makes the Debian system (apt-get install mmdebstrap)' >&2; exit 3; }
	archive=$(mktemp)
	trap 'rm -f "$archive"' EXIT
	# In two steps, so that a failure of the first one is seen.
	mmdebstrap --quiet --variant=apt --format=tar --include="$(paste -sd, packages)" "$release" "$archive"
	docker import "$archive" "$base" >/dev/null
	rm -f "$archive"
fi
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp ../../../docs/quickstart/*_server.* ../../../docs/quickstart/JettyServer.java peers "$context"
docker build --quiet --build-arg "BASE=$base" --tag "$1" --file Dockerfile "$context" >/dev/null
echo "$1: $(($(docker image inspect --format '{{.Size}}' "$1") / 1000000)) MB"
