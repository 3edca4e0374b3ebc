#!/bin/sh
# Builds the container images of a release, one for each architecture:
#
#   images.sh NAME VERSION [FOLDER]
#
# makes NAME:VERSION-amd64 and NAME:VERSION-arm64. With FOLDER, each also becomes a file
# there, which "docker load" reads. Nothing is run in the images, so that this machine need
# not be able to run the programs of the other architecture.
set -eu
cd "$(dirname "$0")/../.."
name=$1 version=$2 folder=${3-}
for arch in amd64 arm64; do
	image=$name:$version-$arch
	GOARCH=$arch VERSION=$version ci/image.sh "$image"
	if [ -n "$folder" ]; then
		docker save "$image" | gzip -n >"$folder/wsspec_${version}_image_linux_$arch.tar.gz"
	fi
done
