#!/bin/sh
# Fuzz the targets one after the other, each for a bounded time:
#
#   fuzz/run.sh [NAME] [TIME]
#
# NAME is a target without its "Fuzz", such as FrameStream; without it, or when
# it is empty, all of them. TIME is that of go test: 100000x (the default) for a
# number of inputs, 1h for a time. PARALLEL is the number of workers (1).
# What a target finds stays in its testdata; see fuzz/README.md.
set -eu
name=${1:-} time=${2:-100000x}
cd "$(dirname "$0")"
found=
for package in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...); do
	for target in $(go test -list '^Fuzz' "$package" | sed -n 's/^Fuzz//p'); do
		if [ -n "$name" ] && [ "$name" != "$target" ]; then continue; fi
		found=yes
		echo "== $target ($package)"
		# Making every new input small first would take most of the time.
		go test "$package" -run '^$' -fuzz "^Fuzz$target\$" -fuzztime "$time" \
			-fuzzminimizetime 100x -parallel "${PARALLEL:-1}"
	done
done
if [ -z "$found" ]; then
	echo "no target $name: see go test -list '^Fuzz' ./fuzz/..." >&2
	exit 2
fi
