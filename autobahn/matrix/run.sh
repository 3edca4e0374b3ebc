#!/bin/sh
# Runs the peers of a Compose file and writes the report: run.sh DIR [FILE]. Without FILE it is
# compose.yaml. The exit code is wsspec's own. The containers, the network and the volume are
# removed even if a signal ends it.
set -eu
file=${2-compose.yaml}
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"
if docker compose version >/dev/null 2>&1; then
	compose='docker compose'
elif command -v docker-compose >/dev/null; then
	compose=docker-compose
else
	echo 'the matrix needs Docker Compose: neither docker compose nor docker-compose is here' >&2
	exit 3
fi
project=wsspec-matrix-$$
compose() { $compose --project-name "$project" --file "$file" "$@"; }
trap 'compose down --volumes --timeout 1 >/dev/null 2>&1' EXIT
# A shell runs a trap only when the command in the foreground has ended. So each long
# command is in the background, and the shell waits for it.
run=
end() {
	trap '' INT TERM HUP
	[ -z "$run" ] || kill -TERM "$run" 2>/dev/null || :
	exit "$1"
}
trap 'end 130' INT
trap 'end 143' TERM HUP
waited() {
	"$@" &
	run=$!
	wait "$run"
}
# All services but the harness, each a word.
# shellcheck disable=SC2046
waited compose up --detach $(compose config --services | grep -v '^harness$')
code=0
waited compose run --name "$project-harness" harness || code=$?
docker cp "$project-harness:/reports/." "$out"
docker rm --force "$project-harness" >/dev/null
echo "report: $out/index.html"
exit "$code"
