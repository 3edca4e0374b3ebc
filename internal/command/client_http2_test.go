package command

import (
	"strings"
	"testing"
)

// --http2 tests clients over HTTP/2, and says so where a client does not speak it.
func TestClientOverHTTP2(t *testing.T) {
	wsspec(t, "client", "--http2=h3", "--", "client", "{url}").want(t, exitUsage, "--http2=h3: it has to be ws or wss")
	wsspec(t, "client", "--http2=wss", "--listen", "127.0.0.1:0").want(t, exitUsage, "TLS needs both a certificate and its key")
	listed := wsspec(t, "client", "--http2", "--list", "--run", "rfc8441/5/53")
	listed.want(t, exitPass, "in padded DATA frames")
	if listed = wsspec(t, "list", "--http2", "--role", "client", "--run", "rfc8441/*"); strings.Contains(listed.stdout, "rfc8441/5/18") || !strings.Contains(listed.stdout, "rfc8441/5/53") {
		t.Errorf("the cases for clients are %s", listed.stdout)
	}
	wsspec(t, "explain", "rfc8441/3/13").want(t, exitPass, "send SETTINGS_ENABLE_CONNECT_PROTOCOL when the client has acknowledged the SETTINGS without it")
}
