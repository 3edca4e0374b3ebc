# shellcheck shell=bash
# Publishes a report for GitHub; run.sh and ../merge/merge.sh read it. The variable wsspec is
# the program.

# output NAME VALUE: sets an output of the step.
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# fail SENTENCE: an input is wrong.
fail() {
	echo "::error title=wsspec::$1"
	output verdict usage
	output exit-code 2
	exit 2
}

# legal NAME: prints the name without the characters that no artifact can have in its name.
legal() { printf '%s' "$1" | tr '":<>|*?\r\n\\/ ' '-'; }

# counts REPORT: prints the cases of each verdict as a JSON object: the first "verdicts" of
# the "summary". wsspec writes one value a line.
counts() {
	awk '/^ "summary": \{/ { summary = 1 }
		summary && /^  "verdicts": \{/ { verdicts = 1; printf "{"; next }
		verdicts && /^  \}/ { print "}"; exit }
		verdicts { sub(/^ */, ""); printf "%s", $0 }' "$1"
}

# publish DIR: annotations, the summary of the step, SARIF, and the outputs about the report.
# GitHub takes a summary of up to 1 MiB.
publish() {
	local dir=$1 summary=$RUNNER_TEMP/wsspec-summary.md
	"$wsspec" report "$dir/report.json" --format github
	"$wsspec" report "$dir/report.json" --format markdown >"$summary"
	if [ "$(wc -c <"$summary")" -gt 1000000 ]; then
		head -c 1000000 "$summary" >"$summary.cut"
		printf '\n\nThis summary is cut off here. The report has the rest.\n' >>"$summary.cut"
		mv "$summary.cut" "$summary"
	fi
	cat "$summary" >>"$GITHUB_STEP_SUMMARY"
	"$wsspec" report "$dir/report.json" --format sarif -o "$dir/report.sarif"
	output path "$dir"
	output junit "$dir/junit.xml"
	output sarif "$dir/report.sarif"
	output counts "$(counts "$dir/report.json")"
}
