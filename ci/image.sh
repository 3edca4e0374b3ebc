#!/bin/sh
# Builds wsspec's image: image.sh NAME. Needs Go and Docker, and no registry.
set -eu
cd "$(dirname "$0")/.."
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
mkdir -p "$context/usr/local/bin" "$context/opt/pypy/bin" "$context/config" "$context/reports" "$context/tmp"
version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags '-s -w' -o "$context/usr/local/bin/wsspec" ./cmd/wsspec
ln -s wsspec "$context/usr/local/bin/wstest"
ln -s /usr/local/bin/wsspec "$context/opt/pypy/bin/wstest"
# The user of the image writes into these where nothing is mounted, or a new volume.
chmod 0777 "$context/reports"
chmod 1777 "$context/tmp"
docker build --quiet --tag "$1" --label "org.opencontainers.image.version=$version" --file ci/Dockerfile "$context" >/dev/null
size=$(docker image inspect --format '{{.Size}}' "$1")
echo "$1: $((size / 1000000)) MB"
[ "$size" -lt 20000000 ] || { echo "the image has $size octets; it is to stay below 20 MB" >&2; exit 1; }
