#!/usr/bin/env bash
# Makes one report of those that the pattern REPORTS names, in the folder OUT, and publishes
# it. It fails if a shard is missing. The verdict of a shard fails the job of that shard.
set -uo pipefail
wsspec=$RUNNER_TEMP/wsspec-bin/wsspec
. "$(dirname "${BASH_SOURCE[0]}")/../action/publish.sh"

mkdir -p "$OUT"
code=0
"$wsspec" report merge "$REPORTS" -o "$OUT/report.json" 2>"$RUNNER_TEMP/wsspec-said" || code=$?
cat "$RUNNER_TEMP/wsspec-said"
output exit-code "$code"
if [ "$code" -ne 0 ]; then
	case $code in
	2) output verdict usage ;;
	*) output verdict error ;;
	esac
	echo "::error title=wsspec::$(head -n 1 "$RUNNER_TEMP/wsspec-said" | sed 's/^wsspec: //')"
	exit "$code"
fi
for form in index.html junit.xml; do "$wsspec" report "$OUT/report.json" -o "$OUT/$form" || exit 3; done
publish "$OUT"
case $(counts "$OUT/report.json") in
*'"error": 0,"fail": 0,'*) output verdict pass ;;
*) output verdict fail ;;
esac
output artifact "$(legal "wsspec${NAME:+-$NAME}")"
