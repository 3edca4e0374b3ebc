#!/bin/sh
# Make the sample page: the reference server and one that is wrong on purpose,
# with a part of the catalogue. Run it from the root of the module after make
# build, or as make sample.
#
#	reports/sample/make.sh FOLDER
#
# FOLDER gets the full report; the page goes to reports/sample/index.html.
set -eu
out=$1
mkdir -p "$(dirname "$out")"

bin/wsspec echo --addr 127.0.0.1:9101 >/dev/null &
good=$!
bin/wsspec echo --addr 127.0.0.1:9102 --fault pong-empty >/dev/null &
wrong=$!
trap 'kill "$good" "$wrong" 2>/dev/null || true' EXIT INT TERM HUP

# Exit code 1 says that one of them does not conform, which is the point.
bin/wsspec server reference=ws://127.0.0.1:9101/ empty-pongs=ws://127.0.0.1:9102/ \
	--wait 30s --run '[1-5].*' --run '7.[1-5].*' --out "$out" --quiet >"$out.log" || [ $? -eq 1 ] || { cat "$out.log"; exit 1; }
bin/wsspec report "$out/report.json" --public -o reports/sample/index.html
