#!/usr/bin/env bash
# Runs wsspec as the inputs URL, START, CLIENT, CONFIG, WAIT, ARGS and OUT say; writes the
# step's summary, its annotations and its outputs; and ends with the exit code of wsspec.
set -uo pipefail
wsspec=$RUNNER_TEMP/wsspec-bin/wsspec

# fail SENTENCE: an input is wrong.
fail() {
	echo "::error title=wsspec::$1"
	output result usage
	output exit-code 2
	exit 2
}

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# words TEXT: prints the words of a text, each with a NUL behind it. Quotation marks and
# backslashes group as in a shell, and nothing is expanded.
words() {
	case $1 in *[![:space:]]*) printf '%s\n' "$1" | xargs printf '%s\0' ;; esac
}

args=()
words "$ARGS" >"$RUNNER_TEMP/wsspec-words" || fail "args: a quotation mark is not closed"
while IFS= read -r -d '' word; do args+=("$word"); done <"$RUNNER_TEMP/wsspec-words"
command=()
words "$CLIENT" >"$RUNNER_TEMP/wsspec-words" || fail "client: a quotation mark is not closed"
while IFS= read -r -d '' word; do command+=("$word"); done <"$RUNNER_TEMP/wsspec-words"

run=(server)
if [ -n "$CLIENT" ]; then
	[ -z "$URL$START" ] || fail 'client tests a client, url and start a server: leave one of them out'
	run=(client)
elif [ -z "$URL$CONFIG" ]; then
	fail 'what is to be tested? url names a server, client the command of a client, config a file with targets'
else
	run+=(--wait "$WAIT")
	[ -z "$START" ] || run+=(--start "$START")
fi
[ -z "$CONFIG" ] || run+=(--config "$CONFIG")
run+=(--out "$OUT")
[ ${#args[@]} -eq 0 ] || run+=("${args[@]}")
[ -z "$URL" ] || run+=("$URL")
[ -z "$CLIENT" ] || run+=(-- "${command[@]}")

touch "$RUNNER_TEMP/wsspec-began"
code=0
"$wsspec" "${run[@]}" || code=$?

case $code in
0) result=pass ;;
1) result=fail ;;
2) result=usage ;;
4) result=regression ;;
*) result=error ;;
esac
output result "$result"
output exit-code "$code"
# A shard (--shard in args) has a folder of its own.
for dir in "$OUT"/shard-*-of-*; do
	if [ -f "$dir/report.json" ] && ! [ "$RUNNER_TEMP/wsspec-began" -nt "$dir/report.json" ]; then OUT=$dir; break; fi
done
# A report that was there before says nothing about this run.
if [ -f "$OUT/report.json" ] && ! [ "$RUNNER_TEMP/wsspec-began" -nt "$OUT/report.json" ]; then
	"$wsspec" report "$OUT" --format github
	"$wsspec" report "$OUT" --format markdown >>"$GITHUB_STEP_SUMMARY"
	"$wsspec" report "$OUT" --format sarif -o "$OUT/report.sarif"
	output report "$OUT"
	output junit "$OUT/junit.xml"
	output sarif "$OUT/report.sarif"
elif [ "$code" -ne 0 ]; then
	echo "::error title=wsspec::nothing was tested: wsspec ended with $code, and its output says why"
fi
exit "$code"
