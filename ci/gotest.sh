#!/bin/sh
# Runs go test, and prints also what it hides or buries. Without -v, that is the skipped
# tests with their reasons. At the end, the failed tests are repeated with their messages:
# a log of thousands of lines is often shown by its last ones only.
#
# With RERUN_FAILED=1, up to three failed tests run once more, alone. If they pass, they
# depend on the load of the machine: the end names them as flaky, and the exit code is 0.
# A panic, a time limit and a build that fails have no test's name, and never run again. If a
# test found a data race, no test of its package runs again.
#
# -vet=off: make has run go vet on all packages before.
set -u
again=$(mktemp) || exit 1
trap 'rm -f "$again"' EXIT
trap 'exit 143' HUP TERM
trap 'exit 130' INT
verbose=0 race=
for arg in "$@"; do
	case $arg in
	-v) verbose=1 ;;
	-race) race=-race ;;
	esac
done
exec 4>&1
status=$({
	{ go test -timeout 20m -vet=off -v "$@" 2>&1; echo $? >&3; } | awk -v verbose="$verbose" -v again="$again" '
		# A test may say much: its last 40 lines are kept.
		function keep(name, line) { said[name, count[name]++ % 40] = line }
		function failed(title, name,    n, first) {
			report = report "\n" title "\n"
			first = count[name] > 40 ? count[name] - 40 : 0
			for (n = first; n < count[name]; n++) report = report said[name, n % 40] "\n"
		}
		verbose || !/^ *(=== |--- PASS|PASS$)/ { print; fflush() }
		/^=== RUN / && $3 !~ "/" { running++ }
		/^--- / { running-- }
		/^panic: / { running++ }
		/^ *WARNING: DATA RACE/ { raced = 1 }
		/^=== (RUN|CONT|NAME|PAUSE) / { test = $3; next }
		/^ *--- FAIL: / { failures[++failing] = $3; next }
		/^ *--- / { next }
		# What the compiler says about a package comes before all tests.
		/^# / { package = $2; next }
		package != "" && /^[^ \t]+\.go:[0-9]+:/ { keep("# " package, $0); next }
		{ package = "" }
		# A package ends. The line "FAIL" alone comes before it.
		/^(ok|FAIL|\?|---)[ \t]+[^ \t]/ {
			if (/^FAIL/) {
				for (n = 1; n <= failing; n++) {
					failed($2 " " failures[n], failures[n])
					if (failures[n] !~ "/") print $2, failures[n] >again
				}
				# Nothing failed by name: the process ended, or there is no build.
				if (!failing) failed($0, /build failed/ ? "# " $2 : test)
				# Behind a panic, or a test that never ended, others may never have begun.
				if (!failing || running || raced) print $2, "nameless" >again
			}
			raced = 0
			for (name in count) if (name !~ /^# /) count[name] = 0
			split("", failures); failing = running = 0; test = ""
			next
		}
		/^FAIL$/ { next }
		{ keep(test, $0) }
		END { if (report != "") print "\n== failed tests, once more" report }
	' >&4
} 3>&1)
if [ "$status" = 0 ] || [ "${RERUN_FAILED:-}" != 1 ] || [ ! -s "$again" ] ||
	[ "$(wc -l <"$again")" -gt 3 ] || grep -q ' nameless$' "$again"; then
	exit "$status"
fi
while read -r package test; do
	echo "== once more, alone: $package $test"
	go test $race -timeout 20m -vet=off -count=1 -v -run "^$test\$" "$package" </dev/null || exit 1
done <"$again"
sed 's/^/FLAKY: it failed, and passed alone: /' "$again"
