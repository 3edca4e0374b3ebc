#!/usr/bin/env bash
# Runs wsspec as the inputs URL, START, COMMAND, DRIVER, CONFIG, BASELINE, NAME, WAIT, ARGS
# and OUT say; writes the step's summary, its annotations and its outputs; and ends with the
# exit code of wsspec.
set -uo pipefail
wsspec=$RUNNER_TEMP/wsspec-bin/wsspec
. "$(dirname "${BASH_SOURCE[0]}")/publish.sh"

# words TEXT: prints the words of a command line, each with a NUL behind it. Quotation marks
# and backslashes group as in a shell, and nothing is expanded.
words() {
	case $1 in *[![:space:]]*) printf '%s\n' "$1" | xargs printf '%s\0' ;; esac
}

case $DRIVER in
true | false) ;;
*) fail "driver: it is true or false, not $DRIVER" ;;
esac
run=(server)
if [ -n "$COMMAND" ]; then
	[ -z "$URL$START" ] || fail 'command tests a client, url and start a server: leave one of them out'
	run=(client)
	[ "$DRIVER" = false ] || run+=(--driver)
elif [ "$DRIVER" = true ]; then
	fail 'driver: command has to name the driver'
elif [ -z "$URL$CONFIG" ]; then
	fail 'what is to be tested? url names a server, command the command of a client, config a file with targets'
else
	run+=(--wait "$WAIT")
	[ -z "$START" ] || run+=(--start "$START")
fi
[ -z "$CONFIG" ] || run+=(--config "$CONFIG")
[ -z "$NAME" ] || run+=(--agent "$NAME")
[ -z "$BASELINE" ] || run+=(--baseline "$BASELINE")
run+=(--out "$OUT")
# Each line is one argument, as it stands.
while IFS= read -r line; do
	line=${line%$'\r'}
	case $line in
	'') ;;
	--*[[:space:]]*)
		flag=${line%%[[:space:]]*}
		case $flag in
		*=*) run+=("$line") ;;
		*) fail "args: each line is one argument: write $flag=VALUE, or the value on the next line, in place of: $line" ;;
		esac
		;;
	*) run+=("$line") ;;
	esac
done <<<"$ARGS"
[ -z "$URL" ] || run+=("$URL")
if [ -n "$COMMAND" ]; then
	words "$COMMAND" >"$RUNNER_TEMP/wsspec-words" || fail 'command: a quotation mark is not closed'
	run+=(--)
	while IFS= read -r -d '' word; do run+=("$word"); done <"$RUNNER_TEMP/wsspec-words"
fi

touch "$RUNNER_TEMP/wsspec-began"
code=0
"$wsspec" "${run[@]}" || code=$?

case $code in
0) verdict=pass ;;
1) verdict=fail ;;
2) verdict=usage ;;
4) verdict=regression ;;
*) verdict=error ;;
esac
output verdict "$verdict"
output exit-code "$code"
artifact=wsspec${NAME:+-$NAME}
# A shard (--shard in args) has a folder of its own.
for dir in "$OUT"/shard-*-of-*; do
	if [ -f "$dir/report.json" ] && ! [ "$RUNNER_TEMP/wsspec-began" -nt "$dir/report.json" ]; then
		OUT=$dir artifact=$artifact-${dir##*/}
		break
	fi
done
# A report that was there before says nothing about this run.
if [ -f "$OUT/report.json" ] && ! [ "$RUNNER_TEMP/wsspec-began" -nt "$OUT/report.json" ]; then
	publish "$OUT"
	output artifact "$(legal "$artifact")"
elif [ "$code" -ne 0 ]; then
	echo "::error title=wsspec::nothing was tested: wsspec ended with $code, and its output says why"
fi
exit "$code"
