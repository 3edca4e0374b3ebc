#!/bin/sh
# Builds wsspec's image, or the one of the peers it is tested with:
#
#   image.sh NAME [peers]
#
# It needs Go and Docker, and no registry. The certificates of the authorities that the
# image trusts are those of this machine; CA_BUNDLE=FILE names another PEM file. GOARCH=arm64
# builds the image for another architecture than this machine's. VERSION=1.2.3 is the version
# that the program prints, with the commit of the checkout.
set -eu
cd "$(dirname "$0")/.."
image=$1 what=${2-wsspec}
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
root=$context/root
mkdir -p "$root/usr/local/bin" "$root/config" "$root/reports" "$root/tmp"
export CGO_ENABLED=0 GOOS=linux
module=github.com/wsspec/wsspec
arch=$(go env GOARCH)
case "$what" in
wsspec)
	release=
	if [ -n "${VERSION-}" ]; then
		release=" -X github.com/wsspec/wsspec/internal/command.release=$VERSION -X github.com/wsspec/wsspec/internal/command.commit=$(git rev-parse HEAD) -X github.com/wsspec/wsspec/internal/command.date=$(git log -1 --format=%cI)"
	fi
	# Without inlining, the program is 1.5 MB smaller. The packages that read and write
	# frames keep it: the last -gcflags that fits a package is the one that counts.
	set --
	for packages in "$module/..." net/http html/template text/template/... crypto/tls crypto/x509 encoding/json encoding/xml regexp/... \
		github.com/spf13/... go.yaml.in/... golang.org/x/net/...; do
		set -- "$@" "-gcflags=$packages=-l"
	done
	go build -trimpath -ldflags "-s -w$release" "$@" "-gcflags=$module/ref/...=" "-gcflags=$module/conformance/stream=" \
		-o "$root/usr/local/bin/wsspec" ./cmd/wsspec
	mkdir -p "$root/opt/pypy/bin"
	ln -s wsspec "$root/usr/local/bin/wstest"
	ln -s wsspec "$root/usr/local/bin/wsspec-image"
	ln -s /usr/local/bin/wsspec "$root/opt/pypy/bin/wstest"
	bundle=${CA_BUNDLE-}
	for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
		[ -n "$bundle" ] || [ ! -s "$file" ] || bundle=$file
	done
	[ -s "$bundle" ] || { echo "image.sh: no CA certificates: ${bundle:-none found}; CA_BUNDLE=FILE names a PEM file" >&2; exit 2; }
	mkdir -p "$root/etc/ssl/certs"
	cp "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
	chmod 0644 "$root/etc/ssl/certs/ca-certificates.crt"
	;;
peers)
	(cd conformance/peers && go build -trimpath -ldflags '-s -w' -o "$root/usr/local/bin/peers" ./cmd/peers)
	;;
*)
	echo "image.sh: there is no image of $what; there are wsspec and peers" >&2
	exit 2
	;;
esac
# The image's user writes into these if nothing is mounted there, or a new volume.
chmod 0777 "$root/reports"
chmod 1777 "$root/tmp"
docker build --quiet --platform "linux/$arch" --tag "$image" --file ci/Dockerfile --target "$what" "$root" >/dev/null
size=$(docker image inspect --format '{{.Size}}' "$image")
echo "$image: $((size / 1000000)) MB"
[ "$size" -lt 20000000 ] || { echo "the image has $size octets; it is to stay below 20 MB" >&2; exit 1; }
