package command

import "github.com/wsspec/wsspec/conformance"

// transportOf names what carries the connections to a target, for reports; it is empty for
// HTTP/1.1.
func transportOf(t *conformance.Target) string {
	if t.HTTP2 {
		return "HTTP/2"
	}
	return ""
}
