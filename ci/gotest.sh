#!/bin/sh
# go test with its plain lines, and besides them what is skipped and why, which
# plain go test hides. With -v among the arguments nothing is left out.
set -u
for arg in "$@"; do
	if [ "$arg" = -v ]; then exec go test "$@"; fi
done
exec 4>&1
status=$({
	{ go test -v "$@" 2>&1; echo $? >&3; } |
		awk '!/^ *(=== |--- PASS|PASS$)/ { print; fflush() }' >&4
} 3>&1)
exit "$status"
