package command

import (
	"context"
	"crypto/tls"
	"errors"
	"testing"

	"github.com/wsspec/wsspec/conformance/opening"
	"github.com/wsspec/wsspec/conformance/script"
	"github.com/wsspec/wsspec/conformance/stream"
)

// A program without QUIC says which one has HTTP/3. It lists and explains the cases all the same,
// and skips them.
func TestHTTP3IsInAnotherProgram(t *testing.T) {
	const where = "the wsspec of the module conformance/http3 has it: see docs/http3.md"
	wsspec(t, "server", "--http3", "wss://127.0.0.1:1/").want(t, exitUsage, where)
	wsspec(t, "echo", "--http3").want(t, exitUsage, where)
	wsspec(t, "server", "--http3", "--http2", "wss://127.0.0.1:1/").want(t, exitUsage, "http2", "http3")
	wsspec(t, "list", "--http3", "--run", "rfc9220/3/50").want(t, exitPass, "rfc9220/3/50  SHOULD  a frame that nobody may define in the middle of a frame")
	wsspec(t, "list", "--rfc", "9220").want(t, exitUsage, "matches no case")
	wsspec(t, "explain", "rfc9220/3/49").want(t, exitPass, "connect over HTTP/3; send a frame that nobody has defined before each DATA frame", "RFC9220-3-1")
	wsspec(t, "explain", "rfc9220/3/49", "--go").want(t, exitUsage, "a Go test speaks HTTP/1.1")
	wsspec(t, "explain", "RFC9220-3-2").want(t, exitPass, "rfc9220/3/8")
	wsspec(t, "server", "--run", "rfc9220/3/50", reference(t)).want(t, exitPass, "1 of 1 cases: 1 skipped")
}

// A program with HTTP/3 wants a URL with TLS, and connects by its Connector.
func TestServerOverHTTP3(t *testing.T) {
	overHTTP3.Connect = func(_ context.Context, address string, _ *tls.Config, _ script.HTTP3, _ stream.Deadlines) (opening.Stream, error) {
		return nil, opening.NewTargetError(opening.Unreachable, errors.New("as asked"), "no QUIC at %s", address)
	}
	t.Cleanup(func() { overHTTP3 = HTTP3{} })
	wsspec(t, "server", "--http3", "ws://127.0.0.1:1/").want(t, exitUsage, "has to be a wss: URL")
	wsspec(t, "server", "--http3", "wss://127.0.0.1:1/").want(t, exitHarness, "no QUIC at 127.0.0.1:1: as asked")
	wsspec(t, "echo", "--http3").want(t, exitUsage, "add --cert FILE --key FILE")
}
