#!/bin/sh
# Runs go test, and prints also what it hides or buries. Without -v, that is the skipped
# tests with their reasons. At the end, the failed tests are repeated with their messages:
# a log of thousands of lines is often shown by its last ones only.
set -u
verbose=0
for arg in "$@"; do
	if [ "$arg" = -v ]; then verbose=1; fi
done
exec 4>&1
status=$({
	{ go test -timeout 20m -v "$@" 2>&1; echo $? >&3; } | awk -v verbose="$verbose" '
		# A test may say much: its last 40 lines are kept.
		function keep(name, line) { said[name, count[name]++ % 40] = line }
		function failed(title, name,    n, first) {
			report = report "\n" title "\n"
			first = count[name] > 40 ? count[name] - 40 : 0
			for (n = first; n < count[name]; n++) report = report said[name, n % 40] "\n"
		}
		verbose || !/^ *(=== |--- PASS|PASS$)/ { print; fflush() }
		/^=== (RUN|CONT|NAME|PAUSE) / { test = $3; next }
		/^ *--- FAIL: / { failures[++failing] = $3; next }
		/^ *--- / { next }
		# A package ends. The line "FAIL" alone comes before it.
		# What the compiler says about a package comes before all tests.
		/^# / { package = $2; next }
		package != "" && /^[^ \t]+\.go:[0-9]+:/ { keep("# " package, $0); next }
		{ package = "" }
		/^(ok|FAIL|\?|---)[ \t]+[^ \t]/ {
			if (/^FAIL/) {
				for (n = 1; n <= failing; n++) failed($2 " " failures[n], failures[n])
				# Nothing failed by name: a panic, a time limit, or no build.
				if (!failing) failed($0, /build failed/ ? "# " $2 : test)
			}
			for (name in count) if (name !~ /^# /) count[name] = 0
			split("", failures); failing = 0; test = ""
			next
		}
		/^FAIL$/ { next }
		{ keep(test, $0) }
		END { if (report != "") print "\n== failed tests, once more" report }
	' >&4
} 3>&1)
exit "$status"
