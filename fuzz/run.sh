#!/bin/sh
# Fuzzes the targets one after another, each for a limited time:
#
#   fuzz/run.sh [NAME] [TIME]
#
# NAME is the name of a target without "Fuzz", such as FrameStream; an empty NAME
# means all targets. TIME is in the format of go test -fuzztime: 100000x (the default)
# for a number of inputs, 1h for a duration. The variable PARALLEL is the number of
# workers (default: 1). A failing input stays in the testdata of the target; see
# fuzz/README.md.
set -eu
name=${1:-} time=${2:-}
root=$(cd "$(dirname "$0")/.." && pwd)

# go test -fuzz instruments every linked package, mostly of the standard library, and
# the engine scans every counter after every input. Its flags override the flags of the
# user, so this script builds the tests without -fuzz.
instrument=$(sed -n 's/^[^#].*/-gcflags=&=-d=libfuzzer/p' "$root/fuzz/instrumented.txt")

# A worker passes every input to another goroutine and waits for it. This is fastest on
# one processor.
GOMAXPROCS=${GOMAXPROCS:-1}
export GOMAXPROCS

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
trap 'exit 1' HUP INT TERM
cache=$(go env GOCACHE)/fuzz

# fuzz MODULE PATTERN TIME fuzzes the targets of the packages.
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
			# shellcheck disable=SC2086 # the flags have no blanks
			[ -x "$build/$package.test" ] || go test -c -o "$build/$package.test" $instrument "$package"
			echo "== $target ($package)"
			# Limit the minimization of new inputs, which would take most of the time.
			(cd "$folder" && exec "$build/$package.test" -test.run '^$' -test.fuzz "^Fuzz$target\$" \
				-test.fuzztime "$3" -test.fuzzminimizetime 100x -test.parallel "${PARALLEL:-1}" \
				-test.fuzzcachedir "$cache/$package")
		done
	done
}

found=
fuzz . ./fuzz/... "${time:-100000x}"
# Fewer inputs, because this target runs four libraries and repeats each deviation.
fuzz conformance/peers ./differential "${time:-20000x}"
if [ -z "$found" ]; then
	echo "unknown target $name; the targets are:" >&2
	grep -rho '^func Fuzz[A-Za-z0-9]*' "$root/fuzz" "$root/conformance/peers/differential" --include '*_test.go' | sed 's/^func Fuzz/  /' >&2
	exit 2
fi
