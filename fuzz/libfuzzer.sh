#!/bin/sh
# Fuzzes one target with libFuzzer instead of the engine of go test:
#
#   fuzz/libfuzzer.sh NAME [TIME]
#
# NAME is the name of a target without "Fuzz". TIME is 1000000x (the default) for a
# number of inputs, or 90s, 30m, 1h for a duration. fuzz/libfuzzer/build.sh says what
# must be installed. A failing input is stored in the testdata of the target.
set -eu
name=${1:?which target?} time=${2:-1000000x}
cd "$(dirname "$0")/.."

case $time in
*x) limit=-runs=${time%x} ;;
*s) limit=-max_total_time=${time%s} ;;
*m) limit=-max_total_time=$((${time%m} * 60)) ;;
*h) limit=-max_total_time=$((${time%h} * 3600)) ;;
*) echo "invalid time $time: want a number with x, s, m or h" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
fuzz/libfuzzer/build.sh "$name" "$work/target"

mkdir "$work/seeds" "$work/new"
go run ./fuzz/libfuzzer seeds fuzz "Fuzz$name" "$work/seeds"
folder=$(dirname "$(grep -l "^func Fuzz$name(" fuzz/*/*_test.go)")
echo "== $name ($folder, libFuzzer)"
# Inputs are at most as long as the longest seed; libFuzzer's default is 4,096 octets.
largest=$(wc -c "$work"/seeds/* | awk '$2 != "total" && $1 > n { n = $1 } END { print n }')
failed=0
# Run in the folder of the target, as go test does, because a target may read files there.
(cd "$folder" && exec "$work/target" "$limit" -max_len="$largest" -print_final_stats=1 \
	-artifact_prefix="$work/found-" "$work/new" "$work/seeds") || failed=$?
for found in "$work"/found-*; do
	[ ! -e "$found" ] || go run ./fuzz/libfuzzer keep fuzz "Fuzz$name" "$found"
done
exit $failed
