#!/bin/sh
# Builds one target for libFuzzer:
#
#   fuzz/libfuzzer/build.sh NAME OUTPUT
#
# NAME is the name of a target without "Fuzz", OUTPUT the program to write. The script
# needs clang with libFuzzer (on Debian: clang and libclang-rt-dev). It uses the
# variables CXX, CXXFLAGS and LIB_FUZZING_ENGINE as OSS-Fuzz does.
set -eu
name=${1:?which target?} output=${2:?which file to write?}
cd "$(dirname "$0")/../.."

file=$(grep -l "^func Fuzz$name(" fuzz/*/*_test.go) || {
	echo "unknown target $name; the targets are:" >&2
	grep -ho '^func Fuzz[A-Za-z0-9]*' fuzz/*/*_test.go | sed 's/^func Fuzz/  /' >&2
	exit 2
}
command -v "${CXX:-clang++}" >/dev/null || { echo "libFuzzer needs ${CXX:-clang++}" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Compile the test files as ordinary files of the package, with the other package testing.
module=$(go list -m) folder=$(dirname "$file")
{
	printf '{"Replace":{'
	comma=
	for test in "$folder"/*_test.go; do
		copy=$work/$(basename "$test" _test.go).txt
		sed "s|^\t\"testing\"\$|\t\"$module/fuzz/libfuzzer/testing\"|" "$test" >"$copy"
		printf '%s"%s":"","%s":"%s"' "$comma" "$PWD/$test" "$PWD/${test%_test.go}_libfuzzer.go" "$copy"
		comma=,
	done
	printf '}}'
} >"$work/overlay.json"
sed -e "s|MODULE|$module|; s|FOLDER|$folder|; s|TARGET|Fuzz$name|" fuzz/libfuzzer/entry.go.txt >"$work/main.go"

# shellcheck disable=SC2046 # the flags have no blanks
CGO_ENABLED=1 go build -buildmode=c-archive -tags libfuzzer -overlay "$work/overlay.json" \
	$(sed -n 's/^[^#].*/-gcflags=&=-d=libfuzzer/p' fuzz/instrumented.txt) -o "$work/target.a" "$work/main.go"
# shellcheck disable=SC2086 # the same
${CXX:-clang++} ${CXXFLAGS:--O1} ${LIB_FUZZING_ENGINE:--fsanitize=fuzzer} "$work/target.a" -o "$output"
