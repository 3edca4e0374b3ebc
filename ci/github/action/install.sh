#!/usr/bin/env bash
# Builds wsspec into $RUNNER_TEMP/wsspec-bin. VERSION is as in go install.
set -euo pipefail
if ! command -v go >/dev/null; then
	echo '::error title=wsspec::this runner has no Go: add a step with actions/setup-go before this one'
	exit 3
fi
mkdir -p "$RUNNER_TEMP/wsspec-bin"
cd "$RUNNER_TEMP" # the job's own module and workspace have no say here
GOBIN=$RUNNER_TEMP/wsspec-bin GOFLAGS='' GOWORK=off GOTOOLCHAIN=auto \
	go install "github.com/wsspec/wsspec/cmd/wsspec@$VERSION"
