#!/bin/sh
# Builds all files of a release, and publishes nothing: make release.
#
# It needs the programs of "make release-tools" in bin, and git. For the container images it
# needs Docker; without it, they are left out, and that is said.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PWD/bin:$PATH
export PATH
git rev-parse --verify --quiet HEAD >/dev/null || { echo "make release: this is no git checkout, so that the commit is unknown" >&2; exit 2; }
# goreleaser finds no commit in a repository without a remote. This one is known to this
# process alone.
if [ -z "$(git remote)" ]; then
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=https://github.com/wsspec/wsspec
fi
[ -z "$(git status --porcelain)" ] || echo "make release: the checkout has changes; the programs say so in their version" >&2
goreleaser release --snapshot --clean "$@"
version=$(sed -n 's/.*"version":"\([^"]*\)".*/\1/p' bin/release/metadata.json)
if docker info >/dev/null 2>&1; then
	ci/release/images.sh wsspec/wsspec "$version" bin/release
else
	echo "SKIP the container images: Docker does not answer"
fi
echo "The release is in bin/release; nothing was published:"
(cd bin/release && ls -1d wsspec_*.gz wsspec_*.zip wsspec_*.deb wsspec_*.rpm wsspec_*.json wsspec_*.txt homebrew/*/* scoop/*)
