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
name=${1:-} time=${2:-}
root=$(cd "$(dirname "$0")/.." && pwd)

# go test -fuzz instruments all that is linked in, and the engine goes over every
# counter after every input: mostly those of the standard library. Its flags come
# behind the user's and win; therefore the tests are built without -fuzz.
instrument=$(sed -n 's/^[^#].*/-gcflags=&=-d=libfuzzer/p' "$root/fuzz/instrumented.txt")

# A worker hands every input to another goroutine and waits for it: on one
# processor that is no more than a switch.
GOMAXPROCS=${GOMAXPROCS:-1}
export GOMAXPROCS

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
trap 'exit 1' HUP INT TERM
cache=$(go env GOCACHE)/fuzz

# fuzz MODULE PATTERN TIME: the targets of the packages.
fuzz() {
	cd "$root/$1"
	list=$(go list -f '{{if .TestGoFiles}}{{.ImportPath}} {{.Dir}}{{end}}' "$2")
	for package in $(echo "$list" | cut -d ' ' -f 1); do
		folder=$(echo "$list" | sed -n "s|^$package ||p")
		grep -q '^func Fuzz' "$folder"/*_test.go || continue
		targets=$(sed -n 's/^func Fuzz\([A-Za-z0-9]*\)(.*/\1/p' "$folder"/*_test.go)
		for target in $targets; do
			if [ -n "$name" ] && [ "$name" != "$target" ]; then continue; fi
			found=yes
			# shellcheck disable=SC2086 # these are flags, without blanks in them
			[ -x "$build/$package.test" ] || go test -c -o "$build/$package.test" $instrument "$package"
			echo "== $target ($package)"
			# Making every new input small first would take most of the time.
			(cd "$folder" && exec "$build/$package.test" -test.run '^$' -test.fuzz "^Fuzz$target\$" \
				-test.fuzztime "$3" -test.fuzzminimizetime 100x -test.parallel "${PARALLEL:-1}" \
				-test.fuzzcachedir "$cache/$package")
		done
	done
}

found=
fuzz . ./fuzz/... "${time:-100000x}"
# Four libraries and three tries for each departure: slower, so fewer.
fuzz conformance/peers ./differential "${time:-20000x}"
if [ -z "$found" ]; then
	echo "no target $name; there are:" >&2
	grep -rho '^func Fuzz[A-Za-z0-9]*' "$root/fuzz" "$root/conformance/peers/differential" --include '*_test.go' | sed 's/^func Fuzz/  /' >&2
	exit 2
fi
