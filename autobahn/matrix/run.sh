#!/bin/sh
# Runs the matrix: run.sh DIR, where the report goes. Its exit code is wsspec's own.
# Containers, network and volume are removed however it ends.
set -eu
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
compose() { $compose --project-name "$project" --file compose.yaml "$@"; }
trap 'compose down --volumes --timeout 1 >/dev/null 2>&1' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
compose up --detach ref gorilla gobwas coder gws xnet
code=0
compose run --name "$project-harness" harness || code=$?
docker cp "$project-harness:/reports/." "$out"
docker rm --force "$project-harness" >/dev/null
echo "report: $out/index.html"
exit "$code"
