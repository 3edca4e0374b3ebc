#!/bin/sh
# Has Autobahn test wsspec's own echo server, and compares: run.sh ARGUMENT... gives
# the arguments to wsspec autobahn server. The server ends with this script.
set -eu
bin=$(dirname "$0")/../bin
fifo=$(mktemp -d)
mkfifo "$fifo/said"
"$bin/wsspec" echo --addr 127.0.0.1:0 >"$fifo/said" &
echo=$!
trap 'kill "$echo" 2>/dev/null; rm -rf "$fifo"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
read -r line <"$fifo/said"
"$bin/wsspec" autobahn server "ref=${line##* }" --compare "$@"
