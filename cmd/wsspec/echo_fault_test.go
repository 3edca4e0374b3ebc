package main

import (
	"strings"
	"testing"
)

// A fault by name is a peer that the catalogue catches; a name that is none is
// answered by those like it.
func TestEchoWithAFault(t *testing.T) {
	s := serves(t, "echo", "--addr", "127.0.0.1:0", "--fault", "masks-frames")
	wsspec(t, "server", strings.TrimSpace(s.url), "--run", "1.1.2", "--timeout", "500ms").want(t, exitNonconformant, "a masked text frame from a server")
	s.interrupt()
	s.wait().want(t, exitPass)
	wsspec(t, "echo", "--fault", "masks-frame").want(t, exitUsage, "no such fault", "masks-frames")
}
