package command

import "github.com/wsspec/wsspec/conformance"

// overHTTP2 is the transport of RFC 8441 in reports.
const overHTTP2 = "HTTP/2"

// transportOf names what carries the connections to a target, for reports; it is empty for
// HTTP/1.1.
func transportOf(t *conformance.Target) string {
	if t.HTTP2 {
		return overHTTP2
	}
	return ""
}
