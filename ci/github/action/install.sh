#!/usr/bin/env bash
# Puts wsspec into $RUNNER_TEMP/wsspec-bin, as ../../install.sh does. Without the input
# VERSION it is the version of the action: a release, or built from the action's checkout.
set -euo pipefail
# In a composite action of another folder, this is the folder of that one.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -z "$VERSION" ]; then
	case $ACTION_REF in
	v[0-9]*.[0-9]*.[0-9]*) VERSION=$ACTION_REF ;;
	*) export WSSPEC_SOURCE=$here/../../.. ;;
	esac
fi
code=0
said=$(sh "$here/../../install.sh" "$RUNNER_TEMP/wsspec-bin" "$VERSION" 2>&1) || code=$?
printf '%s\n' "$said"
if [ "$code" -ne 0 ]; then
	echo "::error title=wsspec::it cannot be installed: ${said##*$'\n'}"
	exit 3
fi
