#!/bin/sh
# Lets Autobahn test wsspec's own echo server, and compares. run.sh ARGUMENT... passes
# the arguments to wsspec autobahn server. A signal ends both programs at once.
set -eu
bin=$(dirname "$0")/../bin
fifo=$(mktemp -d)
mkfifo "$fifo/said"
"$bin/wsspec" echo --addr 127.0.0.1:0 >"$fifo/said" &
echo=$!
run=
# A shell runs a trap only when the command in the foreground has ended. So the run is
# in the background, and the shell waits for it.
end() {
	trap '' INT TERM HUP
	if [ -n "$run" ]; then
		kill -TERM "$run" 2>/dev/null || :
		wait "$run" || :
	fi
	exit "$1"
}
trap 'kill "$echo" 2>/dev/null || :; rm -rf "$fifo"' EXIT
trap 'end 130' INT
trap 'end 143' TERM HUP
read -r line <"$fifo/said"
"$bin/wsspec" autobahn server "ref=${line##* }" --compare "$@" &
run=$!
code=0
wait "$run" || code=$?
exit "$code"
