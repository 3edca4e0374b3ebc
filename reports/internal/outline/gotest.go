package outline

import (
	"strings"

	"github.com/wsspec/wsspec/conformance/verdict"
	"github.com/wsspec/wsspec/reports"
	"github.com/wsspec/wsspec/reports/internal/wording"
)

// goTestCommand runs the Go tests of a peer's cases. The environment has the
// address of a server or the command of a client.
func goTestCommand(t reports.Target) string {
	switch {
	case t.Role == verdict.Server:
		return "WS_URL=" + wording.ShellWords([]string{t.URL}) + " go test"
	case strings.HasPrefix(t.URL, "ws://"), strings.HasPrefix(t.URL, "wss://"): // the client was not started by the harness
		return "WS_CLIENT='your-echo-client {url}' go test"
	}
	return "WS_CLIENT=" + wording.ShellWords([]string{t.URL}) + " go test"
}
