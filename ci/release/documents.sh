#!/bin/sh
# Writes what a package has beside the program: the completions of three shells and the man
# pages.
#
#   documents.sh VERSION FOLDER
#
# What these two had in the folder before is removed. The files are the same whenever they are written.
set -eu
cd "$(dirname "$0")/../.."
version=$1 folder=$2
rm -rf "$folder/completions" "$folder/man"
mkdir -p "$folder/completions" "$folder/man"
program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
go build -trimpath -ldflags "-X github.com/wsspec/wsspec/internal/command.release=$version" -o "$program/wsspec" ./cmd/wsspec
"$program/wsspec" completion bash >"$folder/completions/wsspec.bash"
"$program/wsspec" completion zsh >"$folder/completions/_wsspec"
"$program/wsspec" completion fish >"$folder/completions/wsspec.fish"
"$program/wsspec" man "$folder/man"
# Debian's policy wants man pages compressed. -n leaves out the time.
gzip -9n "$folder"/man/*.1
