package command

import "testing"

// A header field that would be several, or none, is a usage error, and nothing is
// sent.
func TestHeaderFlag(t *testing.T) {
	for _, header := range []string{"X: a\r\nEvil: 1", "X: a\nb", "X: a\x00", "X: \x1b[1m", "X y: a", "X\r\nY: a", "X", ": a"} {
		wsspec(t, "server", "ws://127.0.0.1:1", "--header", header).want(t, 2, "--header")
	}
}
