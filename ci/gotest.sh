#!/bin/sh
# Runs go test and also prints skipped tests with their reasons, which go test hides
# without -v. With -v, it prints everything.
set -u
for arg in "$@"; do
	if [ "$arg" = -v ]; then exec go test -timeout 20m "$@"; fi
done
exec 4>&1
status=$({
	{ go test -timeout 20m -v "$@" 2>&1; echo $? >&3; } |
		awk '!/^ *(=== |--- PASS|PASS$)/ { print; fflush() }' >&4
} 3>&1)
exit "$status"
