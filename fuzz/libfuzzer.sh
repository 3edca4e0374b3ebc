#!/bin/sh
# Fuzz one target with libFuzzer in the place of the engine of go test:
#
#   fuzz/libfuzzer.sh NAME [TIME]
#
# NAME is a target without its "Fuzz"; TIME is 1000000x (the default) for a number
# of inputs, or 90s, 30m, 1h. It needs clang with libFuzzer (on Debian clang and
# libclang-rt-dev). What it finds becomes an input in the target's testdata.
# CXXFLAGS and LIB_FUZZING_ENGINE are those of OSS-Fuzz.
set -eu
name=${1:?which target?} time=${2:-1000000x}
cd "$(dirname "$0")/.."

file=$(grep -l "^func Fuzz$name(" fuzz/*/*_test.go) || {
	echo "no target $name; there are:" >&2
	grep -ho '^func Fuzz[A-Za-z0-9]*' fuzz/*/*_test.go | sed 's/^func Fuzz/  /' >&2
	exit 2
}
command -v "${CXX:-clang++}" >/dev/null || { echo "libfuzzer.sh needs ${CXX:-clang++}" >&2; exit 2; }
case $time in
*x) limit=-runs=${time%x} ;;
*s) limit=-max_total_time=${time%s} ;;
*m) limit=-max_total_time=$((${time%m} * 60)) ;;
*h) limit=-max_total_time=$((${time%h} * 3600)) ;;
*) echo "what time is $time?" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The test files become the package's own, with the other testing.
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

# shellcheck disable=SC2046 # these are flags, without blanks in them
CGO_ENABLED=1 go build -buildmode=c-archive -tags libfuzzer -overlay "$work/overlay.json" \
	$(sed -n 's/^[^#].*/-gcflags=&=-d=libfuzzer/p' fuzz/instrumented.txt) -o "$work/target.a" "$work/main.go"
# shellcheck disable=SC2086 # the same
${CXX:-clang++} ${CXXFLAGS:--O1} ${LIB_FUZZING_ENGINE:--fsanitize=fuzzer} "$work/target.a" -o "$work/target"

mkdir "$work/seeds" "$work/new"
go run ./fuzz/libfuzzer seeds fuzz "Fuzz$name" "$work/seeds"
echo "== $name ($module/$folder, libFuzzer)"
# Nothing larger than the largest seed; libFuzzer's own limit is 4,096 octets.
largest=$(wc -c "$work"/seeds/* | awk '$2 != "total" && $1 > n { n = $1 } END { print n }')
failed=0
# In its folder, as go test has it: a target may read what is beside it.
(cd "$folder" && exec "$work/target" "$limit" -max_len="$largest" -print_final_stats=1 \
	-artifact_prefix="$work/found-" "$work/new" "$work/seeds") || failed=$?
for found in "$work"/found-*; do
	[ ! -e "$found" ] || go run ./fuzz/libfuzzer keep fuzz "Fuzz$name" "$found"
done
exit $failed
